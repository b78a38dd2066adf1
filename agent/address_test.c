// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "agent/address.h"
#include "agent/rig.h"

/* How many endpoints get an address from @prefix before it is full. */
static int capacity(const char *prefix)
{
	struct wf_rig rig;
	struct wf_agent *a;
	char text[200];
	struct wf_edit e;
	int n = 0, r = 0;

	wf_rig_init(&rig);
	a = wf_rig_start(&rig, 0);
	snprintf(text, sizeof(text), "[{\"kind\":\"Tenant\",\"name\":\"t\",\"prefixes\":[\"%s\"]}]",
		 prefix);
	wf_rig_must_apply(a, text);
	wf_edit_init(&e, a);
	for (; !r; n++) {
		char name[16];
		struct wf_object *o;
		struct wf_current none = {0};

		snprintf(name, sizeof(name), "e%d", n);
		o = wf_object_new(WF_KIND_ENDPOINT, "t", name);
		r = wf_address_allocate(&e, wf_model_find(a->model, WF_KIND_TENANT, NULL, "t"), o,
					NULL);
		if (!r) {
			assert_int_equal(o->endpoint.n_addrs, 1);
			assert_int_equal(wf_edit_add(&e, &none, o), 0);
			assert_int_equal(
				wf_model_check_put(a->model, &o, 1, &(struct wf_problems){0}), 0);
		}
		wf_object_unref(o);
	}
	assert_int_equal(r, -EADDRNOTAVAIL);
	wf_edit_done(&e);
	wf_rig_done(&rig);
	return n - 1;
}

static void a_prefix_gives_all_its_addresses_but_the_special_ones(void **state)
{
	static const struct {
		const char *prefix;
		int n;
	} cases[] = {
		{"10.0.0.4/32", 1}, {"10.0.0.4/31", 2},	  {"10.0.0.4/30", 2},
		{"10.0.0.8/29", 6}, {"10.0.0.0/24", 254}, {"fd00::4/128", 1},
		{"fd00::4/127", 2}, {"fd00::4/126", 3},	  {"fd00::100/120", 255},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(capacity(cases[i].prefix), cases[i].n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_gives_all_its_addresses_but_the_special_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
