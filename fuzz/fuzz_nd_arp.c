// SPDX-License-Identifier: Apache-2.0
/* ARP and neighbor solicitations from a container: parsed, answered where they lie, the answers
 * valid. */
#include "fuzz/target.h"

#include <string.h>

#include "wire/arp.h"
#include "wire/nd.h"

#define L3 14

static const uint8_t mac[6] = {0x02, 0x57, 0x45, 0x46, 0x54, 0x01};

static void check_arp(uint8_t *frame, size_t size)
{
	struct wf_arp_request request;

	if (wf_arp_parse(frame, frame + size, L3, &request) != WF_ARP_OK)
		return;
	MUST(wf_arp_reply(frame, frame + size, L3, mac));
	MUST(memcmp(frame + L3 + 14, &request.target, 4) == 0);
	MUST(memcmp(frame + L3 + 24, &request.sender, 4) == 0);
	MUST(wf_arp_parse(frame, frame + size, L3, &request) == WF_ARP_NOT_REQUEST);
}

static void check_nd(uint8_t *frame, size_t size)
{
	const struct wf_ipv6 *ip = (const void *)(frame + L3);
	struct wf_nd_solicit solicit;
	uint64_t sum;

	if (wf_nd_parse(frame, frame + size, L3, &solicit) != WF_ND_OK)
		return;
	MUST(!wf_ipv6_is_multicast(solicit.target));
	if (!wf_nd_advertise(frame, frame + size, L3, mac, 1))
		return;
	sum = wf_csum_pseudo_v6(ip->src, ip->dst, WF_PROTO_ICMPV6, WF_ND_LEN + 8);
	MUST(wf_csum_finish(wf_csum_add_bytes(sum, ip + 1, WF_ND_LEN + 8)) == 0);
	MUST(memcmp(ip->src, solicit.target, 16) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *frame;

	if (size < L3)
		return 0;
	frame = malloc(size);
	MUST(frame);
	memcpy(frame, data, size);
	check_arp(frame, size);
	memcpy(frame, data, size);
	check_nd(frame, size);
	free(frame);
	return 0;
}
