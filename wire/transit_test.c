// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/transit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const uint64_t nonce = 0x1122334455667788;

static struct wf_flow flow_make(void)
{
	struct wf_flow flow = {.sport = WF_BE16(1), .dport = WF_BE16(2), .proto = 17};

	wf_copy_v4mapped(flow.src, WF_BE32(0x0a000001));
	wf_copy_v4mapped(flow.dst, WF_BE32(0x0a000003));
	return flow;
}

/* Made with "openssl mac ... SIPHASH" over the little-endian words. */
static void marks_are_a_chain(void **state)
{
	const __u64 first[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908}, second[2] = {1, 2};
	const struct wf_flow flow = flow_make();
	const uint64_t digest = wf_transit_digest(&flow, nonce);
	uint64_t mark;

	assert_int_equal(digest, 0x81ae70aababd15f4);
	mark = wf_transit_mark(first, nonce, 0, digest);
	assert_int_equal(mark, 0x85d1e481fc0e6e47);
	mark = wf_transit_mark(second, nonce, mark, digest);
	assert_int_equal(mark, 0xfc17f2fd62406370);
}

static void digest_is_of_addresses_and_protocol_not_of_ports(void **state)
{
	const struct wf_flow flow = flow_make();
	const uint64_t digest = wf_transit_digest(&flow, nonce);

	for (size_t i = 0; i < sizeof(flow); i++) {
		struct wf_flow other = flow;
		const _Bool is_digested = i < offsetof(struct wf_flow, sport) ||
					  i == offsetof(struct wf_flow, proto);

		((uint8_t *)&other)[i] ^= 0x40;
		assert_int_equal(wf_transit_digest(&other, nonce) != digest, is_digested);
	}
	assert_true(wf_transit_digest(&flow, nonce + 1) != digest);
}

static void template_has_it_unmarked(void **state)
{
	static const uint8_t want[WF_TRANSIT_LEN] = {252, 22, 0, 0, 0, 0, 1, 2};
	struct wf_transit_tlv tlv;

	memset(&tlv, 0xff, sizeof(tlv));
	wf_transit_fill(&tlv, 0x102);
	assert_memory_equal(&tlv, want, sizeof(want));
	assert_true(wf_transit_is(&tlv));
	tlv.len++;
	assert_false(wf_transit_is(&tlv));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_a_chain),
		cmocka_unit_test(digest_is_of_addresses_and_protocol_not_of_ports),
		cmocka_unit_test(template_has_it_unmarked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
