// SPDX-License-Identifier: Apache-2.0
#include "compile/paths.h"

#include <string.h>

#include "compile/template.h"
#include "wire/sid.h"

_Static_assert(WF_PATHS_MAX == WF_CHOICE_MAX, "a wish may have as many alternatives as a choice");
_Static_assert(WF_PATHS_MAX *WF_WEIGHT_MAX <= UINT16_MAX, "sums of weights fit");

static int add_path(const struct wf_paths *p, const struct wf_path_key *key,
		    const struct wf_waypoints *waypoints, enum wf_encoding encoding)
{
	struct wf_counter_key counter = {.kind = WF_COUNTER_PATH};
	struct wf_template template = {0};
	struct wf_segments segments;
	uint8_t source[16];
	int r;

	if (waypoints->n || key->node != p->id) {
		wf_sid_node_addr(source, p->block, p->id);
		wf_segments_make(waypoints, encoding, p->block, key->node, &segments);
		wf_template_make(source, &segments, &template);
	}
	memcpy(counter.name, key, sizeof(*key));
	r = wf_image_add(p->img, WF_TABLE_PATH, key, &template);
	return r ? r : wf_image_add_counter(p->img, &counter);
}

int wf_paths_add_direct(const struct wf_paths *p)
{
	static const struct wf_waypoints none;

	for (size_t i = 0; i < p->nodes->n; i++) {
		const struct wf_node *node = &p->nodes->items[i]->node;
		struct wf_path_key key = {.node = node->id};
		int r = 0;

		if (wf_node_can_end(node))
			r = add_path(p, &key, &none, WF_ENCODING_CSID);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A direction's alternatives with their waypoints found: the same for all nodes it leads to. */
struct alternatives {
	struct wf_waypoints waypoints[WF_PATHS_MAX];
	bool is_whole[WF_PATHS_MAX];
	enum wf_encoding encoding;
	struct wf_choice choice;
};

static void find_alternatives(const struct wf_paths *p, const struct wf_direction *d,
			      struct alternatives *ret)
{
	const struct wf_policy *policy = &d->object->policy;
	uint16_t sum = 0;

	memset(ret, 0, sizeof(*ret));
	for (unsigned int i = 0; i < policy->n_paths; i++) {
		ret->is_whole[i] = wf_waypoints_find(p->nodes, &policy->paths[i], d->is_reverse,
						     p->self, &ret->waypoints[i]) == 0;
		if (ret->is_whole[i])
			sum += (uint16_t)policy->paths[i].weight;
		ret->choice.bound[i] = sum;
	}
	ret->choice.n = (uint8_t)policy->n_paths;
}

static int add_choice(const struct wf_paths *p, const struct wf_choice_key *key,
		      const struct alternatives *a)
{
	int r = wf_image_add(p->img, WF_TABLE_CHOICE, key, &a->choice);

	for (uint8_t i = 0; i < a->choice.n && !r; i++) {
		struct wf_path_key path = {
			.tenant = key->tenant,
			.policy = key->policy,
			.node = key->node,
			.is_reverse = key->is_reverse,
			.alternative = i,
		};

		if (a->is_whole[i])
			r = add_path(p, &path, &a->waypoints[i], a->encoding);
	}
	return r;
}

int wf_paths_add_direction(const struct wf_paths *p, const struct wf_tenant *tenant,
			   const struct wf_direction *d)
{
	struct alternatives a;
	int r = 0;

	find_alternatives(p, d, &a);
	if (!a.choice.n || !a.choice.bound[a.choice.n - 1])
		return 0;
	a.encoding = wf_encoding_of(tenant, &d->object->policy);
	for (size_t i = 0; i < d->to->n_nodes && !r; i++) {
		struct wf_choice_key key = {
			.tenant = tenant->id,
			.policy = d->object->policy.id,
			.node = d->to->nodes[i],
			.is_reverse = d->is_reverse,
		};

		r = add_choice(p, &key, &a);
	}
	return r;
}
