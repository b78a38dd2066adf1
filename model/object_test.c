// SPDX-License-Identifier: Apache-2.0
#include "model/object.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/sample.h"

static void a_key_gives_back_its_parts(void **state)
{
	static const struct {
		enum wf_kind kind;
		const char *tenant, *name, *key;
	} cases[] = {
		{WF_KIND_NODE, "", "1", "/weft/v1/node/1"},
		{WF_KIND_TENANT, "", "red", "/weft/v1/tenant/red"},
		{WF_KIND_ENDPOINT, "red", "web-1.x", "/weft/v1/endpoint/red/web-1.x"},
		{WF_KIND_IDENTITY, "red", "a/b=1,c=2", "/weft/v1/identity/red/a/b=1,c=2"},
		{WF_KIND_IDENTITY, "red", "", "/weft/v1/identity/red/"},
		{WF_KIND_POLICY, "red", "p", "/weft/v1/policy/red/p"},
		{WF_KIND_KEY, "", "k", "/weft/v1/key/k"},
	};
	char buf[WF_OBJECT_KEY_MAX], tenant[WF_NAME_MAX + 1];
	const char *name;
	enum wf_kind kind;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(wf_object_key(cases[i].kind, cases[i].tenant, cases[i].name,
						  buf),
				    cases[i].key);
		assert_int_equal(wf_object_key_parse(buf, &kind, tenant, &name), 0);
		assert_int_equal(kind, cases[i].kind);
		assert_string_equal(tenant, cases[i].tenant);
		assert_string_equal(name, cases[i].name);
	}
}

static void key_parse_refuses_what_no_object_has(void **state)
{
	static const char *const keys[] = {
		"",
		"/weft/v1/",
		"/weft/v2/node/1",
		"/weft/v1/node",
		"/weft/v1/node/",
		"/weft/v1/Node/1",
		"/weft/v1/node/a/b",
		"/weft/v1/endpoint/red",
		"/weft/v1/endpoint/red/",
		"/weft/v1/endpoint//web",
		"/weft/v1/endpoint/-red/web",
		"/weft/v1/identity/red/a",
		"/weft/v1/nothing/1",
		"/weft/v1/node/0123456789012345678901234567890123456789012345678901234567890123",
	};
	char tenant[WF_NAME_MAX + 1];
	const char *name;
	enum wf_kind kind;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_int_equal(wf_object_key_parse(keys[i], &kind, tenant, &name), -EINVAL);
}

static void the_longest_identity_fits_its_key(void **state)
{
	char name[WF_LABELS_TEXT_MAX + 1], tenant[WF_NAME_MAX + 1], buf[WF_OBJECT_KEY_MAX];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(tenant, 't', sizeof(tenant) - 1);
	tenant[sizeof(tenant) - 1] = '\0';
	assert_true(strlen(wf_object_key(WF_KIND_IDENTITY, tenant, name, buf)) < sizeof(buf));
}

static void objects_are_ordered_as_their_keys_are(void **state)
{
	static const char *const tenants[] = {"a", "a-b", "a.b", "a_b", "a0", "ab", "A"};
	char x[WF_OBJECT_KEY_MAX], y[WF_OBJECT_KEY_MAX];
	size_t n = sizeof(tenants) / sizeof(*tenants);

	for (size_t i = 0; i < n * n; i++) {
		struct wf_object *a = wf_object_new(WF_KIND_ENDPOINT, tenants[i / n], "z");
		struct wf_object *b = wf_object_new(WF_KIND_ENDPOINT, tenants[i % n], "z");
		int by_key = strcmp(wf_object_key(a->kind, a->tenant, a->name, x),
				    wf_object_key(b->kind, b->tenant, b->name, y));

		assert_int_equal(wf_object_cmp(a, b) < 0, by_key < 0);
		assert_int_equal(wf_object_cmp(a, b) == 0, by_key == 0);
		wf_object_unref(a);
		wf_object_unref(b);
	}
}

static void a_clone_owns_what_it_has(void **state)
{
	struct wf_object *o = sample_policy("red", "p", "4"), *clone;

	assert_int_equal(wf_labels_set(&o->policy.from.labels, "app", "web"), 0);
	o->policy.from.type = WF_SELECT_LABELS;
	clone = wf_object_clone(o);
	wf_object_unref(o);
	assert_int_equal(clone->refs, 1);
	assert_string_equal(clone->name, "p");
	assert_string_equal(clone->tenant, "red");
	assert_string_equal(clone->policy.paths[0].via[0], "4");
	assert_int_equal(clone->policy.from.labels.n, 1);
	assert_string_equal(clone->policy.from.labels.items[0].value, "web");
	wf_object_unref(clone);
}

static void a_selector_matches_by_labels_by_prefix_and_any(void **state)
{
	static const struct {
		const char *labels, *prefix; /* of the selector; NULL: it is of another type */
		const char *text;
		bool matches;
	} cases[] = {
		{"app=web", NULL, "app=web", true},
		{"app=db", NULL, "app=db", false},
		{"app=web,x=1", NULL, "app=web,x=1", false},
		{NULL, "10.0.0.0/24", "10.0.0.0/24", true},
		{NULL, "10.0.1.0/24", "10.0.1.0/24", false},
		{NULL, "fd00::/8", "fd00::/8", false},
		{NULL, NULL, "any", true},
	};
	struct wf_object *o = sample_endpoint("red", "web", "10.0.0.5");
	char buf[WF_LABELS_STR_MAX];

	assert_int_equal(wf_labels_parse("app=web,tier=1", &o->endpoint.labels), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_selector s = {.type = WF_SELECT_ANY};

		if (cases[i].labels) {
			s.type = WF_SELECT_LABELS;
			assert_int_equal(wf_labels_parse(cases[i].labels, &s.labels), 0);
		} else if (cases[i].prefix) {
			s.type = WF_SELECT_PREFIX;
			assert_int_equal(wf_prefix_parse(cases[i].prefix, &s.prefix), 0);
		}
		assert_int_equal(wf_selector_matches(&s, &o->endpoint), cases[i].matches);
		assert_string_equal(wf_selector_str(&s, buf), cases[i].text);
		wf_labels_done(&s.labels);
	}
	wf_object_unref(o);
}

static void a_selector_speaks_of_other_tenants_and_of_the_internet(void **state)
{
	struct wf_object *o = sample_endpoint("blue", "web", "10.0.0.5");
	struct wf_selector s = {.type = WF_SELECT_TENANT, .tenant = "blue"};
	char buf[WF_SELECTOR_STR_MAX];

	assert_int_equal(wf_labels_parse("app=web,tier=1", &o->endpoint.labels), 0);
	assert_true(wf_selector_matches(&s, &o->endpoint));
	assert_string_equal(wf_selector_str(&s, buf), "tenant/blue");
	assert_int_equal(wf_labels_parse("app=web", &s.labels), 0);
	assert_true(wf_selector_matches(&s, &o->endpoint));
	assert_string_equal(wf_selector_str(&s, buf), "tenant/blue/app=web");
	assert_int_equal(wf_labels_set(&s.labels, "tier", "2"), 0);
	assert_false(wf_selector_matches(&s, &o->endpoint));
	s.type = WF_SELECT_INTERNET;
	assert_false(wf_selector_matches(&s, &o->endpoint));
	assert_string_equal(wf_selector_str(&s, buf), "internet");
	wf_labels_done(&s.labels);
	wf_object_unref(o);
}

static void the_longest_selector_fits_its_text(void **state)
{
	struct wf_selector s = {.type = WF_SELECT_TENANT};
	char buf[WF_SELECTOR_STR_MAX + 1], value[WF_LABEL_VALUE_MAX + 1] = "";
	char key[WF_LABEL_KEY_MAX + 1] = "";

	memset(s.tenant, 't', WF_NAME_MAX);
	memset(value, 'v', WF_LABEL_VALUE_MAX);
	memset(key, 'k', WF_LABEL_KEY_MAX);
	for (int i = 0; i < 3; i++) {
		key[0] = (char)('a' + i);
		assert_int_equal(wf_labels_set(&s.labels, key, value), 0);
	}
	value[WF_LABELS_TEXT_MAX - 3 * 128 - 2] = '\0';
	assert_int_equal(wf_labels_set(&s.labels, "z", value), 0);
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(strlen(wf_selector_str(&s, buf)), WF_SELECTOR_STR_MAX - 1);
	assert_int_equal(buf[WF_SELECTOR_STR_MAX], 'x');
	wf_labels_done(&s.labels);
}

static void names_are_words_of_63_bytes(void **state)
{
	char longest[WF_NAME_MAX + 2] = "";

	memset(longest, 'a', WF_NAME_MAX);
	assert_true(wf_name_is_valid(longest));
	longest[WF_NAME_MAX] = 'a';
	assert_false(wf_name_is_valid(longest));
	assert_true(wf_name_is_valid("1"));
	assert_true(wf_name_is_valid("a-b_c.D"));
	assert_false(wf_name_is_valid(""));
	assert_false(wf_name_is_valid("-a"));
	assert_false(wf_name_is_valid("a/b"));
	assert_false(wf_name_is_valid("a b"));
	assert_false(wf_name_is_valid("\xc3\xa4"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_gives_back_its_parts),
		cmocka_unit_test(key_parse_refuses_what_no_object_has),
		cmocka_unit_test(the_longest_identity_fits_its_key),
		cmocka_unit_test(objects_are_ordered_as_their_keys_are),
		cmocka_unit_test(a_clone_owns_what_it_has),
		cmocka_unit_test(a_selector_matches_by_labels_by_prefix_and_any),
		cmocka_unit_test(a_selector_speaks_of_other_tenants_and_of_the_internet),
		cmocka_unit_test(the_longest_selector_fits_its_text),
		cmocka_unit_test(names_are_words_of_63_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
