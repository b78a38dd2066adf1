// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SRv6 from a container whose endpoint may send it. */
#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define FINAL "5f00:0:2:e046:" RED_ARG
#define HOME  "5f00:0:1:e046:" RED_ARG

static const struct ip_spec inner = {.src = "10.0.0.1", .dst = "10.0.0.3", .payload = 20};

static void set_aware(struct fixture *f, bool is_aware)
{
	struct wf_port port;

	memcpy(&port, test_tables_find(&f->tables, WF_TABLE_PORT, &f->ports[0]), sizeof(port));
	port.is_sr_aware = is_aware;
	fixture_put(f, WF_TABLE_PORT, &f->ports[0], &port);
}

static int setup(void **state)
{
	world_fill(*state);
	set_aware(*state, true);
	return 0;
}

static void make(struct packet *p, const struct outer_spec *o)
{
	packet_from_underlay(p, o, &inner);
	memcpy(p->bytes, gateway_mac, 6);
	memcpy(p->bytes + 6, mac_a, 6);
}

static enum wf_drop drop_of(struct fixture *f, const struct outer_spec *o)
{
	struct packet in;
	struct outcome out;

	make(&in, o);
	fixture_run(f, PROG_APPLY, f->ports[0], &in, &out);
	return out.drop;
}

static const struct {
	struct outer_spec outer;
	const char *dst; /* and Segments Left, as it goes on */
	uint8_t left;
} ways[] = {
	{{.src = "fd00::1", .dst = FINAL, .n_segments = 1, .segments = {FINAL}}, FINAL, 0},
	{{.src = "fd00::1",
	  .dst = "5f00:0:3:4::",
	  .n_segments = 1,
	  .segments = {FINAL},
	  .segments_left = 1},
	 "5f00:0:3:4::",
	 1},
	{{.src = "fd00::1",
	  .dst = "5f00:0:3:e001::",
	  .n_segments = 2,
	  .segments = {FINAL, "5f00:0:3:e001::"},
	  .segments_left = 1},
	 "5f00:0:3:e001::",
	 1},
	/* by this node */
	{{.src = "fd00::1",
	  .dst = "5f00:0:1:3::",
	  .n_segments = 1,
	  .segments = {FINAL},
	  .segments_left = 1},
	 "5f00:0:3::",
	 1},
	{{.src = "fd00::1",
	  .dst = "5f00:0:1:e001::",
	  .n_segments = 3,
	  .segments = {FINAL, "5f00:0:3::", "5f00:0:1:e001::"},
	  .segments_left = 2},
	 "5f00:0:3::",
	 1},
};

/* Onto the underlay, from this node. */
static void it_is_forwarded_to_its_next_segment(void **state)
{
	struct fixture *f = *state;
	struct packet in, want;
	struct outcome o;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		make(&in, &ways[i].outer);
		want = in;
		memcpy(want.bytes, mac_router, 6);
		memcpy(want.bytes + 6, mac_underlay, 6);
		want.bytes[ETH_LEN + 7]--;
		addr_of("5f00:0:1::1", want.bytes + ETH_LEN + 8);
		addr_of(ways[i].dst, want.bytes + ETH_LEN + 24);
		want.bytes[ETH_LEN + 43] = ways[i].left;
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_packet(&o.out, &want);
	}
}

/* A path that is at its end already: the packet inside comes in once more, alone. */
static void at_home_the_packet_inside_is_what_counts(void **state)
{
	static const struct outer_spec outers[] = {
		{.src = "fd00::1", .dst = HOME, .n_segments = 1, .segments = {HOME}},
		{.src = "fd00::1",
		 .dst = "5f00:0:1::",
		 .n_segments = 1,
		 .segments = {HOME},
		 .segments_left = 1},
	};
	struct fixture *f = *state;
	struct packet in, want;
	struct outcome o;

	packet_from_container(&want, &inner);
	for (size_t i = 0; i < 2; i++) {
		make(&in, &outers[i]);
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_packet(&o.out, &want);
	}
}

static void what_it_may_not_is_dropped(void **state)
{
	static const struct {
		struct outer_spec outer;
		enum wf_drop drop;
	} cases[] = {
		{{.src = "fd00::1",
		  .dst = "5f00:0:2:e046:0:800::",
		  .n_segments = 1,
		  .segments = {"5f00:0:2:e046:0:800::"}},
		 WF_DROP_FOREIGN_SID},
		{{.src = "fd00::1",
		  .dst = "5f00:0:3::",
		  .n_segments = 3,
		  .segments = {FINAL, "5f00:0:4:e046:0:800::", "5f00:0:3::"},
		  .segments_left = 2},
		 WF_DROP_FOREIGN_SID},
		{{.src = "fd00::2", .dst = FINAL, .n_segments = 1, .segments = {FINAL}},
		 WF_DROP_SOURCE_ADDRESS},
		{{.src = "5f00:0:2::1", .dst = FINAL, .n_segments = 1, .segments = {FINAL}},
		 WF_DROP_SOURCE_ADDRESS},
		{{.src = "fd00::1", .dst = FINAL}, WF_DROP_SID_DESTINATION},
		{{.src = "fd00::1",
		  .dst = FINAL,
		  .n_segments = 1,
		  .segments = {FINAL},
		  .segments_left = 3},
		 WF_DROP_SRH_SEGMENTS_LEFT},
		{{.src = "fd00::1",
		  .dst = FINAL,
		  .n_segments = 1,
		  .segments = {FINAL},
		  .hop_limit = 1},
		 WF_DROP_HOP_LIMIT},
		{{.src = "fd00::1",
		  .dst = "5f00:0:66::",
		  .n_segments = 1,
		  .segments = {FINAL},
		  .segments_left = 1},
		 WF_DROP_NO_ROUTE},
	};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fixture_refill(f);
		assert_int_equal(drop_of(f, &cases[i].outer), cases[i].drop);
	}
	make(&in, &ways[0].outer);
	in.bytes[11] ^= 1;
	fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
	assert_int_equal(o.drop, WF_DROP_SOURCE_MAC);
}

static void nobody_else_may(void **state)
{
	set_aware(*state, false);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		assert_int_equal(drop_of(*state, &ways[i].outer), WF_DROP_ROUTING_HEADER);
}

/* On a link of 1300: its sender is told. */
static void too_big_is_told_to_the_container(void **state)
{
	const struct outer_spec outer = {.src = "fd00::1",
					 .dst = "5f00:0:55::",
					 .n_segments = 1,
					 .segments = {FINAL},
					 .segments_left = 1};
	struct fixture *f = *state;
	struct ip_spec s = inner;
	struct packet in;
	struct outcome o;

	fixture_refill(f);
	for (int over = 0; over < 2; over++) {
		s.payload = 1300 - 40 - 24 - 28 + (uint32_t)over;
		packet_from_underlay(&in, &outer, &s);
		memcpy(in.bytes, gateway_mac, 6);
		memcpy(in.bytes + 6, mac_a, 6);
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		assert_int_equal(o.drop, over ? WF_DROP_TOO_BIG : WF_DROP_NONE);
	}
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_memory_equal(o.out.bytes, mac_a, 6);
	assert_int_equal(o.out.bytes[ETH_LEN + 40], 2); /* packet too big */
	assert_int_equal(wf_load_be32(o.out.bytes + ETH_LEN + 44), 1300);
	assert_memory_equal(o.out.bytes + ETH_LEN + 48, in.bytes + ETH_LEN, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_forwarded_to_its_next_segment, setup),
		cmocka_unit_test_setup(at_home_the_packet_inside_is_what_counts, setup),
		cmocka_unit_test_setup(what_it_may_not_is_dropped, setup),
		cmocka_unit_test_setup(nobody_else_may, setup),
		cmocka_unit_test_setup(too_big_is_told_to_the_container, setup),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
