// SPDX-License-Identifier: Apache-2.0
#include "agent/path.h"

#include "agent/state.h"
#include "model/member.h"
#include "wire/hmac.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/sid.h"
#include "wire/srh.h"

#define IPV6_LEN 40
#define IPV6_DST 24

static const struct wf_object *by_id(const struct wf_agent *a, enum wf_kind kind,
				     const char *tenant, uint32_t id)
{
	struct wf_claim claim = wf_claim_id(kind, tenant, id);

	return id ? wf_model_find_claim(a->model, &claim, NULL) : NULL;
}

static void add_node(const struct wf_agent *a, struct wf_path_segment *s, uint16_t id)
{
	s->ids[s->n_nodes] = id;
	s->nodes[s->n_nodes++] = by_id(a, WF_KIND_NODE, "", id);
}

/* A SID of a router that does not run Weft. */
static void read_foreign(const struct wf_agent *a, struct wf_path_segment *s)
{
	struct wf_claim claim = {
		.kind = WF_KIND_NODE, .type = WF_CLAIM_ADDRESS, .scope = "", .value = s->sid};

	s->behavior = "End";
	s->nodes[s->n_nodes++] = wf_model_find_claim(a->model, &claim, NULL);
}

static bool is_endpoint(uint16_t csid)
{
	return csid > WF_FN_ENDPOINT;
}

/* The one that is entered at the last node. */
static void add_endpoint(const struct wf_agent *a, struct wf_path_segment *s, uint16_t csid)
{
	const unsigned int at = s->n_nodes - 1;
	struct wf_claim claim;

	s->sids[at] = csid & ~WF_FN_ENDPOINT;
	if (!s->nodes[at])
		return;
	claim = wf_claim_sid(s->nodes[at]->name, s->sids[at]);
	s->endpoints[at] = wf_model_find_claim(a->model, &claim, NULL);
}

/* Of a SID that ends so: node ids before it are in the segment. 0: nothing but them. */
static const char *behavior_of(const struct wf_agent *a, const struct wf_path_segment *s,
			       uint16_t last, bool is_final)
{
	static const char *const names[WF_MODE_COUNT] = {
		[WF_MODE_DYNAMIC] = "End.AD",
		[WF_MODE_STATIC] = "End.AS",
		[WF_MODE_MASQUERADE] = "End.AM",
		[WF_MODE_NATIVE] = "End.AN",
	};
	const struct wf_object *endpoint = s->n_nodes ? s->endpoints[s->n_nodes - 1] : NULL;
	const struct wf_object *f = endpoint ? wf_model_function_of(a->model, endpoint) : NULL;

	if (is_endpoint(last))
		return f && !is_final	      ? names[f->function.mode]
		       : endpoint || is_final ? "End.DX46" /* of several that are asked */
					      : "unknown";
	return last == WF_FN_DT46 ? "End.DT46" : last == WF_FN_END ? "End" : "uN";
}

/* Node ids, and endpoints behind them, up to another function or the end of the container; of the
 * final segment up to the argument. */
static void read_segment(const struct wf_agent *a, const uint8_t *sid, bool is_final,
			 struct wf_path_segment *ret)
{
	uint16_t csid = 0, last = 0;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->sid.bytes, sid, sizeof(ret->sid.bytes));
	if (wf_load_be32(sid) != a->options.block) {
		read_foreign(a, ret);
		return;
	}
	for (unsigned int i = 0; i < WF_CSID_PER_CONTAINER; i++) {
		csid = wf_load_be16(sid + 4 + 2 * i);
		if (!csid || (is_final && i == 2))
			break;
		last = csid;
		if (wf_sid_is_node(csid))
			add_node(a, ret, csid);
		else if (is_endpoint(csid) && ret->n_nodes)
			add_endpoint(a, ret, csid);
		else
			break;
	}
	ret->behavior = behavior_of(a, ret, last, is_final);
}

/* In the order of the path: the destination address, then the list from its end. */
static void read_segments(const struct wf_agent *a, struct wf_path_info *p)
{
	const uint8_t *header = p->template->header;
	const struct wf_srh *srh = (const void *)(header + IPV6_LEN);
	const uint8_t *end = header + p->template->len;
	unsigned int left = 0;

	p->n_segments = 0;
	if (p->template->len < IPV6_LEN)
		return;
	if (p->template->len >= IPV6_LEN + WF_SRH_LEN)
		left = srh->segments_left;
	read_segment(a, header + IPV6_DST, !left, &p->segments[p->n_segments++]);
	while (left-- && p->n_segments < WF_PATH_SEGMENTS_MAX) {
		const uint8_t *sid = wf_srh_segment(header, end, IPV6_LEN, left);

		if (!sid)
			return;
		read_segment(a, sid, !left, &p->segments[p->n_segments++]);
	}
}

/* Where the TLVs of its SRH, checked when it was made, begin; the end, if there are none. */
static unsigned int tlv_off(const struct wf_template *t)
{
	const struct wf_srh *srh = (const void *)(t->header + IPV6_LEN);

	return t->len < IPV6_LEN + WF_SRH_LEN ? t->len : wf_srh_tlv_off(srh, IPV6_LEN);
}

static void read_tlvs(struct wf_path_info *p)
{
	const struct wf_template *t = p->template;
	struct wf_tlv tlv = {.off = tlv_off(t)};

	while (wf_tlv_read(t->header, t->header + t->len, tlv.off + tlv.len, t->len, &tlv) ==
	       WF_TLV_FOUND) {
		const struct wf_hmac_tlv *hmac = (const void *)(t->header + tlv.off);

		if (tlv.type == WF_TLV_HMAC && tlv.len == WF_HMAC_LEN)
			p->key_id = wf_ntohl(hmac->key_id);
		if (tlv.type == WF_TLV_OPAQUE)
			p->has_opaque = true;
	}
}

/* Of an alternative with lanes the flows are spread over them. */
static unsigned int n_lanes(const struct wf_agent *a, const struct wf_path_key *key)
{
	const struct wf_lanes_key of = {
		.tenant = key->tenant,
		.policy = key->policy,
		.is_reverse = key->is_reverse,
		.alternative = key->alternative,
	};
	const struct wf_lanes *lanes = wf_image_find(a->installed, WF_TABLE_LANES, &of);

	return lanes && lanes->n ? lanes->n : 1;
}

static void read_weight(const struct wf_agent *a, struct wf_path_info *p)
{
	const struct wf_choice_key key = {
		.tenant = p->key.tenant,
		.policy = p->key.policy,
		.node = p->key.node,
		.is_reverse = p->key.is_reverse,
	};
	const struct wf_choice *c = wf_image_find(a->installed, WF_TABLE_CHOICE, &key);
	unsigned int i = p->key.alternative;

	p->weight = 1;
	p->share = 1;
	if (!c || i >= c->n || c->n > WF_CHOICE_MAX)
		return;
	p->weight = c->bound[i] - (i ? c->bound[i - 1] : 0u);
	p->share = (double)p->weight / c->bound[c->n - 1] / n_lanes(a, &p->key);
}

static void describe(const struct wf_agent *a, const struct wf_path_key *key,
		     const struct wf_template *template, struct wf_path_info *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->key = *key;
	ret->template = template;
	ret->tenant = by_id(a, WF_KIND_TENANT, "", key->tenant);
	if (ret->tenant)
		ret->policy = by_id(a, WF_KIND_POLICY, ret->tenant->name, key->policy);
	ret->to = by_id(a, WF_KIND_NODE, "", key->node);
	read_weight(a, ret);
	read_segments(a, ret);
	read_tlvs(ret);
}

void wf_path_describe(const struct wf_agent *a, size_t i, struct wf_path_info *ret)
{
	describe(a, wf_image_key(a->installed, WF_TABLE_PATH, i),
		 wf_image_value(a->installed, WF_TABLE_PATH, i), ret);
}

bool wf_path_find(const struct wf_agent *a, const struct wf_path_key *key, struct wf_path_info *ret)
{
	const struct wf_template *template =
		a->installed ? wf_image_find(a->installed, WF_TABLE_PATH, key) : NULL;

	if (template)
		describe(a, key, template, ret);
	return template != NULL;
}

void wf_path_header(const struct wf_path_info *path, uint64_t sid_arg, bool is_v4, uint8_t *ret)
{
	const struct wf_template *t = path->template;

	memcpy(ret, t->header, t->len);
	if (t->arg_offset + 8u <= t->len)
		wf_store_be64(ret + t->arg_offset, sid_arg);
	if (t->next_header_offset < t->len)
		ret[t->next_header_offset] = is_v4 ? WF_PROTO_IPV4 : WF_PROTO_IPV6;
}
