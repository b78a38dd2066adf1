// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "kern/fake_world.h"
#include "wire/sid.h"

static uint16_t node_of(const struct wf_addr *sid)
{
	return (uint16_t)(wf_sid_head(sid->bytes) >> 16);
}

static uint16_t *find(struct wf_fake_world *w, uint16_t node)
{
	wf_vec_each (silent, &w->silent)
		if (*silent == node)
			return silent;
	return NULL;
}

int wf_fake_ping(struct wf_kern *k, const struct wf_addr *to, uint16_t seq)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	const struct wf_fake_answer answer = {*to, seq};

	if (w->is_cut || find(w, node_of(to)))
		return 0;
	return wf_vec_push(&w->answers, answer);
}

int wf_fake_ping_answer(struct wf_kern *k, struct wf_addr *ret_from, uint16_t *ret_seq)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	if (!w->answers.n)
		return -EAGAIN;
	w->answers.n--;
	*ret_from = w->answers.items[w->answers.n].from;
	*ret_seq = w->answers.items[w->answers.n].seq;
	return 0;
}

int wf_kern_fake_silence(struct wf_kern *k, uint16_t node, bool is_silent)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	uint16_t *found = find(w, node);

	if (is_silent)
		return found ? 0 : wf_vec_push(&w->silent, node);
	if (found)
		*found = w->silent.items[--w->silent.n];
	return 0;
}

void wf_kern_fake_cut(struct wf_kern *k, bool is_cut)
{
	wf_fake_world_of(k)->is_cut = is_cut;
}

void wf_fake_pings_done(struct wf_fake_world *w)
{
	wf_vec_done(&w->silent);
	wf_vec_done(&w->answers);
}
