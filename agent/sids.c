// SPDX-License-Identifier: Apache-2.0
#include "agent/sids.h"

#include "agent/endpoint_edit.h"
#include "agent/hash.h"
#include "model/member.h"

#define SALT_SID 0x73696473 /* of the hash that a search begins at */

static bool is_backend(const struct wf_model *m, const struct wf_object *o)
{
	struct wf_object *const *services;
	size_t n;

	services = wf_model_range(m, WF_KIND_SERVICE, o->tenant, &n);
	for (size_t i = 0; i < n; i++)
		if (wf_service_backends_of(&services[i]->service, &o->endpoint))
			return true;
	return false;
}

static bool needs_number(const struct wf_agent *a, const struct wf_object *o)
{
	const struct wf_endpoint *e = &o->endpoint;

	return !e->sid && strcmp(e->node, a->options.node) == 0 &&
	       (e->is_gateway || wf_model_function_of(a->model, o) || is_backend(a->model, o));
}

/* The first one that is free from where its name leads to. */
static int find_number(struct wf_edit *e, const struct wf_object *o, uint16_t *ret,
		       struct wf_err *err)
{
	uint64_t start = wf_endpoint_hash(o->tenant, o->name, SALT_SID);

	for (uint64_t i = 0; i < WF_ENDPOINT_SID_MAX; i++) {
		uint16_t sid =
			(uint16_t)(1 + (start % WF_ENDPOINT_SID_MAX + i) % WF_ENDPOINT_SID_MAX);
		struct wf_claim claim = wf_claim_sid(o->endpoint.node, sid);
		int is_free = wf_edit_is_free(e, &claim, o, err);

		if (is_free < 0)
			return is_free;
		if (!is_free)
			continue;
		*ret = sid;
		return 0;
	}
	return wf_err_set(err, -EADDRNOTAVAIL,
			  "all %d SIDs of endpoints of node '%s' are in use: attach those of "
			  "functions and services to other nodes, too",
			  WF_ENDPOINT_SID_MAX, o->endpoint.node);
}

/* Nobody sends to it before its node has said that it is up. */
static int give_number(struct wf_edit *e, struct wf_object *o, struct wf_err *err)
{
	int r;

	if (!needs_number(e->agent, o))
		return 0;
	r = find_number(e, o, &o->endpoint.sid, err);
	if (r)
		return r;
	o->endpoint.is_down = true;
	return 1;
}

/* The first that need one: the model changes when they get it. */
static void collect(const struct wf_agent *a, struct wf_endpoint_edit *b)
{
	struct wf_object *const *endpoints;
	size_t n;

	wf_endpoint_edit_empty(b);
	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n && !wf_endpoint_edit_is_full(b); i++)
		if (needs_number(a, endpoints[i]))
			wf_endpoint_edit_add(b, endpoints[i]);
}

void wf_sids_check(struct wf_agent *a)
{
	struct wf_endpoint_edit b = {.fn = give_number,
				     .complaint = "gets no SID",
				     .is_failing = &a->sids.is_failing};
	bool has_some = false;
	int r;

	if (!a->store || a->sids.revision == a->revision)
		return;
	do {
		collect(a, &b);
		has_some |= b.n > 0;
		r = wf_endpoint_edit_write(a, &b);
	} while (!r && wf_endpoint_edit_is_full(&b));
	wf_endpoint_edit_empty(&b);
	a->sids.revision = r ? 0 : a->revision;
	if (r)
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	else if (has_some)
		wf_agent_want_pass(a);
}
