// SPDX-License-Identifier: Apache-2.0
/*
 * Every step looks whether all is as it should be, makes it so, and says by 1 that it was not. So
 * keeping a room whole, adopting it after a restart and making it are the same.
 */
#include "kern/room.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "kern/dir.h"
#include "kern/ifaddr.h"
#include "kern/link.h"
#include "kern/neigh.h"
#include "kern/nft.h"
#include "kern/port.h"
#include "kern/room_netns.h"
#include "kern/room_rules.h"
#include "kern/routes.h"
#include "kern/rules.h"
#include "kern/run_dir.h"
#include "kern/sysctl.h"

#define MTU_UNKNOWN 1500 /* while the gateway's interface is missing */

/* The ends of a room's outside, the same everywhere: nobody else is there. */
static const uint8_t node_mac[] = {0x02, 0x57, 0x45, 0x46, 0x54, 0x02};
static const uint8_t room_mac[] = {0x02, 0x57, 0x45, 0x46, 0x54, 0x03};

/* 169.254.87.1 and fe80::57:1 are the node, .2 and :2 the room. */
static struct wf_addr end_of(bool is_node, bool is_v4)
{
	uint8_t last = is_node ? 1 : 2;

	if (is_v4)
		return (struct wf_addr){.bytes = {[10] = 0xff, [11] = 0xff, 169, 254, 87, last}};
	return (struct wf_addr){.bytes = {0xfe, 0x80, [13] = 0x57, [15] = last}};
}

struct room {
	const struct wf_room_spec *spec;
	struct wf_nl *nl; /* of the node */
	const char *dir;
	char near[WF_IFNAME_MAX + 1]; /* the node's end of the outside */
	uint32_t mtu;
	int netns_fd;
};

/* One step after another, to the first that fails; how many found something to do. */
static int sum(int n, int r)
{
	return n < 0 ? n : r < 0 ? r : n + r;
}

static int set(const char *dir, const char *ifname, const char *name, int value, struct wf_err *err)
{
	char path[96];
	int r;

	snprintf(path, sizeof(path), "net/%s/conf/%s/%s", dir, ifname, name);
	r = wf_sysctl_is(path, value, err);
	if (r)
		return r < 0 ? r : 0;
	r = wf_sysctl_set(path, value, err);
	return r ? r : 1;
}

/* Routers' settings, of a namespace ("all", "default") or an interface. */
static int set_router(const char *ifname, struct wf_err *err)
{
	static const struct {
		const char *dir, *name;
		int value;
	} settings[] = {
		{"ipv4", "forwarding", 1},
		{"ipv4", "rp_filter", 0}, /* what answers may have gone by another gateway */
		{"ipv4", "accept_redirects", 0},
		{"ipv4", "send_redirects", 0},
		{"ipv6", "disable_ipv6", 0},
		{"ipv6", "forwarding", 1},
		{"ipv6", "accept_ra", 0},
		{"ipv6", "accept_redirects", 0},
	};
	int n = 0;

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings) && n >= 0; i++)
		n = sum(n, set(settings[i].dir, ifname, settings[i].name, settings[i].value, err));
	return n;
}

static bool is_pair(struct room *room, const struct wf_link *near, const struct wf_link *far)
{
	struct wf_link_peer peer = {0};
	struct wf_link link;

	if (wf_link_get(room->nl, near->ifindex, &link, &peer, NULL) < 0)
		return false;
	return peer.ifindex == far->ifindex && peer.nsid >= 0 &&
	       peer.nsid == wf_link_nsid(room->nl, room->netns_fd);
}

static int make_pair(struct room *room, struct wf_nl *inside, struct wf_link *near,
		     struct wf_link *far, struct wf_err *err)
{
	const struct wf_veth_end node = {room->near, node_mac, room->mtu, 0};
	const struct wf_veth_end peer = {WF_ROOM_OUTSIDE, room_mac, room->mtu, 0};
	const struct wf_link_change silent = {.to_no_ipv6_address = true};
	int r = wf_link_veth_add(room->nl, &node, &peer, room->netns_fd, err);

	if (!r)
		r = wf_link_find(room->nl, room->near, near, err);
	if (!r)
		r = wf_link_find(inside, WF_ROOM_OUTSIDE, far, err);
	if (!r)
		r = wf_link_set(room->nl, near->ifindex, &silent, err);
	if (!r)
		r = wf_link_set(inside, far->ifindex, &silent, err);
	return r ? r : 1;
}

/* Ends without each other go. */
static int find_pair(struct room *room, struct wf_nl *inside, struct wf_link *near,
		     struct wf_link *far, struct wf_err *err)
{
	int has_near = wf_link_find(room->nl, room->near, near, err);
	int has_far = wf_link_find(inside, WF_ROOM_OUTSIDE, far, err), r = 0;

	if ((has_near && has_near != -ENODEV) || (has_far && has_far != -ENODEV))
		return has_near && has_near != -ENODEV ? has_near : has_far;
	if (!has_near && !has_far && is_pair(room, near, far))
		return 0;
	if (!has_near)
		r = wf_link_delete(room->nl, near->ifindex, err);
	if ((!r || r == -ENODEV) && !has_far)
		r = wf_link_delete(inside, far->ifindex, err);
	if (r && r != -ENODEV)
		return r;
	return make_pair(room, inside, near, far, err);
}

/* Up, of the right size, with the other end as a neighbor. */
static int set_end(struct wf_nl *nl, const struct room *room, const struct wf_link *link,
		   bool is_node, struct wf_err *err)
{
	const uint8_t *mac = is_node ? node_mac : room_mac, *other = is_node ? room_mac : node_mac;
	const struct wf_link_change change = {.mac = mac, .mtu = room->mtu, .to_up = true};
	bool is_wrong = !link->is_up || link->mtu != room->mtu ||
			memcmp(link->mac, mac, sizeof(node_mac));
	int r = is_wrong ? wf_link_set(nl, link->ifindex, &change, err) : 0;

	for (int v4 = 0; v4 < 2 && !r; v4++) {
		struct wf_addr peer = end_of(!is_node, v4);

		r = wf_neigh_set(nl, link->ifindex, &peer, other, err);
	}
	return r ? r : is_wrong;
}

struct ways {
	WF_VEC(struct wf_route) items;
	bool is_failed;
};

static void add_way(struct ways *w, const struct wf_prefix *to, int ifindex,
		    const struct wf_addr *by)
{
	struct wf_route route = {.to = *to, .by = *by, .type = RTN_UNICAST, .ifindex = ifindex};

	w->is_failed |= wf_vec_push(&w->items, route) < 0;
}

static void add_black_hole(struct ways *w, const struct wf_prefix *to)
{
	struct wf_route route = {.to = *to, .type = RTN_BLACKHOLE};

	w->is_failed |= wf_vec_push(&w->items, route) < 0;
}

static int set_ways(struct wf_nl *nl, int ifindex, struct ways *w, struct wf_err *err)
{
	int r = w->is_failed ? wf_err_set(err, -ENOMEM, "out of memory for the routes of a room")
			     : wf_routes_set(nl, ifindex, w->items.items, w->items.n, err);

	wf_vec_done(&w->items);
	return r;
}

static bool has_family(const struct wf_room_spec *spec, bool is_v4)
{
	for (size_t i = 0; i < spec->n_addrs; i++)
		if (wf_addr_is_v4(&spec->addrs[i]) == is_v4)
			return true;
	return false;
}

/* @inside 0: the arm is not there yet. */
static int set_room_ways(struct wf_nl *nl, const struct wf_room_spec *spec, int inside, int outside,
			 struct wf_err *err)
{
	static const struct wf_prefix all[] = {
		{.len = 0}, {.addr.bytes = {[10] = 0xff, [11] = 0xff}, .len = 96}};
	struct ways w = {0};

	for (int v4 = 0; v4 < 2; v4++) {
		const struct wf_addr node = end_of(true, v4);

		add_way(&w, &all[v4], outside, &node);
	}
	for (size_t i = 0; i < spec->n_nat; i++)
		add_black_hole(&w, &spec->nat[i]);
	for (size_t i = 0; inside && i < spec->n_prefixes; i++) {
		bool is_v4 = wf_prefix_is_v4(&spec->prefixes[i]);
		const struct wf_addr by = wf_port_gateway(is_v4);

		if (has_family(spec, is_v4))
			add_way(&w, &spec->prefixes[i], inside, &by);
	}
	for (size_t i = 0; inside && i < spec->n_published; i++) {
		const struct wf_prefix to = {spec->published[i], 128};
		const struct wf_addr by = wf_port_gateway(wf_addr_is_v4(&to.addr));

		if (has_family(spec, wf_addr_is_v4(&to.addr)))
			add_way(&w, &to, inside, &by);
	}
	return set_ways(nl, 0, &w, err);
}

/* The arm, as far as it is the room's: its addresses, and up. */
static int set_inside(struct wf_nl *nl, const struct wf_room_spec *spec, int *ret_ifindex,
		      struct wf_err *err)
{
	const struct wf_link_change up = {.to_up = true};
	struct wf_link link;
	int n = 0, r = wf_link_find(nl, WF_ROOM_INSIDE, &link, NULL);

	if (r)
		return r == -ENODEV ? 0 : wf_err_errno(err, r, "cannot find " WF_ROOM_INSIDE);
	for (size_t i = 0; i < spec->n_addrs && n >= 0; i++) {
		r = wf_ifaddr_add(nl, link.ifindex, &spec->addrs[i], err);
		n = sum(n, r == -EEXIST ? 0 : r ? r : 1);
	}
	if (n >= 0 && !link.is_up) {
		r = wf_link_set(nl, link.ifindex, &up, err);
		n = r ? r : n + 1;
	}
	if (n >= 0)
		n = sum(n, set_router(WF_ROOM_INSIDE, err));
	*ret_ifindex = link.ifindex;
	return n;
}

static int set_lo(struct wf_nl *nl, struct wf_err *err)
{
	const struct wf_link_change up = {.to_up = true};
	struct wf_link lo;
	int r = wf_link_find(nl, "lo", &lo, err);

	if (r || lo.is_up)
		return r;
	r = wf_link_set(nl, lo.ifindex, &up, err);
	return r ? r : 1;
}

/* All that is seen from within; @ret_near: the node's end. */
static int furnish(struct room *room, struct wf_link *ret_near, struct wf_err *err)
{
	WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;
	WF_CLEANUP(wf_nl_done) struct wf_nl nl = {0};
	int inside = 0, n = wf_netns_enter(&visit, room->netns_fd, err);
	struct wf_link far;

	if (!n)
		n = wf_nl_open(&nl, err);
	if (!n)
		n = sum(set_lo(&nl, err), n);
	n = n < 0 ? n : sum(n, set_router("all", err));
	n = n < 0 ? n : sum(n, set_router("default", err));
	n = n < 0 ? n : sum(n, find_pair(room, &nl, ret_near, &far, err));
	n = n < 0 ? n : sum(n, set_router(WF_ROOM_OUTSIDE, err));
	n = n < 0 ? n : sum(n, set_end(&nl, room, &far, false, err));
	n = n < 0 ? n : sum(n, set_inside(&nl, room->spec, &inside, err));
	return n < 0 ? n : sum(n, set_room_ways(&nl, room->spec, inside, far.ifindex, err));
}

/* The node forwards what comes from the room; IPv6 it does anyway. */
static int set_near(struct room *room, const struct wf_link *near, struct wf_err *err)
{
	const struct wf_room_spec *spec = room->spec;
	struct ways w = {0};
	int n = set_router(room->near, err);

	for (size_t i = 0; i < spec->n_ways; i++) {
		const struct wf_addr by = end_of(false, wf_prefix_is_v4(&spec->ways[i]));

		add_way(&w, &spec->ways[i], near->ifindex, &by);
	}
	n = n < 0 ? n : sum(n, set_end(room->nl, room, near, true, err));
	if (n >= 0)
		return sum(n, set_ways(room->nl, near->ifindex, &w, err));
	wf_vec_done(&w.items);
	return n;
}

static int set_rules(struct room *room, struct wf_err *err)
{
	char path[WF_ROOM_NETNS_MAX + 1];
	_cleanup_free_ char *chains = NULL;
	struct wf_buf text = {0};

	wf_room_rules(room->spec, &text);
	chains = wf_buf_take(&text);
	if (!chains)
		return wf_err_set(err, -ENOMEM, "out of memory for the rules of a room");
	return wf_rules_keep(room->netns_fd,
			     wf_room_path(room->dir, room->spec->tenant, ".rules", path), chains,
			     err);
}

static uint32_t mtu_of(struct wf_nl *nl, const char *ifname)
{
	struct wf_link link;

	return wf_link_find(nl, ifname, &link, NULL) < 0 ? MTU_UNKNOWN : link.mtu;
}

static const char *near_of(uint32_t tenant, char *buf)
{
	snprintf(buf, WF_IFNAME_MAX + 1, WF_ROOM_IFNAME "%x", tenant);
	return buf;
}

/* The rules come before the routes that lead to them. */
int wf_room_keep(struct wf_nl *nl, const char *dir, const struct wf_room_spec *spec,
		 struct wf_err *err)
{
	struct room room = {.spec = spec, .nl = nl, .dir = dir, .mtu = mtu_of(nl, spec->outside)};
	_cleanup_close_ int fd = -1;
	struct wf_link near;
	bool is_new = false;
	int n;

	near_of(spec->tenant, room.near);
	fd = wf_room_netns_make(dir, spec->tenant, &is_new, err);
	if (fd < 0)
		return fd;
	room.netns_fd = fd;
	n = set_rules(&room, err);
	n = n < 0 ? n : sum(n, furnish(&room, &near, err));
	n = n < 0 ? n : sum(n, set_near(&room, &near, err));
	return n < 0 ? n : n || is_new;
}

/* What is left of flows goes with the namespace, when nobody looks at it any more. */
int wf_room_remove(struct wf_nl *nl, const char *dir, uint32_t tenant, struct wf_err *err)
{
	char near[WF_IFNAME_MAX + 1];
	struct wf_link link;
	int r = wf_link_find(nl, near_of(tenant, near), &link, err);

	if (!r)
		r = wf_link_delete(nl, link.ifindex, err);
	if (r && r != -ENODEV)
		return r;
	return wf_room_netns_remove(dir, tenant, err);
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int wf_room_list(const char *dir, struct wf_room_ids *ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_dir) DIR *stream = NULL;
	const struct dirent *entry;
	char rooms[WF_RUN_DIR_MAX + 16], *end;
	struct wf_room_ids ids = {0};

	snprintf(rooms, sizeof(rooms), "%.320s/rooms", dir);
	stream = opendir(rooms);
	while (stream && (entry = readdir(stream))) {
		uint32_t id = (uint32_t)strtoul(entry->d_name, &end, 16);

		if (*end || !id)
			continue;
		if (wf_vec_push(&ids, id) < 0) {
			wf_vec_done(&ids);
			return wf_err_set(err, -ENOMEM, "out of memory for the rooms");
		}
	}
	wf_vec_sort(&ids, by_id);
	*ret = ids;
	return 0;
}

/* No file: nothing there has ever asked for connections to be followed. */
static uint64_t read_flows(int netns_fd)
{
	WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;
	_cleanup_free_ char *text = NULL;

	if (wf_netns_enter(&visit, netns_fd, NULL) < 0)
		return 0;
	text = wf_sysctl_read("net/netfilter/nf_conntrack_count");
	return text ? strtoull(text, NULL, 10) : 0;
}

int wf_room_stats(const char *dir, uint32_t tenant, struct wf_room_stats *ret, struct wf_err *err)
{
	_cleanup_close_ int fd = wf_room_netns_open(dir, tenant, err);
	struct wf_room_stats stats = {0};
	int r;

	if (fd < 0)
		return fd;
	r = wf_nft_counter(fd, WF_ROOM_REFUSED, &stats.refused, err);
	if (r)
		return r;
	stats.flows = read_flows(fd);
	*ret = stats;
	return 0;
}

int wf_room_purge(struct wf_nl *nl, const char *dir, struct wf_err *err)
{
	struct wf_room_ids ids = {0};
	char path[WF_ROOM_NETNS_MAX + 1];
	int r = wf_room_list(dir, &ids, err);

	for (size_t i = 0; i < ids.n && !r; i++)
		r = wf_room_remove(nl, dir, ids.items[i], err);
	wf_vec_done(&ids);
	if (!r)
		r = wf_gate_keep(dir, NULL, err);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%.320s/rooms", dir);
	(void)rmdir(path); /* if they are empty, they are only untidy */
	(void)rmdir(dir);
	return 0;
}
