// SPDX-License-Identifier: Apache-2.0
#include "compile/egress.h"

#include <string.h>

#include "wire/sid.h"

static uint16_t family_of(bool is_v4)
{
	return is_v4 ? WF_EXIT_V4 : WF_EXIT_V6;
}

static uint16_t families_of(const struct wf_prefix *prefixes, unsigned int n)
{
	uint16_t flags = 0;

	for (unsigned int i = 0; i < n; i++)
		flags |= family_of(wf_prefix_is_v4(&prefixes[i]));
	return flags;
}

/* Without NAT all that the tenant has may leave. */
static uint16_t flags_of(const struct wf_tenant *tenant, const struct wf_outlet *outlet)
{
	const struct wf_egress *egress = outlet->egress;

	if (!egress)
		return WF_EXIT_ANSWERS;
	return egress->n_nat ? families_of(egress->nat, egress->n_nat)
			     : families_of(tenant->prefixes, tenant->n_prefixes);
}

/* The endpoint that the gateway has in the tenant, if it can be sent to. NULL: it cannot. */
static const struct wf_endpoint *find_exit(const struct wf_view *v, const struct wf_object *tenant,
					   const struct wf_object *gateway,
					   const struct wf_here_port **ret_port)
{
	const struct wf_object *o = NULL;
	char name[WF_NAME_MAX + 1];

	if (wf_gateway_endpoint_name(gateway->name, name) == 0)
		o = wf_model_find(v->model, WF_KIND_ENDPOINT, tenant->name, name);
	if (!o || !o->endpoint.is_gateway || !o->endpoint.identity || !o->endpoint.sid ||
	    o->endpoint.is_down || strcmp(o->endpoint.node, gateway->gateway.node) != 0)
		return NULL;
	*ret_port = wf_here_find(v->here, o);
	if (!*ret_port && strcmp(o->endpoint.node, v->here->node) == 0)
		return NULL;
	return &o->endpoint;
}

/* Those that work. */
struct exits {
	WF_VEC(struct wf_exit) list;
};

/* @outlets: the @n of one gateway. */
static int add_exit(struct exits *exits, const struct wf_view *v, const struct wf_object *tenant,
		    const struct wf_outlet *outlets, size_t n)
{
	const struct wf_here_port *port = NULL;
	const struct wf_endpoint *e = find_exit(v, tenant, outlets->gateway, &port);
	struct wf_exit exit = {.dest = {.home = tenant->self.id}};

	if (!e)
		return 0;
	exit.dest.node = wf_nodes_id(&v->nodes, e->node);
	if (!exit.dest.node || !wf_here_reaches(v->here, exit.dest.node))
		return 0;
	exit.sid = e->sid;
	for (size_t i = 0; i < n; i++)
		exit.flags |= flags_of(&tenant->self, &outlets[i]);
	if (port) {
		exit.dest.ifindex = wf_here_ifindex(port);
		memcpy(exit.dest.mac, e->mac, sizeof(exit.dest.mac));
	}
	return wf_vec_push(&exits->list, exit);
}

static int exit_cmp(const void *a, const void *b)
{
	const struct wf_exit *x = a, *y = b;

	return x->dest.node != y->dest.node ? (int)x->dest.node - (int)y->dest.node
					    : (int)x->sid - (int)y->sid;
}

/* Of too many the first ones, so that all nodes take the same. */
static struct wf_egress_entry entry_of(struct exits *exits)
{
	struct wf_egress_entry entry = {0};

	wf_vec_sort(&exits->list, exit_cmp);
	for (size_t i = 0; i < exits->list.n && i < WF_EXITS_MAX; i++)
		entry.exits[entry.n++] = exits->list.items[i];
	return entry;
}

static int add_entry(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm)
{
	const struct wf_outlet *outlets = realm->outlets;
	struct wf_egress_entry entry;
	struct exits exits = {0};
	size_t end;
	int r = 0;

	for (size_t i = 0; i < realm->n_outlets && !r; i = end) {
		for (end = i; end < realm->n_outlets && outlets[end].gateway == outlets[i].gateway;)
			end++;
		r = add_exit(&exits, v, realm->tenant, &outlets[i], end - i);
	}
	entry = entry_of(&exits);
	wf_vec_done(&exits.list);
	return r ? r : wf_image_add(img, WF_TABLE_EGRESS, &realm->tenant->self.id, &entry);
}

/* Of a gateway's endpoint that is here. */
static int add_sid(struct wf_image *img, const struct wf_view *v, uint32_t tenant,
		   const struct wf_object *endpoint)
{
	const struct wf_endpoint *e = &endpoint->endpoint;
	const uint64_t key = wf_sid_head_make(v->here->block, v->id, WF_FN_ENDPOINT | e->sid);
	struct wf_sid_entry entry = {
		.behavior = WF_BEHAVIOR_DX_OUT,
		.tenant = tenant,
		.ifindex = wf_here_ifindex(wf_here_find(v->here, endpoint)),
	};
	struct wf_counter_key counter = {.kind = WF_COUNTER_SID};
	int r;

	if (!entry.ifindex)
		return 0;
	memcpy(entry.mac, e->mac, sizeof(entry.mac));
	r = wf_image_add(img, WF_TABLE_SID, &key, &entry);
	memcpy(counter.name, &key, sizeof(key));
	return r ? r : wf_image_add_counter(img, &counter);
}

static int add_arm(struct wf_image *img, const struct wf_view *v, const struct wf_member *member,
		   struct wf_target_list *targets)
{
	const struct wf_candidate end = {member->node, member->object->endpoint.sid};
	int r = member->is_here ? add_sid(img, v, member->home, member->object) : 0;

	return r ? r : wf_target_list_add(targets, end);
}

int wf_egress_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm,
		  struct wf_target_list *targets)
{
	const struct wf_members *members = &realm->members;
	bool is_here = false;
	int r = 0;

	for (size_t i = 0; i < members->n_own; i++)
		is_here |= members->items[i].is_here;
	if (!is_here)
		return 0;
	for (size_t i = 0; i < members->n_own && !r; i++) {
		const struct wf_endpoint *e = &members->items[i].object->endpoint;

		if (e->is_gateway && e->sid)
			r = add_arm(img, v, &members->items[i], targets);
	}
	return r || !realm->n_outlets ? r : add_entry(img, v, realm);
}
