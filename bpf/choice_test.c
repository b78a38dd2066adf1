// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which way a flow takes: the kernel's answer is that of dp/ in user space on the same tables. */
#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#include <stdio.h>

#include "dp/apply.h"

#define N_FLOWS	     10000
#define N_RANDOM     4000
#define N_IDENTITIES 4

static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void put_choice(struct fixture *f, const struct wf_choice *c)
{
	const struct wf_choice_key key = {.tenant = RED, .policy = POLICY, .node = 2};

	fixture_put(f, WF_TABLE_CHOICE, &key, c);
}

/* A path that can be told from the others: its first waypoint is node 0x100 + @mark. */
static void put_marked_path(struct fixture *f, const struct wf_path_key *key, uint32_t mark)
{
	struct wf_template t;

	world_template("csid", 1, &t);
	wf_store_be16(t.header + 28, (uint16_t)(0x100 + mark));
	fixture_put(f, WF_TABLE_PATH, key, &t);
}

static void put_alternatives(struct fixture *f, uint8_t n)
{
	struct wf_path_key key = {.tenant = RED, .policy = POLICY, .node = 2};

	for (; key.alternative < n; key.alternative++)
		put_marked_path(f, &key, key.alternative);
}

static uint32_t mark_of(const struct outcome *o)
{
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	return wf_load_be16(o->out.bytes + ETH_LEN + 28) - 0x100u;
}

static void flow_packet(struct packet *p, uint32_t i)
{
	const struct ip_spec s = {.src = "10.0.0.1",
				  .dst = "10.0.0.3",
				  .sport = (uint16_t)(i + 1),
				  .dport = (uint16_t)(i >> 8)};

	packet_from_container(p, &s);
}

static void weights_three_to_one_divide_the_flows_so(void **state)
{
	struct fixture *f = *state;
	const struct wf_choice choice = {.bound = {3, 4}, .n = 2};
	uint32_t n[2] = {0};
	struct packet in;
	struct outcome o;

	put_choice(f, &choice);
	put_alternatives(f, 2);
	for (uint32_t i = 0; i < N_FLOWS; i++) {
		flow_packet(&in, i);
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		assert_in_range(mark_of(&o), 0, 1);
		n[mark_of(&o)]++;
	}
	assert_in_range(n[0], N_FLOWS * 72 / 100, N_FLOWS * 78 / 100);
}

/* Where the tables lead the packet, as user space sees it. */
static enum wf_drop decide_here(struct fixture *f, const struct packet *in, uint32_t ifindex,
				struct wf_way *ret)
{
	const struct wf_port *port = wf_world_find(&f->world, PORT, &ifindex);
	struct wf_inner inner = {0};
	struct wf_case c;

	assert_non_null(port);
	assert_int_equal(wf_flow_parse(in->bytes, in->bytes + in->len, ETH_LEN,
				       wf_load_be16(in->bytes + 12), &inner),
			 WF_FLOW_OK);
	wf_case_read(in->bytes, in->bytes + in->len, &inner, &c);
	return wf_apply_decide(&f->world, port, &inner, &c, wf_flow_hash(&inner.flow), ret);
}

static void compare(struct fixture *f, const struct packet *in)
{
	struct wf_way way;
	enum wf_drop drop = decide_here(f, in, f->ports[0], &way);
	struct outcome o;

	fixture_refill(f);
	fixture_run(f, PROG_APPLY, f->ports[0], in, &o);
	assert_int_equal(o.drop, drop);
	if (drop)
		return;
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	if (way.action == WF_ACTION_DELIVER) {
		assert_memory_equal(o.out.bytes, way.dest->mac, 6);
		assert_int_equal(o.out.len, in->len);
		return;
	}
	assert_int_equal(o.out.len, in->len + way.path->len);
	assert_memory_equal(o.out.bytes + ETH_LEN + 24, way.path->header + 24,
			    way.path->len == 40 ? 8 : 16);
	assert_int_equal(wf_load_be64(o.out.bytes + ETH_LEN + way.path->arg_offset), way.sid_arg);
	assert_int_equal(wf_load_be32(o.out.bytes + ETH_LEN) & 0xfffff, way.flow_label);
}

static void the_kernel_picks_what_user_space_picks(void **state)
{
	struct fixture *f = *state;
	struct packet in;

	for (uint8_t n = 1; n <= WF_CHOICE_MAX; n++) {
		struct wf_choice choice = {.n = n};

		for (uint32_t i = 0, sum = 0; i < n; i++)
			choice.bound[i] = (uint16_t)(sum += random_below(8000) + (i == 0));
		put_choice(f, &choice);
		put_alternatives(f, n);
		for (uint32_t i = 0; i < 250; i++) {
			flow_packet(&in, random_below(1 << 20));
			compare(f, &in);
		}
	}
}

/* One change of the tables, of what a random flow below may meet. */
static void random_change(struct fixture *f)
{
	struct wf_verdict_key key = {.set = RED_SET,
				     .from = {RED, IDENTITY_A},
				     .to = {WF_SIDE_ANY, 0}};
	const struct wf_range range = {.last = WF_RANGE_LAST,
				       .policy = (uint16_t)(1 + random_below(3)),
				       .way = (uint16_t)(1 + random_below(3)),
				       .verdict = (uint8_t)random_below(3),
				       .is_reverse = (uint8_t)random_below(2),
				       .rank = (uint16_t)random_below(4)};
	struct wf_choice_key choice_key = {.tenant = RED,
					   .policy = range.way,
					   .node = (uint16_t)(1 + random_below(3)),
					   .is_reverse = (uint8_t)random_below(2)};
	struct wf_choice choice = {.n = (uint8_t)(1 + random_below(3))};
	struct wf_path_key path_key = {.tenant = RED,
				       .policy = choice_key.policy,
				       .node = choice_key.node,
				       .is_reverse = choice_key.is_reverse,
				       .alternative = (uint8_t)random_below(3)};
	const bool to_drop = random_below(4) == 0;

	if (random_below(3))
		key.to = (struct wf_side){RED, 100 + random_below(N_IDENTITIES)};
	if (!random_below(3))
		key.from = key.to = (struct wf_side){WF_SIDE_ANY, 0};
	for (uint32_t i = 0, sum = 0; i < choice.n; i++)
		choice.bound[i] = (uint16_t)(sum += 1 + random_below(5));
	if (to_drop) {
		fixture_drop(f, WF_TABLE_VERDICT, &key);
		fixture_drop(f, WF_TABLE_PATH, &path_key);
		return;
	}
	world_put_list(f, RED_SET, key.from, key.to, 10 + random_below(20), &range, 1);
	fixture_put(f, WF_TABLE_CHOICE, &choice_key, &choice);
	put_marked_path(f, &path_key, random_below(1000));
}

static void put_random_dest(struct fixture *f, uint32_t i)
{
	char addr[16];
	struct wf_dest dest = {.home = RED,
			       .identity = 100 + random_below(N_IDENTITIES),
			       .node = (uint16_t)(1 + random_below(3))};

	snprintf(addr, sizeof(addr), "10.0.1.%u", i);
	if (dest.node == TEST_NODE && random_below(2))
		dest.ifindex = f->ports[1];
	memcpy(dest.mac, mac_b, 6);
	world_put_dest(f, RED, addr, &dest);
}

static void the_kernel_goes_where_user_space_goes_on_random_tables(void **state)
{
	struct fixture *f = *state;
	char dst[16];
	struct ip_spec s = {.src = "10.0.0.1", .dst = dst};
	struct packet in;

	for (uint32_t i = 0; i < 12; i++)
		put_random_dest(f, i);
	for (uint32_t i = 0; i < N_RANDOM; i++) {
		if (i % 8 == 0)
			random_change(f);
		if (i % 64 == 0)
			put_random_dest(f, random_below(12));
		snprintf(dst, sizeof(dst), "10.0.1.%u", random_below(13));
		s.sport = (uint16_t)(1 + random_below(50));
		packet_from_container(&in, &s);
		compare(f, &in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_three_to_one_divide_the_flows_so),
		cmocka_unit_test(the_kernel_picks_what_user_space_picks),
		cmocka_unit_test(the_kernel_goes_where_user_space_goes_on_random_tables),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
