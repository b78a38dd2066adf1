// SPDX-License-Identifier: Apache-2.0
/* Functions and services: one file's text, and every line that it must be answered with, or what is
 * read out of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "schema/object_text_test.h"

#define FUNCTION "kind: Function\nname: fw\ntenant: red\ninstances: {app: fw}\n"
#define SERVICE                                                                             \
	"kind: Service\nname: web\ntenant: red\naddresses: [10.0.0.100]\nports: [tcp/80]\n" \
	"backends: [{labels: {app: web}}]\n"

/* What @text is answered with; "": nothing is wrong. */
static void expect(const char *text, const char *expected)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;

	assert_int_equal(wf_manifest_add(m, "f", text, strlen(text)), *expected ? -EINVAL : 0);
	found = wf_manifest_problems_str(m);
	assert_string_equal(found ? found : "", expected);
}

struct line {
	const char *text, *expected; /* without "f:LINE: "; "": it is right */
};

/* Each after @head, which has @n_lines. */
static void expect_lines(const char *head, int n_lines, const struct line *lines, size_t n)
{
	char text[2048], expected[512];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s\n", head, lines[i].text);
		snprintf(expected, sizeof(expected), "f:%d: %s\n", n_lines + 1, lines[i].expected);
		expect(text, *lines[i].expected ? expected : "");
	}
}

#define EXPECT_LINES(head, n_lines, lines) \
	expect_lines(head, n_lines, lines, sizeof(lines) / sizeof(*(lines)))

/* As JSON, with the keys of a manifest. */
static void expect_json(const char *text, const char *expected)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;
	struct wf_object *const *objects;
	size_t n;

	assert_int_equal(wf_manifest_add(m, "f", text, strlen(text)), 0);
	objects = wf_manifest_objects(m, &n);
	assert_int_equal(n, 1);
	found = to_text(objects[0]);
	assert_string_equal(found, expected);
}

static void what_a_manifest_leaves_out_has_defaults(void **state)
{
	expect_json(FUNCTION,
		    "{\"kind\":\"Function\",\"name\":\"fw\",\"tenant\":\"red\",\"instances\":"
		    "{\"app\":\"fw\"},\"mode\":\"dynamic\",\"in\":\"eth0\",\"out\":\"eth0\","
		    "\"frames\":\"routed\",\"on_failure\":\"drop\"}");
	expect_json(
		FUNCTION "in: lan\nprobe: {http: {port: 80}, interval: 500ms}\n",
		"{\"kind\":\"Function\",\"name\":\"fw\",\"tenant\":\"red\",\"instances\":"
		"{\"app\":\"fw\"},\"mode\":\"dynamic\",\"in\":\"lan\",\"out\":\"lan\","
		"\"frames\":\"routed\",\"on_failure\":\"drop\",\"probe\":{\"http\":{\"port\":80,"
		"\"path\":\"/\"},\"interval\":\"500ms\",\"timeout\":\"500ms\",\"rise\":2,"
		"\"fall\":3}}");
	expect_json(SERVICE, "{\"kind\":\"Service\",\"name\":\"web\",\"tenant\":\"red\","
			     "\"addresses\":[\"10.0.0.100\"],\"ports\":[\"tcp/80\"],\"backends\":"
			     "[{\"labels\":{\"app\":\"web\"},\"weight\":1}],\"affinity\":\"none\","
			     "\"balance\":\"hash\",\"drain\":\"30s\"}");
}

static void what_a_manifest_says_is_read(void **state)
{
	expect_json(FUNCTION
		    "mode: masquerade\nin: eth1\nout: eth2\nframes: bridged\n"
		    "on_failure: bypass\n"
		    "probe: {command: [/bin/x, -a, 1], interval: 2m, timeout: 60s, rise: 1, "
		    "fall: 100}\n",
		    "{\"kind\":\"Function\",\"name\":\"fw\",\"tenant\":\"red\",\"instances\":"
		    "{\"app\":\"fw\"},\"mode\":\"masquerade\",\"in\":\"eth1\",\"out\":\"eth2\","
		    "\"frames\":\"bridged\",\"on_failure\":\"bypass\",\"probe\":{\"command\":"
		    "[\"/bin/x\",\"-a\",\"1\"],\"interval\":\"2m\",\"timeout\":\"1m\",\"rise\":1,"
		    "\"fall\":100}}");
	expect_json("kind: Service\nname: web\ntenant: red\naddresses: [10.0.0.100, 'fd00::100']\n"
		    "ports: [tcp/80->8080, udp/53->53]\n"
		    "backends: [{labels: {app: web, v: 2}, weight: 0}, {labels: {app: web}}]\n"
		    "affinity: client\nbalance: least-loaded\ncapacity: 1000\nprobe: {tcp: 8080}\n"
		    "drain: 0s\n",
		    "{\"kind\":\"Service\",\"name\":\"web\",\"tenant\":\"red\",\"addresses\":"
		    "[\"10.0.0.100\",\"fd00::100\"],\"ports\":[\"tcp/80->8080\",\"udp/53\"],"
		    "\"backends\":[{\"labels\":{\"app\":\"web\",\"v\":\"2\"},\"weight\":0},"
		    "{\"labels\":{\"app\":\"web\"},\"weight\":1}],\"affinity\":\"client\","
		    "\"balance\":\"least-loaded\",\"capacity\":1000,\"probe\":{\"tcp\":8080,"
		    "\"interval\":\"1s\",\"timeout\":\"1s\",\"rise\":2,\"fall\":3},"
		    "\"drain\":\"0s\"}");
}

static void functions_that_are_wrong(void **state)
{
	static const struct line lines[] = {
		{"mode: End.AD",
		 "mode: expected native, static, dynamic or masquerade, not 'End.AD'"},
		{"in: a/b", "in: expected an interface's name, like eth0, not 'a/b'"},
		{"in: sixteen_letters_", "in: expected an interface's name, like eth0, not "
					 "'sixteen_letters_'"},
		{"in: fifteen_letters", ""},
		{"in: ''", "in: expected an interface's name, like eth0, not ''"},
		{"in: ..", "in: expected an interface's name, like eth0, not '..'"},
		{"out: eth1", "out: `in` is missing: with two interfaces both of them are named"},
		{"frames: raw", "frames: expected routed or bridged, not 'raw'"},
		{"on_failure: allow", "on_failure: expected drop or bypass, not 'allow'"},
		{"instance: {app: fw}", "instance: unknown key; did you mean 'instances'?"},
		{"id: 5", "id: unknown key; did you mean 'in'?"},
	};

	EXPECT_LINES(FUNCTION, 4, lines);
	expect("kind: Function\nname: fw\ntenant: red\n", "f:1: instances: is missing\n");
	expect("kind: Function\nname: fw\ntenant: red\ninstances: {}\n",
	       "f:4: instances: there is no label in it, like {app: fw}\n");
	expect("kind: Function\nname: fw\ninstances: {app: fw}\n", "f:1: tenant: is missing\n");
}

static void services_that_are_wrong(void **state)
{
	static const struct line lines[] = {
		{"affinity: source", "affinity: expected none or client, not 'source'"},
		{"balance: random", "balance: expected hash or least-loaded, not 'random'"},
		{"balance: least-loaded", "capacity: is missing: with balance: least-loaded it "
					  "says how many flows a backend "
					  "takes, like 1000"},
		{"capacity: 5",
		 "capacity: is for balance: least-loaded alone; leave it out, or ask for that"},
		{"capacity: 0", "capacity: expected a number from 1 to 1000000, not 0"},
		{"drain: 30", "drain: expected a duration, like 200ms, 1s or 2m, not 30"},
		{"drain: 61m", "drain: expected a duration from 0s to 60m, not '61m'"},
		{"drain: 60m", ""},
		{"probe: {command: [/bin/x]}",
		 "probe.command: is for functions alone; a service's backends are asked by tcp or "
		 "http"},
		{"history: []", "history: unknown key"},
		{"id: 5", "id: unknown key"},
	};

	/* The place of what is missing is the object's. */
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (strstr(lines[i].expected, "is missing"))
			expect(SERVICE "balance: least-loaded\n",
			       "f:1: capacity: is missing: with balance: least-loaded it says how "
			       "many flows a backend takes, like 1000\n");
		else
			expect_lines(SERVICE, 6, &lines[i], 1);
	expect("kind: Service\nname: web\ntenant: red\n",
	       "f:1: addresses: is missing\nf:1: ports: is missing\nf:1: backends: is missing\n");
	expect("kind: Service\nname: web\ntenant: red\naddresses: []\nports: []\nbackends: []\n",
	       "f:4: addresses: a service needs at least one address, like 10.0.0.100\n"
	       "f:5: ports: a service needs at least one port, like tcp/80 or tcp/80->8080\n"
	       "f:6: backends: a service needs at least one selection of backends, like {labels: "
	       "{app: web}}\n");
	expect("kind: Service\nname: web\ntenant: red\naddresses: [10.0.0.1, 10.0.0.2, 10.0.0.3, "
	       "10.0.0.4, 10.0.0.5]\nports: [tcp/1]\nbackends: [{labels: {a: b}}]\n",
	       "f:4: addresses: 5 addresses; there can be at most 4\n");
	expect("kind: Service\nname: web\ntenant: red\naddresses: [10.0.0.1, 'fd00::1', 10.0.0.1]\n"
	       "ports: [tcp/80, udp/80, tcp/80->81]\nbackends: [{labels: {a: b}}]\n",
	       "f:4: addresses[2]: 10.0.0.1 is there twice\nf:5: ports[2]: tcp/80 is there "
	       "twice\n");
}

static void ports_and_backends_that_are_wrong(void **state)
{
	static const struct line ports[] = {
		{"ports: [tcp]",
		 "ports[0]: expected a port, like udp/53 or tcp/80->8080, not 'tcp'"},
		{"ports: [tcp/80, 80]",
		 "ports[1]: expected a port, like udp/53 or tcp/80->8080, not 80"},
		{"ports: [icmp/8]",
		 "ports[0]: 'icmp/8': a service has ports of tcp, udp and sctp alone"},
		{"ports: [tcp/0]", "ports[0]: 'tcp/0': there are ports from 1 to 65535"},
		{"ports: [tcp/80->65536]",
		 "ports[0]: 'tcp/80->65536': there are ports from 1 to 65535"},
		{"ports: tcp/80",
		 "ports: expected a list of ports, like [tcp/80->8080], not 'tcp/80'"},
	};
	static const struct line backends[] = {
		{"backends: [{app: web}]",
		 "backends[0].app: unknown key; there are 'labels', 'weight'\n"
		 "f:6: backends[0]: labels are missing, like {labels: {app: web}}"},
		{"backends: [app]",
		 "backends[0]: expected backends, like {labels: {app: web}, weight: 2}, not 'app'"},
		{"backends: [{labels: {}}]",
		 "backends[0]: there is no label in it, like {labels: {app: web}}"},
		{"backends: [{labels: {a: b}, weight: 101}]",
		 "backends[0].weight: expected a number from 0 to 100, not 101"},
		{"backends: [{labels: {a: b}}, {labels: {a: b, c: d}}]",
		 "backends[1]: selects nothing that backends[0] does not select before it: write "
		 "the "
		 "one with more labels first"},
		{"backends: [{labels: {a: b, c: d}}, {labels: {a: b}}]", ""},
	};

	EXPECT_LINES("kind: Service\nname: web\ntenant: red\naddresses: [10.0.0.100]\n"
		     "backends: [{labels: {app: web}}]\n",
		     5, ports);
	EXPECT_LINES("kind: Service\nname: web\ntenant: red\naddresses: [10.0.0.100]\n"
		     "ports: [tcp/80]\n",
		     5, backends);
}

static void probes_that_are_wrong(void **state)
{
	static const struct line lines[] = {
		{"probe: {tcp: 80}", ""},
		{"probe: {http: {port: 8080, path: /a?b=c}}", ""},
		{"probe: {command: [/bin/true]}", ""},
		{"probe: tcp", "probe: expected a probe, like {tcp: 80, interval: 1s}, not 'tcp'"},
		{"probe: {}", "probe: asks nothing: it needs one of tcp, http and command"},
		{"probe: {interval: 1s}",
		 "probe: asks nothing: it needs one of tcp, http and command"},
		{"probe: {tcp: 80, http: {port: 80}}",
		 "probe.http: there can be only one of tcp, http and command"},
		{"probe: {tpc: 80}", "probe.tpc: unknown key; did you mean 'tcp'?\n"
				     "f:5: probe: asks nothing: it needs one of tcp, http and "
				     "command"},
		{"probe: {tcp: 0}", "probe.tcp: expected a number from 1 to 65535, not 0"},
		{"probe: {tcp: 65536}", "probe.tcp: expected a number from 1 to 65535, not 65536"},
		{"probe: {http: 80}",
		 "probe.http: expected a request, like {port: 80, path: /health}, not 80"},
		{"probe: {http: {path: /}}",
		 "probe.http: port is missing, like {port: 80, path: /health}"},
		{"probe: {http: {port: 80, path: health}}",
		 "probe.http.path: expected a path without spaces, like /health, not 'health'"},
		{"probe: {http: {port: 80, path: '/a b'}}",
		 "probe.http.path: expected a path without spaces, like /health, not '/a b'"},
		{"probe: {http: {port: 80, host: a}}",
		 "probe.http.host: unknown key; there are 'port', 'path'"},
		{"probe: {command: /bin/true}",
		 "probe.command: expected a list of words, like [/usr/bin/check, arg], not "
		 "'/bin/true'"},
		{"probe: {command: []}",
		 "probe.command: there is no program in it, like [/usr/bin/check, arg]"},
		{"probe: {command: [check]}",
		 "probe.command[0]: expected the absolute path of a program, like /usr/bin/check, "
		 "not 'check'"},
		{"probe: {command: [/bin/x, [a]]}",
		 "probe.command[1]: expected a word of a command, not a list"},
		{"probe: {tcp: 80, interval: 99ms}",
		 "probe.interval: expected a duration from 100ms to 60m, not '99ms'"},
		{"probe: {tcp: 80, interval: 61m}",
		 "probe.interval: expected a duration from 100ms to 60m, not '61m'"},
		{"probe: {tcp: 80, interval: 1h}",
		 "probe.interval: expected a duration, like 200ms, 1s or 2m, not '1h'"},
		{"probe: {tcp: 80, interval: 1.5s}",
		 "probe.interval: expected a duration, like 200ms, 1s or 2m, not '1.5s'"},
		{"probe: {tcp: 80, interval: 9999999999m}",
		 "probe.interval: expected a duration, like 200ms, 1s or 2m, not '9999999999m'"},
		{"probe: {tcp: 80, interval: 999999999m}",
		 "probe.interval: expected a duration from 100ms to 60m, not '999999999m'"},
		{"probe: {tcp: 80, timeout: 9ms}",
		 "probe.timeout: expected a duration from 10ms to 1m, not '9ms'"},
		{"probe: {tcp: 80, interval: 2m, timeout: 61s}",
		 "probe.timeout: expected a duration from 10ms to 1m, not '61s'"},
		{"probe: {tcp: 80, interval: 1s, timeout: 1001ms}",
		 "probe.timeout: 1001 ms is longer than the interval, 1000 ms: one question has to "
		 "be "
		 "answered before the next one"},
		{"probe: {tcp: 80, rise: 0}", "probe.rise: expected a number from 1 to 100, not 0"},
		{"probe: {tcp: 80, fall: 101}",
		 "probe.fall: expected a number from 1 to 100, not 101"},
	};

	EXPECT_LINES(FUNCTION, 4, lines);
}

static void words_and_paths_have_their_lengths(void **state)
{
	struct wf_buf text = {0};

	wf_buf_puts(&text, FUNCTION "probe: {command: [/x");
	for (int i = 0; i < WF_PROBE_ARGS_MAX; i++)
		wf_buf_puts(&text, ", a");
	wf_buf_puts(&text, "]}\n");
	expect(text.data, "f:5: probe.command: 33 words; there can be at most 32\n");
	wf_buf_done(&text);
	wf_buf_printf(&text, FUNCTION "probe: {http: {port: 80, path: /%0*d}}\n",
		      WF_PROBE_PATH_MAX - 1, 0);
	expect(text.data, "");
	wf_buf_done(&text);
	wf_buf_printf(&text, FUNCTION "probe: {http: {port: 80, path: /%0*d}}\n", WF_PROBE_PATH_MAX,
		      0);
	expect(text.data,
	       "f:5: probe.http.path: expected a path without spaces, like /health, not "
	       "'/000000000000000000000000000000000000000000000000000000000000000000000'\n");
	wf_buf_done(&text);
}

/* People cannot write what nodes write. */
static void what_nodes_write_of_an_endpoint_is_theirs(void **state)
{
	static const struct line lines[] = {
		{"sid: 5", "sid: unknown key; there are 'kind', 'name', 'tenant', 'addresses', "
			   "'labels', 'sr_aware'"},
		{"down: true",
		 "down: unknown key; there are 'kind', 'name', 'tenant', 'addresses', "
		 "'labels', 'sr_aware'"},
		{"ifname: eth0", "ifname: unknown key; did you mean 'name'?"},
		{"netns: 5", "netns: unknown key; there are 'kind', 'name', 'tenant', 'addresses', "
			     "'labels', 'sr_aware'"},
	};

	EXPECT_LINES("kind: Endpoint\nname: a\ntenant: red\n", 3, lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_manifest_leaves_out_has_defaults),
		cmocka_unit_test(what_a_manifest_says_is_read),
		cmocka_unit_test(functions_that_are_wrong),
		cmocka_unit_test(services_that_are_wrong),
		cmocka_unit_test(ports_and_backends_that_are_wrong),
		cmocka_unit_test(probes_that_are_wrong),
		cmocka_unit_test(words_and_paths_have_their_lengths),
		cmocka_unit_test(what_nodes_write_of_an_endpoint_is_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
