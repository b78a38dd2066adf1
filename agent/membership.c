// SPDX-License-Identifier: Apache-2.0
#include "agent/membership.h"

#include "agent/request.h"
#include "compile/seats.h"

/* Not all nodes at once: what any of them does, the first one shall have done. */
#define SPREAD	  8
#define SPREAD_MS 50

#define NOT_BEGUN INT64_MAX

struct wf_drain { /* a former membership */
	uint32_t serial;
	bool is_drained;
	int64_t since_ms; /* that it is former, or drained */
};

/* A service. */
struct wf_spread {
	struct wf_object *object; /* owned */
	bool is_behind;		  /* its history does not say `now` */
	bool has_new;		  /* `now` has a backend that it does not */
	bool is_mine;		  /* what is different is on this node */
	struct wf_membership now; /* owned; if it is behind */
	int64_t since_ms;	  /* that it should be `now` */
	int64_t waiting_ms;	  /* that it is behind */
	unsigned int n_drains;
	struct wf_drain drains[WF_MEMBERSHIPS_MAX];
};

static void spread_done(struct wf_spread *s)
{
	wf_object_unref(s->object);
	wf_membership_done(&s->now);
}

static int64_t later(int64_t since_ms, int64_t wait_ms)
{
	return since_ms == NOT_BEGUN ? NOT_BEGUN : since_ms + wait_ms;
}

static int64_t spread_ms(const struct wf_agent *a)
{
	return a->config.node % SPREAD * SPREAD_MS;
}

static int64_t written_at(const struct wf_agent *a, const struct wf_spread *s)
{
	int64_t settled = later(s->since_ms, s->has_new ? WF_SETTLE_MS : 0);
	int64_t latest = later(s->waiting_ms, WF_FORGET_MS);

	if (!s->is_behind)
		return NOT_BEGUN;
	return later(latest < settled ? latest : settled, s->is_mine ? 0 : spread_ms(a));
}

/* Or forgotten. */
static int64_t drained_at(const struct wf_agent *a, const struct wf_spread *s,
			  const struct wf_drain *d)
{
	int64_t wait_ms = d->is_drained ? WF_LINGER_MS : s->object->service.drain_ms;

	return later(d->since_ms, wait_ms + spread_ms(a));
}

/* The earliest time at which something is to be written. */
static int64_t ripe_at(const struct wf_agent *a, const struct wf_spread *s)
{
	int64_t at = written_at(a, s);

	for (unsigned int i = 0; i < s->n_drains; i++)
		if (drained_at(a, s, &s->drains[i]) < at)
			at = drained_at(a, s, &s->drains[i]);
	return at;
}

/* What is ripe of a service at a time. */
struct ripe {
	const struct wf_spread *spread;
	int64_t now_ms;
};

static int should_be(const struct wf_agent *a, const struct wf_object *service,
		     struct wf_membership *ret)
{
	struct wf_seats seats = {0};
	int r = wf_seats_of(a->model, NULL, service->tenant, &seats);

	if (!r)
		r = wf_membership_now(&seats, &service->service, ret);
	wf_seats_done(&seats);
	return r;
}

static bool is_behind(const struct wf_history *h, const struct wf_membership *now)
{
	return h->n ? !wf_membership_equal(&h->items[0], now) : now->n_seats;
}

/* By the model as it is now. 0 or -ENOMEM. */
static int begin(const struct wf_agent *a, struct wf_object *service)
{
	struct wf_history *h = &service->service.history;
	struct wf_membership now = {0};
	int r = should_be(a, service, &now);

	if (!r && is_behind(h, &now))
		r = wf_history_begin(h, &now);
	wf_membership_done(&now);
	return r;
}

static void drain(struct wf_history *h, const struct wf_drain *d)
{
	if (d->is_drained)
		wf_history_forget(h, d->serial);
	else
		wf_history_drain(h, d->serial);
}

static int change(const struct wf_agent *a, const struct ripe *ripe, struct wf_object *service)
{
	const struct wf_spread *s = ripe->spread;

	for (unsigned int i = 0; i < s->n_drains; i++)
		if (drained_at(a, s, &s->drains[i]) <= ripe->now_ms)
			drain(&service->service.history, &s->drains[i]);
	return written_at(a, s) <= ripe->now_ms ? begin(a, service) : 0;
}

static int add_change(struct wf_edit *e, const struct ripe *ripe, struct wf_current *old,
		      struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = NULL;
	int r;

	if (!old->object)
		return 0;
	if (old->mod_revision > e->agent->revision)
		return -EAGAIN; /* the model does not know it yet */
	now = wf_object_clone(old->object);
	r = now ? change(e->agent, ripe, now) : -ENOMEM;
	if (!r && !wf_history_equal(&old->object->service.history, &now->service.history))
		r = wf_edit_add(e, old, now);
	return r < 0 ? wf_edit_no_memory(err) : 0;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct ripe *ripe = req->arg;
	const struct wf_object *o = ripe->spread->object;
	struct wf_current old = {0};
	int r = wf_current_read(req->agent, o->kind, o->tenant, o->name, &old, err);

	if (!r)
		r = add_change(e, ripe, &old, err);
	wf_current_done(&old);
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

static void put_off(struct wf_spread *s, int64_t until_ms)
{
	s->since_ms = s->waiting_ms = until_ms;
	for (unsigned int i = 0; i < s->n_drains; i++)
		s->drains[i].since_ms = until_ms;
}

static void write_spread(struct wf_agent *a, struct wf_spread *s, int64_t now_ms)
{
	struct wf_outcome outcome = {0};
	struct ripe ripe = {s, now_ms};
	struct wf_request req = {a, attempt, &outcome, &ripe};
	struct wf_err err = {0};

	if (wf_request_run(&req, &err) < 0) {
		if (!a->write_err.code) /* which the log tells once */
			wf_agent_log(a, WF_LOG_WARN,
				     "who service '%s' of tenant '%s' is spread over cannot be "
				     "written: %s",
				     s->object->name, s->object->tenant, err.msg);
		put_off(s, now_ms + WF_RETRY_MAX_MS);
	}
	wf_outcome_done(&outcome);
}

struct spreads {
	struct wf_spread *items; /* owned; in the order of the model */
	size_t n;
	size_t cap;
};

/* What of the one is not in the other, so that its agent is asked first. */
static bool differs_here(const struct wf_agent *a, const struct wf_membership *x,
			 const struct wf_membership *y)
{
	for (unsigned int i = 0; i < x->n_seats; i++)
		if (x->seats[i].node == a->config.node &&
		    !wf_membership_find(y, x->seats[i].node, x->seats[i].sid))
			return true;
	return false;
}

static bool has_new(const struct wf_membership *now, const struct wf_membership *was)
{
	for (unsigned int i = 0; i < now->n_seats; i++)
		if (!wf_membership_find(was, now->seats[i].node, now->seats[i].sid))
			return true;
	return false;
}

static void compare(const struct wf_agent *a, struct wf_spread *s)
{
	static const struct wf_membership nobody;
	const struct wf_history *h = &s->object->service.history;
	const struct wf_membership *was = h->n ? &h->items[0] : &nobody;

	s->is_behind = is_behind(h, &s->now);
	s->has_new = has_new(&s->now, was);
	s->is_mine = differs_here(a, &s->now, was) || differs_here(a, was, &s->now);
	s->since_ms = s->waiting_ms = NOT_BEGUN;
	for (unsigned int i = 1; i < h->n; i++)
		s->drains[s->n_drains++] = (struct wf_drain){h->items[i].serial,
							     h->items[i].is_drained, NOT_BEGUN};
}

/* What is as it was keeps its time. */
static void keep_times(struct wf_spread *s, const struct wf_spread *before)
{
	if (s->is_behind && before->is_behind) {
		s->waiting_ms = before->waiting_ms;
		if (wf_membership_equal(&s->now, &before->now))
			s->since_ms = before->since_ms;
	}
	for (unsigned int i = 0; i < s->n_drains; i++)
		for (unsigned int k = 0; k < before->n_drains; k++)
			if (s->drains[i].serial == before->drains[k].serial &&
			    s->drains[i].is_drained == before->drains[k].is_drained)
				s->drains[i].since_ms = before->drains[k].since_ms;
}

static int spread_cmp(const void *key, const void *spread)
{
	return wf_object_cmp(key, ((const struct wf_spread *)spread)->object);
}

static int note(struct wf_agent *a, struct wf_object *service, struct spreads *ret)
{
	const struct wf_spread *before = a->spreads.n
						 ? bsearch(service, a->spreads.items, a->spreads.n,
							   sizeof(*before), spread_cmp)
						 : NULL;
	struct wf_spread s = {.object = wf_object_ref(service)};
	int r = should_be(a, service, &s.now);

	if (!r) {
		compare(a, &s);
		if (before)
			keep_times(&s, before);
		r = wf_vec_push(ret, s);
	}
	if (r)
		spread_done(&s);
	return r;
}

static void replace(struct wf_agent *a, const struct spreads *spreads)
{
	wf_vec_each (s, &a->spreads)
		spread_done(s);
	free(a->spreads.items);
	a->spreads.items = spreads->items;
	a->spreads.n = spreads->n;
	a->spreads.cap = spreads->cap;
}

void wf_memberships_done(struct wf_agent *a)
{
	replace(a, &(struct spreads){0});
}

/* What the model says now. Without memory the next pass looks again. */
static void look(struct wf_agent *a)
{
	struct wf_object *const *services;
	struct spreads spreads = {0};
	size_t n;
	int r = 0;

	if (a->spreads_revision == a->revision)
		return;
	services = wf_model_range(a->model, WF_KIND_SERVICE, NULL, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = note(a, services[i], &spreads);
	replace(a, &spreads);
	a->spreads_revision = r ? 0 : a->revision;
}

void wf_memberships_check(struct wf_agent *a)
{
	const int64_t now_ms = wf_agent_later_ms(a);

	if (!a->store)
		return;
	look(a);
	for (size_t i = 0; i < a->spreads.n; i++)
		if (ripe_at(a, &a->spreads.items[i]) <= now_ms)
			write_spread(a, &a->spreads.items[i], now_ms);
	look(a);
}

void wf_memberships_begin(struct wf_agent *a)
{
	int64_t now_ms = wf_agent_later_ms(a), next_ms = NOT_BEGUN;

	wf_vec_each (s, &a->spreads) {
		if (s->since_ms == NOT_BEGUN)
			s->since_ms = now_ms;
		if (s->waiting_ms == NOT_BEGUN)
			s->waiting_ms = now_ms;
		for (unsigned int i = 0; i < s->n_drains; i++)
			if (s->drains[i].since_ms == NOT_BEGUN)
				s->drains[i].since_ms = now_ms;
		if (ripe_at(a, s) < next_ms)
			next_ms = ripe_at(a, s);
	}
	if (a->store && next_ms != NOT_BEGUN)
		wf_agent_want_pass_in(a, next_ms > now_ms ? (uint32_t)(next_ms - now_ms) : 1);
}

void wf_memberships_delay(struct wf_agent *a)
{
	wf_vec_each (s, &a->spreads)
		put_off(s, NOT_BEGUN);
}
