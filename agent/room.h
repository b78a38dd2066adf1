/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of policies are exchanged as a whole: until the last packet that was sent by the old one has
 * arrived, the new one stands beside it. So a wish may fill half of the tables that hold them.
 */
#pragma once

#include "agent/state.h"

/* -E2BIG: the wish needs more, and the limit. */
int wf_room_check(const struct wf_image *wish, struct wf_err *err);

/*
 * Of @changes of the installed image, which do not fit, does those that take away what no packet is
 * judged by any more: sets that are left of exchanges in quick succession.
 */
int wf_room_make(struct wf_agent *a, const struct wf_table_change *changes, size_t n,
		 struct wf_err *err);
