// SPDX-License-Identifier: Apache-2.0
#include "compile/image_put.h"

#include <inttypes.h>
#include <string.h>

#include "base/addr.h"
#include "dp/table.h"
#include "wire/bytes.h"

void wf_put_addr(struct wf_buf *b, const void *bytes)
{
	char text[WF_ADDR_STR_MAX];
	struct wf_addr a;

	memcpy(a.bytes, bytes, sizeof(a.bytes));
	wf_buf_printf(b, " %s", wf_addr_str(&a, text));
}

void wf_put_mac(struct wf_buf *b, const uint8_t mac[6])
{
	wf_buf_printf(b, " %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		      mac[5]);
}

void wf_put_sid_key(struct wf_buf *b, uint64_t head)
{
	uint8_t sid[16] = {0};

	wf_store_be64(sid, head);
	wf_put_addr(b, sid);
}

const char *wf_behavior_text(uint32_t behavior)
{
	static const char *const names[WF_BEHAVIOR_COUNT] = {
		[WF_BEHAVIOR_NONE] = "none",   [WF_BEHAVIOR_END] = "End",
		[WF_BEHAVIOR_UN] = "uN",       [WF_BEHAVIOR_DT46] = "End.DT46",
		[WF_BEHAVIOR_AN] = "End.AN",   [WF_BEHAVIOR_AS] = "End.AS",
		[WF_BEHAVIOR_AD] = "End.AD",   [WF_BEHAVIOR_AM] = "End.AM",
		[WF_BEHAVIOR_DX] = "End.DX46", [WF_BEHAVIOR_DX_OUT] = "End.DX46-out",
	};

	return behavior < WF_BEHAVIOR_COUNT ? names[behavior] : "unknown";
}

void wf_put_sid(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_sid_entry *sid = value;

	wf_put_sid_key(b, *(const uint64_t *)key);
	wf_buf_printf(b, " = %s", wf_behavior_text(sid->behavior));
	if (!sid->tenant)
		return;
	wf_buf_printf(b, " tenant %u", sid->tenant);
	if (sid->ifindex)
		wf_buf_printf(b, " interface %u", sid->ifindex);
	if (sid->ifindex_out && sid->ifindex_out != sid->ifindex)
		wf_buf_printf(b, " out %u", sid->ifindex_out);
	wf_put_mac(b, sid->mac);
	if (sid->is_bridged)
		wf_buf_puts(b, " bridged");
	if (!sid->ifindex)
		wf_buf_puts(b, sid->is_passed_by ? " passed by" : " down");
}

void wf_put_lanes(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_lanes_key *k = key;
	const struct wf_lanes *lanes = value;

	wf_buf_printf(b, " tenant %u policy %u%s alternative %u =", k->tenant, k->policy,
		      k->is_reverse ? " reverse" : "", k->alternative);
	for (unsigned int i = 0; i < lanes->n && i < WF_LANES_MAX; i++)
		wf_buf_printf(b, " %08x", lanes->names[i]);
}

void wf_put_needs(struct wf_buf *b, unsigned int needs)
{
	static const char *const names[] = {"hmac", "path", "transit"};
	const char *between = " needs ";

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!(needs & 1u << i))
			continue;
		wf_buf_printf(b, "%s%s", between, names[i]);
		between = ",";
	}
}

void wf_put_set(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_set *set = value;

	wf_buf_printf(b, " %016" PRIx64 " = default %s", *(const uint64_t *)key,
		      set->is_deny_default ? "deny" : "allow");
	if (set->is_tracked)
		wf_buf_puts(b, " tracked");
	if (set->has_verdicts)
		wf_buf_puts(b, " verdicts");
	if (set->has_zones)
		wf_buf_puts(b, " zones");
	if (set->has_direct)
		wf_buf_puts(b, " direct");
	wf_put_needs(b, set->needs);
	if (set->is_verified_here)
		wf_buf_puts(b, " verified here");
}

void wf_put_zone(struct wf_buf *b, const void *key, const void *value)
{
	const uint32_t zone = *(const uint32_t *)value;
	const struct wf_zone_key *k = key;
	char text[WF_PREFIX_STR_MAX];
	struct wf_prefix prefix = {.len = (uint8_t)(k->prefix_len - WF_ZONE_SET_BITS)};

	memcpy(prefix.addr.bytes, k->addr, sizeof(k->addr));
	wf_buf_printf(b, " set %016" PRIx64 " %s = zone %u %s", (uint64_t)wf_load_be64(k->set),
		      wf_prefix_str(&prefix, text), zone & WF_ZONE_NUMBER,
		      zone & WF_ZONE_INSIDE ? "inside" : "outside");
}

static void put_side(struct wf_buf *b, const char *what, const struct wf_side *side)
{
	wf_buf_printf(b, " %s ", what);
	if (side->tenant == WF_SIDE_ANY)
		wf_buf_puts(b, "any");
	else if (side->tenant == WF_SIDE_INTERNET)
		wf_buf_puts(b, "internet");
	else if (side->tenant == WF_SIDE_ZONE)
		wf_buf_printf(b, "zone %u", side->id);
	else
		wf_buf_printf(b, "identity %u/%u", side->tenant, side->id);
}

void wf_put_verdict(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_verdict_key *k = key;

	wf_buf_printf(b, " set %016" PRIx64, (uint64_t)k->set);
	put_side(b, "from", &k->from);
	put_side(b, "to", &k->to);
	wf_buf_printf(b, " = ranges %016" PRIx64, *(const uint64_t *)value);
}

static void put_range(struct wf_buf *b, const struct wf_range *range)
{
	static const char *const verdicts[] = {
		[WF_VERDICT_NONE] = "none",
		[WF_VERDICT_ALLOW] = "allow",
		[WF_VERDICT_DENY] = "deny",
	};

	wf_buf_printf(b, " to %u/%u %s", range->last >> 16, range->last & 0xffff,
		      verdicts[range->verdict]);
	if (range->verdict)
		wf_buf_printf(b, " by %u", range->policy);
	if (range->way)
		wf_buf_printf(b, " way %u%s rank %u.%u", range->way,
			      range->is_reverse ? " reverse" : "", range->rank >> 8,
			      range->rank & 0xff);
}

void wf_put_ranges(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_ranges *ranges = value;

	wf_buf_printf(b, " %016" PRIx64 " =", *(const uint64_t *)key);
	for (unsigned int i = 0; i < ranges->n && i < WF_RANGES_MAX; i++) {
		if (i)
			wf_buf_puts(b, ",");
		put_range(b, &ranges->items[i]);
	}
}

void wf_put_policy(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_policy_entry *policy = value;
	const struct wf_policy_key *k = key;

	wf_buf_printf(b, " set %016" PRIx64 " %u = %s", (uint64_t)k->set, k->policy,
		      policy->is_symmetric ? "symmetric" : "one way");
	wf_put_needs(b, policy->needs);
	if (policy->transit_every)
		wf_buf_printf(b, " 1 in %u", policy->transit_every);
}

void wf_put_listed(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_listed *listed = value;
	const struct wf_listed_key *k = key;

	wf_buf_printf(b, " tenant %u policy %u source %u list %016" PRIx64 " = marks", k->tenant,
		      k->policy, k->source, (uint64_t)k->hash);
	for (unsigned int i = 0; i < listed->n && i < WF_VIA_SID_MAX; i++)
		wf_buf_printf(b, " %u", listed->nodes[i]);
	if (listed->lane)
		wf_buf_printf(b, " lane %08x", listed->lane);
}

void wf_put_key(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_key_entry *entry = value;

	wf_buf_printf(b, " %u = %s", *(const uint32_t *)key, entry->is_linux ? "linux" : "rfc");
}

void wf_put_transit(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_transit_key *k = key;

	(void)value;
	wf_buf_printf(b, " key %u node %u = held", k->key, k->node);
}
