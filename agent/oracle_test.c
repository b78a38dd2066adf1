// SPDX-License-Identifier: Apache-2.0
/*
 * Random wishes, compiled for three nodes and put into three sets of real maps (oracle_rig_test.h);
 * packets through the programs themselves, from the sender's apply into the receiver's validate,
 * and replies back; all held against the oracle (compile/oracle_test.h).
 *
 * What waypoints do on the way is done by hand: the last segment becomes the destination.
 * With two numbers as arguments: worlds from the first seed on, so many.
 */
#include "agent/oracle_rig_test.h"

#include <stdlib.h>

#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define WORLDS	250
#define PACKETS 40

/* A flow in one of its directions. */
struct flow {
	struct oracle_packet p;
	uint16_t sport; /* of ICMP echoes their id; of what has no ports anything */
};

static bool is_echo(const struct flow *f)
{
	const uint8_t type = (uint8_t)(f->p.port >> 8);

	return (f->p.proto == 1 && type == 8) || (f->p.proto == 58 && type == 128);
}

/* Policies do not decide on errors and discovery: those are their own tests' business. */
static bool is_ordinary(const struct flow *f)
{
	const uint8_t type = (uint8_t)(f->p.port >> 8);

	if (f->p.proto == 1)
		return type != 3 && type != 4 && type != 5 && type != 11 && type != 12;
	return f->p.proto != 58 || type == 128 || type == 129 || type > 160;
}

static bool has_ports(const struct flow *f)
{
	return f->p.proto == 6 || f->p.proto == 17 || f->p.proto == 132;
}

static void build_ip(const struct flow *f, bool is_reply, struct packet *ret)
{
	char src[WF_ADDR_STR_MAX], dst[WF_ADDR_STR_MAX];
	const uint32_t l3 = ret->len;
	struct ip_spec s = {.proto = f->p.proto,
			    .sport = f->sport,
			    .dport = f->p.port,
			    .icmp_type = (uint8_t)(f->p.port >> 8),
			    .icmp_code = (uint8_t)f->p.port,
			    .icmp_info = (uint32_t)f->sport << 16 | 1,
			    .payload = 32};

	s.src = wf_addr_str(&f->p.src, src);
	s.dst = wf_addr_str(&f->p.dst, dst);
	packet_add_ip(ret, &s);
	if (f->p.proto == 6)
		ret->bytes[l3 + (wf_addr_is_v4(&f->p.src) ? 20 : 40) + 13] = is_reply ? 0x12 : 2;
}

static uint16_t ethertype(const struct flow *f)
{
	return wf_addr_is_v4(&f->p.src) ? 0x0800 : 0x86dd;
}

static struct oracle_node *node_of(struct oracle_rig *rig, const struct wf_object *e)
{
	return &rig->nodes[e->endpoint.node[1] - '0'];
}

static uint32_t ifindex_of(const struct oracle_world *w, const struct oracle_rig *rig,
			   const struct wf_object *e)
{
	struct wf_object *const *endpoints;
	size_t n;

	endpoints = wf_model_range(w->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (endpoints[i] == e)
			return (uint32_t)rig->ifindexes[i];
	fail_msg("no endpoint '%s'", e->name);
	return 0;
}

static void apply(struct oracle_rig *rig, const struct oracle_world *w, const struct flow *f,
		  bool is_reply, struct packet *in, struct outcome *ret)
{
	packet_eth(in, gateway_mac, f->p.sender->endpoint.mac, ethertype(f));
	build_ip(f, is_reply, in);
	fixture_run(&node_of(rig, f->p.sender)->f, PROG_APPLY, ifindex_of(w, rig, f->p.sender), in,
		    ret);
}

#define OUTER	ETH_LEN
#define SRH_OFF (OUTER + 40)

static bool is_encapsulated(const struct packet *p)
{
	return p->bytes[12] == 0x86 && p->bytes[13] == 0xdd &&
	       wf_load_be32(p->bytes + OUTER + 24) == TEST_BLOCK;
}

/* As the packet comes to the node where its path ends: all waypoints are behind it. */
static void travel(struct packet *p)
{
	memcpy(p->bytes, mac_underlay, 6);
	memcpy(p->bytes + 6, mac_router, 6);
	if (p->bytes[OUTER + 6] != 43)
		return;
	p->bytes[SRH_OFF + 3] = 0;
	memcpy(p->bytes + OUTER + 24, p->bytes + SRH_OFF + 8, 16);
}

/* Of the opaque TLV, if there is one, or of the final SID. */
static struct wf_sid_arg arg_of(const struct packet *p)
{
	const uint8_t *srh = p->bytes + SRH_OFF;
	const uint32_t end = 8 + 8u * srh[1];
	uint32_t at = 8 + 16 * (srh[4] + 1u);

	if (p->bytes[OUTER + 6] == 43)
		for (; at + 2 <= end; at += srh[at] ? 2u + srh[at + 1] : 1)
			if (srh[at] == 124)
				return wf_sid_arg_unpack(wf_load_be64(srh + at + 8));
	return wf_sid_arg_unpack(wf_sid_arg(p->bytes + OUTER + 24));
}

static uint32_t tenant_id(const struct oracle_world *w, const char *name)
{
	return wf_model_find(w->model, WF_KIND_TENANT, NULL, name)->self.id;
}

#define difference(w, f, answer, ...)                              \
	do {                                                       \
		oracle_print(w, &(f)->p, answer);                  \
		fprintf(stderr, "  source port %u\n", (f)->sport); \
		fail_msg(__VA_ARGS__);                             \
	} while (0)

/* What the header says of a packet that takes @way of the receiver's tenant. */
static void check_header(const struct oracle_world *w, const struct flow *f,
			 const struct oracle_answer *answer, const struct packet *p)
{
	const struct wf_sid_arg arg = arg_of(p);

	if (arg.tenant != tenant_id(w, answer->receiver->tenant) ||
	    arg.identity != f->p.sender->endpoint.identity ||
	    arg.policy != (answer->way ? answer->way->policy.id : 0))
		difference(w, f, answer, "seed %u: argument tenant %u identity %u policy %u",
			   w->first_seed, arg.tenant, arg.identity, arg.policy);
}

/* It gets to the receiver's container, whole. */
static void check_delivered(struct oracle_rig *rig, const struct oracle_world *w,
			    const struct flow *f, const struct oracle_answer *answer,
			    const struct packet *in, struct outcome *o, const char *what)
{
	struct packet out;

	if (o->drop || o->verdict != VERDICT_REDIRECT)
		difference(w, f, answer, "seed %u: the sender drops %s for reason %d",
			   w->first_seed, what, o->drop);
	if (is_encapsulated(&o->out)) {
		out = o->out;
		travel(&out);
		check_header(w, f, answer, &out);
		fixture_run(&node_of(rig, answer->receiver)->f, PROG_VALIDATE, rig->underlay, &out,
			    o);
		if (o->drop || o->verdict != VERDICT_REDIRECT)
			difference(w, f, answer, "seed %u: the receiver drops %s for reason %d",
				   w->first_seed, what, o->drop);
	}
	assert_memory_equal(o->out.bytes, answer->receiver->endpoint.mac, 6);
	assert_int_equal(o->out.len, in->len);
}

/* The answer of the receiver's application. */
static void reverse(const struct flow *f, const struct oracle_answer *answer, struct flow *ret)
{
	*ret = *f;
	ret->p.sender = answer->receiver;
	ret->p.tenant = answer->receiver->tenant;
	ret->p.src = f->p.dst;
	ret->p.dst = f->p.src;
	if (has_ports(f)) {
		ret->p.port = f->sport;
		ret->sport = f->p.port;
	} else if (is_echo(f)) {
		ret->p.port = (uint16_t)((f->p.proto == 1 ? 0 : 129) << 8 | (f->p.port & 0xff));
	}
}

/* A reply's way: its own, or the mirrored one of the policy it is a reply by. */
static void judge_reply(const struct oracle_world *w, const struct flow *reply,
			const struct oracle_answer *opening, struct oracle_answer *ret)
{
	oracle_judge(w->model, &reply->p, ret);
	if (ret->way || !opening->way || !opening->way->policy.is_symmetric ||
	    opening->is_reverse ||
	    strcmp(reply->p.tenant, ret->receiver->tenant) != 0) /* there is no mirror of others */
		return;
	ret->way = opening->way;
	ret->is_reverse = true;
}

struct tally {
	unsigned int n, n_delivered, n_denied, n_unknown, n_replies, n_pure_replies, n_foreign,
		n_strangers_in, n_strangers_out;
};

/*
 * Where a policy denies the other direction, what goes from a lower port to a higher one opens no
 * connection, unless TCP says that it does (dp/verdict.h): it may be the answers of one that was
 * there before the policy.
 */
static bool looks_like_answer(const struct flow *f)
{
	return has_ports(f) && f->p.proto != 6 && f->sport < f->p.port;
}

static void try_reply(struct oracle_rig *rig, const struct oracle_world *w, const struct flow *f,
		      const struct oracle_answer *opening, struct tally *t)
{
	struct oracle_answer answer;
	struct outcome o;
	struct packet in;
	struct flow reply;

	reverse(f, opening, &reply);
	judge_reply(w, &reply, opening, &answer);
	if (!answer.receiver)
		difference(w, &reply, &answer, "seed %u: the opened side knows no way back",
			   w->first_seed);
	if (answer.why == ORACLE_BY_DENY && looks_like_answer(f))
		return;
	apply(rig, w, &reply, true, &in, &o);
	check_delivered(rig, w, &reply, &answer, &in, &o, "a reply");
	t->n_replies++;
	t->n_pure_replies += !answer.is_allowed;
}

/* The header that an honest sender's node would make, had it not dropped the packet. */
static void encapsulate(const struct oracle_world *w, const struct flow *f,
			const struct oracle_answer *answer, const char *source, struct packet *ret)
{
	const struct outer_spec o = {.src = source, .dst = "::", .upper = f->p.proto};
	const struct wf_sid_arg arg = {.tenant = tenant_id(w, answer->receiver->tenant),
				       .identity = f->p.sender ? f->p.sender->endpoint.identity : 0,
				       .policy = f->p.sender && answer->way ? answer->way->policy.id
									    : 0};
	uint8_t *ip = ret->bytes + OUTER;

	packet_from_underlay(ret, &o, NULL);
	build_ip(f, false, ret);
	ip[4] = (uint8_t)((ret->len - OUTER - 40) >> 8);
	ip[5] = (uint8_t)(ret->len - OUTER - 40);
	ip[6] = wf_addr_is_v4(&f->p.src) ? 4 : 41;
	wf_store_be64(ip + 24,
		      wf_sid_head_make(TEST_BLOCK,
				       (uint16_t)(answer->receiver->endpoint.node[1] - '0' + 1),
				       WF_FN_DT46));
	wf_store_be64(ip + 32, wf_sid_arg_pack(&arg));
}

/* A sender's node that forgets to drop: the receiver's does. */
static void try_past_the_sender(struct oracle_rig *rig, const struct oracle_world *w,
				const struct flow *f, const struct oracle_answer *answer)
{
	char source[] = "5f00:0:1::1";
	struct packet in;
	struct outcome o;

	if (strcmp(f->p.sender->endpoint.node, answer->receiver->endpoint.node) == 0)
		return;
	source[7] = (char)(f->p.sender->endpoint.node[1] + 1);
	encapsulate(w, f, answer, source, &in);
	fixture_run(&node_of(rig, answer->receiver)->f, PROG_VALIDATE, rig->underlay, &in, &o);
	if (strcmp(f->p.tenant, answer->receiver->tenant) == 0 ? o.drop != WF_DROP_DENIED : !o.drop)
		difference(w, f, answer, "seed %u: past its sender the receiver says %d",
			   w->first_seed, o.drop);
	assert_int_equal(o.verdict, VERDICT_DROP);
}

/* Could the packet be taken for a reply of a flow that was allowed before? */
static bool may_be_reply(const struct oracle_world *w, const struct flow *f,
			 const struct oracle_answer *answer)
{
	struct oracle_answer other;
	struct flow back;

	if (has_ports(f) || is_echo(f))
		return false;
	reverse(f, answer, &back);
	oracle_judge(w->model, &back.p, &other);
	return other.is_allowed;
}

static void try_flow(struct oracle_rig *rig, const struct oracle_world *w, const struct flow *f,
		     struct tally *t)
{
	struct oracle_answer answer;
	struct outcome o;
	struct packet in;

	oracle_judge(w->model, &f->p, &answer);
	if (!is_ordinary(f) || (answer.receiver && may_be_reply(w, f, &answer)))
		return;
	t->n++;
	for (int i = 0; i < 2; i++) { /* decided, then remembered */
		apply(rig, w, f, false, &in, &o);
		if (answer.is_allowed) {
			check_delivered(rig, w, f, &answer, &in, &o, "it");
			continue;
		}
		if (o.drop != (answer.receiver ? WF_DROP_DENIED : WF_DROP_NO_ENDPOINT))
			difference(w, f, &answer, "seed %u: the sender says %d", w->first_seed,
				   o.drop);
	}
	t->n_delivered += answer.is_allowed;
	t->n_unknown += !answer.receiver;
	t->n_denied += answer.receiver && !answer.is_allowed;
	t->n_foreign += answer.is_allowed && strcmp(f->p.tenant, answer.receiver->tenant) != 0;
	if (answer.is_allowed && (has_ports(f) || is_echo(f)))
		try_reply(rig, w, f, &answer, t);
	if (answer.receiver && !answer.is_allowed)
		try_past_the_sender(rig, w, f, &answer);
}

/* Is there anything that a stranger would have to prove? */
static bool is_proof_wanted(const struct oracle_world *w, const struct oracle_answer *answer)
{
	const struct wf_object *tenant = wf_model_find(w->model, WF_KIND_TENANT, NULL,
						       answer->receiver->tenant);

	return tenant->self.require || (answer->way && answer->way->policy.require);
}

static void try_stranger(struct oracle_rig *rig, const struct oracle_world *w, const struct flow *f,
			 struct tally *t)
{
	struct oracle_answer answer;
	enum wf_drop wanted = WF_DROP_DENIED;
	struct packet in;
	struct outcome o;

	oracle_judge(w->model, &f->p, &answer);
	if (!is_ordinary(f))
		return;
	if (answer.is_allowed)
		wanted = is_proof_wanted(w, &answer) ? WF_DROP_HMAC_MISSING : WF_DROP_NONE;
	encapsulate(w, f, &answer, "2001:db8::99", &in);
	fixture_run(&node_of(rig, answer.receiver)->f, PROG_VALIDATE, rig->underlay, &in, &o);
	if (o.drop != wanted)
		difference(w, f, &answer, "seed %u: a stranger is told %d", w->first_seed, o.drop);
	t->n_strangers_in += answer.is_allowed;
	t->n_strangers_out += !answer.is_allowed;
}

static void try_world(struct oracle_rig *rig, unsigned int seed, struct tally *t)
{
	struct oracle_world w;
	struct flow f;

	oracle_world_init(&w, seed, rig->ifindexes);
	for (int k = 0; k < ORACLE_NODES; k++)
		oracle_node_install(&rig->nodes[k], w.images[k]);
	for (int i = 0; i < PACKETS; i++) {
		f.sport = rig->sport = 20000 + (rig->sport + 1) % 30000;
		oracle_make_packet(&w, &f.p);
		try_flow(rig, &w, &f, t);
		if (i % 4)
			continue;
		f.sport = rig->sport = 20000 + (rig->sport + 1) % 30000;
		oracle_make_stranger(&w, &f.p);
		try_stranger(rig, &w, &f, t);
	}
	for (int k = 0; k < ORACLE_NODES; k++)
		oracle_node_install(&rig->nodes[k], rig->empty);
	oracle_world_done(&w);
}

static void the_programs_decide_as_the_oracle_does(void **state)
{
	struct oracle_rig *rig = oracle_rig_new();
	struct tally t = {0};

	for (unsigned int seed = 1; seed <= WORLDS; seed++)
		try_world(rig, seed, &t);
	oracle_rig_free(rig);
	assert_true(t.n > WORLDS * PACKETS * 3 / 4);
	assert_true(t.n_delivered > 3000 && t.n_denied > 1500 && t.n_unknown > 400);
	assert_true(t.n_replies > 2000 && t.n_pure_replies > 200 && t.n_foreign > 30);
	assert_true(t.n_strangers_in > 200 && t.n_strangers_out > 500);
}

static int print_tally(unsigned int seed, unsigned int n)
{
	struct oracle_rig *rig = oracle_rig_new();
	struct tally t = {0};

	for (unsigned int i = 0; i < n; i++)
		try_world(rig, seed + i, &t);
	oracle_rig_free(rig);
	printf("%u packets: delivered %u, denied %u, unknown %u; replies %u, only as such %u; "
	       "foreign %u; strangers in %u, out %u\n",
	       t.n, t.n_delivered, t.n_denied, t.n_unknown, t.n_replies, t.n_pure_replies,
	       t.n_foreign, t.n_strangers_in, t.n_strangers_out);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_programs_decide_as_the_oracle_does),
	};

	if (argc == 3)
		return print_tally((unsigned int)atoi(argv[1]), (unsigned int)atoi(argv[2]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
