// SPDX-License-Identifier: Apache-2.0
/* Each case: one file's text, and every line that it must be answered with, word for word. */
#include "schema/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"

#define RED    "kind: Tenant\nname: red\nprefixes: [10.0.0.0/16]\n"
#define POLICY "kind: Policy\nname: p\ntenant: red\nfrom: any\nto: any\n"

/* @len: of @text, which may hold NULs. */
static void expect_bytes(const char *text, size_t len, const char *expected)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;

	assert_int_equal(wf_manifest_add(m, "f", text, len), *expected ? -EINVAL : 0);
	found = wf_manifest_problems_str(m);
	assert_string_equal(found ? found : "", expected);
}

static void expect(const char *text, const char *expected)
{
	expect_bytes(text, strlen(text), expected);
}

static struct wf_object *read_one(struct wf_manifest *m, const char *text)
{
	struct wf_object *const *objects;
	_cleanup_free_ char *problems = NULL;
	size_t n;
	int r = wf_manifest_add(m, "f", text, strlen(text));

	problems = wf_manifest_problems_str(m);
	assert_string_equal(problems ? problems : "", "");
	assert_int_equal(r, 0);
	objects = wf_manifest_objects(m, &n);
	assert_true(n > 0);
	return objects[n - 1];
}

static void keys_that_are_unknown_missing_or_twice(void **state)
{
	expect("kind: Tenant\nname: red\nprefxes: [10.0.0.0/16]\n",
	       "f:1: prefixes: is missing\n"
	       "f:3: prefxes: unknown key; did you mean 'prefixes'?\n");
	expect(RED "x: 1\n", "f:4: x: unknown key\n");
	expect("kind: Endpoint\nname: a\n", "f:1: tenant: is missing\n");
	expect("\nname: a\n",
	       "f:2: kind: is missing; there are Node, Tenant, Endpoint, Policy, Key, Function, "
	       "Service, Gateway\n");
	expect("kind: Node\n", "f:1: name: is missing\n");
	expect(RED "\nname: blue\n", "f:5: key 'name' is there twice; first in line 2\n");
	expect("kind: Endpoint\nname: a\ntenant: red\nlabels:\n  b: {}\n  app: 1\n  app: 2\n",
	       "f:5: labels.b: expected text, like web, not a map\n"
	       "f:7: key 'app' is there twice; first in line 6\n");
	/* Lines behind what was there twice are still right. */
	expect(RED "name: [x,\n  y]\nid: 0\n",
	       "f:4: key 'name' is there twice; first in line 2\n"
	       "f:6: id: expected a number from 1 to 16777215, not 0\n");
	expect("kind: Node\nname: a\ntenant: red\n",
	       "f:3: tenant: unknown key; there are 'kind', 'name', 'id', 'mtu', 'end'\n");
	expect("kind: Endpoint\nname: a\ntenant: red\nidentity: 5\n",
	       "f:4: identity: unknown key; there are 'kind', 'name', 'tenant', 'addresses', "
	       "'labels', 'sr_aware'\n");
}

static void kinds_that_are_not(void **state)
{
	expect("kind: Tenat\nname: a\n",
	       "f:1: kind: there is no kind 'Tenat'; did you mean 'Tenant'?\n");
	expect("kind: 5\nname: a\n", "f:1: kind: there is no kind '5'\n");
	expect("kind: [Node]\nname: a\n", "f:1: kind: expected a kind, like Tenant, not a list\n");
	expect("kind: Functoin\nname: a\n",
	       "f:1: kind: there is no kind 'Functoin'; did you mean 'Function'?\n");
	expect("kind: Identity\ntenant: red\nid: 1\nlabels: {}\n",
	       "f:1: kind: an Identity is made by attaching endpoints, not declared\n");
}

static void types_that_are_wrong(void **state)
{
	expect("kind: Tenant\nname: red\nprefixes: 10.0.0.0/16\n",
	       "f:3: prefixes: expected a list of prefixes, like [10.0.0.0/16], not "
	       "'10.0.0.0/16'\n");
	expect("kind: Tenant\nname: {a: b}\nprefixes: []\n",
	       "f:2: name: expected a name, like web-1, not a map\n");
	expect("kind: Tenant\nname:\nprefixes: [null]\n",
	       "f:2: name: expected a name, like web-1, not nothing\n"
	       "f:3: prefixes[0]: expected a prefix, like 10.0.0.0/16 or fd00::/48, not nothing\n");
	expect("- kind: Node\n",
	       "f:1: expected an object, like {kind: Node, name: 1}, not a list\n");
	expect("hello\n", "f:1: expected an object, like {kind: Node, name: 1}, not 'hello'\n");
	expect("kind: Node\nname: \"a b\"\n", "f:2: name: 'a b' is not a name: 1 to 63 letters, "
					      "digits, '-', '_' or '.', the first "
					      "a letter or digit\n");
	expect("kind: Endpoint\nname: a\ntenant: red\nlabels: [a]\naddresses: [10.0.0.5/16]\n",
	       "f:4: labels: expected labels, like {app: web}, not a list\n"
	       "f:5: addresses[0]: expected an address, like 10.0.0.5 or fd00::5, not "
	       "'10.0.0.5/16'\n");
	expect("kind: Endpoint\nname: a\ntenant: red\nlabels: {a b: c}\n",
	       "f:4: labels.a b: 'a b: c' is not a label: letters, digits, '-', '_', '.' (and '/' "
	       "in "
	       "keys), first a letter or digit, at most 63 each\n");
	expect("kind: Endpoint\nname: a\ntenant: red\naddresses: [10.0.0.5, 10.0.0.6, 10.0.0.5]\n",
	       "f:4: addresses[2]: 10.0.0.5 is there twice\n");
}

static void numbers_that_are_out_of_range_or_not_decimal(void **state)
{
	static const char *const wrong[] = {"0",   "57344", "-1",   "1.0",
					    "010", "0x10",  "0o7",  "1e3",
					    "'1'", "true",  "on",   "99999999999999999999",
					    "+1",  "1_000", "65536"};
	char text[96], expected[160];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		bool is_number = strspn(wrong[i], "-0123456789") == strlen(wrong[i]) &&
				 strlen(wrong[i]) < 10 && strcmp(wrong[i], "010") != 0;
		bool is_bare = is_number || wrong[i][0] == '\'' || strcmp(wrong[i], "true") == 0;

		snprintf(text, sizeof(text), "kind: Node\nname: a\nid: %s\n", wrong[i]);
		snprintf(expected, sizeof(expected),
			 "f:3: id: expected a number from 1 to 57343, not %s%s%s\n",
			 is_bare ? "" : "'", wrong[i], is_bare ? "" : "'");
		expect(text, expected);
	}
	expect("kind: Node\nname: a\nmtu: 1280\n",
	       "f:3: mtu: expected a number from 1320 to 65535, not 1280\n");
	expect("kind: Node\nname: a\nid: 57343\nmtu: 9000\n", "");
}

static void plain_numbers_and_truth_values_are_names_as_written(void **state)
{
	static const char *const names[] = {"1",     "on",  "true",
					    "null1", "1.0", "010",
					    "0x1f",  "no",  "999999999999999999999",
					    "1e3"};
	char text[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();

		snprintf(text, sizeof(text), "kind: Node\nname: %s\n", names[i]);
		assert_string_equal(read_one(m, text)->name, names[i]);
	}
}

static void prefixes_that_are_bad(void **state)
{
	expect("kind: Tenant\nname: red\nprefixes:\n  - 10.0.0.1/16\n  - fd00::1/64\n  - 10.0.0.0\n"
	       "  - 10.0.0.0/33\n",
	       "f:4: prefixes[0]: 10.0.0.1/16 has bits set right of its length; did you mean "
	       "10.0.0.0/16 or 10.0.0.1/32?\n"
	       "f:5: prefixes[1]: fd00::1/64 has bits set right of its length; did you mean "
	       "fd00::/64 or fd00::1/128?\n"
	       "f:6: prefixes[2]: expected a prefix, like 10.0.0.0/16 or fd00::/48, not "
	       "'10.0.0.0'\n"
	       "f:7: prefixes[3]: expected a prefix, like 10.0.0.0/16 or fd00::/48, not "
	       "'10.0.0.0/33'\n");
	expect("kind: Tenant\nname: red\nprefixes: [10.0.0.0/16, 10.0.1.0/24]\n",
	       "f:3: prefixes[1]: 10.0.1.0/24 overlaps prefixes[0], 10.0.0.0/16\n");
	expect("kind: Tenant\nname: red\nprefixes: [127.0.0.0/8]\n",
	       "f:3: prefixes[0]: a tenant cannot have 127.0.0.0/8: it overlaps 127.0.0.0/8, "
	       "loopback\n");
	expect("kind: Tenant\nname: red\nprefixes: []\n",
	       "f:3: prefixes: a tenant needs at least one prefix, like 10.0.0.0/16\n");
	expect("kind: Tenant\nname: red\nprefixes: [a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a]\n",
	       "f:3: prefixes: 17 prefixes; there can be at most 16\n");
}

static void policies_that_are_wrong(void **state)
{
	expect(POLICY "via: [node/1, fw, node/1]\n", "");
	expect(POLICY "via: [fw, node/fw, fw]\n",
	       "f:6: via[2]: function 'fw' is on this path already: it can be passed once\n");
	expect(POLICY "paths: [{via: [fw], weight: 2}, {via: [fw, ids, ids]}]\n",
	       "f:6: paths[1].via[2]: function 'ids' is on this path already: it can be passed "
	       "once\n");
	expect(POLICY "via: [node/, 'node/a b']\n",
	       "f:6: via[0]: expected a node, like node/4, or a function, like fw, not 'node/'\n"
	       "f:6: via[1]: expected a node, like node/4, or a function, like fw, not 'node/a "
	       "b'\n");
	expect(POLICY "via: [n,n,n,n,n,n,n,n,n,n,n,n,n,n,n,n,n]\n",
	       "f:6: via: 17 waypoints; there can be at most 16\n");
	expect(POLICY "via: []\npaths: [{via: []}]\n",
	       "f:7: paths: there can be only one of via and paths\n");
	expect(POLICY "paths: []\n",
	       "f:6: paths: expected at least one path, like {via: [node/1]}, not a list\n");
	expect(POLICY "paths:\n  - {via: [node/1], weight: 256}\n  - wieght: 3\n",
	       "f:7: paths[0].weight: expected a number from 1 to 255, not 256\n"
	       "f:8: paths[1].wieght: unknown key; did you mean 'weight'?\n"
	       "f:8: paths[1].via: is missing; [] is the direct path\n");
	expect(POLICY "paths: [{via: []},{via: []},{via: []},{via: []},{via: []},{via: []},{via: "
		      "[]},{via: []},{via: []}]\n",
	       "f:6: paths: 9 paths; there can be at most 8\n");
	expect("kind: Policy\nname: p\ntenant: red\nfrom: web\nto: {}\nvia: []\nreverse: yes\n"
	       "encoding: cisd\n",
	       "f:4: from: expected any, internet, labels like {app: web}, a prefix like "
	       "10.0.0.0/24 "
	       "or another tenant like tenant/blue, not 'web'\n"
	       "f:5: to: there is no label in it; write any for all endpoints\n"
	       "f:7: reverse: expected symmetric, not 'yes'\n"
	       "f:8: encoding: expected csid or srh, not 'cisd'\n");
}

static void what_later_versions_bring_is_refused_by_name(void **state)
{
	expect(POLICY "paths: [{via: [], preference: 10}]\n",
	       "f:6: paths[0].preference: preference (a path for when others fail) comes with a "
	       "later version of Weft\n");
	expect("kind: CrossConnect\nname: a\n",
	       "f:1: kind: CrossConnect comes with a later version of Weft\n");
}

static void duplicates_name_the_first_place_in_any_file(void **state)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;

	assert_int_equal(wf_manifest_add(m, "a", RED, strlen(RED)), 0);
	assert_int_equal(wf_manifest_add(m, "b", "---\n" RED "---\n" RED, 4 + 2 * strlen(RED) + 4),
			 -EINVAL);
	found = wf_manifest_problems_str(m);
	assert_string_equal(found, "b:3: name: Tenant 'red' is there twice; first in a:1\n"
				   "b:7: name: Tenant 'red' is there twice; first in a:1\n");
}

static void text_that_is_no_yaml(void **state)
{
	expect("", "f:1: there is no object in this file\n");
	expect("# nothing\n---\n---\n~\n", "f:1: there is no object in this file\n");
	expect("kind: Node\nname: \xff\n", "f:2: not UTF-8: byte 0xff at offset 17\n");
	expect("kind: Node\nname: \xc3", "f:2: not UTF-8: byte 0xc3 at offset 17\n");
	expect("\xff\xfek\0", "f:1: not UTF-8: byte 0xff at offset 0\n");
	expect("kind: Node\n\tname: a\n", "f:2: not YAML: a tab stands here; write spaces\n");
	expect("# \xc3\xa4\xc3\xa4\xc3\xa4\n\tkind: Node\n",
	       "f:2: not YAML: a tab stands here; write spaces\n");
	expect("kind: Node\nname: a\nend: fc00::\n",
	       "f:3: not YAML: text that ends with ':' needs quotes, like \"fd00::\"\n");
	expect("kind: [\n\n",
	       "f:1: not YAML: did not find expected node content while parsing a flow "
	       "node\n");
	expect("kind: Node\nname: !!int 5\n",
	       "f:2: the tag tag:yaml.org,2002:int is not supported\n");
	expect("? [a]\n: b\n", "f:1: a key must be text\n");
	expect("kind: Node\nname: \"a\\0b\"\n", "f:2: text with a NUL character\n");
	expect_bytes("kind: Node\nname: a\0\n", 20, "f:2: not YAML: control character 0x00\n");
	expect("kind: Node\nname: &a b\n<<: *a\n",
	       "f:3: merge keys (<<) are not supported; write the keys out\n"
	       "f:3: <<: unknown key; there are 'kind', 'name', 'id', 'mtu', 'end'\n");
}

static void aliases_are_bounded(void **state)
{
	static const char bomb[] = "a: &a [x,x,x,x,x,x,x,x,x]\n"
				   "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
				   "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
				   "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";

	expect(bomb, "f:4: aliases repeat more than 1000 values; write them out\n");
	expect("a: &a [*a]\n", "f:1: there is no anchor &a before this alias\n");
	expect(POLICY "paths:\n  - via: &way [node/1]\n  - {via: *way, weight: 2}\n", "");
	/* Lines behind an alias are still right. */
	expect(POLICY
	       "paths:\n  - via: &w [node/1, node/2]\n  - via: *w\n  - via: *w\n    weight: 0\n",
	       "f:10: paths[2].weight: expected a number from 1 to 255, not 0\n");
}

static void nesting_is_bounded(void **state)
{
	char text[400] = "a: ";

	memset(text + 3, '[', 100);
	memset(text + 103, ']', 100);
	expect(text, "f:1: nested more than 64 deep\n");
	memset(text + 3, '[', 62);
	memset(text + 65, ']', 62);
	text[127] = '\0';
	expect(text,
	       "f:1: kind: is missing; there are Node, Tenant, Endpoint, Policy, Key, Function, "
	       "Service, Gateway\n");
}

static void json_is_yaml(void **state)
{
	expect("{\"kind\": \"Tenant\", \"name\": \"red\",\n\t\"prefixes\": [\"10.0.0.0/16\", "
	       "\"fd00::/48\"]}",
	       "");
	expect("\xef\xbb\xbf{\"kind\": \"Node\", \"name\": 1}", "");
}

static void documents_keep_their_order_and_empty_ones_are_skipped(void **state)
{
	static const char text[] =
		"---\n---\nkind: Node\nname: z\n---\n# empty\n---\nkind: Node\nname: "
		"a\n...\n---\nkind: Node\nname: m\n";
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	struct wf_object *const *objects;
	size_t n;

	assert_int_equal(wf_manifest_add(m, "f", text, strlen(text)), 0);
	objects = wf_manifest_objects(m, &n);
	assert_int_equal(n, 3);
	assert_string_equal(objects[0]->name, "z");
	assert_string_equal(objects[1]->name, "a");
	assert_string_equal(objects[2]->name, "m");
	assert_null(wf_manifest_problems_str(m));
}

static void problems_found_elsewhere_get_their_place(void **state)
{
	static const char text[] = "---\n" RED "---\n" POLICY "via:\n  - node/1\n  - node/9\n";
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;

	assert_int_equal(wf_manifest_add(m, "f", text, strlen(text)), 0);
	wf_manifest_problem(m, 1, "via[1]", "there is no node '9'");
	wf_manifest_problem(m, 1, "via[7]", "not there");
	wf_manifest_problem(m, 0, "id", "id 7 is in use");
	wf_manifest_problem(m, 0, "", "itself");
	found = wf_manifest_problems_str(m);
	assert_string_equal(found, "f:2: id: id 7 is in use\nf:2: itself\nf:11: via[7]: not there\n"
				   "f:13: via[1]: there is no node '9'\n");
}

static void all_files_are_answered_at_once(void **state)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;
	size_t n;

	assert_int_equal(wf_manifest_add(m, "a", "kind: Node\n", 11), -EINVAL);
	assert_int_equal(wf_manifest_add(m, "b", "[", 1), -EINVAL);
	assert_int_equal(wf_manifest_add(m, "c", RED, strlen(RED)), 0);
	found = wf_manifest_problems_str(m);
	assert_string_equal(found,
			    "a:1: name: is missing\nb:1: not YAML: did not find expected node "
			    "content while parsing a flow node\n");
	wf_manifest_objects(m, &n);
	assert_int_equal(n, 1);
}

static void more_than_a_hundred_problems_are_counted(void **state)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;
	struct wf_buf text = {0};

	for (int i = 0; i < 150; i++)
		wf_buf_puts(&text, "---\nkind: Node\n");
	assert_int_equal(wf_manifest_add(m, "f", text.data, text.len), -EINVAL);
	found = wf_manifest_problems_str(m);
	assert_non_null(strstr(found, "\nf:200: name: is missing\nand 50 more\n"));
	wf_buf_done(&text);
}

static void a_file_of_100_mb_is_refused_unread(void **state)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	char path[] = "/tmp/weft-manifest-XXXXXX", expected[128];
	int fd = mkstemp(path);
	struct wf_err err = {0};

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 100 << 20), 0);
	assert_int_equal(wf_manifest_add_file(m, path, &err), -EFBIG);
	snprintf(expected, sizeof(expected),
		 "%s is larger than 16 MiB, the limit of a manifest: split it", path);
	assert_string_equal(err.msg, expected);
	close(fd);
	unlink(path);
	assert_int_equal(wf_manifest_add_file(m, path, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "No such file or directory"));
	assert_int_equal(wf_manifest_add_file(m, "/tmp", &err), -EISDIR);
}

static void a_file_is_read_and_an_endless_one_is_not(void **state)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	char path[] = "/tmp/weft-manifest-XXXXXX";
	int fd = mkstemp(path);
	struct wf_err err = {0};
	size_t n;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, RED, strlen(RED)), strlen(RED));
	close(fd);
	assert_int_equal(wf_manifest_add_file(m, path, &err), 0);
	unlink(path);
	wf_manifest_objects(m, &n);
	assert_int_equal(n, 1);
	assert_int_equal(wf_manifest_add_file(m, "/dev/zero", &err), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_that_are_unknown_missing_or_twice),
		cmocka_unit_test(kinds_that_are_not),
		cmocka_unit_test(types_that_are_wrong),
		cmocka_unit_test(numbers_that_are_out_of_range_or_not_decimal),
		cmocka_unit_test(plain_numbers_and_truth_values_are_names_as_written),
		cmocka_unit_test(prefixes_that_are_bad),
		cmocka_unit_test(policies_that_are_wrong),
		cmocka_unit_test(what_later_versions_bring_is_refused_by_name),
		cmocka_unit_test(duplicates_name_the_first_place_in_any_file),
		cmocka_unit_test(text_that_is_no_yaml),
		cmocka_unit_test(aliases_are_bounded),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(json_is_yaml),
		cmocka_unit_test(documents_keep_their_order_and_empty_ones_are_skipped),
		cmocka_unit_test(problems_found_elsewhere_get_their_place),
		cmocka_unit_test(all_files_are_answered_at_once),
		cmocka_unit_test(more_than_a_hundred_problems_are_counted),
		cmocka_unit_test(a_file_of_100_mb_is_refused_unread),
		cmocka_unit_test(a_file_is_read_and_an_endless_one_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
