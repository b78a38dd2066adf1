// SPDX-License-Identifier: Apache-2.0
#include "agent/key.h"

#include <time.h>

#include "agent/request.h"

#define GUARD "keys"

static int64_t since_1970_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wf_key_guard(struct wf_edit *e, struct wf_err *err)
{
	return wf_edit_guard(e, GUARD, err);
}

/* In the model; NULL: none is. */
static const struct wf_object *find(const struct wf_agent *a, enum wf_key_state state)
{
	struct wf_object *const *keys;
	size_t n;

	keys = wf_model_range(a->model, WF_KIND_KEY, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (keys[i]->key.state == state)
			return keys[i];
	return NULL;
}

/* Those there are, and those that come with this edit. */
struct live {
	size_t n;
	bool has_signing;
	const char *names[WF_LIVE_KEYS_MAX];
};

static void count_live(struct live *l, const struct wf_object *key)
{
	if (l->n < WF_LIVE_KEYS_MAX)
		l->names[l->n] = key->name;
	l->n++;
	l->has_signing |= key->key.state == WF_KEY_SIGNING;
}

static struct live live_of(const struct wf_edit *e)
{
	struct wf_object *const *keys;
	struct live l = {0};
	size_t n;

	keys = wf_model_range(e->agent->model, WF_KIND_KEY, NULL, &n);
	for (size_t i = 0; i < n; i++)
		count_live(&l, keys[i]);
	wf_vec_each (i, &e->items)
		if (i->now && i->now->kind == WF_KIND_KEY && !i->old.object)
			count_live(&l, i->now);
	return l;
}

static int come(struct wf_edit *e, struct wf_object *now, struct wf_err *err)
{
	struct live l = live_of(e);

	if (l.n >= WF_LIVE_KEYS_MAX)
		return wf_err_set(err, -EEXIST,
				  "nothing was applied: there are two keys already, '%s' and '%s'; "
				  "delete one, or rotate and wait until the last one is gone",
				  l.names[0], l.names[1]);
	now->key.state = l.has_signing ? WF_KEY_ACCEPTED : WF_KEY_SIGNING;
	now->key.retires_ms = 0;
	return 0;
}

/* What has signed headers that are under way must not become something else. */
static void stay(const struct wf_hmac_key *old, struct wf_hmac_key *now, size_t index,
		 struct wf_problems *problems)
{
	static const char other[] = "stays as it is: add another key, and rotate";

	if (now->id != old->id)
		wf_problems_add(problems, index, "id", "%s", other);
	if (now->secret_len != old->secret_len ||
	    memcmp(now->secret, old->secret, old->secret_len) != 0)
		wf_problems_add(problems, index, "secret", "%s", other);
	if (now->is_linux != old->is_linux)
		wf_problems_add(problems, index, "linux", "%s", other);
	*now = *old;
}

int wf_key_merge(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
		 size_t index, struct wf_problems *problems, struct wf_err *err)
{
	int r = wf_key_guard(e, err);

	if (r)
		return r;
	if (!old)
		return come(e, now, err);
	stay(&old->key, &now->key, index, problems);
	return 0;
}

/* The model is as new as the guard, so what it says of @key is what the store has. */
static int set_state(struct wf_edit *e, const struct wf_object *key, enum wf_key_state state,
		     int64_t retires_ms, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = wf_object_clone(key);
	struct wf_current old = {0};
	int r = wf_current_read(e->agent, WF_KIND_KEY, NULL, key->name, &old, err);

	if (!r && !old.object)
		r = -EAGAIN;
	if (!r && !now)
		r = wf_edit_no_memory(err);
	if (r) {
		wf_current_done(&old);
		return r;
	}
	now->key.state = state;
	now->key.retires_ms = retires_ms;
	return wf_edit_add(e, &old, now) < 0 ? wf_edit_no_memory(err) : 0;
}

static int still_retiring(const struct wf_object *key, const char *what, struct wf_err *err)
{
	int64_t rest_ms = key->key.retires_ms - since_1970_ms();

	if (rest_ms < 1 || rest_ms > WF_RETIRE_MS) /* a clock has been set */
		rest_ms = rest_ms < 1 ? 1 : WF_RETIRE_MS;
	return wf_err_set(err, -EEXIST, "key '%s' is retiring: %s in %d s", key->name, what,
			  (int)(rest_ms + 999) / 1000);
}

int wf_key_leave(struct wf_edit *e, const char *name, struct wf_err *err)
{
	const struct wf_object *key, *next;
	int r = wf_key_guard(e, err);

	if (r)
		return r;
	key = wf_model_find(e->agent->model, WF_KIND_KEY, NULL, name);
	if (!key || key->key.state == WF_KEY_ACCEPTED)
		return 0;
	if (key->key.state == WF_KEY_RETIRING)
		return still_retiring(key, "it goes by itself", err);
	next = find(e->agent, WF_KEY_ACCEPTED);
	return next ? set_state(e, next, WF_KEY_SIGNING, 0, err) : 0;
}

static int rotate(struct wf_edit *e, struct wf_err *err)
{
	const struct wf_object *signing, *next, *last;
	int r = wf_key_guard(e, err);

	if (r)
		return r;
	signing = find(e->agent, WF_KEY_SIGNING);
	next = find(e->agent, WF_KEY_ACCEPTED);
	last = find(e->agent, WF_KEY_RETIRING);
	if (last)
		return still_retiring(last, "add the next one, and rotate,", err);
	if (!signing)
		return wf_err_set(err, -ENOENT,
				  "there is no key: add one with 'weft key add'; it signs at once");
	if (!next)
		return wf_err_set(err, -EEXIST,
				  "there is no key after '%s': add one with 'weft key add', then "
				  "rotate",
				  signing->name);
	r = set_state(e, next, WF_KEY_SIGNING, 0, err);
	return r ? r : set_state(e, signing, WF_KEY_RETIRING, since_1970_ms() + WF_RETIRE_MS, err);
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	int r = rotate(e, err);

	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

int wf_agent_key_rotate(struct wf_agent *a, struct wf_outcome *ret, struct wf_err *err)
{
	struct wf_request req = {a, attempt, ret, NULL};

	return wf_request_run(&req, err);
}
