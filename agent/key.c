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

/* Does one sign that is there, or that comes with this edit? How many there can be is the model's
   check. */
static bool has_signing(const struct wf_edit *e)
{
	wf_vec_each (i, &e->items)
		if (i->now && i->now->kind == WF_KIND_KEY && i->now->key.state == WF_KEY_SIGNING)
			return true;
	return find(e->agent, WF_KEY_SIGNING);
}

int wf_key_come(struct wf_edit *e, struct wf_object *now, struct wf_err *err)
{
	int r = wf_key_guard(e, err);

	if (r)
		return r;
	now->key.state = has_signing(e) ? WF_KEY_ACCEPTED : WF_KEY_SIGNING;
	now->key.retires_ms = 0;
	return 0;
}

const char *wf_key_stay(const struct wf_object *old, struct wf_object *now)
{
	const struct wf_hmac_key was = old->key, is = now->key;

	now->key = was;
	if (is.id != was.id)
		return "id";
	if (is.secret_len != was.secret_len || memcmp(is.secret, was.secret, was.secret_len) != 0)
		return "secret";
	return is.is_linux == was.is_linux ? NULL : "linux";
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
