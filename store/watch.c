// SPDX-License-Identifier: Apache-2.0
/*
 * Watches and how the history reaches them. Each watch has its own place in the history; a batch
 * is read from where the last of them stands, and each takes what is not yet behind it.
 *
 * A watch function may cancel any watch, itself too: while events are delivered, a cancelled watch
 * is only marked, and freed afterwards. A watch added meanwhile takes no part: what it needs may
 * lie before the batch, so it waits for the next one.
 */
#include "store/backend.h"

#include <string.h>

struct wf_watch {
	struct wf_watch *next;
	struct wf_store *store;
	char *prefix; /* owned */
	size_t prefix_len;
	struct wf_history_pos at; /* the first place not delivered */
	wf_watch_fn fn;
	void *arg;
	bool is_fed;	   /* was there when the running delivery began */
	bool is_over;	   /* had its last call */
	bool is_cancelled; /* to be freed after the delivery */
};

static void watch_free(struct wf_watch *w)
{
	free(w->prefix);
	free(w);
}

int wf_store_watch(struct wf_store *s, const char *prefix, uint64_t from_revision, wf_watch_fn fn,
		   void *arg, struct wf_watch **ret, struct wf_err *err)
{
	struct wf_watch *w, **last = &s->watches;

	if (!prefix || strnlen(prefix, WF_STORE_KEY_MAX + 1) > WF_STORE_KEY_MAX || !from_revision ||
	    !fn)
		return wf_err_set(
			err, -EINVAL,
			"store '%s': a watch needs a prefix of at most %d bytes, a revision "
			"from 1 on and a function",
			s->url, WF_STORE_KEY_MAX);
	w = calloc(1, sizeof(*w));
	if (w)
		w->prefix = strdup(prefix);
	if (!w || !w->prefix) {
		free(w);
		return wf_err_errno(err, -ENOMEM, "store '%s': cannot watch '%s'", s->url, prefix);
	}
	w->store = s;
	w->prefix_len = strlen(prefix);
	w->at.revision = from_revision;
	w->fn = fn;
	w->arg = arg;
	while (*last)
		last = &(*last)->next;
	*last = w;
	wf_store_wake(s); /* there may be history to replay */
	*ret = w;
	return 0;
}

uint64_t wf_watch_revision(const struct wf_watch *w)
{
	return w->at.revision - 1;
}

void wf_watch_cancel(struct wf_watch *w)
{
	if (!w)
		return;
	w->is_over = true;
	w->is_cancelled = true;
	if (w->store->is_dispatching)
		return;
	for (struct wf_watch **p = &w->store->watches; *p; p = &(*p)->next) {
		if (*p == w) {
			*p = w->next;
			break;
		}
	}
	watch_free(w);
}

static void delivery_begin(struct wf_store *s)
{
	s->is_dispatching = true;
	for (struct wf_watch *w = s->watches; w; w = w->next)
		w->is_fed = true;
}

static void delivery_end(struct wf_store *s)
{
	struct wf_watch **p = &s->watches;

	s->is_dispatching = false;
	while (*p) {
		struct wf_watch *w = *p;

		if (w->is_cancelled) {
			*p = w->next;
			watch_free(w);
		} else {
			p = &w->next;
		}
	}
}

static void watch_end(struct wf_watch *w, const struct wf_err *err)
{
	if (w->is_over || !w->is_fed)
		return;
	w->is_over = true;
	w->fn(w->arg, NULL, err);
}

static void watch_deliver(struct wf_watch *w, const struct wf_change *c)
{
	struct wf_store_event event = {
		.key = c->key,
		.value = c->value,
		.value_len = c->value_len,
		.revision = c->at.revision,
	};

	if (w->is_over || !w->is_fed || wf_history_pos_cmp(c->at, w->at) < 0 ||
	    strncmp(c->key, w->prefix, w->prefix_len))
		return;
	w->fn(w->arg, &event, NULL);
}

static void watch_end_compacted(struct wf_watch *w, uint64_t compacted)
{
	struct wf_err err;

	if (w->is_over || !w->is_fed || w->at.revision >= compacted)
		return;
	wf_err_set(&err, -ENODATA,
		   "store '%s': the history of '%s' from revision %llu on is forgotten up to %llu: "
		   "list again and watch from there",
		   w->store->url, w->prefix, (unsigned long long)w->at.revision,
		   (unsigned long long)compacted);
	watch_end(w, &err);
}

bool wf_watches_behind(const struct wf_store *s, struct wf_history_pos *ret)
{
	bool has_any = false;

	for (const struct wf_watch *w = s->watches; w; w = w->next) {
		if (w->is_over || (has_any && wf_history_pos_cmp(w->at, *ret) >= 0))
			continue;
		*ret = w->at;
		has_any = true;
	}
	return has_any;
}

void wf_watches_deliver(struct wf_store *s, struct wf_history_batch *b)
{
	delivery_begin(s);
	for (struct wf_watch *w = s->watches; w; w = w->next)
		watch_end_compacted(w, b->compacted);
	wf_vec_each (c, &b->changes) {
		for (struct wf_watch *w = s->watches; w; w = w->next)
			watch_deliver(w, c);
	}
	for (struct wf_watch *w = s->watches; w; w = w->next) {
		if (w->is_fed && wf_history_pos_cmp(w->at, b->end) < 0)
			w->at = b->end;
	}
	delivery_end(s);
	if (b->has_more)
		wf_store_wake(s);
}

void wf_watches_end(struct wf_store *s, const struct wf_err *err)
{
	delivery_begin(s);
	for (struct wf_watch *w = s->watches; w; w = w->next)
		watch_end(w, err);
	delivery_end(s);
}

int wf_history_pos_cmp(struct wf_history_pos a, struct wf_history_pos b)
{
	if (a.revision != b.revision)
		return a.revision < b.revision ? -1 : 1;
	if (a.seq != b.seq)
		return a.seq < b.seq ? -1 : 1;
	return 0;
}

int wf_change_init(struct wf_change *ret, struct wf_history_pos at, const void *key, size_t key_len,
		   const void *value, size_t value_len)
{
	struct wf_store_kv kv;
	int r = wf_store_kv_init(&kv, key, key_len, value ? value : "", value ? value_len : 0);

	if (r)
		return r;
	if (!value) {
		free(kv.value);
		kv.value = NULL;
	}
	*ret = (struct wf_change){
		.at = at, .key = kv.key, .value = kv.value, .value_len = kv.value_len};
	return 0;
}

void wf_change_done(struct wf_change *c)
{
	free(c->key);
	free(c->value);
	memset(c, 0, sizeof(*c));
}

int wf_history_batch_add(struct wf_history_batch *b, struct wf_change *c)
{
	int r = wf_vec_push(&b->changes, *c);

	if (r)
		wf_change_done(c);
	else
		b->n_bytes += c->value_len;
	return r;
}

bool wf_history_batch_is_full(const struct wf_history_batch *b)
{
	return b->changes.n >= WF_BATCH_MAX || b->n_bytes >= WF_BATCH_BYTES_MAX;
}

void wf_history_batch_done(struct wf_history_batch *b)
{
	wf_vec_each (c, &b->changes)
		wf_change_done(c);
	wf_vec_done(&b->changes);
}
