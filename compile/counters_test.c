// SPDX-License-Identifier: Apache-2.0
#include "compile/counters.h"

#include "compile/wish_test.h"

static const struct wf_here_port red_web[] = {{.tenant = "red", .name = "web", .ifindex = 7}};
static const struct wf_here with_red = {.node = "A", .ports = red_web, .n_ports = 1};
static const struct wf_here with_nobody = {.node = "A"};

/* Tenants red (1) and blue (2); blue's policy 3 lets red in, requires transit; its 4 denies. */
static struct wf_model *make_model(void)
{
	struct wf_model *m = wf_model_new();
	struct wf_object *o;

	wish_tenant(m, "red", 1, WF_ENCODING_UNSET);
	wish_tenant(m, "blue", 2, WF_ENCODING_UNSET);
	o = wf_object_new(WF_KIND_POLICY, "blue", "let");
	o->policy.id = 3;
	o->policy.from.type = WF_SELECT_TENANT;
	strcpy(o->policy.from.tenant, "red");
	o->policy.require = WF_REQUIRE_TRANSIT;
	wish_put(m, o);
	o = wf_object_new(WF_KIND_POLICY, "blue", "no");
	o->policy.id = 4;
	o->policy.is_deny = true;
	wish_put(m, o);
	o = wf_object_new(WF_KIND_POLICY, "blue", "without id");
	wish_put(m, o);
	return m;
}

/* "KIND:TENANT/POLICY ..." of all policies' counters. */
static void check(const struct wf_here *here, const char *tenant, const char *wanted)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_model();
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	const struct wf_counter_key *keys;
	char text[512] = "";
	size_t n;

	assert_int_equal(wf_counters_add_policies(img, m, here,
						  wf_model_find(m, WF_KIND_TENANT, NULL, tenant)),
			 0);
	assert_int_equal(wf_image_seal(img, NULL), 0);
	keys = wf_image_counters(img, &n);
	for (size_t i = 0; i < n; i++) {
		struct wf_policy_name name;

		memcpy(&name, keys[i].name, sizeof(name));
		sprintf(text + strlen(text), "%s%d:%u/%u", i ? " " : "", keys[i].kind, name.tenant,
			name.policy);
	}
	assert_string_equal(text, wanted);
}

static void a_policy_has_the_counters_that_it_can_move(void **state)
{
	/* in 7, deny out 8, deny in 9, transit 10, transit drop 11 */
	check(&with_red, "red", "7:1/0 8:1/0 9:1/0");
	check(&with_red, "blue", "7:2/0 7:2/3 8:2/0 8:2/4 9:2/0 9:2/3 9:2/4 10:2/3 11:2/3");
}

static void what_nobody_here_meets_is_not_counted(void **state)
{
	check(&with_nobody, "red", "");
	check(&with_nobody, "blue", "");
}

static void an_endpoint_without_addresses_has_no_counters(void **state)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	struct wf_endpoint e = {.n_addrs = 0};
	size_t n;

	assert_int_equal(wf_counters_add_endpoint(img, 1, &e), 0);
	wf_image_counters(img, &n);
	assert_int_equal(n, 0);
	e.n_addrs = 2;
	assert_int_equal(wf_counters_add_endpoint(img, 1, &e), 0);
	wf_image_counters(img, &n);
	assert_int_equal(n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_has_the_counters_that_it_can_move),
		cmocka_unit_test(what_nobody_here_meets_is_not_counted),
		cmocka_unit_test(an_endpoint_without_addresses_has_no_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
