// SPDX-License-Identifier: Apache-2.0
/* What does not fit into the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "agent/rig.h"
#include "agent/room.h"

#define TENANTS_MAX (1 << 16)

static int setup(void **state)
{
	wf_rig_setup(state, sizeof(struct wf_rig), 1);
	return 0;
}

/* As if others had made them. */
static void put_tenants(struct wf_agent *a, uint32_t n)
{
	for (uint32_t id = 1; id <= n; id++) {
		char name[16];
		struct wf_object *o;

		snprintf(name, sizeof(name), "t%06u", id);
		o = wf_object_new(WF_KIND_TENANT, NULL, name);
		o->self.id = id;
		o->self.n_prefixes = 1;
		assert_int_equal(wf_prefix_parse("10.0.0.0/8", &o->self.prefixes[0]), 0);
		assert_int_equal(wf_model_put(a->model, o), 0);
		wf_object_unref(o);
	}
}

static void a_wish_that_does_not_fit_is_refused_as_a_whole_with_the_limit(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};
	const char *two = "[{\"kind\":\"Tenant\",\"name\":\"a\",\"prefixes\":[\"10.0.0.0/8\"]},"
			  "{\"kind\":\"Tenant\",\"name\":\"b\",\"prefixes\":[\"10.0.0.0/8\"]}]";
	size_t n_keys;

	put_tenants(a, TENANTS_MAX - 1);
	n_keys = wf_rig_count(rig, "/weft/");
	assert_int_equal(wf_rig_apply(a, two, &outcome, &err), -E2BIG);
	assert_non_null(strstr(err.msg, "nothing was applied: table 'tenants'"));
	assert_non_null(strstr(err.msg, "65536"));
	assert_int_equal(wf_rig_count(rig, "/weft/"), n_keys);
	wf_outcome_done(&outcome);
}

static void policies_may_fill_half_of_their_tables(void **state)
{
	uint32_t most = (uint32_t)wf_table_most(WF_TABLE_POLICY) / 2;
	struct wf_image *image = wf_image_new();
	struct wf_policy_key key = {.set = 1};
	struct wf_policy_entry value = {0};
	struct wf_err err = {0};

	for (uint32_t i = 0; i <= most; i++) {
		if (i == most) {
			assert_int_equal(wf_image_seal(image, NULL), 0);
			assert_int_equal(wf_room_check(image, NULL), 0);
			wf_image_open(image);
		}
		key.set = 1 + i / 1000;
		key.policy = (uint16_t)(i % 1000);
		assert_int_equal(wf_image_add(image, WF_TABLE_POLICY, &key, &value), 0);
	}
	assert_int_equal(wf_image_seal(image, NULL), 0);
	assert_int_equal(wf_room_check(image, &err), -E2BIG);
	assert_non_null(strstr(err.msg, "131073 entries of table 'policies'"));
	assert_non_null(strstr(err.msg, "room for 131072"));
	wf_image_free(image);
}

/* Three sets: 1 is left of the last exchange, 2 is sent by, 3 is received by. */
static void add_sets(struct wf_image *image)
{
	uint32_t tenant = 1;
	struct wf_tenant_entry entry = {.set = 3, .set_out = 2, .set_was = 1};

	assert_int_equal(wf_image_add(image, WF_TABLE_TENANT, &tenant, &entry), 0);
	for (uint64_t set = 1; set <= 3; set++) {
		struct wf_verdict_key verdict = {.set = set};
		struct wf_zone_key zone = {.prefix_len = WF_ZONE_SET_BITS,
					   .set = {[7] = (uint8_t)set}};
		struct wf_set value = {0};
		uint64_t ranges = 1;
		uint32_t inside = WF_ZONE_INSIDE;

		assert_int_equal(wf_image_add(image, WF_TABLE_SET, &set, &value), 0);
		assert_int_equal(wf_image_add(image, WF_TABLE_VERDICT, &verdict, &ranges), 0);
		assert_int_equal(wf_image_add(image, WF_TABLE_ZONE, &zone, &inside), 0);
	}
	assert_int_equal(wf_image_seal(image, NULL), 0);
}

#define CHANGES_MAX 16

/* Puts or deletes all of @image. */
static size_t change_all(const struct wf_image *image, bool is_put,
			 struct wf_table_change ret[CHANGES_MAX])
{
	size_t n = 0;

	for (int i = 0; i < WF_TABLE_COUNT; i++) {
		enum wf_table t = (enum wf_table)i;

		for (size_t e = 0; t != WF_TABLE_COUNTER && e < wf_image_count(image, t); e++)
			ret[n++] = (struct wf_table_change){
				.table = t,
				.key = wf_image_key(image, t, e),
				.value = is_put ? wf_image_value(image, t, e) : NULL,
			};
	}
	return n;
}

static void room_is_made_of_what_no_packet_is_judged_by(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	const struct wf_kern *k = rig->nodes[0].world;
	struct wf_table_change changes[CHANGES_MAX];
	size_t n;

	wf_image_free(a->installed);
	a->installed = wf_image_new();
	add_sets(a->installed);
	n = change_all(a->installed, true, changes);
	assert_int_equal(a->kern->ops->table_apply(a->kern, changes, n, NULL), 0);
	n = change_all(a->installed, false, changes);
	assert_int_equal(wf_room_make(a, changes, n, NULL), 0);
	for (uint64_t set = 1; set <= 3; set++) {
		struct wf_verdict_key verdict = {.set = set};
		struct wf_zone_key zone = {.prefix_len = WF_ZONE_SET_BITS,
					   .set = {[7] = (uint8_t)set}};

		assert_int_equal(!!wf_kern_fake_lookup(k, WF_TABLE_SET, &set), set != 1);
		assert_int_equal(!!wf_kern_fake_lookup(k, WF_TABLE_VERDICT, &verdict), set != 1);
		assert_int_equal(!!wf_kern_fake_lookup(k, WF_TABLE_ZONE, &zone), set != 1);
	}
}

/* A wish, and what is kept beside it: @sets name the tenant's. */
static struct wf_image *image_of(struct wf_tenant_entry sets, const uint32_t n_policies[4])
{
	struct wf_image *image = wf_image_new();
	uint32_t tenant = 1;

	assert_int_equal(wf_image_add(image, WF_TABLE_TENANT, &tenant, &sets), 0);
	for (uint64_t set = 1; set < 4; set++) {
		struct wf_policy_key key = {.set = set};
		struct wf_policy_entry value = {0};
		struct wf_set entry = {0};

		if (n_policies[set])
			assert_int_equal(wf_image_add(image, WF_TABLE_SET, &set, &entry), 0);
		for (uint32_t i = 0; i < n_policies[set]; i++) {
			key.policy = (uint16_t)i;
			key.pad[0] = (uint8_t)(i >> 16);
			assert_int_equal(wf_image_add(image, WF_TABLE_POLICY, &key, &value), 0);
		}
	}
	assert_int_equal(wf_image_seal(image, NULL), 0);
	return image;
}

static void exchanges_in_quick_succession_find_room(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	const struct wf_kern *k = rig->nodes[0].world;
	uint32_t most = (uint32_t)wf_table_most(WF_TABLE_POLICY);
	const uint32_t full[] = {0, most - 4, 4, 0}, next[] = {0, 0, 4, 1000};
	uint64_t gone = 1;

	assert_int_equal(
		wf_install(a,
			   image_of((struct wf_tenant_entry){.set = 2, .set_out = 2, .set_was = 1},
				    full),
			   false, NULL),
		0);
	assert_int_equal(wf_kern_fake_table_size(k, WF_TABLE_POLICY), most);
	assert_int_equal(
		wf_install(a, image_of((struct wf_tenant_entry){.set = 3, .set_out = 2}, next),
			   false, NULL),
		0);
	assert_int_equal(wf_kern_fake_table_size(k, WF_TABLE_POLICY), 1004);
	assert_null(wf_kern_fake_lookup(k, WF_TABLE_SET, &gone));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_wish_that_does_not_fit_is_refused_as_a_whole_with_the_limit),
		CASE(policies_may_fill_half_of_their_tables),
		CASE(exchanges_in_quick_succession_find_room),
		CASE(room_is_made_of_what_no_packet_is_judged_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
