// SPDX-License-Identifier: Apache-2.0
/* Maps of each type that a table can have, as small as a test wants them. */
#include "kern/map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kern/table.h"

#define ROOM 4

/* A key of the table's, the @i-th of many. */
typedef void (*key_fn)(uint32_t i, void *ret);

static void verdict_key(uint32_t i, void *ret)
{
	struct wf_verdict_key key = {.set = 1ull << 40 | i, .from = {WF_SIDE_ZONE, i}};

	memcpy(ret, &key, sizeof(key));
}

/* One inside the other: ::/0, 8000::/1, c000::/2, ... */
static void zone_key(uint32_t i, void *ret)
{
	struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + i, .set = {[7] = 1}};

	for (uint32_t bit = 0; bit < i; bit++)
		key.addr[bit / 8] |= 0x80 >> bit % 8;
	memcpy(ret, &key, sizeof(key));
}

/* The same prefix of many sets. */
static void other_set_key(uint32_t i, void *ret)
{
	struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + 96,
				  .set = {[6] = i >> 8, [7] = i & 0xff}};

	memcpy(ret, &key, sizeof(key));
}

static const struct kind {
	enum wf_table table;
	enum bpf_map_type type;
	key_fn key;
} kinds[] = {
	{WF_TABLE_VERDICT, BPF_MAP_TYPE_HASH, verdict_key},
	{WF_TABLE_ZONE, BPF_MAP_TYPE_LPM_TRIE, zone_key},
	{WF_TABLE_ZONE, BPF_MAP_TYPE_LPM_TRIE, other_set_key},
};
#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

static int make(const struct kind *k, uint32_t room)
{
	const struct wf_table_shape *shape = &wf_table_shapes[k->table];
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int fd = bpf_map_create(k->type, shape->name, shape->key_bytes, shape->value_bytes, room,
				&opts);

	assert_true(fd >= 0);
	return fd;
}

struct entry {
	uint8_t key[64];
	uint8_t value[64];
};

static struct entry entry_of(const struct kind *k, uint32_t i, uint8_t value)
{
	struct entry e = {.value = {value}};

	k->key(i, e.key);
	return e;
}

static int change(int fd, const struct kind *k, const struct entry *e, bool is_put,
		  struct wf_err *err)
{
	struct wf_table_change c = {k->table, e->key, is_put ? e->value : NULL};

	return wf_map_apply(fd, &c, 1, err);
}

struct seen {
	const struct kind *kind;
	uint32_t n;
	uint32_t values; /* their sum */
	uint64_t keys;	 /* a bit for each of the first 64 */
};

static void see(void *arg, const void *key, const void *value)
{
	struct seen *s = arg;

	s->n++;
	s->values += *(const uint8_t *)value;
	for (uint32_t i = 0; i < 64; i++) {
		struct entry e = entry_of(s->kind, i, 0);

		if (!memcmp(e.key, key, wf_table_shapes[s->kind->table].key_bytes))
			s->keys |= 1ull << i;
	}
}

static struct seen look(int fd, const struct kind *k)
{
	struct seen s = {.kind = k};

	assert_int_equal(wf_map_each(fd, "it", see, &s, NULL), 0);
	return s;
}

static void what_is_put_is_read_replaced_and_deleted(void **state)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		const struct kind *k = &kinds[i];
		_cleanup_close_ int fd = make(k, 64);
		struct seen s = look(fd, k);

		assert_int_equal(s.n, 0);
		for (uint32_t e = 0; e < 40; e++) {
			struct entry one = entry_of(k, e, 1);

			assert_int_equal(change(fd, k, &one, true, NULL), 0);
			assert_int_equal(change(fd, k, &one, true, NULL), 0);
		}
		for (uint32_t e = 0; e < 40; e += 2) {
			struct entry one = entry_of(k, e, 3);

			assert_int_equal(change(fd, k, &one, e % 4 == 0, NULL), 0);
			assert_int_equal(change(fd, k, &one, e % 4 == 0, NULL), 0);
		}
		s = look(fd, k);
		assert_int_equal(s.n, 30);
		assert_int_equal(s.values, 20 + 3 * 10);
		assert_int_equal(s.keys, 0xbbbbbbbbbbull);
	}
}

/* More than one batch. */
static void many_are_put_and_read_at_once(void **state)
{
	const struct kind *k = &kinds[2];
	_cleanup_free_ struct wf_table_change *changes = calloc(3000, sizeof(*changes));
	_cleanup_free_ struct entry *entries = calloc(3000, sizeof(*entries));
	_cleanup_close_ int fd = make(k, 3000);
	struct seen s;

	for (uint32_t i = 0; i < 3000; i++) {
		entries[i] = entry_of(k, i, 1);
		changes[i] = (struct wf_table_change){k->table, entries[i].key, entries[i].value};
	}
	assert_int_equal(wf_map_apply(fd, changes, 3000, NULL), 0);
	s = look(fd, k);
	assert_int_equal(s.n, 3000);
	assert_int_equal(s.values, 3000);
}

static void a_full_map_says_so_and_keeps_what_it_has(void **state)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		const struct kind *k = &kinds[i];
		_cleanup_close_ int fd = make(k, ROOM);
		struct wf_err err = {0};

		for (uint32_t e = 0; e < ROOM; e++) {
			struct entry one = entry_of(k, e, 1);

			assert_int_equal(change(fd, k, &one, true, NULL), 0);
		}
		for (uint32_t e = ROOM; e < ROOM + 2; e++) {
			struct entry one = entry_of(k, e, 1);

			assert_int_equal(change(fd, k, &one, true, &err), -E2BIG);
			assert_non_null(strstr(err.msg, "is full: it has room for"));
			assert_non_null(strstr(err.msg, wf_table_shapes[k->table].name));
		}
		assert_int_equal(look(fd, k).n, ROOM);
		assert_int_equal(look(fd, k).keys, 0xf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_read_replaced_and_deleted),
		cmocka_unit_test(many_are_put_and_read_at_once),
		cmocka_unit_test(a_full_map_says_so_and_keeps_what_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
