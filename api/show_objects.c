// SPDX-License-Identifier: Apache-2.0
/* The lists of nodes, tenants, endpoints and policies. */
#include "agent/reach.h"
#include "api/item.h"
#include "api/news.h"
#include "api/routes.h"
#include "compile/compile.h"
#include "schema/schema.h"
#include "wire/sid.h"

struct show {
	const struct wf_agent *agent;
	const struct wf_stats *stats;
	struct wf_agent_status status;
};

static size_t count_at(const struct wf_model *m, const char *node)
{
	struct wf_object *const *endpoints;
	size_t n, found = 0;

	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		found += !strcmp(endpoints[i]->endpoint.node, node);
	return found;
}

static void add_address(json_t *item, uint32_t block, uint16_t id)
{
	struct wf_prefix locator = {.len = 48};
	char text[WF_PREFIX_STR_MAX];
	struct wf_addr address;

	wf_sid_make(locator.addr.bytes, block, id, 0, 0);
	wf_sid_node_addr(address.bytes, block, id);
	json_object_set_new(item, "locator", json_string(wf_prefix_str(&locator, text)));
	json_object_set_new(item, "address", json_string(wf_addr_str(&address, text)));
}

/* What is not asked, or not known yet, is not said. */
static void add_reach(json_t *item, enum wf_reach reach)
{
	if (wf_reach_word(reach))
		json_object_set_new(item, "reachable", json_string(wf_reach_word(reach)));
}

static json_t *make_node(void *arg, const struct wf_object *o)
{
	const struct show *s = arg;
	json_t *item = wf_object_to_json(o);
	size_t n = count_at(wf_agent_model(s->agent), o->name);

	if (!item)
		return NULL;
	if (o->node.id && !o->node.has_end_sid)
		add_address(item, s->status.block, o->node.id);
	add_reach(item, wf_agent_reach(s->agent, o->node.id));
	json_object_set_new(item, "endpoints", json_integer((json_int_t)n));
	json_object_set_new(item, "is_self", json_boolean(!strcmp(o->name, s->status.node)));
	return item;
}

static json_t *make_tenant(void *arg, const struct wf_object *o)
{
	const struct show *s = arg;
	const struct wf_model *m = wf_agent_model(s->agent);
	json_t *item = wf_object_to_json(o);
	size_t n;

	if (!item)
		return NULL;
	wf_model_range(m, WF_KIND_ENDPOINT, o->name, &n);
	json_object_set_new(item, "endpoints", json_integer((json_int_t)n));
	wf_model_range(m, WF_KIND_POLICY, o->name, &n);
	json_object_set_new(item, "policies", json_integer((json_int_t)n));
	json_object_set_new(item, "mtu",
			    json_integer(
				    wf_compile_tenant_mtu(m, o->name, s->status.underlay_mtu)));
	return item;
}

static json_t *make_endpoint(void *arg, const struct wf_object *o)
{
	const struct show *s = arg;

	return wf_item_endpoint(s->agent, s->stats, o);
}

/* Of all paths of the policy that begin here. */
static struct wf_counter policy_counter(const struct show *s, const struct wf_object *o)
{
	const struct wf_image *image = wf_agent_image(s->agent);
	const struct wf_object *tenant = wf_model_find(wf_agent_model(s->agent), WF_KIND_TENANT,
						       NULL, o->tenant);
	size_t n = image && tenant ? wf_image_count(image, WF_TABLE_PATH) : 0;
	struct wf_counter sum = {0};

	for (size_t i = 0; i < n; i++) {
		const struct wf_path_key *key = wf_image_key(image, WF_TABLE_PATH, i);
		struct wf_counter c;

		if (key->tenant != tenant->self.id || key->policy != o->policy.id)
			continue;
		c = wf_stats_get(s->stats, WF_COUNTER_PATH, key, sizeof(*key));
		sum.packets += c.packets;
		sum.bytes += c.bytes;
	}
	return sum;
}

static void add_policy_counters(const struct show *s, const struct wf_object *o, json_t *item)
{
	static const struct {
		enum wf_counter_kind kind;
		const char *key;
		uint8_t require; /* has it only then; 0: always */
	} counters[] = {
		{WF_COUNTER_POLICY_IN, "in", 0},
		{WF_COUNTER_POLICY_DENY_OUT, "denied_out", 0},
		{WF_COUNTER_POLICY_DENY_IN, "denied_in", 0},
		{WF_COUNTER_POLICY_TRANSIT, "transit", WF_REQUIRE_TRANSIT},
		{WF_COUNTER_POLICY_TRANSIT_DROP, "transit_failed", WF_REQUIRE_TRANSIT},
	};
	const struct wf_object *tenant = wf_model_find(wf_agent_model(s->agent), WF_KIND_TENANT,
						       NULL, o->tenant);

	json_object_set_new(item, "out", wf_item_counter(policy_counter(s, o)));
	for (size_t i = 0; tenant && i < sizeof(counters) / sizeof(*counters); i++)
		if (!counters[i].require || o->policy.require & counters[i].require)
			json_object_set_new(
				item, counters[i].key,
				wf_item_counter(wf_stats_policy(s->stats, counters[i].kind,
								tenant->self.id, o->policy.id)));
}

static json_t *make_policy(void *arg, const struct wf_object *o)
{
	json_t *item = wf_object_to_json(o);

	if (item)
		add_policy_counters(arg, o, item);
	return item;
}

static void show(struct wf_call *c, enum wf_kind kind, const struct wf_stats *stats,
		 json_t *(*make)(void *arg, const struct wf_object *o))
{
	struct show s = {.agent = c->agent, .stats = stats};

	wf_agent_status(c->agent, &s.status);
	wf_items_answer(c, kind, make, &s);
}

void wf_show_nodes(struct wf_call *c)
{
	show(c, WF_KIND_NODE, NULL, make_node);
}

void wf_show_tenants(struct wf_call *c)
{
	show(c, WF_KIND_TENANT, NULL, make_tenant);
}

void wf_show_endpoints(struct wf_call *c)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = wf_call_stats(c);

	if (stats)
		show(c, WF_KIND_ENDPOINT, stats, make_endpoint);
}

void wf_show_policies(struct wf_call *c)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = wf_call_stats(c);

	if (stats)
		show(c, WF_KIND_POLICY, stats, make_policy);
}
