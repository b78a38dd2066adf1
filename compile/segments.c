// SPDX-License-Identifier: Apache-2.0
#include "compile/segments.h"

#include <string.h>

#include "wire/csid.h"
#include "wire/sid.h"

_Static_assert(WF_VIA_MAX == WF_VIA_SID_MAX, "a wish may have as many waypoints as a template");
_Static_assert(WF_ENDPOINT_SID_MAX < 1 << 12, "it is 12 bits of a function");

static void push(struct wf_waypoints *w, const struct wf_node *node, uint16_t sid)
{
	w->items[w->n++] = (struct wf_waypoint){*node, sid};
}

/* An instance whose node has gone cannot be entered. */
static int push_instance(const struct wf_nodes *nodes, const struct wf_instance *instance,
			 bool is_reverse, struct wf_waypoints *ret)
{
	const struct wf_endpoint *arm = &wf_instance_arm(instance, is_reverse)->endpoint;
	const struct wf_node *node = wf_nodes_find(nodes, arm->node);

	if (!node)
		return -ENOENT;
	push(ret, node, arm->sid);
	return 0;
}

static int push_node(const struct wf_nodes *nodes, const char *name, struct wf_waypoints *ret)
{
	const struct wf_node *node = wf_nodes_find(nodes, name);

	if (!node || (!node->id && !node->has_end_sid))
		return -ENOENT;
	push(ret, node, 0);
	return 0;
}

int wf_waypoints_find(const struct wf_nodes *nodes, const struct wf_course *course,
		      struct wf_waypoints *ret)
{
	const struct wf_path *path = course->path;
	struct wf_waypoints found = {0};
	int r = 0;

	for (unsigned int i = 0; i < path->n_via && !r; i++) {
		unsigned int at = course->is_reverse ? path->n_via - 1 - i : i;
		const char *name = path->via[at];

		if (!path->is_function[at]) {
			if (found.n || !course->self || strcmp(name, course->self) != 0)
				r = push_node(nodes, name, &found);
		} else if (!course->lane) {
			r = -ENOENT;
		} else if (course->lane->at[at]) {
			r = push_instance(nodes, course->lane->at[at], course->is_reverse, &found);
		}
	}
	if (!r)
		*ret = found;
	return r;
}

int wf_waypoints_measure(const struct wf_nodes *nodes, const struct wf_path *path,
			 struct wf_waypoints *ret)
{
	static const struct wf_node any = {.id = WF_NODE_MIN};
	struct wf_waypoints found = {0};
	int r = 0;

	for (unsigned int i = 0; i < path->n_via && !r; i++) {
		if (path->is_function[i])
			push(&found, &any, 1);
		else
			r = push_node(nodes, path->via[i], &found);
	}
	if (!r)
		*ret = found;
	return r;
}

/* Waypoints that make one segment, and the C-SIDs they are in it. */
struct pack {
	unsigned int n_waypoints;
	uint16_t csids[WF_CSID_PER_CONTAINER];
	unsigned int n;
};

/* A container's worth of the waypoints from @at on. */
static struct pack pack(const struct wf_waypoints *waypoints, unsigned int at)
{
	struct pack p = {0};

	for (; at < waypoints->n; at++, p.n_waypoints++) {
		const struct wf_waypoint *w = &waypoints->items[at];

		if (w->node.has_end_sid || p.n + (w->sid ? 2 : 1) > WF_CSID_PER_CONTAINER)
			break;
		p.csids[p.n++] = w->node.id;
		if (w->sid)
			p.csids[p.n++] = WF_FN_ENDPOINT | w->sid;
	}
	return p;
}

/* The segment that the waypoints from @at on begin with; returns how many of them are in it. */
static unsigned int make_segment(const struct wf_waypoints *waypoints, unsigned int at,
				 enum wf_encoding encoding, uint32_t block, uint8_t sid[16])
{
	const struct wf_waypoint *w = &waypoints->items[at];
	struct pack p;

	if (w->node.has_end_sid) {
		memcpy(sid, w->node.end_sid.bytes, 16);
		return 1;
	}
	if (encoding == WF_ENCODING_SRH) {
		wf_sid_make(sid, block, w->node.id, w->sid ? WF_FN_ENDPOINT | w->sid : WF_FN_END,
			    0);
		return 1;
	}
	p = pack(waypoints, at);
	wf_csid_pack(sid, block, p.csids, p.n);
	return p.n_waypoints;
}

void wf_segments_make(const struct wf_waypoints *waypoints, enum wf_encoding encoding,
		      uint32_t block, uint16_t dest, struct wf_segments *ret)
{
	unsigned int at = 0;

	memset(ret, 0, sizeof(*ret));
	while (at < waypoints->n)
		at += make_segment(waypoints, at, encoding, block, ret->sids[ret->n++]);
	wf_sid_make(ret->sids[ret->n++], block, dest, WF_FN_DT46, 0);
}

struct wf_rest wf_segments_rest(const struct wf_waypoints *waypoints, enum wf_encoding encoding,
				const struct wf_segments *segments, unsigned int at)
{
	struct wf_rest rest = {.left = segments->n - 1};
	unsigned int first = 0, n;
	uint8_t sid[16];

	while (first + (n = make_segment(waypoints, first, encoding, 0, sid)) <= at) {
		first += n;
		rest.left--;
	}
	if (first + n == at + 1) { /* the last in its segment */
		rest.left--;
		memcpy(rest.dst, segments->sids[segments->n - 1 - rest.left], 16);
		return rest;
	}
	memcpy(rest.dst, segments->sids[segments->n - 1 - rest.left], 16);
	for (; first <= at; first++) {
		wf_csid_shift(rest.dst);
		if (waypoints->items[first].sid)
			wf_csid_shift(rest.dst);
	}
	return rest;
}

static bool sees_headers(const struct wf_model *m, const char *tenant, const struct wf_path *path)
{
	for (unsigned int i = 0; i < path->n_via; i++) {
		const struct wf_object *o = path->is_function[i]
						    ? wf_model_find(m, WF_KIND_FUNCTION, tenant,
								    path->via[i])
						    : NULL;

		if (o && o->function.mode == WF_MODE_MASQUERADE)
			return true;
	}
	return false;
}

enum wf_encoding wf_encoding_of(const struct wf_model *m, const struct wf_object *tenant,
				const struct wf_policy *policy)
{
	for (unsigned int i = 0; i < policy->n_paths; i++)
		if (sees_headers(m, tenant->name, &policy->paths[i]))
			return WF_ENCODING_SRH;
	if (policy->encoding != WF_ENCODING_UNSET)
		return policy->encoding;
	return tenant->self.encoding != WF_ENCODING_UNSET ? tenant->self.encoding
							  : WF_ENCODING_CSID;
}
