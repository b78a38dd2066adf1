// SPDX-License-Identifier: Apache-2.0
#include "agent/relabel.h"

#include "agent/identity.h"
#include "agent/request.h"
#include "agent/trial.h"

int wf_relabel(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
	       struct wf_err *err)
{
	const struct wf_endpoint *was = &old->endpoint;
	struct wf_endpoint *is = &now->endpoint;
	int r;

	is->identity = was->identity;
	is->identity_was = was->identity_was;
	is->is_announced = was->is_announced;
	if (!was->node[0] || (was->identity && wf_labels_equal(&was->labels, &is->labels)))
		return 0;
	if (was->identity_was)
		return wf_err_set(err, -EEXIST,
				  "endpoint '%s' of tenant '%s' is still changing its labels: that "
				  "takes up to %d ms, then try again",
				  now->name, now->tenant, WF_ANNOUNCE_MS + WF_FORGET_MS);
	r = wf_identity_take(e, now, err);
	if (r || is->identity == was->identity)
		return r;
	is->identity_was = was->identity;
	is->is_announced = was->identity != 0;
	return 0;
}

struct label {
	const char *tenant;
	const char *name;
	const struct wf_labels *labels;
};

/* Labels say of which function it is an instance. */
static int check(struct wf_request *req, struct wf_object *now, struct wf_err *err)
{
	struct wf_problems *problems = &req->outcome->problems;
	int r = wf_model_check_put(req->agent->model, &now, 1, problems);

	if (r == -ENOMEM)
		return wf_edit_no_memory(err);
	return r ? wf_err_set(err, r, "%s",
			      problems->n ? problems->items[0].msg : "the endpoint is wrong")
		 : 0;
}

static int change(struct wf_request *req, struct wf_edit *e, struct wf_current *old,
		  struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = wf_object_clone(old->object);
	const struct label *wish = req->arg;
	int r;

	if (!now)
		return wf_edit_no_memory(err);
	wf_labels_done(&now->endpoint.labels);
	if (wf_labels_copy(wish->labels, &now->endpoint.labels) < 0)
		return wf_edit_no_memory(err);
	req->outcome->endpoint = wf_object_ref(now);
	if (wf_labels_equal(wish->labels, &old->object->endpoint.labels))
		return 0;
	req->outcome->changes[0] = WF_CHANGE_CHANGED;
	r = wf_relabel(e, old->object, now, err);
	if (!r)
		r = check(req, now, err);
	if (!r && wf_edit_need(e, WF_KIND_TENANT, NULL, wish->tenant, err) < 0)
		r = -EAGAIN;
	if (!r && wf_edit_add(e, old, now) < 0)
		r = wf_edit_no_memory(err);
	return r;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct label *wish = req->arg;
	struct wf_current old = {0};
	int r = wf_current_read(req->agent, WF_KIND_ENDPOINT, wish->tenant, wish->name, &old, err);

	if (r)
		return r;
	req->outcome->changes = calloc(1, sizeof(*req->outcome->changes));
	req->outcome->n = req->outcome->changes ? 1 : 0;
	if (!req->outcome->changes)
		r = wf_edit_no_memory(err);
	else if (!old.object)
		r = wf_err_set(err, -ENOENT,
			       "there is no endpoint '%.63s' in tenant '%.63s': list those there "
			       "are with 'weft endpoint list'",
			       wish->name, wish->tenant);
	else if (old.object->endpoint.is_host)
		r = wf_err_set(err, -EEXIST,
			       "endpoint '%s' is node '%s's own, and its label says so", wish->name,
			       old.object->endpoint.node);
	else if (old.object->endpoint.is_gateway)
		r = wf_err_set(err, -EEXIST,
			       "endpoint '%s' is a gateway's own, and its label says so",
			       wish->name);
	else
		r = change(req, e, &old, err);
	wf_current_done(&old);
	if (!r)
		r = wf_trial_compile(e, err);
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

int wf_agent_label(struct wf_agent *a, const char *tenant, const char *name,
		   const struct wf_labels *labels, struct wf_outcome *ret, struct wf_err *err)
{
	struct label wish = {tenant, name, labels};
	struct wf_request req = {a, attempt, ret, &wish};

	if (!wf_name_is_valid(tenant) || !wf_name_is_valid(name))
		return wf_err_set(err, -EINVAL, "'%.70s' or '%.70s' cannot be a name", tenant,
				  name);
	return wf_request_run(&req, err);
}
