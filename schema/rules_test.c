// SPDX-License-Identifier: Apache-2.0
/* Policies, tenants and keys: one file's text, and every line that it must be answered with. */
#include "schema/schema.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

#define RED    "kind: Tenant\nname: red\nprefixes: [10.0.0.0/16]\n"
#define POLICY "kind: Policy\nname: p\ntenant: red\nfrom: any\nto: any\n"

static void expect(const char *text, const char *expected)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;

	assert_int_equal(wf_manifest_add(m, "f", text, strlen(text)), *expected ? -EINVAL : 0);
	found = wf_manifest_problems_str(m);
	assert_string_equal(found ? found : "", expected);
}

static void sides_that_are_wrong(void **state)
{
	static const struct {
		const char *side, *expected;
	} cases[] = {
		{"any", ""},
		{"internet", ""},
		{"10.0.0.0/24", ""},
		{"{app: web}", ""},
		{"app=web,tier=front", ""},
		{"tenant/blue", ""},
		{"tenant/blue/app=web,tier=front", ""},
		{"tenant=x", ""},
		{"Internet", "expected any, internet, labels like {app: web}, a prefix like "
			     "10.0.0.0/24 or another tenant like tenant/blue, not 'Internet'"},
		{"{}", "there is no label in it; write any for all endpoints"},
		{"{tenant: blue}",
		 "another tenant is written tenant/NAME, or tenant/NAME/app=web; a "
		 "label that is called so, tenant=x"},
		{"[any]",
		 "expected any, internet, labels like {app: web}, a prefix like 10.0.0.0/24 "
		 "or another tenant like tenant/blue, not a list"},
		{"tenant/", "expected another tenant, like tenant/blue, not 'tenant/'"},
		{"'tenant/a b'", "expected another tenant, like tenant/blue, not 'tenant/a b'"},
		{"tenant/blue/", "'' is not a set of labels, like app=web,tier=front"},
		{"tenant/blue/app", "'app' is not a set of labels, like app=web,tier=front"},
		{"app=web,", "'app=web,' is not a set of labels, like app=web,tier=front"},
		{"app=web,app=db",
		 "'app=web,app=db' is not a set of labels, like app=web,tier=front"},
		{"tenant/red", "tenant 'red' is the policy's own; write any, or labels alone"},
		{"10.0.0.1/24", "10.0.0.1/24 has bits set right of its length; did you mean "
				"10.0.0.0/24 or 10.0.0.1/32?"},
	};
	char text[256], expected[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text),
			 "kind: Policy\nname: p\ntenant: red\nfrom: %s\nto: any\n", cases[i].side);
		snprintf(expected, sizeof(expected), "f:4: from: %s\n", cases[i].expected);
		expect(text, *cases[i].expected ? expected : "");
	}
	expect("kind: Policy\nname: p\ntenant: red\nfrom: any\nto: tenant/blue\n",
	       "f:5: to: a policy stands in the tenant that it opens: write it in tenant 'blue', "
	       "with from: tenant/red\n");
	expect("kind: Policy\nname: p\ntenant: red\nfrom: internet\nto: internet\n",
	       "f:5: to: only the tenant's own endpoints can go to the Internet by it\n");
	expect("kind: Policy\nname: p\ntenant: red\nfrom: any\nto: internet\n", "");
}

static void ports_that_are_wrong(void **state)
{
	static const struct {
		const char *port, *expected;
	} cases[] = {
		{"tcp", ""},
		{"udp/53", ""},
		{"sctp/8000-8100", ""},
		{"icmp/8", ""},
		{"icmp/0-255", ""},
		{"tcp/0-65535", ""},
		{"tpc/80", "there is no protocol 'tpc'; did you mean 'tcp'?"},
		{"http", "there is no protocol 'http'; there are 'tcp', 'udp', 'sctp', 'icmp'"},
		{"TCP/80", "there is no protocol 'TCP'; there are 'tcp', 'udp', 'sctp', 'icmp'"},
		{"80", "expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not 80"},
		{"80-90",
		 "expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not '80-90'"},
		{"tcp/", "expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not 'tcp/'"},
		{"tcp/a",
		 "expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not 'tcp/a'"},
		{"tcp/80-",
		 "expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not 'tcp/80-'"},
		{"tcp/80:90",
		 "expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not 'tcp/80:90'"},
		{"tcp/65536", "'tcp/65536' has a port beyond 65535, the last one there is"},
		{"tcp/1-999999", "'tcp/1-999999' has a port beyond 65535, the last one there is"},
		{"tcp/90-80", "tcp/90-80 is the wrong way round; did you mean tcp/80-90?"},
		{"icmp/256", "icmp/256: icmp has types from 0 to 255"},
		{"[tcp]",
		 "expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not a list"},
	};
	struct wf_buf many = {0};
	char text[256], expected[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text), POLICY "ports:\n  - tcp/1\n  - %s\n", cases[i].port);
		snprintf(expected, sizeof(expected), "f:8: ports[1]: %s\n", cases[i].expected);
		expect(text, *cases[i].expected ? expected : "");
	}
	expect(POLICY "ports: tcp/80\n",
	       "f:6: ports: expected a list of port ranges, like [tcp/5432], not 'tcp/80'\n");
	expect(POLICY "ports: []\n",
	       "f:6: ports: there is no port in it; without `ports` a policy is for all\n");
	wf_buf_puts(&many, POLICY "ports:\n");
	for (int i = 0; i <= WF_POLICY_PORTS_MAX; i++)
		wf_buf_printf(&many, " - udp/%d\n", i);
	expect(many.data, "f:6: ports: 32 port ranges; there can be at most 31\n");
	wf_buf_done(&many);
}

static void requirements_that_are_wrong(void **state)
{
	static const struct {
		const char *require, *expected;
	} cases[] = {
		{"[]", ""},
		{"[hmac]", ""},
		{"[hmac, path]", ""},
		{"[path, transit/100]", ""},
		{"[transit]", ""},
		{"hmac", ": expected a list of requirements, like [hmac], not 'hmac'"},
		{"[hamc]", "[0]: there is no requirement 'hamc'; did you mean 'hmac'?"},
		{"[path, tls]", "[1]: there is no requirement 'tls'; there are 'hmac', 'path', "
				"'transit'"},
		{"[hmac/2]", "[0]: expected hmac, path or transit, and only transit like "
			     "transit/100, not 'hmac/2'"},
		{"[transit/0]",
		 "[0]: expected transit, or transit/100 for one packet in 100 (at most "
		 "65535), not 'transit/0'"},
		{"[transit/65536]",
		 "[0]: expected transit, or transit/100 for one packet in 100 (at "
		 "most 65535), not 'transit/65536'"},
		{"[transit, transit/9]", "[1]: transit is there twice"},
		{"[a, b, c, d]", ": 4 requirements; there can be at most 3"},
	};
	char text[256], expected[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text), POLICY "via: [node/1]\nrequire: %s\n",
			 cases[i].require);
		snprintf(expected, sizeof(expected), "f:7: require%s\n", cases[i].expected);
		expect(text, *cases[i].expected ? expected : "");
	}
	expect(POLICY "require: [path]\n", "");
	expect(POLICY "paths: [{via: [node/1]}, {via: []}]\nrequire: [transit]\n",
	       "f:7: require: transit is what waypoints prove, and there is a path without one; "
	       "path is proved without, too\n");
	expect("kind: Policy\nname: p\ntenant: t\nfrom: tenant/u\nto: any\nreverse: symmetric\n",
	       "f:6: reverse: replies to another tenant go by the direct path; leave reverse "
	       "out\n");
}

static void what_is_denied_goes_no_way(void **state)
{
	static const char *const keys[] = {"via: []", "paths: [{via: []}, {via: []}]",
					   "require: [hmac]", "reverse: symmetric",
					   "encoding: srh"};
	static const char *const names[] = {"via", "paths", "require", "reverse", "encoding"};
	char text[256], expected[256];

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		snprintf(text, sizeof(text), POLICY "action: deny\n%s\n", keys[i]);
		snprintf(expected, sizeof(expected),
			 "f:7: %s: a policy that denies cannot have it: what is denied goes no "
			 "way\n",
			 names[i]);
		expect(text, expected);
	}
	expect(POLICY "action: deny\nports: [tcp/80]\n", "");
	expect(POLICY "action: allow\n", "");
	expect(POLICY "action: dney\n", "f:6: action: expected allow or deny, not 'dney'\n");
}

static void tenants_that_are_wrong(void **state)
{
	expect(RED "default: deny\nmetadata: tlv\nrequire: [hmac]\nverify: [node/4]\n", "");
	expect(RED "default: allow\nmetadata: sid\nrequire: []\nverify: []\n", "");
	expect(RED "default: true\nmetadata: opaque\n",
	       "f:4: default: expected allow or deny, not true\n"
	       "f:5: metadata: expected sid or tlv, not 'opaque'\n");
	expect(RED "require: [path]\n",
	       "f:4: require: a tenant can require hmac alone: path and transit belong to the "
	       "policies that have the paths\n");
	expect(RED "verify: [node/4, fw, node/4]\n", "f:4: verify[1]: a node is written node/fw\n");
	expect(RED "verify: [node/4, node/5, node/4]\n",
	       "f:4: verify[2]: node '4' is there twice\n");
}

#define KEY "kind: Key\nname: k\n"

static void keys_that_are_wrong(void **state)
{
	expect(KEY "id: 1\nsecret_file: k.key\nlinux: true\n", "");
	expect(KEY "id: 4294967295\nsecret_file: /etc/k.key\n", "");
	expect(KEY, "f:1: id: is missing\nf:1: secret_file: is missing\n");
	expect(KEY "id: 0\nsecret_file: k.key\n",
	       "f:3: id: expected a number from 1 to 4294967295, not 0\n");
	expect(KEY "id: 4294967296\nsecret_file: ''\nlinux: 1\n",
	       "f:3: id: expected a number from 1 to 4294967295, not 4294967296\n"
	       "f:4: secret_file: expected the path of a file, like red.key, not ''\n"
	       "f:5: linux: expected true or false, not 1\n");
	/* Whatever stands there, it is not shown. */
	expect(KEY "id: 1\nsecret: 00112233445566778899aabbccddeeff\n",
	       "f:4: secret: a secret does not stand in a manifest: write it to a file that only "
	       "you can read, and give the name of that as secret_file\n");
	expect(KEY "id: 1\nsecret: [hunter2]\n",
	       "f:4: secret: a secret does not stand in a manifest: write it to a file that only "
	       "you can read, and give the name of that as secret_file\n");
	expect(KEY "id: 1\nsecret_file: k.key\nstate: signing\n",
	       "f:5: state: unknown key; there are 'kind', 'name', 'id', 'linux', 'secret_file'\n");
	expect(KEY "id: 1\nsecretfile: k.key\n",
	       "f:1: secret_file: is missing\n"
	       "f:4: secretfile: unknown key; did you mean 'secret_file'?\n");
}

static void secret_files_are_found_from_the_manifest(void **state)
{
	static const struct {
		const char *manifest, *secret_file, *found;
	} cases[] = {
		{"f", "k.key", "k.key"},
		{"a/b/f", "k.key", "a/b/k.key"},
		{"a/f", "../k.key", "a/../k.key"},
		{"/etc/f", "/run/k.key", "/run/k.key"},
		{"standard input", "k.key", "k.key"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
		_cleanup_free_ char *found = NULL;
		char text[128];

		snprintf(text, sizeof(text),
			 "kind: Node\nname: a\n---\n" KEY "id: 1\nsecret_file: %s\n",
			 cases[i].secret_file);
		assert_int_equal(wf_manifest_add(m, cases[i].manifest, text, strlen(text)), 0);
		assert_null(wf_manifest_secret_file(m, 0));
		found = wf_manifest_secret_file(m, 1);
		assert_string_equal(found, cases[i].found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sides_that_are_wrong),
		cmocka_unit_test(ports_that_are_wrong),
		cmocka_unit_test(requirements_that_are_wrong),
		cmocka_unit_test(what_is_denied_goes_no_way),
		cmocka_unit_test(tenants_that_are_wrong),
		cmocka_unit_test(keys_that_are_wrong),
		cmocka_unit_test(secret_files_are_found_from_the_manifest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
