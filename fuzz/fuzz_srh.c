// SPDX-License-Identifier: Apache-2.0
/* The SRH check on arbitrary bytes: what it lets pass can be used without another look at lengths.
 */
#include "fuzz/target.h"

#include "wire/ipv6.h"
#include "wire/sid.h"
#include "wire/srh.h"

static void check(const uint8_t *data, size_t size, uint32_t off)
{
	const uint8_t *end = data + size;
	const struct wf_srh *srh;
	struct wf_tlv tlv = {0};
	uint64_t sum = 0;

	if (wf_srh_check(data, end, off) != WF_SRH_OK)
		return;
	srh = (const void *)(data + off);
	MUST(off + wf_srh_len(srh) <= size);
	MUST(srh->segments_left <= srh->last_entry + 1);
	for (uint32_t i = 0; i <= srh->last_entry; i++) {
		const uint8_t *segment = wf_srh_segment(data, end, off, i);

		MUST(segment && segment + 16 <= data + off + wf_srh_len(srh));
		sum += wf_sid_head(segment) + wf_sid_arg(segment);
	}
	tlv.off = wf_srh_tlv_off(srh, off);
	while (wf_tlv_read(data, end, tlv.off + tlv.len, off + wf_srh_len(srh), &tlv) ==
	       WF_TLV_FOUND)
		sum += data[tlv.off + tlv.len - 1];
	MUST(tlv.off + tlv.len == off + wf_srh_len(srh));
	__asm__ volatile("" : : "r"(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 14 + WF_IPV6_LEN)
		return 0;
	check(data, size, 0);
	check(data, size, 14 + WF_IPV6_LEN);
	return 0;
}
