/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which address: the DEST entries of a realm, and the PORT entries and counters of those of
 * its endpoints that are here.
 *
 * A tenant that lets others in is an extranet. Who takes part in it on this node knows both ways:
 * in the tenant the guests (for their replies), in a guest's tenant the endpoints that the policies
 * let it reach.
 */
#pragma once

#include "compile/image.h"
#include "compile/realm.h"

/* 0, -ENOMEM; -E2BIG: the image's table is over its limit. */
int wf_dests_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm);

/* While its labels change, an endpoint sends with the identity that all know. */
uint32_t wf_endpoint_identity(const struct wf_endpoint *e);
/* ... and is sent to as that: who sends to the other one must send by a set that knows it. 0: none.
 */
uint32_t wf_endpoint_other_identity(const struct wf_endpoint *e);
