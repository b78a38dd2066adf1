// SPDX-License-Identifier: Apache-2.0
/* Gateways: one file's text, and what it is answered with, or what is read out of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "schema/object_text_test.h"

#define GATEWAY "kind: Gateway\nname: gw\nnode: g1\noutside: out0\n"
#define RIGHT	GATEWAY "egress: [{tenant: red}]\n"
#define JSON	"{\"kind\":\"Gateway\",\"name\":\"gw\",\"node\":\"g1\",\"outside\":\"out0\","

/* What @text is answered with; "": nothing is wrong. */
static void expect(const char *text, const char *expected)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_free_ char *found = NULL;

	assert_int_equal(wf_manifest_add(m, "f", text, strlen(text)), *expected ? -EINVAL : 0);
	found = wf_manifest_problems_str(m);
	assert_string_equal(found ? found : "", expected);
}

/* As JSON. */
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
	expect_json(RIGHT, JSON "\"egress\":[{\"tenant\":\"red\"}]}");
	expect_json(GATEWAY "egress: [{tenant: red, nat: [203.0.113.10]}]\n",
		    JSON "\"egress\":[{\"tenant\":\"red\",\"nat\":[\"203.0.113.10\"],"
			 "\"ports\":\"1024-65535\"}]}");
}

static void what_a_manifest_says_is_read(void **state)
{
	expect_json(GATEWAY
		    "egress:\n"
		    "  - {tenant: red, nat: [203.0.113.10/32, 203.0.113.16/30, '2001:db8::/124'], "
		    "ports: 2000-2999}\n"
		    "  - {tenant: 7, nat: ['2001:db8::99'], ports: 4000}\n"
		    "  - {tenant: blue}\n"
		    "publish:\n"
		    "  - {service: red/web, addresses: [203.0.113.80, '2001:db8::80']}\n"
		    "bgp: {as: 4200000000, peers: [{address: 192.0.2.1, as: 65000}, "
		    "{address: '2001:db8::1', as: 1}]}\n",
		    JSON "\"egress\":[{\"tenant\":\"red\",\"nat\":[\"203.0.113.10\","
			 "\"203.0.113.16/30\",\"2001:db8::/124\"],\"ports\":\"2000-2999\"},"
			 "{\"tenant\":\"7\",\"nat\":[\"2001:db8::99\"],\"ports\":4000},"
			 "{\"tenant\":\"blue\"}],"
			 "\"publish\":[{\"service\":\"red/web\",\"addresses\":[\"203.0.113.80\","
			 "\"2001:db8::80\"]}],"
			 "\"bgp\":{\"as\":4200000000,\"peers\":[{\"address\":\"192.0.2.1\",\"as\":"
			 "65000},{\"address\":\"2001:db8::1\",\"as\":1}]}}");
}

struct line {
	const char *text, *expected; /* behind the fifth line; without "f:5: " */
};

static void expect_lines(const struct line *lines, size_t n)
{
	char text[1024], expected[512];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), GATEWAY "%s\n", lines[i].text);
		snprintf(expected, sizeof(expected), "f:5: %s\n", lines[i].expected);
		expect(text, expected);
	}
}

#define EXPECT_LINES(lines) expect_lines(lines, sizeof(lines) / sizeof(*(lines)))

static void what_it_needs(void **state)
{
	expect("kind: Gateway\nname: gw\n", "f:1: node: is missing\nf:1: outside: is missing\n");
	expect(GATEWAY "tenant: red\negress: [{tenant: red}]\n", "f:5: tenant: unknown key\n");
	expect("kind: Gateway\nname: gw\nnode: g1\noutside: a/b\negress: [{tenant: red}]\n",
	       "f:4: outside: expected an interface's name, like eth0, not 'a/b'\n");
	expect(GATEWAY "egres: []\negress: [{tenant: red}]\n",
	       "f:5: egres: unknown key; did you mean 'egress'?\n");
	expect(GATEWAY, "f:1: egress: a gateway is for tenants or services: give it an `egress`, "
			"like [{tenant: red}], or a `publish`\n");
}

static void tenants_that_are_wrong(void **state)
{
	static const struct line lines[] = {
		{"egress: red",
		 "egress: expected a list of tenants, like [{tenant: red}], not 'red'"},
		{"egress: [red]", "egress[0]: expected a tenant, like {tenant: red, nat: "
				  "[203.0.113.10]}, not 'red'"},
		{"egress: [{nat: [203.0.113.10]}]",
		 "egress[0]: the tenant is missing, like {tenant: red}"},
		{"egress: [{tenant: red}, {tenant: a b}]",
		 "egress[1].tenant: 'a b' is not a name: 1 to 63 letters, digits, '-', '_' or '.', "
		 "the first a letter or digit"},
		{"egress: [{tenant: red, nta: [203.0.113.10]}]",
		 "egress[0].nta: unknown key; did you mean 'nat'?"},
		{"egress: [{tenant: red, nat: 203.0.113.10}]",
		 "egress[0].nat: expected a list of addresses, like [203.0.113.10], not "
		 "'203.0.113.10'"},
		{"egress: [{tenant: red, nat: []}]",
		 "egress[0].nat: a pool needs at least one address, like 203.0.113.10; without "
		 "`nat` the tenant keeps its own addresses"},
		{"egress: [{tenant: red, nat: [203.0.113.10, x]}]",
		 "egress[0].nat[1]: expected an address or a prefix, like 203.0.113.10 or "
		 "203.0.113.16/30, not 'x'"},
		{"egress: [{tenant: red, nat: [203.0.113.10/30]}]",
		 "egress[0].nat[0]: 203.0.113.10/30 has bits set right of its length; did you mean "
		 "203.0.113.8/30 or 203.0.113.10/32?"},
		{"egress: [{tenant: red, nat: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4, 1.1.1.5, "
		 "1.1.1.6, 1.1.1.7, 1.1.1.8, 1.1.1.9, 1.1.1.10, 1.1.1.11, 1.1.1.12, 1.1.1.13, "
		 "1.1.1.14, 1.1.1.15, 1.1.1.16, 1.1.1.17]}]",
		 "egress[0].nat: 17 addresses; there can be at most 16"},
	};

	EXPECT_LINES(lines);
}

static void ports_that_are_wrong(void **state)
{
#define NAT "egress: [{tenant: red, nat: [203.0.113.10], ports: "
	static const struct line lines[] = {
		{NAT "all}]",
		 "egress[0].ports: expected ports, like 1024-65535 or 4000, not 'all'"},
		{NAT "[1024]}]",
		 "egress[0].ports: expected ports, like 1024-65535 or 4000, not a list"},
		{NAT "1024-}]",
		 "egress[0].ports: expected ports, like 1024-65535 or 4000, not '1024-'"},
		{NAT "1-2-3}]",
		 "egress[0].ports: expected ports, like 1024-65535 or 4000, not '1-2-3'"},
		{NAT "-5}]", "egress[0].ports: expected ports, like 1024-65535 or 4000, not -5"},
		{NAT "0-10}]", "egress[0].ports: '0-10': there are ports from 1 to 65535"},
		{NAT "0}]", "egress[0].ports: '0': there are ports from 1 to 65535"},
		{NAT "1024-65536}]",
		 "egress[0].ports: '1024-65536': there are ports from 1 to 65535"},
		{NAT "99999999999999999999-1}]",
		 "egress[0].ports: '99999999999999999999-1': there are ports from 1 to 65535"},
		{NAT "18446744073709551696}]", /* 80, if it wrapped */
		 "egress[0].ports: '18446744073709551696': there are ports from 1 to 65535"},
		{NAT "2000-1000}]", "egress[0].ports: '2000-1000' ends before it begins; did you "
				    "mean 1000-2000?"},
		{"egress: [{tenant: red, ports: 1024-2047}]",
		 "egress[0].ports: are the pool's: give the tenant a `nat`, or leave them out"},
	};

	EXPECT_LINES(lines);
	expect(GATEWAY NAT "1-65535}]\n", "");
}

static void publications_that_are_wrong(void **state)
{
	static const struct line lines[] = {
		{"publish: [web]", "publish[0]: expected a service, like {service: red/web, "
				   "addresses: [203.0.113.80]}, not 'web'"},
		{"publish: [{service: web, addresses: [203.0.113.80]}]",
		 "publish[0].service: expected a tenant and its service, like red/web, not 'web'"},
		{"publish: [{service: red/a/b, addresses: [203.0.113.80]}]",
		 "publish[0].service: expected a tenant and its service, like red/web, not "
		 "'red/a/b'"},
		{"publish: [{service: /web, addresses: [203.0.113.80]}]",
		 "publish[0].service: expected a tenant and its service, like red/web, not '/web'"},
		{"publish: [{addresses: [203.0.113.80]}]",
		 "publish[0]: the service is missing, like {service: red/web}"},
		{"publish: [{service: red/web}]",
		 "publish[0]: addresses are missing, like {addresses: [203.0.113.80]}"},
		{"publish: [{service: red/web, addresses: []}]",
		 "publish[0].addresses: a published service needs at least one address, like "
		 "203.0.113.80"},
		{"publish: [{service: red/web, addresses: [203.0.113.80/32]}]",
		 "publish[0].addresses[0]: expected an address, like 10.0.0.5 or fd00::5, not "
		 "'203.0.113.80/32'"},
		{"publish: [{service: red/web, addresses: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4, "
		 "1.1.1.5]}]",
		 "publish[0].addresses: 5 addresses; there can be at most 4"},
		{"publish: [{service: red/web, address: 203.0.113.80, addresses: [203.0.113.80]}]",
		 "publish[0].address: unknown key; did you mean 'addresses'?"},
	};

	EXPECT_LINES(lines);
}

static void peers_that_are_wrong(void **state)
{
	static const struct line lines[] = {
		{"bgp: 65001", "bgp: expected its AS and peers, like {as: 65001, peers: [{address: "
			       "192.0.2.1, as: 65000}]}, not 65001"},
		{"bgp: {peers: [{address: 192.0.2.1, as: 65000}]}",
		 "bgp: the gateway's own AS is missing, like {as: 65001}"},
		{"bgp: {as: 65001}",
		 "bgp: peers are missing, like {peers: [{address: 192.0.2.1, as: 65000}]}"},
		{"bgp: {as: 0, peers: [{address: 192.0.2.1, as: 65000}]}",
		 "bgp.as: expected a number from 1 to 4294967295, not 0"},
		{"bgp: {as: 65001, peers: [{address: 192.0.2.1}]}",
		 "bgp.peers[0]: the peer's AS is missing, like {address: 192.0.2.1, as: 65000}"},
		{"bgp: {as: 65001, peers: [{as: 65000}]}",
		 "bgp.peers[0]: the address is missing, like {address: 192.0.2.1, as: 65000}"},
		{"bgp: {as: 65001, peers: [192.0.2.1]}",
		 "bgp.peers[0]: expected a peer, like {address: 192.0.2.1, as: 65000}, not "
		 "'192.0.2.1'"},
		{"bgp: {as: 65001, peers: [{address: 192.0.2.1, asn: 65000, as: 65000}]}",
		 "bgp.peers[0].asn: unknown key; did you mean 'as'?"},
	};

	EXPECT_LINES(lines);
}

static void each_problem_names_its_line(void **state)
{
	expect(GATEWAY "egress:\n  - tenant: red\n    nat:\n      - 203.0.113.10\n      - x\n"
		       "  - tenant: blue\n    ports: 5-4\nbgp:\n  as: 1\n  peers:\n"
		       "    - address: 192.0.2.1\n      as: no\n",
	       "f:9: egress[0].nat[1]: expected an address or a prefix, like 203.0.113.10 or "
	       "203.0.113.16/30, not 'x'\n"
	       "f:11: egress[1].ports: '5-4' ends before it begins; did you mean 4-5?\n"
	       "f:16: bgp.peers[0].as: expected a number from 1 to 4294967295, not 'no'\n");
}

static void only_weft_makes_endpoints_of_gateways(void **state)
{
	static const char text[] = "{\"kind\":\"Endpoint\",\"name\":\"gateway-gw\",\"tenant\":"
				   "\"red\",\"addresses\":[],\"labels\":{},\"gateway\":true}";
	WF_CLEANUP(cleanup_object) struct wf_object *o = from_text(text, true);
	_cleanup_free_ char *back = to_text(o);

	assert_true(o->endpoint.is_gateway);
	assert_string_equal(back, text);
	expect("kind: Endpoint\nname: a\ntenant: red\ngateway: true\n",
	       "f:4: gateway: unknown key; there are 'kind', 'name', 'tenant', 'addresses', "
	       "'labels', 'sr_aware'\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_manifest_leaves_out_has_defaults),
		cmocka_unit_test(what_a_manifest_says_is_read),
		cmocka_unit_test(what_it_needs),
		cmocka_unit_test(tenants_that_are_wrong),
		cmocka_unit_test(ports_that_are_wrong),
		cmocka_unit_test(publications_that_are_wrong),
		cmocka_unit_test(peers_that_are_wrong),
		cmocka_unit_test(each_problem_names_its_line),
		cmocka_unit_test(only_weft_makes_endpoints_of_gateways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
