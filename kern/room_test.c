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

/* Python's sockets: 5 connections to one port, of which a pool of 4 ports lets 4 through. */
#define DIAL                                                                          \
	"python3 -c 'import socket as s\n"                                            \
	"for i in range(5):\n"                                                        \
	"  c=s.socket(s.AF_INET%s,s.SOCK_DGRAM);c.settimeout(3);c.bind((\"%s\",0))\n" \
	"  c.connect((\"%s\",7));c.send(b\"x\")\n"                                    \
	"  try: print(\"answer\", c.recv(9))\n"                                       \
	"  except OSError as e: print(e)\n"                                           \
	"  globals()[i]=c'"
#define ECHO                                                                                    \
	NET "sh -c 'exec python3 -c \"import socket as s\n"                                     \
	    "c=s.socket(s.AF_INET6,s.SOCK_DGRAM);c.bind((str(),7))\n"                           \
	    "while 1: d,a=c.recvfrom(9);c.sendto(d,a)\" & echo $! >/run/echo.pid' >/dev/null; " \
	    "until " NET "grep -q :0007 /proc/net/udp6; do sleep 0.05; done"

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static uint64_t refused(void)
{
	struct wf_room_stats stats;
	struct wf_err err = {0};

	if (kern->ops->room_stats(kern, 1, &stats, &err))
		fail_msg("%s", err.msg);
	assert_true(stats.flows > 0);
	return stats.refused;
}

static void without_a_port_a_new_flow_is_refused_and_counted(void **state)
{
	static const struct {
		const char *family, *from, *to;
	} cases[] = {{"", "10.0.0.5", "192.0.2.9"}, {"6", "fd00:ed::5", "2001:db8::9"}};

	sandbox_run(ECHO);
	for (size_t i = 0; i < 2; i++) {
		const char *out;

		expect_ping(cases[i].from, cases[i].to);
		out = sandbox_run(BOX DIAL, cases[i].family, cases[i].from, cases[i].to);
		if (count(out, "answer") != 4 ||
		    !(strstr(out, "No route to host") || strstr(out, "Permission denied")))
			fail_msg("%s", out);
		assert_int_equal(refused(), i + 1);
	}
	sandbox_run("kill $(cat /run/echo.pid)");
}

static void what_is_published_passes_both_ways_and_leaves_no_trace(void **state)
{
	for (int v6 = 0; v6 < 2; v6++) {
		const char *to = v6 ? "2001:db8:1::80" : "203.0.113.80";

		sandbox_expect(sandbox_run(NET "ping -c 20 -i 0.2 -w 10 -W 1 %s | head -2", to),
			       "bytes from");
	}
	assert_null(strstr(sandbox_run(IN "cat /proc/net/nf_conntrack"), "icmp"));
}

static void what_nobody_asked_for_falls_into_a_black_hole(void **state)
{
	expect_ping("10.0.0.5", "192.0.2.9");
	sandbox_expect(sandbox_run(NET "ping -c 2 -i 0.2 -W 1 203.0.113.10"), " 0 received");
	/* Neither to the tenant's own addresses, nor back and forth. */
	sandbox_run(NET "ip route add 10.0.0.0/16 via 192.0.2.1");
	sandbox_expect(sandbox_run(NET "ping -c 1 -W 1 10.0.0.5"), " 0 received");
	sandbox_expect(sandbox_run(IN "ip route get 203.0.113.10"), "Invalid argument");
}

/* "eth0" is underlay, "eth1" what would see it there. */
static void a_container_reaches_the_node_by_ping_alone_and_no_underlay(void **state)
{
	sandbox_run("ip link add eth0 type veth peer name eth1; ip link set eth0 up;"
		    "ip link set eth1 up; ip addr add 198.51.100.1/24 dev eth0;"
		    "ip neigh add 198.51.100.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent");
	expect_ping("10.0.0.5", "192.0.2.1");
	sandbox_run(
		"nft add table inet seen; nft add chain inet seen c '{ type filter hook "
		"postrouting priority 0; }'; nft add chain inet seen d '{ type filter hook input "
		"priority 10; }'; nft add rule inet seen c ip daddr 198.51.100.9 counter; nft add "
		"rule inet "
		"seen d udp dport 9 counter");
	sandbox_run(BOX "ping -c 1 -W 1 -I 10.0.0.5 198.51.100.9");
	sandbox_run(BOX "bash -c 'echo >/dev/udp/192.0.2.1/9'");
	sandbox_run(NET "ip route add 198.51.100.0/24 via 192.0.2.1");
	sandbox_run(NET "ping -c 1 -W 1 198.51.100.9");
	assert_int_equal(count(sandbox_run("nft list table inet seen"), "packets 0 "), 2);
	sandbox_run(NET "bash -c 'echo >/dev/udp/192.0.2.1/9'"); /* the rest is not ours */
	sandbox_expect(sandbox_run("nft list table inet seen"), "packets 1 ");
	sandbox_run("nft delete table inet seen; ip link delete eth0");
}

static void an_error_of_the_room_has_a_public_address(void **state)
{
	const char *out;

	/* The arm takes 1400 bytes: larger ones from the Internet are answered by the room. */
	sandbox_run(NET "ping -c 20 -i 0.2 -w 10 -W 1 203.0.113.80");
	out = sandbox_run(NET "ping -c 1 -W 2 -M do -s 1450 203.0.113.80");
	sandbox_expect(out, "From 203.0.113.10 icmp_seq=1 Frag needed and DF set (mtu = 1400)");
	sandbox_run(NET "ping -c 20 -i 0.2 -w 10 -W 1 2001:db8:1::80");
	out = sandbox_run(NET "ping -c 1 -W 2 -M do -s 1450 2001:db8:1::80");
	sandbox_expect(out, "From 2001:db8:1::10 icmp_seq=1 Packet too big: mtu=1400");
}

static void what_is_whole_is_left_alone(void **state)
{
	expect_ping("10.0.0.5", "192.0.2.9");
	assert_int_equal(keep(*state), 0);
}

static void what_was_taken_away_is_put_back(void **state)
{
	static const char *const harms[] = {
		IN "ip link set outside down",
		IN "ip link set inside down",
		IN "ip link delete outside",
		IN "ip addr del 10.0.0.250/32 dev inside",
		IN "ip route del default",
		IN "ip -6 route del default",
		IN "ip route del 10.0.0.0/16",
		IN "ip route del blackhole 203.0.113.10",
		IN "ip route add 10.9.0.0/16 dev outside proto 87",
		IN "sysctl -qw net.ipv4.conf.all.forwarding=0",
		IN "sysctl -qw net.ipv4.conf.outside.rp_filter=1",
		IN "nft flush ruleset",
		IN "nft delete chain inet weft tell",
		IN "nft add rule inet weft pass counter accept",
		"ip link set wfg1 down",
		"ip link set wfg1 mtu 1300",
		"ip route del 203.0.113.10",
		"ip -6 route del 2001:db8:1::80",
		"sysctl -qw net.ipv4.conf.wfg1.forwarding=0",
	};

	for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++) {
		const char *out = sandbox_run("%s", harms[i]);

		if (*out)
			fail_msg("%s: %s", harms[i], out);
		if (keep(*state) != 1)
			fail_msg("%s: not seen", harms[i]);
		assert_int_equal(keep(*state), 0);
	}
	expect_ping("10.0.0.5", "192.0.2.9");
	expect_ping("fd00:ed::5", "2001:db8::9");
}

static void flows_outlive_a_change_of_what_is_asked_for(void **state)
{
	struct sample s;
	struct wf_room_spec *spec = sample(&s);

	expect_ping("10.0.0.5", "192.0.2.9");
	spec->n_published = 0;
	spec->n_ways = 2;
	assert_int_equal(keep(spec), 1);
	sandbox_expect(sandbox_run(IN "cat /proc/net/nf_conntrack"), "dst=203.0.113.10");
	assert_null(strstr(sandbox_run("ip route"), "203.0.113.80"));
	assert_null(strstr(sandbox_run(IN "ip route"), "203.0.113.80"));
}

static void a_room_is_found_again_and_goes_without_a_trace(void **state)
{
	struct wf_room_ids ids = {0};
	struct wf_err err = {0};

	assert_int_equal(kern->ops->room_list(kern, &ids, &err), 0);
	assert_int_equal(ids.n, 1);
	assert_int_equal(ids.items[0], 1);
	wf_vec_done(&ids);
	assert_int_equal(kern->ops->room_remove(kern, 1, &err), 0);
	assert_int_equal(kern->ops->room_remove(kern, 1, &err), 0);
	assert_int_equal(kern->ops->gate_keep(kern, NULL, &err), 1);
	assert_int_equal(kern->ops->gate_keep(kern, NULL, &err), 0);
	assert_null(strstr(sandbox_run("ip link"), "wfg1"));
	assert_string_equal(sandbox_run("nft list ruleset"), "");
	assert_string_equal(sandbox_run("grep node/test/ /proc/self/mounts"), "");
	assert_string_equal(sandbox_run("ls -A /run/weft/node/test/rooms"), "");
}

static void tables_of_others_are_left_alone(void **state)
{
	struct wf_err err = {0};

	sandbox_run("nft add table inet others; nft add chain inet others c");
	assert_int_equal(kern->ops->gate_keep(kern, NULL, &err), 1);
	sandbox_expect(sandbox_run("nft list ruleset"), "table inet others");
	sandbox_run("nft flush ruleset");
}

static void names_that_rules_cannot_say_are_refused(void **state)
{
	static const char *const names[] = {"out\"0", "out*", "", "out 0", "out0;"};
	struct wf_err err = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct wf_gate_spec gate = {.outside = names[i]};

		assert_int_equal(kern->ops->gate_keep(kern, &gate, &err), -EINVAL);
	}
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_flow_leaves_by_a_public_address_and_its_answer_comes_back),
		CASE(without_a_port_a_new_flow_is_refused_and_counted),
		CASE(what_is_published_passes_both_ways_and_leaves_no_trace),
		CASE(what_nobody_asked_for_falls_into_a_black_hole),
		CASE(a_container_reaches_the_node_by_ping_alone_and_no_underlay),
		CASE(an_error_of_the_room_has_a_public_address),
		CASE(what_is_whole_is_left_alone),
		CASE(what_was_taken_away_is_put_back),
		CASE(flows_outlive_a_change_of_what_is_asked_for),
		CASE(a_room_is_found_again_and_goes_without_a_trace),
		CASE(tables_of_others_are_left_alone),
		CASE(names_that_rules_cannot_say_are_refused),
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
