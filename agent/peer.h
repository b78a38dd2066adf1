/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another node, seen from here: does it answer pings, and what does it mean if it does not?
 *
 *   unknown --answer--> answers --3 missed in a row--> silent --2 answered in a row--> answers
 *      '------------------3 missed in a row-------------^
 *
 * A silent one is `unreachable` when it cannot be this node that is cut off:
 *
 *  - it has answered before, and each of the last 3 that it missed is witnessed: another node has
 *    answered a ping that was sent at about the same time; or
 *  - its leased key is gone from the store: its daemon is not there either.
 *
 * So of a node that is cut off, all others stay what they were: it costs nothing to send to them,
 * and when the network is back, what was there goes on. A node whose daemon alone has died answers:
 * its programs do. One that starts holds its key before its programs answer, one that has been gone
 * since before this daemon began has none. What is unreachable is so until it answers again.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "agent/pulse.h"

#define WF_PING_MS \
	200 /* 3 missed are noticed within a second, at 5 small packets a second a pair */
#define WF_PING_FALL 3 /* one or two are lost in a network that works */
#define WF_PING_RISE 2 /* one may be the last that a dying link lets through */
#define WF_PING_LATE 3 /* so many pings back an answer still says that it is there */

enum wf_reach {
	WF_REACH_UNKNOWN, /* not asked, or no verdict yet */
	WF_REACH_YES,
	WF_REACH_SILENT, /* it counts as there all the same */
	WF_REACH_NO,
};

/* The zeroed struct knows nothing but its node. */
struct wf_peer {
	uint16_t node;	 /* id */
	bool is_witness; /* nothing hangs on it: it is asked for what its answers say of others */
	enum wf_reach reach;
	struct wf_pulse pulse;
	bool is_asked;	   /* ever */
	bool is_heard;	   /* since it was asked last */
	bool has_answered; /* ever */
	bool is_keyless;   /* its daemon does not hold its key; as looked at while it is silent */
	uint16_t seq;	   /* of the last ping */
	int64_t asked_ms;
	uint8_t n_missed;	 /* in a row that are witnessed, up to WF_PING_FALL */
	int64_t asked_before_ms; /* the one before that */
	int64_t heard_ms;	 /* when the last ping that it answered in time was sent */
};

/* The time of the @i-th one's last ping is over, and the next one is sent now. Its number. */
uint16_t wf_peers_ask(struct wf_peer *peers, size_t n, size_t i, int64_t now_ms);
void wf_peer_hear(struct wf_peer *p, uint16_t seq);
bool wf_peer_is_silent(const struct wf_peer *p);

/* What follows for each, from all together. Has any `reach` changed? */
bool wf_peers_judge(struct wf_peer *peers, size_t n);
