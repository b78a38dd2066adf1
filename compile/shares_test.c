// SPDX-License-Identifier: Apache-2.0
/* How flows are spread. */
#include "compile/shares_world_test.h"

static void drain_first(struct wf_model *m)
{
	struct wf_object *o = wf_object_clone(wf_model_find(m, WF_KIND_SERVICE, "red", "web"));

	wf_history_drain(&o->service.history, 1);
	wish_put(m, o);
}

static void without_a_history_there_are_no_slots(void **state)
{
	struct wf_model *m = make(2, 0);
	struct wf_object *o = wf_object_clone(wf_model_find(m, WF_KIND_SERVICE, "red", "web"));
	struct wf_shares shares;

	(void)state;
	wf_history_done(&o->service.history);
	wish_put(m, o);
	shares = shares_of(m);
	assert_int_equal(shares.n_slots, 0);
	wf_shares_done(&shares);
	wf_model_free(m);
}

static void nobody_usable_is_nobody_asked(void **state)
{
	struct wf_model *m = make(0, 0);
	struct wf_shares shares = shares_of(m);

	(void)state;
	assert_int_equal(shares.n_slots, 1021);
	for (uint32_t i = 0; i < shares.n_slots; i++)
		assert_int_equal(shares.slots[i][0].sid, 0);
	wf_shares_done(&shares);
	wf_model_free(m);
}

/* The deviation of the shares themselves; of flows it is theirs and that of the hash. */
static void flows_are_spread_evenly(void **state)
{
	static const unsigned int ns[] = {2, 3, 5, 10};

	(void)state;
	for (size_t k = 0; k < sizeof(ns) / sizeof(*ns); k++) {
		struct wf_model *m = make(ns[k], 0);
		struct wf_shares shares = shares_of(m);
		unsigned int flows[5][3] = {0}, most = 0, most_slots = 0;

		for (uint32_t i = 0; i < N_FLOWS; i++) {
			const uint16_t slot = wf_share_slot(hash_of(i), shares.n_slots);
			const struct wf_candidate *c = shares.slots[slot];
			unsigned int *n = &flows[c->node - 1][c->sid];

			most = ++*n > most ? *n : most;
		}
		for (uint16_t i = 0; i < ns[k]; i++) {
			unsigned int n = wf_shares_count(&shares, i % 5 + 1, 1 + i / 5);

			most_slots = n > most_slots ? n : most_slots;
		}
		printf("%u flows over %u backends: at most %.2f %% of all flows above its part; "
		       "of slots %.2f %%\n",
		       N_FLOWS, ns[k], 100.0 * most / N_FLOWS - 100.0 / ns[k],
		       100.0 * most_slots / shares.n_slots - 100.0 / ns[k]);
		assert_true(100.0 * most / N_FLOWS - 100.0 / ns[k] < 2);
		assert_true(100.0 * most_slots / shares.n_slots - 100.0 / ns[k] < 0.1);
		wf_shares_done(&shares);
		wf_model_free(m);
	}
}

static void flows_are_found_when_backends_come(void **state)
{
	static const unsigned int added[] = {6, 10, 11, 30, 60}; /* larger tables, too */

	(void)state;
	for (size_t k = 0; k < sizeof(added) / sizeof(*added); k++) {
		struct wf_model *m = make(5, 0), *more = make(added[k], 0);
		struct wf_shares before = shares_of(m), after;
		const struct wf_object *o = wf_model_find(m, WF_KIND_SERVICE, "red", "web");

		wish_put(more, wf_object_clone(o));
		wish_begin(more, "red", "web");
		after = shares_of(more);
		assert_kept(&before, &after, (struct wf_candidate){0});
		wf_shares_done(&before);
		wf_shares_done(&after);
		wf_model_free(m);
		wf_model_free(more);
	}
}

static void a_drained_backend_keeps_what_it_had(void **state)
{
	struct wf_model *m = make(10, 0);
	struct wf_shares before = shares_of(m), after;

	(void)state;
	set_labels(m, "web0", "app=old");
	wish_begin(m, "red", "web");
	after = shares_of(m);
	for (uint32_t i = 0; i < after.n_slots; i++) {
		assert_false(is_same(after.slots[i][0], web0));
		assert_int_equal(is_asked(after.slots[i], web0), is_same(before.slots[i][0], web0));
	}
	wf_shares_done(&after);
	drain_first(m);
	after = shares_of(m);
	assert_kept(&before, &after, web0); /* of the others not a flow is lost */
	wf_shares_done(&before);
	wf_shares_done(&after);
	wf_model_free(m);
}

static void the_last_one_drained_still_gets_its_flows(void **state)
{
	struct wf_model *m = make(1, 0);
	struct wf_shares shares;

	(void)state;
	set_labels(m, "web0", "app=old");
	wish_begin(m, "red", "web");
	shares = shares_of(m);
	for (uint32_t i = 0; i < shares.n_slots; i++)
		assert_true(is_same(shares.slots[i][0], web0));
	wf_shares_done(&shares);
	wf_model_free(m);
}

/* Three changes: the newest former owner is asked before the older one. */
static void former_owners_are_asked_newest_first(void **state)
{
	struct wf_model *m = make(10, 0);
	struct wf_shares first = shares_of(m), second, third;
	unsigned int n_three = 0;

	(void)state;
	set_labels(m, "web0", "app=old");
	wish_begin(m, "red", "web");
	second = shares_of(m);
	set_labels(m, "web1", "app=old");
	set_labels(m, "web2", "app=old");
	wish_begin(m, "red", "web");
	third = shares_of(m);
	for (uint32_t i = 0; i < third.n_slots; i++) {
		const struct wf_candidate *c = third.slots[i];

		if (!c[2].sid)
			continue;
		n_three++;
		assert_true(is_same(c[1], second.slots[i][0]));
		assert_true(is_same(c[2], first.slots[i][0]));
	}
	assert_in_range(n_three, 1, third.n_slots);
	wf_shares_done(&first);
	wf_shares_done(&second);
	wf_shares_done(&third);
	wf_model_free(m);
}

/* Takes a backend out, or back in, as its node would find it. */
static void toggle(struct wf_model *m, unsigned int i)
{
	char name[16];
	struct wf_object *o;

	snprintf(name, sizeof(name), "web%u", i);
	o = edit(m, name);
	o->endpoint.is_down = !o->endpoint.is_down;
	wish_put(m, o);
	wish_begin(m, "red", "web");
}

static bool is_up(struct wf_model *m, struct wf_candidate c)
{
	char name[16];

	snprintf(name, sizeof(name), "web%u", (c.sid - 1) * 5 + c.node - 1);
	return !wf_model_find(m, WF_KIND_ENDPOINT, "red", name)->endpoint.is_down;
}

/*
 * Flows that are there from the beginning, while one backend after the other goes or comes: as long
 * as its backend is up, each is found. Only where a slot has had more owners than are asked some
 * are not; that takes many changes within WF_LINGER_MS.
 */
static void flows_are_found_through_many_changes(void **state)
{
	static struct wf_candidate owners[N_FLOWS];
	struct wf_model *m = make(10, 0);
	struct wf_shares shares = shares_of(m);
	uint32_t seed = 7;

	(void)state;
	for (uint32_t i = 0; i < N_FLOWS; i++)
		owners[i] = shares.slots[wf_share_slot(hash_of(i), shares.n_slots)][0];
	wf_shares_done(&shares);
	for (int change = 1; change <= WF_MEMBERSHIPS_MAX; change++) {
		unsigned int n_lost = 0, n_broken = 0;

		seed = seed * 1103515245 + 12345;
		toggle(m, (seed >> 16) % 10);
		shares = shares_of(m);
		for (uint32_t i = 0; i < N_FLOWS; i++) {
			uint16_t slot = wf_share_slot(hash_of(i), shares.n_slots);

			if (!owners[i].sid)
				continue;
			if (is_up(m, owners[i])) {
				n_lost += !is_asked(shares.slots[slot], owners[i]);
			} else {
				n_broken++;
				owners[i].sid = 0;
			}
		}
		printf("change %d: %u flows of the one that went are over, %u others are not "
		       "found\n",
		       change, n_broken, n_lost);
		assert_in_range(n_lost, 0, change < WF_CANDIDATES_MAX ? 0 : N_FLOWS / 100);
		wf_shares_done(&shares);
	}
	wf_model_free(m);
}

static void least_loaded_slots_have_a_partner(void **state)
{
	struct wf_model *m = make(10, 1000);
	struct wf_shares before = shares_of(m), after;
	unsigned int n_moved = 0;

	(void)state;
	for (uint32_t i = 0; i < before.n_slots; i++) {
		assert_int_not_equal(before.slots[i][1].sid, 0);
		assert_false(is_same(before.slots[i][0], before.slots[i][1]));
		assert_int_equal(before.slots[i][2].sid, 0);
	}
	set_down(m, "web0");
	wish_begin(m, "red", "web");
	after = shares_of(m);
	for (uint32_t i = 0; i < after.n_slots; i++)
		if (is_same(before.slots[i][0], after.slots[i][0]) &&
		    !is_same(before.slots[i][1], web0))
			n_moved += !is_same(before.slots[i][1], after.slots[i][1]);
	assert_int_equal(n_moved, 0); /* partners of others stay */
	wf_shares_done(&before);
	wf_shares_done(&after);
	wf_model_free(m);
}

static void a_lonely_backend_has_no_partner(void **state)
{
	struct wf_model *m = make(1, 1000);
	struct wf_shares shares = shares_of(m);

	(void)state;
	for (uint32_t i = 0; i < shares.n_slots; i++)
		assert_int_equal(shares.slots[i][1].sid, 0);
	wf_shares_done(&shares);
	wf_model_free(m);
}

static void lists_of_several_are_limited(void **state)
{
	struct wf_model *m = make(400, 0);
	_cleanup_free_ struct wf_candidate(*lists)[WF_CANDIDATES_MAX] = NULL;
	struct wf_shares shares;
	char name[16];
	size_t n = 0, n_different = 0;

	(void)state;
	for (int i = 0; i < 200; i++) { /* half of them: each slot of theirs to any other */
		snprintf(name, sizeof(name), "web%d", i);
		set_labels(m, name, "app=old");
	}
	wish_begin(m, "red", "web");
	shares = shares_of(m);
	lists = calloc(shares.n_slots, sizeof(*lists));
	for (uint32_t i = 0; i < shares.n_slots; i++) {
		assert_int_not_equal(shares.slots[i][0].sid, 0);
		if (shares.slots[i][1].sid)
			memcpy(lists[n++], shares.slots[i], sizeof(*lists));
	}
	qsort(lists, n, sizeof(*lists),
	      (int (*)(const void *, const void *))(void (*)(void))wf_candidates_cmp);
	for (size_t i = 0; i < n; i++)
		n_different += !i || wf_candidates_cmp(lists[i - 1], lists[i]) != 0;
	assert_int_equal(n_different, WF_HUNTS_MAX);
	wf_shares_done(&shares);
	wf_model_free(m);
}

static void what_was_before_is_counted_by_its_own_table(void **state)
{
	struct wf_model *m = make(2, 0);
	const struct wf_object *o;
	struct wf_shares before = {0};

	(void)state;
	o = wf_model_find(m, WF_KIND_SERVICE, "red", "web");
	assert_int_equal(wf_shares_before(&o->service, &before), 0);
	assert_int_equal(before.n_slots, 0);
	set_down(m, "web0");
	wish_begin(m, "red", "web");
	o = wf_model_find(m, WF_KIND_SERVICE, "red", "web");
	assert_int_equal(wf_shares_before(&o->service, &before), 0);
	assert_in_range(wf_shares_count(&before, 1, 1), 510, 511);
	assert_in_range(wf_shares_count(&before, 2, 1), 510, 511);
	wf_shares_done(&before);
	wf_model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_history_there_are_no_slots),
		cmocka_unit_test(nobody_usable_is_nobody_asked),
		cmocka_unit_test(flows_are_spread_evenly),
		cmocka_unit_test(flows_are_found_when_backends_come),
		cmocka_unit_test(a_drained_backend_keeps_what_it_had),
		cmocka_unit_test(the_last_one_drained_still_gets_its_flows),
		cmocka_unit_test(former_owners_are_asked_newest_first),
		cmocka_unit_test(flows_are_found_through_many_changes),
		cmocka_unit_test(least_loaded_slots_have_a_partner),
		cmocka_unit_test(a_lonely_backend_has_no_partner),
		cmocka_unit_test(lists_of_several_are_limited),
		cmocka_unit_test(what_was_before_is_counted_by_its_own_table),
	};

	return cmocka_run_group_tests_name("compile/shares", tests, NULL, NULL);
}
