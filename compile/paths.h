/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PATH, LANES and CHOICE entries, and the counters of the paths: the direct path to every node, and
 * for every direction of a policy its alternatives to every node where it can end; of one that
 * leads through functions, each lane. Signed paths are made for each identity that sends from here,
 * because it is part of what is signed.
 *
 * To a node with backends of services every way has more paths: to each of them, and to each list
 * of candidates that ends there.
 *
 * An alternative with a waypoint that has no SID yet, or with a function without an instance that
 * is up (unless that is passed by), has no path and no share of the flows. When that is all of
 * them, there is no choice, and the data path drops (no-path) rather than take another way. So it
 * does when headers are to be signed and there is no key that signs.
 */
#pragma once

#include "compile/image.h"
#include "compile/realm.h"
#include "compile/signer.h"
#include "compile/targets.h"
#include "compile/view.h"

struct wf_paths {
	const struct wf_view *view;
	struct wf_image *img;
	bool can_sign;
	struct wf_signer signer;
	const struct wf_targets *targets; /* backends at the ends of ways */
};

/* All are borrowed. */
struct wf_paths wf_paths_of(const struct wf_view *v, struct wf_image *img,
			    const struct wf_targets *targets);

/* Identities that endpoints of this node send with, each once; borrowed. */
struct wf_senders {
	const uint32_t *items;
	size_t n;
};

/* 0, -ENOMEM, -E2BIG. */
int wf_paths_add_direct(const struct wf_paths *p);
/* Without senders, and with a function here that speaks for others: only what that chooses by. */
int wf_paths_add_direction(const struct wf_paths *p, const struct wf_realm *realm,
			   const struct wf_direction *d);
/* A path and its counter. */
int wf_paths_put(const struct wf_paths *p, const struct wf_path_key *key,
		 const struct wf_template *template);
/* To @node, or (@node this one) to its backends alone, of a tenant that has direct paths of its own
 * (wf_tenant_has_direct()). */
int wf_paths_add_own_direct(const struct wf_paths *p, const struct wf_tenant *tenant, uint16_t node,
			    const struct wf_senders *senders);
