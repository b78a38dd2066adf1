/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gateway that every container sees, by its address. */
#pragma once

#include "dp/config.h"
#include "wire/bytes.h"
#include "wire/ipv6.h"

WF_INLINE _Bool wf_is_gateway(const __u8 a[16])
{
	if (wf_ipv6_is_v4mapped(a))
		return wf_load_be32(a + 12) == WF_GATEWAY_V4;
	return wf_load_be64(a) == WF_GATEWAY_V6_HIGH && wf_load_be64(a + 8) == WF_GATEWAY_V6_LOW;
}
