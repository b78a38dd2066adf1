// SPDX-License-Identifier: Apache-2.0
/*
 * One arm: first its room, then its endpoint, whose interface is made in there, then the room
 * again, which now has something to route to. What is there already is left alone.
 */
#include <stdio.h>

#include "agent/alias.h"
#include "agent/arm.h"
#include "agent/attach.h"
#include "agent/endpoint_edit.h"

/* What is known of an arm at the moment; all borrowed. */
struct look {
	const struct wf_object *gateway;
	const struct wf_object *tenant;
	const struct wf_object *endpoint; /* NULL: none, or not this gateway's yet */
	const struct wf_here_port *port;
	char netns[WF_ROOM_NETNS_MAX + 1];
};

static struct look look_at(struct wf_agent *a, const struct wf_arm *arm)
{
	const struct wf_object *o = wf_model_find(a->model, WF_KIND_ENDPOINT, arm->tenant,
						  arm->name);
	struct look l = {
		.gateway = a->gateways->gateway,
		.tenant = wf_model_find(a->model, WF_KIND_TENANT, NULL, arm->tenant),
		.port = wf_observe_port(a, arm->tenant, arm->name),
	};

	if (o && o->endpoint.is_gateway && !strcmp(o->endpoint.node, a->options.node))
		l.endpoint = o;
	a->kern->ops->room_netns(a->kern, arm->room, l.netns);
	return l;
}

/* An interface whose other end is not in the room as it is now: another tenant's, or a room's that
 * somebody has removed. */
static bool is_elsewhere(struct wf_agent *a, const struct look *l)
{
	const struct wf_link *link = l->port ? wf_observe_link(a, l->port->ifindex) : NULL;
	struct wf_alias alias;
	uint64_t inode;

	if (!link || wf_alias_parse(link->alias, &alias) < 0)
		return false;
	if (strcmp(alias.netns, l->netns) != 0)
		return true;
	return l->endpoint && a->kern->ops->netns_inode(a->kern, l->netns, &inode, NULL) == 0 &&
	       inode != l->endpoint->endpoint.netns;
}

static bool is_open(const struct wf_agent *a, const struct look *l)
{
	return !a->gateways->outside_err.code && !a->gateways->gate_err.code && l->endpoint &&
	       l->port;
}

/* 1: it was not as it should be; 0. */
static int keep_room(struct wf_agent *a, struct wf_arm *arm, const struct look *l, bool is_repair,
		     struct wf_err *err)
{
	struct wf_room_wish wish;
	_cleanup_free_ char *text = NULL;
	bool is_known;
	int r = wf_room_wish_make(a->model, l->gateway, l->tenant, l->endpoint, is_open(a, l),
				  &wish);

	if (r)
		return wf_edit_no_memory(err);
	text = wf_room_wish_text(&wish);
	is_known = text && arm->kept && !strcmp(text, arm->kept);
	if (!is_known || is_repair)
		r = a->kern->ops->room_keep(a->kern, &wish.spec, err);
	wf_room_wish_done(&wish);
	if (r < 0)
		return r;
	free(arm->kept);
	arm->kept = TAKE_PTR(text);
	if (r && is_known)
		wf_agent_log(a, WF_LOG_WARN,
			     "the room of tenant '%s' was not as it should be: repaired",
			     arm->tenant);
	return r;
}

static int make_endpoint(struct wf_agent *a, const struct wf_arm *arm, const struct look *l,
			 struct wf_err *err)
{
	char text[sizeof(WF_GATEWAY_LABEL) + 1 + WF_NAME_MAX];
	struct wf_labels labels = {0};
	struct wf_attach wish = {.tenant = arm->tenant,
				 .name = arm->name,
				 .netns = l->netns,
				 .ifname = "inside",
				 .labels = &labels};
	int r;

	snprintf(text, sizeof(text), WF_GATEWAY_LABEL "=%s", arm->gateway);
	r = wf_labels_parse(text, &labels);
	if (r)
		return wf_err_errno(err, r, "label %s", text);
	r = wf_attach_own(a, &wish, WF_ATTACH_GATEWAY, err);
	wf_labels_done(&labels);
	return r ? r : wf_observe(a, err);
}

static int delete_port(struct wf_agent *a, const struct wf_arm *arm, struct wf_err *err)
{
	int r = wf_detach_port(a, arm->tenant, arm->name, err);

	return r ? r : wf_observe(a, err);
}

static int keep(struct wf_agent *a, struct wf_arm *arm, bool is_repair, struct wf_err *err)
{
	struct look l = look_at(a, arm);
	int r;

	if (!l.tenant)
		return wf_err_set(err, -ENOENT, "there is no such tenant");
	r = keep_room(a, arm, &l, is_repair, err);
	if (r > 0 && is_elsewhere(a, &l)) {
		r = delete_port(a, arm, err);
		l = look_at(a, arm);
	}
	if (r < 0 || (l.endpoint && l.port))
		return r;
	r = make_endpoint(a, arm, &l, err);
	if (r)
		return r;
	l = look_at(a, arm);
	return keep_room(a, arm, &l, true, err);
}

void wf_arm_keep(struct wf_agent *a, struct wf_arm *arm, bool is_repair)
{
	struct wf_err err = {0};
	int r = keep(a, arm, is_repair || arm->err.code, &err);

	if (r >= 0) {
		arm->err = (struct wf_err){0};
		return;
	}
	if (strcmp(err.msg, arm->err.msg) != 0)
		wf_agent_log(a, WF_LOG_WARN, "gateway '%s' does not serve tenant '%s': %s",
			     arm->gateway, arm->tenant, err.msg);
	arm->err = err;
	wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
}

static int detach(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct wf_arm *arm = req->arg;
	struct wf_current old = {0};
	int r = wf_current_read(e->agent, WF_KIND_ENDPOINT, arm->tenant, arm->name, &old, err);

	if (!r && old.object && old.object->endpoint.is_gateway &&
	    !strcmp(old.object->endpoint.node, e->agent->options.node))
		r = wf_detach_edit(e, &old, err);
	if (!r)
		r = wf_edit_commit(e, &req->outcome->revision, err);
	wf_current_done(&old);
	return r;
}

int wf_arm_drop(struct wf_agent *a, const struct wf_arm *arm, struct wf_err *err)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, detach, &outcome, (void *)arm};
	int r = wf_request_run(&req, err);

	wf_outcome_done(&outcome);
	return r ? r : wf_detach_port(a, arm->tenant, arm->name, err);
}

static const struct wf_arm *arm_of(const struct wf_agent *a, const struct wf_object *o)
{
	wf_vec_each (arm, &a->gateways->arms)
		if (!strcmp(arm->tenant, o->tenant) && !strcmp(arm->name, o->name))
			return arm;
	return NULL;
}

/* Without a SID nobody can send to it yet, and with it comes another word. */
static bool is_news(const struct wf_agent *a, const struct wf_object *o)
{
	const struct wf_arm *arm = arm_of(a, o);

	return arm && o->endpoint.is_gateway && o->endpoint.sid &&
	       !strcmp(o->endpoint.node, a->options.node) && o->endpoint.is_down == arm->is_up;
}

static int set_verdict(struct wf_edit *e, struct wf_object *o, struct wf_err *err)
{
	(void)err;
	if (!is_news(e->agent, o))
		return 0;
	o->endpoint.is_down = !o->endpoint.is_down;
	return 1;
}

static void log_verdict(struct wf_agent *a, const struct wf_object *o)
{
	const struct wf_arm *arm = arm_of(a, o);
	const char *why = arm->left_ms	  ? "its gateway does not serve the tenant any more"
			  : arm->err.code ? arm->err.msg
					  : a->gateways->outside_err.msg;

	wf_agent_log(a, arm->is_up ? WF_LOG_INFO : WF_LOG_WARN, "endpoint %s/%s is %s%s%s",
		     o->tenant, o->name, arm->is_up ? "up" : "down", arm->is_up ? "" : ": ",
		     arm->is_up ? "" : why);
}

static int write_batch(struct wf_agent *a, struct wf_endpoint_edit *b)
{
	int r = wf_endpoint_edit_write(a, b);

	for (size_t i = 0; i < b->n && !r; i++)
		log_verdict(a, b->endpoints[i]);
	wf_endpoint_edit_empty(b);
	return r;
}

void wf_arms_tell(struct wf_agent *a)
{
	struct wf_endpoint_edit b = {.fn = set_verdict,
				     .complaint = "cannot be said to be up or down",
				     .is_failing = &a->gateways->is_failing};
	int r = 0;

	for (size_t i = 0; i < a->gateways->arms.n && !r; i++) {
		const struct wf_arm *arm = &a->gateways->arms.items[i];
		struct wf_object *o = wf_model_find(a->model, WF_KIND_ENDPOINT, arm->tenant,
						    arm->name);

		if (o && is_news(a, o))
			wf_endpoint_edit_add(&b, o);
		if (wf_endpoint_edit_is_full(&b))
			r = write_batch(a, &b);
	}
	if (!r)
		r = write_batch(a, &b);
	wf_endpoint_edit_empty(&b);
	if (r)
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
}
