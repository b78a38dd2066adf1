// SPDX-License-Identifier: Apache-2.0
/*
 * What is installed of an alternative's lanes, moment by moment. A lane is a letter; a wish is the
 * lanes, with '=' before them if their headers are signed; "" is no alternative at all, "-" one
 * whose functions are all passed by.
 */
#include "compile/wish_test.h"

#include "compile/lanes.h"
#include "compile/staging.h"

#define TENANT 5
#define POLICY 3
#define NODE   9

static uint32_t name_of(char letter)
{
	return letter == '-' ? WF_LANE_PASSED_BY : (uint32_t)letter << 8 | 7;
}

static char letter_of(uint32_t name)
{
	return name == WF_LANE_PASSED_BY ? '-' : (char)(name >> 8);
}

static void add(struct wf_image *img, enum wf_table t, const void *key, const void *value)
{
	assert_int_equal(wf_image_add(img, t, key, value), 0);
}

static void add_path(struct wf_image *img, char letter, bool is_signed)
{
	const struct wf_path_key key = {
		.tenant = TENANT, .policy = POLICY, .node = NODE, .lane = name_of(letter)};
	const struct wf_template template = {.len = 40, .is_signed = is_signed};
	struct wf_counter_key counter = {.kind = WF_COUNTER_PATH};

	add(img, WF_TABLE_PATH, &key, &template);
	memcpy(counter.name, &key, sizeof(key));
	assert_int_equal(wf_image_add_counter(img, &counter), 0);
}

/* @share: of the alternative, which changes when another one is down. */
static struct wf_image *make(const char *wish, uint16_t share, uint64_t set)
{
	const struct wf_lanes_key lanes_key = {.tenant = TENANT, .policy = POLICY};
	const struct wf_choice_key choice_key = {.tenant = TENANT, .policy = POLICY, .node = NODE};
	struct wf_choice choice = {.bound = {share}, .n = 1, .has_lanes = 1};
	const struct wf_tenant_entry entry = {.set = set, .set_out = set};
	const struct wf_set value = {.is_tracked = 1};
	struct wf_image *img = wf_image_new();
	const bool is_signed = *wish == '=';
	const uint32_t tenant = TENANT;
	struct wf_lanes lanes = {0};

	add(img, WF_TABLE_TENANT, &tenant, &entry);
	add(img, WF_TABLE_SET, &set, &value);
	for (const char *p = wish + is_signed; *p; p++) {
		lanes.names[lanes.n++] = name_of(*p);
		add_path(img, *p, is_signed);
	}
	if (lanes.n) {
		add(img, WF_TABLE_LANES, &lanes_key, &lanes);
		add(img, WF_TABLE_CHOICE, &choice_key, &choice);
	}
	assert_int_equal(wf_image_seal(img, NULL), 0);
	return img;
}

/* "ab/abc 1": its lanes, those that there is a path for, the share. */
static void put_text(const struct wf_image *img, char *ret)
{
	const struct wf_lanes_key lanes_key = {.tenant = TENANT, .policy = POLICY};
	const struct wf_choice_key choice_key = {.tenant = TENANT, .policy = POLICY, .node = NODE};
	const struct wf_lanes *lanes = wf_image_find(img, WF_TABLE_LANES, &lanes_key);
	const struct wf_choice *choice = wf_image_find(img, WF_TABLE_CHOICE, &choice_key);
	size_t n_counters;

	for (unsigned int i = 0; lanes && i < lanes->n; i++)
		*ret++ = letter_of(lanes->names[i]);
	*ret++ = '/';
	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_PATH); i++) {
		const struct wf_path_key *key = wf_image_key(img, WF_TABLE_PATH, i);

		*ret++ = letter_of(key->lane);
	}
	sprintf(ret, " %d", choice ? choice->bound[0] : 0);
	wf_image_counters(img, &n_counters);
	assert_int_equal(n_counters, wf_image_count(img, WF_TABLE_PATH));
}

struct moment {
	int64_t at_ms;
	const char *wish;
	uint16_t share;
	const char *expected;
	int again_in_ms; /* -1: never */
};

static void run(const struct moment *moments, size_t n)
{
	struct wf_staging staging = {0};
	struct wf_image *installed = make(moments[0].wish, moments[0].share, 1);

	for (size_t i = 0; i < n; i++) {
		const struct moment *m = &moments[i];
		struct wf_image *now = make(m->wish, m->share, 1);
		struct wf_staging_result result;
		char text[64];

		assert_int_equal(wf_staging_step(&staging, installed, now, m->at_ms, &result), 0);
		put_text(now, text);
		if (strcmp(text, m->expected) != 0)
			fail_msg("moment %zu: %s, expected %s", i, text, m->expected);
		assert_int_equal(result.again_in_ms, m->again_in_ms);
		wf_image_free(installed);
		installed = now;
	}
	wf_image_free(installed);
	wf_staging_done(&staging);
}

#define RUN(moments) run(moments, sizeof(moments) / sizeof(*(moments)))

static void a_new_lane_is_used_when_others_know_it(void **state)
{
	static const struct moment moments[] = {
		{0, "a", 1, "a/a 1", -1},	  {10, "ab", 1, "a/ab 1", 100},
		{60, "ab", 1, "a/ab 1", 50},	  {80, "abc", 1, "a/abc 1", 100},
		{180, "abc", 1, "abc/abc 1", -1},
	};

	RUN(moments);
}

static void changes_without_an_end_do_not_keep_it_away(void **state)
{
	static const struct moment moments[] = {
		{0, "a", 1, "a/a 1", -1},      {10, "ab", 1, "a/ab 1", 100},
		{100, "ac", 1, "a/ac 1", 100}, {190, "ab", 1, "a/ab 1", 100},
		{280, "ac", 1, "a/ac 1", 100}, {370, "ab", 1, "a/ab 1", 100},
		{460, "ac", 1, "a/ac 1", 100}, {550, "ab", 1, "a/ab 1", 100},
		{640, "ac", 1, "a/ac 1", 100}, {730, "ab", 1, "a/ab 1", 100},
		{820, "ac", 1, "a/ac 1", 100}, {910, "ab", 1, "a/ab 1", 100},
		{1000, "ac", 1, "a/ac 1", 10}, {1010, "ac", 1, "ac/ac 1", -1},
	};

	RUN(moments);
}

static void a_lane_that_is_lost_is_left_at_once(void **state)
{
	static const struct moment moments[] = {
		{0, "abc", 1, "abc/abc 1", -1}, {10, "bc", 1, "bc/bc 1", -1},
		{20, "bd", 1, "b/bd 1", 100},	{30, "d", 1, "d/d 1", -1},
		{40, "-", 1, "-/- 1", -1},	{50, "ab", 1, "ab/ab 1", -1},
		{60, "", 0, "/ 0", -1},		{70, "a", 1, "a/a 1", -1},
	};

	RUN(moments);
}

static void signed_lanes_are_left_at_once_too(void **state)
{
	static const struct moment moments[] = {
		{0, "=abc", 2, "abc/abc 2", -1},  {10, "=bc", 2, "bc/bc 2", -1},
		{20, "=-", 2, "-/- 2", -1},	  {30, "=bc", 1, "bc/bc 1", -1},
		{40, "=abc", 1, "bc/abc 1", 100}, {140, "=abc", 1, "abc/abc 1", -1},
	};

	RUN(moments);
}

/* By the old set, too: but what its policy has of other lanes is kept until nobody sends by it. */
static void an_old_set_does_not_keep_a_lost_lane(void **state)
{
	struct wf_staging staging = {0};
	WF_CLEANUP(cleanup_image) struct wf_image *first = make("ab", 1, 1);
	WF_CLEANUP(cleanup_image) struct wf_image *same = make("ab", 1, 1);
	WF_CLEANUP(cleanup_image) struct wf_image *second = make("b", 1, 2);
	WF_CLEANUP(cleanup_image) struct wf_image *gone = make("", 1, 3);
	struct wf_staging_result result;
	char text[64];

	assert_int_equal(wf_staging_step(&staging, first, same, 0, &result), 0);
	assert_int_equal(wf_staging_step(&staging, same, second, 10, &result), 0);
	put_text(second, text);
	assert_string_equal(text, "b/b 1");
	assert_false(result.is_settled);
	assert_int_equal(wf_staging_step(&staging, second, gone, 20, &result), 0);
	put_text(gone, text);
	assert_string_equal(text, "b/b 1");
	wf_staging_done(&staging);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_lane_is_used_when_others_know_it),
		cmocka_unit_test(changes_without_an_end_do_not_keep_it_away),
		cmocka_unit_test(a_lane_that_is_lost_is_left_at_once),
		cmocka_unit_test(signed_lanes_are_left_at_once_too),
		cmocka_unit_test(an_old_set_does_not_keep_a_lost_lane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
