// SPDX-License-Identifier: Apache-2.0
#include "compile/lanes.h"

#include "dp/lane.h"

bool wf_path_has_functions(const struct wf_path *path)
{
	for (unsigned int i = 0; i < path->n_via; i++)
		if (path->is_function[i])
			return true;
	return false;
}

bool wf_policy_has_functions(const struct wf_policy *p)
{
	for (unsigned int i = 0; i < p->n_paths; i++)
		if (wf_path_has_functions(&p->paths[i]))
			return true;
	return false;
}

/* What a lane can have at a place of the path. */
struct place {
	unsigned int at;			       /* in `via` */
	WF_VEC(const struct wf_instance *) candidates; /* NULL: none, it is passed by */
};

struct places {
	struct place items[WF_VIA_MAX];
	unsigned int n;
	size_t n_combinations; /* WF_LANES_MAX + 1: more */
};

static void done(struct places *places)
{
	for (unsigned int i = 0; i < places->n; i++)
		wf_vec_done(&places->items[i].candidates);
}

static int find_candidates(const struct wf_instances *instances, enum wf_lane_kind kind,
			   struct place *ret)
{
	bool may_pass_by = instances->object->function.is_bypass;
	int r = 0;

	for (size_t i = 0; i < instances->list.n && !r; i++)
		if (kind == WF_LANES_POSSIBLE || instances->list.items[i].is_up)
			r = wf_vec_push(&ret->candidates, &instances->list.items[i]);
	if (!r && may_pass_by && (kind == WF_LANES_POSSIBLE || !ret->candidates.n))
		r = wf_vec_push(&ret->candidates, NULL);
	return r;
}

static int find_places(const struct wf_functions *functions, const struct wf_path *path,
		       enum wf_lane_kind kind, struct places *ret)
{
	int r = 0;

	ret->n_combinations = 1;
	for (unsigned int i = 0; i < path->n_via && !r; i++) {
		const struct wf_instances *instances;
		struct place *place = &ret->items[ret->n];

		if (!path->is_function[i])
			continue;
		ret->n++;
		place->at = i;
		instances = wf_functions_find(functions, path->via[i]);
		if (instances)
			r = find_candidates(instances, kind, place);
		ret->n_combinations *= place->candidates.n;
		if (ret->n_combinations > WF_LANES_MAX)
			ret->n_combinations = WF_LANES_MAX + 1;
	}
	return r;
}

static uint32_t number_of(const struct wf_instance *instance)
{
	return instance ? (uint32_t)instance->node << 16 | instance->in->endpoint.sid : 0;
}

static uint32_t name_of(const struct places *places, const struct wf_lane *lane)
{
	uint32_t name = places->n ? WF_LANE_PASSED_BY : 0;
	uint32_t sum = 0;

	for (unsigned int i = 0; i < WF_VIA_MAX; i++) {
		if (!lane->at[i])
			continue;
		sum = wf_lane_mix(sum + number_of(lane->at[i]));
		name = sum > WF_LANE_PASSED_BY ? sum : WF_LANE_PASSED_BY + 1;
	}
	return name;
}

/* The @i-th of all combinations. */
static void combine(const struct places *places, size_t i, struct wf_lane *ret)
{
	for (unsigned int k = 0; k < places->n; k++) {
		const struct place *place = &places->items[k];

		ret->at[place->at] = place->candidates.items[i % place->candidates.n];
		i /= place->candidates.n;
	}
}

/* Of candidates for the @i-th of WF_LANES_MAX lanes the one with the highest weight there. */
static const struct wf_instance *draw(const struct place *place, size_t i)
{
	const struct wf_instance *best = NULL;
	uint32_t most = 0;

	for (size_t k = 0; k < place->candidates.n; k++) {
		const struct wf_instance *one = place->candidates.items[k];
		uint32_t salt = wf_lane_mix((uint32_t)i << 8 | (place->at + 1));
		uint32_t weight = wf_lane_mix(salt ^ wf_lane_mix(number_of(one)));

		if (k && weight <= most)
			continue;
		best = one;
		most = weight;
	}
	return best;
}

static int lane_cmp(const void *a, const void *b)
{
	const struct wf_lane *x = a, *y = b;

	return (x->name > y->name) - (x->name < y->name);
}

/* Two combinations of one name (drawn twice, or by chance) would be one lane. */
static void drop_equal(struct wf_lane_list *l)
{
	size_t n = 0;

	wf_vec_sort(&l->lanes, lane_cmp);
	for (size_t i = 0; i < l->lanes.n; i++)
		if (!n || l->lanes.items[n - 1].name != l->lanes.items[i].name)
			l->lanes.items[n++] = l->lanes.items[i];
	l->lanes.n = n;
}

static int make_lanes(const struct places *places, struct wf_lane_list *ret)
{
	bool is_all = places->n_combinations <= WF_LANES_MAX;
	size_t n = is_all ? places->n_combinations : WF_LANES_MAX;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct wf_lane lane = {0};

		if (is_all)
			combine(places, i, &lane);
		for (unsigned int k = 0; k < places->n && !is_all; k++)
			lane.at[places->items[k].at] = draw(&places->items[k], i);
		lane.name = name_of(places, &lane);
		r = wf_vec_push(&ret->lanes, lane);
	}
	drop_equal(ret);
	return r;
}

int wf_lanes_find(const struct wf_functions *functions, const struct wf_path *path,
		  enum wf_lane_kind kind, struct wf_lane_list *ret)
{
	struct places places = {0};
	struct wf_lane_list found = {0};
	int r = find_places(functions, path, kind, &places);

	if (!r)
		r = make_lanes(&places, &found);
	done(&places);
	if (r) {
		wf_lanes_done(&found);
		return r;
	}
	*ret = found;
	return 0;
}

void wf_lanes_done(struct wf_lane_list *l)
{
	wf_vec_done(&l->lanes);
}
