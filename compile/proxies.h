/* SPDX-License-Identifier: Apache-2.0 */
/* SID entries, with their counters, of the instances of functions that are on this node: how
 * packets are put in. One for each arm, because mirrored ways enter by the other one. */
#pragma once

#include "compile/image.h"
#include "compile/realm.h"

/* Frames that pass through a function as on a wire are addressed to this: nobody has it. */
#define WF_BRIDGED_MAC                             \
	{                                          \
		0x02, 0x57, 0x65, 0x66, 0x74, 0x01 \
	}

/* 0, -ENOMEM, -E2BIG. */
int wf_proxies_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm);
