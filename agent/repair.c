// SPDX-License-Identifier: Apache-2.0
/* What others did to interfaces and to the node, beside tables and hooks, is undone. */
#include "agent/state.h"

static bool is_whole(const struct wf_link *l)
{
	static const uint8_t gateway[] = WF_GATEWAY_MAC;

	return l->is_up && !memcmp(l->mac, gateway, sizeof(gateway));
}

int wf_repair_ports(struct wf_agent *a, struct wf_err *err)
{
	wf_vec_each (p, &a->ports) {
		const struct wf_link *l = wf_observe_link(a, p->ifindex);
		int r;

		if (!l || is_whole(l))
			continue;
		r = a->kern->ops->port_repair(a->kern, p->ifindex, err);
		if (r == -ENODEV)
			continue; /* it is going: the next pass does not see it */
		if (r)
			return r;
		wf_agent_log(a, WF_LOG_WARN,
			     "interface '%s' of endpoint '%s' of tenant '%s' %s: repaired", l->name,
			     p->name, p->tenant,
			     l->is_up ? "had another MAC address than the gateway's" : "was down");
	}
	return 0;
}

int wf_repair_node(struct wf_agent *a, struct wf_err *err)
{
	static const struct {
		enum wf_node_part part;
		const char *text;
	} texts[] = {
		{WF_NODE_FORWARDING, "IPv6 forwarding was off"},
		{WF_NODE_ADDRESS, "the node's address on lo was gone"},
		{WF_NODE_ROUTE, "the unreachable route of the node's locator was gone"},
	};
	unsigned int parts = 0;
	int r = a->kern->ops->node_repair(a->kern, &parts, err);

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && !r; i++)
		if (parts & texts[i].part)
			wf_agent_log(a, WF_LOG_WARN, "%s: repaired", texts[i].text);
	return r;
}
