/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments of staging, as text. A wish of letters becomes an image; what is then installed becomes
 *
 *   IN/OUT/WAS [sets] way WAYS [listed] [keys] mtu MTU, STATE NEXT
 *
 * IN, OUT, WAS: the tenant's set, set_out, set_was. [sets]: those whose entries are all there, '!'
 * behind one that is there in part. WAYS: what is in the path of the policy ('=' before it if it is
 * signed), its gone alternative, and the choice's sum. STATE: settled or waits. NEXT: ms.
 */
#pragma once

#include "base/buf.h"
#include "compile/staging.h"
#include "compile/wish_test.h"
#include "wire/bytes.h"

#define MOMENT_TENANT 5
#define MOMENT_POLICY 3
#define MOMENT_NODE   9

struct wish {
	const char *sets; /* each a letter; the first is the tenant's, others belong to nobody */
	const char *ways; /* "=a": signed, with a in the header; a second letter: an alternative */
	const char *listed, *keys; /* each a letter */
};

struct moment {
	int64_t at_ms;
	struct wish wish;
	const char *expected;
};

static inline uint64_t moment_number(char letter)
{
	return (uint64_t)letter << 32 | 0x01020304;
}

static inline struct wf_zone_key moment_zone_key(char letter)
{
	struct wf_zone_key key = {.prefix_len = 64};

	wf_store_be64(key.set, moment_number(letter));
	return key;
}

static inline struct wf_verdict_key moment_verdict_key(char letter)
{
	return (struct wf_verdict_key){.set = moment_number(letter), .from = {.id = 1}};
}

static inline struct wf_policy_key moment_policy_key(char letter)
{
	return (struct wf_policy_key){.set = moment_number(letter), .policy = MOMENT_POLICY};
}

static inline void moment_add(struct wf_image *img, enum wf_table t, const void *key,
			      const void *value)
{
	assert_int_equal(wf_image_add(img, t, key, value), 0);
}

/* All sets have a list of ranges in common, and one of their own. */
static inline void moment_add_set(struct wf_image *img, char letter, bool is_first)
{
	const uint64_t set = moment_number(letter), ranges = set + 1, shared = 42;
	struct wf_verdict_key verdict = moment_verdict_key(letter);
	struct wf_policy_key policy = moment_policy_key(letter);
	struct wf_zone_key zone = moment_zone_key(letter);
	struct wf_policy_entry entry = {.needs = 1};
	struct wf_set value = {.is_tracked = 1};
	struct wf_ranges list = {.n = 1};
	uint32_t inside = 1;

	moment_add(img, WF_TABLE_SET, &set, &value);
	moment_add(img, WF_TABLE_ZONE, &zone, &inside);
	moment_add(img, WF_TABLE_POLICY, &policy, &entry);
	moment_add(img, WF_TABLE_VERDICT, &verdict, &ranges);
	verdict.from.id = 2;
	moment_add(img, WF_TABLE_VERDICT, &verdict, &shared);
	moment_add(img, WF_TABLE_RANGES, &ranges, &list);
	if (is_first)
		moment_add(img, WF_TABLE_RANGES, &shared, &list);
}

static inline struct wf_path_key moment_path_key(uint8_t alternative)
{
	return (struct wf_path_key){.tenant = MOMENT_TENANT,
				    .policy = MOMENT_POLICY,
				    .node = MOMENT_NODE,
				    .alternative = alternative};
}

static const struct wf_choice_key moment_choice_key = {.tenant = MOMENT_TENANT,
						       .policy = MOMENT_POLICY,
						       .node = MOMENT_NODE};

static inline void moment_add_ways(struct wf_image *img, const char *ways)
{
	bool is_signed = *ways == '=';
	struct wf_choice choice = {0};

	for (ways += is_signed; *ways; ways++) {
		struct wf_path_key key = moment_path_key(choice.n);
		struct wf_counter_key counter = {.kind = WF_COUNTER_PATH};
		struct wf_template template = {.len = 40, .is_signed = is_signed};

		template.header[0] = (uint8_t)*ways;
		moment_add(img, WF_TABLE_PATH, &key, &template);
		memcpy(counter.name, &key, sizeof(key));
		assert_int_equal(wf_image_add_counter(img, &counter), 0);
		choice.n++;
		choice.bound[choice.n - 1] = choice.n;
	}
	if (choice.n)
		moment_add(img, WF_TABLE_CHOICE, &moment_choice_key, &choice);
}

/* Each port has an MTU of 10 less for each letter of the ways. The caller frees. */
static inline struct wf_image *moment_make(const struct wish *w)
{
	struct wf_image *img = wf_image_new();
	struct wf_tenant_entry entry = {0};
	uint32_t tenant = MOMENT_TENANT;

	for (const char *p = w->sets; *p; p++)
		moment_add_set(img, *p, p == w->sets);
	if (*w->sets) {
		entry.set = entry.set_out = moment_number(*w->sets);
		moment_add(img, WF_TABLE_TENANT, &tenant, &entry);
	}
	moment_add_ways(img, w->ways);
	for (const char *p = w->listed; *p; p++) {
		struct wf_listed_key key = {.tenant = MOMENT_TENANT, .hash = (uint64_t)*p};
		struct wf_listed listed = {.n = 1};

		moment_add(img, WF_TABLE_LISTED, &key, &listed);
	}
	for (const char *p = w->keys; *p; p++) {
		struct wf_transit_key transit = {.key = (uint32_t)*p};
		struct wf_transit_entry mark = {.k = {1}};
		struct wf_key_entry key = {.inner = {1}};
		uint32_t id = (uint32_t)*p;

		moment_add(img, WF_TABLE_KEY, &id, &key);
		moment_add(img, WF_TABLE_TRANSIT, &transit, &mark);
	}
	assert_int_equal(wf_image_add_mtu(img, 7, 1460 - 10 * (uint32_t)strlen(w->ways)), 0);
	assert_int_equal(wf_image_seal(img, NULL), 0);
	return img;
}

static inline void moment_put_number(struct wf_buf *b, uint64_t set)
{
	wf_buf_printf(b, "%c", set ? (char)(set >> 32) : '-');
}

static inline void moment_put_sets(struct wf_buf *b, const struct wf_image *img)
{
	const uint64_t shared = 42;

	for (char letter = 'A'; letter <= 'Z'; letter++) {
		const uint64_t set = moment_number(letter), ranges = set + 1;
		struct wf_verdict_key verdict = moment_verdict_key(letter);
		struct wf_policy_key policy = moment_policy_key(letter);
		struct wf_zone_key zone = moment_zone_key(letter);
		int n = !!wf_image_find(img, WF_TABLE_SET, &set) +
			!!wf_image_find(img, WF_TABLE_ZONE, &zone) +
			!!wf_image_find(img, WF_TABLE_POLICY, &policy) +
			!!wf_image_find(img, WF_TABLE_VERDICT, &verdict) +
			!!wf_image_find(img, WF_TABLE_RANGES, &ranges);

		if (n)
			wf_buf_printf(b, "%c%s", letter,
				      n < 5 || !wf_image_find(img, WF_TABLE_RANGES, &shared) ? "!"
											     : "");
	}
}

static inline void moment_put_ways(struct wf_buf *b, const struct wf_image *img)
{
	const struct wf_choice *choice = wf_image_find(img, WF_TABLE_CHOICE, &moment_choice_key);
	size_t n_counters;

	for (uint8_t i = 0; i < 3; i++) {
		struct wf_path_key key = moment_path_key(i);
		const struct wf_template *path = wf_image_find(img, WF_TABLE_PATH, &key);

		if (path)
			wf_buf_printf(b, "%s%c", path->is_signed && !i ? "=" : "", path->header[0]);
	}
	wf_buf_printf(b, "%d", choice ? choice->n : 0);
	wf_image_counters(img, &n_counters);
	assert_int_equal(n_counters, wf_image_count(img, WF_TABLE_PATH));
}

/* The caller frees. */
static inline char *moment_str(const struct wf_image *img, const struct wf_staging_result *result)
{
	uint32_t tenant = MOMENT_TENANT;
	const struct wf_tenant_entry *t = wf_image_find(img, WF_TABLE_TENANT, &tenant);
	struct wf_buf b = {0};
	size_t n;

	if (t) {
		moment_put_number(&b, t->set);
		moment_put_number(&b, t->set_out);
		moment_put_number(&b, t->set_was);
	}
	wf_buf_puts(&b, " [");
	moment_put_sets(&b, img);
	wf_buf_puts(&b, "] way ");
	moment_put_ways(&b, img);
	wf_buf_puts(&b, " [");
	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_LISTED); i++) {
		const struct wf_listed_key *key = wf_image_key(img, WF_TABLE_LISTED, i);

		wf_buf_printf(&b, "%c", (char)key->hash);
	}
	wf_buf_puts(&b, "] [");
	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_KEY); i++)
		wf_buf_printf(&b, "%c", *(const char *)wf_image_key(img, WF_TABLE_KEY, i));
	assert_int_equal(wf_image_count(img, WF_TABLE_KEY), wf_image_count(img, WF_TABLE_TRANSIT));
	wf_buf_printf(&b, "] %u, %s %d", wf_image_mtus(img, &n)->mtu,
		      result->is_settled ? "settled" : "waits", (int)result->again_in_ms);
	return wf_buf_take(&b);
}
