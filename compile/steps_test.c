// SPDX-License-Identifier: Apache-2.0
/* A change of one object is applied entry by entry: packets must find whole ways in between. */
#include "compile/random_test.h"

struct entry {
	enum wf_table table;
	const void *key, *value;
};

/* What a kernel's tables hold, borrowed from the images. */
struct kernel {
	WF_VEC(struct entry) entries;
};

static struct entry *find_entry(const struct kernel *k, enum wf_table t, const void *key)
{
	for (size_t i = 0; i < k->entries.n; i++) {
		struct entry *e = &k->entries.items[i];

		if (e->table == t && memcmp(e->key, key, wf_table_key_bytes(t)) == 0)
			return e;
	}
	return NULL;
}

static const void *find(const void *kernel, enum wf_table t, const void *key)
{
	const struct entry *e = find_entry(kernel, t, key);

	return e ? e->value : NULL;
}

static void apply(struct kernel *k, const struct wf_table_change *c)
{
	struct entry *e = find_entry(k, c->table, c->key);
	struct entry added = {.table = c->table, .key = c->key, .value = c->value};

	if (!c->value)
		*e = k->entries.items[--k->entries.n];
	else if (e)
		*e = added;
	else
		assert_int_equal(wf_vec_push(&k->entries, added), 0);
}

static size_t check(const struct kernel *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->entries.n; i++)
		for (size_t j = 0; j < k->entries.n; j++)
			if (k->entries.items[i].table == WF_TABLE_PORT &&
			    k->entries.items[j].table == WF_TABLE_DEST)
				n += random_check_whole(find, k, k->entries.items[i].value,
							k->entries.items[j].value);
	return n;
}

static struct wf_table_change *diff(const struct wf_image *from, const struct wf_image *to,
				    size_t *n)
{
	struct wf_table_change *changes = NULL;

	assert_int_equal(wf_image_diff(from, to, &changes, n), 0);
	return changes;
}

/* One endpoint or policy becomes another. */
static void change_one(struct random_wish *w, unsigned int *seed)
{
	if (random_below(seed, 2))
		random_endpoint(w->model, seed, random_below(seed, RANDOM_ENDPOINTS));
	else
		random_policy(w->model, seed, random_below(seed, RANDOM_POLICIES));
	random_wish_look(w);
}

static void what_is_reachable_is_whole_at_every_step(void **state)
{
	size_t n_pairs = 0, n_steps = 0;
	unsigned int seed = 7;

	for (int round = 0; round < 40; round++) {
		WF_CLEANUP(cleanup_image) struct wf_image *none = wf_image_new();
		WF_CLEANUP(cleanup_image) struct wf_image *before = NULL;
		WF_CLEANUP(cleanup_image) struct wf_image *after = NULL;
		_cleanup_free_ struct wf_table_change *first = NULL, *changes = NULL;
		struct kernel k = {0};
		struct random_wish w;
		size_t n;

		random_wish_init(&w, &seed);
		before = wish_compile(w.model, &w.here);
		change_one(&w, &seed);
		after = wish_compile(w.model, &w.here);
		assert_int_equal(wf_image_seal(none, NULL), 0);
		first = diff(none, before, &n);
		for (size_t i = 0; i < n; i++)
			apply(&k, &first[i]);
		changes = diff(before, after, &n);
		for (size_t i = 0; i < n; i++, n_steps++) {
			apply(&k, &changes[i]);
			n_pairs += check(&k);
		}
		wf_vec_done(&k.entries);
		wf_model_free(w.model);
	}
	assert_true(n_steps > 200 && n_pairs > 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reachable_is_whole_at_every_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
