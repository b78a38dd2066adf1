// SPDX-License-Identifier: Apache-2.0
/* GET /v1/drops: the same drops by their reasons, by this node's endpoints and by policies. */
#include "agent/drop.h"
#include "api/item.h"
#include "api/routes.h"

static json_t *reasons(const struct wf_stats *stats)
{
	json_t *list = json_array();

	for (unsigned int i = WF_DROP_NONE + 1; i < WF_DROP_COUNT; i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:I,s:s}", "reason", wf_drop_name(i),
						"packets", (json_int_t)wf_stats_drops(stats)[i],
						"text", wf_drop_text(i)));
	return list;
}

static json_t *endpoints(const struct wf_agent *a, const struct wf_stats *stats)
{
	struct wf_object *const *objects;
	json_t *list = json_array();
	struct wf_dest_key key;
	size_t n;

	objects = wf_model_range(wf_agent_model(a), WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		const struct wf_object *o = objects[i];

		if (!wf_agent_link(a, o->tenant, o->name) || !wf_item_endpoint_key(a, o, &key))
			continue;
		json_array_append_new(
			list,
			json_pack("{s:s,s:s,s:I,s:I}", "tenant", o->tenant, "name", o->name, "tx",
				  (json_int_t)wf_stats_get(stats, WF_COUNTER_ENDPOINT_TX_DROP, &key,
							   sizeof(key))
					  .packets,
				  "rx",
				  (json_int_t)wf_stats_get(stats, WF_COUNTER_ENDPOINT_RX_DROP, &key,
							   sizeof(key))
					  .packets));
	}
	return list;
}

/* @policy NULL: what no policy speaks of. */
static json_t *policy_item(const struct wf_stats *stats, const struct wf_object *tenant,
			   const struct wf_object *policy)
{
	uint32_t t = tenant->self.id;
	uint16_t p = policy ? policy->policy.id : 0;

	return json_pack(
		"{s:s,s:s?,s:I,s:I}", "tenant", tenant->name, "policy",
		policy ? policy->name : NULL, "out",
		(json_int_t)wf_stats_policy(stats, WF_COUNTER_POLICY_DENY_OUT, t, p).packets, "in",
		(json_int_t)wf_stats_policy(stats, WF_COUNTER_POLICY_DENY_IN, t, p).packets);
}

static void add_policies(json_t *list, const struct wf_model *m, const struct wf_stats *stats,
			 const struct wf_object *tenant)
{
	struct wf_object *const *policies;
	size_t n;

	json_array_append_new(list, policy_item(stats, tenant, NULL));
	policies = wf_model_range(m, WF_KIND_POLICY, tenant->name, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, policy_item(stats, tenant, policies[i]));
}

static json_t *policies(const struct wf_agent *a, const struct wf_stats *stats)
{
	struct wf_object *const *tenants;
	json_t *list = json_array();
	size_t n;

	tenants = wf_model_range(wf_agent_model(a), WF_KIND_TENANT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		add_policies(list, wf_agent_model(a), stats, tenants[i]);
	return list;
}

void wf_show_drops(struct wf_call *c)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = wf_call_stats(c);

	if (!stats)
		return;
	wf_call_answer(c, 200,
		       json_pack("{s:o,s:o,s:o}", "items", reasons(stats), "endpoints",
				 endpoints(c->agent, stats), "policies",
				 policies(c->agent, stats)));
}
