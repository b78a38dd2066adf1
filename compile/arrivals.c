// SPDX-License-Identifier: Apache-2.0
#include "compile/arrivals.h"

#include <string.h>

#include "compile/image.h"
#include "compile/needs.h"
#include "compile/segments.h"
#include "compile/signer.h"
#include "dp/proof.h"

struct wf_arrival {
	struct wf_listed_key key;
	struct wf_listed value;
};

struct wf_arrivals wf_arrivals_of(const struct wf_view *v, struct wf_image *img)
{
	return (struct wf_arrivals){.view = v, .img = img};
}

/* As it stands in an SRH: the final SID first. */
static uint64_t hash_of(const struct wf_segments *segments)
{
	uint8_t list[WF_VIA_SID_MAX + 1][16];

	for (unsigned int i = 0; i < segments->n; i++)
		memcpy(list[i], segments->sids[segments->n - 1 - i], 16);
	return wf_listed_hash(list, segments->n);
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
	while (n && !waypoints->nodes[n - 1].has_end_sid && waypoints->nodes[n - 1].id == end)
		n--;
	for (unsigned int i = 0; i < n; i++) {
		uint16_t id = waypoints->nodes[i].has_end_sid ? 0 : waypoints->nodes[i].id;

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

/* One way of a policy, from @source to here. */
static int list_path(struct wf_arrivals *l, const struct wf_realm *realm,
		     const struct wf_direction *d, const struct wf_path *path,
		     const struct wf_object *source)
{
	static const enum wf_encoding encodings[] = {WF_ENCODING_CSID, WF_ENCODING_SRH};
	const struct wf_view *v = l->view;
	struct wf_arrival row = {.key = {.tenant = realm->tenant->self.id,
					 .policy = d->object->policy.id,
					 .source = source->node.id}};
	struct wf_waypoints waypoints;
	struct wf_segments segments;
	int r = 0;

	if (wf_waypoints_find(&v->nodes, path, d->is_reverse, source->name, &waypoints) < 0)
		return 0;
	find_marks(&waypoints, v->id, &row.value);
	for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings) && !r; i++) {
		wf_segments_make(&waypoints, encodings[i], v->here->block, v->id, &segments);
		row.key.hash = hash_of(&segments);
		r = wf_vec_push(&l->rows, row);
	}
	if (!r && d->object->policy.require & WF_REQUIRE_TRANSIT)
		r = add_markers(l, &row.value);
	return r;
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

static int list_direction(struct wf_arrivals *l, const struct wf_realm *realm,
			  const struct wf_direction *d)
{
	const struct wf_policy *policy = &d->object->policy;
	const struct wf_nodes *nodes = &l->view->nodes;
	int r = 0;

	if (!(policy->require & (WF_REQUIRE_PATH | WF_REQUIRE_TRANSIT)) ||
	    !has_node(d->to, l->view->id))
		return 0;
	for (size_t i = 0; i < nodes->n && !r; i++) {
		const struct wf_object *source = nodes->items[i];

		if (!wf_node_can_end(&source->node) || !has_node(d->from, source->node.id))
			continue;
		for (unsigned int k = 0; k < policy->n_paths && !r; k++)
			r = list_path(l, realm, d, &policy->paths[k], source);
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
	return memcmp(a, b, sizeof(struct wf_listed_key));
}

/* Ways that are the same, of alternatives and mirrors, are listed once. */
static int add_rows(struct wf_arrivals *l)
{
	int r = 0;

	wf_vec_sort(&l->rows, row_cmp);
	for (size_t i = 0; i < l->rows.n && !r; i++) {
		const struct wf_arrival *row = &l->rows.items[i];

		if (!i || row_cmp(row - 1, row) != 0)
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
