// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/samples_test.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#define V4 WF_INNER_V4
#define FR WF_INNER_FRAGMENT
#define LF WF_INNER_LATER_FRAGMENT
#define RH WF_INNER_ROUTING
#define L3 WF_SAMPLE_L3

static uint16_t frame_proto(const uint8_t *frame)
{
	return wf_load_be16(frame + 12);
}

static void parse_reads_what_scapy_wrote(void **state)
{
	static const struct {
		enum wf_sample sample;
		uint8_t proto, upper, flags, l4; /* l4: from the IP header on */
		uint16_t sport, dport, ip_len;
		enum wf_flow_fault fast;
	} cases[] = {
		{WF_SAMPLE_V4_UDP, 17, 17, V4, 20, 1000, 2000, 32, WF_FLOW_OK},
		{WF_SAMPLE_V4_TCP, 6, 6, V4, 20, 40000, 443, 40, WF_FLOW_OK},
		{WF_SAMPLE_V4_OPTIONS_TCP, 6, 6, V4, 24, 40000, 443, 44, WF_FLOW_SLOW},
		{WF_SAMPLE_V4_FIRST_FRAGMENT, 17, 17, V4 | FR, 20, 0, 0, 36, WF_FLOW_OK},
		{WF_SAMPLE_V4_LATER_FRAGMENT, 0, 0, V4 | FR | LF, 20, 0, 0, 28, WF_FLOW_OK},
		{WF_SAMPLE_V4_PADDED, 47, 47, V4, 20, 0, 0, 20, WF_FLOW_OK},
		{WF_SAMPLE_V4_ECHO, 1, 1, V4, 20, 7, 0x0800, 36, WF_FLOW_OK},
		{WF_SAMPLE_V4_ICMP_ERROR, 1, 1, V4, 20, 0, 0x0301, 60, WF_FLOW_OK},
		{WF_SAMPLE_V6_ECHO, 58, 58, 0, 40, 7, 0x8000, 56, WF_FLOW_OK},
		{WF_SAMPLE_V6_TOO_BIG, 58, 58, 0, 40, 0, 0x0200, 100, WF_FLOW_OK},
		{WF_SAMPLE_V6_UDP, 17, 17, 0, 40, 1000, 2000, 52, WF_FLOW_OK},
		{WF_SAMPLE_V6_TCP, 6, 6, 0, 40, 40000, 443, 60, WF_FLOW_OK},
		{WF_SAMPLE_V6_SCTP, 132, 132, 0, 40, 5, 6, 72, WF_FLOW_OK},
		{WF_SAMPLE_V6_HOPOPTS_DSTOPTS_UDP, 17, 17, 0, 64, 1000, 2000, 76, WF_FLOW_SLOW},
		{WF_SAMPLE_V6_FIRST_FRAGMENT, 60, 17, FR, 56, 0, 0, 72, WF_FLOW_SLOW},
		{WF_SAMPLE_V6_LATER_FRAGMENT, 60, 60, FR | LF, 48, 0, 0, 56, WF_FLOW_SLOW},
		{WF_SAMPLE_V6_ATOMIC_FRAGMENT, 17, 17, 0, 48, 1000, 2000, 60, WF_FLOW_SLOW},
		{WF_SAMPLE_V6_AH_UDP, 17, 17, 0, 64, 1000, 2000, 76, WF_FLOW_SLOW},
		{WF_SAMPLE_V6_ROUTING0, 17, 17, RH, 64, 1000, 2000, 76, WF_FLOW_SLOW},
		{WF_SAMPLE_SRH_REDUCED, 4, 4, RH, 64, 0, 0, 96, WF_FLOW_SLOW},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t frame[WF_SAMPLE_MAX] = {0};
		size_t len = wf_sample_get(cases[i].sample, frame);
		struct wf_inner inner = {0}, slow = {0};
		uint16_t proto = frame_proto(frame);

		assert_int_equal(wf_flow_parse_fast(frame, frame + len, L3, proto, &inner),
				 cases[i].fast);
		assert_int_equal(wf_flow_parse(frame, frame + len, L3, proto, &inner), WF_FLOW_OK);
		assert_int_equal(inner.flow.proto, cases[i].proto);
		assert_int_equal(inner.upper, cases[i].upper);
		assert_int_equal(inner.flags, cases[i].flags);
		assert_int_equal(inner.l4_off, L3 + cases[i].l4);
		assert_int_equal(wf_ntohs(inner.flow.sport), cases[i].sport);
		assert_int_equal(wf_ntohs(inner.flow.dport), cases[i].dport);
		assert_int_equal(inner.flow.is_fragment, !!(cases[i].flags & FR));
		assert_int_equal(inner.ip_len, cases[i].ip_len);
		assert_true(wf_inner_fits(&inner, (uint32_t)len));
		assert_false(wf_inner_fits(&inner, L3 + inner.ip_len - 1));
		assert_int_equal(wf_flow_parse_slow(frame, frame + len, L3, proto, &slow),
				 WF_FLOW_OK);
		assert_memory_equal(&slow, &inner, sizeof(inner));
	}
}

static void parse_takes_addresses_class_and_hop_limit(void **state)
{
	static const uint8_t v4_src[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
	static const uint8_t v6_dst[16] = {0xfd, [15] = 2};
	uint8_t frame[WF_SAMPLE_MAX] = {0};
	struct wf_inner inner = {0};
	size_t len = wf_sample_get(WF_SAMPLE_V4_UDP, frame);

	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV4, &inner), WF_FLOW_OK);
	assert_memory_equal(inner.flow.src, v4_src, 16);
	assert_int_equal(inner.tc, 0xba);
	assert_int_equal(inner.hop_limit, 33);
	len = wf_sample_get(WF_SAMPLE_V6_UDP, frame);
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV6, &inner), WF_FLOW_OK);
	assert_memory_equal(inner.flow.dst, v6_dst, 16);
	assert_int_equal(inner.tc, 0xba);
	assert_int_equal(inner.hop_limit, 17);
}

static void parse_names_what_is_wrong(void **state)
{
	static const struct {
		enum wf_sample sample;
		uint8_t at, value; /* one byte of the IP header, changed */
		uint16_t proto;
		enum wf_flow_fault fault;
	} cases[] = {
		{WF_SAMPLE_V4_UDP, 0, 0x45, WF_ETH_P_ARP, WF_FLOW_NOT_IP},
		{WF_SAMPLE_V4_UDP, 0, 0x65, WF_ETH_P_IPV4, WF_FLOW_VERSION},
		{WF_SAMPLE_V4_UDP, 0, 0x44, WF_ETH_P_IPV4, WF_FLOW_LENGTH},
		{WF_SAMPLE_V4_UDP, 0, 0x49, WF_ETH_P_IPV4, WF_FLOW_LENGTH},
		{WF_SAMPLE_V4_UDP, 0, 0x40, WF_ETH_P_IPV4, WF_FLOW_LENGTH},
		{WF_SAMPLE_V4_UDP, 3, 19, WF_ETH_P_IPV4, WF_FLOW_LENGTH},
		{WF_SAMPLE_V4_UDP, 3, 23, WF_ETH_P_IPV4, WF_FLOW_LENGTH}, /* no room for ports */
		{WF_SAMPLE_V4_UDP, 3, 24, WF_ETH_P_IPV4, WF_FLOW_OK},
		{WF_SAMPLE_V6_UDP, 0, 0x4b, WF_ETH_P_IPV6, WF_FLOW_VERSION},
		{WF_SAMPLE_V6_UDP, 5, 3, WF_ETH_P_IPV6, WF_FLOW_LENGTH},
		{WF_SAMPLE_V6_HOPOPTS_DSTOPTS_UDP, 5, 23, WF_ETH_P_IPV6, WF_FLOW_LENGTH},
		{WF_SAMPLE_V6_HOPOPTS_DSTOPTS_UDP, 5, 27, WF_ETH_P_IPV6, WF_FLOW_LENGTH},
		{WF_SAMPLE_SRH_REDUCED, 5, 23, WF_ETH_P_IPV6,
		 WF_FLOW_LENGTH}, /* ends in a header */
		{WF_SAMPLE_V6_HOPOPTS_DSTOPTS_UDP, 0, 0x70, WF_ETH_P_IPV6, WF_FLOW_VERSION},
		{WF_SAMPLE_V6_HOPOPTS_DSTOPTS_UDP, 41, 200, WF_ETH_P_IPV6, WF_FLOW_TRUNCATED},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t frame[WF_SAMPLE_MAX] = {0};
		size_t len = wf_sample_get(cases[i].sample, frame);
		struct wf_inner inner = {0};

		frame[L3 + cases[i].at] = cases[i].value;
		assert_int_equal(wf_flow_parse(frame, frame + len, L3, cases[i].proto, &inner),
				 cases[i].fault);
	}
}

/* Request and reply of one ping differ in their type alone; errors have no identifier. */
static void icmp_has_type_code_and_identifier_for_ports(void **state)
{
	static const struct {
		enum wf_sample sample;
		uint8_t type, code;
		uint16_t sport;
	} cases[] = {
		{WF_SAMPLE_V4_ECHO, 8, 0, 7},	  {WF_SAMPLE_V4_ECHO, 0, 0, 7},
		{WF_SAMPLE_V4_ECHO, 128, 0, 0},	  {WF_SAMPLE_V4_ECHO, 3, 4, 0},
		{WF_SAMPLE_V4_ECHO, 13, 0, 0},	  {WF_SAMPLE_V6_ECHO, 128, 0, 7},
		{WF_SAMPLE_V6_ECHO, 129, 0, 7},	  {WF_SAMPLE_V6_ECHO, 8, 0, 0},
		{WF_SAMPLE_V6_ECHO, 135, 255, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t frame[WF_SAMPLE_MAX] = {0};
		size_t len = wf_sample_get(cases[i].sample, frame);
		const uint16_t proto = frame_proto(frame);
		const size_t l4 = L3 + (proto == WF_ETH_P_IPV4 ? 20 : 40);
		struct wf_inner inner = {0};

		frame[l4] = cases[i].type;
		frame[l4 + 1] = cases[i].code;
		assert_int_equal(wf_flow_parse(frame, frame + len, L3, proto, &inner), WF_FLOW_OK);
		assert_int_equal(wf_ntohs(inner.flow.dport), cases[i].type << 8 | cases[i].code);
		assert_int_equal(wf_ntohs(inner.flow.sport), cases[i].sport);
	}
}

static void fragments_say_where_their_header_is_and_whether_they_are_tiny(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX] = {0};
	struct wf_inner inner = {0};
	size_t len = wf_sample_get(WF_SAMPLE_V6_LATER_FRAGMENT, frame);

	wf_store_be16(frame + L3 + 42, 8);
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV6, &inner), WF_FLOW_OK);
	assert_int_equal(inner.flags, FR | LF | WF_INNER_TINY_FRAGMENT);
	assert_int_equal(inner.fragment_at, 10);
	wf_store_be16(frame + L3 + 42, 16);
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV6, &inner), WF_FLOW_OK);
	assert_int_equal(inner.flags, FR | LF);
	len = wf_sample_get(WF_SAMPLE_V4_UDP, frame);
	wf_store_be16(frame + L3 + 6, 1);
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV4, &inner), WF_FLOW_OK);
	assert_int_equal(inner.flags, V4 | FR | LF | WF_INNER_TINY_FRAGMENT);
	assert_int_equal(inner.fragment_at, 0);
}

static void answers_go_the_other_way(void **state)
{
	static const struct {
		uint8_t proto;
		uint16_t sport, dport, answer_sport, answer_dport;
		int has_answer;
	} cases[] = {
		{6, 40000, 80, 80, 40000, 1},  {17, 1, 2, 2, 1, 1},
		{47, 0, 0, 0, 0, 1},	       {1, 7, 0x0800, 7, 0x0000, 1},
		{1, 7, 0x0000, 7, 0x0800, 1},  {58, 7, 0x8000, 7, 0x8100, 1},
		{58, 7, 0x8100, 7, 0x8000, 1}, {1, 0, 0x0304, 0, 0, 0},
		{58, 0, 0x0200, 0, 0, 0},      {1, 0, 0x8000, 0, 0, 0},
		{58, 0, 0x0800, 0, 0, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct wf_flow flow = {.src = {0xfd, [15] = 1},
					     .dst = {0xfd, [15] = 2},
					     .sport = wf_htons(cases[i].sport),
					     .dport = wf_htons(cases[i].dport),
					     .proto = cases[i].proto};
		struct wf_flow answer = {0}, again = {0};

		assert_int_equal(wf_flow_answer(&flow, &answer), cases[i].has_answer);
		if (!cases[i].has_answer)
			continue;
		assert_memory_equal(answer.src, flow.dst, 16);
		assert_memory_equal(answer.dst, flow.src, 16);
		assert_int_equal(wf_ntohs(answer.sport), cases[i].answer_sport);
		assert_int_equal(wf_ntohs(answer.dport), cases[i].answer_dport);
		assert_true(wf_flow_answer(&answer, &again));
		assert_memory_equal(&again, &flow, sizeof(flow));
	}
}

static void parse_refuses_nine_headers(void **state)
{
	uint8_t packet[40 + 9 * 8 + 8] = {0x60, [5] = 80, [6] = 60};
	struct wf_inner inner = {0};

	for (unsigned int i = 0; i < 9; i++)
		packet[40 + i * 8] = i < 8 ? 60 : 17;
	assert_int_equal(wf_flow_parse(packet, packet + sizeof(packet), 0, WF_ETH_P_IPV6, &inner),
			 WF_FLOW_TOO_MANY_HEADERS);
}

static void parse_refuses_every_truncation_before_the_ports(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX] = {0};
	struct wf_inner inner = {0}, cut = {0};

	for (enum wf_sample i = 0; i < WF_SAMPLE_ARP_REQUEST; i++) {
		size_t whole = wf_sample_get(i, frame);
		uint16_t proto = frame_proto(frame);
		size_t need;

		assert_int_equal(wf_flow_parse(frame, frame + whole, L3, proto, &inner),
				 WF_FLOW_OK);
		need = inner.l4_off;
		if (wf_flow_has_ports(inner.flow.proto) && !(inner.flags & FR))
			need += 4;
		if (inner.flow.proto == WF_PROTO_ICMP || inner.flow.proto == WF_PROTO_ICMPV6)
			need += 8;
		for (size_t len = 0; len <= whole; len++) {
			uint8_t *tight = wf_sample_tight(frame, len);

			assert_int_equal(wf_flow_parse(tight, tight + len, L3, proto, &cut),
					 len < need ? WF_FLOW_TRUNCATED : WF_FLOW_OK);
			if (len >= need)
				assert_memory_equal(&cut, &inner, sizeof(cut));
			free(tight);
		}
	}
}

static void all_fragments_of_a_datagram_hash_alike(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX] = {0};
	struct wf_inner first = {0}, later = {0};
	size_t len = wf_sample_get(WF_SAMPLE_V6_FIRST_FRAGMENT, frame);

	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV6, &first), WF_FLOW_OK);
	len = wf_sample_get(WF_SAMPLE_V6_LATER_FRAGMENT, frame);
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV6, &later), WF_FLOW_OK);
	assert_int_equal(wf_flow_hash(&first.flow), wf_flow_hash(&later.flow));
	len = wf_sample_get(WF_SAMPLE_V4_FIRST_FRAGMENT, frame);
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV4, &first), WF_FLOW_OK);
	frame[L3 + 7] = 2; /* offset 16 */
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, WF_ETH_P_IPV4, &later), WF_FLOW_OK);
	assert_int_equal(wf_flow_hash(&first.flow), wf_flow_hash(&later.flow));
}

/* Flow @i of a set like real ones: neighbouring addresses, ports that count up. */
static struct wf_flow nth_flow(unsigned int i, int is_v4)
{
	struct wf_flow flow = {.proto = 6, .dport = WF_BE16(443)};

	if (is_v4) {
		wf_copy_v4mapped(flow.src, wf_htonl(0x0a000000 + i % 64));
		wf_copy_v4mapped(flow.dst, wf_htonl(0x0a000100 + i / 64 % 64));
	} else {
		flow.src[0] = flow.dst[0] = 0xfd;
		flow.src[15] = (uint8_t)(i % 64);
		flow.dst[15] = (uint8_t)(i / 64 % 64);
	}
	flow.sport = wf_htons((uint16_t)(32768 + i / 4096));
	return flow;
}

#define FLOWS	65536
#define BUCKETS 256

/* Chi square with 255 degrees of freedom: the mean is 255, 99.99 % lie below 345. */
static double chi_square(const unsigned int *buckets)
{
	double sum = 0, mean = (double)FLOWS / BUCKETS;

	for (unsigned int i = 0; i < BUCKETS; i++)
		sum += (buckets[i] - mean) * (buckets[i] - mean) / mean;
	return sum;
}

static void hash_spreads_neighbouring_flows_evenly_at_both_ends(void **state)
{
	for (int is_v4 = 0; is_v4 < 2; is_v4++) {
		unsigned int high[BUCKETS] = {0}, low[BUCKETS] = {0}, both[BUCKETS] = {0};

		for (unsigned int i = 0; i < FLOWS; i++) {
			struct wf_flow flow = nth_flow(i, is_v4);
			uint64_t hash = wf_flow_hash(&flow);

			high[hash >> 56]++;
			low[hash & 0xff]++;
			both[(hash >> 60) << 4 | (hash & 0xf)]++; /* even only if independent */
		}
		assert_true(chi_square(high) < 345);
		assert_true(chi_square(low) < 345);
		assert_true(chi_square(both) < 345);
	}
}

static void hash_changes_half_its_bits_with_any_bit_of_the_flow(void **state)
{
	for (unsigned int bit = 0; bit < 37 * 8; bit++) {
		unsigned int changed = 0;

		for (unsigned int i = 0; i < 256; i++) {
			struct wf_flow flow = nth_flow(i * 257, i & 1), other = flow;

			((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			changed += (unsigned int)__builtin_popcountll(wf_flow_hash(&flow) ^
								      wf_flow_hash(&other));
		}
		assert_in_range(changed, 256 * 30, 256 * 34);
	}
}

static void label_is_twenty_bits_and_never_zero(void **state)
{
	assert_int_equal(wf_flow_label(0), 1);
	assert_int_equal(wf_flow_label(0xfff00000), 1);
	assert_int_equal(wf_flow_label(0x123456789), 0x56789);
	assert_int_equal(wf_flow_label(0xffffffffffffffff), 0xfffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_reads_what_scapy_wrote),
		cmocka_unit_test(parse_takes_addresses_class_and_hop_limit),
		cmocka_unit_test(parse_names_what_is_wrong),
		cmocka_unit_test(icmp_has_type_code_and_identifier_for_ports),
		cmocka_unit_test(fragments_say_where_their_header_is_and_whether_they_are_tiny),
		cmocka_unit_test(answers_go_the_other_way),
		cmocka_unit_test(parse_refuses_nine_headers),
		cmocka_unit_test(parse_refuses_every_truncation_before_the_ports),
		cmocka_unit_test(all_fragments_of_a_datagram_hash_alike),
		cmocka_unit_test(hash_spreads_neighbouring_flows_evenly_at_both_ends),
		cmocka_unit_test(hash_changes_half_its_bits_with_any_bit_of_the_flow),
		cmocka_unit_test(label_is_twenty_bits_and_never_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
