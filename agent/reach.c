// SPDX-License-Identifier: Apache-2.0
#include "agent/reach.h"

#include "agent/news.h"
#include "agent/reaching.h"
#include "wire/sid.h"

#define TURNS	4 /* in an interval; a node's is by its id */
#define TURN_MS (WF_PING_MS / TURNS)
#define KEYS_MS 1000 /* between looks for the keys of those that are silent */

static int peer_cmp(const void *key, const void *peer)
{
	return (int)*(const uint16_t *)key - (int)((const struct wf_peer *)peer)->node;
}

struct wf_peer *wf_reaching_find(const struct wf_agent *a, uint16_t node)
{
	const struct wf_reaching *r = a->reaching;

	return r && r->peers.n ? bsearch(&node, r->peers.items, r->peers.n, sizeof(*r->peers.items),
					 peer_cmp)
			       : NULL;
}

enum wf_reach wf_agent_reach(const struct wf_agent *a, uint16_t node)
{
	const struct wf_peer *p = wf_reaching_find(a, node);

	return p ? p->reach : WF_REACH_UNKNOWN;
}

static void take_answers(struct wf_agent *a)
{
	struct wf_addr from;
	uint16_t seq;

	while (a->kern->ops->ping_answer(a->kern, &from, &seq) == 0) {
		const uint64_t head = wf_sid_head(from.bytes);
		struct wf_peer *p = wf_reaching_find(a, (uint16_t)(head >> 16));

		if (p && head == wf_sid_head_make(a->options.block, p->node, WF_FN_END))
			wf_peer_hear(p, seq);
	}
}

static void ping(struct wf_agent *a, size_t i)
{
	struct wf_peers *peers = &a->reaching->peers;
	uint16_t seq = wf_peers_ask(peers->items, peers->n, i, wf_agent_now_ms());
	struct wf_addr sid;

	wf_sid_make(sid.bytes, a->options.block, peers->items[i].node, WF_FN_END, 0);
	a->kern->ops->ping(a->kern, &sid, seq); /* what cannot be sent is not answered */
}

static const char *name_of(const struct wf_agent *a, uint16_t id)
{
	struct wf_object *const *nodes;
	size_t n;

	nodes = wf_model_range(a->model, WF_KIND_NODE, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (nodes[i]->node.id == id)
			return nodes[i]->name;
	return "?";
}

/* Of those that are silent, while the store is there to tell. */
static void look_for_keys(struct wf_agent *a)
{
	const int64_t now_ms = wf_agent_now_ms();

	if (!a->store || now_ms - a->reaching->looked_ms < KEYS_MS)
		return;
	a->reaching->looked_ms = now_ms;
	wf_vec_each (p, &a->reaching->peers) {
		bool is_held;

		if (!wf_peer_is_silent(p)) {
			p->is_keyless = false;
			continue;
		}
		if (wf_owner_ask(a, name_of(a, p->node), &is_held) < 0 || is_held != p->is_keyless)
			continue;
		p->is_keyless = !is_held;
		wf_agent_want_pass(a);
	}
}

static void log_change(struct wf_agent *a, const struct wf_peer *p, enum wf_reach before)
{
	const char *name = name_of(a, p->node);

	if (p->reach == WF_REACH_NO)
		wf_agent_log(a, WF_LOG_WARN,
			     "node '%s' does not answer: instances and backends there count as "
			     "down",
			     name);
	else if (p->reach == WF_REACH_SILENT)
		wf_agent_log(a, WF_LOG_WARN,
			     "node '%s' does not answer, and nothing says that it is not this node "
			     "that is cut off: packets are sent to it all the same",
			     name);
	else if (before == WF_REACH_NO || before == WF_REACH_SILENT)
		wf_agent_log(a, WF_LOG_INFO, "node '%s' answers again", name);
}

static void judge(struct wf_agent *a)
{
	struct wf_peers *peers = &a->reaching->peers;
	enum wf_reach before[WF_PEERS_MAX];

	for (size_t i = 0; i < peers->n; i++)
		before[i] = peers->items[i].reach;
	if (!wf_peers_judge(peers->items, peers->n))
		return;
	for (size_t i = 0; i < peers->n; i++) {
		if (peers->items[i].reach == before[i] || peers->items[i].is_witness)
			continue;
		log_change(a, &peers->items[i], before[i]);
		if (before[i] != WF_REACH_UNKNOWN || peers->items[i].reach != WF_REACH_YES)
			wf_news_reach(a, peers->items[i].node, peers->items[i].reach);
		if (peers->items[i].reach == WF_REACH_NO || before[i] == WF_REACH_NO)
			wf_agent_want_pass(a);
	}
}

/* Without memory the next pass tells compile. */
static void tell_compile(struct wf_agent *a)
{
	struct wf_reaching *r = a->reaching;

	r->unreachable.n = 0;
	wf_vec_each (p, &r->peers)
		if (p->reach == WF_REACH_NO && wf_vec_push(&r->unreachable, p->node) < 0)
			wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	a->here.unreachable = r->unreachable.items;
	a->here.n_unreachable = r->unreachable.n;
}

void wf_reach_turn(struct wf_agent *a)
{
	struct wf_reaching *r = a->reaching;

	take_answers(a);
	r->turn = (r->turn + 1) % TURNS;
	for (size_t i = 0; i < r->peers.n; i++)
		if (r->peers.items[i].node % TURNS == r->turn)
			ping(a, i);
	look_for_keys(a);
	judge(a);
	tell_compile(a);
}

static void on_turn(int fd, short what, void *arg)
{
	struct wf_agent *a = arg;

	wf_reach_turn(a);
	if (a->reaching->peers.n)
		wf_agent_arm(a->reaching->turn_event, TURN_MS);
}

static int begin(struct wf_agent *a)
{
	if (a->reaching)
		return 0;
	a->reaching = calloc(1, sizeof(*a->reaching));
	if (!a->reaching)
		return -ENOMEM;
	a->reaching->turn_event = evtimer_new(a->base, on_turn, a);
	if (a->reaching->turn_event)
		return 0;
	wf_reach_done(a);
	return -ENOMEM;
}

/* Without memory the same go on being pinged until the next pass. */
void wf_reach_look(struct wf_agent *a)
{
	struct wf_reaching *r;

	if (begin(a) < 0 || wf_reaching_choose(a) < 0)
		return;
	r = a->reaching;
	tell_compile(a);
	if (r->peers.n && !event_pending(r->turn_event, EV_TIMEOUT, NULL))
		wf_agent_arm(r->turn_event, TURN_MS);
}

void wf_reach_each_silent(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			  void *arg)
{
	char text[WF_NAME_MAX + 128];

	if (!a->reaching)
		return;
	wf_vec_each (p, &a->reaching->peers) {
		if (p->is_witness || (p->reach != WF_REACH_SILENT && p->reach != WF_REACH_NO))
			continue;
		snprintf(text, sizeof(text), "node '%s' does not answer: %s", name_of(a, p->node),
			 p->reach == WF_REACH_NO ? "instances and backends there count as down"
						 : "perhaps it is this node that is cut off");
		fn(arg, text);
	}
}

void wf_reach_done(struct wf_agent *a)
{
	if (!a->reaching)
		return;
	a->here.unreachable = NULL;
	a->here.n_unreachable = 0;
	wf_vec_done(&a->reaching->peers);
	wf_vec_done(&a->reaching->unreachable);
	if (a->reaching->turn_event)
		event_free(a->reaching->turn_event);
	free(TAKE_PTR(a->reaching));
}
