// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a tenant or a policy requires of the headers of what comes to this node. */
#include "bpf/signing_test.h"
#include "bpf/world_test.h"
#include "dp/world.h"
#include "dp/proof.h"
#include "wire/transit.h"

#define DT46  "5f00:0:1:e046:" RED_ARG
#define NONCE 0x1122334455667788ull

enum {
	SLOT_TRANSIT = 40,
	SLOT_TRANSIT_DROP,
};

static const struct ip_spec to_a = {.src = "10.0.0.3", .dst = "10.0.0.1", .payload = 33};
static const struct outer_spec listed = {.dst = DT46,
					 .n_segments = 2,
					 .segments = {DT46, "5f00:0:4:3::"}};
static const struct outer_spec other = {.dst = DT46,
					.n_segments = 2,
					.segments = {DT46, "5f00:0:3:4::"}};
static const struct outer_spec bare = {.dst = DT46};

/* Packets from red R to red A come by POLICY, which needs @needs. */
static void put_policy(struct fixture *f, uint8_t needs, uint16_t every)
{
	const struct wf_policy_key key = {.set = RED_SET, .policy = POLICY};
	const struct wf_policy_entry entry = {.needs = needs, .transit_every = every};
	const struct wf_side r = {RED, IDENTITY_R}, a = {RED, IDENTITY_A};
	const struct wf_range all = {.last = WF_RANGE_LAST,
				     .policy = POLICY,
				     .way = POLICY,
				     .verdict = WF_VERDICT_ALLOW};

	fixture_put(f, WF_TABLE_POLICY, &key, &entry);
	world_put_list(f, RED_SET, r, a, 2, &all, 1);
}

static struct wf_listed_key listed_key(const struct outer_spec *o)
{
	struct wf_listed_key key = {.tenant = RED, .policy = POLICY, .source = 2};
	uint8_t segments[SEGMENTS_MAX][16];

	for (int i = 0; i < o->n_segments; i++)
		addr_of(o->segments[i], segments[i]);
	key.hash = wf_listed_hash(segments, o->n_segments);
	return key;
}

static void put_listed(struct fixture *f, const struct outer_spec *o, const uint16_t *nodes,
		       uint16_t n)
{
	const struct wf_listed_key key = listed_key(o);
	struct wf_listed value = {.n = n};

	memcpy(value.nodes, nodes, n * sizeof(*nodes));
	fixture_put(f, WF_TABLE_LISTED, &key, &value);
}

static void put_slot(struct fixture *f, uint32_t kind, uint32_t slot)
{
	const struct wf_policy_name name = {RED, POLICY};
	struct wf_counter_key key = {.kind = kind};

	memcpy(key.name, &name, sizeof(name));
	fixture_put(f, WF_TABLE_COUNTER, &key, &slot);
}

/* Node n marks with {n, n}. */
static int setup(void **state)
{
	const struct wf_listed_key unlisted = listed_key(&other);

	world_fill(*state);
	fixture_drop(*state, WF_TABLE_LISTED, &unlisted);
	signing_put_key(*state, NULL);
	put_listed(*state, &listed, (const uint16_t[]){4, 3}, 2);
	put_slot(*state, WF_COUNTER_POLICY_TRANSIT, SLOT_TRANSIT);
	put_slot(*state, WF_COUNTER_POLICY_TRANSIT_DROP, SLOT_TRANSIT_DROP);
	for (uint16_t node = 3; node <= 4; node++) {
		const struct wf_transit_key key = {.key = SIGNING_KEY, .node = node};
		const struct wf_transit_entry entry = {.k = {node, node}};

		fixture_put(*state, WF_TABLE_TRANSIT, &key, &entry);
	}
	return 0;
}

/* @s NULL: not signed. */
static enum wf_drop drop_of(struct fixture *f, const struct outer_spec *o, const struct signing *s)
{
	struct packet in;
	struct outcome out;

	if (s)
		packet_signed(&in, o, s, &to_a);
	else
		packet_from_underlay(&in, o, &to_a);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &out);
	assert_int_equal(out.verdict, out.drop ? VERDICT_DROP : VERDICT_REDIRECT);
	assert_int_equal(out.n_drops, out.drop ? 1 : 0);
	return out.drop;
}

/* The packets of a flow one after the other, whatever was seen before. */
static void each_packet_of_a_flow_must_be_signed(void **state)
{
	const struct wf_set set = {.needs = WF_NEED_HMAC, .has_verdicts = 1, .has_zones = 1};
	const struct signing right = {.key = 0}, wrong = {.secret = "another"};
	struct fixture *f = *state;

	for (int of_tenant = 0; of_tenant < 2; of_tenant++) {
		setup(state);
		if (of_tenant)
			world_put_set(f, RED, RED_SET, &set);
		else
			put_policy(f, WF_NEED_HMAC, 0);
		for (int again = 0; again < 3; again++) {
			assert_int_equal(drop_of(f, &bare, NULL), WF_DROP_HMAC_MISSING);
			assert_int_equal(drop_of(f, &listed, &right), WF_DROP_NONE);
			assert_int_equal(drop_of(f, &listed, &wrong), WF_DROP_HMAC);
			assert_int_equal(drop_of(f, &listed, NULL), WF_DROP_HMAC_MISSING);
			assert_int_equal(drop_of(f, &other, &right), WF_DROP_NONE);
		}
	}
}

static void each_packet_of_a_flow_must_come_by_a_listed_path(void **state)
{
	const struct signing right = {.key = 0};
	struct outer_spec elsewhere = listed;
	struct fixture *f = *state;

	elsewhere.src = "5f00:0:3::1"; /* listed for node 2 */
	put_policy(f, WF_NEED_HMAC | WF_NEED_PATH, 0);
	for (int again = 0; again < 3; again++) {
		assert_int_equal(drop_of(f, &listed, &right), WF_DROP_NONE);
		assert_int_equal(drop_of(f, &other, &right), WF_DROP_PATH);
		assert_int_equal(drop_of(f, &listed, NULL), WF_DROP_HMAC_MISSING);
		assert_true(drop_of(f, &elsewhere, &right) != WF_DROP_NONE);
	}
	put_listed(f, &other, (const uint16_t[]){3, 4}, 2);
	assert_int_equal(drop_of(f, &other, &right), WF_DROP_NONE);
}

/* As if the packet had passed @nodes. */
static uint64_t chain(const uint16_t *nodes, int n)
{
	struct wf_flow flow = {.proto = 17};
	uint64_t mark = 0;

	addr_of(to_a.src, flow.src);
	addr_of(to_a.dst, flow.dst);
	for (int i = 0; i < n; i++)
		mark = wf_transit_mark((const __u64[2]){nodes[i], nodes[i]}, NONCE, mark,
				       wf_transit_digest(&flow, NONCE));
	return mark;
}

static void each_waypoint_must_have_left_its_mark(void **state)
{
	static const struct {
		uint16_t nodes[3];
		int n;
		enum wf_drop drop;
	} ways[] = {
		{{4, 3}, 2, WF_DROP_NONE},	 {{3, 4}, 2, WF_DROP_TRANSIT},
		{{4}, 1, WF_DROP_TRANSIT},	 {{3}, 1, WF_DROP_TRANSIT},
		{{0}, 0, WF_DROP_TRANSIT},	 {{4, 3, 3}, 3, WF_DROP_TRANSIT},
		{{4, 5, 3}, 3, WF_DROP_TRANSIT},
	};
	const struct signing unmarked = {.has_transit = true}, bald = {.key = 0};
	struct fixture *f = *state;

	for (uint16_t every = 1; every <= 10; every += 9) {
		put_policy(f, WF_NEED_HMAC | WF_NEED_TRANSIT, every);
		for (size_t i = 0; i < 2 * sizeof(ways) / sizeof(*ways); i++) {
			const size_t k = i % (sizeof(ways) / sizeof(*ways));
			const struct signing s = {.has_transit = true,
						  .is_marked = true,
						  .nonce = NONCE,
						  .mark = chain(ways[k].nodes, ways[k].n)};
			struct signing later = s;

			assert_int_equal(drop_of(f, &listed, &s), ways[k].drop);
			later.nonce++;
			assert_int_equal(drop_of(f, &listed, &later), WF_DROP_TRANSIT);
			assert_int_equal(drop_of(f, &other, &s), WF_DROP_TRANSIT);
		}
		assert_int_equal(drop_of(f, &listed, &unmarked),
				 every == 1 ? WF_DROP_TRANSIT : WF_DROP_NONE);
		assert_int_equal(drop_of(f, &listed, &bald), WF_DROP_TRANSIT);
		assert_int_equal(drop_of(f, &listed, NULL), WF_DROP_HMAC_MISSING);
	}
}

static void checked_marks_are_counted(void **state)
{
	struct signing s = {.has_transit = true, .is_marked = true, .nonce = NONCE};
	const struct wf_counter right = fixture_counter(*state, SLOT_TRANSIT),
				wrong = fixture_counter(*state, SLOT_TRANSIT_DROP);

	put_policy(*state, WF_NEED_HMAC | WF_NEED_TRANSIT, 1);
	s.mark = chain((const uint16_t[]){4, 3}, 2);
	drop_of(*state, &listed, &s);
	drop_of(*state, &listed, &s);
	s.mark++;
	drop_of(*state, &listed, &s);
	assert_int_equal(fixture_counter(*state, SLOT_TRANSIT).packets, right.packets + 2);
	assert_int_equal(fixture_counter(*state, SLOT_TRANSIT).bytes,
			 right.bytes + 2 * (20 + 8 + 33));
	assert_int_equal(fixture_counter(*state, SLOT_TRANSIT_DROP).packets, wrong.packets + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_packet_of_a_flow_must_be_signed, setup),
		cmocka_unit_test_setup(each_packet_of_a_flow_must_come_by_a_listed_path, setup),
		cmocka_unit_test_setup(each_waypoint_must_have_left_its_mark, setup),
		cmocka_unit_test_setup(checked_marks_are_counted, setup),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
