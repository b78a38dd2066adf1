// SPDX-License-Identifier: Apache-2.0
#include "kern/port.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dp/config.h"
#include "kern/ifaddr.h"
#include "kern/link.h"
#include "kern/netns.h"
#include "kern/own.h"
#include "kern/peer.h"
#include "kern/route.h"
#include "kern/sysctl.h"

#define IPV6_MTU_MIN 1280 /* RFC 8200 section 5 */
#define PACKET_MAX   65535
/* What a container sends as one piece must still be an IP packet with our headers before it. */
#define GSO_MAX (PACKET_MAX + 1 - 1024)
_Static_assert(WF_TEMPLATE_MAX <= 1024, "headers do not fit beside the largest GSO packet");

static const uint8_t gateway_mac[6] = WF_GATEWAY_MAC;

/* As dev_valid_name() in the kernel, which does not say what it dislikes. */
static bool is_ifname(const char *name)
{
	if (!*name || strlen(name) > WF_IFNAME_MAX || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (const char *c = name; *c; c++)
		if (*c == '/' || *c == ':' || *c == '%' || isspace((unsigned char)*c))
			return false;
	return true;
}

static bool has_family(const struct wf_port_spec *spec, bool is_v4)
{
	for (size_t i = 0; i < spec->n_addrs; i++)
		if (wf_addr_is_v4(&spec->addrs[i]) == is_v4)
			return true;
	return false;
}

static int check(const struct wf_port_spec *spec, struct wf_err *err)
{
	const char *names[] = {spec->ifname, spec->host_ifname};

	for (size_t i = 0; i < 2; i++)
		if (!is_ifname(names[i]))
			return wf_err_set(err, -EINVAL,
					  "'%.64s' cannot name an interface: 1 to "
					  "%d characters, no '/', ':', '%%' or space",
					  names[i], WF_IFNAME_MAX);
	if (strlen(spec->alias) > WF_ALIAS_MAX)
		return wf_err_set(err, -EINVAL, "the alias of '%s' is longer than %d characters",
				  spec->host_ifname, WF_ALIAS_MAX);
	if (spec->mac[0] & 1)
		return wf_err_set(err, -EINVAL, "the MAC address of '%s' is a multicast address",
				  spec->ifname);
	if (has_family(spec, false) && spec->mtu < IPV6_MTU_MIN)
		return wf_err_set(err, -EINVAL, "MTU %u of '%s' is below the %d that IPv6 needs",
				  spec->mtu, spec->ifname, IPV6_MTU_MIN);
	return 0;
}

static int check_free(struct wf_nl *nl, const char *host_ifname, struct wf_err *err)
{
	struct wf_link found;
	int r = wf_link_find(nl, host_ifname, &found, err);

	if (!r)
		return wf_err_set(err, -EEXIST, "there is an interface '%s' already", host_ifname);
	return r == -ENODEV ? 0 : r;
}

static int remove_undone(struct wf_nl *nl, struct wf_err *err)
{
	struct wf_link found;
	int r = wf_link_find(nl, WF_PORT_UNDONE, &found, err);

	if (!r)
		r = wf_link_delete(nl, found.ifindex, err);
	return r == -ENODEV ? 0 : r;
}

/* Down, without addresses; -EEXIST can only be about the inside. */
static int make_pair(struct wf_nl *nl, const struct wf_port_spec *spec, int netns_fd,
		     int *ret_ifindex, struct wf_err *err)
{
	const struct wf_veth_end near = {WF_PORT_UNDONE, gateway_mac, spec->mtu, 0};
	const struct wf_veth_end peer = {spec->ifname, spec->mac, spec->mtu, GSO_MAX};
	struct wf_link link;
	int r;

	r = wf_link_veth_add(nl, &near, &peer, netns_fd, err);
	if (r == -EEXIST)
		return wf_err_set(err, r,
				  "there is an interface '%s' in network namespace '%s' "
				  "already",
				  spec->ifname, spec->netns);
	if (!r)
		r = wf_link_find(nl, WF_PORT_UNDONE, &link, err);
	if (!r)
		*ret_ifindex = link.ifindex;
	return r;
}

/* The gateway is its only router, and nobody else can have its addresses. */
static int set_inside_ipv6(const char *ifname, struct wf_err *err)
{
	static const struct {
		const char *name;
		int value;
	} settings[] = {
		{"disable_ipv6", 0},
		{"accept_ra", 0},
		{"autoconf", 0},
		{"accept_dad", 0},
	};
	char path[64];
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "net/ipv6/conf/%s/%s", ifname, settings[i].name);
		r = wf_sysctl_set(path, settings[i].value, err);
	}
	return r;
}

/* The default route, or, where the container has one that is not ours, those of the tenant. */
static int add_routes(struct wf_nl *nl, int ifindex, const struct wf_port_spec *spec,
		      const struct wf_addr *gateway, struct wf_err *err)
{
	const bool is_v4 = wf_addr_is_v4(gateway);
	int r;

	if (!has_family(spec, is_v4))
		return 0;
	r = wf_route_add(nl, ifindex, NULL, gateway, err);
	if (r != -EEXIST)
		return r;
	r = 0;
	for (size_t i = 0; !r && i < spec->n_prefixes; i++)
		if (wf_prefix_is_v4(&spec->prefixes[i]) == is_v4)
			r = wf_route_add(nl, ifindex, &spec->prefixes[i], gateway, err);
	return r;
}

struct wf_addr wf_port_gateway(bool is_v4)
{
	const uint64_t v6[] = {htobe64(WF_GATEWAY_V6_HIGH), htobe64(WF_GATEWAY_V6_LOW)};
	const uint32_t v4 = htonl(WF_GATEWAY_V4);
	struct wf_addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};

	if (is_v4)
		memcpy(a.bytes + 12, &v4, sizeof(v4));
	else
		memcpy(a.bytes, v6, sizeof(v6));
	return a;
}

static int add_gateways(struct wf_nl *nl, int ifindex, const struct wf_port_spec *spec,
			struct wf_err *err)
{
	const struct wf_addr gateway_v4 = wf_port_gateway(true),
			     gateway_v6 = wf_port_gateway(false);
	int r;

	r = add_routes(nl, ifindex, spec, &gateway_v4, err);
	return r ? r : add_routes(nl, ifindex, spec, &gateway_v6, err);
}

/* One that is there already is as good. */
static int add_address(struct wf_nl *nl, int ifindex, const struct wf_addr *addr,
		       struct wf_err *err)
{
	int r = wf_ifaddr_add(nl, ifindex, addr, err);

	return r == -EEXIST ? 0 : r;
}

/* Inside the container, with a socket of its namespace. */
static int set_up_inside(struct wf_nl *inside, const struct wf_port_spec *spec, struct wf_err *err)
{
	const struct wf_link_change up = {.to_up = true};
	struct wf_link lo, link;
	int r;

	r = wf_link_find(inside, "lo", &lo, err);
	if (!r && !lo.is_up)
		r = wf_link_set(inside, lo.ifindex, &up, err);
	if (!r)
		r = wf_link_find(inside, spec->ifname, &link, err);
	if (!r && (has_family(spec, false) || spec->is_own))
		r = set_inside_ipv6(spec->ifname, err);
	if (!r && spec->is_own) {
		r = wf_own_set(inside, spec, err);
		return r < 0 ? r : 0;
	}
	for (size_t i = 0; !r && i < spec->n_addrs; i++)
		r = add_address(inside, link.ifindex, &spec->addrs[i], err);
	if (!r)
		r = wf_link_set(inside, link.ifindex, &up, err);
	return r || spec->is_arm ? r : add_gateways(inside, link.ifindex, spec, err);
}

static int visit_inside(int netns_fd, const struct wf_port_spec *spec, struct wf_err *err)
{
	WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;
	WF_CLEANUP(wf_nl_done) struct wf_nl inside = {0};
	int r;

	r = wf_netns_enter(&visit, netns_fd, err);
	if (!r)
		r = wf_nl_open(&inside, err);
	return r ? r : set_up_inside(&inside, spec, err);
}

/* It gets its name last: until then a crash leaves a pair that the next one made removes. */
static int finish(struct wf_nl *nl, int ifindex, const struct wf_port_spec *spec,
		  struct wf_err *err)
{
	const struct wf_link_change silent = {.to_no_ipv6_address = true};
	const struct wf_link_change done = {.name = spec->host_ifname,
					    .alias = spec->alias,
					    .to_up = true};
	int r = wf_link_set(nl, ifindex, &silent, err);

	return r ? r : wf_link_set(nl, ifindex, &done, err);
}

int wf_port_create(struct wf_nl *nl, const struct wf_port_spec *spec, int *ret_ifindex,
		   struct wf_err *err)
{
	_cleanup_close_ int netns_fd = -1;
	int ifindex = 0, r;

	r = check(spec, err);
	if (!r)
		r = check_free(nl, spec->host_ifname, err);
	if (r)
		return r;
	netns_fd = wf_netns_open(spec->netns, err);
	if (netns_fd < 0)
		return netns_fd;
	r = remove_undone(nl, err);
	if (!r)
		r = make_pair(nl, spec, netns_fd, &ifindex, err);
	if (!r)
		r = visit_inside(netns_fd, spec, err);
	if (!r)
		r = finish(nl, ifindex, spec, err);
	if (r) {
		if (ifindex)
			(void)wf_link_delete(nl, ifindex, NULL); /* the first error is told */
		return r;
	}
	*ret_ifindex = ifindex;
	return 0;
}

int wf_port_repair(struct wf_nl *nl, int ifindex, struct wf_err *err)
{
	const struct wf_link_change change = {.mac = gateway_mac, .to_up = true};

	return wf_link_set(nl, ifindex, &change, err);
}

static int set_mtu_inside(struct wf_nl *nl, const char *rooms, const struct wf_link *link,
			  const struct wf_link_peer *peer, uint32_t mtu, struct wf_err *err)
{
	const struct wf_link_change change = {.mtu = mtu};
	WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;
	WF_CLEANUP(wf_nl_done) struct wf_nl inside = {0};
	_cleanup_close_ int netns_fd = -1;
	int r;

	if (peer->nsid < 0)
		return wf_link_set(nl, peer->ifindex, &change, err);
	netns_fd = wf_peer_netns(nl, rooms, peer->nsid);
	if (netns_fd < 0)
		return wf_err_set(err, -ENOENT,
				  "the other end of '%s' is in a network namespace "
				  "that is neither in " WF_NETNS_DIR " nor a process's",
				  link->name);
	r = wf_netns_enter(&visit, netns_fd, err);
	if (!r)
		r = wf_nl_open(&inside, err);
	return r ? r : wf_link_set(&inside, peer->ifindex, &change, err);
}

int wf_port_mtu(struct wf_nl *nl, const char *rooms, int ifindex, uint32_t mtu, struct wf_err *err)
{
	const struct wf_link_change change = {.mtu = mtu};
	struct wf_link_peer peer;
	struct wf_link link;
	int r;

	r = wf_link_get(nl, ifindex, &link, &peer, err);
	if (r)
		return r;
	if (!peer.ifindex)
		return wf_err_set(err, -EINVAL, "'%s' is no veth", link.name);
	r = set_mtu_inside(nl, rooms, &link, &peer, mtu, err);
	return r ? r : wf_link_set(nl, ifindex, &change, err);
}
