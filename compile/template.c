// SPDX-License-Identifier: Apache-2.0
#include "compile/template.h"

#include <stddef.h>
#include <string.h>

#include "wire/ipv6.h"
#include "wire/srh.h"

#define ARGUMENT_OFFSET 8 /* within a SID */

void wf_template_make(const uint8_t source[16], const struct wf_segments *segments,
		      struct wf_template *ret)
{
	struct wf_ipv6 *ip = (struct wf_ipv6 *)ret->header;
	struct wf_srh *srh = (struct wf_srh *)(ip + 1);
	unsigned int n_listed = segments->n - 1;

	memset(ret, 0, sizeof(*ret));
	ret->len = (uint16_t)wf_template_bytes(segments->n);
	ip->vtf = wf_ipv6_vtf(0, 0);
	ip->hop_limit = WF_TEMPLATE_HOP_LIMIT;
	memcpy(ip->src, source, 16);
	memcpy(ip->dst, segments->sids[0], 16);
	if (!n_listed) {
		ret->arg_offset = offsetof(struct wf_ipv6, dst) + ARGUMENT_OFFSET;
		ret->next_header_offset = offsetof(struct wf_ipv6, next_header);
		return;
	}
	ret->arg_offset = WF_IPV6_LEN + WF_SRH_LEN + ARGUMENT_OFFSET;
	ret->next_header_offset = WF_IPV6_LEN + offsetof(struct wf_srh, next_header);
	ip->next_header = WF_PROTO_ROUTING;
	srh->hdr_ext_len = (uint8_t)(2 * n_listed);
	srh->routing_type = WF_SRH_TYPE;
	srh->segments_left = (uint8_t)n_listed;
	srh->last_entry = (uint8_t)(n_listed - 1);
	for (unsigned int i = 0; i < n_listed; i++)
		memcpy(ret->header + wf_srh_segment_off(WF_IPV6_LEN, i),
		       segments->sids[segments->n - 1 - i], 16);
}
