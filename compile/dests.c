// SPDX-License-Identifier: Apache-2.0
#include "compile/dests.h"

#include <string.h>

#include "compile/counters.h"

_Static_assert(WF_ENDPOINT_ADDR_MAX == WF_PORT_ADDRS, "a port holds all addresses of an endpoint");

uint32_t wf_endpoint_identity(const struct wf_endpoint *e)
{
	return e->is_announced && e->identity_was ? e->identity_was : e->identity;
}

uint32_t wf_endpoint_other_identity(const struct wf_endpoint *e)
{
	return wf_endpoint_identity(e) == e->identity ? e->identity_was : e->identity;
}

static struct wf_dest dest_of(const struct wf_view *v, const struct wf_member *member)
{
	const struct wf_here_port *port = member->is_here ? wf_here_find(v->here, member->object)
							  : NULL;
	const struct wf_endpoint *e = &member->object->endpoint;
	struct wf_dest dest = {
		.home = member->home,
		.identity = wf_endpoint_identity(e),
		.identity_was = wf_endpoint_other_identity(e),
		.node = member->node,
	};

	if (port) {
		dest.ifindex = wf_here_ifindex(port);
		memcpy(dest.mac, e->mac, sizeof(dest.mac));
	}
	return dest;
}

static int add_dest(struct wf_image *img, uint32_t tenant, const struct wf_addr *addr,
		    const struct wf_dest *dest)
{
	struct wf_dest_key key = {.tenant = tenant};

	memcpy(key.addr, addr->bytes, sizeof(key.addr));
	return wf_image_add(img, WF_TABLE_DEST, &key, dest);
}

static int add_dests(struct wf_image *img, const struct wf_view *v, uint32_t tenant,
		     const struct wf_member *member)
{
	const struct wf_endpoint *e = &member->object->endpoint;
	const struct wf_dest dest = dest_of(v, member);
	int r = 0;

	for (unsigned int i = 0; i < e->n_addrs && !r; i++)
		r = add_dest(img, tenant, &e->addrs[i], &dest);
	return r;
}

/* What packets come back by from the function that the endpoint is an arm of. */
static enum wf_behavior proxy_of(const struct wf_realm *realm, const struct wf_object *o)
{
	const struct wf_instances *f = wf_functions_with(&realm->functions, o);

	return f ? wf_function_behavior(&f->object->function) : WF_BEHAVIOR_NONE;
}

static int add_port(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm,
		    const struct wf_member *member)
{
	const struct wf_here_port *here = wf_here_find(v->here, member->object);
	const struct wf_endpoint *e = &member->object->endpoint;
	struct wf_port port = {
		.tenant = member->home,
		.identity = wf_endpoint_identity(e),
		.n_addrs = (uint8_t)e->n_addrs,
		.sid = e->sid,
		.is_gateway = e->is_gateway,
		.proxy = (uint8_t)proxy_of(realm, member->object),
	};
	uint32_t ifindex;
	int r;

	if (!here)
		return 0;
	port.is_sr_aware = e->is_sr_aware || port.proxy == WF_BEHAVIOR_AN;
	ifindex = (uint32_t)here->ifindex;
	memcpy(port.mac, e->mac, sizeof(port.mac));
	for (unsigned int i = 0; i < e->n_addrs; i++)
		memcpy(port.addrs[i], e->addrs[i].bytes, sizeof(port.addrs[i]));
	r = wf_image_add(img, WF_TABLE_PORT, &ifindex, &port);
	return r ? r : wf_counters_add_endpoint(img, member->home, e);
}

int wf_dests_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm)
{
	const struct wf_members *members = &realm->members;
	const size_t n = members->is_here ? members->n : members->n_own;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		r = add_dests(img, v, realm->tenant->self.id, &members->items[i]);
		if (!r && i < members->n_own && members->items[i].is_here)
			r = add_port(img, v, realm, &members->items[i]);
	}
	return r;
}
