// SPDX-License-Identifier: Apache-2.0
#include "kern/node.h"

#include <string.h>

#include "base/addr.h"
#include "kern/ifaddr.h"
#include "kern/link.h"
#include "kern/route.h"
#include "kern/sysctl.h"

#define LOCATOR_LEN 48

static int switch_forwarding_on(struct wf_err *err)
{
	int r = wf_sysctl_set("net/ipv6/conf/all/forwarding", 1, err);

	return r ? r : wf_sysctl_set("net/ipv6/conf/default/forwarding", 1, err);
}

static int set_loopback(struct wf_nl *nl, const struct wf_addr *addr, struct wf_err *err)
{
	const struct wf_link_change up = {.to_up = true};
	struct wf_link lo;
	int r = wf_link_find(nl, "lo", &lo, err);

	if (!r && !lo.is_up)
		r = wf_link_set(nl, lo.ifindex, &up, err);
	if (!r)
		r = wf_ifaddr_purge(nl, lo.ifindex, addr, err);
	return r ? r : wf_ifaddr_add(nl, lo.ifindex, addr, err);
}

static struct wf_prefix locator_of(const struct wf_config *config)
{
	return (struct wf_prefix){
		.addr.bytes = {config->block >> 24, config->block >> 16 & 0xff,
			       config->block >> 8 & 0xff, config->block & 0xff, config->node >> 8,
			       config->node & 0xff},
		.len = LOCATOR_LEN,
	};
}

int wf_node_prepare(struct wf_nl *nl, const struct wf_config *config, struct wf_err *err)
{
	const struct wf_prefix locator = locator_of(config);
	struct wf_addr addr;
	int r;

	memcpy(addr.bytes, config->addr, sizeof(addr.bytes));
	r = switch_forwarding_on(err);
	if (!r)
		r = set_loopback(nl, &addr, err);
	if (!r)
		r = wf_route_purge(nl, &locator, err);
	return r ? r : wf_route_unreachable_add(nl, &locator, err);
}

int wf_node_restore(struct wf_nl *nl, struct wf_err *err)
{
	struct wf_link lo;
	int r = wf_route_purge(nl, NULL, err);

	if (!r)
		r = wf_link_find(nl, "lo", &lo, err);
	return r ? r : wf_ifaddr_purge(nl, lo.ifindex, NULL, err);
}
