// SPDX-License-Identifier: Apache-2.0
#include "agent/health.h"

#include "agent/alias.h"
#include "agent/hash.h"
#include "agent/watched.h"

#define SALT_TURN 0x7475726e /* of the hash that spreads probes */

static void fill_target(const struct wf_object *e, const struct wf_alias *alias,
			const struct wf_probe *probe, struct wf_probe_target *ret)
{
	*ret = (struct wf_probe_target){
		.probe = *probe,
		.place = {alias->netns[0] ? alias->netns : NULL, e->endpoint.netns},
		.has_addr = e->endpoint.n_addrs > 0,
		.addr = e->endpoint.addrs[0],
		.seed = (uint32_t)wf_endpoint_hash(e->tenant, e->name, SALT_TURN),
	};
}

/* All that select @w, each with its probe. */
static int ask_all(struct wf_agent *a, struct wf_watched *w, struct wf_watched *before)
{
	const struct wf_link *link = wf_agent_link(a, w->object->tenant, w->object->name);
	struct wf_alias alias = {0};
	int r = 0;

	if (link && wf_alias_parse(link->alias, &alias) < 0)
		alias.netns[0] = '\0';
	for (size_t k = 0; k < WF_WATCHED_BY_COUNT; k++) {
		struct wf_object *const *by;
		size_t n;

		by = wf_model_range(a->model, wf_watched_by[k], w->object->tenant, &n);
		for (size_t i = 0; i < n && !r; i++) {
			const struct wf_probe *probe = wf_watched_probe_of(by[i], w->object);
			struct wf_probe_target target;

			w->is_selected |= probe != NULL;
			if (!probe || probe->type == WF_PROBE_NONE)
				continue;
			fill_target(w->object, &alias, probe, &target);
			r = wf_watched_ask(w, a->health->prober, &target, before);
		}
	}
	return r;
}

static void on_changed(void *arg)
{
	struct wf_agent *a = arg;

	wf_agent_arm(a->health->judge_event, 0);
}

struct watch {
	struct wf_watched **items; /* owned, with the items */
	size_t n;
	size_t cap;
};

/* @before: of the same endpoint, or NULL. */
static int watch(struct wf_agent *a, struct wf_object *o, struct wf_watched *before,
		 struct watch *ret)
{
	struct wf_watched *w = wf_watched_new(o, on_changed, a);
	int r = w ? ask_all(a, w, before) : -ENOMEM;

	if (r || (!w->is_selected && !o->endpoint.is_down)) {
		wf_watched_free(w);
		return r;
	}
	r = wf_vec_push(ret, w);
	if (r)
		wf_watched_free(w);
	return r;
}

static int watch_all(struct wf_agent *a, struct watch *ret)
{
	const struct wf_health_watch *h = a->health;
	struct wf_object *const *endpoints;
	size_t n, before = 0;
	int r = 0;

	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n && !r; i++) {
		struct wf_object *o = endpoints[i];
		bool is_known;

		if (strcmp(o->endpoint.node, a->options.node) != 0 ||
		    o->endpoint.is_gateway) /* agent/gateway.h sees to that */
			continue;
		while (before < h->watched.n &&
		       wf_object_cmp(h->watched.items[before]->object, o) < 0)
			before++;
		is_known = before < h->watched.n &&
			   wf_object_cmp(h->watched.items[before]->object, o) == 0;
		r = watch(a, o, is_known ? h->watched.items[before] : NULL, ret);
	}
	return r;
}

static void replace(struct wf_health_watch *h, const struct watch *now)
{
	wf_vec_each (w, &h->watched)
		wf_watched_free(*w);
	free(h->watched.items);
	h->watched.items = now->items;
	h->watched.n = now->n;
	h->watched.cap = now->cap;
}

/* Without memory some are not watched until the next pass. */
static void look(struct wf_agent *a)
{
	struct watch now = {0};
	int r;

	if (a->health->revision == a->revision)
		return;
	r = watch_all(a, &now);
	replace(a->health, &now);
	a->health->revision = r ? 0 : a->revision;
}

static void judge_all(struct wf_agent *a)
{
	wf_vec_each (w, &a->health->watched)
		wf_watched_judge(*w, wf_agent_link(a, (*w)->object->tenant, (*w)->object->name));
	if (a->store && wf_health_write(a) < 0)
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
}

static void on_judge(int fd, short what, void *arg)
{
	judge_all(arg);
}

static int begin(struct wf_agent *a)
{
	if (a->health)
		return 0;
	a->health = calloc(1, sizeof(*a->health));
	if (!a->health)
		return -ENOMEM;
	a->health->prober = wf_prober_new(a->base, a->kern);
	a->health->judge_event = evtimer_new(a->base, on_judge, a);
	if (a->health->prober && a->health->judge_event)
		return 0;
	wf_health_done(a);
	return -ENOMEM;
}

void wf_health_check(struct wf_agent *a)
{
	if (begin(a) < 0) /* the next pass tries again */
		return;
	look(a);
	judge_all(a);
}

void wf_health_done(struct wf_agent *a)
{
	if (!a->health)
		return;
	replace(a->health, &(struct watch){0});
	wf_prober_free(a->health->prober);
	if (a->health->judge_event)
		event_free(a->health->judge_event);
	free(TAKE_PTR(a->health));
}
