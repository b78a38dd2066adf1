/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From waypoints to segments.
 *
 *   via [1, 4], csid:  block:1:4::            block:D:e046::     one container, then End.DT46
 *   via [1, 4], srh:   block:1:e001::  block:4:e001::  block:D:e046::
 *
 * A run of waypoints that know C-SIDs becomes NEXT-C-SID containers (RFC 9800 section 4.1), the
 * full ones first. A router that does not run Weft is a full segment, its own End SID, and ends the
 * run.
 */
#pragma once

#include "compile/nodes.h"
#include "dp/table.h"

/* Nodes to pass, in order. */
struct wf_waypoints {
	struct wf_node nodes[WF_VIA_SID_MAX];
	unsigned int n;
};

struct wf_segments {
	uint8_t sids[WF_VIA_SID_MAX + 1][16]; /* in the order of travel; the last is End.DT46 */
	unsigned int n;			      /* 1: a direct path */
};

/*
 * The waypoints of @path, or of its mirror. Leading ones that are @self, where the packet is
 * already, are left out (@self may be NULL: keep them). -ENOENT: a waypoint has no SID (yet).
 */
int wf_waypoints_find(const struct wf_nodes *nodes, const struct wf_path *path, bool is_reverse,
		      const char *self, struct wf_waypoints *ret);

/* The segments to End.DT46 of node @dest, its argument 0. Encoding UNSET is CSID. */
void wf_segments_make(const struct wf_waypoints *waypoints, enum wf_encoding encoding,
		      uint32_t block, uint16_t dest, struct wf_segments *ret);

/* The policy's encoding, else the tenant's, else csid. */
enum wf_encoding wf_encoding_of(const struct wf_tenant *tenant, const struct wf_policy *policy);
