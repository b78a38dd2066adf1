// SPDX-License-Identifier: Apache-2.0
/* Maglev tables: balance, weights, and how few slots change hands. The figures are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/maglev.h"
#include "model/membership.h"

#define N_MAX 655

static uint16_t table[WF_SLOTS_MAX], other[WF_SLOTS_MAX];

/* Names as of backends: a node, and a number there. */
static void make(struct wf_maglev_backend *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		b[i] = (struct wf_maglev_backend){(i % 7 + 1) << 16 | (i / 7 + 1), 1};
}

static void fill(const struct wf_maglev_backend *b, size_t n, uint16_t n_slots, uint16_t *ret)
{
	assert_int_equal(wf_maglev_fill(b, n, n_slots, ret), 0);
}

static void count(const uint16_t *slots, uint16_t n_slots, size_t n, unsigned int *ret)
{
	memset(ret, 0, n * sizeof(*ret));
	for (size_t i = 0; i < n_slots; i++) {
		assert_true(slots[i] < n);
		ret[slots[i]]++;
	}
}

static void equal_weights_have_equal_shares_to_a_slot(void **state)
{
	static const size_t ns[] = {1, 2, 3, 10, 40, 163, 655};
	struct wf_maglev_backend b[N_MAX];
	unsigned int shares[N_MAX];

	(void)state;
	make(b, N_MAX);
	for (size_t k = 0; k < sizeof(ns) / sizeof(*ns); k++) {
		const uint16_t n_slots = wf_slots_for((unsigned int)ns[k]);
		unsigned int least = UINT32_MAX, most = 0;

		fill(b, ns[k], n_slots, table);
		count(table, n_slots, ns[k], shares);
		for (size_t i = 0; i < ns[k]; i++) {
			least = shares[i] < least ? shares[i] : least;
			most = shares[i] > most ? shares[i] : most;
		}
		printf("%zu backends, %u slots: %u to %u slots each, at most %.2f %% off\n", ns[k],
		       n_slots, least, most, 100.0 * ((double)most * (double)ns[k] / n_slots - 1));
		assert_in_range(most - least, 0, 1);
	}
}

static void shares_follow_the_weights(void **state)
{
	static const uint32_t weights[][4] = {
		{1, 1, 1, 1}, {2, 1, 1, 1}, {100, 1, 50, 7}, {3, 0, 1, 0}, {100, 100, 100, 1}};
	struct wf_maglev_backend b[4];
	unsigned int shares[4];

	(void)state;
	for (size_t k = 0; k < sizeof(weights) / sizeof(*weights); k++) {
		double sum = 0, worst = 0;

		make(b, 4);
		for (size_t i = 0; i < 4; i++)
			sum += b[i].weight = weights[k][i];
		fill(b, 4, 1021, table);
		count(table, 1021, 4, shares);
		for (size_t i = 0; i < 4; i++) {
			double off = shares[i] - 1021 * weights[k][i] / sum;

			worst = off > worst ? off : -off > worst ? -off : worst;
		}
		printf("weights %u %u %u %u: %.1f slots off\n", weights[k][0], weights[k][1],
		       weights[k][2], weights[k][3], worst);
		assert_true(worst <= 2);
		assert_int_equal(!shares[1], !weights[k][1]);
	}
}

/* More weight than slots: nobody goes empty-handed because others stand before it. */
static void heavy_weights_leave_room_for_all(void **state)
{
	struct wf_maglev_backend b[20];
	unsigned int shares[20];

	(void)state;
	make(b, 20);
	for (size_t i = 0; i < 20; i++)
		b[i].weight = 100;
	fill(b, 20, 1021, table);
	count(table, 1021, 20, shares);
	for (size_t i = 0; i < 20; i++)
		assert_in_range(shares[i], 51, 52);
}

static void without_weights_slots_are_nobodys(void **state)
{
	struct wf_maglev_backend b[2];

	(void)state;
	make(b, 2);
	b[0].weight = b[1].weight = 0;
	fill(b, 2, 1021, table);
	for (size_t i = 0; i < 1021; i++)
		assert_int_equal(table[i], WF_MAGLEV_NONE);
	fill(b, 0, 1021, table);
	assert_int_equal(table[1020], WF_MAGLEV_NONE);
}

static void the_order_of_the_backends_does_not_matter(void **state)
{
	struct wf_maglev_backend a[50], b[50];

	(void)state;
	make(a, 50);
	for (size_t i = 0; i < 50; i++) {
		a[i].weight = 1 + i % 3;
		b[49 - i] = a[i];
	}
	fill(a, 50, 16381, table);
	fill(b, 50, 16381, other);
	for (size_t i = 0; i < 16381; i++)
		assert_int_equal(a[table[i]].name, b[other[i]].name);
}

/* Slots that change hands from one backend that is in both to another one. */
static unsigned int disruption(const struct wf_maglev_backend *a, const struct wf_maglev_backend *b,
			       uint16_t n_slots, uint64_t changed)
{
	unsigned int n = 0;

	for (size_t i = 0; i < n_slots; i++) {
		const uint64_t was = a[table[i]].name, is = b[other[i]].name;

		n += was != is && was != changed && is != changed;
	}
	return n;
}

/*
 * One of n goes (read the other way round: comes). The bound of any scheme is its own share, 1/n of
 * the slots. Maglev moves others, too, of which the paper says only that they are few: with a
 * hundred slots each here less than ln n times as many, as @log_n says.
 */
static void few_slots_change_when_one_goes_or_comes(void **state)
{
	static const struct {
		size_t n;
		double log_n;
	} rows[] = {{2, 0.69},	{3, 1.09},   {10, 2.3},	 {40, 3.68},
		    {100, 4.6}, {163, 5.09}, {655, 6.48}};
	struct wf_maglev_backend all[N_MAX], rest[N_MAX];

	(void)state;
	make(all, N_MAX);
	for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
		const size_t n = rows[k].n, n_tried = n < 20 ? n : 20;
		const uint16_t n_slots = wf_slots_for((unsigned int)n);
		unsigned int most = 0, sum = 0;

		fill(all, n, n_slots, table);
		for (size_t gone = 0; gone < n_tried; gone++) {
			unsigned int moved;

			memcpy(rest, all, gone * sizeof(*all));
			memcpy(rest + gone, all + gone + 1, (n - gone - 1) * sizeof(*all));
			fill(rest, n - 1, n_slots, other);
			moved = disruption(all, rest, n_slots, all[gone].name);
			sum += moved;
			most = moved > most ? moved : most;
		}
		printf("one of %zu goes, %u slots: its own %.2f %%, of the others %.2f %%, at most "
		       "%.2f %%\n",
		       n, n_slots, 100.0 / (double)n, 100.0 * sum / (double)n_tried / n_slots,
		       100.0 * most / n_slots);
		assert_true((double)most * (double)n <= rows[k].log_n * n_slots);
	}
}

static void another_weight_moves_few_slots_of_others(void **state)
{
	struct wf_maglev_backend a[10], b[10];

	(void)state;
	make(a, 10);
	make(b, 10);
	b[3].weight = 0;
	fill(a, 10, 1021, table);
	fill(b, 10, 1021, other);
	for (size_t i = 0; i < 1021; i++)
		assert_int_not_equal(other[i], 3);
	assert_in_range(disruption(a, b, 1021, a[3].name), 0, 102);
}

/* They are made on many nodes, of versions that may differ. */
static void tables_stay_what_they_are(void **state)
{
	struct wf_maglev_backend b[3];

	(void)state;
	make(b, 3);
	fill(b, 3, 1021, table);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(table[i], ((uint16_t[]){1, 2, 2, 2, 1, 1, 2, 2})[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_weights_have_equal_shares_to_a_slot),
		cmocka_unit_test(shares_follow_the_weights),
		cmocka_unit_test(heavy_weights_leave_room_for_all),
		cmocka_unit_test(without_weights_slots_are_nobodys),
		cmocka_unit_test(the_order_of_the_backends_does_not_matter),
		cmocka_unit_test(few_slots_change_when_one_goes_or_comes),
		cmocka_unit_test(another_weight_moves_few_slots_of_others),
		cmocka_unit_test(tables_stay_what_they_are),
	};

	return cmocka_run_group_tests_name("compile/maglev", tests, NULL, NULL);
}
