// SPDX-License-Identifier: Apache-2.0
#include "kern/routes.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/vec.h"
#include "kern/ifaddr.h"
#include "kern/inet.h"

/* @ret has the form of its family's addresses already. */
static void take_addr(const struct nlattr *attr, struct wf_addr *ret)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len == 16)
		memcpy(ret->bytes, mnl_attr_get_payload(attr), len);
	else if (len == 4)
		memcpy(ret->bytes + 12, mnl_attr_get_payload(attr), len);
}

static int take_attr(const struct nlattr *attr, void *arg)
{
	size_t len = mnl_attr_get_payload_len(attr);
	struct wf_route *route = arg;

	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		take_addr(attr, &route->to.addr);
		break;
	case RTA_GATEWAY:
		if (len == 4)
			memset(route->by.bytes + 10, 0xff, 2);
		take_addr(attr, &route->by);
		break;
	case RTA_TABLE:
		if (len == 4)
			route->table = mnl_attr_get_u32(attr);
		break;
	case RTA_OIF:
		if (len == 4)
			route->ifindex = (int)mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int collect(const struct nlmsghdr *hdr, void *arg)
{
	const struct rtmsg *msg = mnl_nlmsg_get_payload(hdr);
	struct wf_routes *routes = arg;
	struct wf_route route = {0};
	bool is_v4;

	if (hdr->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(hdr) < sizeof(*msg))
		return -EBADMSG;
	is_v4 = msg->rtm_family == AF_INET;
	if (msg->rtm_dst_len > (is_v4 ? 32 : 128))
		return 0;
	if (is_v4)
		memset(route.to.addr.bytes + 10, 0xff, 2);
	route.to.len = msg->rtm_dst_len + (is_v4 ? 96 : 0);
	route.table = msg->rtm_table;
	route.type = msg->rtm_type;
	route.protocol = msg->rtm_protocol;
	wf_nl_attrs(hdr, sizeof(*msg), take_attr, &route);
	return wf_vec_push(routes, route);
}

static int list_family(struct wf_nl *nl, uint8_t family, struct wf_routes *ret, struct wf_err *err)
{
	struct wf_routes found = {0};
	struct wf_nl_req req;
	struct rtmsg *msg = wf_nl_begin(&req, RTM_GETROUTE, NLM_F_DUMP, sizeof(*msg));
	int r;

	msg->rtm_family = family;
	r = wf_nl_list(nl, &req, collect, &found, &found.n, err, "list the routes");
	for (size_t i = 0; !r && i < found.n; i++)
		if (wf_vec_push(ret, found.items[i]) < 0)
			r = wf_err_set(err, -ENOMEM, "out of memory for the routes");
	wf_routes_done(&found);
	return r;
}

int wf_routes_list(struct wf_nl *nl, struct wf_routes *ret, struct wf_err *err)
{
	int r = list_family(nl, AF_INET, ret, err);

	return r ? r : list_family(nl, AF_INET6, ret, err);
}

void wf_routes_done(struct wf_routes *r)
{
	wf_vec_done(r);
}

static int change(struct wf_nl *nl, uint16_t type, uint16_t flags, const struct wf_route *route,
		  struct wf_err *err)
{
	static const struct wf_addr none;
	struct wf_inet to = wf_inet_of(&route->to.addr), by = wf_inet_of(&route->by);
	char text[WF_PREFIX_STR_MAX];
	struct wf_nl_req req;
	struct rtmsg *msg = wf_nl_begin(&req, type, flags, sizeof(*msg));

	msg->rtm_family = to.family;
	msg->rtm_dst_len = (uint8_t)(route->to.len - 8 * (16 - to.n_bytes));
	msg->rtm_table = RT_TABLE_MAIN;
	msg->rtm_protocol = WF_RTPROT;
	msg->rtm_scope = type == RTM_NEWROUTE ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE; /* any */
	msg->rtm_type = route->type;
	if (msg->rtm_dst_len)
		mnl_attr_put(&req.hdr, RTA_DST, to.n_bytes, to.bytes);
	if (memcmp(&route->by, &none, sizeof(none)) != 0) {
		msg->rtm_flags = RTNH_F_ONLINK;
		mnl_attr_put(&req.hdr, RTA_GATEWAY, by.n_bytes, by.bytes);
	}
	if (route->type == RTN_UNICAST)
		mnl_attr_put_u32(&req.hdr, RTA_OIF, (uint32_t)route->ifindex);
	return wf_nl_do(nl, &req, err, "%s the route to %s",
			type == RTM_NEWROUTE ? "add" : "delete", wf_prefix_str(&route->to, text));
}

/* A black hole has no interface, whatever the kernel says of it. */
static bool is_same(const struct wf_route *a, const struct wf_route *b)
{
	return a->type == b->type && wf_prefix_cmp(&a->to, &b->to) == 0 &&
	       (a->type != RTN_UNICAST ||
		(a->ifindex == b->ifindex && wf_addr_cmp(&a->by, &b->by) == 0));
}

static bool has(const struct wf_route *routes, size_t n, const struct wf_route *route)
{
	for (size_t i = 0; i < n; i++)
		if (is_same(&routes[i], route))
			return true;
	return false;
}

/* Ours, of those that are asked for, become the first of @r. */
static void keep_ours(struct wf_routes *r, int ifindex)
{
	size_t n = 0;

	wf_vec_each (route, r)
		if (route->protocol == WF_RTPROT && route->table == RT_TABLE_MAIN &&
		    (!ifindex || route->ifindex == ifindex))
			r->items[n++] = *route;
	r->n = n;
}

static int others_have(const struct wf_route *route, struct wf_err *err)
{
	char text[WF_PREFIX_STR_MAX];

	return wf_err_set(err, -EEXIST,
			  "there is a route to %s already, which is not Weft's: delete it",
			  wf_prefix_str(&route->to, text));
}

int wf_routes_set(struct wf_nl *nl, int ifindex, const struct wf_route *wanted, size_t n,
		  struct wf_err *err)
{
	struct wf_routes there = {0};
	int r = wf_routes_list(nl, &there, err), n_changes = 0;

	keep_ours(&there, ifindex);
	for (size_t i = 0; !r && i < there.n; i++)
		if (!has(wanted, n, &there.items[i])) {
			r = change(nl, RTM_DELROUTE, 0, &there.items[i], err);
			n_changes++;
		}
	for (size_t i = 0; !r && i < n; i++)
		if (!has(there.items, there.n, &wanted[i])) {
			r = change(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &wanted[i], err);
			r = r == -EEXIST ? others_have(&wanted[i], err) : r;
			n_changes++;
		}
	wf_routes_done(&there);
	return r ? r : n_changes > 0;
}
