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
}

static int port_init(struct wf_fake_port *p, int ifindex, const struct wf_port_spec *spec)
{
	struct wf_addr *addrs = calloc(spec->n_addrs + 1, sizeof(*addrs));

	*p = (struct wf_fake_port){.ifindex = ifindex, .spec = *spec};
	p->spec.netns = strdup(spec->netns);
	p->spec.ifname = strdup(spec->ifname);
	p->spec.host_ifname = strdup(spec->host_ifname);
	p->spec.alias = strdup(spec->alias);
	p->spec.addrs = addrs;
	if (!addrs || !p->spec.netns || !p->spec.ifname || !p->spec.host_ifname || !p->spec.alias) {
		port_done(p);
		return -ENOMEM;
	}
	if (spec->n_addrs)
		memcpy(addrs, spec->addrs, spec->n_addrs * sizeof(*addrs));
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
	if (!wf_fake_netns(w, spec->netns))
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
