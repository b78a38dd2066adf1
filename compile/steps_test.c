// SPDX-License-Identifier: Apache-2.0
/*
 * A change of one object is applied entry by entry. In between every packet is judged as before or
 * as after, never otherwise, and finds a whole way.
 */
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

static uint32_t zone_bits(const void *key)
{
	return ((const struct wf_zone_key *)key)->prefix_len - WF_ZONE_SET_BITS;
}

static bool is_in_zone(const struct wf_zone_key *key, const struct wf_zone_key *zone)
{
	struct wf_prefix prefix = {.len = (uint8_t)zone_bits(zone)};
	struct wf_addr a;

	memcpy(prefix.addr.bytes, zone->addr, 16);
	memcpy(a.bytes, key->addr, 16);
	return memcmp(key->set, zone->set, sizeof(key->set)) == 0 && wf_prefix_has(&prefix, &a);
}

static const void *look_up(const void *kernel, enum wf_table t, const void *key)
{
	const struct kernel *k = kernel;
	const struct entry *best = NULL;

	if (t != WF_TABLE_ZONE)
		return find(kernel, t, key);
	for (size_t i = 0; i < k->entries.n; i++) {
		const struct entry *e = &k->entries.items[i];

		if (e->table == t && is_in_zone(key, e->key) &&
		    (!best || zone_bits(e->key) > zone_bits(best->key)))
			best = e;
	}
	return best ? best->value : NULL;
}

static bool is_equal(const struct wf_ruling *a, const struct wf_ruling *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Is the ruling that of @img, in which both ends are? */
static bool is_of(const struct wf_image *img, uint32_t ifindex, const struct random_pair *p,
		  uint16_t port, const struct wf_ruling *ruling)
{
	const struct wf_world world = {.find = wf_image_lookup, .tables = img};
	const struct random_pair there = {
		.port = wf_image_find(img, WF_TABLE_PORT, &ifindex),
		.key = p->key,
		.dest = wf_image_find(img, WF_TABLE_DEST, p->key),
	};
	struct wf_ruling wanted;

	if (!there.port || !there.dest)
		return false;
	wanted = random_judge(&world, &there, port);
	return is_equal(&wanted, ruling);
}

struct step {
	const struct kernel *kernel;
	const struct wf_image *before;
	const struct wf_image *after;
};

/* Returns whether it has a way. */
static bool check_pair(const struct step *s, const struct entry *from, const struct entry *to,
		       uint16_t port)
{
	const struct wf_world world = {.find = look_up, .tables = s->kernel};
	const struct random_pair p = {from->value, to->key, to->value};
	const uint32_t ifindex = *(const uint32_t *)from->key;
	const struct wf_ruling ruling = random_judge(&world, &p, port);

	assert_true(is_of(s->before, ifindex, &p, port, &ruling) ||
		    is_of(s->after, ifindex, &p, port, &ruling));
	return random_check_whole(&world, &p, &ruling);
}

static const struct entry *random_entry(const struct kernel *k, enum wf_table t, unsigned int *seed)
{
	for (int tries = 0; tries < 1000; tries++) {
		const struct entry *e = &k->entries.items[random_below(seed, (int)k->entries.n)];

		if (e->table == t)
			return e;
	}
	return NULL;
}

/* Some of the packets there could be. */
static size_t check(const struct step *s, unsigned int *seed)
{
	size_t n = 0;

	for (int i = 0; i < 12; i++) {
		const struct entry *from = random_entry(s->kernel, WF_TABLE_PORT, seed);
		const struct entry *to = random_entry(s->kernel, WF_TABLE_DEST, seed);

		if (from && to)
			n += check_pair(s, from, to, random_below(seed, 2) ? 80 : 81);
	}
	return n;
}

static struct wf_table_change *diff(const struct wf_image *from, const struct wf_image *to,
				    size_t *n)
{
	struct wf_table_change *changes = NULL;

	assert_int_equal(wf_image_diff(from, to, &changes, n), 0);
	return changes;
}

/* An endpoint comes or goes, or a policy becomes another. */
static void change_one(struct random_wish *w, unsigned int *seed)
{
	int i = random_below(seed, RANDOM_ENDPOINTS);
	char name[16];

	snprintf(name, sizeof(name), "e%02d", i);
	if (random_below(seed, 2))
		random_policy(w->model, seed, random_below(seed, RANDOM_POLICIES));
	else if (wf_model_remove(w->model, WF_KIND_ENDPOINT, "red", name) < 0)
		random_endpoint(w->model, seed, i);
	random_wish_look(w);
}

static void at_every_step_it_is_as_before_or_as_after(void **state)
{
	size_t n_ways = 0, n_steps = 0;
	unsigned int seed = 7;

	for (int round = 0; round < 120; round++) {
		WF_CLEANUP(cleanup_image) struct wf_image *none = wf_image_new();
		WF_CLEANUP(cleanup_image) struct wf_image *before = NULL;
		WF_CLEANUP(cleanup_image) struct wf_image *after = NULL;
		_cleanup_free_ struct wf_table_change *first = NULL, *changes = NULL;
		struct kernel k = {0};
		struct step step = {.kernel = &k};
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
		step.before = before;
		step.after = after;
		for (size_t i = 0; i < n; i++, n_steps++) {
			apply(&k, &changes[i]);
			n_ways += check(&step, &seed);
		}
		wf_vec_done(&k.entries);
		wf_model_free(w.model);
	}
	assert_true(n_steps > 3000 && n_ways > 6000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_every_step_it_is_as_before_or_as_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
