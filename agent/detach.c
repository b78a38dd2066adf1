// SPDX-License-Identifier: Apache-2.0
/* An endpoint goes: first from the wish, with its addresses, then its interface. */
#include "agent/attach.h"
#include "agent/place.h"

struct detach {
	const char *tenant;
	const char *name;
};

int wf_detach_port(struct wf_agent *a, const char *tenant, const char *name, struct wf_err *err)
{
	const struct wf_here_port *port = wf_observe_port(a, tenant, name);
	int r;

	if (!port)
		return 0;
	r = a->kern->ops->port_delete(a->kern, port->ifindex, err);
	return r == -ENODEV ? 0 : r;
}

int wf_detach_edit(struct wf_edit *e, struct wf_current *old, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = NULL;

	if (old->object->endpoint.is_declared) {
		now = wf_object_clone(old->object);
		if (!now)
			return wf_edit_no_memory(err);
		wf_place_clear(&now->endpoint);
	}
	return wf_edit_add(e, old, now) < 0 ? wf_edit_no_memory(err) : 0;
}

/* Without an object, an interface of that name is what an interrupted attach has left. */
static int check_place(const struct wf_agent *a, const struct detach *d, const struct wf_object *o,
		       struct wf_err *err)
{
	bool has_port = wf_observe_port(a, d->tenant, d->name);

	if (!o && !has_port)
		return wf_err_set(err, -ENOENT,
				  "there is no endpoint '%.63s' in tenant '%.63s': list "
				  "those there are with 'weft endpoint list'",
				  d->name, d->tenant);
	if (!o || !strcmp(o->endpoint.node, a->options.node) || has_port)
		return 0;
	if (!o->endpoint.node[0])
		return wf_err_set(err, -EEXIST, "endpoint '%s' is not attached", d->name);
	return wf_err_set(err, -EEXIST, "endpoint '%s' is attached to node '%s': detach it there",
			  d->name, o->endpoint.node);
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct detach *d = req->arg;
	struct wf_agent *a = req->agent;
	struct wf_current old = {0};
	int r = wf_observe(a, err);

	if (!r)
		r = wf_current_read(a, WF_KIND_ENDPOINT, d->tenant, d->name, &old, err);
	if (!r)
		r = check_place(a, d, old.object, err);
	if (!r && old.object && old.object->endpoint.is_host)
		r = wf_err_set(
			err, -EEXIST,
			"endpoint '%s' is node '%s's own: take host: true away from tenant '%s'",
			d->name, old.object->endpoint.node, d->tenant);
	if (!r && old.object && old.object->endpoint.is_gateway)
		r = wf_err_set(err, -EEXIST,
			       "endpoint '%s' is a gateway's own: take tenant '%s' out of that "
			       "gateway's egress and publish",
			       d->name, d->tenant);
	if (!r && old.object && !strcmp(old.object->endpoint.node, a->options.node))
		r = wf_detach_edit(e, &old, err);
	if (!r)
		r = wf_edit_commit(e, &req->outcome->revision, err);
	wf_current_done(&old);
	return r;
}

int wf_agent_detach(struct wf_agent *a, const char *tenant, const char *name,
		    struct wf_outcome *ret, struct wf_err *err)
{
	struct detach d = {tenant, name};
	struct wf_request req = {a, attempt, ret, &d};
	int r;

	if (!wf_name_is_valid(tenant) || !wf_name_is_valid(name))
		return wf_err_set(err, -EINVAL, "'%.70s' or '%.70s' cannot be a name", tenant,
				  name);
	r = wf_request_run(&req, err);
	if (r)
		return r;
	wf_agent_want_pass(a);
	return wf_detach_port(a, tenant, name, err);
}
