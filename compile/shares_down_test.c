// SPDX-License-Identifier: Apache-2.0
/* Backends that are down, or on nodes that are not reached. */
#include "compile/shares_world_test.h"

/* Nobody asks @gone, all others share its slots, none has most of them; nothing else has changed.
 */
static void assert_stood_in_for(const struct wf_shares *before, const struct wf_shares *after,
				struct wf_candidate gone)
{
	unsigned int n_taken[6] = {0};

	assert_int_equal(before->n_slots, after->n_slots);
	for (uint32_t i = 0; i < after->n_slots; i++) {
		assert_false(is_asked(after->slots[i], gone));
		if (is_same(before->slots[i][0], gone))
			n_taken[after->slots[i][0].node]++;
		else
			assert_memory_equal(before->slots[i], after->slots[i],
					    sizeof(*after->slots));
	}
	for (int node = 1; node <= 5; node++)
		assert_in_range(n_taken[node], 1, after->n_slots / 16);
}

static void who_is_not_reached_is_stood_in_for(void **state)
{
	static const uint16_t unreachable[] = {1, 9};
	const struct wf_here here = {.unreachable = unreachable, .n_unreachable = 2};
	struct wf_model *m = make(5, 0);
	struct wf_shares before = shares_of(m);
	struct wf_shares after = shares_from(m, &here), again = shares_of(m);

	(void)state;
	for (uint32_t i = 0; i < after.n_slots; i++)
		if (!is_same(before.slots[i][0], web0))
			assert_memory_equal(before.slots[i], after.slots[i], sizeof(*after.slots));
		else
			assert_in_range(after.slots[i][0].node, 2, 5);
	assert_memory_equal(before.slots, again.slots, before.n_slots * sizeof(*before.slots));
	wf_shares_done(&before);
	wf_shares_done(&after);
	wf_shares_done(&again);
	wf_model_free(m);
}

static void former_owners_that_are_not_reached_are_not_asked(void **state)
{
	static const uint16_t unreachable[] = {1};
	const struct wf_here here = {.unreachable = unreachable, .n_unreachable = 1};
	struct wf_model *m = make(5, 0);
	struct wf_shares after;

	(void)state;
	set_labels(m, "web0", "app=old"); /* it keeps what it has */
	wish_begin(m, "red", "web");
	after = shares_from(m, &here);
	for (uint32_t i = 0; i < after.n_slots; i++)
		assert_false(is_asked(after.slots[i], web0));
	wf_shares_done(&after);
	wf_model_free(m);
}

static void who_is_down_is_not_asked_at_once(void **state)
{
	struct wf_model *m = make(10, 0);
	struct wf_shares before = shares_of(m), after, written;

	(void)state;
	set_down(m, "web0");
	after = shares_of(m);
	for (uint32_t i = 0; i < after.n_slots; i++)
		assert_false(is_asked(after.slots[i], web0));
	wish_begin(m, "red", "web");
	written = shares_of(m);
	assert_stood_in_for(&before, &after, web0);
	/* all nodes find what was begun meanwhile, whether they know yet what was written */
	for (uint32_t i = 0; i < after.n_slots; i++) {
		assert_true(is_asked(written.slots[i], after.slots[i][0]));
		if (is_same(before.slots[i][0], web0))
			assert_true(is_same(after.slots[i][0], written.slots[i][0]));
	}
	assert_kept(&before, &written, web0);
	wf_shares_done(&before);
	wf_shares_done(&after);
	wf_shares_done(&written);
	wf_model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_not_reached_is_stood_in_for),
		cmocka_unit_test(former_owners_that_are_not_reached_are_not_asked),
		cmocka_unit_test(who_is_down_is_not_asked_at_once),
	};

	return cmocka_run_group_tests_name("compile/shares_down", tests, NULL, NULL);
}
