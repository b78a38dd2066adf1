/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes: endpoints of a tenant that no rule can tell apart.
 *
 * Policies select by labels, which the identity stands for, and by prefix. So the class of an
 * endpoint is its identity, unless it lies inside a prefix that a policy selects: then it is a hash
 * of what it is (identity and those prefixes) with the top bit set, so that it stays the same
 * whatever else changes. Equal hashes go to the next free numbers, in the order of what they mean.
 */
#pragma once

#include "compile/here.h"
#include "compile/nodes.h"

#define WF_CLASS_HASHED 0x80000000u /* the bit that no identity has */

/* An attached endpoint. */
struct wf_member {
	const struct wf_object *object;
	const struct wf_here_port *port; /* NULL: not (yet) an interface of this node */
	char *more;			 /* owned; beyond identity, NULL: nothing */
	uint32_t class;
	uint16_t node; /* id */
};

struct wf_class {
	uint32_t id;
	bool is_local; /* a port of this node has it */
	size_t first, n_members;
	size_t first_node, n_nodes; /* where its endpoints are */
};

struct wf_classes {
	struct wf_member *members; /* owned, a class after another */
	size_t n_members;
	struct wf_class *items; /* owned */
	size_t n;
	uint16_t *nodes; /* owned; ids */
};

/* The attached endpoints of a tenant, but those on nodes without an id. 0 or -ENOMEM. */
int wf_classes_of(const struct wf_model *m, const char *tenant, const struct wf_nodes *nodes,
		  const struct wf_here *here, struct wf_classes *ret);
void wf_classes_done(struct wf_classes *c);

/* Does the selector hold for the endpoints of this class? */
bool wf_class_matches(const struct wf_classes *c, const struct wf_class *class,
		      const struct wf_selector *s);
