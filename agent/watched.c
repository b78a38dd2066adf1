// SPDX-License-Identifier: Apache-2.0
#include "agent/watched.h"

#include <stdarg.h>
#include <stdio.h>

#include "model/member.h"

const enum wf_kind wf_watched_by[WF_WATCHED_BY_COUNT] = {WF_KIND_FUNCTION, WF_KIND_SERVICE};

/* A container with two arms is asked once, where packets enter: the other arm has but a link. */
static const struct wf_probe *probe_of_arm(const struct wf_function *f, const struct wf_endpoint *e)
{
	static const struct wf_probe link_only = {.type = WF_PROBE_NONE};

	return e->ifname[0] && strcmp(e->ifname, f->in) != 0 ? &link_only : &f->probe;
}

const struct wf_probe *wf_watched_probe_of(const struct wf_object *by,
					   const struct wf_object *endpoint)
{
	const struct wf_endpoint *e = &endpoint->endpoint;

	if (by->kind == WF_KIND_FUNCTION)
		return wf_function_has(&by->function, e) ? probe_of_arm(&by->function, e) : NULL;
	return wf_service_backends_of(&by->service, e) ? &by->service.probe : NULL;
}

struct wf_watched *wf_watched_new(struct wf_object *endpoint, wf_watched_fn changed, void *arg)
{
	struct wf_watched *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->object = wf_object_ref(endpoint);
	w->changed = changed;
	w->arg = arg;
	return w;
}

static void free_probe(struct wf_watched_probe *p)
{
	wf_probing_free(p->probing);
	free(p);
}

void wf_watched_free(struct wf_watched *w)
{
	if (!w)
		return;
	wf_vec_each (p, &w->probes)
		free_probe(*p);
	wf_vec_done(&w->probes);
	wf_object_unref(w->object);
	free(w);
}

static void on_result(void *arg, bool is_good, const char *why)
{
	struct wf_watched_probe *p = arg;
	const struct wf_probe *probe = &wf_probing_target(p->probing)->probe;

	if (!is_good)
		snprintf(p->why, sizeof(p->why), "%s", why);
	if (wf_pulse_take(&p->pulse, probe, is_good))
		p->watched->changed(p->watched->arg);
}

static struct wf_watched_probe **find(struct wf_watched *w, const struct wf_probe_target *target)
{
	wf_vec_each (p, &w->probes)
		if (wf_probe_target_equal(wf_probing_target((*p)->probing), target))
			return p;
	return NULL;
}

/* NULL: there is none. */
static struct wf_watched_probe *take(struct wf_watched *w, const struct wf_probe_target *target)
{
	struct wf_watched_probe **found = w ? find(w, target) : NULL;
	struct wf_watched_probe *p = found ? *found : NULL;

	if (found)
		*found = w->probes.items[--w->probes.n];
	return p;
}

static struct wf_watched_probe *make(struct wf_prober *prober, const struct wf_probe_target *target)
{
	struct wf_watched_probe *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->probing = wf_probing_new(prober, target, on_result, p);
	if (p->probing)
		return p;
	free(p);
	return NULL;
}

int wf_watched_ask(struct wf_watched *w, struct wf_prober *prober,
		   const struct wf_probe_target *target, struct wf_watched *before)
{
	struct wf_watched_probe *p;

	if (find(w, target))
		return 0;
	p = take(before, target);
	if (!p)
		p = make(prober, target);
	if (!p)
		return -ENOMEM;
	p->watched = w;
	if (wf_vec_push(&w->probes, p) == 0)
		return 0;
	free_probe(p);
	return -ENOMEM;
}

static void judge(struct wf_watched *w, enum wf_health health, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void judge(struct wf_watched *w, enum wf_health health, const char *fmt, ...)
{
	va_list ap;

	w->health = health;
	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
}

/* Up if all are, down if one is. */
static void judge_by_probes(struct wf_watched *w)
{
	enum wf_health health = WF_HEALTH_UP;
	char what[WF_PROBE_STR_MAX];

	wf_vec_each (p, &w->probes) {
		if ((*p)->pulse.health == WF_HEALTH_DOWN) {
			judge(w, WF_HEALTH_DOWN, "%s: %s",
			      wf_probe_str(&wf_probing_target((*p)->probing)->probe, what),
			      (*p)->why);
			return;
		}
		if ((*p)->pulse.health == WF_HEALTH_UNKNOWN)
			health = WF_HEALTH_UNKNOWN;
	}
	judge(w, health, "%s", "");
}

void wf_watched_judge(struct wf_watched *w, const struct wf_link *link)
{
	if (!w->is_selected)
		judge(w, WF_HEALTH_UP, "%s", "");
	else if (!link)
		judge(w, WF_HEALTH_DOWN, "its interface is gone");
	else if (!link->has_carrier)
		judge(w, WF_HEALTH_DOWN, "its interface is down in the container");
	else
		judge_by_probes(w);
}

static int watched_cmp(const void *key, const void *item)
{
	return wf_object_cmp(key, (*(struct wf_watched *const *)item)->object);
}

struct wf_watched *wf_watched_find(const struct wf_agent *a, const struct wf_object *endpoint)
{
	struct wf_watched *const *found = NULL;

	if (a->health && a->health->watched.n)
		found = bsearch(endpoint, a->health->watched.items, a->health->watched.n,
				sizeof(*a->health->watched.items), watched_cmp);
	return found ? *found : NULL;
}
