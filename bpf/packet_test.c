// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/packet_test.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "bpf/world_test.h"

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

void addr_of(const char *text, uint8_t ret[16])
{
	memset(ret, 0, 16);
	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, ret), 1);
		return;
	}
	ret[10] = ret[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, text, ret + 12), 1);
}

uint16_t slow_sum(uint32_t sum, const uint8_t *bytes, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Addresses, length, protocol: what an upper layer adds to its sum. */
static uint32_t pseudo_sum(const uint8_t *ip, uint32_t l4_len, uint8_t proto)
{
	const bool is_v4 = ip[0] >> 4 == 4;
	const uint8_t *addrs = ip + (is_v4 ? 12 : 8);
	uint32_t sum = l4_len + proto;

	for (uint32_t i = 0; i < (is_v4 ? 8u : 32u); i += 2)
		sum += get16(addrs + i);
	return sum;
}

void packet_add(struct packet *p, const void *bytes, uint32_t len)
{
	assert_true(p->len + len <= PACKET_MAX);
	if (bytes)
		memcpy(p->bytes + p->len, bytes, len);
	else
		memset(p->bytes + p->len, 0, len);
	p->len += len;
}

void packet_eth(struct packet *p, const uint8_t dst[6], const uint8_t src[6], uint16_t proto)
{
	p->len = 0;
	packet_add(p, dst, 6);
	packet_add(p, src, 6);
	packet_add(p, NULL, 2);
	put16(p->bytes + 12, proto);
}

static uint8_t spec_proto(const struct ip_spec *s)
{
	return s->proto ? s->proto : IPPROTO_UDP;
}

/* The upper layer with its header, checksums right. */
static void add_l4(struct packet *p, uint32_t l3, const struct ip_spec *s)
{
	const uint8_t proto = spec_proto(s);
	const bool is_icmp = proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
	const uint32_t header_len = proto == IPPROTO_TCP ? 20 : 8, l4 = p->len;
	const uint32_t sum_at = proto == IPPROTO_TCP ? 16 : is_icmp ? 2 : 6;
	uint8_t *h = p->bytes + l4;
	uint32_t sum;

	packet_add(p, NULL, header_len);
	for (uint32_t i = 0; i < s->payload; i++)
		packet_add(p, &(uint8_t){(uint8_t)(i * 7)}, 1);
	if (is_icmp) {
		h[0] = s->icmp_type;
		h[1] = s->icmp_code;
		put16(h + 4, s->icmp_info >> 16);
		put16(h + 6, s->icmp_info);
	} else {
		put16(h, s->sport);
		put16(h + 2, s->dport);
		if (proto == IPPROTO_UDP)
			put16(h + 4, p->len - l4);
		else
			h[12] = 5 << 4;
	}
	sum = proto == IPPROTO_ICMP ? 0 : pseudo_sum(p->bytes + l3, p->len - l4, proto);
	put16(h + sum_at, slow_sum(sum, h, p->len - l4));
}

static void add_v4(struct packet *p, const struct ip_spec *s)
{
	const uint32_t l3 = p->len;
	uint8_t *ip = p->bytes + l3, addr[16];

	packet_add(p, NULL, 20);
	ip[0] = (uint8_t)(0x45 + s->ext_len / 4);
	ip[1] = s->tc;
	put16(ip + 4, 0x1234);
	put16(ip + 6, s->frag);
	ip[8] = s->hop_limit || s->has_hop_limit ? s->hop_limit : 64;
	ip[9] = spec_proto(s);
	addr_of(s->src, addr);
	memcpy(ip + 12, addr + 12, 4);
	addr_of(s->dst, addr);
	memcpy(ip + 16, addr + 12, 4);
	packet_add(p, s->ext, s->ext_len);
	add_l4(p, l3, s);
	put16(ip + 2, p->len - l3);
	put16(ip + 10, slow_sum(0, ip, 20 + s->ext_len));
}

static void add_v6(struct packet *p, const struct ip_spec *s)
{
	const uint32_t l3 = p->len;
	uint8_t *ip = p->bytes + l3, *next = ip + 6;

	packet_add(p, NULL, 40);
	ip[0] = (uint8_t)(0x60 | s->tc >> 4);
	ip[1] = (uint8_t)(s->tc << 4);
	ip[7] = s->hop_limit || s->has_hop_limit ? s->hop_limit : 64;
	addr_of(s->src, ip + 8);
	addr_of(s->dst, ip + 24);
	*next = spec_proto(s);
	if (s->ext_len) {
		*next = s->ext_proto;
		packet_add(p, s->ext, s->ext_len);
		next = memchr(ip + 40, 0xff, s->ext_len);
		assert_non_null(next);
		*next = spec_proto(s);
	}
	if (s->has_fragment_header) {
		*next = IPPROTO_FRAGMENT;
		packet_add(p, NULL, 8);
		next = p->bytes + p->len - 8;
		put16(next + 2, s->frag);
		next[7] = 0x77;
		*next = spec_proto(s);
	}
	add_l4(p, l3, s);
	put16(ip + 4, p->len - l3 - 40);
}

void packet_add_ip(struct packet *p, const struct ip_spec *s)
{
	if (strchr(s->src, ':'))
		add_v6(p, s);
	else
		add_v4(p, s);
}

void packet_from_container(struct packet *p, const struct ip_spec *s)
{
	packet_eth(p, gateway_mac, mac_a, strchr(s->src, ':') ? 0x86dd : 0x0800);
	packet_add_ip(p, s);
}

void packet_quote(struct packet *p, uint32_t at, const struct ip_spec *quoted)
{
	struct packet q;

	packet_from_container(&q, quoted);
	assert_true(at < p->len && p->len - at <= q.len - ETH_LEN);
	memcpy(p->bytes + at, q.bytes + ETH_LEN, p->len - at);
}

static void add_srh(struct packet *p, const struct outer_spec *o, uint8_t upper)
{
	uint8_t srh[8] = {upper, (uint8_t)(o->n_segments * 2u + o->tlvs_len / 8), 4,
			  o->segments_left, (uint8_t)(o->n_segments - 1)};
	uint8_t addr[16];

	packet_add(p, srh, sizeof(srh));
	for (uint32_t i = 0; i < o->n_segments; i++) {
		addr_of(o->segments[i], addr);
		packet_add(p, addr, sizeof(addr));
	}
	packet_add(p, o->tlvs, o->tlvs_len);
}

void packet_from_underlay(struct packet *p, const struct outer_spec *o, const struct ip_spec *s)
{
	uint8_t upper = o->upper ? o->upper : s ? (strchr(s->src, ':') ? 41 : 4) : 59;
	uint8_t *ip = p->bytes + ETH_LEN;

	packet_eth(p, mac_underlay, mac_router, 0x86dd);
	packet_add(p, NULL, 40);
	ip[0] = (uint8_t)(0x60 | o->tc >> 4);
	ip[1] = (uint8_t)(o->tc << 4 | 0x0a);
	put16(ip + 2, 0xbcde);
	ip[6] = o->n_segments ? IPPROTO_ROUTING : upper;
	ip[7] = o->hop_limit ? o->hop_limit : 64;
	addr_of(o->src ? o->src : "5f00:0:2::1", ip + 8);
	addr_of(o->dst, ip + 24);
	if (o->n_segments)
		add_srh(p, o, upper);
	if (s)
		packet_add_ip(p, s);
	put16(ip + 4, p->len - ETH_LEN - 40);
}

static void assert_l4_sum(const uint8_t *ip, uint32_t l4, uint32_t len, uint8_t proto)
{
	const bool has_pseudo = proto != IPPROTO_ICMP;

	if (proto != IPPROTO_ICMP && proto != IPPROTO_ICMPV6 && proto != IPPROTO_UDP &&
	    proto != IPPROTO_TCP)
		return;
	assert_int_equal(
		slow_sum(has_pseudo ? pseudo_sum(ip, len - l4, proto) : 0, ip + l4, len - l4), 0);
}

void assert_sums(const struct packet *p, uint32_t off)
{
	const uint8_t *ip = p->bytes + off;
	const uint32_t len = p->len - off;

	if (ip[0] >> 4 == 4) {
		const uint32_t header_len = (ip[0] & 15) * 4u;

		assert_int_equal(get16(ip + 2), len);
		assert_int_equal(slow_sum(0, ip, header_len), 0);
		if (!(get16(ip + 6) & 0x3fff))
			assert_l4_sum(ip, header_len, len, ip[9]);
		return;
	}
	assert_int_equal(ip[0] >> 4, 6);
	assert_int_equal(get16(ip + 4) + 40, len);
	assert_l4_sum(ip, 40, len, ip[6]);
}

void assert_packet(const struct packet *got, const struct packet *want)
{
	for (uint32_t i = 0; i < got->len && i < want->len; i++)
		if (got->bytes[i] != want->bytes[i])
			fail_msg("byte %u: got %02x, want %02x", i, got->bytes[i], want->bytes[i]);
	assert_int_equal(got->len, want->len);
}

void assert_hop_later(const struct packet *p, uint32_t off, const struct packet *in,
		      uint32_t in_off, int tc)
{
	struct packet want;
	uint8_t *ip = want.bytes + off;

	memcpy(want.bytes, p->bytes, off);
	want.len = off;
	packet_add(&want, in->bytes + in_off, in->len - in_off);
	if (ip[0] >> 4 == 4) {
		ip[1] = (uint8_t)tc;
		ip[8]--;
		put16(ip + 10, 0);
		put16(ip + 10, slow_sum(0, ip, (ip[0] & 15) * 4u));
	} else {
		ip[0] = (uint8_t)(0x60 | tc >> 4);
		ip[1] = (uint8_t)(tc << 4 | (ip[1] & 15));
		ip[7]--;
	}
	assert_packet(p, &want);
}
