// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Ethernet frames through functions; byte for byte: bpf/proxy_test.c. */
#include "bpf/proxy_world_test.h"

/* What to do with frames that nobody was given is what it always was. */
static void frames_pass_a_bridge_and_nothing_else(void **state)
{
	static const struct {
		uint32_t behavior;
		bool is_bridged;
		enum wf_drop in, back;
	} cases[] = {
		{WF_BEHAVIOR_AD, true, WF_DROP_NONE, WF_DROP_NONE},
		{WF_BEHAVIOR_AD, false, WF_DROP_UPPER_LAYER, WF_DROP_NOT_IP},
		{WF_BEHAVIOR_AS, true, WF_DROP_UPPER_LAYER, WF_DROP_NOT_IP},
	};
	struct outer_spec outer = to_function;
	struct fixture *f = *state;
	struct packet p, frame;
	struct outcome o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* each its own: the memory is that of all tests */
		const uint8_t a[6] = {2, 0, 0, 1, 0, (uint8_t)i}, b[6] = {2, 0, 0, 2, 0, 0};

		put_function_of(f, cases[i].behavior, cases[i].is_bridged);
		packet_eth(&frame, a, b, 0x88b5);
		packet_add(&frame, (uint8_t[46]){1, 2, 3}, 46);
		outer.upper = WF_PROTO_ETHERNET;
		packet_from_underlay(&p, &outer, NULL);
		packet_add(&p, frame.bytes, frame.len);
		wf_store_be16(p.bytes + ETH_LEN + 4, (uint16_t)(p.len - ETH_LEN - 40));
		fixture_run(f, PROG_VALIDATE, f->underlay, &p, &o);
		assert_int_equal(o.drop, cases[i].in);
		if (!o.drop)
			assert_packet(&o.out, &frame);
		fixture_run(f, PROG_APPLY, f->ports[0], &frame, &o); /* by the wrong arm */
		assert_int_equal(o.drop, WF_DROP_NOT_IP);
		fixture_run(f, PROG_APPLY, f->ports[1], &frame, &o);
		assert_int_equal(o.drop, cases[i].back);
		frame.bytes[5] ^= 0x80; /* another's */
		fixture_run(f, PROG_APPLY, f->ports[1], &frame, &o);
		assert_int_equal(o.drop, WF_DROP_NOT_IP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_pass_a_bridge_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
