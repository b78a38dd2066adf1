// SPDX-License-Identifier: Apache-2.0
/* The node's own ports in a real kernel, in a sandbox. */
#include "kern/own.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kern/sandbox.h"

static struct wf_kern *kern;

#define N_ADDRS	   2
#define N_PREFIXES 3

struct sample {
	struct wf_addr addrs[N_ADDRS];
	struct wf_prefix prefixes[N_PREFIXES];
	struct wf_port_spec spec;
};

static struct wf_port_spec *sample(struct sample *s, size_t n_prefixes)
{
	static const char *const prefixes[] = {"10.0.0.0/16", "fd00:ed::/48", "10.7.0.0/16"};

	assert_int_equal(wf_addr_parse("10.0.0.7", &s->addrs[0]), 0);
	assert_int_equal(wf_addr_parse("fd00:ed::7", &s->addrs[1]), 0);
	for (size_t i = 0; i < N_PREFIXES; i++)
		assert_int_equal(wf_prefix_parse(prefixes[i], &s->prefixes[i]), 0);
	s->spec = (struct wf_port_spec){
		.netns = WF_NETNS_OWN,
		.ifname = "wfh1",
		.host_ifname = "wf0",
		.alias = "weft:red/host-n1",
		.mac = {2, 0, 0, 0, 0, 7},
		.addrs = s->addrs,
		.n_addrs = N_ADDRS,
		.prefixes = s->prefixes,
		.n_prefixes = n_prefixes,
		.mtu = 1400,
		.is_own = true,
	};
	return &s->spec;
}

static int ifindex;

static int make(void **state)
{
	static struct sample s;
	struct wf_err err;

	sandbox_run("ip link delete wf0"); /* of a test that failed */
	if (kern->ops->port_create(kern, sample(&s, 2), &ifindex, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return -1;
	}
	*state = &s.spec;
	return 0;
}

static int unmake(void **state)
{
	return kern->ops->port_delete(kern, ifindex, NULL);
}

static void assert_whole(void)
{
	const char *out = sandbox_run("ip addr show wfh1");

	sandbox_expect(out, "inet 10.0.0.7/32 ");
	sandbox_expect(out, "inet6 fd00:ed::7/128 ");
	sandbox_expect(sandbox_run("ip route show table 87"),
		       "10.0.0.0/16 via 169.254.1.1 dev wfh1 proto 87 src 10.0.0.7 onlink");
	sandbox_expect(sandbox_run("ip -6 route show table 87"), "fd00:ed::/48 via fe80::1");
	sandbox_expect(sandbox_run("ip rule"), "from all iif lo lookup 87");
	sandbox_expect(sandbox_run("ip -6 rule"), "from all iif lo lookup 87");
}

static void the_node_sends_to_the_tenant_by_its_own_address_and_nowhere_else(void **state)
{
	assert_whole();
	sandbox_expect(sandbox_run("ip route get 10.0.3.4"), "dev wfh1 table 87 src 10.0.0.7");
	sandbox_expect(sandbox_run("ip route get fd00:ed::4"), "dev wfh1 table 87 proto 87 src "
							       "fd00:ed::7");
	assert_null(strstr(sandbox_run("ip route"), "wfh1"));
	assert_null(strstr(sandbox_run("ip route get 10.1.0.1"), "wfh1"));
}

static void the_node_forwards_nothing_by_it(void **state)
{
	sandbox_run("ip link add out0 type veth peer name out1 && ip link set out0 up && "
		    "ip link set out1 up && ip addr add 192.0.2.1/24 dev out0 && "
		    "sysctl -qw net.ipv4.ip_forward=1");
	sandbox_expect(sandbox_run("ip route get 10.0.3.4 from 192.0.2.9 iif out0 2>&1"),
		       "unreachable");
	sandbox_run("ip link delete out0");
}

static void what_was_taken_away_is_put_back(void **state)
{
	static const char *const harms[] = {
		"ip link set wfh1 down",
		"ip addr del 10.0.0.7/32 dev wfh1",
		"ip -6 addr del fd00:ed::7/128 dev wfh1",
		"ip route del 10.0.0.0/16 table 87",
		"ip -6 route del fd00:ed::/48 table 87",
		"ip rule del pref 32760",
		"ip -6 rule del pref 32760",
	};
	const struct wf_port_spec *spec = *state;
	struct wf_err err = {0};

	for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++) {
		sandbox_run("%s", harms[i]);
		if (kern->ops->own_repair(kern, spec, &err) != 1)
			fail_msg("%s: %s", harms[i], err.msg);
		assert_whole();
		assert_int_equal(kern->ops->own_repair(kern, spec, &err), 0);
	}
}

static void routes_follow_the_prefixes(void **state)
{
	struct sample s;
	struct wf_port_spec *spec = sample(&s, N_PREFIXES);

	assert_int_equal(kern->ops->own_repair(kern, spec, NULL), 1);
	sandbox_expect(sandbox_run("ip route show table 87"), "10.7.0.0/16");
	s.spec.prefixes++;
	s.spec.n_prefixes = 1;
	assert_int_equal(kern->ops->own_repair(kern, spec, NULL), 1);
	assert_null(strstr(sandbox_run("ip route show table 87"), "10."));
	sandbox_expect(sandbox_run("ip -6 route show table 87"), "fd00:ed::/48");
	s.spec.ifname = "wfh2";
	assert_int_equal(kern->ops->own_repair(kern, spec, NULL), -ENODEV);
}

static void an_overlap_with_the_nodes_own_addresses_and_routes_is_told(void **state)
{
	static const struct {
		const char *setup, *undo, *text;
	} cases[] = {
		{"ip addr add 10.0.9.1/32 dev lo", "ip addr del 10.0.9.1/32 dev lo",
		 "10.0.0.0/16 overlaps 10.0.9.1/32, an address that the node has by lo"},
		{"ip link set lo up && ip route add 10.0.0.0/8 dev lo", "ip route del 10.0.0.0/8",
		 "10.0.0.0/16 overlaps 10.0.0.0/8, which the node reaches by lo"},
		{"ip -6 route add fd00:ed:0:5::/64 dev lo", "ip -6 route del fd00:ed:0:5::/64",
		 "fd00:ed::/48 overlaps fd00:ed:0:5::/64, which the node reaches by lo"},
	};
	const struct wf_port_spec *spec = *state;
	struct wf_err err = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(kern->ops->own_check(kern, spec->prefixes, 2, "wfh1", &err), 0);
		sandbox_run("%s", cases[i].setup);
		assert_int_equal(kern->ops->own_check(kern, spec->prefixes, 2, "wfh1", &err),
				 -EEXIST);
		assert_string_equal(err.msg, cases[i].text);
		sandbox_run("%s", cases[i].undo);
	}
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(the_node_sends_to_the_tenant_by_its_own_address_and_nowhere_else),
		CASE(the_node_forwards_nothing_by_it),
		CASE(what_was_taken_away_is_put_back),
		CASE(routes_follow_the_prefixes),
		CASE(an_overlap_with_the_nodes_own_addresses_and_routes_is_told),
	};
	struct wf_err err;
	int n_failed;

	sandbox_enter();
	if (wf_kern_linux_open(SANDBOX_PIN_DIR, &kern, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	n_failed = cmocka_run_group_tests(tests, NULL, NULL);
	wf_kern_free(kern);
	return n_failed;
}
