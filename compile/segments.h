/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From waypoints to segments.
 *
 *   via [1, 4], csid:  block:1:4::            block:D:e046::     one container, then End.DT46
 *   via [1, 4], srh:   block:1:e001::  block:4:e001::  block:D:e046::
 *   via [fw, 4], csid: block:2:f007:4::       block:D:e046::     fw's endpoint 7 on node 2
 *
 * A run of waypoints that know C-SIDs becomes NEXT-C-SID containers (RFC 9800 section 4.1), the
 * full ones first; an instance of a function is two C-SIDs, its node and its endpoint, which stay
 * together. A router that does not run Weft is a full segment, its own End SID, and ends the run.
 */
#pragma once

#include "compile/lanes.h"
#include "compile/nodes.h"
#include "dp/table.h"

struct wf_waypoint {
	struct wf_node node;
	uint16_t sid; /* of the node's endpoint that is entered; 0: the node itself */
};

/* What to pass, in order. */
struct wf_waypoints {
	struct wf_waypoint items[WF_VIA_SID_MAX];
	unsigned int n;
};

/* Which way a path is gone. */
struct wf_course {
	const struct wf_path *path;
	const struct wf_lane *lane; /* NULL: the path has no functions */
	bool is_reverse;
	const char *self; /* the node it begins at; NULL: any */
};

struct wf_segments {
	uint8_t sids[WF_VIA_SID_MAX + 1][16]; /* in the order of travel; the last is End.DT46 */
	unsigned int n;			      /* 1: a direct path */
};

/*
 * The waypoints of @course's path, or of its mirror. Leading nodes that are its self, where the
 * packet is already, are left out; a function there is visited all the same. -ENOENT: a waypoint
 * has no SID (yet).
 */
int wf_waypoints_find(const struct wf_nodes *nodes, const struct wf_course *course,
		      struct wf_waypoints *ret);

/* As many as @path can have, some of which stand for whatever instances: for their length. */
int wf_waypoints_measure(const struct wf_nodes *nodes, const struct wf_path *path,
			 struct wf_waypoints *ret);

/* The segments to End.DT46 of node @dest, its argument 0. Encoding UNSET is CSID. */
void wf_segments_make(const struct wf_waypoints *waypoints, enum wf_encoding encoding,
		      uint32_t block, uint16_t dest, struct wf_segments *ret);

/* Where a packet goes on that has come to the waypoint @at: the segment that is its destination
 * then, as it stands there, and how many are left behind it. */
struct wf_rest {
	uint8_t dst[16];
	unsigned int left;
};

struct wf_rest wf_segments_rest(const struct wf_waypoints *waypoints, enum wf_encoding encoding,
				const struct wf_segments *segments, unsigned int at);

/* The policy's encoding, else the tenant's, else csid. A function that sees the headers must find
 * in the list where to send the packet on: then it is srh. */
enum wf_encoding wf_encoding_of(const struct wf_model *m, const struct wf_object *tenant,
				const struct wf_policy *policy);
