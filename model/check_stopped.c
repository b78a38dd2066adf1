// SPDX-License-Identifier: Apache-2.0
/* One look at all objects of a kind, and only if a node stops to run Weft. */
#include "model/check.h"

#include <errno.h>
#include <stdio.h>

static bool is_stopping(const struct wf_changes *c, const struct wf_object *node)
{
	const struct wf_object *old;

	if (node->kind != WF_KIND_NODE || !node->node.has_end_sid)
		return false;
	old = wf_model_find(c->model, WF_KIND_NODE, NULL, node->name);
	return old && !old->node.has_end_sid;
}

/* Of many users the first one is told. */
static void needs(const struct wf_changes *c, const char *node, const struct wf_object *user,
		  const char *what)
{
	struct wf_batch_item *item = wf_batch_find_name(c->batch, WF_KIND_NODE, "", node);
	char who[128];

	if (!item || !is_stopping(c, item->object) || item->n_users++)
		return;
	snprintf(who, sizeof(who), "%s '%.60s'", wf_kind_name(user->kind), user->name);
	who[0] |= 0x20;
	wf_problems_add(c->problems, item->index, "end", "%s%s%s%s %s", who,
			user->tenant[0] ? " of tenant '" : "", user->tenant,
			user->tenant[0] ? "'" : "", what);
}

/* What the batch says itself is looked at with it. */
static int check_user(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	const struct wf_changes *c = arg;

	if (item)
		return 0;
	if (o->kind == WF_KIND_ENDPOINT)
		needs(c, o->endpoint.node, o, "is attached to this node");
	for (unsigned int i = 0; o->kind == WF_KIND_TENANT && i < o->self.n_verify; i++)
		needs(c, o->self.verify[i], o, "wants this node to verify");
	if (o->kind == WF_KIND_GATEWAY)
		needs(c, o->gateway.node, o, "is at this node");
	if (o->kind != WF_KIND_POLICY || !(o->policy.require & WF_REQUIRE_TRANSIT))
		return 0;
	for (unsigned int i = 0; i < o->policy.n_paths; i++)
		for (unsigned int j = 0; j < o->policy.paths[i].n_via; j++)
			if (!o->policy.paths[i].is_function[j])
				needs(c, o->policy.paths[i].via[j], o,
				      "requires transit of this node");
	return 0;
}

int wf_check_stopped(const struct wf_changes *c)
{
	static const enum wf_kind kinds[] = {WF_KIND_GATEWAY, WF_KIND_ENDPOINT, WF_KIND_TENANT,
					     WF_KIND_POLICY};
	bool is_needed = false;
	int r = 0;

	for (size_t i = 0; i < c->batch->n && !is_needed; i++)
		is_needed = is_stopping(c, c->batch->items[i].object);
	for (size_t i = 0; is_needed && i < sizeof(kinds) / sizeof(*kinds) && !r; i++)
		r = wf_batch_each(c->batch, c->model, kinds[i], NULL, check_user, (void *)c);
	return r;
}
