// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "model/sample.h"

#define N_RANDOM 400

static struct wf_addr address(const char *text)
{
	struct wf_addr a;

	assert_int_equal(wf_addr_parse(text, &a), 0);
	return a;
}

static void find_and_range_see_what_was_put_in_any_order(void **state)
{
	static const char *const order[] = {"m", "c", "z", "a", "n"};
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	struct wf_object *const *range;
	size_t n;

	for (size_t i = 0; i < 5; i++) {
		sample_put(m, sample_endpoint("red", order[i], "10.0.0.1"));
		sample_put(m, sample_endpoint("blue", order[i], "10.0.0.1"));
		sample_put(m, sample_endpoint("red-2", order[i], "10.0.0.1"));
	}
	range = wf_model_range(m, WF_KIND_ENDPOINT, "red", &n);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(range[i]->tenant, "red");
		assert_true(!i || strcmp(range[i - 1]->name, range[i]->name) < 0);
		assert_ptr_equal(wf_model_find(m, WF_KIND_ENDPOINT, "red", range[i]->name),
				 range[i]);
	}
	wf_model_range(m, WF_KIND_ENDPOINT, NULL, &n);
	assert_int_equal(n, 15);
	wf_model_range(m, WF_KIND_ENDPOINT, "nobody", &n);
	assert_int_equal(n, 0);
	wf_model_range(m, WF_KIND_POLICY, NULL, &n);
	assert_int_equal(n, 0);
	assert_null(wf_model_find(m, WF_KIND_ENDPOINT, "red", "b"));
	assert_null(wf_model_find(m, WF_KIND_POLICY, "red", "a"));
}

static void put_replaces_and_gives_the_old_address_back(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	struct wf_addr old = address("10.0.0.1"), new = address("10.0.0.2");

	sample_put(m, sample_endpoint("red", "a", "10.0.0.1"));
	sample_put(m, sample_endpoint("red", "a", "10.0.0.2"));
	assert_null(wf_model_find_address(m, "red", &old));
	assert_null(wf_model_find_address(m, "blue", &new));
	assert_string_equal(wf_model_find_address(m, "red", &new)->name, "a");
	assert_int_equal(wf_model_remove(m, WF_KIND_ENDPOINT, "red", "a"), 0);
	assert_int_equal(wf_model_remove(m, WF_KIND_ENDPOINT, "red", "a"), -ENOENT);
	assert_null(wf_model_find_address(m, "red", &new));
}

static void a_copy_is_untouched_by_changes_of_the_first(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	WF_CLEANUP(cleanup_model) struct wf_model *copy = NULL;
	struct wf_addr a = address("10.0.0.1"), b = address("10.0.0.2");

	sample_put(m, sample_endpoint("red", "a", "10.0.0.1"));
	copy = wf_model_copy(m);
	sample_put(copy, sample_endpoint("red", "b", "10.0.0.2"));
	assert_int_equal(wf_model_remove(m, WF_KIND_ENDPOINT, "red", "a"), 0);
	assert_non_null(wf_model_find(copy, WF_KIND_ENDPOINT, "red", "a"));
	assert_non_null(wf_model_find_address(copy, "red", &a));
	assert_null(wf_model_find_address(m, "red", &a));
	assert_null(wf_model_find_address(m, "red", &b));
}

static void ids_and_end_sids_are_found_by_their_owner(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	struct wf_object *router = sample_node("r", 9);
	struct wf_claim claim;

	router->node.has_end_sid = true;
	router->node.end_sid = address("5f00:0:9:1::");
	sample_put(m, router);
	sample_put(m, sample_node("n", 4));
	claim = wf_claim_id(WF_KIND_NODE, "", 9);
	assert_string_equal(wf_model_find_claim(m, &claim, NULL)->name, "r");
	assert_null(wf_model_find_claim(m, &claim, router));
	claim = wf_claim_id(WF_KIND_TENANT, "", 9);
	assert_null(wf_model_find_claim(m, &claim, NULL));
	claim = (struct wf_claim){.kind = WF_KIND_NODE,
				  .type = WF_CLAIM_ADDRESS,
				  .scope = "",
				  .value = address("5f00:0:9:1::")};
	assert_string_equal(wf_model_find_claim(m, &claim, NULL)->name, "r");
}

/* Random puts and removes, against plain arrays that say what must be there. */
static void the_address_index_survives_random_changes(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	int addr_of[N_RANDOM] = {0}, name_of[N_RANDOM + 1] = {0};
	char name[16], text[32];

	srand(1);
	for (int step = 0; step < 20000; step++) {
		int i = rand() % N_RANDOM, a = 1 + rand() % N_RANDOM;

		snprintf(name, sizeof(name), "e%d", i);
		if (name_of[a] && name_of[a] != i + 1)
			a = 0; /* taken: remove instead */
		name_of[addr_of[i]] = 0;
		addr_of[i] = a;
		snprintf(text, sizeof(text), "10.0.%d.%d", a >> 8, a & 255);
		if (a) {
			name_of[a] = i + 1;
			sample_put(m, sample_endpoint("red", name, text));
		} else {
			wf_model_remove(m, WF_KIND_ENDPOINT, "red", name);
		}
	}
	for (int a = 1; a <= N_RANDOM; a++) {
		struct wf_addr addr;
		struct wf_object *o;

		snprintf(text, sizeof(text), "10.0.%d.%d", a >> 8, a & 255);
		addr = address(text);
		o = wf_model_find_address(m, "red", &addr);
		assert_int_equal(o != NULL, name_of[a] != 0);
		if (o)
			assert_int_equal(atoi(o->name + 1), name_of[a] - 1);
	}
}

static void many_sorted_endpoints_load_and_are_all_found(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	char name[16], text[32];
	struct wf_addr a;
	size_t n;

	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "e%06d", i);
		snprintf(text, sizeof(text), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
		sample_put(m, sample_endpoint("red", name, text));
	}
	wf_model_range(m, WF_KIND_ENDPOINT, "red", &n);
	assert_int_equal(n, 20000);
	for (int i = 0; i < 20000; i += 7) {
		snprintf(name, sizeof(name), "e%06d", i);
		snprintf(text, sizeof(text), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
		a = address(text);
		assert_ptr_equal(wf_model_find_address(m, "red", &a),
				 wf_model_find(m, WF_KIND_ENDPOINT, "red", name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find_and_range_see_what_was_put_in_any_order),
		cmocka_unit_test(put_replaces_and_gives_the_old_address_back),
		cmocka_unit_test(a_copy_is_untouched_by_changes_of_the_first),
		cmocka_unit_test(ids_and_end_sids_are_found_by_their_owner),
		cmocka_unit_test(the_address_index_survives_random_changes),
		cmocka_unit_test(many_sorted_endpoints_load_and_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
