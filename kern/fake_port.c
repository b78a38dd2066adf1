// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern/fake_world.h"

static struct wf_link *link_by_name(struct wf_fake_world *w, const char *name)
{
	wf_vec_each (l, &w->links)
		if (!strcmp(l->name, name))
			return l;
	return NULL;
}

static void port_done(struct wf_fake_port *p)
{
	free((char *)p->spec.netns);
	free((char *)p->spec.ifname);
	free((char *)p->spec.host_ifname);
	free((char *)p->spec.alias);
	free((struct wf_addr *)p->spec.addrs);
	free((struct wf_prefix *)p->spec.prefixes);
}

static int port_init(struct wf_fake_port *p, int ifindex, const struct wf_port_spec *spec)
{
	struct wf_prefix *prefixes = calloc(spec->n_prefixes + 1, sizeof(*prefixes));
	struct wf_addr *addrs = calloc(spec->n_addrs + 1, sizeof(*addrs));

	*p = (struct wf_fake_port){.ifindex = ifindex, .spec = *spec};
	p->spec.netns = strdup(spec->netns);
	p->spec.ifname = strdup(spec->ifname);
	p->spec.host_ifname = strdup(spec->host_ifname);
	p->spec.alias = strdup(spec->alias);
	p->spec.addrs = addrs;
	p->spec.prefixes = prefixes;
	if (!addrs || !prefixes || !p->spec.netns || !p->spec.ifname || !p->spec.host_ifname ||
	    !p->spec.alias) {
		port_done(p);
		return -ENOMEM;
	}
	if (spec->n_addrs)
		memcpy(addrs, spec->addrs, spec->n_addrs * sizeof(*addrs));
	if (spec->n_prefixes)
		memcpy(prefixes, spec->prefixes, spec->n_prefixes * sizeof(*prefixes));
	return 0;
}

static struct wf_fake_port *port_by_index(struct wf_fake_world *w, int ifindex)
{
	wf_vec_each (p, &w->ports)
		if (p->ifindex == ifindex)
			return p;
	return NULL;
}

char **wf_fake_netns(struct wf_fake_world *w, const char *netns)
{
	wf_vec_each (n, &w->netns)
		if (!strcmp(*n, netns))
			return n;
	return NULL;
}

static int check_port(struct wf_fake_world *w, const struct wf_port_spec *spec, struct wf_err *err)
{
	if (link_by_name(w, spec->host_ifname))
		return wf_err_set(err, -EEXIST, "there is an interface '%s' already",
				  spec->host_ifname);
	if (!spec->is_own && !wf_fake_netns(w, spec->netns))
		return wf_err_set(err, -ENOENT, "no network namespace '%s'", spec->netns);
	wf_vec_each (p, &w->ports)
		if (!strcmp(p->spec.netns, spec->netns) && !strcmp(p->spec.ifname, spec->ifname))
			return wf_err_set(err, -EEXIST,
					  "there is an interface '%s' in network namespace '%s' "
					  "already",
					  spec->ifname, spec->netns);
	return 0;
}

static struct wf_link link_of_port(const struct wf_port_spec *spec)
{
	struct wf_link link = {
		.mtu = spec->mtu,
		.mac = WF_GATEWAY_MAC,
		.is_up = true,
		.has_carrier = true,
		.is_ethernet = true,
	};

	strncpy(link.name, spec->host_ifname, WF_IFNAME_MAX);
	strncpy(link.alias, spec->alias, WF_ALIAS_MAX);
	return link;
}

int wf_fake_port_create(struct wf_kern *k, const struct wf_port_spec *spec, int *ret_ifindex,
			struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	struct wf_link link = link_of_port(spec);
	struct wf_fake_port port;
	int r;

	WF_FAKE_CALL(k, err);
	r = check_port(w, spec, err);
	if (r)
		return r;
	if (port_init(&port, w->last_ifindex + 1, spec))
		return wf_err_errno(err, -ENOMEM, "port '%s'", spec->host_ifname);
	if (wf_vec_push(&w->ports, port)) {
		port_done(&port);
		return wf_err_errno(err, -ENOMEM, "port '%s'", spec->host_ifname);
	}
	r = wf_kern_fake_link_set(k, &link);
	if (r < 0) {
		port_done(&w->ports.items[--w->ports.n]);
		return wf_err_errno(err, r, "port '%s'", spec->host_ifname);
	}
	*ret_ifindex = r;
	return 0;
}

void wf_fake_port_forget(struct wf_fake_world *w, int ifindex)
{
	struct wf_fake_port *port = port_by_index(w, ifindex);

	if (!port)
		return;
	port_done(port);
	*port = w->ports.items[--w->ports.n];
}

void wf_fake_ports_done(struct wf_fake_world *w)
{
	wf_vec_each (p, &w->ports)
		port_done(p);
	wf_vec_each (n, &w->netns)
		free(*n);
	wf_vec_done(&w->ports);
	wf_vec_done(&w->netns);
}

int wf_fake_port_delete(struct wf_kern *k, int ifindex, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	return wf_kern_fake_link_remove(k, ifindex) ? wf_fake_no_link(err, ifindex) : 0;
}

int wf_fake_port_mtu(struct wf_kern *k, int ifindex, uint32_t mtu, struct wf_err *err)
{
	struct wf_fake_port *port = port_by_index(wf_fake_world_of(k), ifindex);

	WF_FAKE_CALL(k, err);
	if (!wf_fake_link(wf_fake_world_of(k), ifindex))
		return wf_fake_no_link(err, ifindex);
	if (!port)
		return wf_err_set(err, -EINVAL, "interface %d is no veth", ifindex);
	port->spec.mtu = mtu;
	wf_fake_link(wf_fake_world_of(k), ifindex)->mtu = mtu;
	wf_fake_links_changed(wf_fake_world_of(k));
	return 0;
}

int wf_fake_port_repair(struct wf_kern *k, int ifindex, struct wf_err *err)
{
	struct wf_link *link = wf_fake_link(wf_fake_world_of(k), ifindex);

	WF_FAKE_CALL(k, err);
	if (!link)
		return wf_fake_no_link(err, ifindex);
	link->is_up = true;
	memcpy(link->mac, (const uint8_t[])WF_GATEWAY_MAC, sizeof(link->mac));
	wf_fake_links_changed(wf_fake_world_of(k));
	return 0;
}

static bool has_prefixes(const struct wf_port_spec *a, const struct wf_port_spec *b)
{
	for (size_t i = 0; i < b->n_prefixes; i++)
		if (a->n_prefixes != b->n_prefixes ||
		    wf_prefix_cmp(&a->prefixes[i], &b->prefixes[i]) != 0)
			return false;
	return true;
}

/* Of the whole inside, its prefixes: the fake has no addresses or routes to lose. */
int wf_fake_own_repair(struct wf_kern *k, const struct wf_port_spec *spec, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	wf_vec_each (p, &wf_fake_world_of(k)->ports) {
		struct wf_prefix *prefixes;

		if (!p->spec.is_own || strcmp(p->spec.ifname, spec->ifname) != 0)
			continue;
		if (has_prefixes(&p->spec, spec))
			return 0;
		prefixes = calloc(spec->n_prefixes + 1, sizeof(*prefixes));
		if (!prefixes)
			return wf_err_errno(err, -ENOMEM, "port '%s'", spec->ifname);
		memcpy(prefixes, spec->prefixes, spec->n_prefixes * sizeof(*prefixes));
		free((struct wf_prefix *)p->spec.prefixes);
		p->spec.prefixes = prefixes;
		p->spec.n_prefixes = spec->n_prefixes;
		return 1;
	}
	return wf_err_set(err, -ENODEV, "there is no interface '%s'", spec->ifname);
}

int wf_fake_own_check(struct wf_kern *k, const struct wf_prefix *prefixes, size_t n,
		      const char *ifname, struct wf_err *err)
{
	const struct wf_fake_world *w = wf_fake_world_of(k);
	char ours[WF_PREFIX_STR_MAX], theirs[WF_PREFIX_STR_MAX];

	WF_FAKE_CALL(k, err);
	(void)ifname; /* ports have no routes here */
	for (size_t i = 0; i < n; i++)
		if (w->has_way && wf_prefix_overlaps(&prefixes[i], &w->way))
			return wf_err_set(err, -EEXIST,
					  "%s overlaps %s, which the node reaches by eth0",
					  wf_prefix_str(&prefixes[i], ours),
					  wf_prefix_str(&w->way, theirs));
	return 0;
}

void wf_kern_fake_way_set(struct wf_kern *k, const struct wf_prefix *way)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	w->has_way = way;
	if (way)
		w->way = *way;
}

int wf_kern_fake_netns_add(struct wf_kern *k, const char *netns)
{
	char *copy = strdup(netns);

	if (copy && !wf_vec_push(&wf_fake_world_of(k)->netns, copy))
		return 0;
	free(copy);
	return -ENOMEM;
}

int wf_kern_fake_netns_remove(struct wf_kern *k, const char *netns)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	char **found = wf_fake_netns(w, netns);

	if (!found)
		return -ENOENT;
	for (size_t i = w->ports.n; i-- > 0;)
		if (!strcmp(w->ports.items[i].spec.netns, netns))
			wf_kern_fake_link_remove(k, w->ports.items[i].ifindex);
	free(*found);
	*found = w->netns.items[--w->netns.n];
	return 0;
}

const struct wf_port_spec *wf_kern_fake_port(const struct wf_kern *k, int ifindex)
{
	struct wf_fake_port *port = port_by_index(wf_fake_world_of(k), ifindex);

	return port ? &port->spec : NULL;
}
