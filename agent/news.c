// SPDX-License-Identifier: Apache-2.0
#include "agent/news.h"

#include <time.h>

#include "agent/health.h"
#include "agent/monitor.h"
#include "agent/state.h"

struct known {
	struct wf_object *endpoint; /* owned */
	enum wf_health health;
};

struct all_known {
	struct known *items; /* owned; in the model's order */
	size_t n;
	size_t cap;
};

struct wf_news_watch {
	struct all_known known;
};

static void all_done(struct all_known *all)
{
	wf_vec_each (k, all)
		wf_object_unref(k->endpoint);
	wf_vec_done(all);
}

static int know(struct all_known *all, struct wf_object *endpoint, enum wf_health health)
{
	struct known k = {wf_object_ref(endpoint), health};

	if (wf_vec_push(all, k) == 0)
		return 0;
	wf_object_unref(endpoint);
	return -ENOMEM;
}

/* Those that have a number are, or were, instances and backends. */
static int know_all(const struct wf_agent *a, struct all_known *ret)
{
	struct wf_object *const *endpoints;
	size_t n;
	int r = 0;

	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n && !r; i++) {
		const enum wf_health health = endpoints[i]->endpoint.sid
						      ? wf_agent_health(a, endpoints[i])
						      : WF_HEALTH_UNKNOWN;

		if (health != WF_HEALTH_UNKNOWN)
			r = know(ret, endpoints[i], health);
	}
	if (r)
		all_done(ret);
	return r;
}

static int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell(struct wf_agent *a, const struct known *k)
{
	const struct wf_news news = {.time_ms = wall_ms(),
				     .object = k->endpoint,
				     .health = k->health,
				     .why = wf_agent_health_reason(a, k->endpoint)};

	wf_monitor_tell(a, &news);
}

/* Both are in the model's order. */
static void compare(struct wf_agent *a, const struct all_known *was, const struct all_known *now)
{
	size_t i = 0;

	wf_vec_each (k, now) {
		enum wf_health before = WF_HEALTH_DOWN;

		while (i < was->n && wf_object_cmp(was->items[i].endpoint, k->endpoint) < 0)
			i++;
		if (i < was->n && wf_object_cmp(was->items[i].endpoint, k->endpoint) == 0)
			before = was->items[i].health;
		if (k->health != before)
			tell(a, k);
	}
}

int wf_news_begin(struct wf_agent *a)
{
	struct wf_news_watch *news;

	if (a->news)
		return 0;
	news = calloc(1, sizeof(*news));
	if (!news || know_all(a, &news->known) < 0) {
		free(news);
		return -ENOMEM;
	}
	a->news = news;
	return 0;
}

void wf_news_end(struct wf_agent *a)
{
	if (a->news)
		all_done(&a->news->known);
	free(TAKE_PTR(a->news));
}

/* Who is told may be the last one that listens. */
void wf_news_check(struct wf_agent *a)
{
	struct all_known was, now = {0};

	if (!a->news || know_all(a, &now) < 0)
		return;
	was = a->news->known;
	a->news->known = (struct all_known){0};
	compare(a, &was, &now);
	all_done(&was);
	if (a->news)
		a->news->known = now;
	else
		all_done(&now);
}

void wf_news_reach(struct wf_agent *a, uint16_t node, enum wf_reach reach)
{
	struct wf_claim claim = wf_claim_id(WF_KIND_NODE, "", node);
	const struct wf_object *o = wf_model_find_claim(a->model, &claim, NULL);
	const struct wf_news news = {.time_ms = wall_ms(), .object = o, .reach = reach};

	if (o)
		wf_monitor_tell(a, &news);
}
