/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which slot of a service's table a flow has: the slots are equal parts of all flows, in order. */
#pragma once

#include "dp/table.h"
#include "wire/bytes.h"

/*
 * @hash: of the flow (wf_flow_hash()), or of the client alone. Not the remainder but the hash
 * scaled, so that a table of another size has the same flows at the same place: while a service
 * grows, a slot's former owners are found (compile/shares.h). The low half: paths are chosen by the
 * high one.
 */
WF_INLINE __u16 wf_share_slot(__u64 hash, __u16 n_slots)
{
	return (__u16)((hash & 0xffffffff) * n_slots >> 32);
}
