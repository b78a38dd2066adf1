/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Connections that have been opened, so that their replies pass: what is remembered of one, how
 * long, and what opens it.
 *
 * A connection is known by the flow that opened it and the tenant whose policies allowed that.
 * Besides, only its lanes are kept (dp/pick.h), so that it stays with its instances of functions:
 * whether it is still allowed is asked of the policies each time, so a change of them acts on what
 * is established. Old entries are overwritten when the memory is full, and
 * taken for absent when they are older than their age. A packet of a flow is looked at when the
 * flow's decision is no longer believed (WF_BELIEF_JIFFIES), and when it may change the state.
 */
#pragma once

#include "dp/table.h"
#include "wire/flow.h"
#include "wire/tcp.h"

#define WF_CONNS_MAX	  (1 << 17)
#define WF_BELIEF_JIFFIES 250 /* 1 s at HZ=250, below every age at any HZ */

struct wf_conn_key {
	struct wf_flow flow; /* of the opener's packets; no fragment */
	__u32 tenant;	     /* their destination's home */
	__u32 pad;
};

/* What has been seen of it. */
#define WF_CONN_ANSWERED (1 << 0)
#define WF_CONN_FIN	 (1 << 1) /* of the opener */
#define WF_CONN_FIN_BACK (1 << 2)
#define WF_CONN_RESET	 (1 << 3)

struct wf_conn {
	__u32 seen_s; /* when the last packet was looked at, of the world's clock */
	__u8 state;   /* WF_CONN_* */
	__u8 pad;
	__u16 gateway;	/* node by which it leaves the tenant, or came in; 0: none */
	__u32 lanes[2]; /* that the opener's packets took, and the answers; 0: none */
};

WF_SIZE_IS(struct wf_conn_key, 48);
WF_SIZE_IS(struct wf_conn, 16);

/* Seconds without a packet after which a connection is forgotten. */
#define WF_AGE_TCP_OPEN \
	7440 /* RFC 5382 REQ-5: not less than 2 h 4 min, keep-alives are 2 h apart */
#define WF_AGE_TCP_PASSING 240 /* opening or closing: REQ-5, not less than 4 min */
#define WF_AGE_TCP_RESET   10  /* what crosses the reset on its way */
#define WF_AGE_UDP	   300 /* RFC 4787 REQ-5: 5 min */
#define WF_AGE_ICMP	   60  /* RFC 5508 REQ-1: not less than 60 s */
#define WF_AGE_OTHER	   600 /* as Linux does */

WF_INLINE __u32 wf_conn_age(const struct wf_conn *c, __u8 proto)
{
	const __u8 fins = WF_CONN_FIN | WF_CONN_FIN_BACK;

	switch (proto) {
	case WF_PROTO_TCP:
		if (c->state & WF_CONN_RESET)
			return WF_AGE_TCP_RESET;
		return !(c->state & WF_CONN_ANSWERED) || (c->state & fins) == fins
			       ? WF_AGE_TCP_PASSING
			       : WF_AGE_TCP_OPEN;
	case WF_PROTO_UDP:
		return WF_AGE_UDP;
	case WF_PROTO_ICMP:
	case WF_PROTO_ICMPV6:
		return WF_AGE_ICMP;
	default:
		return WF_AGE_OTHER;
	}
}

WF_INLINE _Bool wf_conn_is_alive(const struct wf_conn *c, __u8 proto, __u32 now_s)
{
	return now_s - c->seen_s <= wf_conn_age(c, proto);
}

/* A packet of the connection: @is_back: of who did not open it. */
WF_INLINE void wf_conn_touch(struct wf_conn *c, __u8 tcp_flags, _Bool is_back, __u32 now_s)
{
	__u8 state = c->state;

	if (!is_back && tcp_flags & WF_TCP_SYN)
		state = 0; /* it begins anew */
	if (is_back)
		state |= WF_CONN_ANSWERED;
	if (tcp_flags & WF_TCP_FIN)
		state |= is_back ? WF_CONN_FIN_BACK : WF_CONN_FIN;
	if (tcp_flags & WF_TCP_RST)
		state |= WF_CONN_RESET;
	c->state = state;
	c->seen_s = now_s;
}

/* SYN without ACK: the first packet of a connection, and never one of a connection that is there.
 */
WF_INLINE _Bool wf_tcp_is_first(const struct wf_flow *f, __u8 tcp_flags)
{
	return f->proto == WF_PROTO_TCP && (tcp_flags & (WF_TCP_STATE | WF_TCP_ACK)) == WF_TCP_SYN;
}

/* The side that opens a connection has the higher port, if nothing else tells. */
WF_INLINE _Bool wf_flow_is_upward(const struct wf_flow *f)
{
	return wf_ntohs(f->sport) < wf_ntohs(f->dport);
}

/*
 * Does a packet that is allowed, and belongs to no connection that is known, open one? A TCP
 * connection that was open before anything followed it is taken up in the middle, by what its
 * opener sends.
 */
WF_INLINE _Bool wf_conn_may_open(const struct wf_flow *f, __u8 tcp_flags)
{
	const __u8 type = (__u8)(wf_ntohs(f->dport) >> 8);

	switch (f->proto) {
	case WF_PROTO_TCP:
		return wf_tcp_is_first(f, tcp_flags) ||
		       (!(tcp_flags & WF_TCP_STATE) && !wf_flow_is_upward(f));
	case WF_PROTO_ICMP:
		return type == WF_ICMP4_ECHO;
	case WF_PROTO_ICMPV6:
		return type == WF_ICMP6_ECHO;
	default:
		return 1;
	}
}
