// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/judge_test.h"

#include "bpf/world_test.h"

/* -1: not there. */
static int byte_at(const struct packet *p, uint32_t off)
{
	return off < p->len ? p->bytes[off] : -1;
}

static int word_at(const struct packet *p, uint32_t off)
{
	return off + 1 < p->len ? p->bytes[off] << 8 | p->bytes[off + 1] : -1;
}

static struct judgement drop_for(enum wf_drop reason)
{
	return (struct judgement){.fate = FATE_DROP, .drop = reason};
}

/* An IP packet, as far as it matters. */
struct ip_seen {
	enum wf_drop fault;
	uint8_t src[16], dst[16];
	uint8_t proto, hop_limit, tc;
	bool is_v4, has_routing;
	bool is_fragment, is_later, is_tiny; /* one that begins after 8 bytes */
	uint32_t upper;			     /* where the upper layer is ... */
	uint32_t upper_there;		     /* ... and its bytes in this packet */
};

/* Bytes of an upper layer's header that are read of any packet. */
static uint32_t upper_len(int proto)
{
	if (proto == 1 || proto == 58)
		return 8;
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 ? 4 : 0;
}

/* The end of the packet by its own word; 0: none. */
static void see_v4(const struct packet *p, uint32_t off, struct ip_seen *ip)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint32_t header_len, total_len;
	int frag;

	ip->fault = WF_DROP_MALFORMED;
	ip->is_v4 = true;
	if (byte_at(p, off + 19) < 0 || byte_at(p, off) >> 4 != 4)
		return;
	header_len = (byte_at(p, off) & 15) * 4u;
	total_len = (uint32_t)word_at(p, off + 2);
	if (header_len < 20 || total_len < header_len || off + total_len > p->len)
		return;
	ip->proto = p->bytes[off + 9];
	frag = word_at(p, off + 6) & 0x3fff;
	if (!frag && header_len + upper_len(ip->proto) > total_len)
		return;
	memcpy(ip->src, mapped, 12);
	memcpy(ip->dst, mapped, 12);
	memcpy(ip->src + 12, p->bytes + off + 12, 4);
	memcpy(ip->dst + 12, p->bytes + off + 16, 4);
	ip->hop_limit = p->bytes[off + 8];
	ip->tc = p->bytes[off + 1];
	ip->is_later = frag & 0x1fff;
	ip->upper = off + header_len;
	ip->upper_there = total_len - header_len;
	ip->fault = (frag & 0x1fff) == 1 && ip->proto == 6 ? WF_DROP_FRAGMENT : WF_DROP_NONE;
}

static bool is_extension(int proto)
{
	return proto == 0 || proto == 43 || proto == 44 || proto == 51 || proto == 60;
}

/* Walks the extension headers; false: they do not end as they should. */
static bool see_extensions(const struct packet *p, uint32_t *at, int *proto, struct ip_seen *ip)
{
	for (int n = 0; is_extension(*proto); n++) {
		const int header = *proto;
		uint32_t len;

		if (n == 8 || byte_at(p, *at + 7) < 0)
			return false;
		len = header == 44   ? 8
		      : header == 51 ? (p->bytes[*at + 1] + 2u) * 4
				     : (p->bytes[*at + 1] + 1u) * 8;
		ip->has_routing |= header == 43;
		*proto = p->bytes[*at];
		if (header == 44 && word_at(p, *at + 2) & 0xfff9)
			ip->is_fragment = true;
		if (header == 44 && word_at(p, *at + 2) & 0xfff8) {
			ip->is_later = true;
			ip->is_tiny = (word_at(p, *at + 2) & 0xfff8) == 8;
			*at += len;
			return true;
		}
		*at += len;
	}
	return *at <= p->len;
}

static bool is_mapped(const uint8_t a[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(a, mapped, 12) == 0;
}

static void see_v6(const struct packet *p, uint32_t off, struct ip_seen *ip)
{
	uint32_t at = off + 40, total_len;
	int proto;

	ip->fault = WF_DROP_MALFORMED;
	if (byte_at(p, off + 39) < 0 || byte_at(p, off) >> 4 != 6)
		return;
	total_len = 40u + (uint32_t)word_at(p, off + 4);
	proto = p->bytes[off + 6];
	if (!see_extensions(p, &at, &proto, ip))
		return;
	if (at - off > total_len || off + total_len > p->len)
		return;
	if (!ip->is_fragment && at - off + upper_len(proto) > total_len)
		return;
	memcpy(ip->src, p->bytes + off + 8, 16);
	memcpy(ip->dst, p->bytes + off + 24, 16);
	ip->proto = (uint8_t)proto;
	ip->hop_limit = p->bytes[off + 7];
	ip->tc = (uint8_t)(word_at(p, off) >> 4);
	ip->upper = at;
	ip->upper_there = total_len - (at - off);
	if (ip->is_tiny && proto == 6)
		ip->fault = WF_DROP_FRAGMENT;
	else if (ip->has_routing)
		ip->fault = WF_DROP_ROUTING_HEADER;
	else
		ip->fault = is_mapped(ip->src) || is_mapped(ip->dst) ? WF_DROP_MALFORMED
								     : WF_DROP_NONE;
}

static struct ip_seen see(const struct packet *p, uint32_t off, bool is_v4)
{
	struct ip_seen ip = {0};

	if (is_v4)
		see_v4(p, off, &ip);
	else
		see_v6(p, off, &ip);
	return ip;
}

static bool is(const uint8_t a[16], const char *v4, const char *v6)
{
	uint8_t one[16], other[16];

	addr_of(v4, one);
	addr_of(v6, other);
	return memcmp(a, one, 16) == 0 || memcmp(a, other, 16) == 0;
}

static bool is_one_host(const uint8_t a[16])
{
	static const uint8_t zeros[16], ones[4] = {255, 255, 255, 255};

	if (!is_mapped(a))
		return a[0] != 0xff && memcmp(a, zeros, 16) != 0;
	return memcmp(a + 12, zeros, 4) != 0 && memcmp(a + 12, ones, 4) != 0 && a[12] != 127 &&
	       a[12] >> 4 != 14;
}

/* The reason of what is not for a neighbor, NONE otherwise. */
static enum wf_drop judge_addresses(const struct ip_seen *ip)
{
	if (!is_one_host(ip->dst))
		return ip->proto == 58 ? WF_DROP_ND : WF_DROP_MULTICAST;
	if (is(ip->dst, "169.254.1.1", "fe80::1"))
		return WF_DROP_GATEWAY;
	if (!is(ip->src, "10.0.0.1", "fd00::1"))
		return WF_DROP_SOURCE_ADDRESS;
	if (ip->dst[0] == 0x5f && !ip->dst[1] && !ip->dst[2] && !ip->dst[3])
		return WF_DROP_SID_DESTINATION;
	return WF_DROP_NONE;
}

/* ICMP errors of the endpoints must quote what they are about; no packet here does. */
static bool is_error(const struct packet *p, const struct ip_seen *ip)
{
	static const uint8_t v4_types[] = {3, 4, 5, 11, 12};

	if (ip->is_later || ip->upper_there < 8 || ip->proto != (ip->is_v4 ? 1 : 58))
		return false;
	return ip->is_v4 ? memchr(v4_types, p->bytes[ip->upper], sizeof(v4_types)) != NULL
			 : p->bytes[ip->upper] < 128;
}

struct judgement judge_apply(const struct packet *p)
{
	const int type = word_at(p, 12);
	struct judgement j = {.inner_off = ETH_LEN};
	struct ip_seen ip;

	if (type < 0)
		return drop_for(WF_DROP_MALFORMED);
	if (type == 0x0806)
		return (struct judgement){.fate = FATE_ANSWER, .drop = WF_DROP_ARP};
	if (type != 0x0800 && type != 0x86dd)
		return drop_for(WF_DROP_NOT_IP);
	ip = see(p, ETH_LEN, type == 0x0800);
	if (ip.fault)
		return drop_for(ip.fault);
	if (memcmp(p->bytes + 6, mac_a, 6) != 0)
		return drop_for(WF_DROP_SOURCE_MAC);
	j.drop = judge_addresses(&ip);
	if (j.drop == WF_DROP_ND || j.drop == WF_DROP_GATEWAY)
		return (struct judgement){.fate = FATE_ANSWER, .drop = j.drop};
	if (j.drop)
		return drop_for(j.drop);
	j.hop_limit = ip.hop_limit;
	if (is(ip.dst, "10.0.0.3", "fd00::3"))
		j.fate = FATE_ENCAP;
	else if (is(ip.dst, "10.0.0.2", "fd00::2") || is(ip.dst, "10.0.0.1", "fd00::1"))
		j.fate = FATE_DELIVER;
	else
		return drop_for(WF_DROP_NO_ENDPOINT);
	if (is_error(p, &ip))
		return drop_for(WF_DROP_ICMP_UNRELATED);
	return ip.hop_limit <= 1 ? drop_for(WF_DROP_HOP_LIMIT) : j;
}

/* TLVs fill [@at, @end) exactly, 16 at most. */
static bool tlvs_fit(const struct packet *p, uint32_t at, uint32_t end)
{
	int n = 0;

	for (; at < end; n++) {
		if (n == 16)
			return false;
		if (p->bytes[at] == 0) {
			at++;
			continue;
		}
		if (at + 1 >= end)
			return false;
		at += 2u + p->bytes[at + 1];
	}
	return at == end;
}

/* Of the first HMAC TLV of a sane header, in a world without keys; NONE: there is none. */
static enum wf_drop judge_hmac(const struct packet *p, uint32_t srh)
{
	const uint32_t end = srh + 8 + p->bytes[srh + 1] * 8u;
	uint32_t at = srh + 8 + (p->bytes[srh + 4] + 1u) * 16;

	for (; at < end; at += p->bytes[at] ? 2u + p->bytes[at + 1] : 1)
		if (p->bytes[at] == 5)
			return p->bytes[at + 1] == 38 ? WF_DROP_HMAC_KEY : WF_DROP_HMAC;
	return WF_DROP_NONE;
}

/* PEERS.md, "Rules a capture can check", and that all of it is there. */
static enum wf_drop judge_srh(const struct packet *p, uint32_t at)
{
	uint32_t len, last_entry;

	if (byte_at(p, at + 7) < 0)
		return WF_DROP_SRH_TRUNCATED;
	if (p->bytes[at + 2] != 4)
		return WF_DROP_ROUTING_TYPE;
	len = 8 + p->bytes[at + 1] * 8u;
	last_entry = p->bytes[at + 4];
	if (last_entry + 1 > p->bytes[at + 1] / 2)
		return WF_DROP_SRH_LAST_ENTRY;
	if (p->bytes[at + 3] > last_entry + 1)
		return WF_DROP_SRH_SEGMENTS_LEFT;
	if (at + len > p->len)
		return WF_DROP_SRH_TRUNCATED;
	if (!tlvs_fit(p, at + 8 + (last_entry + 1) * 16, at + len))
		return WF_DROP_SRH_TLV;
	return WF_DROP_NONE;
}

/* Who may have sent it: the endpoint that has the address, of its own node. */
static enum wf_drop judge_sender(const struct packet *p, const struct ip_seen *ip, bool is_red,
				 const uint8_t sid[16])
{
	static const struct {
		const char *v4, *v6;
		bool is_red;
		uint8_t node;
		uint32_t identity, identity_was;
	} known[] = {
		{"10.0.0.1", "fd00::1", true, 1, IDENTITY_A, IDENTITY_A},
		{"10.0.0.2", "fd00::2", true, 1, IDENTITY_B, IDENTITY_B},
		{"10.0.0.3", "fd00::3", true, 2, IDENTITY_R, IDENTITY_A},
		{"10.0.0.1", "fd00::1", false, 1, IDENTITY_B, IDENTITY_B},
		{"10.0.0.3", "fd00::3", false, 3, 0, 0},
	};
	const uint32_t claimed = (uint32_t)(sid[11] << 16 | sid[12] << 8 | sid[13]);
	uint8_t node[16] = {0x5f, [15] = 1};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].is_red != is_red || !is(ip->src, known[i].v4, known[i].v6))
			continue;
		node[5] = known[i].node;
		if (claimed != known[i].identity && claimed != known[i].identity_was)
			return WF_DROP_IDENTITY;
		return memcmp(p->bytes + ETH_LEN + 8, node, 16) != 0 ? WF_DROP_SOURCE_NODE
								     : WF_DROP_NONE;
	}
	return claimed ? WF_DROP_IDENTITY : WF_DROP_NONE;
}

/* Within 10.0.0.0/16 and fd00::/16 all is allowed. */
static enum wf_drop judge_policies(const struct packet *p, const struct ip_seen *ip, bool is_red,
				   const uint8_t sid[16])
{
	const uint32_t policy = (uint32_t)(sid[14] << 8 | sid[15]);
	const bool is_inside = ip->is_v4 ? ip->src[12] == 10 && ip->src[13] == 0
					 : ip->src[0] == 0xfd && ip->src[1] == 0;
	enum wf_drop drop = judge_sender(p, ip, is_red, sid);

	if (drop)
		return drop;
	if (policy && !(is_red && policy == POLICY))
		return WF_DROP_UNKNOWN_POLICY;
	if (is_error(p, ip))
		return WF_DROP_ICMP_UNRELATED;
	return is_inside ? WF_DROP_NONE : WF_DROP_DENIED;
}

static struct judgement judge_inside(const struct packet *p, uint32_t at, int proto,
				     const uint8_t sid[16], uint8_t outer_tc)
{
	static const uint8_t red[3] = {0xab, 0xcd, 0xef}, blue[3] = {0, 0, 8};
	const bool is_red = memcmp(sid + 8, red, 3) == 0;
	const struct ip_seen ip = see(p, at, proto == 4);
	enum wf_drop drop;

	if (ip.fault)
		return drop_for(ip.fault == WF_DROP_MALFORMED ? WF_DROP_INNER_MALFORMED : ip.fault);
	if (!is_red && memcmp(sid + 8, blue, 3) != 0)
		return drop_for(WF_DROP_UNKNOWN_TENANT);
	if (!is(ip.dst, "10.0.0.1", "fd00::1") && !(is_red && is(ip.dst, "10.0.0.2", "fd00::2")))
		return drop_for(WF_DROP_NOT_HERE);
	drop = judge_policies(p, &ip, is_red, sid);
	if (drop)
		return drop_for(drop);
	if (ip.hop_limit <= 1)
		return drop_for(WF_DROP_HOP_LIMIT);
	if ((outer_tc & 3) == 3 && !(ip.tc & 3))
		return drop_for(WF_DROP_ECN);
	return (struct judgement){.fate = FATE_DELIVER, .inner_off = at, .hop_limit = ip.hop_limit};
}

/* A packet at @sid of this node, the rest of whose path is behind @at_srh (0: none). */
static struct judgement judge_sid(const struct packet *p, uint8_t sid[16], uint32_t at_srh)
{
	uint32_t left = at_srh ? p->bytes[at_srh + 3] : 0;
	const uint32_t upper = at_srh ? at_srh + 8 + p->bytes[at_srh + 1] * 8u : ETH_LEN + 40;
	const int proto = p->bytes[at_srh ? at_srh : ETH_LEN + 6];

	for (int n = 0; n < 40; n++) {
		static const uint8_t here[6] = {0x5f, 0, 0, 0, 0, 1}, one[10] = {[9] = 1};
		const int function = sid[6] << 8 | sid[7];

		if (memcmp(sid, here, 6) != 0)
			return (struct judgement){.fate = FATE_FORWARD};
		if (memcmp(sid + 6, one, 10) == 0)
			return (struct judgement){.fate = FATE_HOST};
		if (function && function < 0xe000) { /* uN */
			memmove(sid + 4, sid + 6, 10);
			sid[14] = sid[15] = 0;
			continue;
		}
		if (function && function != 0xe001 && function != 0xe046)
			return drop_for(WF_DROP_UNKNOWN_SID);
		if (left && function == 0xe046)
			return drop_for(WF_DROP_SRH_SEGMENTS_LEFT);
		if (left) {
			left--;
			memcpy(sid, p->bytes + at_srh + 8 + left * 16, 16);
			continue;
		}
		if (proto == 58)
			return (struct judgement){.fate = FATE_ANSWER, .drop = WF_DROP_UPPER_LAYER};
		if (function != 0xe046 || (proto != 4 && proto != 41))
			return drop_for(WF_DROP_UPPER_LAYER);
		if (at_srh && judge_hmac(p, at_srh))
			return drop_for(judge_hmac(p, at_srh));
		return judge_inside(p, upper, proto, sid, (uint8_t)(word_at(p, ETH_LEN) >> 4));
	}
	return drop_for(WF_DROP_SRH_TRUNCATED);
}

struct judgement judge_validate(const struct packet *p)
{
	static const uint8_t here[6] = {0x5f, 0, 0, 0, 0, 1};
	const uint32_t srh = ETH_LEN + 40;
	uint8_t sid[16];
	enum wf_drop drop;

	if (word_at(p, 12) != 0x86dd || byte_at(p, ETH_LEN + 39) < 0 ||
	    memcmp(p->bytes + ETH_LEN + 24, here, 6) != 0)
		return (struct judgement){.fate = FATE_PASS};
	memcpy(sid, p->bytes + ETH_LEN + 24, 16);
	if (p->bytes[ETH_LEN] >> 4 != 6)
		return drop_for(WF_DROP_MALFORMED);
	if (p->bytes[ETH_LEN + 6] != 43)
		return judge_sid(p, sid, 0);
	drop = judge_srh(p, srh);
	return drop ? drop_for(drop) : judge_sid(p, sid, srh);
}
