// SPDX-License-Identifier: Apache-2.0
/*
 * Random wishes, compiled for every node, and the data path's decision on those images
 * (dp/policy.h) against the oracle: at the sender's node and at the receiver's.
 *
 * With two numbers as arguments: worlds from the first seed on, so many.
 */
#include "compile/oracle_outside_test.h"

#include "dp/world.h"
#include "dp/policy.h"

#define WORLDS	1000
#define PACKETS 60

/* Longest prefix match, by looking at all of them. */
static const void *find_zone(const struct wf_image *img, const struct wf_zone_key *wanted)
{
	const uint8_t *address = (const uint8_t *)wanted + sizeof(wanted->prefix_len);
	const void *found = NULL;
	uint32_t longest = 0;

	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_ZONE); i++) {
		const struct wf_zone_key *key = wf_image_key(img, WF_TABLE_ZONE, i);
		const uint8_t *prefix = (const uint8_t *)key + sizeof(key->prefix_len);
		uint32_t bit = 0;

		while (bit < key->prefix_len &&
		       !((prefix[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8))
			bit++;
		if (bit < key->prefix_len || (found && key->prefix_len < longest))
			continue;
		found = wf_image_value(img, WF_TABLE_ZONE, i);
		longest = key->prefix_len;
	}
	return found;
}

static const void *find(const void *tables, enum wf_table t, const void *key)
{
	return t == WF_TABLE_ZONE ? find_zone(tables, key) : wf_image_find(tables, t, key);
}

/* What one node makes of the packet. */
struct decision {
	bool is_known; /* the destination */
	struct wf_ruling ruling;
};

static struct wf_party party_of(const struct wf_image *img, uint32_t tenant,
				const struct wf_addr *a)
{
	struct wf_dest_key key = {.tenant = tenant};
	const struct wf_dest *dest;

	memcpy(key.addr, a->bytes, sizeof(key.addr));
	dest = wf_image_find(img, WF_TABLE_DEST, &key);
	return dest ? (struct wf_party){.home = dest->home, .identity = dest->identity}
		    : (struct wf_party){0};
}

static uint32_t tenant_id(const struct oracle_world *w, const char *name)
{
	return wf_model_find(w->model, WF_KIND_TENANT, NULL, name)->self.id;
}

static void flow_of(const struct oracle_packet *p, struct wf_flow *ret)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->src, p->src.bytes, 16);
	memcpy(ret->dst, p->dst.bytes, 16);
	ret->sport = wf_htons(31000);
	ret->dport = wf_htons(p->port);
	ret->proto = p->proto;
}

static void judge(const struct wf_image *img, uint64_t set, const struct oracle_packet *p,
		  const struct wf_party *from, const struct wf_party *to, struct decision *ret)
{
	const struct wf_world world = {.find = find, .tables = img};
	struct wf_ask ask = {.set = set, .tenant = to->home ? to->home : from->home};
	struct wf_flow flow;

	flow_of(p, &flow);
	wf_policy_judge(&world, &ask, &flow, from, to);
	ret->is_known = true;
	ret->ruling = ask.ruling;
}

static const struct wf_image *image_of(const struct oracle_world *w, const struct wf_object *e)
{
	return w->images[e->endpoint.node[1] - '0'];
}

/* Of a sender whom the destination's tenant does not know, its node asks no further (dp/apply.h).
 */
static void ask_sender(const struct oracle_world *w, const struct oracle_packet *p,
		       struct decision *ret)
{
	const struct wf_image *img = image_of(w, p->sender);
	const struct wf_party from = {tenant_id(w, p->sender->tenant),
				      p->sender->endpoint.identity};
	const struct wf_party to = party_of(img, from.home, &p->dst);
	const struct wf_tenant_entry *tenant = wf_image_find(img, WF_TABLE_TENANT, &to.home);

	memset(ret, 0, sizeof(*ret));
	if (to.home && (to.home == from.home || party_of(img, to.home, &p->src).home)) {
		assert_non_null(tenant);
		judge(img, tenant->set_out, p, &from, &to, ret);
	}
}

static void ask_receiver(const struct oracle_world *w, const struct oracle_packet *p,
			 const struct wf_object *receiver, struct decision *ret)
{
	const struct wf_image *img = image_of(w, receiver);
	const uint32_t home = tenant_id(w, receiver->tenant);
	const struct wf_party from = party_of(img, home, &p->src),
			      to = party_of(img, home, &p->dst);
	const struct wf_tenant_entry *tenant = wf_image_find(img, WF_TABLE_TENANT, &home);

	assert_non_null(tenant);
	assert_int_equal(to.home, home);
	judge(img, tenant->set, p, &from, &to, ret);
}

/* Of other tenants' packets it is enough that they are not allowed: whom those that nobody lets in
 * may know of, and by whose word they are denied, depends on who is on the node. */
static bool is_as_said(const struct oracle_world *w, const struct oracle_packet *p,
		       const struct oracle_answer *answer, const struct decision *d)
{
	const struct wf_ruling *r = &d->ruling;
	const bool is_own = answer->is_out ||
			    (answer->receiver && strcmp(p->tenant, answer->receiver->tenant) == 0);

	if (!answer->is_allowed && !is_own)
		return !d->is_known || r->verdict != WF_VERDICT_ALLOW;
	return d->is_known && (r->verdict == WF_VERDICT_ALLOW) == answer->is_allowed &&
	       r->way == (answer->way ? answer->way->policy.id : 0) &&
	       r->is_reverse == answer->is_reverse &&
	       oracle_is_reason(w->model, p, answer, r->policy);
}

static void check(const struct oracle_world *w, const struct oracle_packet *p,
		  const struct oracle_answer *answer, const struct decision *d, const char *where)
{
	if (is_as_said(w, p, answer, d))
		return;
	oracle_print(w, p, answer);
	fprintf(stderr, "  %s: %s, verdict %u by policy %u, way %u%s\n", where,
		d->is_known ? "known" : "unknown", d->ruling.verdict, d->ruling.policy,
		d->ruling.way, d->ruling.is_reverse ? " reverse" : "");
	fail_msg("seed %u: %s decides otherwise than the oracle", w->first_seed, where);
}

/* Whose header it is: the sender's own if it is signed. */
static uint32_t header_identity(const struct oracle_world *w, const struct oracle_packet *p,
				const struct oracle_answer *answer)
{
	const struct wf_object *tenant = wf_model_find(w->model, WF_KIND_TENANT, NULL,
						       answer->way->tenant);

	if (p->sender && (tenant->self.require || answer->way->policy.require))
		return p->sender->endpoint.identity;
	return 0;
}

/* All ways of the policy that the packet may take from one endpoint's node to another one's. */
static void check_ways(const struct oracle_world *w, const struct oracle_packet *p,
		       const struct oracle_answer *answer, const struct wf_object *from,
		       const struct wf_object *to)
{
	const struct wf_image *img = image_of(w, from);
	const uint16_t node = (uint16_t)(to->endpoint.node[1] - '0' + 1);
	struct wf_choice_key key = {.tenant = tenant_id(w, answer->way->tenant),
				    .policy = answer->way->policy.id,
				    .node = node,
				    .is_reverse = answer->is_reverse};
	struct wf_path_key path = {.tenant = key.tenant,
				   .policy = key.policy,
				   .node = node,
				   .is_reverse = key.is_reverse,
				   .identity = header_identity(w, p, answer)};
	const struct wf_choice *choice = wf_image_find(img, WF_TABLE_CHOICE, &key);

	if (!choice || choice->n != answer->way->policy.n_paths) {
		oracle_print(w, p, answer);
		fail_msg("seed %u: the way is not there", w->first_seed);
	}
	for (; path.alternative < choice->n; path.alternative++) {
		if (wf_image_find(img, WF_TABLE_PATH, &path))
			continue;
		oracle_print(w, p, answer);
		fail_msg("seed %u: alternative %u of the way is not there", w->first_seed,
			 path.alternative);
	}
}

/* How often what was seen: a test in which nothing is denied proves nothing. */
struct tally {
	unsigned int n, n_by[3], n_ways, n_reverse, n_foreign, n_unknown, n_strangers_in;
	unsigned int n_in, n_in_ways, n_out, n_out_by[3], n_out_ways;
};

static void try_packet(struct oracle_world *w, struct tally *t)
{
	struct oracle_packet p;
	struct oracle_answer answer;
	struct decision d;

	oracle_make_packet(w, &p);
	oracle_judge(w->model, &p, &answer);
	ask_sender(w, &p, &d);
	check(w, &p, &answer, &d, "the sender");
	t->n++;
	t->n_unknown += !answer.receiver;
	if (!answer.receiver)
		return;
	if (answer.is_allowed || strcmp(p.tenant, answer.receiver->tenant) == 0) {
		ask_receiver(w, &p, answer.receiver, &d);
		check(w, &p, &answer, &d, "the receiver");
	}
	if (answer.way)
		check_ways(w, &p, &answer, p.sender, answer.receiver);
	t->n_by[answer.why]++;
	t->n_ways += answer.way != NULL;
	t->n_reverse += answer.is_reverse;
	t->n_foreign += answer.is_allowed && strcmp(p.tenant, answer.receiver->tenant) != 0;
}

static void try_stranger(struct oracle_world *w, struct tally *t)
{
	struct oracle_packet p;
	struct oracle_answer answer;
	struct decision d;

	oracle_make_stranger(w, &p);
	oracle_judge(w->model, &p, &answer);
	ask_receiver(w, &p, answer.receiver, &d);
	check(w, &p, &answer, &d, "the receiver of a stranger's");
	t->n_strangers_in += answer.is_allowed;
}

/* What the node of @at, one of both ends in the domain, makes of what crosses its border. */
static void ask_border(const struct oracle_world *w, const struct wf_object *at,
		       const struct oracle_packet *p, struct decision *ret)
{
	const struct wf_image *img = image_of(w, at);
	const uint32_t home = tenant_id(w, p->tenant);
	const struct wf_tenant_entry *tenant = wf_image_find(img, WF_TABLE_TENANT, &home);
	const struct wf_party from = p->sender ? party_of(img, home, &p->src)
					       : (struct wf_party){0};
	const struct wf_party to = p->sender ? (struct wf_party){0} : party_of(img, home, &p->dst);

	assert_non_null(tenant);
	assert_int_equal(from.home | to.home, home);
	judge(img, tenant->set, p, &from, &to, ret);
}

/* From the outside, by a gateway. What is of the tenant's prefixes never comes so far. */
static void try_coming(struct oracle_world *w, struct tally *t)
{
	const struct wf_object *gateway, *tenant;
	struct oracle_packet p;
	struct oracle_answer answer;
	struct decision d;

	oracle_make_stranger(w, &p);
	gateway = oracle_gateway_of(w, p.tenant);
	tenant = wf_model_find(w->model, WF_KIND_TENANT, NULL, p.tenant);
	if (!gateway || oracle_is_inside(tenant, &p.src))
		return;
	oracle_judge(w->model, &p, &answer);
	ask_border(w, gateway, &p, &d);
	check(w, &p, &answer, &d, "the gateway");
	if (answer.way)
		check_ways(w, &p, &answer, gateway, answer.receiver);
	t->n_in++;
	t->n_in_ways += answer.way != NULL;
}

static void try_leaving(struct oracle_world *w, struct tally *t)
{
	const struct wf_object *gateway, *tenant;
	struct oracle_packet p;
	struct oracle_answer answer;
	struct decision d;

	oracle_make_leaving(w, &p);
	gateway = oracle_gateway_of(w, p.tenant);
	tenant = wf_model_find(w->model, WF_KIND_TENANT, NULL, p.tenant);
	if (!gateway || oracle_is_inside(tenant, &p.dst))
		return;
	oracle_judge_out(w->model, &p, &answer);
	ask_border(w, p.sender, &p, &d);
	check(w, &p, &answer, &d, "the sender, to the outside,");
	ask_border(w, gateway, &p, &d);
	check(w, &p, &answer, &d, "the gateway, to the outside,");
	if (answer.way)
		check_ways(w, &p, &answer, p.sender, gateway);
	t->n_out++;
	t->n_out_by[answer.why]++;
	t->n_out_ways += answer.way != NULL;
}

static void try_world(unsigned int seed, struct tally *t)
{
	struct oracle_world w;

	oracle_world_make(&w, seed);
	oracle_make_gateways(&w);
	oracle_world_compile(&w, NULL);
	for (int i = 0; i < PACKETS; i++)
		try_packet(&w, t);
	for (int i = 0; i < PACKETS / 3; i++) {
		try_stranger(&w, t);
		try_coming(&w, t);
		try_leaving(&w, t);
	}
	oracle_world_done(&w);
}

static void both_ends_decide_as_the_oracle_does(void **state)
{
	struct tally t = {0};

	for (unsigned int seed = 1; seed <= WORLDS; seed++)
		try_world(seed, &t);
	assert_int_equal(t.n, WORLDS * PACKETS);
	assert_true(t.n_by[ORACLE_BY_ALLOW] > 10000 && t.n_by[ORACLE_BY_DENY] > 5000);
	assert_true(t.n_by[ORACLE_BY_DEFAULT] > 10000 && t.n_ways > 10000 && t.n_reverse > 2000);
	assert_true(t.n_foreign > 300 && t.n_unknown > 3000 && t.n_strangers_in > 1000);
	assert_true(t.n_in > 3000 && t.n_in_ways > 500 && t.n_out > 3000 && t.n_out_ways > 500);
	assert_true(t.n_out_by[ORACLE_BY_DENY] > 200 && t.n_out_by[ORACLE_BY_ALLOW] > 500);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_decide_as_the_oracle_does),
	};
	struct tally t = {0};

	if (argc != 3)
		return cmocka_run_group_tests(tests, NULL, NULL);
	for (int i = 0; i < atoi(argv[2]); i++)
		try_world((unsigned int)(atoi(argv[1]) + i), &t);
	printf("%u packets; default %u, allow %u, deny %u; ways %u, mirrored %u; foreign %u, "
	       "unknown %u, strangers %u; from outside %u, ways %u; to it %u, by %u %u %u, ways "
	       "%u\n",
	       t.n, t.n_by[0], t.n_by[1], t.n_by[2], t.n_ways, t.n_reverse, t.n_foreign,
	       t.n_unknown, t.n_strangers_in, t.n_in, t.n_in_ways, t.n_out, t.n_out_by[0],
	       t.n_out_by[1], t.n_out_by[2], t.n_out_ways);
	return 0;
}
