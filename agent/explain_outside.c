// SPDX-License-Identifier: Apache-2.0
/*
 * Asks the data path's decisions by which gateways packets to the outside leave. Each exit is asked
 * for in a world in which it is the only one: that is what flows that a hash gives to it get.
 */
#include "agent/drop.h"
#include "agent/explaining.h"
#include "model/scope.h"

static bool is_known(const struct wf_agent *a, const struct wf_object *tenant,
		     const struct wf_addr *addr)
{
	const struct wf_world world = wf_explaining_world(a);

	return wf_model_find_address(a->model, tenant->name, addr) ||
	       (a->installed && wf_dest_find(&world, tenant->self.id, addr->bytes));
}

bool wf_path_is_outside(const struct wf_agent *a, const char *tenant, const char *to)
{
	const struct wf_object *of = wf_model_find(a->model, WF_KIND_TENANT, NULL, tenant);
	struct wf_prefix host = {.len = 128};

	return of && wf_addr_parse(to, &host.addr) == 0 && !is_known(a, of, &host.addr) &&
	       !wf_tenant_has_prefix(&of->self, &host);
}

struct question {
	const struct wf_agent *agent;
	const struct wf_port *port;
	const struct wf_object *tenant;
	struct wf_outside_explanation *x;
};

static int find_addresses(struct question *q, const struct wf_addr *from_given, const char *to,
			  struct wf_err *err)
{
	struct wf_outside_explanation *x = q->x;
	const struct wf_addr *from = from_given;
	bool is_v4;

	if (wf_addr_parse(to, &x->to_addr) < 0)
		return wf_err_set(err, -EINVAL, "'%.63s' is no address", to);
	is_v4 = wf_addr_is_v4(&x->to_addr);
	if (!from)
		from = wf_explaining_first(&x->from->endpoint, is_v4);
	if (!from || wf_addr_is_v4(from) != is_v4)
		return wf_err_set(err, -EINVAL, "'%.63s' has no IPv%d address, as %.63s is one",
				  x->from->name, is_v4 ? 4 : 6, to);
	x->from_addr = *from;
	return 0;
}

static int read_question(struct question *q, const char *tenant, const char *from, const char *to,
			 struct wf_err *err)
{
	const struct wf_addr *given;
	struct wf_addr addr;
	int r = wf_explaining_tenant(q->agent, tenant, &q->tenant, err);

	if (!r)
		r = wf_explaining_endpoint(q->agent, tenant, from, &q->x->from, &given, &addr, err);
	if (!r)
		r = find_addresses(q, given, to, err);
	if (!r)
		r = wf_explaining_port(q->agent, q->x->from, &q->port, err);
	if (!r && q->port->is_gateway)
		r = wf_err_set(err, -EEXIST,
			       "'%s' is a gateway's own endpoint: nothing that comes in by it "
			       "leaves by a gateway again",
			       q->x->from->name);
	return r;
}

static int not_outside(const struct question *q, const char *to, struct wf_err *err)
{
	const struct wf_prefix host = {q->x->to_addr, 128};
	const char *reserved = wf_prefix_reserved(&host);

	if (reserved)
		return wf_err_set(err, -EEXIST, "nothing leaves for %.63s: it is in %s", to,
				  reserved);
	return wf_err_set(err, -EEXIST,
			  "nothing leaves for %.63s: it is not outside of tenant '%s'", to,
			  q->tenant->name);
}

/* All that work. */
static int find_entry(const struct question *q, const char *to, const struct wf_egress_entry **ret,
		      struct wf_err *err)
{
	const struct wf_world world = wf_explaining_world(q->agent);
	const uint32_t id = q->port->tenant;

	if (!wf_egress_is_outside(&world, id, WF_STAGE_OUT, q->x->to_addr.bytes))
		return not_outside(q, to, err);
	*ret = wf_image_find(q->agent->installed, WF_TABLE_EGRESS, &id);
	if (!*ret)
		return wf_err_set(
			err, -EEXIST,
			"no gateway serves tenant '%s', so nothing leaves for %.63s: name "
			"the tenant in the `egress` of one",
			q->tenant->name, to);
	if ((*ret)->n)
		return 0;
	return wf_err_set(err, -EEXIST,
			  "no gateway of tenant '%s' works, so nothing leaves for %.63s: see 'weft "
			  "gateway list'",
			  q->tenant->name, to);
}

/* The tables, but for a single exit. */
struct lone {
	struct wf_world all;
	struct wf_egress_entry entry;
};

static const void *find_lone(const void *tables, enum wf_table table, const void *key)
{
	const struct lone *lone = tables;

	return table == WF_TABLE_EGRESS ? &lone->entry
					: lone->all.find(lone->all.tables, table, key);
}

/* A first packet, without ports, as in agent/explain.c. NO_GATEWAY: the exit does not take it. */
static enum wf_drop decide(const struct question *q, const struct wf_exit *exit, struct wf_way *ret)
{
	const struct lone lone = {.all = wf_explaining_world(q->agent),
				  .entry = {.n = 1, .exits = {*exit}}};
	const struct wf_world world = {.config = lone.all.config,
				       .find = find_lone,
				       .tables = &lone};
	struct wf_case c = {.kind = WF_CASE_WHOLE};
	const struct wf_dest *dest;
	enum wf_drop drop;

	memcpy(c.ahead.flow.src, q->x->from_addr.bytes, 16);
	memcpy(c.ahead.flow.dst, q->x->to_addr.bytes, 16);
	c.ahead.flow.proto = WF_PROTO_NONE;
	drop = wf_apply_find(&world, q->port, c.ahead.flow.dst, &c, &dest);
	if (!drop)
		drop = wf_apply_judge(&world, q->port, dest, &c);
	if (!drop)
		drop = wf_route_decide(&world, wf_case_leg(&c, q->port->identity), dest, 0, ret);
	ret->dest = NULL; /* it was the case's */
	return drop;
}

/* Whose endpoint the exit is. */
static const struct wf_object *gateway_of(const struct wf_agent *a, const struct wf_exit *exit)
{
	const struct wf_object *arm = wf_explaining_entered(a, exit->dest.node, exit->sid);

	if (!arm || !arm->endpoint.is_gateway)
		return NULL;
	return wf_model_find(a->model, WF_KIND_GATEWAY, NULL,
			     arm->name + strlen(WF_GATEWAY_PREFIX));
}

static int add_exit(const struct question *q, const struct wf_exit *exit)
{
	struct wf_explained_exit *e = &q->x->exits[q->x->n_exits];
	struct wf_way way;
	enum wf_drop drop = decide(q, exit, &way);

	if (drop == WF_DROP_NO_GATEWAY)
		return 0;
	e->drop = drop;
	e->gateway = gateway_of(q->agent, exit);
	e->node = wf_explaining_node(q->agent, exit->dest.node);
	if (!drop) {
		e->way = calloc(1, sizeof(*e->way));
		if (!e->way)
			return -ENOMEM;
		wf_explaining_way(q->agent, &way, 0, e->way);
	}
	q->x->n_exits++;
	return 0;
}

static int add_exits(const struct question *q, const struct wf_egress_entry *entry, const char *to,
		     struct wf_err *err)
{
	int r = 0;

	for (size_t i = 0; i < entry->n && i < WF_EXITS_MAX && !r; i++)
		r = add_exit(q, &entry->exits[i]);
	if (r)
		return wf_err_set(err, r, "out of memory for the paths to '%.63s'", to);
	if (!q->x->n_exits)
		return wf_err_set(
			err, -EEXIST,
			"no gateway of tenant '%s' that works takes IPv%d packets, so nothing "
			"leaves for %.63s: see 'weft gateway list'",
			q->tenant->name, wf_addr_is_v4(&q->x->to_addr) ? 4 : 6, to);
	for (size_t i = 0; i < q->x->n_exits; i++)
		q->x->exits[i].share = 1.0 / (double)q->x->n_exits;
	return 0;
}

void wf_outside_explanation_done(struct wf_outside_explanation *x)
{
	for (size_t i = 0; i < x->n_exits; i++)
		free(x->exits[i].way);
	memset(x, 0, sizeof(*x));
}

int wf_path_explain_outside(const struct wf_agent *a, const char *tenant, const char *from,
			    const char *to, struct wf_outside_explanation *ret, struct wf_err *err)
{
	struct wf_outside_explanation x = {.n_exits = 0};
	struct question q = {.agent = a, .x = &x};
	const struct wf_egress_entry *entry = NULL;
	const struct wf_link *link;
	int r = read_question(&q, tenant, from, to, err);

	if (!r)
		r = find_entry(&q, to, &entry, err);
	if (!r)
		r = add_exits(&q, entry, to, err);
	if (r) {
		wf_outside_explanation_done(&x);
		return r;
	}
	link = wf_agent_link(a, x.from->tenant, x.from->name);
	x.mtu = link ? link->mtu : 0;
	*ret = x;
	return 0;
}
