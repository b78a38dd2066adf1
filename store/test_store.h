/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of stores share: short words for one-key transactions, and a watch that records.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/own.h"
#include "store/store.h"

#define DEADLINE_MS 20000 /* for conditions that must come; never waited for otherwise */

static inline struct wf_store *must_open(const char *url)
{
	struct wf_store *s = NULL;
	struct wf_err err = {0};

	if (wf_store_open(url, &s, &err))
		fail_msg("%s", err.msg);
	return s;
}

static inline int put_if(struct wf_store *s, const char *key, const char *value,
			 const uint64_t *mod_revision, uint64_t *ret_revision)
{
	struct wf_store_cmp cmp = {key, mod_revision ? *mod_revision : 0};
	struct wf_store_op op = {WF_STORE_PUT, key, value, strlen(value), 0};
	struct wf_store_txn txn = {&cmp, mod_revision ? 1 : 0, &op, 1};

	return wf_store_commit(s, &txn, ret_revision, NULL);
}

static inline uint64_t must_op(struct wf_store *s, struct wf_store_op op)
{
	struct wf_store_txn txn = {NULL, 0, &op, 1};
	struct wf_err err = {0};
	uint64_t revision;

	if (wf_store_commit(s, &txn, &revision, &err))
		fail_msg("%s", err.msg);
	return revision;
}

static inline uint64_t must_put(struct wf_store *s, const char *key, const char *value)
{
	return must_op(s, (struct wf_store_op){WF_STORE_PUT, key, value, strlen(value), 0});
}

static inline uint64_t must_delete(struct wf_store *s, const char *key)
{
	return must_op(s, (struct wf_store_op){.type = WF_STORE_DELETE, .key = key});
}

static inline void assert_value(struct wf_store *s, const char *key, const char *value)
{
	WF_CLEANUP(wf_store_kv_done) struct wf_store_kv kv = {0};
	int r = wf_store_get(s, key, &kv, NULL);

	assert_int_equal(r, value ? 0 : -ENOENT);
	if (value)
		assert_string_equal(kv.value, value);
}

/* "key=value key=value", sorted. The caller frees. */
static inline char *list_text(struct wf_store *s, const char *prefix)
{
	WF_CLEANUP(wf_store_list_done) struct wf_store_list list = {0};
	struct wf_buf text = {0};

	assert_int_equal(wf_store_list(s, prefix, &list, NULL), 0);
	for (size_t i = 0; i < list.n; i++)
		wf_buf_printf(&text, "%s%s=%s", i ? " " : "", list.items[i].key,
			      list.items[i].value);
	return wf_buf_take(&text);
}

static inline void assert_list(struct wf_store *s, const char *prefix, const char *want)
{
	_cleanup_free_ char *text = list_text(s, prefix);

	assert_string_equal(text, want);
}

/* Records "key=value " and "-key "; then what ended it. */
struct record {
	struct wf_buf text;
	uint64_t revision; /* of the last event */
	size_t n;
	int end;
	bool is_disordered;
};

static inline void record_event(void *arg, const struct wf_store_event *event,
				const struct wf_err *err)
{
	struct record *rec = arg;

	if (!event) {
		rec->end = err->code;
		return;
	}
	rec->is_disordered |= event->revision < rec->revision;
	rec->revision = event->revision;
	rec->n++;
	if (event->value)
		wf_buf_printf(&rec->text, "%s=%.*s ", event->key, (int)event->value_len,
			      event->value);
	else
		wf_buf_printf(&rec->text, "-%s ", event->key);
}

static inline struct wf_watch *must_watch(struct wf_store *s, const char *prefix, uint64_t from,
					  struct record *rec)
{
	struct wf_watch *w = NULL;

	assert_int_equal(wf_store_watch(s, prefix, from, record_event, rec, &w, NULL), 0);
	return w;
}

/* One round of a loop: waits until the store is ready and dispatches. */
static inline int turn(struct wf_store *s)
{
	struct pollfd ready = {.fd = wf_store_fd(s), .events = POLLIN};

	assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
	return wf_store_dispatch(s, NULL);
}

static inline void turn_until(struct wf_store *s, const struct record *rec, size_t n_events)
{
	for (int i = 0; i < 100000 && rec->n < n_events; i++)
		assert_int_equal(turn(s), 0);
	assert_true(rec->n >= n_events);
}

/* Turns until all of @want was seen, and nothing but that. */
static inline void assert_record(struct wf_store *s, struct record *rec, const char *want)
{
	for (int i = 0; i < 1000 && (!rec->text.data || strlen(rec->text.data) < strlen(want)); i++)
		assert_int_equal(turn(s), 0);
	assert_string_equal(rec->text.data ? rec->text.data : "", want);
	assert_false(rec->is_disordered);
	wf_buf_done(&rec->text);
}
