// SPDX-License-Identifier: Apache-2.0
/*
 * Two seats, one for each end: its node's tables and what that node remembers of the connection.
 * The packet goes through the sender's seat and the receiver's, an answer the other way round.
 */
#include "agent/check.h"

#include "agent/check_question.h"
#include "agent/node_image.h"
#include "agent/state.h"
#include "dp/apply.h"

#define SOURCE_PORT 49152 /* the first that nobody has (RFC 6335 section 6) */

/* One connection, which is all that a check opens. */
struct memory {
	struct wf_conn_key key;
	struct wf_conn conn;
	bool has;
};

struct seat {
	struct wf_node_image image;
	struct wf_world world; /* memory: the next field */
	struct memory memory;
	const struct wf_port *port; /* of the endpoint */
};

static void *recall(void *memory, enum wf_memory what, const void *key)
{
	struct memory *m = memory;

	return what == WF_MEMORY_CONN && m->has && !memcmp(&m->key, key, sizeof(m->key)) ? &m->conn
											 : NULL;
}

static void remember(void *memory, enum wf_memory what, const void *key, const void *value)
{
	struct memory *m = memory;

	if (what != WF_MEMORY_CONN)
		return;
	memcpy(&m->key, key, sizeof(m->key));
	memcpy(&m->conn, value, sizeof(m->conn));
	m->has = true;
}

static int seat_init(struct seat *s, const struct wf_agent *a, const struct wf_check_end *end,
		     struct wf_err *err)
{
	const struct wf_object *o = end->endpoint;
	int r;

	if (!o)
		return 0;
	r = wf_node_image_init(&s->image, a, o->endpoint.node, err);
	if (r)
		return r;
	s->world = wf_node_image_world(&s->image);
	s->world.recall = recall;
	s->world.remember = remember;
	s->world.memory = &s->memory;
	s->port = wf_node_image_port(&s->image, o);
	if (s->port)
		return 0;
	return wf_err_set(err, -EIO,
			  "the kernel does not hold endpoint '%s' (yet): see 'weft status'",
			  o->name);
}

static const struct wf_object *by_id(const struct wf_agent *a, const struct wf_object *tenant,
				     uint16_t policy)
{
	struct wf_claim claim = wf_claim_id(WF_KIND_POLICY, tenant->name, policy);

	return policy ? wf_model_find_claim(a->model, &claim, NULL) : NULL;
}

static struct wf_case case_of(const struct wf_flow *flow, uint8_t tcp_flags)
{
	struct wf_case c = {.kind = WF_CASE_WHOLE, .tcp_flags = tcp_flags};

	c.ahead.flow = *flow;
	c.has_back = wf_flow_answer(flow, &c.back.flow);
	return c;
}

/* At the sender's. @home: the destination's tenant. */
static enum wf_drop leave(const struct seat *s, uint32_t home, struct wf_case *c)
{
	const struct wf_dest *dest = wf_dest_find(&s->world, s->port->tenant, c->ahead.flow.dst);
	struct wf_leg leg = {.identity = s->port->identity};
	enum wf_drop drop;
	struct wf_way way;

	if (!dest || dest->home != home)
		return WF_DROP_NO_ENDPOINT;
	drop = wf_apply_judge(&s->world, s->port, dest, c);
	if (drop)
		return drop;
	leg.tenant = c->ahead.tenant;
	leg.policy = c->ruling.way;
	leg.is_reverse = c->ruling.is_reverse;
	leg.stage = c->stage;
	return wf_route_decide(&s->world, &leg, dest, 0, &way);
}

/* At the receiver's, as wf_validate_judge() does when the headers prove what they should. */
static enum wf_drop arrive(const struct seat *s, uint32_t home, struct wf_case *c)
{
	const struct wf_dest *dest = wf_dest_find(&s->world, home, c->ahead.flow.dst);
	const struct wf_dest *source = wf_dest_find(&s->world, home, c->ahead.flow.src);
	struct wf_party from = {0}, to = {.home = home};

	if (!dest || !dest->ifindex || dest->home != home)
		return WF_DROP_NOT_HERE;
	to.identity = dest->identity;
	if (source)
		from = (struct wf_party){source->home, source->identity};
	wf_case_parties(c, from, to, WF_STAGE_IN);
	return (enum wf_drop)wf_verdict_decide(&s->world, c);
}

/* A packet from one end to the other, and those who judge it. */
struct trip {
	const struct wf_agent *agent;
	struct seat *from; /* without a port: from outside */
	struct seat *to;
	const struct wf_check_end *source;
	const struct wf_check_end *dest;
	const struct wf_object *judge; /* the tenant whose policy lets it pass */
	struct wf_flow flow;
	uint8_t tcp_flags;
	struct wf_case last; /* as the last node judged it */
};

static struct wf_check_ruling ruling_of(const struct trip *t, const struct wf_check_end *at,
					enum wf_drop drop)
{
	const struct wf_object *judge = drop ? t->dest->tenant : t->judge;
	const struct wf_ruling *r = &t->last.ruling;

	return (struct wf_check_ruling){
		.node = at->endpoint->endpoint.node,
		.drop = drop,
		.judge = judge,
		.policy = by_id(t->agent, judge, r->policy),
		.way = drop ? NULL : by_id(t->agent, t->dest->tenant, r->way),
		.is_reverse = !drop && r->is_reverse,
	};
}

static bool is_local(const struct trip *t)
{
	return t->source->endpoint && t->dest->endpoint &&
	       !strcmp(t->source->endpoint->endpoint.node, t->dest->endpoint->endpoint.node);
}

/* Both stay as they are where nobody is asked. */
static enum wf_drop travel(struct trip *t, struct wf_check_ruling *ret_sender,
			   struct wf_check_ruling *ret_receiver)
{
	uint32_t home = t->dest->tenant->self.id;
	enum wf_drop drop = WF_DROP_NONE;

	t->last = case_of(&t->flow, t->tcp_flags);
	if (t->from->port) {
		drop = leave(t->from, home, &t->last);
		*ret_sender = ruling_of(t, t->source, drop);
	}
	if (drop || is_local(t) || !t->to->port)
		return drop;
	t->last = case_of(&t->flow, t->tcp_flags);
	drop = arrive(t->to, home, &t->last);
	*ret_receiver = ruling_of(t, t->dest, drop);
	return drop;
}

static struct wf_flow flow_of(const struct wf_check *c)
{
	struct wf_flow flow = {.proto = c->port.proto, .dport = wf_htons(c->port.first)};

	memcpy(flow.src, c->from.addr.bytes, sizeof(flow.src));
	memcpy(flow.dst, c->to.addr.bytes, sizeof(flow.dst));
	flow.sport = wf_htons(SOURCE_PORT);
	if (flow.proto != WF_PROTO_ICMP)
		return flow;
	flow.proto = wf_addr_is_v4(&c->to.addr) ? WF_PROTO_ICMP : WF_PROTO_ICMPV6;
	flow.dport = wf_htons((uint16_t)(c->port.first << 8));
	if (!wf_icmp_has_id(flow.proto, (uint8_t)c->port.first))
		flow.sport = 0;
	return flow;
}

static void note_needs(const struct seat *s, const struct trip *t, struct wf_check *ret)
{
	const struct wf_tenant_entry *entry;
	struct wf_policy_key key = {.policy = t->last.ruling.way};
	const struct wf_policy_entry *policy;
	uint32_t home = t->dest->tenant->self.id;

	ret->needs = wf_verdict_needs(&s->world, home, WF_STAGE_IN, key.policy);
	entry = wf_world_find(&s->world, TENANT, &home);
	key.set = entry ? entry->set : 0;
	policy = key.policy ? wf_world_find(&s->world, POLICY, &key) : NULL;
	ret->transit_every = policy ? policy->transit_every : 0;
}

/* Would it pass if nobody knew what it answers? */
static bool passes_alone(struct trip *t)
{
	struct memory from = t->from->memory, to = t->to->memory;
	struct wf_check_ruling unused;
	enum wf_drop drop;

	t->from->memory.has = t->to->memory.has = false;
	drop = travel(t, &unused, &unused);
	t->from->memory = from;
	t->to->memory = to;
	return drop == WF_DROP_NONE;
}

static void answer(const struct trip *there, struct wf_check *ret)
{
	struct trip back = {
		.agent = there->agent,
		.from = there->to,
		.to = there->from,
		.source = there->dest,
		.dest = there->source,
		.judge = there->source->tenant,
		.tcp_flags = WF_TCP_SYN | WF_TCP_ACK,
	};

	ret->has_reply = there->from->port && there->to->port &&
			 wf_flow_answer(&there->flow, &back.flow);
	if (!ret->has_reply)
		return;
	ret->is_by_connection = !passes_alone(&back);
	if (ret->is_by_connection)
		back.judge = there->dest->tenant;
	travel(&back, &ret->reply_sender, &ret->reply_receiver);
}

static void check(const struct wf_agent *a, struct seat seats[2], struct wf_check *ret)
{
	struct trip t = {
		.agent = a,
		.from = &seats[0],
		.to = &seats[1],
		.source = &ret->from,
		.dest = &ret->to,
		.judge = ret->to.tenant,
		.flow = flow_of(ret),
		.tcp_flags = WF_TCP_SYN,
	};

	ret->is_local = is_local(&t);
	if (ret->is_local) /* one node, which remembers for both */
		t.to->world.memory = &t.from->memory;
	if (travel(&t, &ret->sender, &ret->receiver))
		return;
	if (!ret->is_local && t.to->port)
		note_needs(t.to, &t, ret);
	answer(&t, ret);
}

int wf_check_policy(const struct wf_agent *a, const struct wf_check_question *q,
		    struct wf_check *ret, struct wf_err *err)
{
	struct seat *seats;
	int r = wf_check_read(a, q, ret, err);

	if (r)
		return r;
	seats = calloc(2, sizeof(*seats));
	if (!seats)
		return wf_err_set(err, -ENOMEM, "out of memory");
	r = seat_init(&seats[0], a, &ret->from, err);
	if (!r)
		r = seat_init(&seats[1], a, &ret->to, err);
	if (!r)
		check(a, seats, ret);
	for (int i = 0; i < 2; i++)
		wf_node_image_done(&seats[i].image);
	free(seats);
	return r;
}

enum wf_drop wf_check_drop(const struct wf_check *c)
{
	return c->sender.drop ? c->sender.drop : c->receiver.drop;
}
