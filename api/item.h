/* SPDX-License-Identifier: Apache-2.0 */
/* Private to api/: objects and what Weft knows of them, as JSON. All return NULL without memory. */
#pragma once

#include "agent/path.h"
#include "api/call.h"

/* The objects of a kind that the query (tenant=, name=) asks for, each made by @make. Answers. */
void wf_items_answer(struct wf_call *c, enum wf_kind kind,
		     json_t *(*make)(void *arg, const struct wf_object *o), void *arg);

/* {"packets", "bytes"} */
json_t *wf_item_counter(struct wf_counter n);
/* Adds "packets" and "bytes" to @item. */
void wf_item_add_counter(json_t *item, struct wf_counter n);

/* @stats NULL: not local, or not known. */
json_t *wf_item_endpoint(const struct wf_agent *a, const struct wf_stats *stats,
			 const struct wf_object *o);
json_t *wf_item_path(const struct wf_path_info *p, const struct wf_stats *stats);

/* Appends the names of the nodes of a segment; their ids if nobody has them. */
void wf_item_add_nodes(json_t *list, const struct wf_path_segment *s);

/* What reached a SID: of End.DT46 that is what policies let in. */
struct wf_counter wf_item_sid_counter(const struct wf_stats *stats, uint64_t head,
				      uint32_t behavior);

/* The key that an endpoint's counters have; false: it has none. */
bool wf_item_endpoint_key(const struct wf_agent *a, const struct wf_object *o,
			  struct wf_dest_key *ret);

/* The counters, or an answer and NULL. */
struct wf_stats *wf_call_stats(struct wf_call *c);
