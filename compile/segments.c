// SPDX-License-Identifier: Apache-2.0
#include "compile/segments.h"

#include <string.h>

#include "wire/csid.h"
#include "wire/sid.h"

_Static_assert(WF_VIA_MAX == WF_VIA_SID_MAX, "a wish may have as many waypoints as a template");

int wf_waypoints_find(const struct wf_nodes *nodes, const struct wf_path *path, bool is_reverse,
		      const char *self, struct wf_waypoints *ret)
{
	struct wf_waypoints found = {0};

	for (unsigned int i = 0; i < path->n_via; i++) {
		unsigned int at = is_reverse ? path->n_via - 1 - i : i;
		const char *name = path->via[at];
		const struct wf_node *node;

		if (path->is_function[at])
			return -ENOENT;
		if (self && !found.n && strcmp(name, self) == 0)
			continue;
		node = wf_nodes_find(nodes, name);
		if (!node || (!node->id && !node->has_end_sid))
			return -ENOENT;
		found.nodes[found.n++] = *node;
	}
	*ret = found;
	return 0;
}

/* Packs up to a container full of the waypoints from @at on; returns how many. */
static unsigned int pack(const struct wf_waypoints *waypoints, unsigned int at, uint32_t block,
			 uint8_t sid[16])
{
	uint16_t csids[WF_CSID_PER_CONTAINER];
	unsigned int n = 0;

	while (n < WF_CSID_PER_CONTAINER && at + n < waypoints->n &&
	       !waypoints->nodes[at + n].has_end_sid) {
		csids[n] = waypoints->nodes[at + n].id;
		n++;
	}
	wf_csid_pack(sid, block, csids, n);
	return n;
}

void wf_segments_make(const struct wf_waypoints *waypoints, enum wf_encoding encoding,
		      uint32_t block, uint16_t dest, struct wf_segments *ret)
{
	unsigned int at = 0;

	memset(ret, 0, sizeof(*ret));
	while (at < waypoints->n) {
		const struct wf_node *node = &waypoints->nodes[at];
		uint8_t *sid = ret->sids[ret->n++];

		if (node->has_end_sid) {
			memcpy(sid, node->end_sid.bytes, 16);
			at++;
		} else if (encoding == WF_ENCODING_SRH) {
			wf_sid_make(sid, block, node->id, WF_FN_END, 0);
			at++;
		} else {
			at += pack(waypoints, at, block, sid);
		}
	}
	wf_sid_make(ret->sids[ret->n++], block, dest, WF_FN_DT46, 0);
}

enum wf_encoding wf_encoding_of(const struct wf_tenant *tenant, const struct wf_policy *policy)
{
	if (policy->encoding != WF_ENCODING_UNSET)
		return policy->encoding;
	return tenant->encoding != WF_ENCODING_UNSET ? tenant->encoding : WF_ENCODING_CSID;
}
