// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is quick is read as wire/flow.h reads it; what is not everyday is not quick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "dp/quick.h"

#define ROUNDS 200000

static uint32_t draw(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

/* Headers that mostly make sense, with one octet in two packets changed. */
static void make(uint8_t p[64], bool is_v4)
{
	for (int i = 0; i < 64; i++)
		p[i] = (uint8_t)draw();
	if (is_v4) {
		p[0] = 0x45;
		wf_store_be16(p + 2, (uint16_t)(20 + draw() % 60));
		wf_store_be16(p + 6, draw() % 4 ? 0x4000 : 0);
		p[9] = draw() % 3 ? WF_PROTO_UDP : WF_PROTO_TCP;
	} else {
		p[0] = 0x60 | (p[0] & 15);
		wf_store_be16(p + 4, (uint16_t)(draw() % 60));
		p[6] = draw() % 3 ? WF_PROTO_UDP : WF_PROTO_TCP;
		if (draw() % 8 == 0)
			memcpy(p + 8, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	}
	if (draw() % 2)
		p[draw() % 20] = (uint8_t)draw();
}

/* As the programs ask: is it everyday, and is the flow one that may be remembered as such? */
static bool read_quick(const uint8_t *p, bool is_v4, struct wf_quick *q, struct wf_inner *in)
{
	wf_quick_read(p, is_v4, q);
	*in = (struct wf_inner){0};
	return !q->odd && q->l4_len <= UINT16_MAX &&
	       wf_flow_parse(p, p + 64, 0, is_v4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6, in) ==
		       WF_FLOW_OK &&
	       wf_quick_knows(in);
}

static void what_is_quick_is_read_as_the_parser_reads_it(void **state)
{
	size_t n_quick = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint8_t p[64] WF_ALIGNED8;
		const bool is_v4 = i % 2;
		struct wf_quick q;
		struct wf_inner in;

		make(p, is_v4);
		if (!read_quick(p, is_v4, &q, &in))
			continue;
		n_quick++;
		assert_int_equal(in.flags & ~WF_INNER_V4, 0);
		assert_int_equal(in.ip_len,
				 q.l4_len + WF_QUICK_L4 + (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN));
		assert_int_equal(wf_ipv6_tc_word(in.tc), q.tc);
		assert_int_equal(in.hop_limit, q.hop_limit);
		assert_true(wf_quick_differs(p, is_v4, &in.flow) == 0);
		assert_int_equal(wf_quick_slot(p, is_v4), wf_flowcache_slot(&in.flow));
		((uint8_t *)&in.flow)[i % sizeof(in.flow)] ^= 1;
		assert_true(wf_quick_differs(p, is_v4, &in.flow) != 0);
	}
	assert_true(n_quick > ROUNDS / 3);
}

static void what_is_not_everyday_is_not_quick(void **state)
{
	static const struct {
		bool is_v4;
		uint8_t at, value;
	} odd[] = {
		{true, 0, 0x46}, {true, 0, 0x65},
		{true, 6, 0x20}, {true, 7, 1},
		{true, 9, 1},	 {true, 9, 132},
		{true, 3, 23},	 {false, 0, 0x40},
		{false, 6, 0},	 {false, 6, 43},
		{false, 6, 44},	 {false, 6, 58},
		{false, 5, 3},	 {false, 6, WF_PROTO_IPV6},
	};
	struct wf_quick q;
	struct wf_inner in;

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		uint8_t p[64] WF_ALIGNED8 = {odd[i].is_v4 ? 0x45 : 0x60};

		p[odd[i].is_v4 ? 3 : 5] = 60;
		p[odd[i].is_v4 ? 9 : 6] = WF_PROTO_UDP;
		p[8] = p[24] = 0xfd;
		assert_true(read_quick(p, odd[i].is_v4, &q, &in));
		p[odd[i].at] = odd[i].value;
		assert_false(read_quick(p, odd[i].is_v4, &q, &in));
	}
}

static void flags_are_where_tcp_has_them(void **state)
{
	uint8_t p[64] WF_ALIGNED8 = {0x45, [3] = 40, [9] = WF_PROTO_TCP, [33] = 0x12};
	struct wf_quick q;

	wf_quick_read(p, true, &q);
	assert_int_equal(q.tcp_flags, 0x12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_quick_is_read_as_the_parser_reads_it),
		cmocka_unit_test(what_is_not_everyday_is_not_quick),
		cmocka_unit_test(flags_are_where_tcp_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
