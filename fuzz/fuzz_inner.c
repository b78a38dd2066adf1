// SPDX-License-Identifier: Apache-2.0
/* The flow parser on arbitrary frames: its two halves agree, and what it says lies within the
 * frame. */
#include "fuzz/target.h"

#include <string.h>

#include "wire/flow.h"
#include "wire/icmp.h"

#define L3 14

static void check(const uint8_t *data, size_t size, uint16_t proto)
{
	struct wf_inner fast, slow, both;
	const uint8_t *end = data + size;
	enum wf_flow_fault fault = wf_flow_parse_fast(data, end, L3, proto, &fast);
	enum wf_flow_fault slow_fault = wf_flow_parse_slow(data, end, L3, proto, &slow);

	MUST(wf_flow_parse(data, end, L3, proto, &both) == slow_fault);
	MUST(fault == WF_FLOW_SLOW || fault == slow_fault);
	if (slow_fault != WF_FLOW_OK)
		return;
	MUST(memcmp(&slow, &both, sizeof(slow)) == 0);
	MUST(fault == WF_FLOW_SLOW || memcmp(&slow, &fast, sizeof(slow)) == 0);
	MUST(slow.l4_off <= size && slow.l4_off - slow.l3_off <= (int)slow.ip_len);
	MUST(!(slow.flags & WF_INNER_LATER_FRAGMENT) || slow.flags & WF_INNER_FRAGMENT);
	MUST(!(slow.flags & WF_INNER_FRAGMENT) || (slow.flow.sport | slow.flow.dport) == 0);
	MUST(wf_flow_label(wf_flow_hash(&slow.flow)) - 1 < 0xfffff);
	if (wf_icmp_may_answer(data, end, &slow))
		MUST(!(slow.flags & WF_INNER_LATER_FRAGMENT));
	if (wf_icmp_is_echo(data, end, &slow))
		MUST(slow.l4_off + WF_ICMP_LEN <= (int)size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < L3)
		return 0;
	check(data, size, WF_ETH_P_IPV4);
	check(data, size, WF_ETH_P_IPV6);
	check(data, size, wf_load_be16(data + 12));
	return 0;
}
