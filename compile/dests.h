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
