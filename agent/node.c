// SPDX-License-Identifier: Apache-2.0
/* This node's own object: found by its name, or made with a free id. */
#include "agent/edit.h"

const struct wf_object *wf_node_self(const struct wf_agent *a)
{
	return a->model ? wf_model_find(a->model, WF_KIND_NODE, NULL, a->options.node) : NULL;
}

/* The id it should have, if anything says so: once started, it must not change. */
static uint16_t preferred_id(const struct wf_agent *a)
{
	return a->config.node ? a->config.node : a->options.node_id;
}

static int check_id(const struct wf_agent *a, const struct wf_object *node, struct wf_err *err)
{
	uint16_t wanted = preferred_id(a);

	if (node->node.has_end_sid)
		return wf_err_set(
			err, -EEXIST,
			"node '%s' is declared as a router with an end of its own: remove "
			"`end` from it, or choose another --node",
			node->name);
	if (!node->node.id || !wanted || node->node.id == wanted)
		return 0;
	return wf_err_set(
		err, -EEXIST,
		"node '%s' has id %u in the store, not %u: leave out --node-id, or delete "
		"the node first",
		node->name, node->node.id, wanted);
}

static int choose_id(struct wf_edit *e, struct wf_object *node, struct wf_err *err)
{
	uint32_t id = preferred_id(e->agent);
	struct wf_claim claim;
	int r;

	if (node->node.id)
		return 0;
	if (!id) {
		r = wf_edit_free_id(e, node, WF_NODE_ID_MAX, &id, err);
		if (r)
			return r;
	}
	claim = wf_claim_id(WF_KIND_NODE, "", id);
	r = wf_edit_is_free(e, &claim, node, err);
	if (r < 0)
		return r;
	if (!r && !preferred_id(e->agent))
		return -EAGAIN; /* another node has just taken it */
	if (!r)
		return wf_err_set(err, -EEXIST,
				  "node id %u belongs to another node: leave out --node-id for a "
				  "free one",
				  id);
	node->node.id = (uint16_t)id;
	return 0;
}

static int update(struct wf_edit *e, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *node = NULL;
	struct wf_agent *a = e->agent;
	struct wf_current old = {0};
	uint64_t revision;
	int r = wf_current_read(a, WF_KIND_NODE, NULL, a->options.node, &old, err);

	if (r)
		return r;
	node = old.object ? wf_object_clone(old.object)
			  : wf_object_new(WF_KIND_NODE, NULL, a->options.node);
	r = node ? check_id(a, node, err) : wf_edit_no_memory(err);
	if (!r)
		r = choose_id(e, node, err);
	if (r) {
		wf_current_done(&old);
		return r;
	}
	if (a->here.underlay_mtu)
		node->node.mtu = a->here.underlay_mtu;
	if (wf_edit_add(e, &old, node) < 0)
		return wf_edit_no_memory(err);
	return wf_edit_commit(e, &revision, err);
}

static bool is_right(const struct wf_agent *a)
{
	const struct wf_object *node = wf_node_self(a);

	return node && node->node.id && (!preferred_id(a) || node->node.id == preferred_id(a)) &&
	       !node->node.has_end_sid &&
	       (!a->here.underlay_mtu || node->node.mtu == a->here.underlay_mtu);
}

int wf_node_ensure(struct wf_agent *a, struct wf_err *err)
{
	int r = wf_watch_catch_up(a, err);

	if (!r && a->here.underlay_mtu && a->here.underlay_mtu < WF_UNDERLAY_MTU_MIN)
		r = wf_err_set(err, -EINVAL,
			       "an underlay interface has an MTU of %u: at least %d is needed, so "
			       "that containers get 1280",
			       a->here.underlay_mtu, WF_UNDERLAY_MTU_MIN);
	for (int i = 0; i < WF_CHANGE_ATTEMPTS && !r && !is_right(a); i++) {
		struct wf_edit e;

		wf_edit_init(&e, a);
		r = update(&e, err);
		wf_edit_done(&e);
		if (!r || r == -EAGAIN)
			r = wf_watch_catch_up(a, err);
	}
	if (!r && !is_right(a))
		r = wf_err_set(err, -EBUSY,
			       "node '%s' changes all the time: is there another weftd "
			       "of that name?",
			       a->options.node);
	return r;
}
