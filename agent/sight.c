// SPDX-License-Identifier: Apache-2.0
#include "agent/sight.h"

#include <time.h>

#include "agent/state.h"

static const struct wf_object *by_id(const struct wf_agent *a, enum wf_kind kind,
				     const char *tenant, uint32_t id)
{
	struct wf_claim claim = wf_claim_id(kind, tenant, id);

	return id ? wf_model_find_claim(a->model, &claim, NULL) : NULL;
}

/* The programs' clock is that of wf_agent_now_ns(). */
static int64_t wall_ms(uint64_t time_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 -
	       (wf_agent_now_ns() - (int64_t)time_ns) / 1000000;
}

/* A drop may come before the program has asked for the tenant. */
static uint32_t tenant_of(const struct wf_agent *a, const struct wf_event *e)
{
	const struct wf_port *port;

	if (e->tenant || e->hook != WF_HOOK_APPLY || !a->installed)
		return e->tenant;
	port = wf_image_find(a->installed, WF_TABLE_PORT, &e->ifindex);
	return port ? port->tenant : 0;
}

/* An address that another tenant's endpoint has, and that a policy shows in this one. */
static const struct wf_object *find_guest(const struct wf_agent *a, uint32_t tenant,
					  const struct wf_addr *addr)
{
	struct wf_dest_key key = {.tenant = tenant};
	const struct wf_object *home;
	const struct wf_dest *dest;

	memcpy(key.addr, addr->bytes, sizeof(key.addr));
	dest = a->installed ? wf_image_find(a->installed, WF_TABLE_DEST, &key) : NULL;
	home = dest && dest->home != tenant ? by_id(a, WF_KIND_TENANT, "", dest->home) : NULL;
	return home ? wf_model_find_address(a->model, home->name, addr) : NULL;
}

static struct wf_sight_end end_of(const struct wf_agent *a, const struct wf_sight *s,
				  const uint8_t addr[16], uint32_t identity)
{
	struct wf_sight_end end = {.identity = identity};

	memcpy(end.addr.bytes, addr, sizeof(end.addr.bytes));
	if (!s->tenant)
		return end;
	end.endpoint = wf_model_find_address(a->model, s->tenant->name, &end.addr);
	if (!end.endpoint)
		end.endpoint = find_guest(a, s->tenant->self.id, &end.addr);
	if (end.endpoint && !end.identity)
		end.identity = end.endpoint->endpoint.identity;
	return end;
}

/* Policies are those of the destination's tenant. */
static const struct wf_object *judge_of(const struct wf_agent *a, const struct wf_sight *s)
{
	if (!s->to.endpoint)
		return s->tenant;
	return wf_model_find(a->model, WF_KIND_TENANT, NULL, s->to.endpoint->tenant);
}

/* Signed paths have the sender in their key; the direct one may be everybody's. */
static bool find_path(const struct wf_agent *a, const struct wf_event *e, uint32_t tenant,
		      struct wf_path_info *ret)
{
	struct wf_path_key key = {
		.tenant = tenant,
		.policy = e->way,
		.node = e->node,
		.is_reverse = e->is_reverse,
		.alternative = e->alternative,
		.identity = e->from,
	};
	struct wf_path_key direct = {.node = e->node};

	if (wf_path_find(a, &key, ret))
		return true;
	key.identity = 0;
	return wf_path_find(a, &key, ret) || (!e->way && wf_path_find(a, &direct, ret));
}

static bool has_flow(const struct wf_event *e)
{
	static const struct wf_flow none;

	return memcmp(&e->flow, &none, sizeof(none)) != 0;
}

void wf_sight_make(const struct wf_agent *a, const struct wf_event *e, struct wf_sight *ret)
{
	const struct wf_link *link = wf_observe_link(a, (int)e->ifindex);
	const struct wf_object *judge;

	memset(ret, 0, sizeof(*ret));
	ret->event = e;
	ret->time_ms = wall_ms(e->time_ns);
	ret->ifname = link ? link->name : NULL;
	ret->tenant = by_id(a, WF_KIND_TENANT, "", tenant_of(a, e));
	ret->node = by_id(a, WF_KIND_NODE, "", e->node);
	ret->has_flow = has_flow(e);
	if (!ret->has_flow)
		return;
	ret->from = end_of(a, ret, e->flow.src, e->from);
	ret->to = end_of(a, ret, e->flow.dst, e->to);
	judge = judge_of(a, ret);
	if (!judge)
		return;
	ret->policy = by_id(a, WF_KIND_POLICY, judge->name, e->policy);
	ret->way = by_id(a, WF_KIND_POLICY, judge->name, e->way);
	ret->has_path = e->type == WF_EVENT_VERDICT && e->hook == WF_HOOK_APPLY &&
			find_path(a, e, judge->self.id, &ret->path);
}
