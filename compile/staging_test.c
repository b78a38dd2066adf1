// SPDX-License-Identifier: Apache-2.0
/* Staging as tables of times: at each moment a wish, and what is then installed (moment_test.h). */
#include "compile/moment_test.h"

/* @installed: before the first moment; a new one each time. */
static void step(struct wf_staging *s, struct wf_image **installed, const struct moment *m)
{
	struct wf_image *img = moment_make(&m->wish);
	struct wf_staging_result result;
	_cleanup_free_ char *got = NULL;

	assert_int_equal(wf_staging_step(s, *installed, img, m->at_ms, &result), 0);
	got = moment_str(img, &result);
	if (strcmp(got, m->expected) != 0)
		fail_msg("at %d:\n  %s, not\n  %s", (int)m->at_ms, got, m->expected);
	wf_image_free(*installed);
	*installed = img;
}

static void run(const struct wish *first, const struct moment *moments, size_t n)
{
	WF_CLEANUP(cleanup_image) struct wf_image *installed = moment_make(first);
	struct wf_staging s = {0};

	for (size_t i = 0; i < n; i++)
		step(&s, &installed, &moments[i]);
	wf_staging_done(&s);
}

#define RUN(first, moments) run(first, moments, sizeof(moments) / sizeof(*(moments)))

#define NOTHING                \
	{                      \
		"", "", "", "" \
	}

#define SETTLED_A                   \
	{                           \
		"A", "=a", "a", "1" \
	}

static void what_is_there_for_the_first_time_is_used_at_once(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "=a", "a", "1"}, "AA- [A] way =a1 [a] [1] 1440, settled -1"},
		{9000, {"A", "=a", "a", "1"}, "AA- [A] way =a1 [a] [1] 1440, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

static void a_new_set_is_received_by_at_once_and_sent_by_after_it_settled(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "x", "", ""}, "AA- [A] way x1 [] [] 1450, settled -1"},
		{1000, {"B", "x", "", ""}, "BAA [AB] way x1 [] [] 1450, waits 100"},
		{1099, {"B", "x", "", ""}, "BAA [AB] way x1 [] [] 1450, waits 1"},
		{1100, {"B", "x", "", ""}, "BBA [AB] way x1 [] [] 1450, settled 1000"},
		{2099, {"B", "x", "", ""}, "BBA [AB] way x1 [] [] 1450, settled 1"},
		{2100, {"B", "x", "", ""}, "BB- [B] way x1 [] [] 1450, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

static void a_set_that_never_settled_is_never_sent_by(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "", "", ""}, "AA- [A] way 0 [] [] 1460, settled -1"},
		{1000, {"B", "", "", ""}, "BAA [AB] way 0 [] [] 1460, waits 100"},
		{1050, {"C", "", "", ""}, "CAA [AC] way 0 [] [] 1460, waits 100"},
		{1140, {"C", "", "", ""}, "CAA [AC] way 0 [] [] 1460, waits 10"},
		{1150, {"C", "", "", ""}, "CCA [AC] way 0 [] [] 1460, settled 1000"},
		/* before A is forgotten */
		{1500, {"D", "", "", ""}, "DCC [CD] way 0 [] [] 1460, waits 100"},
		/* and back: nobody has sent by D */
		{1550, {"C", "", "", ""}, "CC- [C] way 0 [] [] 1460, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

static void wishes_without_an_end_are_followed_in_the_end(void **state)
{
	WF_CLEANUP(cleanup_image)
	struct wf_image *installed = moment_make(&(struct wish){"A", "", "", ""});
	struct wf_staging s = {0};
	struct wf_staging_result result;
	int64_t at;

	for (at = 0; at <= 990; at += 90) {
		struct wf_image *img =
			moment_make(&(struct wish){at / 90 % 2 ? "B" : "C", "", "", ""});

		assert_int_equal(wf_staging_step(&s, installed, img, at, &result), 0);
		assert_false(result.is_settled);
		wf_image_free(installed);
		installed = img;
	}
	step(&s, &installed,
	     &(struct moment){1000, {"D", "", "", ""}, "DDA [AD] way 0 [] [] 1460, settled 1000"});
	wf_staging_done(&s);
}

static void after_a_restart_what_equals_the_wish_is_settled(void **state)
{
	static const struct moment same[] = {
		{7, {"A", "=a", "a", "1"}, "AA- [A] way =a1 [a] [1] 1440, settled -1"},
	};
	static const struct moment other[] = {
		{7, {"B", "=b", "b", "2"}, "BAA [AB] way =a1 [ab] [12] 1440, waits 100"},
		{107, {"B", "=b", "b", "2"}, "BBA [AB] way =b1 [ab] [12] 1440, settled 1000"},
		{1107, {"B", "=b", "b", "2"}, "BB- [B] way =b1 [b] [2] 1440, settled -1"},
	};

	RUN(&(struct wish)SETTLED_A, same);
	RUN(&(struct wish)SETTLED_A, other);
}

static void signed_ways_change_when_others_know_the_list(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "=a", "a", "1"}, "AA- [A] way =a1 [a] [1] 1440, settled -1"},
		{1000, {"A", "=b", "b", "1"}, "AA- [A] way =a1 [ab] [1] 1440, waits 100"},
		{1050, {"A", "=b", "b", "1"}, "AA- [A] way =a1 [ab] [1] 1440, waits 50"},
		{1100, {"A", "=b", "b", "1"}, "AA- [A] way =b1 [ab] [1] 1440, settled 1000"},
		{2099, {"A", "=b", "b", "1"}, "AA- [A] way =b1 [ab] [1] 1440, settled 1"},
		{2100, {"A", "=b", "b", "1"}, "AA- [A] way =b1 [b] [1] 1440, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

static void a_key_that_goes_is_accepted_a_while(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "=a", "", "12"}, "AA- [A] way =a1 [] [12] 1440, settled -1"},
		{1000, {"A", "=b", "", "2"}, "AA- [A] way =a1 [] [12] 1440, waits 100"},
		{1100, {"A", "=b", "", "2"}, "AA- [A] way =b1 [] [12] 1440, settled 1000"},
		/* it comes back in between */
		{1200, {"A", "=b", "", "12"}, "AA- [A] way =b1 [] [12] 1440, settled -1"},
		{1300, {"A", "=b", "", "2"}, "AA- [A] way =b1 [] [12] 1440, settled 1100"},
		{2400, {"A", "=b", "", "2"}, "AA- [A] way =b1 [] [2] 1440, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

/* The choice leads to the old alternatives as long as it is the old one. */
static void alternatives_and_their_choice_change_together(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "=ab", "", ""}, "AA- [A] way =ab2 [] [] 1430, settled -1"},
		{1000, {"A", "=c", "", ""}, "AA- [A] way =ab2 [] [] 1430, waits 100"},
		{1100, {"A", "=c", "", ""}, "AA- [A] way =c1 [] [] 1440, settled -1"},
		{2000, {"A", "=cd", "", ""}, "AA- [A] way =cd1 [] [] 1430, waits 100"},
		{2100, {"A", "=cd", "", ""}, "AA- [A] way =cd2 [] [] 1430, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

static void unsigned_ways_change_at_once(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "ab", "", ""}, "AA- [A] way ab2 [] [] 1440, settled -1"},
		{1, {"A", "c", "", ""}, "AA- [A] way c1 [] [] 1450, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

static void the_ways_of_a_set_last_as_long_as_it_is_sent_by(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "ab", "", ""}, "AA- [A] way ab2 [] [] 1440, settled -1"},
		{1, {"B", "", "", ""}, "BAA [AB] way ab2 [] [] 1440, waits 100"},
		{101, {"B", "", "", ""}, "BBA [AB] way 0 [] [] 1460, settled 1000"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

/* The MTU of the test's ports is 10 less for each letter of the ways. */
static void ports_keep_the_smaller_mtu_as_long_as_something_waits(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "ab", "", ""}, "AA- [A] way ab2 [] [] 1440, settled -1"},
		{1, {"B", "a", "", ""}, "BAA [AB] way ab1 [] [] 1440, waits 100"},
		{101, {"B", "a", "", ""}, "BBA [AB] way a1 [] [] 1450, settled 1000"},
		{5000, {"C", "abc", "", ""}, "CBB [BC] way abc3 [] [] 1430, waits 100"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

static void a_tenant_that_goes_is_gone_at_once(void **state)
{
	static const struct moment moments[] = {
		{0, {"A", "", "", ""}, "AA- [A] way 0 [] [] 1460, settled -1"},
		{1, NOTHING, " [] way 0 [] [] 1460, settled -1"},
		{2, {"B", "", "", ""}, "BB- [B] way 0 [] [] 1460, settled -1"},
	};

	RUN(&(struct wish)NOTHING, moments);
}

/* Somebody takes away what is only kept; or puts in what nobody asked for. */
static void damage_is_not_kept(void **state)
{
	static const struct moment settled = {0,
					      {"A", "=a", "", ""},
					      "AA- [A] way =a1 [] [] 1440, settled -1"};
	static const struct moment begins = {1000,
					     {"B", "=a", "", ""},
					     "BAA [AB] way =a1 [] [] 1440, waits 100"};
	static const struct moment damaged = {1010,
					      {"B", "=a", "", ""},
					      "BB- [B] way =a1 [] [] 1440, settled -1"};
	WF_CLEANUP(cleanup_image) struct wf_image *installed = moment_make(&(struct wish)NOTHING);
	struct wf_staging s = {0};

	step(&s, &installed, &settled);
	step(&s, &installed, &begins);
	wf_image_free(installed);
	installed = moment_make(&(struct wish){"Z", "=z", "", ""});
	step(&s, &installed, &damaged);
	wf_staging_done(&s);
}

static struct wf_image *make_many_keys(uint32_t first)
{
	struct wf_image *img = wf_image_new();
	struct wf_key_entry entry = {.inner = {1}};

	for (uint32_t id = first; id < first + 10; id++)
		moment_add(img, WF_TABLE_KEY, &id, &entry);
	assert_int_equal(wf_image_seal(img, NULL), 0);
	return img;
}

static void what_does_not_fit_beside_the_wish_is_let_go(void **state)
{
	WF_CLEANUP(cleanup_image)
	struct wf_image *installed = make_many_keys(1), *wish = make_many_keys(100);
	struct wf_staging s = {0};
	struct wf_staging_result result;

	assert_int_equal(wf_staging_step(&s, installed, wish, 0, &result), 0);
	assert_int_equal(wf_image_count(wish, WF_TABLE_KEY), 10);
	wf_staging_done(&s);
}

static struct wf_image *make_many_verdicts(char letter)
{
	struct wf_image *img = wf_image_new();
	struct wf_tenant_entry tenant = {.set = moment_number(letter),
					 .set_out = moment_number(letter)};
	struct wf_verdict_key key = moment_verdict_key(letter);
	struct wf_set set = {.has_verdicts = 1};
	uint64_t ranges = 1;
	uint32_t id = MOMENT_TENANT;

	moment_add(img, WF_TABLE_TENANT, &id, &tenant);
	moment_add(img, WF_TABLE_SET, &key.set, &set);
	for (key.from.tenant = 0; key.from.tenant < 300; key.from.tenant++)
		for (key.from.id = 0; key.from.id < 1000; key.from.id++)
			moment_add(img, WF_TABLE_VERDICT, &key, &ranges);
	assert_int_equal(wf_image_seal(img, NULL), 0);
	return img;
}

static void a_set_too_big_to_be_kept_is_replaced_at_once(void **state)
{
	WF_CLEANUP(cleanup_image)
	struct wf_image *installed = make_many_verdicts('A'), *wish = make_many_verdicts('B');
	const struct wf_tenant_entry *tenant;
	struct wf_staging s = {0};
	struct wf_staging_result result;
	uint32_t id = MOMENT_TENANT;

	assert_int_equal(wf_staging_step(&s, installed, wish, 0, &result), 0);
	assert_int_equal(wf_image_count(wish, WF_TABLE_VERDICT), 300000);
	tenant = wf_image_find(wish, WF_TABLE_TENANT, &id);
	assert_int_equal(tenant->set_out, moment_number('B'));
	assert_int_equal(tenant->set_was, 0);
	assert_true(result.is_settled);
	wf_staging_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_for_the_first_time_is_used_at_once),
		cmocka_unit_test(a_new_set_is_received_by_at_once_and_sent_by_after_it_settled),
		cmocka_unit_test(a_set_that_never_settled_is_never_sent_by),
		cmocka_unit_test(wishes_without_an_end_are_followed_in_the_end),
		cmocka_unit_test(after_a_restart_what_equals_the_wish_is_settled),
		cmocka_unit_test(signed_ways_change_when_others_know_the_list),
		cmocka_unit_test(a_key_that_goes_is_accepted_a_while),
		cmocka_unit_test(alternatives_and_their_choice_change_together),
		cmocka_unit_test(unsigned_ways_change_at_once),
		cmocka_unit_test(the_ways_of_a_set_last_as_long_as_it_is_sent_by),
		cmocka_unit_test(ports_keep_the_smaller_mtu_as_long_as_something_waits),
		cmocka_unit_test(a_tenant_that_goes_is_gone_at_once),
		cmocka_unit_test(damage_is_not_kept),
		cmocka_unit_test(what_does_not_fit_beside_the_wish_is_let_go),
		cmocka_unit_test(a_set_too_big_to_be_kept_is_replaced_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
