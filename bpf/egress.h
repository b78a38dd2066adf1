/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Out of a tenant and into it (dp/egress.h). Functions of their own, which the verifier looks at
 * once. */
#pragma once

#include "bpf/case.h"
#include "dp/egress.h"

__noinline int egress_pick(struct wf_case *c, __u32 tenant, __u32 sid)
{
	return c ? wf_egress_pick(WF_WORLD, c, tenant, (__u16)sid) : WF_DROP_NO_ENDPOINT;
}

__noinline int egress_enter(struct wf_case *c, __u32 tenant)
{
	return c ? wf_egress_enter(WF_WORLD, c, tenant) : WF_DROP_SOURCE_ADDRESS;
}

__noinline int egress_pass(struct wf_case *c, const struct wf_sid_entry *sid)
{
	return c && sid ? wf_egress_pass(WF_WORLD, c, sid) : WF_DROP_NOT_HERE;
}
