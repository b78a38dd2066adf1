/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Each probe calls one group of wire functions on a frame. The same source runs in the kernel
 * (verifier_test.bpf.c) and in user space (verifier_test.c): both must see and write the same.
 */
#pragma once

#include "wire/arp.h"
#include "wire/csid.h"
#include "wire/ecn.h"
#include "wire/flow.h"
#include "wire/icmp.h"
#include "wire/nd.h"
#include "wire/sid.h"
#include "wire/srh.h"

#define WF_PROBE_L3 14

struct wf_probe {
	struct wf_inner inner;
	struct wf_nd_solicit nd;
	struct wf_arp_request arp;
	struct wf_sid_arg arg;
	__u64 hash;
	__u64 head;
	__u8 segment[16];
	__u32 label;
	__s32 fault;
	__u8 may_answer, is_echo, done, ecn;
};

static const __u8 wf_probe_mac[6] = {0x02, 0x57, 0x45, 0x46, 0x54, 0x01};

/* In BPF a function of its own, as a program would have it. */
static __attribute__((noinline)) int wf_probe_slow(const void *data, const void *end, __u32 off,
						   __u16 proto, struct wf_inner *inner)
{
	return wf_flow_parse_slow(data, end, off, proto, inner);
}

WF_INLINE void wf_probe_flow(void *data, const void *end, struct wf_probe *ret)
{
	const struct wf_eth *eth = data;
	__u16 proto;

	if ((const void *)(eth + 1) > end)
		return;
	proto = wf_ntohs(eth->proto);
	ret->fault = wf_flow_parse_fast(data, end, WF_PROBE_L3, proto, &ret->inner);
	if (ret->fault == WF_FLOW_SLOW)
		ret->fault = wf_probe_slow(data, end, WF_PROBE_L3, proto, &ret->inner);
	if (ret->fault != WF_FLOW_OK)
		return;
	ret->hash = wf_flow_hash(&ret->inner.flow);
	ret->label = wf_flow_label(ret->hash);
	ret->may_answer = wf_icmp_may_answer(data, end, &ret->inner);
	ret->is_echo = wf_icmp_is_echo(data, end, &ret->inner);
	ret->done = wf_inner_fits(&ret->inner, (__u32)((const __u8 *)end - (const __u8 *)data));
}

/* The SRH right behind the outer header. */
WF_INLINE void wf_probe_srh(void *data, const void *end, struct wf_probe *ret)
{
	__u32 off = WF_PROBE_L3 + WF_IPV6_LEN;
	const struct wf_srh *srh = (const void *)((const __u8 *)data + off);
	const __u8 *segment;

	ret->fault = wf_srh_check(data, end, off);
	if (ret->fault != WF_SRH_OK || (const void *)(srh + 1) > end)
		return;
	segment = wf_srh_segment(data, end, off, srh->segments_left);
	if (!segment)
		segment = wf_srh_segment(data, end, off, 0);
	if (!segment)
		return;
	wf_copy16(ret->segment, segment);
	ret->arg = wf_sid_arg_unpack(wf_sid_arg(segment));
	ret->done = 1;
}

/* The packet behind an SRH, at an offset that only the packet knows. */
WF_INLINE void wf_probe_behind(void *data, const void *end, struct wf_probe *ret)
{
	__u32 off = WF_PROBE_L3 + WF_IPV6_LEN;
	const struct wf_srh *srh = (const void *)((const __u8 *)data + off);
	__u16 proto;

	if (wf_srh_check_list(data, end, off) != WF_SRH_OK || (const void *)(srh + 1) > end)
		return;
	proto = srh->next_header == WF_PROTO_IPV4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	off += wf_srh_len(srh);
	ret->fault = wf_flow_parse_fast(data, end, off, proto, &ret->inner);
	if (ret->fault == WF_FLOW_SLOW)
		ret->fault = wf_probe_slow(data, end, off, proto, &ret->inner);
	ret->done = 1;
}

/* One hop: what a waypoint and a tunnel's exit do to headers. */
WF_INLINE void wf_probe_hop(void *data, const void *end, struct wf_probe *ret)
{
	struct wf_ipv4 *v4 = (void *)((__u8 *)data + WF_PROBE_L3);
	struct wf_ipv6 *v6 = (void *)v4;
	int tc;

	if ((const void *)(v6 + 1) > end)
		return;
	if (v4->vihl == 0x45) {
		tc = wf_ecn_decap_tc(v4->tos, WF_ECN_CE);
		wf_ipv4_hop_down(v4);
		wf_ipv4_set_tos(v4, (__u8)tc);
	} else {
		ret->head = wf_sid_head(v6->dst);
		ret->segment[0] = (__u8)wf_csid_next(v6->dst);
		wf_csid_shift(v6->dst);
		tc = wf_ecn_decap_tc(wf_ipv6_tc(v6), WF_ECN_CE);
		wf_ipv6_set_tc(v6, (__u8)tc);
	}
	ret->ecn = (__u8)tc;
	ret->done = 1;
}

/* An error over the bytes behind it, which are quoted as they are. */
WF_INLINE void wf_probe_error(void *data, const void *end, struct wf_probe *ret)
{
	__u8 *region = (__u8 *)data + WF_PROBE_L3;
	__u32 len = (__u32)((const __u8 *)end - (const __u8 *)data);
	struct wf_icmp_error e = {.type = WF_ICMP6_TOO_BIG, .info = 1400};

	if (region + WF_IPV6_LEN + WF_ICMP_LEN > (const __u8 *)end)
		return;
	e.quote_len = (__u16)wf_icmp_quote_len(len - WF_PROBE_L3 - WF_IPV6_LEN - WF_ICMP_LEN);
	wf_sid_make(e.src, 0x5f000000, 1, WF_FN_DT46, 7);
	wf_sid_node_addr(e.dst, 0x5f000000, 2);
	if (region[0] >> 4 == 4)
		ret->done = wf_icmp_v4_error(region, end, &e);
	else
		ret->done = wf_icmp_v6_error(region, end, &e);
}

WF_INLINE void wf_probe_echo(void *data, const void *end, struct wf_probe *ret)
{
	struct wf_ipv4 *v4 = (void *)((__u8 *)data + WF_PROBE_L3);
	struct wf_ipv6 *v6 = (void *)v4;
	struct wf_icmp *icmp;

	if ((const void *)(v4 + 1) > end)
		return;
	icmp = (void *)((__u8 *)v4 + (v4->vihl == 0x45 ? WF_IPV4_LEN : WF_IPV6_LEN));
	if ((const void *)(icmp + 1) > end)
		return;
	if (v4->vihl == 0x45)
		wf_icmp_v4_echo_reply(v4, icmp);
	else if ((const void *)(v6 + 1) <= end)
		wf_icmp_v6_echo_reply(v6, icmp);
	ret->done = 1;
}

WF_INLINE void wf_probe_neighbor(void *data, const void *end, struct wf_probe *ret)
{
	const struct wf_eth *eth = data;

	if ((const void *)(eth + 1) > end)
		return;
	if (eth->proto == WF_BE16(WF_ETH_P_ARP)) {
		ret->fault = wf_arp_parse(data, end, WF_PROBE_L3, &ret->arp);
		if (ret->fault == WF_ARP_OK)
			ret->done = wf_arp_reply(data, end, WF_PROBE_L3, wf_probe_mac);
	} else {
		ret->fault = wf_nd_parse(data, end, WF_PROBE_L3, &ret->nd);
		if (ret->fault == WF_ND_OK)
			ret->done = wf_nd_advertise(data, end, WF_PROBE_L3, wf_probe_mac, 1);
	}
}
