// SPDX-License-Identifier: Apache-2.0
/*
 * Rooms in a real kernel, in a sandbox:
 *
 *   arm  (port "wf0")       room of tenant 1           node          Internet ("net")
 *   here a name space       10.0.0.250 | NAT      wfg1 ---- out0 -------- peer
 *   of its own, "box"  <->  inside     | outside                192.0.2.1/24   192.0.2.9
 *
 * The port's outside is put into "box", which plays what the data path does behind it: a container
 * 10.0.0.5, and 169.254.1.1, its gateway.
 */
#include "kern/room.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/vec.h"
#include "kern/run_dir.h"
#include "kern/sandbox.h"

#define ROOM "/run/weft/node/test/rooms/1"
#define IN   "nsenter --net=" ROOM " "
#define BOX  "nsenter --net=/run/netns/box "
#define NET  "nsenter --net=/run/netns/net "

static struct wf_kern *kern;

struct sample {
	struct wf_addr addrs[2];
	struct wf_prefix prefixes[2];
	struct wf_prefix nat[2];
	struct wf_addr published[2];
	struct wf_prefix ways[4];
	struct wf_room_spec spec;
};

static void parse_prefixes(const char *const *texts, struct wf_prefix *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(wf_prefix_parse(texts[i], &ret[i]), 0);
}

/* Four ports of one address in each family. */
static struct wf_room_spec *sample(struct sample *s)
{
	static const char *const prefixes[] = {"10.0.0.0/16", "fd00:ed::/48"};
	static const char *const ways[] = {"203.0.113.10/32", "2001:db8:1::10/128",
					   "203.0.113.80/32", "2001:db8:1::80/128"};

	assert_int_equal(wf_addr_parse("10.0.0.250", &s->addrs[0]), 0);
	assert_int_equal(wf_addr_parse("fd00:ed::250", &s->addrs[1]), 0);
	parse_prefixes(prefixes, s->prefixes, 2);
	parse_prefixes(ways, s->ways, 4);
	for (int i = 0; i < 2; i++) {
		s->nat[i] = s->ways[i];
		s->published[i] = s->ways[i + 2].addr;
	}
	s->spec = (struct wf_room_spec){
		.tenant = 1,
		.outside = "out0",
		.addrs = s->addrs,
		.n_addrs = 2,
		.prefixes = s->prefixes,
		.n_prefixes = 2,
		.is_egress = true,
		.nat = s->nat,
		.n_nat = 2,
		.first_port = 1024,
		.last_port = 1027,
		.published = s->published,
		.n_published = 2,
		.ways = s->ways,
		.n_ways = 4,
	};
	return &s->spec;
}

static int keep(const struct wf_room_spec *spec)
{
	struct wf_err err = {0};
	int r = kern->ops->room_keep(kern, spec, &err);

	if (r < 0)
		fail_msg("%s", err.msg);
	return r;
}

static void make_outside(void)
{
	sandbox_netns("net");
	sandbox_run("ip link add out0 type veth peer name peer netns net");
	sandbox_run("ip addr add 192.0.2.1/24 dev out0; ip addr add 2001:db8::1/64 dev out0 nodad;"
		    "ip link set out0 up; sysctl -qw net.ipv6.conf.all.forwarding=1");
	sandbox_run(NET "sh -c 'ip link set lo up; ip addr add 192.0.2.9/24 dev peer;"
			"ip addr add 2001:db8::9/64 dev peer nodad; ip link set peer up;"
			"ip route add 203.0.113.0/24 via 192.0.2.1;"
			"ip -6 route add 2001:db8:1::/64 via 2001:db8::1'");
}

/* The arm, and behind it the container. */
static void make_arm(const struct wf_room_spec *spec)
{
	const struct wf_port_spec port = {
		.netns = ROOM,
		.ifname = WF_ROOM_INSIDE,
		.host_ifname = "wf0",
		.alias = "weft:red/gateway-a",
		.mac = {2, 0, 0, 0, 0, 7},
		.addrs = spec->addrs,
		.n_addrs = 2,
		.mtu = 1400,
		.is_arm = true,
	};
	struct wf_err err = {0};
	int ifindex;

	if (kern->ops->port_create(kern, &port, &ifindex, &err))
		fail_msg("%s", err.msg);
	sandbox_netns("box");
	sandbox_run("ip link set wf0 netns box");
	sandbox_run(BOX
		    "sh -c 'ip link set lo up; ip link set wf0 up;"
		    "ip addr add 10.0.0.5/32 dev wf0; ip addr add 203.0.113.80/32 dev lo;"
		    "ip addr add 169.254.1.1/32 dev wf0; ip route add default dev wf0 onlink via "
		    "10.0.0.250; ip addr add fd00:ed::5/128 dev wf0 nodad;"
		    "ip addr add fe80::1/64 dev wf0 nodad;"
		    "ip addr add 2001:db8:1::80/128 dev lo nodad;"
		    "ip -6 route add default dev wf0 onlink via fd00:ed::250'");
}

static int setup(void **state)
{
	static struct sample s;
	static const char *const underlay[] = {"eth0"};
	const struct wf_gate_spec gate = {"out0", underlay, 1};
	struct wf_room_spec *spec = sample(&s);
	struct wf_err err = {0};

	make_outside();
	assert_int_equal(keep(spec), 1);
	make_arm(spec);
	assert_int_equal(keep(spec), 1);
	if (kern->ops->gate_keep(kern, &gate, &err) != 1)
		fail_msg("%s", err.msg);
	*state = spec;
	return 0;
}

static int teardown(void **state)
{
	struct wf_err err = {0};

	if (kern->ops->room_remove(kern, 1, &err) < 0 || kern->ops->gate_keep(kern, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	sandbox_netns_remove("box");
	sandbox_netns_remove("net");
	sandbox_run("ip link delete out0");
	return 0;
}

/* Neighbors are found out by the first packets, which may take a second. */
static void expect_ping(const char *from, const char *to)
{
	sandbox_expect(sandbox_run(BOX "ping -c 20 -i 0.2 -w 10 -W 1 -I %s %s | head -2", from, to),
		       "bytes from");
}

static void a_flow_leaves_by_a_public_address_and_its_answer_comes_back(void **state)
{
	expect_ping("10.0.0.5", "192.0.2.9");
	expect_ping("fd00:ed::5", "2001:db8::9");
	sandbox_expect(sandbox_run(IN "cat /proc/net/nf_conntrack"), "dst=203.0.113.10");
	sandbox_expect(sandbox_run(IN "cat /proc/net/nf_conntrack"), "dst=2001:0db8:0001:");
}

static void what_is_whole_is_left_alone(void **state)
{
	sandbox_run(BOX "ping -c1 -W2 -I 10.0.0.5 192.0.2.9");
	assert_int_equal(keep(*state), 0);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_flow_leaves_by_a_public_address_and_its_answer_comes_back),
		CASE(what_is_whole_is_left_alone),
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
