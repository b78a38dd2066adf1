// SPDX-License-Identifier: Apache-2.0
/*
 * What is there: the kernel's interfaces, told apart.
 *
 *   alias "weft:TENANT/NAME IFNAME NETNS"   an endpoint's host side
 *   named in the options                    underlay
 *   lo, or not Ethernet                     none of our business
 *   any other                               kept out of the SID block
 */
#include "agent/state.h"

#include "agent/alias.h"

bool wf_agent_is_underlay(const struct wf_agent *a, const char *ifname)
{
	for (size_t i = 0; i < a->options.n_underlay; i++)
		if (strcmp(a->options.underlay[i], ifname) == 0)
			return true;
	return false;
}

static int port_cmp(const void *a, const void *b)
{
	const struct wf_here_port *x = a, *y = b;
	int r = strcmp(x->tenant, y->tenant);

	if (!r)
		r = strcmp(x->name, y->name);
	return r ? r : x->ifindex - y->ifindex;
}

/* Of two that claim to be the same endpoint, the first counts. */
static void drop_doubles(struct wf_agent *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->ports.n; i++) {
		struct wf_here_port *p = &a->ports.items[i], *last = &a->ports.items[n];

		if (n && !strcmp(last[-1].tenant, p->tenant) && !strcmp(last[-1].name, p->name))
			continue;
		*last = *p;
		n++;
	}
	a->ports.n = n;
}

static void see_underlay(struct wf_agent *a, const struct wf_link *l)
{
	uint32_t mtu = l->mtu < WF_UNDERLAY_MTU_MAX ? l->mtu : WF_UNDERLAY_MTU_MAX;

	if (!a->here.underlay_mtu || mtu < a->here.underlay_mtu)
		a->here.underlay_mtu = mtu;
}

static int see(struct wf_agent *a, const struct wf_link *l)
{
	struct wf_here_port port = {.ifindex = l->ifindex, .mtu = l->mtu};
	struct wf_here_link other = {.ifindex = l->ifindex};
	struct wf_alias alias;

	if (l->is_loopback || !l->is_ethernet)
		return 0;
	if (wf_alias_parse(l->alias, &alias) == 0) {
		memcpy(port.tenant, alias.tenant, sizeof(port.tenant));
		memcpy(port.name, alias.name, sizeof(port.name));
		port.is_host = !strcmp(alias.netns, WF_NETNS_OWN);
		return wf_vec_push(&a->ports, port);
	}
	other.is_underlay = wf_agent_is_underlay(a, l->name);
	if (other.is_underlay)
		see_underlay(a, l);
	return wf_vec_push(&a->others, other);
}

static void point_here(struct wf_agent *a)
{
	a->here.block = a->options.block;
	a->here.ports = a->ports.items;
	a->here.n_ports = a->ports.n;
	a->here.links = a->others.items;
	a->here.n_links = a->others.n;
}

int wf_observe(struct wf_agent *a, struct wf_err *err)
{
	struct wf_links links = {0};
	int r = a->kern->ops->links(a->kern, &links, err);

	if (r)
		return r;
	wf_links_done(&a->links);
	a->links = links;
	a->ports.n = a->others.n = 0;
	a->here.underlay_mtu = 0;
	for (size_t i = 0; i < links.n && !r; i++)
		r = see(a, &links.items[i]);
	wf_vec_sort(&a->ports, port_cmp);
	drop_doubles(a);
	point_here(a);
	return r ? wf_err_set(err, r, "out of memory for the interfaces") : 0;
}

/* All interfaces of the options are there, and can be used. */
int wf_observe_underlay(const struct wf_agent *a, struct wf_err *err)
{
	for (size_t i = 0; i < a->options.n_underlay; i++) {
		const char *name = a->options.underlay[i];
		const struct wf_link *l = a->links.items, *end = l + a->links.n;

		while (l < end && strcmp(l->name, name) != 0)
			l++;
		if (l == end)
			return wf_err_set(err, -ENODEV,
					  "there is no underlay interface '%s': see 'ip link' for "
					  "those there are, and name them with --underlay",
					  name);
		if (!l->is_ethernet || l->is_loopback)
			return wf_err_set(err, -EINVAL, "underlay interface '%s' is not Ethernet",
					  name);
	}
	return 0;
}

const struct wf_here_port *wf_observe_port(const struct wf_agent *a, const char *tenant,
					   const char *name)
{
	size_t low = 0, high = a->ports.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct wf_here_port *p = &a->ports.items[mid];
		int c = strcmp(p->tenant, tenant);

		if (!c)
			c = strcmp(p->name, name);
		if (!c)
			return p;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int ifindex_cmp(const void *key, const void *link)
{
	int x = *(const int *)key, y = ((const struct wf_link *)link)->ifindex;

	return (x > y) - (x < y);
}

const struct wf_link *wf_observe_link(const struct wf_agent *a, int ifindex)
{
	return a->links.n ? bsearch(&ifindex, a->links.items, a->links.n, sizeof(*a->links.items),
				    ifindex_cmp)
			  : NULL;
}

const struct wf_link *wf_agent_link(const struct wf_agent *a, const char *tenant, const char *name)
{
	const struct wf_here_port *p = wf_observe_port(a, tenant, name);

	return p ? wf_observe_link(a, p->ifindex) : NULL;
}

int wf_agent_find_port(const struct wf_agent *a, const char *netns, const char *ifname,
		       char *ret_tenant, char *ret_name, struct wf_err *err)
{
	char path[WF_NETNS_MAX + 1];
	struct wf_alias alias;

	if (wf_netns_path(netns, path) < 0)
		return wf_err_set(err, -EINVAL, "'%.80s' is not the name or path of a namespace",
				  netns);
	for (size_t i = 0; i < a->links.n; i++) {
		if (wf_alias_parse(a->links.items[i].alias, &alias) < 0 ||
		    strcmp(alias.netns, path) != 0 || strcmp(alias.ifname, ifname) != 0)
			continue;
		memcpy(ret_tenant, alias.tenant, sizeof(alias.tenant));
		memcpy(ret_name, alias.name, sizeof(alias.name));
		return 0;
	}
	return wf_err_set(
		err, -ENOENT,
		"no endpoint has interface '%s' of namespace '%.120s': list endpoints with "
		"'weft endpoint list'",
		ifname, netns);
}
