// SPDX-License-Identifier: Apache-2.0
#include "lab/topology.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define HEAD "kind: Lab\nname: x\n"

static const struct {
	const char *text, *problems;
} wrong[] = {
	{"", "f:1: kind: the first document of a topology must be of kind Lab\n"},
	{"kind: Tenant\nname: x\n",
	 "f:1: kind: the first document of a topology must be of kind Lab\n"},
	{"kind: Lab\nname: [\n", "f:3: did not find expected node content\n"},
	{"kind: Lab\nname: a/b\nnodes: [A]\n",
	 "f:2: name: 'a/b' is no name: letters, digits, '-' and '_', at most 39 bytes\n"},
	{HEAD, "f:1: nodes: is missing\n"},
	{HEAD "nodes: []\n", "f:3: nodes: a lab needs a node\n"},
	{HEAD "nodes: A\n", "f:3: nodes: must be a list: [a, b]\n"},
	{HEAD "nodes: [A]\ncolour: red\n", "f:4: colour: unknown key; known are kind, name, mtu, "
					   "nodes, routers, outside, links, containers\n"},
	{HEAD "nodes: [A]\nnodes: [B]\n", "f:4: nodes: the key is there twice\n"},
	{HEAD "nodes: [A,\n  B,\n  A]\n", "f:5: nodes: 'A' is there already, on line 3\n"},
	{HEAD "nodes: [A]\nrouters: [A]\n", "f:4: routers: 'A' is there already, on line 3\n"},
	{HEAD "nodes: ['a b']\n",
	 "f:3: nodes: 'a b' is no name: letters, digits, '-' and '_', and with the lab's name at "
	 "most 39 bytes\n"},
	{HEAD "mtu: 900\nnodes: [A]\n", "f:3: mtu: '900' is not a number from 1280 to 65535\n"},
	{HEAD "nodes: [A, B]\nlinks: [[A, Z]]\n",
	 "f:4: links: there is no node, router or outside host 'Z'\n"},
	{HEAD "nodes: [A, B]\nlinks: [[A, A]]\n", "f:4: links: 'A' is linked to itself\n"},
	{HEAD "nodes: [A, B]\nlinks: [[A]]\n", "f:4: links: a link has two ends: [A, B]\n"},
	{HEAD "nodes: [A, B]\nlinks:\n- [A, B]\n- [B, A]\n",
	 "f:6: links: 'B' and 'A' are linked already, on line 5\n"},
	{HEAD "nodes: [A, B]\nlinks: [{between: [A, B], mtu: big}]\n",
	 "f:4: mtu: 'big' is not a number from 1280 to 65535\n"},
	{HEAD "nodes: [A, B]\nlinks: [{between: [A, B], mtu: 1300}]\n",
	 "f:4: links: mtu 1300 is too small: a link of a node needs 1320, so that containers get "
	 "at least 1280\n"},
	{HEAD "nodes: [A, B]\nlinks: [{between: [A, B], cost: 0}]\n",
	 "f:4: cost: '0' is not a number from 1 to 1000000\n"},
	{HEAD "nodes: [A, B]\nlinks: [{cost: 1}]\n", "f:4: between: is missing\n"},
	{HEAD "nodes: [A, B]\nlinks: [x]\n",
	 "f:4: links: must be a mapping with the keys between, mtu, cost, addresses, ifnames\n"},
	{HEAD "nodes: [A,\n  B]\n", "f:4: links: no way from 'A' to 'B': add a link\n"},
	{HEAD "nodes: [A]\ncontainers:\n- {name: c, node: Z, tenant: t}\n",
	 "f:5: node: there is no node 'Z'\n"},
	{HEAD "nodes: [A]\nrouters: [r]\nlinks: [[A, r]]\ncontainers:\n"
	      "- {name: c, node: r, tenant: t}\n",
	 "f:7: node: 'r' is a router: a container needs a node, with a weftd\n"},
	{HEAD "nodes: [A]\ncontainers:\n- {name: A, node: A, tenant: t}\n",
	 "f:5: name: 'A' is there already, on line 3\n"},
	{HEAD "nodes: [A]\ncontainers:\n- {name: c}\n",
	 "f:5: node: is missing\nf:5: tenant: is missing\n"},
	{HEAD "nodes: [A]\ncontainers:\n- {name: c, node: A, tenant: t, addresses: [10.0.0.0/8]}\n",
	 "f:5: addresses: '10.0.0.0/8' is no address such as 10.0.0.1 or fd00::1\n"},
	{HEAD "nodes: [A]\ncontainers:\n- {name: c, node: A, tenant: t, labels: {'a b': c}}\n",
	 "f:5: labels: 'a b=c' is no label\n"},
	{HEAD "nodes: [A]\ncontainers:\n- {name: c, node: A, tenant: t, endpoint: e}\n"
	      "- {name: d, node: A, tenant: t, endpoint: e}\n",
	 "f:6: containers: endpoint 't/e' is there already, on line 5\n"},
	{HEAD "nodes: [A]\ncontainers:\n- {name: c, node: A, labels: {a: b},\n   interfaces: []}\n",
	 "f:5: labels: belongs to an interface: say it in the list 'interfaces'\n"
	 "f:6: interfaces: a container needs an interface\n"},
	{HEAD "nodes: [A]\ncontainers:\n- name: c\n  node: A\n  interfaces:\n"
	      "  - {ifname: a, tenant: t, endpoint: e}\n  - {ifname: a, tenant: t, endpoint: e}\n"
	      "  - {ifname: a/b, tenant: t}\n",
	 "f:9: containers: endpoint 't/e' is there already, on line 8\n"
	 "f:9: interfaces: interface 'a' is there already, on line 8\n"
	 "f:10: endpoint: is missing\n"
	 "f:10: ifname: 'a/b' cannot be an interface's name: 1 to 15 characters, no space or "
	 "quote, "
	 "none of '/:,#', and not lo\n"},
	{HEAD
	 "nodes: [A]\ncontainers:\n- {name: c, node: A, tenant: t, sr_aware: 1, run: [x, []],\n"
	 "   start: {}}\n",
	 "f:5: run: a command is missing: [sysctl, -w, x=1]\n"
	 "f:5: run: must be a list: [a, b]\n"
	 "f:5: sr_aware: '1' is neither true nor false\n"
	 "f:6: start: must be a list: [a, b]\n"},
	{HEAD "nodes: [A]\noutside: [{name: i, run: [[]], colour: red}, A]\nlinks: [[A, i]]\n",
	 "f:4: colour: unknown key; known are name, run, start\n"
	 "f:4: outside: 'A' is there already, on line 3\n"
	 "f:4: run: a command is missing: [sysctl, -w, x=1]\n"},
	{HEAD "nodes: [A]\noutside: [i]\n", "f:4: links: no way from 'A' to 'i': add a link\n"},
	/* A way through the outside is none of the underlay's. */
	{HEAD "nodes: [A,\n  B]\noutside: [i]\nlinks: [[A, i], [i, B]]\n",
	 "f:4: links: no way from 'A' to 'B': add a link\n"},
	{HEAD "nodes: [A]\noutside: [i]\nlinks: [[A, i]]\ncontainers:\n"
	      "- {name: c, node: i, tenant: t}\n",
	 "f:7: node: 'i' is outside of the domain: a container needs a node, with a weftd\n"},
	{HEAD "nodes: [A, B]\nlinks:\n- between: [A, B]\n  addresses: [10.0.0.1/8, 10.0.0.2/8]\n"
	      "  ifnames: [x, y]\n",
	 "f:6: addresses: only of a link to an outside host: the lab numbers the underlay by "
	 "itself\nf:7: ifnames: only of a link to an outside host\n"},
	{HEAD
	 "nodes: [A]\noutside: [i]\nlinks:\n- between: [A, i]\n  cost: 2\n  addresses: [10.0.0.1, "
	 "[10.0.0.1/33, fd00::1/x, fd00::g/64, 10.0.0.1/8/]]\n  ifnames: [x]\n",
	 "f:7: cost: the lab computes no routes over a link to an outside host\n"
	 "f:8: addresses: '10.0.0.1' is no address with its length, such as 192.0.2.1/30 or "
	 "2001:db8::1/64\n"
	 "f:8: addresses: '10.0.0.1/33' is no address with its length, such as 192.0.2.1/30 or "
	 "2001:db8::1/64\n"
	 "f:8: addresses: '10.0.0.1/8/' is no address with its length, such as 192.0.2.1/30 or "
	 "2001:db8::1/64\n"
	 "f:8: addresses: 'fd00::1/x' is no address with its length, such as 192.0.2.1/30 or "
	 "2001:db8::1/64\n"
	 "f:8: addresses: 'fd00::g/64' is no address with its length, such as 192.0.2.1/30 or "
	 "2001:db8::1/64\n"
	 "f:9: ifnames: must be one for each end of 'between': [out0, eth0]\n"},
	{HEAD "nodes: [A]\noutside: [i]\nlinks: [{between: [A, i], addresses: [10.0.0.1/8]}]\n",
	 "f:5: addresses: must be one item for each end of 'between': [192.0.2.1/30, "
	 "[192.0.2.2/30, "
	 "2001:db8::2/64]]\n"},
	{HEAD "nodes: [A, B]\noutside: [i, j]\nlinks:\n- [A, B]\n"
	      "- {between: [A, i], ifnames: [to-B, x]}\n"
	      "- {between: [i, j], ifnames: [x, 'a#b']}\n- {between: [j, i], ifnames: [x, x]}\n",
	 "f:7: ifnames: 'A' has an interface 'to-B' already, by the link on line 6\n"
	 "f:8: ifnames: 'a#b' cannot be an interface's name: 1 to 15 characters, no space or "
	 "quote, "
	 "none of '/:,#', and not lo\n"
	 "f:9: ifnames: 'i' has an interface 'x' already, by the link on line 7\n"},
	{HEAD "nodes: [A, B]\nlinks: [[A, Z]]\nmtu: 1\nx: y\n",
	 "f:4: links: there is no node, router or outside host 'Z'\n"
	 "f:5: mtu: '1' is not a number from 1280 to 65535\n"
	 "f:6: x: unknown key; known are kind, name, mtu, nodes, routers, outside, links, "
	 "containers\n"},
};

static void every_mistake_is_named_with_its_line_and_key(void **state)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct wf_buf problems = {0};
		struct wf_lab lab;

		assert_int_equal(wf_lab_parse("f", wrong[i].text, strlen(wrong[i].text), &lab,
					      &problems),
				 -EINVAL);
		assert_string_equal(problems.data ? problems.data : "", wrong[i].problems);
		wf_buf_done(&problems);
		wf_lab_done(&lab);
	}
}

static const char good[] = "# a lab\n---\n" HEAD "nodes: [1, B]\nrouters: [r]\nmtu: 9000\n"
			   "links: [[1, r], {between: [r, B], mtu: 1600, cost: 10}]\n"
			   "containers:\n"
			   "- {name: c, node: B, tenant: t, addresses: [10.0.0.1, 'fd00:0::1']}\n"
			   "- {name: d, node: B, tenant: t, endpoint: e, labels: {b: 1, a: x}}\n"
			   "---\nkind: Tenant\n---\nkind: Tenant\n";

static void a_lab_is_read_in_full(void **state)
{
	struct wf_buf problems = {0};
	const struct wf_lab_interface *web;
	struct wf_lab lab;
	char labels[WF_LABELS_STR_MAX];

	assert_int_equal(wf_lab_parse("f", good, strlen(good), &lab, &problems), 0);
	assert_null(problems.data);
	assert_string_equal(lab.name, "x");
	assert_int_equal(lab.hosts.n, 3);
	assert_int_equal(lab.n_nodes, 2);
	assert_string_equal(lab.hosts.items[0].name, "1");
	assert_true(lab.hosts.items[2].kind == WF_LAB_ROUTER);
	assert_int_equal(lab.links.items[0].mtu, 9000);
	assert_int_equal(lab.links.items[0].cost, 1);
	assert_int_equal(lab.links.items[1].mtu, 1600);
	assert_int_equal(lab.links.items[1].cost, 10);
	web = lab.containers.items[0].interfaces.items;
	assert_string_equal(web->endpoint, "c");
	assert_string_equal(web->name, "eth0");
	assert_int_equal(web->n_addrs, 2);
	assert_string_equal(web->addrs[1], "fd00::1");
	assert_string_equal(lab.containers.items[1].interfaces.items[0].endpoint, "e");
	assert_string_equal(wf_labels_str(&lab.containers.items[1].interfaces.items[0].labels,
					  labels),
			    "a=x,b=1");
	assert_string_equal(good + lab.manifests_at, "---\nkind: Tenant\n---\nkind: Tenant\n");
	wf_lab_done(&lab);
}

static void a_container_has_interfaces_and_commands(void **state)
{
	static const char text[] = HEAD
		"nodes: [A]\ncontainers:\n- name: fw\n  node: A\n  interfaces:\n"
		"  - {ifname: in, tenant: t, endpoint: fw-in, addresses: [10.0.0.1]}\n"
		"  - {ifname: out, tenant: u, endpoint: fw-in, sr_aware: true}\n"
		"  run: [[sysctl, -w, a b=1], ['true']]\n  start: [[sleep, 5]]\n";
	const struct wf_lab_container *c;
	struct wf_buf problems = {0};
	struct wf_lab lab;

	assert_int_equal(wf_lab_parse("f", text, strlen(text), &lab, &problems), 0);
	c = &lab.containers.items[0];
	assert_int_equal(c->interfaces.n, 2);
	assert_string_equal(c->interfaces.items[0].name, "in");
	assert_false(c->interfaces.items[0].is_sr_aware);
	assert_string_equal(c->interfaces.items[1].tenant, "u");
	assert_true(c->interfaces.items[1].is_sr_aware);
	assert_int_equal(c->programs.run.n, 2);
	assert_string_equal(c->programs.run.items[0].argv[2], "a b=1");
	assert_null(c->programs.run.items[0].argv[3]);
	assert_int_equal(c->programs.run.items[1].line, 10);
	assert_int_equal(c->programs.start.n, 1);
	assert_string_equal(c->programs.start.items[0].argv[0], "sleep");
	wf_lab_done(&lab);
}

static void hosts_outside_have_addresses_of_their_own(void **state)
{
	static const char text[] = HEAD
		"nodes: [{name: A, run: [[ip, link]]}, B]\nrouters: [r]\n"
		"outside: [i, {name: j, start: [[nginx]]}]\n"
		"links: [[A, r], [r, B], [i, j], {between: [i, A], mtu: 1280, ifnames: [e, out],\n"
		"  addresses: [192.0.2.1/30, [192.0.2.2/30, '2001:db8:0:0::2/64']]}]\n";
	struct wf_buf problems = {0};
	const struct wf_lab_link *l;
	struct wf_lab lab;

	assert_int_equal(wf_lab_parse("f", text, strlen(text), &lab, &problems), 0);
	assert_int_equal(lab.n_nodes, 2);
	assert_int_equal(lab.n_inside, 3);
	assert_int_equal(lab.hosts.n, 5);
	assert_int_equal(lab.hosts.items[3].kind, WF_LAB_OUTSIDE);
	assert_string_equal(lab.hosts.items[0].programs.run.items[0].argv[1], "link");
	assert_string_equal(lab.hosts.items[4].programs.start.items[0].argv[0], "nginx");
	assert_false(lab.links.items[0].is_outside);
	assert_true(lab.links.items[2].is_outside);
	l = &lab.links.items[3];
	assert_true(l->is_outside);
	assert_int_equal(l->mtu, 1280);
	assert_string_equal(l->outside[0].ifname, "e");
	assert_int_equal(l->outside[0].n_addrs, 1);
	assert_int_equal(l->outside[1].n_addrs, 2);
	assert_string_equal(l->outside[1].addrs[1], "2001:db8::2/64");
	wf_lab_done(&lab);
}

static void a_lab_alone_has_no_manifests(void **state)
{
	static const char text[] = HEAD "nodes: [A]";
	struct wf_buf problems = {0};
	struct wf_lab lab;

	assert_int_equal(wf_lab_parse("f", text, strlen(text), &lab, &problems), 0);
	assert_int_equal(lab.manifests_at, strlen(text));
	wf_lab_done(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_is_named_with_its_line_and_key),
		cmocka_unit_test(a_lab_is_read_in_full),
		cmocka_unit_test(a_container_has_interfaces_and_commands),
		cmocka_unit_test(hosts_outside_have_addresses_of_their_own),
		cmocka_unit_test(a_lab_alone_has_no_manifests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
