// SPDX-License-Identifier: Apache-2.0
#include "agent/monitor.h"

#include "agent/state.h"
#include "model/near.h"

struct wf_listener {
	struct wf_agent *agent; /* borrowed */
	struct wf_monitor_filter filter;
	struct wf_hearer hearer;
	int64_t second; /* the one that n_told counts in */
	uint32_t n_told;
	uint64_t n_rate;
	uint64_t lost_before; /* what the programs had lost when it began */
};

/* The name is empty, or @name. */
static bool fits(const char *wanted, const char *name)
{
	return !*wanted || (name && !strcmp(wanted, name));
}

static const char *name_of(const struct wf_object *o)
{
	return o ? o->name : NULL;
}

static bool fits_tenant(const char *wanted, const struct wf_sight *s)
{
	return fits(wanted, name_of(s->tenant)) ||
	       (s->from.endpoint && fits(wanted, s->from.endpoint->tenant)) ||
	       (s->to.endpoint && fits(wanted, s->to.endpoint->tenant));
}

static bool is_end(const struct wf_monitor_filter *f, const struct wf_object *endpoint)
{
	return endpoint && fits(f->endpoint, endpoint->name) && fits(f->tenant, endpoint->tenant);
}

static bool fits_names(const struct wf_monitor_filter *f, const struct wf_sight *s)
{
	if (*f->endpoint && !is_end(f, s->from.endpoint) && !is_end(f, s->to.endpoint))
		return false;
	return fits_tenant(f->tenant, s) &&
	       (fits(f->policy, name_of(s->policy)) || fits(f->policy, name_of(s->way)));
}

static bool fits_numbers(const struct wf_monitor_filter *f, const struct wf_event *e)
{
	return e->type < WF_EVENT_TYPE_COUNT && f->mask >> e->type & 1 &&
	       (!f->reason || f->reason == e->drop);
}

static bool is_too_fast(struct wf_listener *l)
{
	int64_t second = wf_agent_now_ms() / 1000;

	if (second != l->second)
		l->n_told = 0;
	l->second = second;
	return l->filter.rate && l->n_told++ >= l->filter.rate;
}

static void tell(struct wf_listener *l, const struct wf_sight *s)
{
	if (!fits_names(&l->filter, s))
		return;
	if (is_too_fast(l))
		l->n_rate++;
	else
		l->hearer.sight(l->hearer.arg, s);
}

/* A node is of no tenant. */
static bool fits_news(const struct wf_monitor_filter *f, const struct wf_object *o)
{
	const bool is_node = o->kind == WF_KIND_NODE;

	return f->mask & WF_LISTEN_NEWS && !*f->policy &&
	       fits(f->tenant, is_node ? NULL : o->tenant) &&
	       fits(f->endpoint, is_node ? NULL : o->name);
}

void wf_monitor_tell(struct wf_agent *a, const struct wf_news *news)
{
	for (size_t i = a->listeners.n; i-- > 0;) {
		struct wf_listener *l = a->listeners.items[i];

		if (!fits_news(&l->filter, news->object))
			continue;
		if (is_too_fast(l))
			l->n_rate++;
		else
			l->hearer.news(l->hearer.arg, news);
	}
}

/* From the last on: the one that is told may go. */
static void on_event(void *arg, const struct wf_event *e)
{
	struct wf_agent *a = arg;
	struct wf_sight sight;
	bool is_made = false;

	for (size_t i = a->listeners.n; i-- > 0;) {
		struct wf_listener *l = a->listeners.items[i];

		if (!fits_numbers(&l->filter, e))
			continue;
		if (!is_made)
			wf_sight_make(a, e, &sight);
		is_made = true;
		tell(l, &sight);
	}
}

static void on_readable(int fd, short what, void *arg)
{
	struct wf_agent *a = arg;

	a->kern->ops->events(a->kern, on_event, a);
}

/* What all listeners together want is told: by the programs, and of health. */
static int update(struct wf_agent *a, struct wf_err *err)
{
	struct wf_monitor wanted = {0};
	unsigned int mask = 0;

	wf_vec_each (l, &a->listeners)
		mask |= (*l)->filter.mask;
	if (!(mask & WF_LISTEN_NEWS))
		wf_news_end(a);
	else if (wf_news_begin(a) < 0)
		return wf_err_set(err, -ENOMEM, "out of memory for a listener");
	wanted.mask = mask & ~WF_LISTEN_NEWS;
	wanted.rate = wanted.mask ? WF_MONITOR_RATE : 0;
	return a->kern->ops->monitor(a->kern, &wanted, err);
}

static int watch(struct wf_agent *a, struct wf_err *err)
{
	if (!a->told_event)
		a->told_event = event_new(a->base, a->kern->ops->events_fd(a->kern),
					  EV_READ | EV_PERSIST, on_readable, a);
	if (!a->told_event || event_add(a->told_event, NULL) < 0)
		return wf_err_set(err, -ENOMEM, "out of memory for a listener");
	return 0;
}

static int no_such(struct wf_err *err, const char *what, const struct wf_near *near,
		   const char *list)
{
	char words[WF_NEAR_STR_MAX];

	return wf_err_set(err, -ENOENT,
			  "there is no %s '%.63s'%.100s: list those there are with 'weft %s list'",
			  what, near->wanted, wf_near_str(near, words), list);
}

/* Is there one, in any tenant if @tenant is ""? */
static int check_name(const struct wf_agent *a, enum wf_kind kind, const char *what,
		      const char *tenant, const char *name, struct wf_err *err)
{
	struct wf_near near = {.wanted = name};
	struct wf_object *const *objects;
	size_t n;

	if (!*name)
		return 0;
	objects = wf_model_range(a->model, kind, *tenant ? tenant : NULL, &n);
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(objects[i]->name, name))
			return 0;
		wf_near_offer(&near, objects[i]->name);
	}
	return no_such(err, what, &near, what);
}

static int check_filter(const struct wf_agent *a, const struct wf_monitor_filter *f,
			struct wf_err *err)
{
	int r = check_name(a, WF_KIND_TENANT, "tenant", "", f->tenant, err);

	if (!r)
		r = check_name(a, WF_KIND_ENDPOINT, "endpoint", f->tenant, f->endpoint, err);
	/* One that lets another tenant in is of that tenant: any will do. */
	return r ? r : check_name(a, WF_KIND_POLICY, "policy", "", f->policy, err);
}

static int begin(struct wf_agent *a, struct wf_listener *l, struct wf_err *err)
{
	int r = a->kern->ops->events_lost(a->kern, &l->lost_before, err);

	if (!r)
		r = watch(a, err);
	if (!r && wf_vec_push(&a->listeners, l) < 0)
		r = wf_err_set(err, -ENOMEM, "out of memory for a listener");
	if (r)
		return r;
	r = update(a, err);
	if (r)
		a->listeners.n--;
	return r;
}

int wf_agent_listen(struct wf_agent *a, const struct wf_monitor_filter *filter,
		    const struct wf_hearer *hearer, struct wf_listener **ret, struct wf_err *err)
{
	_cleanup_free_ struct wf_listener *l = calloc(1, sizeof(*l));
	int r = check_filter(a, filter, err);

	if (!r && a->listeners.n >= WF_LISTENERS_MAX)
		r = wf_err_set(err, -EUSERS,
			       "%d listen already, as many as can: end another 'weft monitor'",
			       WF_LISTENERS_MAX);
	if (!r && !l)
		r = wf_err_set(err, -ENOMEM, "out of memory for a listener");
	if (r)
		return r;
	*l = (struct wf_listener){.agent = a, .filter = *filter, .hearer = *hearer};
	r = begin(a, l, err);
	if (!r)
		*ret = TAKE_PTR(l);
	return r;
}

void wf_agent_unlisten(struct wf_listener *l)
{
	struct wf_agent *a = l->agent;
	struct wf_err err = {0};

	for (size_t i = 0; i < a->listeners.n; i++)
		if (a->listeners.items[i] == l)
			a->listeners.items[i] = a->listeners.items[--a->listeners.n];
	free(l);
	if (!a->listeners.n)
		event_del(a->told_event);
	if (update(a, &err) < 0)
		wf_agent_log(a, WF_LOG_WARN, "%s; they go on with what is wanted no more", err.msg);
}

struct wf_missed wf_listener_missed(const struct wf_listener *l)
{
	struct wf_kern *kern = l->agent->kern;
	struct wf_missed missed = {.n_rate = l->n_rate};
	uint64_t lost;

	if (kern->ops->events_lost(kern, &lost, NULL) == 0) /* else the next time */
		missed.n_lost = lost - l->lost_before;
	return missed;
}

void wf_monitor_done(struct wf_agent *a)
{
	while (a->listeners.n)
		wf_agent_unlisten(a->listeners.items[0]);
	wf_news_end(a);
	wf_vec_done(&a->listeners);
	if (a->told_event)
		event_free(a->told_event);
}
