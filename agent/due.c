// SPDX-License-Identifier: Apache-2.0
#include "agent/due.h"

#include "agent/identity.h"
#include "agent/key.h"
#include "agent/relabel.h"
#include "agent/request.h"

#define BATCH 256 /* objects in one transaction */
/* Not all nodes at once: what any of them does, the first one shall have done. */
#define SPREAD	  8
#define SPREAD_MS 50

#define NOT_BEGUN INT64_MAX

static void use(struct wf_object *o)
{
	o->endpoint.is_announced = false;
}

static void forget(struct wf_object *o)
{
	o->endpoint.identity_was = 0;
}

static void leave(struct wf_object *o)
{
	o->identity.is_left = true;
}

static void keep(struct wf_object *o)
{
	o->identity.is_left = false;
}

static const struct {
	uint32_t wait_ms;
	bool is_anyones;		   /* any agent does it */
	void (*step)(struct wf_object *o); /* NULL: it goes */
} phases[WF_PHASE_COUNT] = {
	[WF_PHASE_ANNOUNCED] = {WF_ANNOUNCE_MS, false, use},
	[WF_PHASE_USED] = {WF_FORGET_MS, false, forget},
	[WF_PHASE_UNUSED] = {0, true, leave},
	[WF_PHASE_LEFT] = {WF_IDENTITY_REST_MS, true, NULL},
	[WF_PHASE_TAKEN] = {0, true, keep},
	[WF_PHASE_RETIRING] = {WF_RETIRE_MS, true, NULL},
};

static enum wf_phase phase_of_endpoint(const struct wf_agent *a, const struct wf_endpoint *e)
{
	if (!e->identity_was || strcmp(e->node, a->options.node) != 0)
		return WF_PHASE_NONE;
	return e->is_announced ? WF_PHASE_ANNOUNCED : WF_PHASE_USED;
}

static enum wf_phase phase_of_identity(const struct wf_identities *used, const struct wf_object *o)
{
	bool is_used = wf_identities_have(used, o);

	if (o->identity.is_left)
		return is_used ? WF_PHASE_TAKEN : WF_PHASE_LEFT;
	return is_used ? WF_PHASE_NONE : WF_PHASE_UNUSED;
}

static enum wf_phase phase_of(const struct wf_agent *a, const struct wf_identities *used,
			      const struct wf_object *o)
{
	if (o->kind == WF_KIND_ENDPOINT)
		return phase_of_endpoint(a, &o->endpoint);
	if (o->kind == WF_KIND_IDENTITY)
		return phase_of_identity(used, o);
	return o->key.state == WF_KEY_RETIRING ? WF_PHASE_RETIRING : WF_PHASE_NONE;
}

static int64_t ripe_at(const struct wf_agent *a, const struct wf_due *d)
{
	uint32_t spread = phases[d->phase].is_anyones ? a->config.node % SPREAD * SPREAD_MS : 0;

	return d->since_ms == NOT_BEGUN ? NOT_BEGUN
					: d->since_ms + phases[d->phase].wait_ms + spread;
}

struct batch {
	struct wf_due *const *dues; /* borrowed */
	size_t n;
};

/* @d's object as the store has it now, if it is still so. */
static int add_step(struct wf_edit *e, const struct wf_identities *used, const struct wf_due *d,
		    struct wf_current *old, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = NULL;

	if (!old->object || phase_of(e->agent, used, old->object) != d->phase)
		return 0;
	if (old->mod_revision > e->agent->revision)
		return -EAGAIN; /* the model may not know yet who has taken it since */
	if (phases[d->phase].step) {
		now = wf_object_clone(old->object);
		if (!now)
			return wf_edit_no_memory(err);
		phases[d->phase].step(now);
	}
	return wf_edit_add(e, old, now) < 0 ? wf_edit_no_memory(err) : 0;
}

static int add_steps(struct wf_edit *e, const struct wf_identities *used, const struct batch *b,
		     struct wf_err *err)
{
	int r = 0;

	for (size_t i = 0; i < b->n && !r; i++) {
		const struct wf_object *o = b->dues[i]->object;
		struct wf_current old = {0};

		r = wf_current_read(e->agent, o->kind, o->tenant, o->name, &old, err);
		if (!r && o->kind == WF_KIND_KEY)
			r = wf_key_guard(e, err);
		if (!r)
			r = add_step(e, used, b->dues[i], &old, err);
		wf_current_done(&old);
	}
	return r;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	struct wf_identities used = {0};
	int r = wf_identities_used(req->agent->model, &used);

	r = r ? wf_edit_no_memory(err) : add_steps(e, &used, req->arg, err);
	wf_identities_done(&used);
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

static void do_batch(struct wf_agent *a, struct batch *b)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, attempt, &outcome, b};
	struct wf_err err = {0};

	if (wf_request_run(&req, &err) < 0) {
		if (!a->write_err.code) /* which the log tells once */
			wf_agent_log(a, WF_LOG_WARN, "%s '%.80s'%s does not go on: %s",
				     wf_kind_name(b->dues[0]->object->kind),
				     b->dues[0]->object->name, b->n > 1 ? " and others" : "",
				     err.msg);
		for (size_t i = 0; i < b->n; i++)
			b->dues[i]->since_ms = wf_agent_later_ms(a) + WF_RETRY_MAX_MS;
	}
	wf_outcome_done(&outcome);
}

struct dues {
	struct wf_due *items; /* owned; in the order of the model */
	size_t n;
	size_t cap;
};

/* An object that was so before keeps its time. @before walks along. */
static int note(struct wf_agent *a, const struct wf_identities *used, struct wf_object *o,
		size_t *before, struct dues *ret)
{
	struct wf_due due = {o, phase_of(a, used, o), NOT_BEGUN};

	if (due.phase == WF_PHASE_NONE)
		return 0;
	while (*before < a->dues.n && wf_object_cmp(a->dues.items[*before].object, o) < 0)
		++*before;
	if (*before < a->dues.n && a->dues.items[*before].object == o &&
	    a->dues.items[*before].phase == due.phase)
		due.since_ms = a->dues.items[*before].since_ms;
	if (wf_vec_push(ret, due) < 0)
		return -ENOMEM;
	wf_object_ref(o);
	return 0;
}

static int note_all(struct wf_agent *a, const struct wf_identities *used, struct dues *ret)
{
	static const enum wf_kind kinds[] = {WF_KIND_IDENTITY, WF_KIND_ENDPOINT, WF_KIND_KEY};
	size_t before = 0;
	int r = 0;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		struct wf_object *const *objects;
		size_t n;

		objects = wf_model_range(a->model, kinds[k], NULL, &n);
		for (size_t i = 0; i < n && !r; i++)
			r = note(a, used, objects[i], &before, ret);
	}
	return r;
}

static void replace(struct wf_agent *a, const struct dues *dues)
{
	wf_vec_each (d, &a->dues)
		wf_object_unref(d->object);
	free(a->dues.items);
	a->dues.items = dues->items;
	a->dues.n = dues->n;
	a->dues.cap = dues->cap;
}

void wf_due_done(struct wf_agent *a)
{
	replace(a, &(struct dues){0});
}

/* What the model says now. Without memory the next pass looks again. */
static void look(struct wf_agent *a)
{
	struct wf_identities used = {0};
	struct dues dues = {0};
	int r;

	if (a->dues_revision == a->revision)
		return;
	r = wf_identities_used(a->model, &used);
	if (!r)
		r = note_all(a, &used, &dues);
	wf_identities_done(&used);
	replace(a, &dues);
	a->dues_revision = r ? 0 : a->revision;
}

/* Does what is ripe, BATCH at a time. */
static void do_ripe(struct wf_agent *a)
{
	int64_t now_ms = wf_agent_later_ms(a);
	struct wf_due *ripe[BATCH];
	struct batch b = {ripe, 0};

	wf_vec_each (d, &a->dues) {
		if (ripe_at(a, d) > now_ms)
			continue;
		ripe[b.n++] = d;
		if (b.n < BATCH)
			continue;
		do_batch(a, &b);
		b.n = 0;
	}
	if (b.n)
		do_batch(a, &b);
}

void wf_due_check(struct wf_agent *a)
{
	if (!a->store)
		return;
	look(a);
	do_ripe(a);
	look(a);
}

void wf_due_begin(struct wf_agent *a)
{
	int64_t now_ms = wf_agent_later_ms(a), next_ms = INT64_MAX;

	wf_vec_each (d, &a->dues) {
		if (d->since_ms == NOT_BEGUN)
			d->since_ms = now_ms;
		if (ripe_at(a, d) < next_ms)
			next_ms = ripe_at(a, d);
	}
	if (a->store && a->dues.n)
		wf_agent_want_pass_in(a, next_ms > now_ms ? (uint32_t)(next_ms - now_ms) : 1);
}

void wf_due_delay(struct wf_agent *a)
{
	wf_vec_each (d, &a->dues)
		d->since_ms = NOT_BEGUN;
}
