// SPDX-License-Identifier: Apache-2.0
#include "compile/wish_test.h"

#define MOST 64 /* keys of a table, in these tests */

static const enum wf_table tables[] = {
	WF_TABLE_LISTED,  WF_TABLE_KEY,	    WF_TABLE_TRANSIT, WF_TABLE_PATH,	WF_TABLE_LANES,
	WF_TABLE_CHOICE,  WF_TABLE_BACKEND, WF_TABLE_SHARE,   WF_TABLE_SERVICE, WF_TABLE_RANGES,
	WF_TABLE_VERDICT, WF_TABLE_ZONE,    WF_TABLE_POLICY,  WF_TABLE_SET,	WF_TABLE_TENANT,
	WF_TABLE_EGRESS,  WF_TABLE_DEST,    WF_TABLE_PORT,    WF_TABLE_SID,
};
#define N_TABLES (sizeof(tables) / sizeof(*tables))

/* Keys are small numbers, so that two images share many; values are one of two. */
static struct wf_image *random_image(unsigned int *seed)
{
	struct wf_image *img = wf_image_new();

	for (size_t t = 0; t < N_TABLES; t++) {
		for (int k = 0; k < MOST && (size_t)k < wf_table_most(tables[t]); k++) {
			uint8_t key[64] = {(uint8_t)k}, value[1024] = {0};

			if (rand_r(seed) % 3 == 0)
				continue;
			value[wf_table_value_bytes(tables[t]) - 1] = rand_r(seed) % 2;
			assert_int_equal(wf_image_add(img, tables[t], key, value), 0);
		}
	}
	assert_int_equal(wf_image_seal(img, NULL), 0);
	return img;
}

/* A kernel's table, as far as random_image() fills it: value's last byte + 1, 0 if missing. */
static void fill(uint8_t kernel[WF_TABLE_COUNT][MOST], const struct wf_image *img)
{
	memset(kernel, 0, WF_TABLE_COUNT * MOST);
	for (size_t t = 0; t < N_TABLES; t++)
		for (size_t i = 0; i < wf_image_count(img, tables[t]); i++) {
			const uint8_t *key = wf_image_key(img, tables[t], i);
			const uint8_t *value = wf_image_value(img, tables[t], i);

			kernel[tables[t]][*key] = value[wf_table_value_bytes(tables[t]) - 1] + 1;
		}
}

static void applied_to_what_was_it_makes_what_shall_be(void **state)
{
	unsigned int seed = 1;

	for (int round = 0; round < 50; round++) {
		WF_CLEANUP(cleanup_image) struct wf_image *from = random_image(&seed);
		WF_CLEANUP(cleanup_image) struct wf_image *to = random_image(&seed);
		uint8_t kernel[WF_TABLE_COUNT][MOST], wanted[WF_TABLE_COUNT][MOST];
		_cleanup_free_ struct wf_table_change *changes = NULL;
		size_t n;

		fill(kernel, from);
		fill(wanted, to);
		assert_int_equal(wf_image_diff(from, to, &changes, &n), 0);
		for (size_t i = 0; i < n; i++) {
			const struct wf_table_change *c = &changes[i];
			const uint8_t *value = c->value, *key = c->key;
			uint8_t now = value ? value[wf_table_value_bytes(c->table) - 1] + 1 : 0;

			assert_int_not_equal(kernel[c->table][*key], now); /* no idle changes */
			kernel[c->table][*key] = now;
		}
		assert_memory_equal(kernel, wanted, sizeof(kernel));
	}
}

static size_t place(enum wf_table t)
{
	size_t i = 0;

	while (tables[i] != t)
		i++;
	return i;
}

/* 0: endpoints that are gone; 1: what is new or replaced; 2: what else goes. */
static int phase_of(const struct wf_table_change *c)
{
	if (c->value)
		return 1;
	return place(c->table) >= place(WF_TABLE_DEST) ? 0 : 2;
}

static void endpoints_go_then_it_makes_from_below_and_breaks_from_above(void **state)
{
	unsigned int seed = 2;
	WF_CLEANUP(cleanup_image) struct wf_image *from = random_image(&seed);
	WF_CLEANUP(cleanup_image) struct wf_image *to = random_image(&seed);
	_cleanup_free_ struct wf_table_change *changes = NULL;
	size_t n, n_of[3] = {0};

	assert_int_equal(wf_image_diff(from, to, &changes, &n), 0);
	for (size_t i = 0; i < n; i++) {
		const struct wf_table_change *b = &changes[i], *a = i ? b - 1 : b;

		assert_true(phase_of(a) <= phase_of(b));
		if (phase_of(a) == phase_of(b) && b->value)
			assert_true(place(a->table) <= place(b->table));
		else if (phase_of(a) == phase_of(b))
			assert_true(place(a->table) >= place(b->table));
		n_of[phase_of(b)]++;
	}
	assert_true(n_of[0] && n_of[1] && n_of[2]);
}

static void equal_images_differ_in_nothing(void **state)
{
	unsigned int seed = 3, again = 3;
	WF_CLEANUP(cleanup_image) struct wf_image *a = random_image(&seed);
	WF_CLEANUP(cleanup_image) struct wf_image *b = random_image(&again);
	struct wf_table_change *changes;
	size_t n;

	assert_int_equal(wf_image_diff(a, b, &changes, &n), 0);
	assert_int_equal(n, 0);
	free(changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applied_to_what_was_it_makes_what_shall_be),
		cmocka_unit_test(endpoints_go_then_it_makes_from_below_and_breaks_from_above),
		cmocka_unit_test(equal_images_differ_in_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
