// SPDX-License-Identifier: Apache-2.0
#include "compile/template.h"

#include <stddef.h>
#include <string.h>

#include "compile/needs.h"
#include "wire/hmac.h"
#include "wire/ipv6.h"
#include "wire/opaque.h"
#include "wire/sid.h"
#include "wire/transit.h"

_Static_assert(WF_IPV6_LEN + WF_SRH_LEN + 16 * WF_HMAC_SEGMENTS_MAX + WF_HMAC_LEN + WF_OPAQUE_LEN +
			       WF_TRANSIT_LEN ==
		       WF_TEMPLATE_MAX,
	       "the longest header");
_Static_assert(WF_HMAC_LEN % 8 == 0 && WF_OPAQUE_LEN % 8 == 0 && WF_TRANSIT_LEN % 8 == 0,
	       "an SRH is a multiple of 8 bytes without padding");

#define ARGUMENT_OFFSET 8 /* within a SID */
#define SRH_OFFSET	WF_IPV6_LEN

struct wf_extras wf_extras_of(const struct wf_tenant *tenant, const struct wf_policy *policy,
			      const struct wf_signer *signer)
{
	uint8_t needs = wf_needs_of(tenant, policy);
	struct wf_extras extras = {
		.signer = needs & WF_NEED_HMAC ? signer : NULL,
		.has_opaque = tenant->metadata == WF_METADATA_TLV,
	};

	if (needs & WF_NEED_TRANSIT && policy)
		extras.transit_every = policy->transit_every ? policy->transit_every : 1;
	return extras;
}

static unsigned int tlv_bytes(const struct wf_extras *extras)
{
	return (extras->signer ? WF_HMAC_LEN : 0) + (extras->has_opaque ? WF_OPAQUE_LEN : 0) +
	       (extras->transit_every ? WF_TRANSIT_LEN : 0);
}

/* Segments in the SRH; 0: no SRH. */
static unsigned int n_listed(unsigned int n_segments, const struct wf_extras *extras)
{
	if (extras->signer || extras->is_full || (n_segments == 1 && tlv_bytes(extras)))
		return n_segments;
	return n_segments - 1;
}

unsigned int wf_template_bytes(unsigned int n_segments, const struct wf_extras *extras)
{
	unsigned int n = n_listed(n_segments, extras);

	return WF_IPV6_LEN + (n ? WF_SRH_LEN + 16 * n + tlv_bytes(extras) : 0);
}

static void fill_ipv6(const uint8_t source[16], const uint8_t dst[16], struct wf_ipv6 *ip)
{
	ip->vtf = wf_ipv6_vtf(0, 0);
	ip->hop_limit = WF_TEMPLATE_HOP_LIMIT;
	memcpy(ip->src, source, 16);
	memcpy(ip->dst, dst, 16);
}

static void fill_srh(const struct wf_segments *segments, unsigned int n, struct wf_template *ret)
{
	struct wf_srh *srh = (struct wf_srh *)(ret->header + SRH_OFFSET);

	srh->hdr_ext_len = (uint8_t)((ret->len - SRH_OFFSET) / 8 - 1);
	srh->routing_type = WF_SRH_TYPE;
	srh->segments_left = (uint8_t)(segments->n - 1);
	srh->last_entry = (uint8_t)(n - 1);
	for (unsigned int i = 0; i < n; i++)
		memcpy(ret->header + wf_srh_segment_off(SRH_OFFSET, i),
		       segments->sids[segments->n - 1 - i], 16);
}

/* The order is fixed; what varies from packet to packet comes last. */
static void fill_tlvs(unsigned int at, const struct wf_extras *extras, struct wf_template *ret)
{
	if (extras->signer) {
		wf_hmac_fill((struct wf_hmac_tlv *)(ret->header + at), extras->signer->id);
		at += WF_HMAC_LEN;
	}
	if (extras->has_opaque) {
		wf_opaque_fill((struct wf_opaque_tlv *)(ret->header + at), 0);
		ret->arg_offset = (uint16_t)(at + offsetof(struct wf_opaque_tlv, arg));
		at += WF_OPAQUE_LEN;
	}
	if (extras->transit_every) {
		wf_transit_fill((struct wf_transit_tlv *)(ret->header + at),
				extras->signer ? extras->signer->id : 0);
		ret->transit_offset = (uint16_t)at;
		ret->transit_every = extras->transit_every;
	}
}

/* Where the data path would; and in the destination address, if that is the final SID. */
static void fill_arg(unsigned int n_segments, const struct wf_extras *extras,
		     struct wf_template *ret)
{
	struct wf_ipv6 *ip = (struct wf_ipv6 *)ret->header;

	wf_store_be64(ret->header + ret->arg_offset, extras->arg);
	if (n_segments == 1 && !extras->has_opaque)
		wf_sid_set_arg(ip->dst, extras->arg);
}

/* Source and segments are in place. */
static void sign(unsigned int tlv_off, const struct wf_extras *extras, struct wf_template *ret)
{
	const struct wf_ipv6 *ip = (const struct wf_ipv6 *)ret->header;
	struct wf_srh *srh = (struct wf_srh *)(ret->header + SRH_OFFSET);
	struct wf_hmac_tlv *tlv = (struct wf_hmac_tlv *)(ret->header + tlv_off);
	const struct wf_key_entry *key = &extras->signer->key;
	uint8_t text[WF_HMAC_TEXT_MAX];
	uint32_t len;

	srh->flags = key->is_linux ? WF_SRH_FLAG_HMAC : 0;
	len = wf_srh_hmac_text(text, ip->src, srh, tlv, key->is_linux);
	wf_hmac_sign(key->inner, key->outer, text, len, tlv->hmac);
	ret->is_signed = 1;
}

void wf_template_make(const uint8_t source[16], const struct wf_segments *segments,
		      const struct wf_extras *extras, struct wf_template *ret)
{
	struct wf_ipv6 *ip = (struct wf_ipv6 *)ret->header;
	unsigned int n = n_listed(segments->n, extras);
	unsigned int tlv_off = wf_srh_segment_off(SRH_OFFSET, n);

	memset(ret, 0, sizeof(*ret));
	ret->len = (uint16_t)wf_template_bytes(segments->n, extras);
	fill_ipv6(source, segments->sids[0], ip);
	if (!n) {
		ret->arg_offset = offsetof(struct wf_ipv6, dst) + ARGUMENT_OFFSET;
		ret->next_header_offset = offsetof(struct wf_ipv6, next_header);
		return;
	}
	ip->next_header = WF_PROTO_ROUTING;
	ret->arg_offset = SRH_OFFSET + WF_SRH_LEN + ARGUMENT_OFFSET;
	ret->next_header_offset = SRH_OFFSET + offsetof(struct wf_srh, next_header);
	fill_srh(segments, n, ret);
	fill_tlvs(tlv_off, extras, ret);
	if (!extras->signer)
		return;
	fill_arg(segments->n, extras, ret);
	sign(tlv_off, extras, ret);
}

void wf_template_make_rest(const uint8_t source[16], const struct wf_segments *segments,
			   const struct wf_extras *extras, const struct wf_rest *rest,
			   struct wf_template *ret)
{
	struct wf_ipv6 *ip = (struct wf_ipv6 *)ret->header;
	struct wf_srh *srh = (struct wf_srh *)(ret->header + SRH_OFFSET);

	wf_template_make(source, segments, extras, ret);
	memcpy(ip->dst, rest->dst, sizeof(ip->dst));
	srh->segments_left = (uint8_t)rest->left;
	if (!rest->left && !extras->has_opaque) /* there the argument is read */
		ret->arg_offset = offsetof(struct wf_ipv6, dst) + ARGUMENT_OFFSET;
}
