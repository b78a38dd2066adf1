// SPDX-License-Identifier: Apache-2.0
/*
 * A table of an image is one array of entries: key, value, each filled up with zero to 8 bytes so
 * that both can be read as what they are. Keys are ordered by memcmp().
 */
#include "compile/image.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

static const struct shape {
	const char *name;
	size_t key, value, most;
} shapes[WF_TABLE_COUNT] = {
#define SHAPE(id, name, key, value, most) {#name, sizeof(key), sizeof(value), most},
	WF_TABLES(SHAPE)
#undef SHAPE
};

struct table {
	uint8_t *bytes; /* owned */
	size_t n;
	size_t cap;
};

struct wf_image {
	struct wf_config config;
	struct table tables[WF_TABLE_COUNT];
	WF_VEC(struct wf_counter_key) counters;
	WF_VEC(struct wf_image_hook) hooks;
	WF_VEC(struct wf_image_mtu) mtus;
	bool is_sealed;
};

struct wf_image *wf_image_new(void)
{
	return calloc(1, sizeof(struct wf_image));
}

void wf_image_free(struct wf_image *img)
{
	if (!img)
		return;
	for (int t = 0; t < WF_TABLE_COUNT; t++)
		free(img->tables[t].bytes);
	free(img->counters.items);
	free(img->hooks.items);
	free(img->mtus.items);
	free(img);
}

size_t wf_table_key_bytes(enum wf_table t)
{
	return shapes[t].key;
}

size_t wf_table_value_bytes(enum wf_table t)
{
	return shapes[t].value;
}

const char *wf_table_name(enum wf_table t)
{
	return shapes[t].name;
}

size_t wf_table_most(enum wf_table t)
{
	return shapes[t].most;
}

static size_t align(size_t bytes)
{
	return (bytes + 7) & ~(size_t)7;
}

static size_t entry_bytes(enum wf_table t)
{
	return align(shapes[t].key) + align(shapes[t].value);
}

/* One more than the limit is kept, for wf_image_seal() to find. */
int wf_image_add(struct wf_image *img, enum wf_table t, const void *key, const void *value)
{
	struct table *table = &img->tables[t];
	uint8_t *entry;

	assert(!img->is_sealed && t != WF_TABLE_COUNTER);
	if (table->n > shapes[t].most)
		return -E2BIG;
	if (wf_vec_grow((void **)&table->bytes, table->n, &table->cap, entry_bytes(t)) < 0)
		return -ENOMEM;
	entry = table->bytes + table->n++ * entry_bytes(t);
	memset(entry, 0, entry_bytes(t));
	memcpy(entry, key, shapes[t].key);
	memcpy(entry + align(shapes[t].key), value, shapes[t].value);
	return 0;
}

int wf_image_add_counter(struct wf_image *img, const struct wf_counter_key *key)
{
	assert(!img->is_sealed);
	return wf_vec_push(&img->counters, *key);
}

int wf_image_add_hook(struct wf_image *img, int ifindex, enum wf_hook hook)
{
	struct wf_image_hook h = {.ifindex = ifindex, .hook = hook};

	assert(!img->is_sealed);
	return wf_vec_push(&img->hooks, h);
}

int wf_image_add_mtu(struct wf_image *img, int ifindex, uint32_t mtu)
{
	struct wf_image_mtu m = {.ifindex = ifindex, .mtu = mtu};

	assert(!img->is_sealed);
	return wf_vec_push(&img->mtus, m);
}

/* @key_bytes points to a size_t. */
static int key_cmp(const void *a, const void *b, void *key_bytes)
{
	return memcmp(a, b, *(const size_t *)key_bytes);
}

/* Hooks and MTUs begin with it. */
static int mtu_cmp(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static int ifindex_cmp(const void *a, const void *b, void *unused)
{
	return mtu_cmp(a, b);
}

typedef int (*cmp_fn)(const void *a, const void *b, void *arg);

/* Sorts, if it is not sorted already. True: no two items are equal. */
static bool sort_unique(void *items, size_t n, size_t bytes, cmp_fn cmp, void *arg)
{
	const uint8_t *p = items;
	size_t i = 1;

	while (i < n && cmp(p + (i - 1) * bytes, p + i * bytes, arg) < 0)
		i++;
	if (i >= n)
		return true;
	qsort_r(items, n, bytes, cmp, arg);
	for (i = 1; i < n; i++)
		if (cmp(p + (i - 1) * bytes, p + i * bytes, arg) == 0)
			return false;
	return true;
}

/* Gives back what growing took in advance; to fail at that harms nothing. */
static void shrink(struct table *table, size_t bytes)
{
	void *smaller = table->n ? reallocarray(table->bytes, table->n, bytes) : NULL;

	if (!smaller)
		return;
	table->bytes = smaller;
	table->cap = table->n;
}

static int seal_table(struct wf_image *img, enum wf_table t, struct wf_err *err)
{
	struct table *table = &img->tables[t];
	size_t key_bytes = shapes[t].key;

	if (table->n > shapes[t].most)
		return wf_err_set(err, -E2BIG, "table '%s' would need more than %zu entries",
				  shapes[t].name, shapes[t].most);
	if (!sort_unique(table->bytes, table->n, entry_bytes(t), key_cmp, &key_bytes))
		return wf_err_set(err, -EEXIST, "table '%s' would have a key twice",
				  shapes[t].name);
	shrink(table, entry_bytes(t));
	return 0;
}

int wf_image_seal(struct wf_image *img, struct wf_err *err)
{
	size_t counter_bytes = sizeof(struct wf_counter_key);

	for (int t = 0; t < WF_TABLE_COUNT; t++) {
		int r = seal_table(img, (enum wf_table)t, err);

		if (r < 0)
			return r;
	}
	if (!sort_unique(img->counters.items, img->counters.n, counter_bytes, key_cmp,
			 &counter_bytes))
		return wf_err_set(err, -EEXIST, "a counter is asked for twice");
	if (!sort_unique(img->hooks.items, img->hooks.n, sizeof(*img->hooks.items), ifindex_cmp,
			 NULL))
		return wf_err_set(err, -EEXIST, "an interface would have two hooks");
	if (!sort_unique(img->mtus.items, img->mtus.n, sizeof(*img->mtus.items), ifindex_cmp, NULL))
		return wf_err_set(err, -EEXIST, "an interface would have two MTUs");
	img->is_sealed = true;
	return 0;
}

void wf_image_open(struct wf_image *img)
{
	assert(img->is_sealed);
	img->is_sealed = false;
}

const void *wf_image_find(const struct wf_image *img, enum wf_table t, const void *key)
{
	size_t low = 0, high = img->tables[t].n;

	assert(img->is_sealed);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = memcmp(key, wf_image_key(img, t, middle), shapes[t].key);

		if (c == 0)
			return wf_image_value(img, t, middle);
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void wf_image_replace(struct wf_image *img, enum wf_table t, const void *key, const void *value)
{
	void *at = (void *)wf_image_find(img, t, key); /* of this image, which is ours */

	assert(at);
	memcpy(at, value, shapes[t].value);
}

void wf_image_limit_mtus(struct wf_image *img, const struct wf_image *most)
{
	assert(img->is_sealed && most->is_sealed);
	for (size_t i = 0; i < img->mtus.n && most->mtus.n; i++) {
		struct wf_image_mtu *mtu = &img->mtus.items[i];
		const struct wf_image_mtu *other = bsearch(mtu, most->mtus.items, most->mtus.n,
							   sizeof(*mtu), mtu_cmp);

		if (other && other->mtu < mtu->mtu)
			mtu->mtu = other->mtu;
	}
}

size_t wf_image_count(const struct wf_image *img, enum wf_table t)
{
	return img->tables[t].n;
}

const void *wf_image_key(const struct wf_image *img, enum wf_table t, size_t i)
{
	return img->tables[t].bytes + i * entry_bytes(t);
}

const void *wf_image_value(const struct wf_image *img, enum wf_table t, size_t i)
{
	return img->tables[t].bytes + i * entry_bytes(t) + align(shapes[t].key);
}

const struct wf_counter_key *wf_image_counters(const struct wf_image *img, size_t *ret_n)
{
	*ret_n = img->counters.n;
	return img->counters.items;
}

const struct wf_image_hook *wf_image_hooks(const struct wf_image *img, size_t *ret_n)
{
	*ret_n = img->hooks.n;
	return img->hooks.items;
}

const struct wf_image_mtu *wf_image_mtus(const struct wf_image *img, size_t *ret_n)
{
	*ret_n = img->mtus.n;
	return img->mtus.items;
}

struct wf_config *wf_image_config(struct wf_image *img)
{
	return &img->config;
}
