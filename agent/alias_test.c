// SPDX-License-Identifier: Apache-2.0
#include "agent/alias.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void a_namespace_has_one_path(void **state)
{
	static const struct {
		const char *netns, *path; /* NULL: refused */
	} cases[] = {
		{"c1", "/run/netns/c1"},
		{"/run/netns/c1", "/run/netns/c1"},
		{"/var/run/netns/c1", "/run/netns/c1"},
		{"/proc/7/ns/net", "/proc/7/ns/net"},
		{"", NULL},
		{".", NULL},
		{"..", NULL},
		{"a/b", NULL},
		{"a b", NULL},
	};
	char path[WF_NETNS_MAX + 1], longest[WF_NETNS_MAX + 2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(wf_netns_path(cases[i].netns, path), cases[i].path ? 0 : -EINVAL);
		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
	}
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[WF_NETNS_MAX + 1] = '\0';
	assert_int_equal(wf_netns_path(longest, path), -EINVAL);
	longest[WF_NETNS_MAX] = '\0';
	assert_int_equal(wf_netns_path(longest, path), 0);
}

static void the_longest_alias_fits_and_is_read_back(void **state)
{
	struct wf_alias alias, read;
	char text[WF_ALIAS_MAX + 1];

	memset(&alias, 0, sizeof(alias));
	memset(alias.tenant, 't', WF_NAME_MAX);
	memset(alias.name, 'n', WF_NAME_MAX);
	memset(alias.ifname, 'i', WF_IFNAME_MAX);
	memset(alias.netns, '/', WF_NETNS_MAX);
	assert_int_equal(strlen(wf_alias_str(&alias, text)), WF_ALIAS_MAX);
	assert_int_equal(wf_alias_parse(text, &read), 0);
	assert_string_equal(read.tenant, alias.tenant);
	assert_string_equal(read.name, alias.name);
	assert_string_equal(read.ifname, alias.ifname);
	assert_string_equal(read.netns, alias.netns);
}

static void what_others_wrote_is_no_alias(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{"weft:red/web", 0},
		{"weft:red/web eth0 /run/netns/c1", 0},
		{"", -EINVAL},
		{"uplink", -EINVAL},
		{"weft:", -EINVAL},
		{"weft:red", -EINVAL},
		{"weft:/web", -EINVAL},
		{"weft:red/", -EINVAL},
		{"weft:red/web sixteencharacters", -EINVAL},
		{"weft:-red/web", -EINVAL},
	};
	struct wf_alias alias;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(wf_alias_parse(cases[i].text, &alias), cases[i].code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_namespace_has_one_path),
		cmocka_unit_test(the_longest_alias_fits_and_is_read_back),
		cmocka_unit_test(what_others_wrote_is_no_alias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
