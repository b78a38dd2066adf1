// SPDX-License-Identifier: Apache-2.0
/* Both images are sorted, so the difference of a table is one pass over the two. */
#include "compile/image.h"

#include <stdbool.h>
#include <string.h>

#include "base/vec.h"

/*
 * A packet finds PORT (or SID), DEST or EGRESS, and TENANT first, from that its set, with zones and
 * verdicts, from those the CHOICE, from it the PATH. What is found last is made first and taken
 * away last.
 *
 * Endpoints that are gone go before anything else: a new set says nothing of them, which would let
 * pass what the old one denied.
 */
static const enum wf_table order[] = {
	WF_TABLE_LISTED,  WF_TABLE_KEY,	    WF_TABLE_TRANSIT, WF_TABLE_PATH,	WF_TABLE_LANES,
	WF_TABLE_CHOICE,  WF_TABLE_BACKEND, WF_TABLE_SHARE,   WF_TABLE_SERVICE, WF_TABLE_RANGES,
	WF_TABLE_VERDICT, WF_TABLE_ZONE,    WF_TABLE_POLICY,  WF_TABLE_SET,	WF_TABLE_TENANT,
	WF_TABLE_EGRESS,  WF_TABLE_DEST,    WF_TABLE_PORT,    WF_TABLE_SID,
};
#define N_ORDER	  (sizeof(order) / sizeof(*order))
#define FIRST_END (N_ORDER - 3) /* from there on: DEST, PORT, SID */

struct changes {
	struct wf_table_change *items; /* owned */
	size_t n;
	size_t cap;
};

/*
 * Is the @i-th key of @in also in @other? *@at walks along: keys asked for must rise. Then *@at is
 * its place there.
 */
static bool advance(const struct wf_image *in, size_t i, const struct wf_image *other, size_t *at,
		    enum wf_table t)
{
	const void *key = wf_image_key(in, t, i);
	size_t n = wf_image_count(other, t), bytes = wf_table_key_bytes(t);
	int c = -1;

	while (*at < n && (c = memcmp(wf_image_key(other, t, *at), key, bytes)) < 0)
		++*at;
	return *at < n && c == 0;
}

static int add_puts(struct changes *changes, const struct wf_image *from, const struct wf_image *to,
		    enum wf_table t)
{
	size_t at = 0;

	for (size_t i = 0; i < wf_image_count(to, t); i++) {
		struct wf_table_change put = {
			.table = t,
			.key = wf_image_key(to, t, i),
			.value = wf_image_value(to, t, i),
		};

		if (advance(to, i, from, &at, t) &&
		    memcmp(put.value, wf_image_value(from, t, at), wf_table_value_bytes(t)) == 0)
			continue;
		if (wf_vec_push(changes, put) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_deletes(struct changes *changes, const struct wf_image *from,
		       const struct wf_image *to, enum wf_table t)
{
	size_t at = 0;

	for (size_t i = 0; i < wf_image_count(from, t); i++) {
		struct wf_table_change del = {.table = t, .key = wf_image_key(from, t, i)};

		if (!advance(from, i, to, &at, t) && wf_vec_push(changes, del) < 0)
			return -ENOMEM;
	}
	return 0;
}

int wf_image_diff(const struct wf_image *from, const struct wf_image *to,
		  struct wf_table_change **ret_changes, size_t *ret_n)
{
	struct changes changes = {0};
	int r = 0;

	for (size_t i = N_ORDER; i > FIRST_END && !r; i--)
		r = add_deletes(&changes, from, to, order[i - 1]);
	for (size_t i = 0; i < N_ORDER && !r; i++)
		r = add_puts(&changes, from, to, order[i]);
	for (size_t i = FIRST_END; i > 0 && !r; i--)
		r = add_deletes(&changes, from, to, order[i - 1]);
	if (r < 0) {
		wf_vec_done(&changes);
		return r;
	}
	*ret_changes = changes.items;
	*ret_n = changes.n;
	return 0;
}
