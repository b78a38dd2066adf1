// SPDX-License-Identifier: Apache-2.0
/*
 * The store's side: what it says becomes the model.
 *
 * A store that breaks while the agent runs is closed and opened again later; until then model and
 * data path stay as they are. One that was deleted would come back as an empty one and take the
 * whole data path down, so a reopened store counts only when it knows this node by its id.
 */
#include "agent/state.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>

#include "schema/schema.h"

#define DISPATCHES_MAX 1000 /* then others have their turn, whatever still comes */
/* On a full disk there is room for a keep-alive long after there is none for a change. */
#define WRITE_ERR_MS 10000

static void ignored_drop(struct wf_ignored *i)
{
	free(i->key);
	free(i->why);
}

static void ignored_clear(struct wf_agent *a)
{
	wf_vec_each (i, &a->ignored)
		ignored_drop(i);
	wf_vec_done(&a->ignored);
	a->n_ignored_more = 0;
}

/* The key is as it should be (again). */
static void unignore(struct wf_agent *a, const char *key)
{
	wf_vec_each (i, &a->ignored) {
		if (strcmp(i->key, key) != 0)
			continue;
		ignored_drop(i);
		*i = a->ignored.items[--a->ignored.n];
		return;
	}
}

static void ignore(struct wf_agent *a, const char *key, const char *why)
{
	struct wf_ignored i = {NULL, NULL};

	unignore(a, key);
	wf_agent_log(a, WF_LOG_WARN, "store key '%.200s' is ignored: %s", key, why);
	if (a->ignored.n < WF_IGNORED_MAX) {
		i.key = strdup(key);
		i.why = strdup(why);
		if (i.key && i.why && wf_vec_push(&a->ignored, i) == 0)
			return;
	}
	ignored_drop(&i);
	a->n_ignored_more++;
}

/* -EINVAL: @why says what is wrong with the value. */
static int parse(const char *value, size_t len, struct wf_object **ret, char why[WF_ERR_MSG_MAX])
{
	struct wf_problems problems = {0};
	json_error_t bad;
	json_t *json = json_loadb(value, len, JSON_REJECT_DUPLICATES, &bad);
	int r;

	if (!json) {
		snprintf(why, WF_ERR_MSG_MAX, "its value is not JSON (%.100s)",
			 wf_json_fault(&bad));
		return -EINVAL;
	}
	r = wf_object_from_json(json, true, 0, &problems, ret);
	if (r == -EINVAL)
		snprintf(why, WF_ERR_MSG_MAX, "%.40s%s%.180s",
			 problems.n ? problems.items[0].key : "",
			 problems.n && problems.items[0].key[0] ? ": " : "",
			 problems.n ? problems.items[0].msg : "its value is no object");
	wf_problems_done(&problems);
	json_decref(json);
	return r;
}

static int load_value(const char *key, const char *value, size_t len, struct wf_object **ret,
		      char why[WF_ERR_MSG_MAX])
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	char expected[WF_OBJECT_KEY_MAX];
	int r = parse(value, len, &o, why);

	if (r)
		return r;
	if (strcmp(wf_object_key(o->kind, o->tenant, o->name, expected), key) != 0) {
		snprintf(why, WF_ERR_MSG_MAX, "its value belongs at '%.200s'", expected);
		return -EINVAL;
	}
	*ret = TAKE_PTR(o);
	return 0;
}

/* What is no object is not there. 0 or -ENOMEM. */
static int load(struct wf_agent *a, struct wf_model *m, const char *key, const char *value,
		size_t len)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	char tenant[WF_NAME_MAX + 1], why[WF_ERR_MSG_MAX];
	const char *name;
	enum wf_kind kind;
	int r;

	if (wf_object_key_parse(key, &kind, tenant, &name) < 0) {
		if (value)
			ignore(a, key, "no kind of object has such a key");
		else
			unignore(a, key);
		return 0;
	}
	r = value ? load_value(key, value, len, &o, why) : 0;
	if (r == -ENOMEM)
		return r;
	if (r && kind == WF_KIND_KEY) /* it may hold a secret */
		strcpy(why, "its value is no Key; what it is, is not shown");
	if (o) {
		unignore(a, key);
		return wf_model_put(m, o);
	}
	wf_model_remove(m, kind, tenant, name); /* it may never have been there */
	if (r)
		ignore(a, key, why);
	else
		unignore(a, key);
	return 0;
}

static void on_event(void *arg, const struct wf_store_event *event, const struct wf_err *err)
{
	struct wf_agent *a = arg;

	if (!event) {
		a->watch_err = *err;
		return;
	}
	if (load(a, a->model, event->key, event->value, event->value_len) < 0)
		wf_err_set(&a->watch_err, -ENOMEM, "out of memory");
	wf_agent_want_pass(a);
}

static int check_same_store(const struct wf_agent *a, const struct wf_model *m, struct wf_err *err)
{
	const struct wf_object *node;

	if (!a->config.node) /* the first time: whatever it is */
		return 0;
	node = wf_model_find(m, WF_KIND_NODE, NULL, a->options.node);
	if (node && node->node.id == a->config.node)
		return 0;
	return wf_err_set(err, -ESTALE,
			  "store '%s' is not the one it was: it does not know node '%s' by id %u; "
			  "bring the old one back, or restart weftd to begin with this one",
			  a->options.store, a->options.node, a->config.node);
}

static int list(struct wf_agent *a, struct wf_store *s, struct wf_model **ret,
		uint64_t *ret_revision, struct wf_err *err)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	struct wf_store_list l = {0};
	int r = wf_store_list(s, WF_OBJECT_KEY_PREFIX, &l, err);

	if (r)
		return r;
	ignored_clear(a);
	if (!m)
		r = -ENOMEM;
	for (size_t i = 0; i < l.n && !r; i++)
		r = load(a, m, l.items[i].key, l.items[i].value, l.items[i].value_len);
	*ret_revision = l.revision;
	wf_store_list_done(&l);
	if (r)
		return wf_err_set(err, r, "out of memory for the objects of store '%s'",
				  a->options.store);
	r = check_same_store(a, m, err);
	if (!r)
		*ret = TAKE_PTR(m);
	return r;
}

/* Lists, and watches from there on. */
static int load_all(struct wf_agent *a, struct wf_store *s, struct wf_err *err)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = NULL;
	struct wf_watch *w = NULL;
	uint64_t revision;
	int r = list(a, s, &m, &revision, err);

	if (!r)
		r = wf_store_watch(s, WF_OBJECT_KEY_PREFIX, revision + 1, on_event, a, &w, err);
	if (r)
		return r;
	wf_watch_cancel(a->watch);
	a->watch = w;
	a->watch_err = (struct wf_err){0};
	wf_model_free(a->model);
	a->model = TAKE_PTR(m);
	a->revision = revision;
	return 0;
}

static void lose(struct wf_agent *a, const struct wf_err *why)
{
	a->store_err = *why;
	wf_agent_log(a, WF_LOG_ERROR, "%s; the data path stays as it is", why->msg);
	wf_watch_close(a);
	a->reopen_ms = WF_RETRY_MIN_MS;
	if (a->reopen_event)
		event_add(a->reopen_event, &(struct timeval){0, WF_RETRY_MIN_MS * 1000});
}

static void on_store(int fd, short what, void *arg)
{
	struct wf_agent *a = arg;

	wf_watch_catch_up(a, NULL); /* a lost store is in the status */
}

static int listen_to(struct wf_agent *a, struct wf_store *s, struct wf_err *err)
{
	a->store_event = event_new(a->base, wf_store_fd(s), EV_READ | EV_PERSIST, on_store, a);
	if (a->store_event && event_add(a->store_event, NULL) == 0)
		return 0;
	return wf_err_set(err, -ENOMEM, "out of memory for the watch of store '%s'",
			  a->options.store);
}

int wf_watch_open(struct wf_agent *a, struct wf_err *err)
{
	struct wf_store *s = NULL;
	int r = wf_store_open(a->options.store, &s, err);

	if (!r)
		r = load_all(a, s, err);
	if (!r)
		r = listen_to(a, s, err);
	if (r) {
		wf_watch_cancel(a->watch);
		a->watch = NULL;
		wf_store_close(s);
		return r;
	}
	a->store = s;
	a->store_err = a->write_err = (struct wf_err){0};
	a->write_err_till_ms = 0;
	return 0;
}

void wf_watch_close(struct wf_agent *a)
{
	if (a->store_event)
		event_free(a->store_event);
	a->store_event = NULL;
	wf_watch_cancel(a->watch);
	a->watch = NULL;
	wf_store_close(a->store);
	a->store = NULL;
}

int wf_watch_check(const struct wf_agent *a, struct wf_err *err)
{
	if (a->store)
		return 0;
	return wf_err_set(err, -ESTALE, "%s", a->store_err.msg);
}

static bool is_of_store(int code)
{
	static const int codes[] = {-ENOSPC, -EROFS, -EACCES, -EBUSY, -EIO, -EBADMSG, -ETIMEDOUT};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

void wf_watch_note_write(struct wf_agent *a, int r, const struct wf_err *why, bool is_change)
{
	bool was_bad = a->write_err.code;

	if (r && !is_of_store(r)) /* its answer, not its trouble */
		return;
	if (r) {
		if (strcmp(a->write_err.msg, why->msg) != 0)
			wf_agent_log(a, WF_LOG_ERROR, "the store takes no changes: %s", why->msg);
		a->write_err = *why;
		if (is_change)
			a->write_err_till_ms = wf_agent_now_ms() + WRITE_ERR_MS;
		return;
	}
	if (!was_bad || (!is_change && wf_agent_now_ms() < a->write_err_till_ms))
		return;
	a->write_err = (struct wf_err){0};
	a->write_err_till_ms = 0;
	wf_agent_log(a, WF_LOG_INFO, "the store takes changes again");
}

/* The watch has ended: list again what it missed; whatever else it was, the store is lost. */
static int resume(struct wf_agent *a, struct wf_err *why)
{
	if (why->code == -ENODATA || why->code == -ENOMEM) {
		wf_agent_want_pass(a);
		if (load_all(a, a->store, why) == 0)
			return 0;
	}
	lose(a, why);
	return -ESTALE;
}

static bool has_more(struct wf_agent *a)
{
	struct pollfd p = {.fd = wf_store_fd(a->store), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

/* Revisions that changed no object count, too: others may have listed after them and wait for us.
 */
static void note_revision(struct wf_agent *a)
{
	uint64_t revision = wf_watch_revision(a->watch);

	if (revision <= a->revision)
		return;
	a->revision = revision;
	wf_agent_want_pass(a);
}

/* Dispatches until nothing comes any more, so that a transaction is seen as a whole. */
static int dispatch_all(struct wf_agent *a, struct wf_err *why)
{
	int r, n = 0;

	do {
		r = wf_store_dispatch(a->store, why);
		note_revision(a);
	} while (!r && !a->watch_err.code && has_more(a) && ++n < DISPATCHES_MAX);
	if (r || !a->watch_err.code)
		return r;
	*why = a->watch_err;
	return why->code;
}

int wf_watch_catch_up(struct wf_agent *a, struct wf_err *err)
{
	struct wf_err why = {0};
	int r = wf_watch_check(a, err);

	if (r)
		return r;
	r = dispatch_all(a, &why);
	if (r)
		r = resume(a, &why);
	return r ? wf_watch_check(a, err) : 0;
}
