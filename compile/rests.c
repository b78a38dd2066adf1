// SPDX-License-Identifier: Apache-2.0
#include "compile/rests.h"

#include "compile/lanes.h"
#include "compile/template.h"
#include "wire/sid.h"

/* A lane of an alternative, from any node. */
struct travel {
	const struct wf_paths *paths;
	const struct wf_realm *realm;
	const struct wf_direction *direction;
	const struct wf_path *path;
	const struct wf_lane *lane;
	struct wf_waypoints waypoints;
	enum wf_encoding encoding;
	struct wf_extras extras;
	struct wf_path_key key;
};

/* The number of the endpoint by which packets leave the tenant at @node; 0: there is none. */
static uint16_t find_exit(const struct wf_members *members, uint16_t node)
{
	for (size_t i = 0; i < members->n_own; i++) {
		const struct wf_member *member = &members->items[i];

		if (member->node == node && member->object->endpoint.is_gateway)
			return member->object->endpoint.sid;
	}
	return 0;
}

/* The segments to @node, or to what is outside: that is behind a gateway's endpoint there. */
static void make_segments(const struct travel *t, uint16_t node, struct wf_segments *ret)
{
	const uint32_t block = t->paths->view->here->block;
	struct wf_target exit = {.list = {{.node = node}}};

	wf_segments_make(&t->waypoints, t->encoding, block, node, ret);
	if (t->direction->to->selector->type != WF_SELECT_INTERNET)
		return;
	exit.list[0].sid = find_exit(&t->realm->members, node);
	if (exit.list[0].sid)
		wf_target_end(&exit, block, ret);
}

/* From the waypoint @at on, to every node that the direction leads to. */
static int add_rest(const struct travel *t, unsigned int at)
{
	const struct wf_selection *to = t->direction->to;
	struct wf_path_key key = t->key;
	uint8_t source[16];
	int r = 0;

	key.sid = t->waypoints.items[at].sid;
	wf_sid_node_addr(source, t->paths->view->here->block, t->paths->view->id);
	for (size_t i = 0; i < to->n_nodes && !r; i++) {
		struct wf_segments segments;
		struct wf_template template;
		struct wf_rest rest;

		key.node = to->nodes[i];
		make_segments(t, key.node, &segments);
		rest = wf_segments_rest(&t->waypoints, t->encoding, &segments, at);
		wf_template_make_rest(source, &segments, &t->extras, &rest, &template);
		r = wf_paths_put(t->paths, &key, &template);
	}
	return r;
}

/* An End.AD sends no more than answers: by ways that mirror others. */
static bool needs_rest(const struct travel *t, const struct wf_function *f)
{
	return f->mode == WF_MODE_STATIC ||
	       (wf_function_speaks(f) && t->direction->object->policy.is_symmetric);
}

/* Is what the lane has at this place of `via` an instance of this node that needs the rest? */
static bool is_mine(const struct travel *t, unsigned int at)
{
	const struct wf_instance *instance = t->lane->at[at];
	const struct wf_instances *f = wf_functions_find(&t->realm->functions, t->path->via[at]);

	return f && needs_rest(t, &f->object->function) && instance->node == t->paths->view->id;
}

static int add_rests(const struct travel *t)
{
	unsigned int at = 0;
	int r = 0;

	for (unsigned int i = 0; i < t->path->n_via && !r; i++) {
		unsigned int k = t->direction->is_reverse ? t->path->n_via - 1 - i : i;

		if (t->path->is_function[k] && !t->lane->at[k])
			continue;
		if (t->path->is_function[k] && is_mine(t, k))
			r = add_rest(t, at);
		at++;
	}
	return r;
}

static int add_alternative(struct travel *t)
{
	struct wf_lane_list lanes = {0};
	int r = wf_lanes_find(&t->realm->functions, t->path, WF_LANES_UP, &lanes);

	for (size_t i = 0; i < lanes.lanes.n && !r; i++) {
		const struct wf_course course = {.path = t->path,
						 .lane = &lanes.lanes.items[i],
						 .is_reverse = t->direction->is_reverse};

		t->lane = course.lane;
		t->key.lane = t->lane->name;
		if (wf_waypoints_find(&t->paths->view->nodes, &course, &t->waypoints) == 0)
			r = add_rests(t);
	}
	wf_lanes_done(&lanes);
	return r;
}

int wf_rests_add(const struct wf_paths *p, const struct wf_realm *realm,
		 const struct wf_direction *d)
{
	const struct wf_policy *policy = &d->object->policy;
	struct travel t = {
		.paths = p,
		.realm = realm,
		.direction = d,
		.encoding = wf_encoding_of(p->view->model, realm->tenant, policy),
		.extras = wf_extras_of(&realm->tenant->self, policy, &p->signer),
		.key = {.tenant = realm->tenant->self.id,
			.policy = policy->id,
			.is_reverse = d->is_reverse},
	};
	int r = 0;

	if (t.extras.signer)
		return 0;
	t.extras.is_full = true;
	for (unsigned int i = 0; i < policy->n_paths && !r; i++) {
		t.path = &policy->paths[i];
		t.key.alternative = (uint8_t)i;
		r = add_alternative(&t);
	}
	return r;
}
