// SPDX-License-Identifier: Apache-2.0
#include "compile/wish_test.h"

static void add_tenant(struct wf_image *img, uint32_t id, uint64_t set)
{
	struct wf_tenant_entry entry = {.set = set};

	assert_int_equal(wf_image_add(img, WF_TABLE_TENANT, &id, &entry), 0);
}

static void entries_are_found_in_whatever_order_they_came(void **state)
{
	static const uint32_t ids[] = {9, 3, 7, 1, 5, 1000};
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	uint32_t missing = 4;

	for (size_t i = 0; i < 6; i++)
		add_tenant(img, ids[i], ids[i] * 2);
	assert_int_equal(wf_image_seal(img, NULL), 0);
	assert_int_equal(wf_image_count(img, WF_TABLE_TENANT), 6);
	for (size_t i = 0; i < 6; i++) {
		const struct wf_tenant_entry *entry = wf_image_find(img, WF_TABLE_TENANT, &ids[i]);

		assert_non_null(entry);
		assert_int_equal(entry->set, ids[i] * 2);
	}
	assert_null(wf_image_find(img, WF_TABLE_TENANT, &missing));
	for (size_t i = 1; i < 6; i++)
		assert_true(memcmp(wf_image_key(img, WF_TABLE_TENANT, i - 1),
				   wf_image_key(img, WF_TABLE_TENANT, i), 4) < 0);
}

static void seal_names_the_table_that_has_a_key_twice(void **state)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	struct wf_err err;

	add_tenant(img, 2, 0);
	add_tenant(img, 1, 0);
	add_tenant(img, 2, 1);
	assert_int_equal(wf_image_seal(img, &err), -EEXIST);
	assert_non_null(strstr(err.msg, wf_table_name(WF_TABLE_TENANT)));
	assert_non_null(strstr(err.msg, "a key twice"));
}

static void seal_names_the_table_that_is_too_big_and_its_limit(void **state)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	struct wf_sid_entry entry = {.behavior = WF_BEHAVIOR_END};
	struct wf_err err;
	int r = 0;

	for (uint64_t key = 0; key < 16400 && !r; key++)
		r = wf_image_add(img, WF_TABLE_SID, &key, &entry);
	assert_int_equal(r, -E2BIG); /* so that what is far too big ends soon */
	assert_int_equal(wf_image_seal(img, &err), -E2BIG);
	assert_non_null(strstr(err.msg, wf_table_name(WF_TABLE_SID)));
	assert_non_null(strstr(err.msg, "more than 16384 entries"));
}

static void an_interface_has_one_hook_and_one_mtu(void **state)
{
	struct wf_image *img = wf_image_new();

	wf_image_add_hook(img, 4, WF_HOOK_EDGE);
	wf_image_add_hook(img, 4, WF_HOOK_APPLY);
	assert_int_equal(wf_image_seal(img, NULL), -EEXIST);
	wf_image_free(img);
	img = wf_image_new();
	wf_image_add_mtu(img, 4, 1400);
	wf_image_add_mtu(img, 4, 1500);
	assert_int_equal(wf_image_seal(img, NULL), -EEXIST);
	wf_image_free(img);
}

static void the_empty_image_has_text_and_nothing_in_it(void **state)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	_cleanup_free_ char *text = NULL;
	size_t n;

	assert_int_equal(wf_image_seal(img, NULL), 0);
	text = wf_image_str(img);
	assert_string_equal(text, "config = block 00000000 node 0 ::\n");
	assert_int_equal(wf_image_count(img, WF_TABLE_COUNTER), 0);
	wf_image_counters(img, &n);
	assert_int_equal(n, 0);
}

static void put_zone(struct wf_image *img, const char *text, uint32_t value)
{
	struct wf_zone_key key = {.set = {7}};
	struct wf_prefix p;

	assert_int_equal(wf_prefix_parse(text, &p), 0);
	key.prefix_len = WF_ZONE_SET_BITS + p.len;
	memcpy(key.addr, p.addr.bytes, 16);
	assert_int_equal(wf_image_add(img, WF_TABLE_ZONE, &key, &value), 0);
}

static uint32_t look_up_zone(const struct wf_image *img, uint8_t set, const char *addr)
{
	struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + 128, .set = {set}};
	const uint32_t *zone;
	struct wf_addr a;

	assert_int_equal(wf_addr_parse(addr, &a), 0);
	memcpy(key.addr, a.bytes, 16);
	zone = wf_image_lookup(img, WF_TABLE_ZONE, &key);
	return zone ? *zone : 0;
}

static void zones_are_looked_up_by_the_longest_prefix(void **state)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();

	put_zone(img, "10.0.0.0/8", 1);
	put_zone(img, "10.0.0.0/16", 2);
	put_zone(img, "10.0.0.1/32", 3);
	put_zone(img, "::/0", 4);
	assert_int_equal(wf_image_seal(img, NULL), 0);
	assert_int_equal(look_up_zone(img, 7, "10.0.0.1"), 3);
	assert_int_equal(look_up_zone(img, 7, "10.0.0.2"), 2);
	assert_int_equal(look_up_zone(img, 7, "10.1.0.1"), 1);
	assert_int_equal(look_up_zone(img, 7, "fd00::1"), 4);
	assert_int_equal(look_up_zone(img, 6, "10.0.0.1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_in_whatever_order_they_came),
		cmocka_unit_test(seal_names_the_table_that_has_a_key_twice),
		cmocka_unit_test(seal_names_the_table_that_is_too_big_and_its_limit),
		cmocka_unit_test(an_interface_has_one_hook_and_one_mtu),
		cmocka_unit_test(the_empty_image_has_text_and_nothing_in_it),
		cmocka_unit_test(zones_are_looked_up_by_the_longest_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
