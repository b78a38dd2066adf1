/* SPDX-License-Identifier: Apache-2.0 */
/* Inside agent/explain*.c: what is asked on the way to an explanation. */
#pragma once

#include "agent/path.h"
#include "agent/state.h"
#include "dp/world.h"
#include "dp/apply.h"

/* The image as the data path's tables; nothing is remembered. */
struct wf_world wf_explaining_world(const struct wf_agent *a);

/* Of @tenant, which exists: by its name or address. @addr gets the address if @text is one, and
 * @ret_addr points to it then; else that is NULL. -ENOENT. */
int wf_explaining_endpoint(const struct wf_agent *a, const char *tenant, const char *text,
			   const struct wf_object **ret, const struct wf_addr **ret_addr,
			   struct wf_addr *addr, struct wf_err *err);
/* -ENOENT. */
int wf_explaining_tenant(const struct wf_agent *a, const char *name, const struct wf_object **ret,
			 struct wf_err *err);
/* The endpoint's entry. -EEXIST: it is not attached here; -EIO. */
int wf_explaining_port(const struct wf_agent *a, const struct wf_object *endpoint,
		       const struct wf_port **ret, struct wf_err *err);
/* NULL: it has none of that family. */
const struct wf_addr *wf_explaining_first(const struct wf_endpoint *e, bool is_v4);

/* NULL: unknown. */
const struct wf_object *wf_explaining_node(const struct wf_agent *a, uint16_t id);
/* The endpoint that a SID enters there. NULL: unknown. */
const struct wf_object *wf_explaining_entered(const struct wf_agent *a, uint16_t node,
					      uint16_t sid);

/* Fills what follows from the way of a packet that leg->others were offered to: all alternatives of
 * the choice, and lanes, not only the one that a flow gets. */
void wf_explaining_way(const struct wf_agent *a, const struct wf_way *way, uint32_t others,
		       struct wf_explanation *x);
