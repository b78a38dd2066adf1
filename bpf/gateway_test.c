// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The gateway's own voice: ARP, neighbor discovery, ping. */
#include <netinet/in.h>

#include "bpf/packet_test.h"
#include "bpf/world_test.h"

static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t zeros[6];

static void run(struct fixture *f, const struct packet *in, struct outcome *o)
{
	fixture_run(f, PROG_APPLY, f->ports[0], in, o);
}

static void assert_answer(const struct outcome *o, const struct packet *want)
{
	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_packet(&o->out, want);
}

static void assert_dropped(const struct outcome *o, enum wf_drop reason)
{
	assert_int_equal(o->drop, reason);
	assert_int_equal(o->n_drops, 1);
	assert_int_equal(o->verdict, VERDICT_DROP);
}

static void add_arp(struct packet *p, uint8_t op, const uint8_t sha[6], const char *spa,
		    const uint8_t tha[6], const char *tpa)
{
	const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0, op};
	uint8_t addr[16];

	packet_add(p, head, sizeof(head));
	packet_add(p, sha, 6);
	addr_of(spa, addr);
	packet_add(p, addr + 12, 4);
	packet_add(p, tha, 6);
	addr_of(tpa, addr);
	packet_add(p, addr + 12, 4);
}

static void arp_for_the_gateway_is_answered(void **state)
{
	struct packet in, want;
	struct outcome o;

	packet_eth(&in, broadcast, mac_a, 0x0806);
	add_arp(&in, 1, mac_a, "10.0.0.1", zeros, "169.254.1.1");
	packet_eth(&want, mac_a, gateway_mac, 0x0806);
	add_arp(&want, 2, gateway_mac, "169.254.1.1", mac_a, "10.0.0.1");
	run(*state, &in, &o);
	assert_answer(&o, &want);
}

static void other_arp_is_dropped(void **state)
{
	struct packet in;
	struct outcome o;

	packet_eth(&in, broadcast, mac_a, 0x0806);
	add_arp(&in, 1, mac_a, "10.0.0.1", zeros, "10.0.0.2");
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_ARP);
	in.len = ETH_LEN;
	add_arp(&in, 2, mac_a, "10.0.0.1", gateway_mac, "169.254.1.1");
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_ARP);
}

/* An ICMPv6 message of discovery, hop limit 255; @option: MAC of a link-layer option, or NULL. */
static void discovery(struct packet *p, const uint8_t dst_mac[6], const uint8_t src_mac[6],
		      const char *src, const char *dst, uint8_t type, uint32_t flags,
		      const char *target, uint8_t option_type, const uint8_t *option)
{
	const struct ip_spec s = {.src = src,
				  .dst = dst,
				  .proto = IPPROTO_ICMPV6,
				  .hop_limit = 255,
				  .icmp_type = type,
				  .icmp_info = flags,
				  .payload = (target ? 16u : 0) + (option ? 8u : 0)};
	const uint8_t head[2] = {option_type, 1};
	uint32_t icmp, sum = IPPROTO_ICMPV6;

	packet_eth(p, dst_mac, src_mac, 0x86dd);
	packet_add_ip(p, &s);
	icmp = ETH_LEN + 40;
	if (target)
		addr_of(target, p->bytes + icmp + 8);
	if (option) {
		memcpy(p->bytes + p->len - 8, head, 2);
		memcpy(p->bytes + p->len - 6, option, 6);
	}
	memset(p->bytes + icmp + 2, 0, 2);
	sum += p->len - icmp;
	for (uint32_t i = 0; i < 32; i += 2)
		sum += wf_load_be16(p->bytes + ETH_LEN + 8 + i);
	wf_store_be16(p->bytes + icmp + 2, slow_sum(sum, p->bytes + icmp, p->len - icmp));
	assert_sums(p, ETH_LEN);
}

static const uint8_t solicited_mac[6] = {0x33, 0x33, 0xff, 0, 0, 1};

static void neighbor_solicitation_for_the_gateway_is_answered(void **state)
{
	/* To all that might be it, and to it alone; with the sender's MAC and without. */
	static const char *const dsts[] = {"ff02::1:ff00:1", "fe80::1"};
	struct packet in, want;
	struct outcome o;

	for (int unicast = 0; unicast < 2; unicast++)
		for (int bare = 0; bare < 2; bare++) {
			discovery(&in, unicast ? gateway_mac : solicited_mac, mac_a, "fe80::a",
				  dsts[unicast], 135, 0, "fe80::1", 1, bare ? NULL : mac_a);
			discovery(&want, mac_a, gateway_mac, "fe80::1", "fe80::a", 136, 0xe0000000,
				  "fe80::1", 2, gateway_mac);
			run(*state, &in, &o);
			assert_answer(&o, &want);
		}
}

static void other_discovery_is_ignored_with_its_reason(void **state)
{
	static const uint8_t nonce[6] = {1, 2, 3, 4, 5, 6};
	struct packet in;
	struct outcome o;

	discovery(&in, solicited_mac, mac_a, "::", "ff02::1:ff00:1", 135, 0, "fe80::1", 14, nonce);
	run(*state, &in, &o); /* duplicate address detection */
	assert_dropped(&o, WF_DROP_ND);
	discovery(&in, solicited_mac, mac_a, "::", "ff02::1:ff00:2", 135, 0, "fd00::2", 14, nonce);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_ND);
	discovery(&in, solicited_mac, mac_a, "fe80::a", "ff02::2", 133, 0, NULL, 1, mac_a);
	run(*state, &in, &o); /* router solicitation */
	assert_dropped(&o, WF_DROP_ND);
	discovery(&in, solicited_mac, mac_a, "fe80::a", "ff02::1:ff00:2", 135, 0, "fd00::2", 1,
		  mac_a);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_ND);
	discovery(&in, gateway_mac, mac_a, "fe80::a", "fe80::1", 135, 0, "fe80::1", 1, mac_a);
	in.bytes[in.len - 1] ^= 1; /* its sum is wrong now */
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_ND);
}

static void check_ping(struct fixture *f, bool v6, uint32_t payload)
{
	struct ip_spec s = {.src = v6 ? "fd00::1" : "10.0.0.1",
			    .dst = v6 ? "fe80::1" : "169.254.1.1",
			    .proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
			    .icmp_type = v6 ? 128 : 8,
			    .icmp_info = 0x00070009,
			    .hop_limit = 3,
			    .payload = payload};
	const char *const src = s.src;
	struct packet in, want;
	struct outcome o;

	packet_from_container(&in, &s);
	run(f, &in, &o);
	s.src = s.dst;
	s.dst = src;
	s.icmp_type = v6 ? 129 : 0;
	s.hop_limit = 64;
	packet_eth(&want, mac_a, gateway_mac, v6 ? 0x86dd : 0x0800);
	packet_add_ip(&want, &s);
	assert_answer(&o, &want);
	assert_sums(&o.out, ETH_LEN);
}

static void gateway_answers_pings(void **state)
{
	for (int v6 = 0; v6 < 2; v6++)
		for (uint32_t payload = 0; payload < 1400; payload = payload * 3 + 1)
			check_ping(*state, v6, payload);
}

static void gateway_takes_nothing_else(void **state)
{
	struct ip_spec s = {.src = "10.0.0.1", .dst = "169.254.1.1"};
	struct packet in;
	struct outcome o;

	packet_from_container(&in, &s);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_GATEWAY);
	s.proto = IPPROTO_ICMP;
	s.icmp_type = 8;
	s.frag = 0x2000;
	packet_from_container(&in, &s);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_GATEWAY);
	s = (struct ip_spec){.src = "fd00::1", .dst = "fe80::1", .proto = IPPROTO_TCP};
	packet_from_container(&in, &s);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_GATEWAY);
}

/* The echo lies farther behind than the program can reach: nothing before it may be rewritten. */
static void pings_behind_long_headers_are_not_garbled(void **state)
{
	static uint8_t ext[512];
	struct ip_spec s = {.src = "fd00::1",
			    .dst = "fe80::1",
			    .proto = IPPROTO_ICMPV6,
			    .icmp_type = 128,
			    .ext = ext,
			    .ext_len = sizeof(ext),
			    .ext_proto = IPPROTO_DSTOPTS};
	struct packet in;
	struct outcome o;

	ext[0] = 0xff;
	ext[1] = sizeof(ext) / 8 - 1;
	packet_from_container(&in, &s);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_ND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_for_the_gateway_is_answered),
		cmocka_unit_test(other_arp_is_dropped),
		cmocka_unit_test(neighbor_solicitation_for_the_gateway_is_answered),
		cmocka_unit_test(other_discovery_is_ignored_with_its_reason),
		cmocka_unit_test(gateway_answers_pings),
		cmocka_unit_test(gateway_takes_nothing_else),
		cmocka_unit_test(pings_behind_long_headers_are_not_garbled),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
