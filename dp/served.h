/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a backend's node remembers of the flows that its backends have taken: so that it knows them
 * when it is asked for them again, whoever owns their slot by then, and gives the answers the
 * address that the client asked.
 *
 * A flow is known by how the backend sees it, so that packets and answers find the same entry; and
 * it is one flow of one service: a client that uses one port for two flows that are the same to the
 * backend has the second declined. Old entries are overwritten when the memory is full, and taken
 * for absent when they are older than a connection would be (dp/conn.h).
 */
#pragma once

#include "dp/conn.h"

#define WF_SERVED_MAX (1 << 17)
#define WF_LOADS_MAX  (1 << 12) /* by the number of a backend, 12 bits */

/*
 * How many flows a backend has, about: those of which a packet from the client was seen in this or
 * in the last epoch, less those that ended. So it heals from lost entries and lost races; and a
 * flow that is idle for longer does not count.
 */
#define WF_LOAD_EPOCH_S 32

struct wf_load {
	__u32 epoch;	/* the world's clock by WF_LOAD_EPOCH_S */
	__u32 n;	/* flows seen in it */
	__u32 n_before; /* ... in the one before, and not yet in this one */
	__u32 pad;
};

/* The value; the key is a struct wf_conn_key with the backend's own address, port and tenant. */
struct wf_served {
	struct wf_conn conn;
	__u8 addr[16]; /* what the client sends to */
	__be16 port;
	__u8 epoch; /* the last in which it was counted, low bits */
	__u8 pad;
};

WF_SIZE_IS(struct wf_load, 16);
WF_SIZE_IS(struct wf_served, sizeof(struct wf_conn) + 20);

/* The backend's counter is of @epoch afterwards. */
WF_INLINE void wf_load_turn(struct wf_load *l, __u32 epoch)
{
	const __u32 was = l->epoch;

	if (was == epoch || __sync_val_compare_and_swap(&l->epoch, was, epoch) != was)
		return; /* of two CPUs one turns it */
	l->n_before = epoch - was == 1 ? l->n : 0;
	l->n = 0;
}

/* Flows, at the time @now_s. */
WF_INLINE __u32 wf_load_count(struct wf_load *l, __u32 now_s)
{
	__s32 n;

	wf_load_turn(l, now_s / WF_LOAD_EPOCH_S);
	n = (__s32)(l->n + l->n_before);
	return n > 0 ? (__u32)n : 0;
}

/* A flow is there again that was not counted, or not since @epoch. */
WF_INLINE void wf_load_add(struct wf_load *l, struct wf_served *s, __u32 epoch)
{
	s->epoch = (__u8)epoch;
	__sync_fetch_and_add(&l->n, 1);
}

/* It is not counted any more where it was. */
WF_INLINE void wf_load_take(struct wf_load *l, const struct wf_served *s, __u32 epoch)
{
	if (s->epoch == (__u8)epoch)
		__sync_fetch_and_add(&l->n, -1);
	else if (s->epoch == (__u8)(epoch - 1))
		__sync_fetch_and_add(&l->n_before, -1);
}

/* Has it ended? Only TCP tells. */
WF_INLINE _Bool wf_served_is_over(const struct wf_served *s)
{
	const __u8 fins = WF_CONN_FIN | WF_CONN_FIN_BACK;

	return s->conn.state & WF_CONN_RESET || (s->conn.state & fins) == fins;
}

/* A packet of the flow, or (@is_back) an answer. */
WF_INLINE void wf_served_touch(struct wf_served *s, struct wf_load *l, __u8 tcp_flags,
			       _Bool is_back, __u32 now_s)
{
	const __u32 epoch = now_s / WF_LOAD_EPOCH_S;
	_Bool is_over;

	if (wf_served_is_over(s))
		return; /* what is still on its way makes it no younger */
	wf_conn_touch(&s->conn, tcp_flags, is_back, now_s);
	is_over = wf_served_is_over(s);
	wf_load_turn(l, epoch);
	if (is_over || s->epoch != (__u8)epoch)
		wf_load_take(l, s, epoch);
	if (!is_over && s->epoch != (__u8)epoch)
		wf_load_add(l, s, epoch);
}
