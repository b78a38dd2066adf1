// SPDX-License-Identifier: Apache-2.0
/*
 * What the node's gateway is to have, against what it has: the model says which arms are wanted;
 * endpoints in the model, and rooms in the kernel, which there are. An arm that nobody wants any
 * more says that it is down, so that others send nothing to it, and goes a while later.
 */
#include "agent/gateway.h"

#include <stdio.h>

#include "agent/alias.h"
#include "agent/arm.h"
#include "agent/attach.h"

static const struct wf_object *find_gateway(const struct wf_agent *a)
{
	struct wf_object *const *all;
	size_t n;

	all = wf_model_range(a->model, WF_KIND_GATEWAY, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(all[i]->gateway.node, a->options.node))
			return all[i];
	return NULL;
}

static int begin(struct wf_agent *a)
{
	const struct wf_object *g = find_gateway(a);

	if (!a->gateways) {
		a->gateways = calloc(1, sizeof(*a->gateways));
		if (!a->gateways)
			return -ENOMEM;
		a->gateways->has_gate = true; /* of an earlier daemon, perhaps */
	}
	wf_object_unref(a->gateways->gateway);
	a->gateways->gateway = g ? wf_object_ref((struct wf_object *)g) : NULL;
	return 0;
}

static struct wf_arm *find(struct wf_gateway_watch *w, const char *gateway, const char *tenant)
{
	wf_vec_each (arm, &w->arms)
		if (!strcmp(arm->gateway, gateway) && !strcmp(arm->tenant, tenant))
			return arm;
	return NULL;
}

/* NULL: without memory, the next pass sees it, too; or its name is too long. */
static struct wf_arm *note(struct wf_agent *a, const char *gateway, const char *tenant)
{
	struct wf_arm *known = find(a->gateways, gateway, tenant), arm = {0};
	const struct wf_object *t;

	if (!known) {
		snprintf(arm.gateway, sizeof(arm.gateway), "%s", gateway);
		snprintf(arm.tenant, sizeof(arm.tenant), "%s", tenant);
		if (wf_gateway_endpoint_name(gateway, arm.name) < 0 ||
		    wf_vec_push(&a->gateways->arms, arm) < 0)
			return NULL;
		known = &a->gateways->arms.items[a->gateways->arms.n - 1];
	}
	t = wf_model_find(a->model, WF_KIND_TENANT, NULL, tenant);
	known->room = t ? t->self.id : 0;
	return known;
}

static void want(struct wf_agent *a, const char *gateway, const char *tenant)
{
	struct wf_arm *arm = note(a, gateway, tenant);

	if (!arm)
		return;
	arm->is_wanted = true;
	arm->left_ms = 0;
}

static void want_all(struct wf_agent *a)
{
	const struct wf_object *o = a->gateways->gateway;

	wf_vec_each (arm, &a->gateways->arms)
		arm->is_wanted = false;
	for (unsigned int i = 0; o && i < o->gateway.n_egress; i++)
		want(a, o->name, o->gateway.egress[i].tenant);
	for (unsigned int i = 0; o && i < o->gateway.n_publish; i++)
		want(a, o->name, o->gateway.publish[i].tenant);
}

/* Endpoints of gateways that this node has: those of the past among them. */
static void note_endpoints(struct wf_agent *a)
{
	struct wf_object *const *all;
	size_t n, skip = strlen(WF_GATEWAY_PREFIX);

	all = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (all[i]->endpoint.is_gateway && strlen(all[i]->name) > skip &&
		    !strcmp(all[i]->endpoint.node, a->options.node))
			note(a, all[i]->name + skip, all[i]->tenant);
}

/* A room has one arm: the old one gives way to the new one at once. */
static bool is_in_the_way(const struct wf_gateway_watch *w, const struct wf_arm *arm)
{
	wf_vec_each (other, &w->arms)
		if (other->is_wanted && other->room == arm->room)
			return true;
	return false;
}

/* How long an arm that is not wanted stays. */
static int64_t rest_ms(const struct wf_agent *a, const struct wf_arm *arm)
{
	if (!arm->room || is_in_the_way(a->gateways, arm))
		return 0;
	return arm->left_ms + WF_ARM_LEAVES_MS - wf_agent_later_ms(a);
}

/* Its turn to go? Else it is told to be down, which wf_arms_tell() sees to. */
static bool leaves(struct wf_agent *a, struct wf_arm *arm)
{
	struct wf_err err = {0};
	int64_t rest;

	arm->is_up = false;
	if (!arm->left_ms)
		arm->left_ms = wf_agent_later_ms(a);
	rest = rest_ms(a, arm);
	if (rest > 0) {
		wf_agent_want_pass_in(a, (uint32_t)rest + 1);
		return false;
	}
	if (wf_arm_drop(a, arm, &err) == 0)
		return true;
	if (strcmp(err.msg, arm->err.msg) != 0)
		wf_agent_log(a, WF_LOG_WARN,
			     "the gateway's endpoint '%s' of tenant '%s' does not go: %s",
			     arm->name, arm->tenant, err.msg);
	arm->err = err;
	wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	return false;
}

/* Returns whether any went. */
static bool let_go(struct wf_agent *a)
{
	struct wf_gateway_watch *w = a->gateways;
	size_t n = 0, n_before = w->arms.n;

	for (size_t i = 0; i < n_before; i++) {
		struct wf_arm *arm = &w->arms.items[i];

		if (!arm->is_wanted && leaves(a, arm)) {
			free(TAKE_PTR(arm->kept));
			arm->room = 0; /* is nobody's any more */
			continue;
		}
		if (n != i)
			w->arms.items[n] = *arm;
		n++;
	}
	w->arms.n = n;
	return n != n_before;
}

static bool is_used(const struct wf_gateway_watch *w, uint32_t room)
{
	wf_vec_each (arm, &w->arms)
		if (arm->room == room)
			return true;
	return false;
}

/* What is left in a room of a tenant that is not known any more. */
static int delete_ports(struct wf_agent *a, uint32_t room, struct wf_err *err)
{
	char netns[WF_ROOM_NETNS_MAX + 1];
	struct wf_alias alias;
	int r = 0;

	a->kern->ops->room_netns(a->kern, room, netns);
	for (size_t i = 0; i < a->links.n && !r; i++) {
		if (wf_alias_parse(a->links.items[i].alias, &alias) < 0 ||
		    strcmp(alias.netns, netns) != 0)
			continue;
		r = a->kern->ops->port_delete(a->kern, a->links.items[i].ifindex, err);
		r = r == -ENODEV ? 0 : r;
	}
	return r;
}

static int sweep_rooms(struct wf_agent *a, struct wf_err *err)
{
	struct wf_room_ids ids = {0};
	int r = a->kern->ops->room_list(a->kern, &ids, err);

	for (size_t i = 0; i < ids.n && !r; i++) {
		if (is_used(a->gateways, ids.items[i]))
			continue;
		r = delete_ports(a, ids.items[i], err);
		if (!r)
			r = a->kern->ops->room_remove(a->kern, ids.items[i], err);
	}
	wf_vec_done(&ids);
	return r;
}

/* The rules go when the last room has gone. */
static void keep_gate(struct wf_agent *a, bool is_repair)
{
	struct wf_gateway_watch *w = a->gateways;
	const struct wf_object *o = w->gateway;
	struct wf_gate_spec spec = {.underlay = a->options.underlay,
				    .n_underlay = a->options.n_underlay};
	struct wf_err err = {0};
	int r;

	if (!o && (w->arms.n || !w->has_gate))
		return;
	spec.outside = o ? o->gateway.outside : NULL;
	r = a->kern->ops->gate_keep(a->kern, o ? &spec : NULL, &err);
	if (r > 0 && is_repair && w->has_looked && o && !w->gate_err.code)
		wf_agent_log(a, WF_LOG_WARN,
			     "rules of the gateway were not as they should be: repaired");
	w->gate_err = err;
	w->has_gate = o || r < 0;
	if (r < 0)
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
}

static void look_outside(struct wf_agent *a)
{
	struct wf_gateway_watch *w = a->gateways;
	struct wf_err err = {0};

	if (w->gateway)
		wf_outside_check(a, w->gateway->gateway.outside, &err);
	if (err.code && strcmp(err.msg, w->outside_err.msg) != 0)
		wf_agent_log(a, WF_LOG_WARN, "gateway '%s' is down: %s", w->gateway->name, err.msg);
	else if (!err.code && w->outside_err.code && w->gateway)
		wf_agent_log(a, WF_LOG_INFO, "gateway '%s' is up", w->gateway->name);
	w->outside_err = err;
}

/* Has the gateway changed since its rules were looked at? */
static bool is_new(struct wf_agent *a, const struct wf_object *before)
{
	return a->gateways->gateway != before || a->gateways->gate_err.code ||
	       !a->gateways->has_looked;
}

int wf_gateways_check(struct wf_agent *a, bool is_repair, struct wf_err *err)
{
	const struct wf_object *before = a->gateways ? a->gateways->gateway : NULL;
	struct wf_gateway_watch *w;
	bool is_other, has_gone;
	int r = 0;

	if (!a->store || begin(a) < 0)
		return 0;
	w = a->gateways;
	if (!w->gateway && !w->arms.n && w->has_looked && !is_repair)
		return 0;
	is_other = is_new(a, before);
	want_all(a);
	note_endpoints(a);
	look_outside(a);
	has_gone = let_go(a);
	if (has_gone || is_repair || !w->has_looked) {
		r = sweep_rooms(a, err);
		if (!r && has_gone)
			r = wf_observe(a, err);
	}
	if (r)
		return r;
	if (is_other || is_repair || has_gone)
		keep_gate(a, is_repair);
	for (size_t i = 0; i < w->arms.n; i++) {
		struct wf_arm *arm = &w->arms.items[i];

		if (!arm->is_wanted)
			continue;
		wf_arm_keep(a, arm, is_repair);
		arm->is_up = !arm->err.code && !w->outside_err.code && !w->gate_err.code;
	}
	wf_frr_check(a, is_repair);
	wf_arms_tell(a);
	w->has_looked = true;
	return 0;
}

void wf_gateways_done(struct wf_agent *a)
{
	if (!a->gateways)
		return;
	wf_vec_each (arm, &a->gateways->arms)
		free(arm->kept);
	wf_vec_done(&a->gateways->arms);
	wf_object_unref(a->gateways->gateway);
	free(a->gateways->frr);
	free(TAKE_PTR(a->gateways));
}

struct teller {
	void (*fn)(void *arg, const char *text);
	void *arg;
	const char *gateway;
};

static void tell(const struct teller *t, const char *what, const struct wf_err *err)
{
	char text[WF_ERR_MSG_MAX + 2 * WF_NAME_MAX + 64];

	if (!err->code)
		return;
	snprintf(text, sizeof(text), "gateway '%s'%s: %s", t->gateway, what, err->msg);
	t->fn(t->arg, text);
}

void wf_gateways_each_problem(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			      void *arg)
{
	const struct wf_gateway_watch *w = a->gateways;
	struct teller t = {fn, arg, NULL};
	char what[WF_NAME_MAX + 64];

	if (!w)
		return;
	if (w->gateway) {
		t.gateway = w->gateway->name;
		tell(&t, " is down", &w->outside_err);
		tell(&t, " is down", &w->gate_err);
		tell(&t, " announces nothing", &w->frr_err);
	}
	wf_vec_each (arm, &w->arms) {
		t.gateway = arm->gateway;
		snprintf(what, sizeof(what), " does not %s tenant '%s'",
			 arm->left_ms ? "leave" : "serve", arm->tenant);
		tell(&t, what, &arm->err);
	}
}

/* Code 0: it works. */
static const struct wf_err *reason_of(const struct wf_gateway_watch *w, const struct wf_arm *arm)
{
	return w->outside_err.code ? &w->outside_err : w->gate_err.code ? &w->gate_err : &arm->err;
}

const char *wf_gateway_reason(const struct wf_agent *a, const struct wf_object *endpoint)
{
	const struct wf_gateway_watch *w = a->gateways;

	if (!w || strcmp(endpoint->endpoint.node, a->options.node) != 0)
		return NULL;
	wf_vec_each (arm, &w->arms)
		if (!strcmp(arm->name, endpoint->name) && !strcmp(arm->tenant, endpoint->tenant))
			return reason_of(w, arm)->code ? reason_of(w, arm)->msg : NULL;
	return NULL;
}

int wf_gateway_stats(struct wf_agent *a, const char *gateway, const char *tenant,
		     struct wf_gateway_stats *ret, struct wf_err *err)
{
	const struct wf_arm *arm = a->gateways ? find(a->gateways, gateway, tenant) : NULL;
	struct wf_gateway_stats stats = {0};
	struct wf_room_stats room = {0};

	if (!arm || !arm->is_wanted)
		return wf_err_set(err, -ENOENT,
				  "node '%s' is no gateway '%s' that serves tenant '%s'",
				  a->options.node, gateway, tenant);
	if (a->kern->ops->room_stats(a->kern, arm->room, &room, NULL) == 0) {
		stats.flows = room.flows;
		stats.refused = room.refused;
	}
	snprintf(stats.problem, sizeof(stats.problem), "%s", reason_of(a->gateways, arm)->msg);
	*ret = stats;
	return 0;
}
