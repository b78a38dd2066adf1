// SPDX-License-Identifier: Apache-2.0
#include "kern/own.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/vec.h"
#include "kern/ifaddr.h"
#include "kern/inet.h"
#include "kern/link.h"
#include "kern/port.h"
#include "kern/route.h"
#include "kern/rule.h"
#include "kern/sysctl.h"

static const uint8_t families[] = {AF_INET, AF_INET6};

#define EACH_FAMILY(i) for (size_t i = 0; i < sizeof(families); i++)

/* A route as the kernel lists it. */
struct route {
	struct wf_prefix to;
	uint32_t table;
	int ifindex; /* 0: by none, or by several */
};

struct routes {
	struct route *items; /* owned */
	size_t n;
	size_t cap;
};

static int take_attr(const struct nlattr *attr, void *arg)
{
	size_t len = mnl_attr_get_payload_len(attr);
	struct route *route = arg;

	if (mnl_attr_get_type(attr) == RTA_DST && len == 16)
		memcpy(route->to.addr.bytes, mnl_attr_get_payload(attr), len);
	else if (mnl_attr_get_type(attr) == RTA_DST && len == 4)
		memcpy(route->to.addr.bytes + 12, mnl_attr_get_payload(attr), len);
	else if (mnl_attr_get_type(attr) == RTA_TABLE && len == 4)
		route->table = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == RTA_OIF && len == 4)
		route->ifindex = (int)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* Ways to somewhere: no default routes, and none that lead nowhere. */
static int collect(const struct nlmsghdr *hdr, void *arg)
{
	const struct rtmsg *msg = mnl_nlmsg_get_payload(hdr);
	struct routes *routes = arg;
	struct route route = {0};
	bool is_v4;

	if (hdr->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(hdr) < sizeof(*msg))
		return -EBADMSG;
	is_v4 = msg->rtm_family == AF_INET;
	if (!msg->rtm_dst_len || msg->rtm_dst_len > (is_v4 ? 32 : 128) ||
	    (msg->rtm_type != RTN_UNICAST && msg->rtm_type != RTN_LOCAL))
		return 0;
	if (is_v4)
		memset(route.to.addr.bytes + 10, 0xff, 2);
	route.to.len = msg->rtm_dst_len + (is_v4 ? 96 : 0);
	route.table = msg->rtm_table;
	wf_nl_attrs(hdr, sizeof(*msg), take_attr, &route);
	return wf_vec_push(routes, route);
}

/* The caller frees, also on failure. */
static int list(struct wf_nl *nl, uint8_t family, struct routes *ret, struct wf_err *err)
{
	struct wf_nl_req req;
	struct rtmsg *msg = wf_nl_begin(&req, RTM_GETROUTE, NLM_F_DUMP, sizeof(*msg));

	msg->rtm_family = family;
	return wf_nl_list(nl, &req, collect, ret, &ret->n, err, "list the routes");
}

static bool is_wanted(const struct wf_port_spec *spec, const struct wf_prefix *p)
{
	for (size_t i = 0; i < spec->n_prefixes; i++)
		if (wf_prefix_cmp(&spec->prefixes[i], p) == 0)
			return true;
	return false;
}

/* Of prefixes that the tenant has no more. Returns how many, or an error. */
static int delete_others(struct wf_nl *nl, int ifindex, const struct wf_port_spec *spec,
			 struct wf_err *err)
{
	int n = 0, r = 0;

	EACH_FAMILY(f)
	{
		struct routes routes = {0};

		r = r ? r : list(nl, families[f], &routes, err);
		for (size_t i = 0; !r && i < routes.n; i++) {
			const struct route *route = &routes.items[i];

			if (route->table != WF_OWN_TABLE || route->ifindex != ifindex ||
			    is_wanted(spec, &route->to))
				continue;
			r = wf_route_own_delete(nl, ifindex, &route->to, err);
			n++;
		}
		wf_vec_done(&routes);
	}
	return r ? r : n;
}

/* 1: it was missing. */
static int add(int r)
{
	return r == -EEXIST ? 0 : r ? r : 1;
}

static int add_rules(struct wf_nl *nl, struct wf_err *err)
{
	int n = 0;

	EACH_FAMILY(f)
	{
		int r = add(wf_rule_add(nl, families[f], WF_OWN_RULE_BEFORE, WF_OWN_TABLE, err));

		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

static int add_addresses(struct wf_nl *nl, int ifindex, const struct wf_port_spec *spec,
			 struct wf_err *err)
{
	int n = 0;

	for (size_t i = 0; i < spec->n_addrs; i++) {
		int r = add(wf_ifaddr_add(nl, ifindex, &spec->addrs[i], err));

		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

/* Its first one of the family; NULL: none, so it has no use for routes of that. */
static const struct wf_addr *source_of(const struct wf_port_spec *spec, bool is_v4)
{
	for (size_t i = 0; i < spec->n_addrs; i++)
		if (wf_addr_is_v4(&spec->addrs[i]) == is_v4)
			return &spec->addrs[i];
	return NULL;
}

static int add_routes(struct wf_nl *nl, int ifindex, const struct wf_port_spec *spec,
		      struct wf_err *err)
{
	int n = 0;

	for (size_t i = 0; i < spec->n_prefixes; i++) {
		bool is_v4 = wf_prefix_is_v4(&spec->prefixes[i]);
		const struct wf_addr *source = source_of(spec, is_v4);
		struct wf_addr gateway = wf_port_gateway(is_v4);
		int r = 0;

		if (source)
			r = add(wf_route_own_add(nl, ifindex, &spec->prefixes[i], &gateway, source,
						 err));
		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

/* What comes in by it is for the node; nobody says by which way it is to go on. */
static int set_inside_ipv4(const char *ifname, struct wf_err *err)
{
	static const char *const settings[] = {"forwarding", "accept_source_route",
					       "accept_redirects", "send_redirects"};
	char path[64];
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(settings) / sizeof(*settings); i++) {
		snprintf(path, sizeof(path), "net/ipv4/conf/%s/%s", ifname, settings[i]);
		r = wf_sysctl_set(path, 0, err);
	}
	return r;
}

int wf_own_set(struct wf_nl *nl, const struct wf_port_spec *spec, struct wf_err *err)
{
	static int (*const steps[])(struct wf_nl * nl, int ifindex, const struct wf_port_spec *spec,
				    struct wf_err *err) = {add_addresses, delete_others,
							   add_routes};
	const struct wf_link_change up = {.to_up = true};
	struct wf_link link;
	int n, r = wf_link_find(nl, spec->ifname, &link, err);

	if (!r)
		r = set_inside_ipv4(spec->ifname, err);
	if (!r && !link.is_up)
		r = wf_link_set(nl, link.ifindex, &up, err);
	n = r ? r : add_rules(nl, err);
	for (size_t i = 0; n >= 0 && i < sizeof(steps) / sizeof(*steps); i++) {
		r = steps[i](nl, link.ifindex, spec, err);
		n = r < 0 ? r : n + r;
	}
	return n < 0 ? n : n || !link.is_up;
}

/* @route is not the default one: as collected. */
static int check_route(struct wf_nl *nl, const struct route *route, const struct wf_prefix *prefix,
		       const char *ifname, struct wf_err *err)
{
	char ours[WF_PREFIX_STR_MAX], theirs[WF_PREFIX_STR_MAX];
	struct wf_link link = {.name = "several"};

	if ((route->table != RT_TABLE_MAIN && route->table != RT_TABLE_LOCAL) ||
	    !wf_prefix_overlaps(prefix, &route->to))
		return 0;
	if (route->ifindex && wf_link_get(nl, route->ifindex, &link, NULL, NULL) < 0)
		return 0; /* both are gone */
	if (!strcmp(link.name, ifname))
		return 0;
	return wf_err_set(err, -EEXIST, "%s overlaps %s, %s by %s", wf_prefix_str(prefix, ours),
			  wf_prefix_str(&route->to, theirs),
			  route->table == RT_TABLE_LOCAL ? "an address that the node has"
							 : "which the node reaches",
			  link.name);
}

int wf_own_check(struct wf_nl *nl, const struct wf_prefix *prefixes, size_t n, const char *ifname,
		 struct wf_err *err)
{
	int r = 0;

	EACH_FAMILY(f)
	{
		struct routes routes = {0};

		r = r ? r : list(nl, families[f], &routes, err);
		for (size_t i = 0; !r && i < routes.n; i++)
			for (size_t j = 0; !r && j < n; j++)
				r = check_route(nl, &routes.items[i], &prefixes[j], ifname, err);
		wf_vec_done(&routes);
	}
	return r;
}

int wf_own_purge(struct wf_nl *nl, struct wf_err *err)
{
	int r = 0;

	EACH_FAMILY(f)
	{
		r = r ? r : wf_rule_delete(nl, families[f], WF_OWN_RULE_BEFORE, WF_OWN_TABLE, err);
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}
