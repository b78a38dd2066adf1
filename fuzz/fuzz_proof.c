// SPDX-License-Identifier: Apache-2.0
/*
 * Arbitrary frames of the underlay to a node that knows every key and lists every path: TLVs, walk,
 * signature. A frame with an HMAC TLV is looked at once more with the right signature in it; and
 * each frame as if a container had sent it.
 */
#include "fuzz/target.h"

#include <string.h>

#include "dp/world.h"
#include "dp/native.h"
#include "dp/transit.h"
#include "dp/verify.h"

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static const struct wf_key_entry key = {.inner = {1, 2, 3}, .outer = {4, 5, 6}};
static const struct wf_listed list = {.n = 3, .nodes = {1, 2, 1}};
static const struct wf_transit_entry mark = {.k = {7, 8}};
static const struct wf_sid_entry sids[] = {{.behavior = WF_BEHAVIOR_UN},
					   {.behavior = WF_BEHAVIOR_END},
					   {.behavior = WF_BEHAVIOR_DT46}};

static const void *find(const void *tables, enum wf_table table, const void *name)
{
	(void)tables;
	switch (table) {
	case WF_TABLE_KEY:
		return &key;
	case WF_TABLE_LISTED:
		return &list;
	case WF_TABLE_TRANSIT:
		return &mark;
	case WF_TABLE_SID:
		return &sids[*(const __u64 *)name % 3];
	default:
		return NULL;
	}
}

static struct wf_world world = {.config = &config, .find = find};

static void check_transit(const uint8_t *data, size_t size, const struct wf_proof *proof)
{
	const struct wf_transit_tlv *tlv = (const void *)(data + proof->transit_off);
	__u64 want = 0;

	MUST((size_t)proof->transit_off + WF_TRANSIT_LEN <= size && wf_transit_is(tlv));
	MUST(wf_transit_expect(&world, &list, wf_ntohl(tlv->key), wf_load_be64(&tlv->nonce), 9,
			       &want));
}

/* The drop of a frame that ends here, or COUNT: it is not looked at. */
static enum wf_drop check(const uint8_t *data, size_t size, struct wf_tlvs *ret_tlvs)
{
	const uint8_t *end = data + size;
	struct wf_hmac_job job;
	struct wf_proof proof;
	struct wf_outer o;
	enum wf_drop drop;

	if (wf_outer_parse(data, end, &o) != WF_DROP_NONE)
		return WF_DROP_COUNT;
	if (wf_tlvs_find(data, end, &o, ret_tlvs) !=
	    wf_tlv_is_sane(data, end, o.upper_off - 8u * o.tlv_words, o.upper_off))
		abort();
	if (wf_srh_check(data, end, WF_OUTER_OFF + WF_IPV6_LEN) != WF_SRH_OK || !o.srh_off)
		return WF_DROP_COUNT;
	wf_segment_walk(&world, data, end, &o, &drop);
	wf_proof_begin(data, end, &o, ret_tlvs, 1, &proof);
	if (proof.transit_off)
		check_transit(data, size, &proof);
	if (!ret_tlvs->hmac)
		return WF_DROP_COUNT;
	drop = wf_proof_verify(&world, data, end, &o, ret_tlvs, &job, &proof);
	MUST(drop == WF_DROP_NONE || drop == WF_DROP_HMAC);
	MUST((drop == WF_DROP_NONE) == !!(proof.has & WF_NEED_HMAC));
	MUST(!(proof.has & WF_NEED_PATH));
	if (drop)
		return drop;
	wf_proof_list(&world, data, end, &o, &job, &proof);
	MUST(proof.has & WF_NEED_PATH);
	MUST(proof.list == wf_listed_hash(data + o.srh_off + WF_SRH_LEN, o.last_entry + 1u));
	return drop;
}

/* The right signature, by the functions for user space; the destination on the list. */
static void check_signed(uint8_t *data, size_t size, struct wf_tlvs *tlvs)
{
	struct wf_ipv6 *ip = (void *)(data + WF_OUTER_OFF);
	struct wf_srh *srh = (void *)(ip + 1);
	struct wf_hmac_tlv *tlv = (void *)(data + tlvs->hmac);
	uint8_t text[WF_HMAC_TEXT_MAX];
	uint32_t len;

	if (tlvs->hmac_len != WF_HMAC_LEN)
		return;
	if (srh->segments_left <= srh->last_entry)
		wf_copy16(ip->dst, data + wf_srh_segment_off(WF_OUTER_OFF + WF_IPV6_LEN,
							     srh->segments_left));
	else
		tlv->d_reserved |= WF_BE16(WF_HMAC_D);
	len = wf_srh_hmac_text(text, ip->src, srh, tlv, 0);
	if (len)
		wf_hmac_sign(key.inner, key.outer, text, len, tlv->hmac);
	MUST(check(data, size, tlvs) == (len ? WF_DROP_NONE : WF_DROP_HMAC));
}

static void check_native(const uint8_t *data, size_t size)
{
	const struct wf_ipv6 *ip = (const void *)(data + WF_OUTER_OFF);
	struct wf_port port = {.tenant = 1, .is_sr_aware = 1, .n_addrs = 1};
	const uint8_t *final = data + wf_srh_segment_off(WF_OUTER_OFF + WF_IPV6_LEN, 0);
	struct wf_outer o;

	wf_copy16(port.addrs[0], ip->src);
	if (wf_native_check(&world, &port, data, data + size, &o) != WF_DROP_NONE)
		return;
	MUST(o.srh_off && o.upper_off <= size);
	MUST((__u16)wf_sid_head(final) == WF_FN_DT46);
	MUST(wf_sid_arg_unpack(wf_sid_arg(final)).tenant == port.tenant);
	MUST(wf_load_be32(o.dst) == config.block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wf_tlvs tlvs = {0};
	uint8_t *copy;

	if (size < WF_OUTER_OFF + WF_IPV6_LEN)
		return 0;
	check_native(data, size);
	if (check(data, size, &tlvs) == WF_DROP_COUNT)
		return 0;
	copy = malloc(size);
	MUST(copy);
	memcpy(copy, data, size);
	check_signed(copy, size, &tlvs);
	free(copy);
	return 0;
}
