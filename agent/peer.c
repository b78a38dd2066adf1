// SPDX-License-Identifier: Apache-2.0
#include "agent/peer.h"

static const struct wf_probe patience = {.rise = WF_PING_RISE, .fall = WF_PING_FALL};

bool wf_peer_is_silent(const struct wf_peer *p)
{
	return p->pulse.health == WF_HEALTH_DOWN;
}

/* Has another one answered about when @p did not? */
static bool is_witnessed(const struct wf_peer *p, const struct wf_peer *peers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (&peers[i] != p && peers[i].has_answered &&
		    peers[i].heard_ms >= p->asked_before_ms)
			return true;
	return false;
}

static void end_round(struct wf_peer *p, const struct wf_peer *peers, size_t n)
{
	wf_pulse_take(&p->pulse, &patience, p->is_heard);
	if (p->is_heard || !is_witnessed(p, peers, n))
		p->n_missed = 0;
	else if (p->n_missed < WF_PING_FALL)
		p->n_missed++;
}

uint16_t wf_peers_ask(struct wf_peer *peers, size_t n, size_t i, int64_t now_ms)
{
	struct wf_peer *p = &peers[i];

	if (p->is_asked)
		end_round(p, peers, n);
	p->asked_before_ms = p->is_asked ? p->asked_ms : now_ms;
	p->is_asked = true;
	p->is_heard = false;
	p->asked_ms = now_ms;
	return ++p->seq;
}

void wf_peer_hear(struct wf_peer *p, uint16_t seq)
{
	if (!p->is_asked || (uint16_t)(p->seq - seq) >= WF_PING_LATE)
		return;
	p->is_heard = p->has_answered = true;
	if (seq == p->seq)
		p->heard_ms = p->asked_ms;
}

static enum wf_reach judge(const struct wf_peer *p)
{
	if (p->pulse.health == WF_HEALTH_UNKNOWN)
		return WF_REACH_UNKNOWN;
	if (!wf_peer_is_silent(p))
		return WF_REACH_YES;
	if (p->reach == WF_REACH_NO || p->is_keyless)
		return WF_REACH_NO;
	return p->has_answered && p->n_missed == WF_PING_FALL ? WF_REACH_NO : WF_REACH_SILENT;
}

bool wf_peers_judge(struct wf_peer *peers, size_t n)
{
	bool is_new = false;

	for (size_t i = 0; i < n; i++) {
		enum wf_reach reach = judge(&peers[i]);

		is_new |= reach != peers[i].reach;
		peers[i].reach = reach;
	}
	return is_new;
}
