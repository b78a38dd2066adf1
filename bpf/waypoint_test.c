// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* End and uN: packets that are on their way to somewhere else; and those that are none of ours. */
#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define FINAL "5f00:0:2:e046:" RED_ARG

static const struct ip_spec inner = {.src = "10.0.0.1", .dst = "10.0.0.3", .payload = 20};

static void run(struct fixture *f, const struct outer_spec *o, struct packet *in,
		struct outcome *ret)
{
	packet_from_underlay(in, o, &inner);
	fixture_run(f, PROG_VALIDATE, f->underlay, in, ret);
}

/* The packet, for @dst, @segments_left, one hop later. */
static void assert_forwarded(const struct outcome *o, const struct packet *in, const char *dst,
			     uint8_t segments_left)
{
	struct packet want = *in;

	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	memcpy(want.bytes, mac_router, 6);
	memcpy(want.bytes + 6, mac_underlay, 6);
	want.bytes[ETH_LEN + 7]--;
	addr_of(dst, want.bytes + ETH_LEN + 24);
	if (want.bytes[ETH_LEN + 6] == 43)
		want.bytes[ETH_LEN + 43] = segments_left;
	assert_packet(&o->out, &want);
}

static const struct {
	struct outer_spec outer;
	const char *dst; /* and Segments Left, when it goes on */
	uint8_t segments_left;
} ways[] = {
	/* uN: one to five of this node's C-SIDs, then another's */
	{{.dst = "5f00:0:1:4::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1},
	 "5f00:0:4::",
	 1},
	{{.dst = "5f00:0:1:1:4::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1},
	 "5f00:0:4::",
	 1},
	{{.dst = "5f00:0:1:1:1:1:1:4", .n_segments = 1, .segments = {FINAL}, .segments_left = 1},
	 "5f00:0:4::",
	 1},
	{{.dst = "5f00:0:1:4:5:6:7:8", .n_segments = 1, .segments = {FINAL}, .segments_left = 1},
	 "5f00:0:4:5:6:7:8:0",
	 1},
	/* without an SRH the last of a container is the end */
	{{.dst = "5f00:0:1:2:e046:abcd:ef00:0"}, "5f00:0:2:e046:abcd:ef00::", 0},
	/* one to six, the container used up: the next segment */
	{{.dst = "5f00:0:1::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1}, FINAL, 0},
	{{.dst = "5f00:0:1:1::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1},
	 FINAL,
	 0},
	{{.dst = "5f00:0:1:1:1:1:1:1", .n_segments = 1, .segments = {FINAL}, .segments_left = 1},
	 FINAL,
	 0},
	/* End: reduced header, full header, three segments */
	{{.dst = "5f00:0:1:e001::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1},
	 FINAL,
	 0},
	{{.dst = "5f00:0:1:e001::",
	  .n_segments = 2,
	  .segments = {FINAL, "5f00:0:1:e001::"},
	  .segments_left = 1},
	 FINAL,
	 0},
	{{.dst = "5f00:0:1:e001::",
	  .n_segments = 3,
	  .segments = {FINAL, "5f00:0:4:e001::", "5f00:0:1:e001::"},
	  .segments_left = 2},
	 "5f00:0:4:e001::",
	 1},
	/* uN and End of this node in a row, then on */
	{{.dst = "5f00:0:1:1:e001::",
	  .n_segments = 3,
	  .segments = {FINAL, "5f00:0:1:e001::", "5f00:0:1:1:1::"},
	  .segments_left = 3},
	 FINAL,
	 0},
};

static void each_way_goes_to_its_next_segment(void **state)
{
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		for (uint32_t tc = 0; tc < 256; tc += 51) {
			struct outer_spec outer = ways[i].outer;

			outer.tc = (uint8_t)tc;
			run(*state, &outer, &in, &o);
			assert_forwarded(&o, &in, ways[i].dst, ways[i].segments_left);
		}
}

/* Left to the kernel, which tells the source; the new destination is in place. */
static void what_is_not_simple_the_kernel_forwards(void **state)
{
	struct outer_spec outer = {
		.dst = "5f00:0:1:e001::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1};
	struct packet in, want;
	struct outcome o;

	for (int i = 0; i < 3; i++) {
		outer.segments[0] = i == 1 ? "5f00:0:77:e046::" : i == 2 ? "5f00:0:66::" : FINAL;
		outer.hop_limit = i ? 9 : 1;
		run(*state, &outer, &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_PASS);
		want = in;
		addr_of(outer.segments[0], want.bytes + ETH_LEN + 24);
		want.bytes[ETH_LEN + 43] = 0;
		assert_packet(&o.out, &want);
	}
}

static void what_the_next_link_cannot_take_the_kernel_refuses(void **state)
{
	struct fixture *f = *state;
	struct outer_spec outer = {.dst = "5f00:0:1:55:e046::"};
	struct ip_spec s = inner;
	struct packet in;
	struct outcome o;

	s.payload = 1300 - 40 - 28;
	packet_from_underlay(&in, &outer, &s);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_forwarded(&o, &in, "5f00:0:55:e046::", 0);
	s.payload++;
	packet_from_underlay(&in, &outer, &s);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_int_equal(o.verdict, VERDICT_PASS);
}

/* More of this node's SIDs than any path of ours has: dropped, not walked for ever. */
static void endless_lists_are_not_walked(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;
	uint8_t segment[16];
	struct outer_spec outer = {
		.dst = "5f00:0:1:e001::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1};

	packet_from_underlay(&in, &outer, NULL);
	addr_of("5f00:0:1:e001::", segment);
	for (int i = 1; i < 100; i++)
		packet_add(&in, segment, 16);
	in.bytes[ETH_LEN + 41] = 200;
	in.bytes[ETH_LEN + 43] = 100;
	in.bytes[ETH_LEN + 44] = 99;
	wf_store_be16(in.bytes + ETH_LEN + 4, (uint16_t)(in.len - ETH_LEN - 40));
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_int_equal(o.verdict, VERDICT_DROP);
	assert_int_equal(o.n_drops, 1);
}

static void assert_untouched(const struct outcome *o, const struct packet *in)
{
	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_PASS);
	assert_packet(&o->out, in);
}

static void transit_is_not_touched(void **state)
{
	static const char *const dsts[] = {"5f00:0:2:e046::1", "5f00:0:4:1::", "2001:db8::1",
					   "5f00:1:1::1", "5f01:0:1:e046::"};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(dsts) / sizeof(*dsts); i++) {
		struct outer_spec outer = {.dst = dsts[i],
					   .hop_limit = 1,
					   .n_segments = i % 2,
					   .segments = {"5f00:0:1:e001::"},
					   .segments_left = 1};

		run(f, &outer, &in, &o);
		assert_untouched(&o, &in);
	}
	packet_from_container(&in, &inner);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_untouched(&o, &in);
	packet_eth(&in, mac_underlay, mac_router, 0x0806);
	packet_add(&in, NULL, 46);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_untouched(&o, &in);
}

/* To or from the SID block, by an interface that is not of the domain. */
static void the_edge_keeps_the_sid_block_closed(void **state)
{
	static const struct {
		const char *src, *dst;
		bool is_closed;
	} cases[] = {
		{"2001:db8::1", "5f00:0:1:e046::1", true}, {"2001:db8::1", "5f00:0:9::", true},
		{"5f00:0:2::1", "2001:db8::1", true},	   {"5f00:0:2::1", "5f00:0:1::1", true},
		{"2001:db8::1", "2001:db8::2", false},	   {"2001:db8::1", "5f00:1:1::", false},
		{"5f01::1", "2001:db8::2", false},
	};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct outer_spec outer = {.src = cases[i].src, .dst = cases[i].dst};

		packet_from_underlay(&in, &outer, &inner);
		fixture_run(f, PROG_EDGE, f->underlay, &in, &o);
		if (!cases[i].is_closed) {
			assert_untouched(&o, &in);
			continue;
		}
		assert_int_equal(o.drop, WF_DROP_OUTSIDE);
		assert_int_equal(o.n_drops, 1);
		assert_int_equal(o.verdict, VERDICT_DROP);
	}
	packet_from_container(&in, &inner);
	fixture_run(f, PROG_EDGE, f->underlay, &in, &o);
	assert_untouched(&o, &in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_goes_to_its_next_segment),
		cmocka_unit_test(what_is_not_simple_the_kernel_forwards),
		cmocka_unit_test(what_the_next_link_cannot_take_the_kernel_refuses),
		cmocka_unit_test(endless_lists_are_not_walked),
		cmocka_unit_test(transit_is_not_touched),
		cmocka_unit_test(the_edge_keeps_the_sid_block_closed),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
