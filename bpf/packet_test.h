/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets for tests, from a description; and what must hold of any packet. Written without wire/'s
 * parsers and sums, so that those cannot agree with their own mistakes.
 */
#pragma once

#include "bpf/fixture_test.h"

#define ETH_LEN 14

/* An IP packet. Zero is a default: UDP, hop limit 64. */
struct ip_spec {
	const char *src, *dst; /* text; their family is the packet's */
	uint8_t tc;
	uint8_t hop_limit;
	bool has_hop_limit; /* for 0 */
	uint8_t proto;	    /* of the upper layer */
	uint16_t sport, dport;
	uint32_t payload; /* bytes behind the upper layer's header */
	uint16_t frag;	  /* IPv4: the field; IPv6: offset and M of a Fragment header */
	bool has_fragment_header;
	const uint8_t *ext; /* IPv4: options; IPv6: extension headers, their last Next Header 0xff,
			       which is filled in */
	uint32_t ext_len;
	uint8_t ext_proto; /* IPv6: of the first */
	uint8_t icmp_type, icmp_code;
	uint32_t icmp_info;
};

#define SEGMENTS_MAX 17

/* What surrounds it. */
struct outer_spec {
	const char *src, *dst;		    /* default source: node 2 */
	const char *segments[SEGMENTS_MAX]; /* Segment List, [0] is the last of the path */
	uint8_t n_segments;		    /* 0: no SRH, but with has_srh */
	uint8_t segments_left;
	const uint8_t *tlvs;
	uint32_t tlvs_len; /* a multiple of 8 */
	uint8_t tc;
	uint8_t hop_limit;
	uint8_t upper; /* 0: what the inner packet is */
};

/* Ethernet from the endpoint behind c0, by its gateway. */
void packet_from_container(struct packet *p, const struct ip_spec *ip);
/* From byte @at of @p on it holds the first of @quoted, as ICMP errors do; sums are not made right.
 */
void packet_quote(struct packet *p, uint32_t at, const struct ip_spec *quoted);
/* Ethernet from the underlay, outer headers, the packet. @ip may be NULL: nothing inside. */
void packet_from_underlay(struct packet *p, const struct outer_spec *o, const struct ip_spec *ip);

void packet_eth(struct packet *p, const uint8_t dst[6], const uint8_t src[6], uint16_t proto);
void packet_add(struct packet *p, const void *bytes, uint32_t len);
void packet_add_ip(struct packet *p, const struct ip_spec *ip);

/* The sum of RFC 1071, word by word; 0 over what carries a right checksum. */
uint16_t slow_sum(uint32_t sum, const uint8_t *bytes, uint32_t len);
/* The IP packet at @off ends with the frame and all its checksums are right. */
void assert_sums(const struct packet *p, uint32_t off);
/* @p is @in's IP packet behind Ethernet, one hop later, traffic class @tc. */
void assert_hop_later(const struct packet *p, uint32_t off, const struct packet *in,
		      uint32_t in_off, int tc);
void assert_packet(const struct packet *got, const struct packet *want);

void addr_of(const char *text, uint8_t ret[16]); /* IPv4: mapped */
