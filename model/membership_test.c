// SPDX-License-Identifier: Apache-2.0
/* The memberships of a service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "model/object.h"

static struct wf_seat seats[] = {{1, 1, 1}, {1, 2, 1}, {2, 1, 5}, {3, 9, 1}};

/* The first @n seats. */
static struct wf_membership first(unsigned int n)
{
	return (struct wf_membership){.n_slots = 1021, .seats = seats, .n_seats = n};
}

static void begin(struct wf_history *h, unsigned int n_seats)
{
	const struct wf_membership m = first(n_seats);

	assert_int_equal(wf_history_begin(h, &m), 0);
}

static void assert_history(const struct wf_history *h, const char *expected)
{
	char text[WF_MEMBERSHIPS_MAX * 8] = "", *p = text;

	for (unsigned int i = 0; i < h->n; i++)
		p += sprintf(p, "%u:%u%s ", h->items[i].serial, h->items[i].n_seats,
			     h->items[i].is_drained ? "d" : "");
	assert_string_equal(text, expected);
}

static void a_table_has_a_hundred_slots_for_each(void **state)
{
	static const unsigned int rows[][2] = {{0, 1021},    {1, 1021},	      {10, 1021},
					       {11, 4093},   {40, 4093},      {41, 16381},
					       {163, 16381}, {164, 65521},    {655, 65521},
					       {656, 65521}, {1000000, 65521}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(wf_slots_for(rows[i][0]), rows[i][1]);
		assert_true(wf_slots_is_valid(rows[i][1]));
	}
	assert_false(wf_slots_is_valid(0));
	assert_false(wf_slots_is_valid(1024));
}

static void seats_are_found_by_node_and_sid(void **state)
{
	const struct wf_membership m = first(4), none = {0};

	(void)state;
	assert_int_equal(wf_membership_find(&m, 2, 1)->weight, 5);
	assert_null(wf_membership_find(&m, 2, 9));
	assert_null(wf_membership_find(&none, 1, 1));
}

static void weights_and_slots_make_another_table(void **state)
{
	struct wf_seat other[] = {{1, 1, 2}};
	struct wf_membership a = first(1), b = first(1);

	(void)state;
	assert_true(wf_membership_equal(&a, &b));
	b.seats = other;
	assert_false(wf_membership_equal(&a, &b));
	b = first(1);
	b.n_slots = 4093;
	assert_false(wf_membership_equal(&a, &b));
	b = first(2);
	assert_false(wf_membership_equal(&a, &b));
}

static void what_was_stands_behind_newest_first(void **state)
{
	struct wf_history h = {0};

	(void)state;
	begin(&h, 1);
	begin(&h, 2);
	begin(&h, 3);
	assert_history(&h, "3:3 2:2 1:1 ");
	wf_history_done(&h);
}

static void one_that_comes_back_is_there_once(void **state)
{
	struct wf_history h = {0};

	(void)state;
	begin(&h, 1);
	begin(&h, 2);
	begin(&h, 1);
	assert_history(&h, "3:1 2:2 ");
	begin(&h, 1);
	assert_history(&h, "4:1 2:2 ");
	wf_history_done(&h);
}

static void the_oldest_of_too_many_goes(void **state)
{
	struct wf_history h = {0};

	(void)state;
	for (uint16_t i = 1; i <= WF_MEMBERSHIPS_MAX + 2; i++) {
		struct wf_membership m = first(1);

		m.n_slots = i;
		assert_int_equal(wf_history_begin(&h, &m), 0);
	}
	assert_int_equal(h.n, WF_MEMBERSHIPS_MAX);
	assert_int_equal(h.items[0].serial, WF_MEMBERSHIPS_MAX + 2);
	assert_int_equal(h.items[h.n - 1].serial, 3);
	wf_history_done(&h);
}

static void only_former_ones_are_forgotten(void **state)
{
	struct wf_history h = {0};

	(void)state;
	begin(&h, 1);
	begin(&h, 2);
	begin(&h, 3);
	wf_history_forget(&h, 2);
	wf_history_forget(&h, 3);
	wf_history_forget(&h, 7);
	assert_history(&h, "3:3 1:1 ");
	wf_history_done(&h);
}

static void only_former_ones_are_drained(void **state)
{
	struct wf_history h = {0};

	(void)state;
	begin(&h, 1);
	begin(&h, 2);
	wf_history_drain(&h, 1);
	wf_history_drain(&h, 2);
	assert_history(&h, "2:2 1:1d ");
	begin(&h, 1);
	assert_history(&h, "3:1 2:2 ");
	wf_history_done(&h);
}

static void a_clone_has_a_history_of_its_own(void **state)
{
	struct wf_object *o = wf_object_new(WF_KIND_SERVICE, "red", "web"), *clone;

	(void)state;
	begin(&o->service.history, 2);
	begin(&o->service.history, 0);
	clone = wf_object_clone(o);
	assert_true(wf_history_equal(&o->service.history, &clone->service.history));
	wf_history_forget(&clone->service.history, 1);
	assert_false(wf_history_equal(&o->service.history, &clone->service.history));
	assert_history(&o->service.history, "2:0 1:2 ");
	wf_object_unref(o);
	wf_object_unref(clone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_has_a_hundred_slots_for_each),
		cmocka_unit_test(seats_are_found_by_node_and_sid),
		cmocka_unit_test(weights_and_slots_make_another_table),
		cmocka_unit_test(what_was_stands_behind_newest_first),
		cmocka_unit_test(one_that_comes_back_is_there_once),
		cmocka_unit_test(the_oldest_of_too_many_goes),
		cmocka_unit_test(only_former_ones_are_forgotten),
		cmocka_unit_test(only_former_ones_are_drained),
		cmocka_unit_test(a_clone_has_a_history_of_its_own),
	};

	return cmocka_run_group_tests_name("model/membership", tests, NULL, NULL);
}
