// SPDX-License-Identifier: Apache-2.0
/* An image as text: "<noun> <key> = <value>", one line an entry; nothing for what is empty. */
#include "compile/image.h"

#include <inttypes.h>
#include <string.h>

#include "compile/image_put.h"

static void put_dest_key(struct wf_buf *b, const struct wf_dest_key *key)
{
	wf_buf_printf(b, " tenant %u", key->tenant);
	wf_put_addr(b, key->addr);
}

static void put_path_key(struct wf_buf *b, const struct wf_path_key *key)
{
	wf_buf_printf(b, " tenant %u policy %u%s node %u alternative %u", key->tenant, key->policy,
		      key->is_reverse ? " reverse" : "", key->node, key->alternative);
	if (key->identity)
		wf_buf_printf(b, " identity %u", key->identity);
	if (key->sid)
		wf_buf_printf(b, " sid %u", key->sid);
	if (key->lane)
		wf_buf_printf(b, " lane %08x", key->lane);
}

static void put_port(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_port *port = value;

	wf_buf_printf(b, " %u = tenant %u identity %u", *(const uint32_t *)key, port->tenant,
		      port->identity);
	if (port->is_sr_aware)
		wf_buf_puts(b, " sr-aware");
	if (port->is_gateway)
		wf_buf_puts(b, " gateway");
	if (port->sid)
		wf_buf_printf(b, " sid %u", port->sid);
	if (port->proxy)
		wf_buf_printf(b, " proxy %s", wf_behavior_text(port->proxy));
	wf_put_mac(b, port->mac);
	for (unsigned int i = 0; i < port->n_addrs; i++)
		wf_put_addr(b, port->addrs[i]);
}

static void put_tenant(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_tenant_entry *tenant = value;

	wf_buf_printf(b, " %u = set %016" PRIx64, *(const uint32_t *)key, (uint64_t)tenant->set);
	if (tenant->set_out != tenant->set)
		wf_buf_printf(b, " out %016" PRIx64, (uint64_t)tenant->set_out);
	if (tenant->set_was)
		wf_buf_printf(b, " was %016" PRIx64, (uint64_t)tenant->set_was);
}

static void put_dest(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_dest *dest = value;

	put_dest_key(b, key);
	wf_buf_printf(b, " = home %u identity %u", dest->home, dest->identity);
	if (dest->identity_was)
		wf_buf_printf(b, " was %u", dest->identity_was);
	wf_buf_printf(b, " node %u", dest->node);
	if (!dest->ifindex)
		return;
	wf_buf_printf(b, " interface %u%s", dest->ifindex & ~WF_IFINDEX_HOST,
		      dest->ifindex & WF_IFINDEX_HOST ? " of the node" : "");
	wf_put_mac(b, dest->mac);
}

static void put_choice(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_choice_key *k = key;
	const struct wf_choice *choice = value;

	wf_buf_printf(b, " tenant %u policy %u%s node %u =", k->tenant, k->policy,
		      k->is_reverse ? " reverse" : "", k->node);
	for (unsigned int i = 0; i < choice->n; i++)
		wf_buf_printf(b, " %u%s", choice->bound[i],
			      choice->has_lanes >> i & 1 ? " by lanes" : "");
}

static void put_path(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_template *path = value;

	put_path_key(b, key);
	if (!path->len) {
		wf_buf_puts(b, " = here");
		return;
	}
	wf_buf_printf(b, " = argument %s %u, next header at %u, ",
		      path->is_signed ? "signed at" : "at", path->arg_offset,
		      path->next_header_offset);
	if (path->transit_offset)
		wf_buf_printf(b, "transit at %u 1 in %u, ", path->transit_offset,
			      path->transit_every);
	for (unsigned int i = 0; i < path->len; i++)
		wf_buf_printf(b, "%02x", path->header[i]);
}

/* Names of counters are kept as bytes: copied out, to be read as what they are. */
static void put_counter(struct wf_buf *b, const struct wf_counter_key *key)
{
	static const char *const names[WF_COUNTER_KIND_COUNT] = {
		[WF_COUNTER_NONE] = "none",
		[WF_COUNTER_ENDPOINT_TX] = "endpoint-tx",
		[WF_COUNTER_ENDPOINT_RX] = "endpoint-rx",
		[WF_COUNTER_PATH] = "path",
		[WF_COUNTER_SID] = "sid",
		[WF_COUNTER_ENDPOINT_TX_DROP] = "endpoint-tx-drop",
		[WF_COUNTER_ENDPOINT_RX_DROP] = "endpoint-rx-drop",
		[WF_COUNTER_POLICY_IN] = "policy-in",
		[WF_COUNTER_POLICY_DENY_OUT] = "policy-deny-out",
		[WF_COUNTER_POLICY_DENY_IN] = "policy-deny-in",
		[WF_COUNTER_POLICY_TRANSIT] = "policy-transit",
		[WF_COUNTER_POLICY_TRANSIT_DROP] = "policy-transit-drop",
	};
	union {
		uint8_t bytes[sizeof(key->name)];
		struct wf_dest_key dest;
		struct wf_path_key path;
		struct wf_policy_name policy;
		uint64_t sid;
	} name;

	memcpy(name.bytes, key->name, sizeof(name.bytes));
	wf_buf_printf(b, "counter %s", names[key->kind]);
	if (key->kind == WF_COUNTER_PATH)
		put_path_key(b, &name.path);
	else if (key->kind == WF_COUNTER_SID)
		wf_put_sid_key(b, name.sid);
	else if (key->kind >= WF_COUNTER_POLICY_IN)
		wf_buf_printf(b, " tenant %u policy %u", name.policy.tenant, name.policy.policy);
	else
		put_dest_key(b, &name.dest);
	wf_buf_puts(b, "\n");
}

static void put_table(struct wf_buf *b, const struct wf_image *img, enum wf_table t)
{
	static const struct {
		const char *noun;
		void (*put)(struct wf_buf *b, const void *key, const void *value);
	} tables[WF_TABLE_COUNT] = {
		[WF_TABLE_PORT] = {"port", put_port},
		[WF_TABLE_TENANT] = {"tenant", put_tenant},
		[WF_TABLE_DEST] = {"dest", put_dest},
		[WF_TABLE_PATH] = {"path", put_path},
		[WF_TABLE_CHOICE] = {"choice", put_choice},
		[WF_TABLE_SID] = {"sid", wf_put_sid},
		[WF_TABLE_LANES] = {"lanes", wf_put_lanes},
		[WF_TABLE_SET] = {"set", wf_put_set},
		[WF_TABLE_ZONE] = {"zone", wf_put_zone},
		[WF_TABLE_VERDICT] = {"verdict", wf_put_verdict},
		[WF_TABLE_RANGES] = {"ranges", wf_put_ranges},
		[WF_TABLE_POLICY] = {"policy", wf_put_policy},
		[WF_TABLE_LISTED] = {"listed", wf_put_listed},
		[WF_TABLE_KEY] = {"key", wf_put_key},
		[WF_TABLE_TRANSIT] = {"transit", wf_put_transit},
		[WF_TABLE_SERVICE] = {"service", wf_put_service},
		[WF_TABLE_SHARE] = {"share", wf_put_share},
		[WF_TABLE_BACKEND] = {"backend", wf_put_backend},
		[WF_TABLE_EGRESS] = {"egress", wf_put_egress},
	};

	for (size_t i = 0; tables[t].put && i < wf_image_count(img, t); i++) {
		wf_buf_puts(b, tables[t].noun);
		tables[t].put(b, wf_image_key(img, t, i), wf_image_value(img, t, i));
		wf_buf_puts(b, "\n");
	}
}

static void put_links(struct wf_buf *b, const struct wf_image *img)
{
	static const char *const names[WF_HOOK_COUNT] = {
		[WF_HOOK_NONE] = "none",
		[WF_HOOK_APPLY] = "apply",
		[WF_HOOK_VALIDATE] = "validate",
		[WF_HOOK_EDGE] = "edge",
	};
	const struct wf_image_hook *hooks;
	const struct wf_image_mtu *mtus;
	size_t n;

	hooks = wf_image_hooks(img, &n);
	for (size_t i = 0; i < n; i++)
		wf_buf_printf(b, "hook %d = %s\n", hooks[i].ifindex, names[hooks[i].hook]);
	mtus = wf_image_mtus(img, &n);
	for (size_t i = 0; i < n; i++)
		wf_buf_printf(b, "mtu %d = %u\n", mtus[i].ifindex, mtus[i].mtu);
}

char *wf_image_str(const struct wf_image *img)
{
	const struct wf_config *config = wf_image_config((struct wf_image *)img); /* only read */
	const struct wf_counter_key *counters;
	struct wf_buf b = {0};
	size_t n;

	wf_buf_printf(&b, "config = block %08x node %u", config->block, config->node);
	wf_put_addr(&b, config->addr);
	wf_buf_puts(&b, "\n");
	for (int t = 0; t < WF_TABLE_COUNT; t++)
		put_table(&b, img, (enum wf_table)t);
	counters = wf_image_counters(img, &n);
	for (size_t i = 0; i < n; i++)
		put_counter(&b, &counters[i]);
	put_links(&b, img);
	return wf_buf_take(&b);
}
