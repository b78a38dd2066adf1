// SPDX-License-Identifier: Apache-2.0
#include "kern/own.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kern/ifaddr.h"
#include "kern/inet.h"
#include "kern/link.h"
#include "kern/port.h"
#include "kern/route.h"
#include "kern/routes.h"
#include "kern/rule.h"
#include "kern/sysctl.h"

static const uint8_t families[] = {AF_INET, AF_INET6};

#define EACH_FAMILY(i) for (size_t i = 0; i < sizeof(families); i++)

/* Ways to somewhere: no default routes, and none that lead nowhere. */
static bool is_way(const struct wf_route *route)
{
	return (route->type == RTN_UNICAST || route->type == RTN_LOCAL) &&
	       route->to.len != (wf_addr_is_v4(&route->to.addr) ? 96 : 0);
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
	struct wf_routes routes = {0};
	int n = 0, r = wf_routes_list(nl, &routes, err);

	for (size_t i = 0; !r && i < routes.n; i++) {
		const struct wf_route *route = &routes.items[i];

		if (!is_way(route) || route->table != WF_OWN_TABLE || route->ifindex != ifindex ||
		    is_wanted(spec, &route->to))
			continue;
		r = wf_route_own_delete(nl, ifindex, &route->to, err);
		n++;
	}
	wf_routes_done(&routes);
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

static int check_route(struct wf_nl *nl, const struct wf_route *route,
		       const struct wf_prefix *prefix, const char *ifname, struct wf_err *err)
{
	char ours[WF_PREFIX_STR_MAX], theirs[WF_PREFIX_STR_MAX];
	struct wf_link link = {.name = "several"};

	if (!is_way(route) || (route->table != RT_TABLE_MAIN && route->table != RT_TABLE_LOCAL) ||
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
	struct wf_routes routes = {0};
	int r = wf_routes_list(nl, &routes, err);

	for (size_t i = 0; !r && i < routes.n; i++)
		for (size_t j = 0; !r && j < n; j++)
			r = check_route(nl, &routes.items[i], &prefixes[j], ifname, err);
	wf_routes_done(&routes);
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
