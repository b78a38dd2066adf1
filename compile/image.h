/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exact, sorted set of what one node's kernel must hold: the entries of every table, the hook
 * of every interface, the MTU of every port. Same wish, same bytes.
 *
 * The COUNTER table is not in it: the image says which counters there must be, and slots are given
 * by whoever installs it, because a slot must keep its number while anything around it changes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/own.h"
#include "dp/change.h"
#include "dp/config.h"
#include "dp/hook.h"

struct wf_image_hook {
	int ifindex;
	enum wf_hook hook;
};

struct wf_image_mtu {
	int ifindex;
	uint32_t mtu;
};

struct wf_image;

struct wf_image *wf_image_new(void);
void wf_image_free(struct wf_image *img);
WF_DEFINE_CLEANUP(image, struct wf_image *, wf_image_free)

/* Bytes of a table's keys and values, its map's name. */
size_t wf_table_key_bytes(enum wf_table t);
size_t wf_table_value_bytes(enum wf_table t);
const char *wf_table_name(enum wf_table t);
size_t wf_table_most(enum wf_table t); /* entries */

/*
 * Adds an entry (copied). Entries may come in any order; wf_image_seal() sorts them, finds keys
 * given twice (-EEXIST) and tables that would be over their limit (-E2BIG, with the limit), and
 * everything below needs a sealed image. 0, -ENOMEM; -E2BIG: the table is over its limit already,
 * wf_image_seal() will say so.
 */
int wf_image_add(struct wf_image *img, enum wf_table t, const void *key, const void *value);
int wf_image_add_counter(struct wf_image *img, const struct wf_counter_key *key);
int wf_image_add_hook(struct wf_image *img, int ifindex, enum wf_hook hook);
int wf_image_add_mtu(struct wf_image *img, int ifindex, uint32_t mtu);
int wf_image_seal(struct wf_image *img, struct wf_err *err);
/* A sealed image takes entries again, until it is sealed again. */
void wf_image_open(struct wf_image *img);

/* Sealed: another value for a @key that is there. No MTU above that of the same port in @most. */
void wf_image_replace(struct wf_image *img, enum wf_table t, const void *key, const void *value);
void wf_image_limit_mtus(struct wf_image *img, const struct wf_image *most);

/* The value of @key, borrowed, or NULL: binary search. */
const void *wf_image_find(const struct wf_image *img, enum wf_table t, const void *key);

/* As a kernel's table answers: in ZONE the longest prefix that holds @key (dp/world.h). */
const void *wf_image_lookup(const void *img, enum wf_table t, const void *key);

/* The @i-th of the @n entries of a table, in key order. */
size_t wf_image_count(const struct wf_image *img, enum wf_table t);
const void *wf_image_key(const struct wf_image *img, enum wf_table t, size_t i);
const void *wf_image_value(const struct wf_image *img, enum wf_table t, size_t i);

const struct wf_counter_key *wf_image_counters(const struct wf_image *img, size_t *ret_n);
const struct wf_image_hook *wf_image_hooks(const struct wf_image *img, size_t *ret_n);
const struct wf_image_mtu *wf_image_mtus(const struct wf_image *img, size_t *ret_n);

/* The node's constants; zero while the node has no id yet. */
struct wf_config *wf_image_config(struct wf_image *img);

/* Text, one line an entry, for goldens and `weft debug`: stable, diffable. The caller frees. */
char *wf_image_str(const struct wf_image *img);

/*
 * The changes of the tables from @from to @to, borrowed from both: first the endpoints (DEST, PORT)
 * and SIDs that are gone; then all that is new or replaced, from what is referred to up to what
 * refers to it (PATH and CHOICE, sets with all of theirs, TENANT, EGRESS, DEST, PORT, SID); then
 * all else that goes, the other way round. So when one object of the wish has changed, at every
 * step each packet is judged as before or as after, and what is reachable is whole. The caller
 * frees the array. 0 or -ENOMEM.
 */
int wf_image_diff(const struct wf_image *from, const struct wf_image *to,
		  struct wf_table_change **ret_changes, size_t *ret_n);
