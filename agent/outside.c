// SPDX-License-Identifier: Apache-2.0
#include "agent/alias.h"
#include "agent/arm.h"

static const struct wf_link *find(const struct wf_agent *a, const char *ifname)
{
	wf_vec_each (l, &a->links)
		if (!strcmp(l->name, ifname))
			return l;
	return NULL;
}

/* What will never do. */
static int check_kind(const struct wf_agent *a, const struct wf_link *l, struct wf_err *err)
{
	struct wf_alias alias;

	if (wf_agent_is_underlay(a, l->name))
		return wf_err_set(err, -EINVAL,
				  "interface '%s' of node '%s' is part of the SR domain "
				  "(--underlay): name one that leads outside",
				  l->name, a->options.node);
	if (wf_alias_parse(l->alias, &alias) == 0)
		return wf_err_set(err, -EINVAL,
				  "interface '%s' of node '%s' is endpoint '%s's of tenant '%s': "
				  "name one that leads outside",
				  l->name, a->options.node, alias.name, alias.tenant);
	if (l->is_loopback || !l->is_ethernet ||
	    !strncmp(l->name, WF_ROOM_IFNAME, strlen(WF_ROOM_IFNAME)))
		return wf_err_set(err, -EINVAL,
				  "interface '%s' of node '%s' leads nowhere outside: name an "
				  "Ethernet interface that does",
				  l->name, a->options.node);
	return 0;
}

int wf_outside_check(const struct wf_agent *a, const char *ifname, struct wf_err *err)
{
	const struct wf_link *l = find(a, ifname);
	int r;

	if (!l)
		return wf_err_set(err, -EINVAL,
				  "node '%s' has no interface '%s': see 'ip link' there for those "
				  "it has",
				  a->options.node, ifname);
	r = check_kind(a, l, err);
	if (r)
		return r;
	if (!l->is_up)
		return wf_err_set(err, -ENETDOWN, "interface '%s' is down: try 'ip link set %s up'",
				  ifname, ifname);
	if (!l->has_carrier)
		return wf_err_set(err, -ENETDOWN,
				  "interface '%s' has no carrier: look at its cable, and at its "
				  "other end",
				  ifname);
	return 0;
}

int wf_gateway_may(const struct wf_agent *a, const struct wf_object *gateway, struct wf_err *err)
{
	const struct wf_gateway *g = &gateway->gateway;
	struct wf_err why = {0};
	int r = strcmp(g->node, a->options.node) ? 0 : wf_outside_check(a, g->outside, &why);

	return r == -EINVAL ? wf_err_set(err, r, "%s", why.msg) : 0;
}
