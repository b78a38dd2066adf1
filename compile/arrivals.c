// SPDX-License-Identifier: Apache-2.0
#include "compile/arrivals.h"

#include <string.h>

#include "compile/image.h"
#include "compile/lanes.h"
#include "compile/needs.h"
#include "compile/segments.h"
#include "compile/signer.h"
#include "dp/proof.h"

struct wf_arrival {
	struct wf_listed_key key;
	struct wf_listed value;
};

struct wf_arrivals wf_arrivals_of(const struct wf_view *v, struct wf_image *img,
				  const struct wf_targets *targets)
{
	return (struct wf_arrivals){.view = v, .img = img, .targets = targets};
}

/* As it stands in an SRH: the final SID first. */
static uint64_t hash_of(const struct wf_segments *segments)
{
	uint8_t list[WF_VIA_SID_MAX + 1][16];

	for (unsigned int i = 0; i < segments->n; i++)
		memcpy(list[i], segments->sids[segments->n - 1 - i], 16);
	return wf_listed_hash(list, segments->n);
}

/* 0: of a router that does not run Weft. */
static uint16_t id_of(const struct wf_waypoint *w)
{
	return w->node.has_end_sid ? 0 : w->node.id;
}

/*
 * The visits that leave a mark. Several in a row at a node are one, those at the end of the path
 * are none, and routers that do not run Weft leave none.
 */
static void find_marks(const struct wf_waypoints *waypoints, uint16_t end, struct wf_listed *ret)
{
	unsigned int n = waypoints->n;
	uint16_t last = 0;

	memset(ret, 0, sizeof(*ret));
	while (n && id_of(&waypoints->items[n - 1]) == end)
		n--;
	for (unsigned int i = 0; i < n; i++) {
		uint16_t id = id_of(&waypoints->items[i]);

		if (id && id != last)
			ret->nodes[ret->n++] = id;
		last = id;
	}
}

static int add_markers(struct wf_arrivals *l, const struct wf_listed *listed)
{
	int r = 0;

	for (unsigned int i = 0; i < listed->n && !r; i++)
		r = wf_vec_push(&l->markers, listed->nodes[i]);
	return r;
}

/* The ways of a direction, from a node to here. */
struct listing {
	struct wf_arrivals *arrivals;
	const struct wf_realm *realm;
	const struct wf_direction *direction;
	const struct wf_object *source; /* node */
};

/* As a headend builds it in one of the encodings. @target NULL: to any endpoint here. */
static int list_segments(const struct listing *l, const struct wf_waypoints *waypoints,
			 enum wf_encoding encoding, const struct wf_target *target,
			 struct wf_arrival row)
{
	const struct wf_view *v = l->arrivals->view;
	struct wf_segments segments;

	wf_segments_make(waypoints, encoding, v->here->block, v->id, &segments);
	if (target)
		wf_target_end(target, v->here->block, &segments);
	row.key.hash = hash_of(&segments);
	return wf_vec_push(&l->arrivals->rows, row);
}

/* One course to one end, in all encodings. */
static int list_end(const struct listing *l, const struct wf_course *course,
		    const struct wf_waypoints *waypoints, const struct wf_target *target)
{
	static const enum wf_encoding encodings[] = {WF_ENCODING_CSID, WF_ENCODING_SRH};
	const struct wf_policy *policy = &l->direction->object->policy;
	const uint16_t end = target ? target->list[0].node : l->arrivals->view->id;
	struct wf_arrival row = {.key = {.tenant = l->realm->tenant->self.id,
					 .policy = policy->id,
					 .source = l->source->node.id}};
	int r = 0;

	find_marks(waypoints, end, &row.value);
	row.value.lane = course->lane->name;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings) && !r; i++)
		r = list_segments(l, waypoints, encodings[i], target, row);
	if (!r && policy->require & WF_REQUIRE_TRANSIT)
		r = add_markers(l->arrivals, &row.value);
	return r;
}

static int list_course(const struct listing *l, const struct wf_course *course)
{
	const struct wf_arrivals *a = l->arrivals;
	const struct wf_target_list *targets = wf_targets_of(a->targets, l->realm->tenant->self.id);
	struct wf_waypoints waypoints;
	int r;

	if (wf_waypoints_find(&a->view->nodes, course, &waypoints) < 0)
		return 0;
	r = list_end(l, course, &waypoints, NULL);
	for (size_t i = 0; targets && i < targets->n && !r; i++)
		if (wf_target_asks(&targets->items[i], a->view->id))
			r = list_end(l, course, &waypoints, &targets->items[i]);
	return r;
}

static int list_lanes(const struct listing *l, const struct wf_path *path, enum wf_lane_kind kind)
{
	struct wf_lane_list lanes = {0};
	int r = wf_lanes_find(&l->realm->functions, path, kind, &lanes);

	for (size_t i = 0; i < lanes.lanes.n && !r; i++) {
		struct wf_course course = {path, &lanes.lanes.items[i], l->direction->is_reverse,
					   l->source->name};

		r = list_course(l, &course);
		course.self = NULL;
		if (!r && wf_lane_has_instances(course.lane))
			r = list_course(l, &course);
	}
	wf_lanes_done(&lanes);
	return r;
}

static int list_path(const struct listing *l, const struct wf_path *path)
{
	int r = list_lanes(l, path, WF_LANES_UP);

	return r || !wf_path_has_functions(path) ? r : list_lanes(l, path, WF_LANES_POSSIBLE);
}

static bool has_node(const struct wf_selection *s, uint16_t id)
{
	size_t low = 0, high = s->n_nodes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->nodes[middle] == id)
			return true;
		if (s->nodes[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool is_listed(const struct wf_policy *p)
{
	return p->require & (WF_REQUIRE_PATH | WF_REQUIRE_TRANSIT) || wf_policy_has_functions(p);
}

static int list_direction(struct wf_arrivals *l, const struct wf_realm *realm,
			  const struct wf_direction *d)
{
	const struct wf_policy *policy = &d->object->policy;
	const struct wf_nodes *nodes = &l->view->nodes;
	int r = 0;

	if (!is_listed(policy) || !has_node(d->to, l->view->id))
		return 0;
	for (size_t i = 0; i < nodes->n && !r; i++) {
		const struct listing listing = {l, realm, d, nodes->items[i]};
		const struct wf_node *source = &nodes->items[i]->node;

		if (!wf_node_can_end(source) || !has_node(d->from, source->id))
			continue;
		for (unsigned int k = 0; k < policy->n_paths && !r; k++)
			r = list_path(&listing, &policy->paths[k]);
	}
	return r;
}

int wf_arrivals_hear(struct wf_arrivals *l, const struct wf_realm *realm)
{
	int r = 0;

	for (size_t i = 0; i < realm->directions.n && !r; i++)
		r = list_direction(l, realm, &realm->directions.items[i]);
	return r;
}

static int row_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct wf_arrival));
}

static bool is_same_list(const struct wf_arrival *a, const struct wf_arrival *b)
{
	return memcmp(&a->key, &b->key, sizeof(a->key)) == 0;
}

/* Ways that are the same, of alternatives and mirrors, are listed once. */
static int add_rows(struct wf_arrivals *l)
{
	int r = 0;

	wf_vec_sort(&l->rows, row_cmp);
	for (size_t i = 0; i < l->rows.n && !r; i++) {
		const struct wf_arrival *row = &l->rows.items[i];

		if (!i || !is_same_list(row - 1, row))
			r = wf_image_add(l->img, WF_TABLE_LISTED, &row->key, &row->value);
	}
	return r;
}

static int number_cmp(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static int add_key(struct wf_arrivals *l, const struct wf_hmac_key *key)
{
	struct wf_key_entry entry;
	int r;

	wf_key_entry_of(key, &entry);
	r = wf_image_add(l->img, WF_TABLE_KEY, &key->id, &entry);
	for (size_t i = 0; i < l->markers.n && !r; i++) {
		const struct wf_transit_key mark = {.key = key->id, .node = l->markers.items[i]};
		struct wf_transit_entry value;

		if (i && l->markers.items[i - 1] == mark.node)
			continue;
		wf_transit_entry_of(&entry, mark.node, &value);
		r = wf_image_add(l->img, WF_TABLE_TRANSIT, &mark, &value);
	}
	return r;
}

/* This node marks what passes, whether it checks marks or not. */
static int add_keys(struct wf_arrivals *l)
{
	struct wf_object *const *keys;
	size_t n;
	int r;

	r = wf_vec_push(&l->markers, l->view->id);
	wf_vec_sort(&l->markers, number_cmp);
	keys = wf_model_range(l->view->model, WF_KIND_KEY, NULL, &n);
	for (size_t i = 0; i < n && !r; i++)
		if (keys[i]->key.id)
			r = add_key(l, &keys[i]->key);
	return r;
}

int wf_arrivals_add(struct wf_arrivals *l)
{
	int r = add_rows(l);

	return r ? r : add_keys(l);
}

void wf_arrivals_done(struct wf_arrivals *l)
{
	wf_vec_done(&l->rows);
	wf_vec_done(&l->markers);
}
