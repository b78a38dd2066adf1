// SPDX-License-Identifier: Apache-2.0
/* Ports in a real kernel, in a sandbox. */
#include "kern/port.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "base/vec.h"
#include "kern/link.h"
#include "kern/netns.h"
#include "kern/sandbox.h"

static struct wf_kern *kern;

static struct wf_addr addr(const char *text)
{
	struct wf_addr a;

	assert_int_equal(wf_addr_parse(text, &a), 0);
	return a;
}

static struct wf_port_spec web_spec(const struct wf_addr *addrs, size_t n_addrs)
{
	return (struct wf_port_spec){
		.netns = "web",
		.ifname = "eth0",
		.host_ifname = "wf0",
		.alias = "red/web",
		.mac = {2, 0, 0, 0, 0, 7},
		.addrs = addrs,
		.n_addrs = n_addrs,
		.mtu = 1400,
	};
}

static int create(const struct wf_port_spec *spec, int *ret_ifindex, struct wf_err *err)
{
	return kern->ops->port_create(kern, spec, ret_ifindex, err);
}

static void assert_no_link(const char *name)
{
	char wanted[32];

	snprintf(wanted, sizeof(wanted), "%s@", name);
	assert_null(strstr(sandbox_run("ip link"), wanted));
}

static int empty_netns(void **state)
{
	sandbox_run("ip link delete wf0"); /* of a test that failed */
	sandbox_netns("web");
	return 0;
}

static void port_has_both_families_inside(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7"), addr("fd00::7")};
	const struct wf_port_spec spec = web_spec(addrs, 2);
	struct wf_err err = {0};
	const char *out;
	int ifindex = 0;

	if (create(&spec, &ifindex, &err))
		fail_msg("%s", err.msg);
	out = sandbox_run("ip -n web -d addr show eth0");
	sandbox_expect(out, "inet 10.0.0.7/32 ");
	sandbox_expect(out, "inet6 fd00::7/128 ");
	sandbox_expect(out, "mtu 1400 ");
	sandbox_expect(out, "link/ether 02:00:00:00:00:07 ");
	sandbox_expect(out, "gso_max_size 64512 ");
	sandbox_expect(out, "state UP ");
	assert_null(strstr(out, "tentative"));
	out = sandbox_run("ip -n web route; ip -n web -6 route");
	sandbox_expect(out, "default via 169.254.1.1 dev eth0 proto 87 onlink");
	sandbox_expect(out, "default via fe80::1 dev eth0 proto 87 metric 1024 onlink");
	sandbox_expect(sandbox_run("ip -n web link show lo"), "LOOPBACK,UP");
	out = sandbox_run("ip netns exec web sysctl net.ipv6.conf.eth0");
	sandbox_expect(out, "eth0.accept_ra = 0");
	sandbox_expect(out, "eth0.autoconf = 0");
	assert_int_equal(kern->ops->port_delete(kern, ifindex, &err), 0);
	sandbox_expect(sandbox_run("ip -n web link show eth0"), "does not exist");
}

static void host_side_is_known_by_its_alias_and_has_no_address(void **state)
{
	const struct wf_addr addrs[] = {addr("fd00::7")};
	const struct wf_port_spec spec = web_spec(addrs, 1);
	const uint8_t gateway_mac[6] = WF_GATEWAY_MAC;
	struct wf_links links = {0};
	int ifindex, last = 0;
	bool is_found = false;

	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	assert_int_equal(kern->ops->links(kern, &links, NULL), 0);
	wf_vec_each (l, &links) {
		assert_true(l->ifindex > last);
		last = l->ifindex;
		if (l->ifindex != ifindex)
			continue;
		is_found = true;
		assert_string_equal(l->name, "wf0");
		assert_string_equal(l->alias, "red/web");
		assert_memory_equal(l->mac, gateway_mac, 6);
		assert_int_equal(l->mtu, 1400);
		assert_true(l->is_up && l->is_ethernet && !l->is_loopback);
	}
	wf_links_done(&links);
	assert_true(is_found);
	assert_string_equal(sandbox_run("ip -6 addr show dev wf0"), "");
	assert_null(strstr(sandbox_run("ip -n web route"), "default"));
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), 0);
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), -ENODEV);
}

/* The spec that @change spoils is refused with @code, the message names @part, nothing is left. */
static void port_that_cannot_be_is_refused_by_name(void **state)
{
	static const struct {
		const char *netns, *ifname, *host_ifname;
		uint32_t mtu;
		uint8_t mac0;
		int code;
		const char *part;
	} cases[] = {
		{"nowhere", "eth0", "wf1", 1400, 2, -ENOENT, "/run/netns/nowhere"},
		{"/proc/self/nothing", "eth0", "wf1", 1400, 2, -ENOENT, "/proc/self/nothing"},
		{"/proc/self/ns/mnt", "eth0", "wf1", 1400, 2, -EINVAL, "/proc/self/ns/mnt"},
		{"/dev/null", "eth0", "wf1", 1400, 2, -EINVAL, "/dev/null"},
		{"/run/fifo", "eth0", "wf1", 1400, 2, -EINVAL, "/run/fifo"},
		{"", "eth0", "wf1", 1400, 2, -EINVAL, "network namespace"},
		{"..", "eth0", "wf1", 1400, 2, -EINVAL, "'..'"},
		{"web", "eth0", "wf1", 1400, 2, -EEXIST, "'eth0'"},
		{"web", "eth1", "wf0", 1400, 2, -EEXIST, "'wf0'"},
		{"web", "lo", "wf1", 1400, 2, -EEXIST, "'lo'"},
		{"web", "a-name-that-is-too-long", "wf1", 1400, 2, -EINVAL, "a-name-that"},
		{"web", "a/b", "wf1", 1400, 2, -EINVAL, "'a/b'"},
		{"web", "", "wf1", 1400, 2, -EINVAL, "''"},
		{"web", "eth%d", "wf1", 1400, 2, -EINVAL, "'eth%d'"},
		{"web", "eth1", "wf 1", 1400, 2, -EINVAL, "'wf 1'"},
		{"web", "eth1", "wf1", 1279, 2, -EINVAL, "1279"},
		{"web", "eth1", "wf1", 70000, 2, -EINVAL, "eth1"},
		{"web", "eth1", "wf1", 1400, 3, -EINVAL, "multicast"},
	};
	const struct wf_addr addrs[] = {addr("10.0.0.7"), addr("fd00::7")};
	struct wf_port_spec spec = web_spec(addrs, 2);
	int ifindex = 0, other = -1;

	mkfifo("/run/fifo", 0600);
	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wf_err err = {0};

		spec.netns = cases[i].netns;
		spec.ifname = cases[i].ifname;
		spec.host_ifname = cases[i].host_ifname;
		spec.mtu = cases[i].mtu;
		spec.mac[0] = cases[i].mac0;
		assert_int_equal(create(&spec, &other, &err), cases[i].code);
		sandbox_expect(err.msg, cases[i].part);
		assert_int_equal(other, -1);
		assert_no_link("wf1");
		assert_no_link(WF_PORT_UNDONE);
	}
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), 0);
}

static struct wf_prefix prefix(const char *text)
{
	struct wf_prefix p;

	assert_int_equal(wf_prefix_parse(text, &p), 0);
	return p;
}

static void another_default_route_stays_beside_the_tenants(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7"), addr("fd00:1::7")};
	const struct wf_prefix prefixes[] = {prefix("10.0.0.0/16"), prefix("fd00:1::/64")};
	struct wf_port_spec spec = web_spec(addrs, 2);
	struct wf_err err = {0};
	const char *routes;
	int ifindex = -1;

	spec.prefixes = prefixes;
	spec.n_prefixes = 2;
	sandbox_run("ip -n web link add p0 type veth peer p1; ip -n web link set p0 up;"
		    "ip -n web route add default dev p0");
	assert_int_equal(create(&spec, &ifindex, &err), 0);
	routes = sandbox_run("ip -n web route");
	sandbox_expect(routes, "default dev p0");
	sandbox_expect(routes, "10.0.0.0/16 via 169.254.1.1 dev eth0");
	sandbox_expect(sandbox_run("ip -n web -6 route"), "default via fe80::1 dev eth0");
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), 0);
}

static void failure_half_way_leaves_nothing(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7")};
	const struct wf_prefix prefixes[] = {prefix("10.0.0.0/16")};
	struct wf_port_spec spec = web_spec(addrs, 1);
	struct wf_err err = {0};
	int ifindex = -1;

	/* Both routes are taken: the last step inside fails. */
	spec.prefixes = prefixes;
	spec.n_prefixes = 1;
	sandbox_run("ip -n web link add p0 type veth peer p1; ip -n web link set p0 up;"
		    "ip -n web route add default dev p0; ip -n web route add 10.0.0.0/16 dev p0");
	assert_int_equal(create(&spec, &ifindex, &err), -EEXIST);
	sandbox_expect(err.msg, "route to 10.0.0.0/16");
	assert_int_equal(ifindex, -1);
	assert_no_link("wf0");
	assert_no_link(WF_PORT_UNDONE);
	sandbox_expect(sandbox_run("ip -n web link show eth0"), "does not exist");
}

static void what_a_crash_left_is_in_nobodys_way(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7")};
	const struct wf_port_spec spec = web_spec(addrs, 1);
	int ifindex;

	sandbox_run("ip link add " WF_PORT_UNDONE " type veth peer eth0 netns web");
	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	assert_no_link(WF_PORT_UNDONE);
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), 0);
}

static void path_names_a_namespace_as_well(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7")};
	struct wf_port_spec spec = web_spec(addrs, 1);
	int ifindex;

	spec.netns = "/run/netns/web";
	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	sandbox_expect(sandbox_run("ip -n web addr"), "10.0.0.7/32");
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), 0);
}

static void mtu_changes_on_both_ends(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7")};
	const struct wf_port_spec spec = web_spec(addrs, 1);
	struct wf_err err = {0};
	int ifindex;

	sandbox_netns("another");
	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	assert_int_equal(kern->ops->port_mtu(kern, ifindex, 1300, &err), 0);
	sandbox_expect(sandbox_run("ip -n web link show eth0"), "mtu 1300 ");
	sandbox_expect(sandbox_run("ip link show wf0"), "mtu 1300 ");
	assert_int_equal(kern->ops->port_mtu(kern, 1, 1300, &err), -EINVAL);
	sandbox_expect(err.msg, "'lo' is no veth");
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), 0);
	assert_int_equal(kern->ops->port_mtu(kern, ifindex, 1300, &err), -ENODEV);
	sandbox_netns_remove("another");
}

static void outside_is_repaired(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7")};
	const struct wf_port_spec spec = web_spec(addrs, 1);
	const char *out;
	int ifindex;

	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	sandbox_run("ip link set wf0 down; ip link set wf0 address 02:00:00:00:99:99");
	assert_int_equal(kern->ops->port_repair(kern, ifindex, NULL), 0);
	out = sandbox_run("ip link show wf0");
	sandbox_expect(out, ",UP");
	assert_null(strstr(out, "99:99"));
	sandbox_run("ip link set wf0 address 02:00:00:00:99:99");
	assert_int_equal(kern->ops->port_repair(kern, ifindex, NULL), 0);
	out = sandbox_run("ip link show wf0");
	assert_null(strstr(out, "99:99"));
	assert_int_equal(kern->ops->port_delete(kern, ifindex, NULL), 0);
	assert_int_equal(kern->ops->port_repair(kern, ifindex, NULL), -ENODEV);
}

/* A process in a network namespace of its own, that waits to be killed. */
static pid_t start_container(void)
{
	int pipe_fds[2];
	char ready;
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (pid == 0) {
		if (!unshare(CLONE_NEWNET) && write(pipe_fds[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(pipe_fds[0], &ready, 1), 1);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return pid;
}

static void mtu_finds_a_namespace_that_only_a_process_has(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7")};
	struct wf_port_spec spec = web_spec(addrs, 1);
	pid_t pid = start_container();
	char path[64];
	int ifindex;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	spec.netns = path;
	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	assert_int_equal(kern->ops->port_mtu(kern, ifindex, 1300, NULL), 0);
	sandbox_expect(sandbox_run("nsenter --net=%s ip link show eth0", path), "mtu 1300 ");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void a_vanished_namespace_is_heard_of(void **state)
{
	const struct wf_addr addrs[] = {addr("10.0.0.7")};
	const struct wf_port_spec spec = web_spec(addrs, 1);
	struct pollfd p = {.fd = kern->ops->fd(kern), .events = POLLIN};
	struct wf_link link;
	struct wf_nl nl;
	int ifindex, r = 0;

	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	kern->ops->dispatch(kern);
	assert_int_equal(poll(&p, 1, 0), 0);
	sandbox_netns_remove("web");
	assert_int_equal(wf_nl_open(&nl, NULL), 0);
	while (!r) {
		assert_int_equal(poll(&p, 1, 10000), 1);
		kern->ops->dispatch(kern);
		r = wf_link_get(&nl, ifindex, &link, NULL, NULL);
	}
	wf_nl_done(&nl);
	assert_int_equal(r, -ENODEV);
}

static bool has_carrier(int ifindex)
{
	struct wf_links links = {0};
	bool has = false;

	assert_int_equal(kern->ops->links(kern, &links, NULL), 0);
	wf_vec_each (l, &links)
		has |= l->ifindex == ifindex && l->has_carrier;
	wf_links_done(&links);
	return has;
}

static void outside_has_carrier_while_the_inside_is_up(void **state)
{
	const struct wf_addr a = addr("10.0.0.7");
	const struct wf_port_spec spec = web_spec(&a, 1);
	int ifindex = 0;

	assert_int_equal(create(&spec, &ifindex, NULL), 0);
	assert_true(has_carrier(ifindex));
	sandbox_run("ip -n web link set eth0 down");
	assert_false(has_carrier(ifindex));
	sandbox_run("ip -n web link set eth0 up");
	assert_true(has_carrier(ifindex));
}

static void a_visit_ends_with_its_scope(void **state)
{
	_cleanup_close_ int fd = wf_netns_open("web", NULL);
	struct stat before, inside, after;

	assert_true(fd >= 0);
	assert_int_equal(stat("/proc/thread-self/ns/net", &before), 0);
	{
		WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;

		assert_int_equal(wf_netns_enter(&visit, fd, NULL), 0);
		assert_int_equal(stat("/proc/thread-self/ns/net", &inside), 0);
	}
	assert_int_equal(stat("/proc/thread-self/ns/net", &after), 0);
	assert_int_not_equal(before.st_ino, inside.st_ino);
	assert_int_equal(before.st_ino, after.st_ino);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(port_has_both_families_inside, empty_netns),
		cmocka_unit_test_setup(host_side_is_known_by_its_alias_and_has_no_address,
				       empty_netns),
		cmocka_unit_test_setup(port_that_cannot_be_is_refused_by_name, empty_netns),
		cmocka_unit_test_setup(another_default_route_stays_beside_the_tenants, empty_netns),
		cmocka_unit_test_setup(failure_half_way_leaves_nothing, empty_netns),
		cmocka_unit_test_setup(what_a_crash_left_is_in_nobodys_way, empty_netns),
		cmocka_unit_test_setup(path_names_a_namespace_as_well, empty_netns),
		cmocka_unit_test_setup(mtu_changes_on_both_ends, empty_netns),
		cmocka_unit_test_setup(outside_is_repaired, empty_netns),
		cmocka_unit_test(mtu_finds_a_namespace_that_only_a_process_has),
		cmocka_unit_test_setup(a_vanished_namespace_is_heard_of, empty_netns),
		cmocka_unit_test_setup(outside_has_carrier_while_the_inside_is_up, empty_netns),
		cmocka_unit_test_setup(a_visit_ends_with_its_scope, empty_netns),
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
