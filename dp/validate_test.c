// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What End.DT46 lets out: who may have sent it, by which policies, with what proof. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/validate.h"

#define BLOCK	WF_DEFAULT_BLOCK
#define TENANT	7u
#define OTHER	8u
#define SET	1ull
#define SET_WAS 2ull
#define POLICY	5

static const struct wf_config config = {.block = BLOCK, .node = 1};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};

static const struct wf_dest here = {.home = TENANT, .identity = 1, .node = 1, .ifindex = 9};
static const struct wf_dest there = {.home = TENANT, .identity = 2, .identity_was = 3, .node = 2};

static void put_dest(uint8_t last_byte, const struct wf_dest *dest)
{
	const struct wf_dest_key key = {.tenant = TENANT, .addr = {0xfd, [15] = last_byte}};

	test_tables_put(&tables, WF_TABLE_DEST, &key, dest);
}

static void put_set(uint64_t number, struct wf_set set)
{
	test_tables_put(&tables, WF_TABLE_SET, &number, &set);
}

static void put_tenant(uint64_t set_was)
{
	const struct wf_tenant_entry entry = {.set = SET, .set_out = SET, .set_was = set_was};

	test_tables_put(&tables, WF_TABLE_TENANT, &(uint32_t){TENANT}, &entry);
}

static void put_policy(uint64_t set, uint8_t needs)
{
	const struct wf_policy_key key = {.set = set, .policy = POLICY};
	const struct wf_policy_entry entry = {.needs = needs};

	test_tables_put(&tables, WF_TABLE_POLICY, &key, &entry);
}

/* By POLICY's way, everybody to everybody. */
static void put_way(uint64_t set)
{
	const struct wf_side any = {WF_SIDE_ANY, 0};
	const struct wf_verdict_key key = {.set = set, .from = any, .to = any};
	const uint64_t number = 1;
	const struct wf_ranges list = {.n = 1,
				       .items = {{.last = WF_RANGE_LAST,
						  .policy = POLICY,
						  .way = POLICY,
						  .verdict = WF_VERDICT_ALLOW}}};

	test_tables_put(&tables, WF_TABLE_VERDICT, &key, &number);
	test_tables_put(&tables, WF_TABLE_RANGES, &number, &list);
}

/* fd00::1 here, fd00::2 on node 2, all of fd00::/16 the tenant's; everything is allowed. */
static int fill(void **state)
{
	const uint64_t head = wf_sid_head_make(BLOCK, 1, WF_FN_DT46);
	const struct wf_sid_entry sid = {.behavior = WF_BEHAVIOR_DT46};
	struct wf_zone_key zone = {.prefix_len = WF_ZONE_SET_BITS + 16, .addr = {0xfd}};
	const uint32_t inside = WF_ZONE_INSIDE;

	tables.n = 0;
	wf_store_be64(zone.set, SET);
	test_tables_put(&tables, WF_TABLE_SID, &head, &sid);
	test_tables_put(&tables, WF_TABLE_ZONE, &zone, &inside);
	put_tenant(0);
	put_set(SET, (struct wf_set){.has_zones = 1, .has_verdicts = 1});
	put_dest(1, &here);
	put_dest(2, &there);
	return 0;
}

/* A packet that has come. */
struct come {
	uint8_t src, dst; /* last byte of fd00:: */
	uint32_t tenant, identity;
	uint16_t policy;
	uint16_t source; /* node */
	uint8_t has;	 /* WF_NEED_* */
};

static const struct come usual = {.src = 2, .dst = 1, .tenant = TENANT, .identity = 2, .source = 2};

static enum wf_drop arrive(const struct come *p, struct wf_case *c)
{
	static const uint8_t l4[WF_CASE_BYTES];
	const struct wf_sid_arg arg = {.tenant = p->tenant,
				       .identity = p->identity,
				       .policy = p->policy};
	const struct wf_inner in = {
		.flow = {.src = {0xfd, [15] = p->src}, .dst = {0xfd, [15] = p->dst}, .proto = 17}};
	const struct wf_proof proof = {.arg = wf_sid_arg_pack(&arg),
				       .source = p->source,
				       .has = p->has};
	struct wf_outer o = {0};
	const struct wf_arrival arrival = {.outer = &o, .proof = &proof, .in = &in};
	const struct wf_dest *dest = NULL;
	enum wf_drop drop;

	wf_sid_make(o.dst, BLOCK, 1, WF_FN_DT46, proof.arg);
	wf_case_fill(&in, l4, 8, c);
	drop = wf_validate_decide(&world, &arrival, c, &dest);
	assert_true(drop || (dest && dest->ifindex == 9));
	return drop;
}

static void senders_are_who_their_address_says_on_their_own_node(void **state)
{
	static const struct {
		struct come packet;
		enum wf_drop drop;
	} cases[] = {
		{{2, 1, TENANT, 2, 0, 2, 0}, WF_DROP_NONE},
		{{2, 1, TENANT, 3, 0, 2, 0}, WF_DROP_NONE}, /* the identity it had */
		{{2, 1, TENANT, 1, 0, 2, 0}, WF_DROP_IDENTITY},
		{{2, 1, TENANT, 0, 0, 2, 0}, WF_DROP_IDENTITY}, /* known, and does not say */
		{{2, 1, TENANT, 2, 0, 3, 0}, WF_DROP_SOURCE_NODE},
		{{2, 1, TENANT, 2, 0, 0, 0}, WF_DROP_SOURCE_NODE},
		{{1, 1, TENANT, 1, 0, 2, 0}, WF_DROP_SOURCE_NODE}, /* one of this node's own */
		{{1, 1, TENANT, 0, 0, 1, 0}, WF_DROP_IDENTITY},	   /* has had no other */
		{{9, 1, TENANT, 0, 0, 3, 0}, WF_DROP_NONE},	   /* unknown, inside */
		{{9, 1, TENANT, 0, 0, 0, 0}, WF_DROP_NONE},
		{{9, 1, TENANT, 2, 0, 2, 0}, WF_DROP_IDENTITY},
		{{2, 1, TENANT, 2, POLICY, 2, 0}, WF_DROP_UNKNOWN_POLICY},
		{{2, 1, OTHER, 2, 0, 2, 0}, WF_DROP_UNKNOWN_TENANT},
		{{2, 9, TENANT, 2, 0, 2, 0}, WF_DROP_NOT_HERE},
		{{2, 2, TENANT, 2, 0, 2, 0}, WF_DROP_NOT_HERE},
	};
	struct wf_case c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(arrive(&cases[i].packet, &c), cases[i].drop);
}

/* Another tenant's endpoint that is known here, for a policy lets it in, is no destination. */
static void guests_are_not_delivered_to(void **state)
{
	const struct wf_dest guest = {.home = OTHER, .identity = 1, .node = 1, .ifindex = 9};
	struct come p = usual;
	struct wf_case c;

	put_dest(3, &guest);
	p.dst = 3;
	assert_int_equal(arrive(&p, &c), WF_DROP_NOT_HERE);
}

static void senders_from_outside_need_an_allowance(void **state)
{
	const struct come outside = {
		.src = 9, .dst = 1, .tenant = TENANT, .identity = 0, .source = 2};
	struct wf_case c;

	put_set(SET, (struct wf_set){.has_verdicts = 1}); /* nothing is inside */
	assert_int_equal(arrive(&outside, &c), WF_DROP_DENIED);
	assert_int_equal(arrive(&usual, &c), WF_DROP_NONE);
	put_set(SET, (struct wf_set){.is_deny_default = 1});
	assert_int_equal(arrive(&usual, &c), WF_DROP_DENIED);
	assert_int_equal(c.ruling.policy, 0);
}

static void policies_are_known_by_any_set_that_is_in_force(void **state)
{
	struct come p = usual;
	struct wf_case c;

	p.policy = POLICY;
	put_policy(SET_WAS, 0);
	assert_int_equal(arrive(&p, &c), WF_DROP_UNKNOWN_POLICY);
	put_tenant(SET_WAS);
	assert_int_equal(arrive(&p, &c), WF_DROP_NONE);
	put_tenant(0);
	put_policy(SET, 0);
	assert_int_equal(arrive(&p, &c), WF_DROP_NONE);
}

/* It is the receiver who says what the packet's way needs, whatever policy the packet names. */
static void what_a_way_needs_is_insisted_on(void **state)
{
	static const struct {
		uint8_t tenant_needs, policy_needs, has;
		uint16_t policy;
		enum wf_drop drop;
	} cases[] = {
		{0, 0, 0, 0, WF_DROP_NONE},
		{WF_NEED_HMAC, 0, 0, 0, WF_DROP_HMAC_MISSING},
		{WF_NEED_HMAC, 0, WF_NEED_HMAC, 0, WF_DROP_NONE},
		{0, WF_NEED_HMAC, 0, POLICY, WF_DROP_HMAC_MISSING},
		{0, WF_NEED_HMAC, 0, 0, WF_DROP_HMAC_MISSING},
		{0, WF_NEED_HMAC, WF_NEED_HMAC, POLICY, WF_DROP_NONE},
		{0, WF_NEED_HMAC | WF_NEED_PATH, WF_NEED_HMAC, POLICY, WF_DROP_PATH},
		{0, WF_NEED_HMAC | WF_NEED_PATH, WF_NEED_HMAC | WF_NEED_PATH, POLICY, WF_DROP_NONE},
		{0, WF_NEED_HMAC | WF_NEED_PATH, WF_NEED_HMAC | WF_NEED_PATH, 0, WF_DROP_PATH},
	};
	struct wf_case c;

	put_way(SET);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct come p = usual;

		p.has = cases[i].has;
		p.policy = cases[i].policy;
		put_policy(SET, cases[i].policy_needs);
		put_set(SET, (struct wf_set){.has_verdicts = 1,
					     .has_zones = 1,
					     .needs = cases[i].tenant_needs});
		assert_int_equal(arrive(&p, &c), cases[i].drop);
		assert_int_equal(c.is_once, cases[i].drop != WF_DROP_NONE);
		assert_int_equal(c.needs, cases[i].tenant_needs | cases[i].policy_needs);
	}
}

/* The new set needs a path of POLICY; others still send what the old one asked for. */
static void what_the_old_set_asked_for_is_enough_for_a_while(void **state)
{
	struct wf_case c;

	put_way(SET);
	put_policy(SET, WF_NEED_HMAC | WF_NEED_PATH);
	put_set(SET_WAS, (struct wf_set){0});
	assert_int_equal(arrive(&usual, &c), WF_DROP_HMAC_MISSING);
	put_tenant(SET_WAS);
	assert_int_equal(arrive(&usual, &c), WF_DROP_NONE);
	assert_int_equal(c.needs, 0);
	assert_int_equal(c.stage, WF_STAGE_WAS);
	put_set(SET_WAS, (struct wf_set){.needs = WF_NEED_HMAC});
	assert_int_equal(arrive(&usual, &c), WF_DROP_HMAC_MISSING);
	put_set(SET, (struct wf_set){.is_deny_default = 1}); /* but its verdict is not */
	assert_int_equal(arrive(&usual, &c), WF_DROP_DENIED);
}

/* ICMP time exceeded, type 11, from the gateway's address, about a packet of fd00::1's. */
static void errors_in_the_gateways_name_pass(void **state)
{
	const struct wf_sid_arg arg = {.tenant = TENANT};
	struct wf_inner in = {.flow = {.dst = {0xfd, [15] = 1},
				       .proto = WF_PROTO_ICMPV6,
				       .dport = WF_BE16(3 << 8)},
			      .upper = WF_PROTO_ICMPV6};
	const struct wf_proof proof = {.arg = wf_sid_arg_pack(&arg), .source = 2};
	struct wf_outer o = {0};
	const struct wf_arrival arrival = {.outer = &o, .proof = &proof, .in = &in};
	const struct wf_dest *dest = NULL;
	const uint8_t l4[WF_CASE_BYTES] = {3};
	struct wf_case c;

	wf_sid_make(o.dst, BLOCK, 1, WF_FN_DT46, proof.arg);
	wf_store_be64(in.flow.src, WF_GATEWAY_V6_HIGH);
	wf_store_be64(in.flow.src + 8, WF_GATEWAY_V6_LOW);
	wf_case_fill(&in, l4, 8, &c);
	assert_int_equal(c.kind, WF_CASE_ERROR);
	assert_int_equal(wf_validate_decide(&world, &arrival, &c, &dest), WF_DROP_ICMP_UNRELATED);
	wf_case_fill(&in, l4, 8, &c);
	c.has_back = 1;
	c.back.flow = (struct wf_flow){.src = {0xfd, [15] = 1}, .dst = {0xfd, [15] = 2}};
	assert_int_equal(wf_validate_decide(&world, &arrival, &c, &dest), WF_DROP_NONE);
	c.back.flow.src[15] = 3; /* somebody else's packet */
	assert_int_equal(wf_validate_decide(&world, &arrival, &c, &dest), WF_DROP_ICMP_UNRELATED);
	in.flow.src[15] = 9; /* not the gateway */
	wf_case_fill(&in, l4, 8, &c);
	c.has_back = 1;
	c.back.flow = (struct wf_flow){.src = {0xfd, [15] = 1}, .dst = {0xfd, [15] = 2}};
	assert_int_equal(wf_validate_decide(&world, &arrival, &c, &dest), WF_DROP_ICMP_UNRELATED);
}

static void what_is_no_sid_or_no_packet_has_its_reason(void **state)
{
	const struct wf_sid_arg arg = {.tenant = TENANT, .identity = 2};
	struct wf_inner in = {.flow = {.src = {0xfd, [15] = 2}, .dst = {0xfd, [15] = 1}}};
	const struct wf_proof proof = {.arg = wf_sid_arg_pack(&arg), .source = 2};
	struct wf_outer o = {0};
	const struct wf_arrival arrival = {.outer = &o, .proof = &proof, .in = &in};
	const uint8_t l4[WF_CASE_BYTES] = {0};
	const struct wf_dest *dest = NULL;
	struct wf_case c;

	wf_case_fill(&in, l4, 0, &c);
	wf_sid_make(o.dst, BLOCK, 1, WF_FN_END, proof.arg);
	assert_int_equal(wf_validate_decide(&world, &arrival, &c, &dest), WF_DROP_UNKNOWN_SID);
	wf_sid_make(o.dst, BLOCK, 1, WF_FN_DT46, proof.arg);
	in.flags = WF_INNER_ROUTING;
	assert_int_equal(wf_validate_decide(&world, &arrival, &c, &dest), WF_DROP_ROUTING_HEADER);
	in.flags = 0;
	wf_copy_v4mapped(in.flow.src, WF_BE32(0x0a000001));
	assert_int_equal(wf_validate_decide(&world, &arrival, &c, &dest), WF_DROP_INNER_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(senders_are_who_their_address_says_on_their_own_node, fill),
		cmocka_unit_test_setup(guests_are_not_delivered_to, fill),
		cmocka_unit_test_setup(senders_from_outside_need_an_allowance, fill),
		cmocka_unit_test_setup(policies_are_known_by_any_set_that_is_in_force, fill),
		cmocka_unit_test_setup(what_a_way_needs_is_insisted_on, fill),
		cmocka_unit_test_setup(what_the_old_set_asked_for_is_enough_for_a_while, fill),
		cmocka_unit_test_setup(errors_in_the_gateways_name_pass, fill),
		cmocka_unit_test_setup(what_is_no_sid_or_no_packet_has_its_reason, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
