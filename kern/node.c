// SPDX-License-Identifier: Apache-2.0
#include "kern/node.h"

#include <errno.h>
#include <string.h>

#include "base/addr.h"
#include "kern/ifaddr.h"
#include "kern/kern.h"
#include "kern/link.h"
#include "kern/route.h"
#include "kern/sysctl.h"

#define LOCATOR_LEN 48

static struct wf_prefix locator_of(const struct wf_config *config)
{
	return (struct wf_prefix){
		.addr.bytes = {config->block >> 24, config->block >> 16 & 0xff,
			       config->block >> 8 & 0xff, config->block & 0xff, config->node >> 8,
			       config->node & 0xff},
		.len = LOCATOR_LEN,
	};
}

static struct wf_addr address_of(const struct wf_config *config)
{
	struct wf_addr addr;

	memcpy(addr.bytes, config->addr, sizeof(addr.bytes));
	return addr;
}

/* The parts: 1 if it was not as it should be, and is now. */

static int repair_forwarding(struct wf_nl *nl, const struct wf_config *config, struct wf_err *err)
{
	static const char *const paths[] = {
		"net/ipv6/conf/all/forwarding",
		"net/ipv6/conf/default/forwarding",
	};
	int was_wrong = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		int r = wf_sysctl_is(paths[i], 1, err);

		if (r < 0)
			return r;
		was_wrong |= !r;
		r = wf_sysctl_set(paths[i], 1, err);
		if (r)
			return r;
	}
	return was_wrong;
}

static int repair_address(struct wf_nl *nl, const struct wf_config *config, struct wf_err *err)
{
	const struct wf_link_change up = {.to_up = true};
	const struct wf_addr addr = address_of(config);
	struct wf_link lo;
	int r = wf_link_find(nl, "lo", &lo, err);

	if (!r && !lo.is_up)
		r = wf_link_set(nl, lo.ifindex, &up, err);
	if (r)
		return r;
	r = wf_ifaddr_add(nl, lo.ifindex, &addr, err);
	return r == -EEXIST ? !lo.is_up : r ? r : 1;
}

static int repair_route(struct wf_nl *nl, const struct wf_config *config, struct wf_err *err)
{
	const struct wf_prefix locator = locator_of(config);
	int r = wf_route_unreachable_add(nl, &locator, err);

	return r == -EEXIST ? 0 : r ? r : 1;
}

int wf_node_repair(struct wf_nl *nl, const struct wf_config *config, unsigned int *ret_parts,
		   struct wf_err *err)
{
	static const struct {
		enum wf_node_part part;
		int (*repair)(struct wf_nl *nl, const struct wf_config *config, struct wf_err *err);
	} repairs[] = {
		{WF_NODE_FORWARDING, repair_forwarding},
		{WF_NODE_ADDRESS, repair_address},
		{WF_NODE_ROUTE, repair_route},
	};
	unsigned int parts = 0;

	for (size_t i = 0; i < sizeof(repairs) / sizeof(*repairs); i++) {
		int r = repairs[i].repair(nl, config, err);

		if (r < 0)
			return r;
		if (r)
			parts |= repairs[i].part;
	}
	*ret_parts = parts;
	return 0;
}

/* What is left of another address or locator, and then as if all had been broken. */
int wf_node_prepare(struct wf_nl *nl, const struct wf_config *config, struct wf_err *err)
{
	const struct wf_prefix locator = locator_of(config);
	const struct wf_addr addr = address_of(config);
	unsigned int parts;
	struct wf_link lo;
	int r = wf_link_find(nl, "lo", &lo, err);

	if (!r)
		r = wf_ifaddr_purge(nl, lo.ifindex, &addr, err);
	if (!r)
		r = wf_route_purge(nl, &locator, err);
	return r ? r : wf_node_repair(nl, config, &parts, err);
}

int wf_node_restore(struct wf_nl *nl, struct wf_err *err)
{
	struct wf_link lo;
	int r = wf_route_purge(nl, NULL, err);

	if (!r)
		r = wf_link_find(nl, "lo", &lo, err);
	return r ? r : wf_ifaddr_purge(nl, lo.ifindex, NULL, err);
}
