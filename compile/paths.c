// SPDX-License-Identifier: Apache-2.0
#include "compile/paths.h"

#include <string.h>

#include "compile/template.h"
#include "wire/sid.h"

_Static_assert(WF_PATHS_MAX == WF_CHOICE_MAX, "a wish may have as many alternatives as a choice");
_Static_assert(WF_PATHS_MAX *WF_WEIGHT_MAX <= UINT16_MAX, "sums of weights fit");

/* How packets get to a node: the same for whatever node it is. */
struct way {
	struct wf_waypoints waypoints;
	enum wf_encoding encoding;
	struct wf_extras extras;
};

struct wf_paths wf_paths_of(const struct wf_view *v, struct wf_image *img)
{
	struct wf_paths paths = {.view = v, .img = img};

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

static int add_path(const struct wf_paths *p, const struct wf_path_key *key, const struct way *way)
{
	struct wf_counter_key counter = {.kind = WF_COUNTER_PATH};
	const uint32_t block = p->view->here->block;
	struct wf_extras extras = way->extras;
	struct wf_template template = {0};
	struct wf_segments segments;
	uint8_t source[16];
	int r;

	if (extras.signer && !p->can_sign)
		return 0;
	if (way->waypoints.n || key->node != p->view->id) {
		extras.arg = arg_of(key);
		wf_sid_node_addr(source, block, p->view->id);
		wf_segments_make(&way->waypoints, way->encoding, block, key->node, &segments);
		wf_template_make(source, &segments, &extras, &template);
	}
	memcpy(counter.name, key, sizeof(*key));
	r = wf_image_add(p->img, WF_TABLE_PATH, key, &template);
	return r ? r : wf_image_add_counter(p->img, &counter);
}

int wf_paths_add_direct(const struct wf_paths *p)
{
	static const struct way plain;
	const struct wf_nodes *nodes = &p->view->nodes;
	int r = 0;

	for (size_t i = 0; i < nodes->n && !r; i++) {
		struct wf_path_key key = {.node = nodes->items[i]->node.id};

		if (wf_node_can_end(&nodes->items[i]->node))
			r = add_path(p, &key, &plain);
	}
	return r;
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

int wf_paths_add_own_direct(const struct wf_paths *p, const struct wf_tenant *tenant, uint16_t node,
			    const struct wf_senders *senders)
{
	const struct wf_path_key key = {.tenant = tenant->id, .node = node};
	const struct way way = {.extras = wf_extras_of(tenant, NULL, &p->signer)};

	return add_for_senders(p, key, &way, senders);
}

/* A direction's alternatives with their waypoints found: the same for all nodes it leads to. */
struct alternatives {
	struct way ways[WF_PATHS_MAX];
	bool is_whole[WF_PATHS_MAX];
	struct wf_choice choice;
	struct wf_senders senders;
};

static void find_alternatives(const struct wf_paths *p, const struct wf_tenant *tenant,
			      const struct wf_direction *d, struct alternatives *ret)
{
	const struct wf_policy *policy = &d->object->policy;
	uint16_t sum = 0;

	memset(ret, 0, sizeof(*ret));
	for (unsigned int i = 0; i < policy->n_paths; i++) {
		struct way *way = &ret->ways[i];

		way->encoding = wf_encoding_of(tenant, policy);
		way->extras = wf_extras_of(tenant, policy, &p->signer);
		ret->is_whole[i] = wf_waypoints_find(&p->view->nodes, &policy->paths[i],
						     d->is_reverse, p->view->here->node,
						     &way->waypoints) == 0;
		if (ret->is_whole[i])
			sum += (uint16_t)policy->paths[i].weight;
		ret->choice.bound[i] = sum;
	}
	ret->choice.n = (uint8_t)policy->n_paths;
	ret->senders = (struct wf_senders){d->from->senders, d->from->n_senders};
}

static int add_choice(const struct wf_paths *p, const struct wf_choice_key *key,
		      const struct alternatives *a)
{
	int r = wf_image_add(p->img, WF_TABLE_CHOICE, key, &a->choice);

	for (uint8_t i = 0; i < a->choice.n && !r; i++) {
		const struct wf_path_key path = {
			.tenant = key->tenant,
			.policy = key->policy,
			.node = key->node,
			.is_reverse = key->is_reverse,
			.alternative = i,
		};

		if (a->is_whole[i])
			r = add_for_senders(p, path, &a->ways[i], &a->senders);
	}
	return r;
}

int wf_paths_add_direction(const struct wf_paths *p, const struct wf_tenant *tenant,
			   const struct wf_direction *d)
{
	struct alternatives a;
	int r = 0;

	find_alternatives(p, tenant, d, &a);
	if (!a.choice.n || !a.choice.bound[a.choice.n - 1])
		return 0;
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
