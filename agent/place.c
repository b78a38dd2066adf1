// SPDX-License-Identifier: Apache-2.0
#include "agent/place.h"

#include <string.h>

void wf_place_clear(struct wf_endpoint *e)
{
	e->node[0] = '\0';
	e->identity = e->identity_was = 0;
	e->is_announced = false;
	memset(e->mac, 0, sizeof(e->mac));
	e->sid = 0;
	e->is_down = false;
	e->is_host = false;
	e->is_gateway = false;
	e->ifname[0] = '\0';
	e->netns = 0;
}

void wf_place_keep(const struct wf_endpoint *old, struct wf_endpoint *now)
{
	memcpy(now->node, old->node, sizeof(now->node));
	memcpy(now->mac, old->mac, sizeof(now->mac));
	now->sid = old->sid;
	now->is_down = old->is_down;
	now->is_host = old->is_host;
	now->is_gateway = old->is_gateway;
	memcpy(now->ifname, old->ifname, sizeof(now->ifname));
	now->netns = old->netns;
}
