// SPDX-License-Identifier: Apache-2.0
#include "compile/paths.h"

#include <string.h>

#include "compile/lanes.h"
#include "compile/template.h"
#include "dp/lane.h"
#include "wire/sid.h"

_Static_assert(WF_PATHS_MAX == WF_CHOICE_MAX, "a wish may have as many alternatives as a choice");
_Static_assert(WF_PATHS_MAX *WF_WEIGHT_MAX <= UINT16_MAX, "sums of weights fit");

/* How packets get to a node: the same for whatever node it is. */
struct way {
	struct wf_waypoints waypoints;
	enum wf_encoding encoding;
	struct wf_extras extras;
	uint32_t lane;
	const struct wf_target *target; /* NULL: any endpoint of the node */
};

struct wf_paths wf_paths_of(const struct wf_view *v, struct wf_image *img,
			    const struct wf_targets *targets)
{
	struct wf_paths paths = {.view = v, .img = img, .targets = targets};

	paths.can_sign = wf_signer_of(v->model, &paths.signer);
	return paths;
}

static uint64_t arg_of(const struct wf_path_key *key)
{
	struct wf_sid_arg arg = {.tenant = key->tenant,
				 .identity = key->identity,
				 .policy = key->policy};

	return wf_sid_arg_pack(&arg);
}

int wf_paths_put(const struct wf_paths *p, const struct wf_path_key *key,
		 const struct wf_template *template)
{
	struct wf_counter_key counter = {.kind = WF_COUNTER_PATH};
	int r = wf_image_add(p->img, WF_TABLE_PATH, key, template);

	memcpy(counter.name, key, sizeof(*key));
	return r ? r : wf_image_add_counter(p->img, &counter);
}

static bool is_hunt(const struct way *way)
{
	return way->target && wf_target_is_hunt(way->target);
}

static int add_path(const struct wf_paths *p, const struct wf_path_key *key, const struct way *way)
{
	const uint32_t block = p->view->here->block;
	struct wf_extras extras = way->extras;
	struct wf_template template = {0};
	struct wf_segments segments;
	uint8_t source[16];

	if (extras.signer && !p->can_sign)
		return 0;
	if (way->waypoints.n || key->node != p->view->id || way->target) {
		extras.arg = arg_of(key);
		extras.is_full |= is_hunt(way);
		wf_sid_node_addr(source, block, p->view->id);
		wf_segments_make(&way->waypoints, way->encoding, block, key->node, &segments);
		if (way->target)
			wf_target_end(way->target, block, &segments);
		wf_template_make(source, &segments, &extras, &template);
	}
	return wf_paths_put(p, key, &template);
}

/* For each sender, if they are told apart by it. */
static int add_for_senders(const struct wf_paths *p, struct wf_path_key key, const struct way *way,
			   const struct wf_senders *senders)
{
	int r = 0;

	if (!way->extras.signer)
		return add_path(p, &key, way);
	for (size_t i = 0; i < senders->n && !r; i++) {
		key.identity = senders->items[i];
		r = add_path(p, &key, way);
	}
	return r;
}

/* To the backends of @tenant at key.node. */
static int add_to_backends(const struct wf_paths *p, uint32_t tenant, struct wf_path_key key,
			   const struct way *way, const struct wf_senders *senders)
{
	size_t n;
	const struct wf_target *targets = wf_targets_at(p->targets, tenant, key.node, &n);
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct way to = *way;

		to.target = &targets[i];
		key.sid = targets[i].list[0].sid;
		key.lane = wf_lane_join(way->lane, wf_target_lane(&targets[i]));
		r = add_for_senders(p, key, &to, senders);
	}
	return r;
}

static int add_all_directs(const struct wf_paths *p, uint16_t node)
{
	static const struct way plain;
	const struct wf_path_key key = {.node = node};
	int r = add_path(p, &key, &plain);

	for (size_t i = 0; i < p->targets->n && !r; i++)
		r = add_to_backends(p, p->targets->items[i].tenant, key, &plain, NULL);
	return r;
}

int wf_paths_add_direct(const struct wf_paths *p)
{
	const struct wf_nodes *nodes = &p->view->nodes;
	int r = 0;

	for (size_t i = 0; i < nodes->n && !r; i++)
		if (wf_node_can_end(&nodes->items[i]->node))
			r = add_all_directs(p, nodes->items[i]->node.id);
	return r;
}

int wf_paths_add_own_direct(const struct wf_paths *p, const struct wf_tenant *tenant, uint16_t node,
			    const struct wf_senders *senders)
{
	const struct wf_path_key key = {.tenant = tenant->id, .node = node};
	const struct way way = {.extras = wf_extras_of(tenant, NULL, &p->signer)};
	int r = node == p->view->id ? 0 : add_for_senders(p, key, &way, senders);

	return r ? r : add_to_backends(p, tenant->id, key, &way, senders);
}

/* Of an alternative: one for each lane. */
struct ways {
	WF_VEC(struct way) list;
};

/* A direction's alternatives with their waypoints found: the same for all nodes it leads to. */
struct alternatives {
	struct ways ways[WF_PATHS_MAX];
	struct wf_choice choice;
	struct wf_senders senders;
};

static void done(struct alternatives *a)
{
	for (unsigned int i = 0; i < WF_PATHS_MAX; i++)
		wf_vec_done(&a->ways[i].list);
}

/* @like: but for the lane. */
static int find_ways(const struct wf_paths *p, const struct wf_functions *functions,
		     const struct wf_direction *d, const struct wf_path *path,
		     const struct way *like, struct ways *ret)
{
	struct wf_lane_list lanes = {0};
	int r = wf_lanes_find(functions, path, WF_LANES_UP, &lanes);

	for (size_t i = 0; i < lanes.lanes.n && !r; i++) {
		const struct wf_lane *lane = &lanes.lanes.items[i];
		const struct wf_course course = {path, lane, d->is_reverse, p->view->here->node};
		struct way way = *like;

		way.lane = lane->name;
		way.extras.is_full = wf_lane_has_instances(lane);
		if (wf_waypoints_find(&p->view->nodes, &course, &way.waypoints) == 0)
			r = wf_vec_push(&ret->list, way);
	}
	wf_lanes_done(&lanes);
	return r;
}

static int find_alternatives(const struct wf_paths *p, const struct wf_realm *realm,
			     const struct wf_direction *d, struct alternatives *ret)
{
	const struct wf_policy *policy = &d->object->policy;
	const struct way like = {
		.encoding = wf_encoding_of(p->view->model, realm->tenant, policy),
		.extras = wf_extras_of(&realm->tenant->self, policy, &p->signer),
	};
	uint16_t sum = 0;
	int r = 0;

	ret->choice.n = (uint8_t)policy->n_paths;
	ret->senders = (struct wf_senders){d->from->senders, d->from->n_senders};
	for (unsigned int i = 0; i < policy->n_paths && !r; i++) {
		const struct wf_path *path = &policy->paths[i];

		r = find_ways(p, &realm->functions, d, path, &like, &ret->ways[i]);
		if (ret->ways[i].list.n)
			sum += (uint16_t)path->weight;
		ret->choice.bound[i] = sum;
		if (wf_path_has_functions(path))
			ret->choice.has_lanes |= (uint8_t)(1u << i);
	}
	return r;
}

static int add_lanes(const struct wf_paths *p, const struct wf_lanes_key *key,
		     const struct ways *ways)
{
	struct wf_lanes lanes = {.n = (uint32_t)ways->list.n};

	for (size_t i = 0; i < ways->list.n; i++)
		lanes.names[i] = ways->list.items[i].lane;
	return lanes.n ? wf_image_add(p->img, WF_TABLE_LANES, key, &lanes) : 0;
}

static int add_all_lanes(const struct wf_paths *p, const struct wf_choice_key *key,
			 const struct alternatives *a)
{
	int r = 0;

	for (uint8_t i = 0; i < a->choice.n && !r; i++) {
		const struct wf_lanes_key lanes = {
			.tenant = key->tenant,
			.policy = key->policy,
			.is_reverse = key->is_reverse,
			.alternative = i,
		};

		if (a->choice.has_lanes >> i & 1)
			r = add_lanes(p, &lanes, &a->ways[i]);
	}
	return r;
}

static int add_ways(const struct wf_paths *p, struct wf_path_key key, const struct ways *ways,
		    const struct wf_senders *senders)
{
	int r = 0;

	for (size_t i = 0; i < ways->list.n && !r; i++) {
		key.lane = ways->list.items[i].lane;
		r = add_for_senders(p, key, &ways->list.items[i], senders);
		if (!r)
			r = add_to_backends(p, key.tenant, key, &ways->list.items[i], senders);
	}
	return r;
}

static int add_choice(const struct wf_paths *p, const struct wf_choice_key *key,
		      const struct alternatives *a)
{
	int r = wf_image_add(p->img, WF_TABLE_CHOICE, key, &a->choice);

	for (uint8_t i = 0; i < a->choice.n && a->senders.n && !r; i++) {
		const struct wf_path_key path = {
			.tenant = key->tenant,
			.policy = key->policy,
			.node = key->node,
			.is_reverse = key->is_reverse,
			.alternative = i,
		};

		r = add_ways(p, path, &a->ways[i], &a->senders);
	}
	return r;
}

static int add_alternatives(const struct wf_paths *p, const struct wf_realm *realm,
			    const struct wf_direction *d, const struct alternatives *a)
{
	struct wf_choice_key key = {
		.tenant = realm->tenant->self.id,
		.policy = d->object->policy.id,
		.is_reverse = d->is_reverse,
	};
	int r;

	if (!a->choice.n || !a->choice.bound[a->choice.n - 1] || !d->to->n_nodes)
		return 0;
	r = add_all_lanes(p, &key, a);
	for (size_t i = 0; i < d->to->n_nodes && !r; i++) {
		key.node = d->to->nodes[i];
		r = add_choice(p, &key, a);
	}
	return r;
}

int wf_paths_add_direction(const struct wf_paths *p, const struct wf_realm *realm,
			   const struct wf_direction *d)
{
	struct alternatives a = {0};
	int r = find_alternatives(p, realm, d, &a);

	if (!r)
		r = add_alternatives(p, realm, d, &a);
	done(&a);
	return r;
}
