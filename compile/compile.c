// SPDX-License-Identifier: Apache-2.0
/*
 * Tenant by tenant: its realm, and of that its set of policies, who has which address (DEST, PORT),
 * its services and gateways, the ways that packets may leave and come by. Entries are added as they
 * come; sealing the image sorts them.
 */
#include "compile/compile.h"

#include <string.h>

#include "compile/counters.h"
#include "compile/dests.h"
#include "compile/egress.h"
#include "compile/extranets.h"
#include "compile/proxies.h"
#include "compile/realm.h"
#include "compile/services.h"
#include "compile/sets.h"
#include "compile/ways.h"
#include "wire/sid.h"

_Static_assert(WF_NODE_ID_MAX == WF_NODE_MAX, "a node's id is a global C-SID");

struct compile {
	struct wf_view view;
	struct wf_image *img;
	struct wf_extranets extranets; /* owned */
	struct wf_outlets outlets;     /* owned */
	struct wf_sets sets;	       /* owned */
	struct wf_ways ways;	       /* owned */
	struct wf_targets targets;     /* owned; of the tenants heard */
	struct wf_err refusal;
};

static int add_set(struct compile *c, const struct wf_realm *realm)
{
	struct wf_tenant_entry entry = {0};
	uint64_t set;
	int r = wf_sets_add(&c->sets, realm, &set, &c->refusal);

	if (r < 0)
		return r;
	entry.set = entry.set_out = set;
	return wf_image_add(c->img, WF_TABLE_TENANT, &realm->tenant->self.id, &entry);
}

/* Services and gateways: what ways end at. */
static int add_targets(struct compile *c, const struct wf_realm *realm)
{
	struct wf_target_list targets = {.tenant = realm->tenant->self.id};
	int r = wf_services_add(c->img, &c->view, realm, &targets);

	if (!r)
		r = wf_egress_add(c->img, &c->view, realm, &targets);
	if (r)
		wf_vec_done(&targets);
	return r ? r : wf_targets_take(&c->targets, &targets);
}

static int add_realm(struct compile *c, const struct wf_realm *realm)
{
	int r = add_set(c, realm);

	if (!r)
		r = wf_dests_add(c->img, &c->view, realm);
	if (!r)
		r = wf_proxies_add(c->img, &c->view, realm);
	if (!r)
		r = add_targets(c, realm);
	if (!r)
		r = wf_ways_hear(&c->ways, realm);
	return r ? r : wf_counters_add_policies(c->img, c->view.model, c->view.here, realm->tenant);
}

/* One of the tables has become too big with @tenant. */
static void refuse_table(struct compile *c, const struct wf_object *tenant)
{
	for (int t = 0; t < WF_TABLE_COUNT; t++)
		if (wf_image_count(c->img, (enum wf_table)t) > wf_table_most((enum wf_table)t))
			wf_err_set(&c->refusal, -E2BIG,
				   "with tenant '%s' table '%s' would need more than %zu entries",
				   tenant->name, wf_table_name((enum wf_table)t),
				   wf_table_most((enum wf_table)t));
}

static int add_tenant(struct compile *c, const struct wf_object *tenant)
{
	struct wf_realm realm = {0};
	int r;

	if (!tenant->self.id)
		return 0;
	r = wf_realm_init(&realm, &c->view, tenant);
	if (!r)
		r = add_realm(c, &realm);
	wf_realm_done(&realm);
	if (r == -E2BIG && !c->refusal.code)
		refuse_table(c, tenant);
	return r;
}

static int add_tenants(struct compile *c)
{
	struct wf_object *const *tenants;
	size_t n;
	int r = wf_extranets_of(c->view.model, &c->extranets);

	if (!r)
		r = wf_outlets_of(c->view.model, &c->outlets);
	c->view.extranets = &c->extranets;
	c->view.outlets = &c->outlets;
	tenants = wf_model_range(c->view.model, WF_KIND_TENANT, NULL, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = add_tenant(c, tenants[i]);
	return r;
}

static int add_sids(const struct compile *c)
{
	static const struct {
		uint16_t function;
		enum wf_behavior behavior;
	} sids[] = {
		{0, WF_BEHAVIOR_UN},
		{WF_FN_END, WF_BEHAVIOR_END},
		{WF_FN_DT46, WF_BEHAVIOR_DT46},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(sids) / sizeof(*sids) && !r; i++) {
		uint64_t key = wf_sid_head_make(c->view.here->block, c->view.id, sids[i].function);
		struct wf_sid_entry entry = {.behavior = sids[i].behavior};
		struct wf_counter_key counter = {.kind = WF_COUNTER_SID};

		memcpy(counter.name, &key, sizeof(key));
		r = wf_image_add(c->img, WF_TABLE_SID, &key, &entry);
		if (!r && sids[i].behavior != WF_BEHAVIOR_DT46) /* the policies' are its counters */
			r = wf_image_add_counter(c->img, &counter);
	}
	return r;
}

static int add_hooks(const struct compile *c)
{
	const struct wf_here *here = c->view.here;
	int r = 0;

	for (size_t i = 0; i < here->n_ports && !r; i++)
		r = wf_image_add_hook(c->img, here->ports[i].ifindex, WF_HOOK_APPLY);
	for (size_t i = 0; i < here->n_links && !r; i++)
		r = wf_image_add_hook(c->img, here->links[i].ifindex,
				      here->links[i].is_underlay ? WF_HOOK_VALIDATE : WF_HOOK_EDGE);
	return r;
}

/* Of all nodes: a container's packets may go to any. 0: unknown. */
static uint32_t smallest_mtu(const struct compile *c)
{
	uint32_t mtu = c->view.here->underlay_mtu;

	for (size_t i = 0; i < c->view.nodes.n; i++) {
		uint32_t other = c->view.nodes.items[i]->node.mtu;

		if (other && (!mtu || other < mtu))
			mtu = other;
	}
	return mtu;
}

static int add_mtus(const struct compile *c)
{
	uint32_t underlay = smallest_mtu(c), mtu = 0;
	int r = 0;

	for (size_t i = 0; i < c->view.here->n_ports && !r; i++) {
		const struct wf_here_port *port = &c->view.here->ports[i];

		if (!i || strcmp(port->tenant, port[-1].tenant) != 0)
			mtu = wf_compile_tenant_mtu(c->view.model, port->tenant, underlay);
		r = wf_image_add_mtu(c->img, port->ifindex,
				     wf_compile_port_mtu(c->view.model, port, mtu, underlay));
	}
	return r;
}

static int add_all(struct compile *c)
{
	struct wf_config *config = wf_image_config(c->img);
	int r;

	config->block = c->view.here->block;
	config->node = c->view.id;
	wf_sid_node_addr(config->addr, config->block, config->node);
	c->ways = wf_ways_of(&c->view, c->img, &c->targets);
	r = add_sids(c);
	if (!r)
		r = add_tenants(c);
	if (!r)
		r = wf_ways_add(&c->ways);
	wf_ways_done(&c->ways);
	wf_targets_done(&c->targets);
	return r ? r : add_mtus(c);
}

/* What could not be done, in a sentence; sealing finds the table that is too big. */
static int refuse(const struct compile *c, int r, struct wf_err *err)
{
	if (c->refusal.code)
		return wf_err_set(err, c->refusal.code, "%s", c->refusal.msg);
	return r == -E2BIG ? wf_image_seal(c->img, err)
			   : wf_err_errno(err, r, "compiling the image");
}

int wf_compile(const struct wf_model *m, const struct wf_here *here, struct wf_image **ret,
	       struct wf_err *err)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	struct compile c = {
		.view = {.model = m, .here = here, .nodes = wf_nodes_of(m)},
		.img = img,
		.sets = {.img = img, .view = &c.view, .pool = {.img = img}},
	};
	int r;

	if (!img)
		return refuse(&c, -ENOMEM, err);
	c.view.id = wf_nodes_id(&c.view.nodes, here->node);
	r = add_hooks(&c);
	if (!r && c.view.id)
		r = add_all(&c);
	wf_sets_done(&c.sets);
	wf_extranets_done(&c.extranets);
	wf_outlets_done(&c.outlets);
	if (r < 0)
		return refuse(&c, r, err);
	r = wf_image_seal(img, err);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(img);
	return 0;
}
