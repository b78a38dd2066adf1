// SPDX-License-Identifier: Apache-2.0
/* Asks the data path's decisions, on the image as its tables, what a packet would get. */
#include "agent/drop.h"
#include "agent/explaining.h"

static const void *find_exact(const void *tables, enum wf_table table, const void *key)
{
	return wf_image_find(tables, table, key);
}

static const void *find(const void *tables, enum wf_table table, const void *key)
{
	return table == WF_TABLE_ZONE ? wf_zone_longest(find_exact, tables, key)
				      : find_exact(tables, table, key);
}

struct wf_world wf_explaining_world(const struct wf_agent *a)
{
	return (struct wf_world){.config = &a->config, .find = find, .tables = a->installed};
}

const struct wf_object *wf_explaining_node(const struct wf_agent *a, uint16_t id)
{
	const struct wf_claim claim = wf_claim_id(WF_KIND_NODE, "", id);

	return id ? wf_model_find_claim(a->model, &claim, NULL) : NULL;
}

const struct wf_object *wf_explaining_entered(const struct wf_agent *a, uint16_t node, uint16_t sid)
{
	const struct wf_object *at = sid ? wf_explaining_node(a, node) : NULL;
	struct wf_claim claim;

	if (!at)
		return NULL;
	claim = wf_claim_sid(at->name, sid);
	return wf_model_find_claim(a->model, &claim, NULL);
}

int wf_explaining_endpoint(const struct wf_agent *a, const char *tenant, const char *text,
			   const struct wf_object **ret, const struct wf_addr **ret_addr,
			   struct wf_addr *addr, struct wf_err *err)
{
	bool is_addr = wf_addr_parse(text, addr) == 0;

	*ret = is_addr ? wf_model_find_address(a->model, tenant, addr)
		       : wf_model_find(a->model, WF_KIND_ENDPOINT, tenant, text);
	*ret_addr = is_addr ? addr : NULL;
	if (*ret)
		return 0;
	return wf_err_set(err, -ENOENT,
			  "tenant '%.63s' has no endpoint '%.63s': list those there are with 'weft "
			  "endpoint list'",
			  tenant, text);
}

const struct wf_addr *wf_explaining_first(const struct wf_endpoint *e, bool is_v4)
{
	for (unsigned int i = 0; i < e->n_addrs; i++)
		if (wf_addr_is_v4(&e->addrs[i]) == is_v4)
			return &e->addrs[i];
	return NULL;
}

/* One address of each, of the same family; those given are kept. */
static int pair(struct wf_explanation *x, const struct wf_addr *from, const struct wf_addr *to,
		struct wf_err *err)
{
	const struct wf_endpoint *f = &x->from->endpoint, *t = &x->to->endpoint;

	for (int is_v4 = 1; is_v4 >= 0; is_v4--) {
		const struct wf_addr *a = from ? from : wf_explaining_first(f, is_v4);
		const struct wf_addr *b = to ? to : wf_explaining_first(t, is_v4);

		if (!a || !b || wf_addr_is_v4(a) != is_v4 || wf_addr_is_v4(b) != is_v4)
			continue;
		x->from_addr = *a;
		x->to_addr = *b;
		return 0;
	}
	return wf_err_set(err, -EINVAL, "'%s' and '%s' have no addresses of the same family",
			  x->from->name, x->to->name);
}

int wf_explaining_tenant(const struct wf_agent *a, const char *name, const struct wf_object **ret,
			 struct wf_err *err)
{
	*ret = wf_model_find(a->model, WF_KIND_TENANT, NULL, name);
	if (*ret)
		return 0;
	return wf_err_set(err, -ENOENT,
			  "tenant '%.63s' does not exist: list those there are with 'weft tenant "
			  "list'",
			  name);
}

static int find_pair(const struct wf_agent *a, const char *tenant, const char *from, const char *to,
		     struct wf_explanation *x, struct wf_err *err)
{
	const struct wf_addr *from_given, *to_given;
	const struct wf_object *of;
	struct wf_addr f, t;
	int r = wf_explaining_tenant(a, tenant, &of, err);

	if (!r)
		r = wf_explaining_endpoint(a, tenant, from, &x->from, &from_given, &f, err);
	if (!r)
		r = wf_explaining_endpoint(a, tenant, to, &x->to, &to_given, &t, err);
	return r ? r : pair(x, from_given, to_given, err);
}

int wf_explaining_port(const struct wf_agent *a, const struct wf_object *o,
		       const struct wf_port **ret, struct wf_err *err)
{
	const struct wf_link *link = wf_agent_link(a, o->tenant, o->name);
	uint32_t ifindex = link ? (uint32_t)link->ifindex : 0;

	if (!o->endpoint.node[0])
		return wf_err_set(err, -EEXIST, "endpoint '%s' is not attached", o->name);
	if (strcmp(o->endpoint.node, a->options.node) != 0)
		return wf_err_set(err, -EEXIST,
				  "endpoint '%s' is on node '%s': ask the weftd of that node",
				  o->name, o->endpoint.node);
	*ret = a->installed ? wf_image_find(a->installed, WF_TABLE_PORT, &ifindex) : NULL;
	if (*ret)
		return 0;
	return wf_err_set(err, -EIO,
			  "the kernel does not hold endpoint '%s' (yet): see 'weft status'",
			  o->name);
}

/* A first packet, without ports: no protocol is asked for, so no policy with ports speaks of it. */
static enum wf_drop judge(const struct wf_world *w, const struct wf_port *port,
			  const struct wf_explanation *x, struct wf_case *c, struct wf_way *ret)
{
	const struct wf_dest *dest = wf_dest_find(w, port->tenant, x->to_addr.bytes);
	struct wf_leg leg = {.identity = port->identity};
	enum wf_drop drop;

	memcpy(c->ahead.flow.src, x->from_addr.bytes, 16);
	memcpy(c->ahead.flow.dst, x->to_addr.bytes, 16);
	c->ahead.flow.proto = WF_PROTO_NONE;
	drop = dest ? wf_apply_judge(w, port, dest, c) : WF_DROP_NO_ENDPOINT;
	if (drop)
		return drop;
	leg.tenant = c->ahead.tenant;
	leg.policy = c->ruling.way;
	leg.is_reverse = c->ruling.is_reverse;
	leg.stage = c->stage;
	return wf_route_decide(w, &leg, dest, 0, ret);
}

static int decide(const struct wf_agent *a, const struct wf_port *port, struct wf_explanation *x,
		  struct wf_way *ret, struct wf_err *err)
{
	const struct wf_world world = wf_explaining_world(a);
	struct wf_case c = {.kind = WF_CASE_WHOLE};
	enum wf_drop drop = judge(&world, port, x, &c, ret);

	if (drop == WF_DROP_DENIED)
		return wf_err_set(
			err, -EEXIST,
			"a packet from '%s' to '%s' is denied, unless a policy allows its "
			"ports: see 'weft policy check'",
			x->from->name, x->to->name);
	if (!drop)
		return 0;
	return wf_err_set(err, -EEXIST, "a packet from '%s' to '%s' is dropped: %s", x->from->name,
			  x->to->name, wf_drop_name(drop));
}

/* Is it of one of the lanes that flows are spread over, and asks the others? */
static bool is_in_use(const struct wf_agent *a, const struct wf_path_key *key, uint32_t others)
{
	const struct wf_lanes_key of = {.tenant = key->tenant,
					.policy = key->policy,
					.is_reverse = key->is_reverse,
					.alternative = key->alternative};
	const struct wf_lanes *lanes = wf_image_find(a->installed, WF_TABLE_LANES, &of);

	if (!lanes || !lanes->n)
		return key->lane == others;
	for (unsigned int i = 0; i < lanes->n && i < WF_LANES_MAX; i++)
		if (key->lane == wf_lane_join(lanes->names[i], others))
			return true;
	return false;
}

static void add_paths(const struct wf_agent *a, const struct wf_path_key *way, uint32_t others,
		      struct wf_explanation *x)
{
	size_t n = wf_image_count(a->installed, WF_TABLE_PATH);

	for (size_t i = 0; i < n && x->n_paths < WF_EXPLAINED_MAX; i++) {
		const struct wf_path_key *key = wf_image_key(a->installed, WF_TABLE_PATH, i);
		struct wf_path_key like = *key;

		like.alternative = way->alternative;
		like.lane = way->lane;
		if (!memcmp(&like, way, sizeof(like)) && is_in_use(a, key, others))
			wf_path_describe(a, i, &x->paths[x->n_paths++]);
	}
}

void wf_explaining_way(const struct wf_agent *a, const struct wf_way *way, uint32_t others,
		       struct wf_explanation *x)
{
	add_paths(a, &way->path_key, others, x);
	x->is_local = !way->path->len;
	x->is_reverse = way->path_key.is_reverse;
	x->sid_arg = way->sid_arg;
	x->policy = x->n_paths ? x->paths[0].policy : NULL;
}

int wf_path_explain(const struct wf_agent *a, const char *tenant, const char *from, const char *to,
		    struct wf_explanation *ret, struct wf_err *err)
{
	const struct wf_port *port;
	const struct wf_link *link;
	struct wf_way way;
	int r;

	memset(ret, 0, sizeof(*ret));
	r = find_pair(a, tenant, from, to, ret, err);
	if (!r)
		r = wf_explaining_port(a, ret->from, &port, err);
	if (!r)
		r = decide(a, port, ret, &way, err);
	if (r)
		return r;
	link = wf_agent_link(a, ret->from->tenant, ret->from->name);
	ret->mtu = link ? link->mtu : 0;
	wf_explaining_way(a, &way, 0, ret);
	return 0;
}
