/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A topology as a drawing of characters, from left to right by distance from the first node, or
 * from the first host outside:
 *
 *	               ┌─ C
 *	       ┌─ 2 ───┴────┐
 *	A ─ 1 ─┤            ├─ 5 ─ B
 *	       └─ 3 ──── 4 ─┘
 */
#pragma once

#include "lab/topology.h"

#define WF_DRAW_WIDTH_MAX 160 /* columns; wider ones are left undrawn, and their links listed */

/*
 * Routers stand in parentheses, hosts outside in brackets. -E2BIG: too wide, or no layout in which
 * no two links can be taken for each other.
 */
int wf_lab_draw(const struct wf_lab *lab, bool is_ascii, struct wf_buf *out);
