// SPDX-License-Identifier: Apache-2.0
/* GET /metrics: Prometheus text. Names are made of [A-Za-z0-9._-], so labels need no quoting. */
#include <stdio.h>

#include "agent/drop.h"
#include "api/item.h"
#include "api/routes.h"
#include "base/buf.h"

struct metrics {
	const struct wf_agent *agent;
	const struct wf_stats *stats;
	struct wf_buf out;
};

static void head(struct metrics *m, const char *name, const char *type, const char *help)
{
	wf_buf_printf(&m->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void drops(struct metrics *m)
{
	head(m, "weft_drops_total", "counter", "Packets dropped, by reason.");
	for (int i = WF_DROP_NONE + 1; i < WF_DROP_COUNT; i++)
		wf_buf_printf(&m->out, "weft_drops_total{reason=\"%s\"} %llu\n",
			      wf_drop_name((unsigned int)i),
			      (unsigned long long)wf_stats_drops(m->stats)[i]);
}

static unsigned long long pick(struct wf_counter c, bool is_bytes)
{
	return is_bytes ? c.bytes : c.packets;
}

static void endpoint(struct metrics *m, const struct wf_object *o, const char *unit)
{
	struct wf_dest_key key;

	if (!wf_agent_link(m->agent, o->tenant, o->name) ||
	    !wf_item_endpoint_key(m->agent, o, &key))
		return;
	for (int i = 0; i < 2; i++)
		wf_buf_printf(
			&m->out,
			"weft_endpoint_%s_total{tenant=\"%s\",endpoint=\"%s\",direction=\"%s\"} "
			"%llu\n",
			unit, o->tenant, o->name, i ? "rx" : "tx",
			pick(wf_stats_get(m->stats,
					  i ? WF_COUNTER_ENDPOINT_RX : WF_COUNTER_ENDPOINT_TX, &key,
					  sizeof(key)),
			     unit[0] == 'b'));
}

static void endpoints(struct metrics *m, const char *unit)
{
	struct wf_object *const *objects;
	char name[64];
	size_t n;

	snprintf(name, sizeof(name), "weft_endpoint_%s_total", unit);
	head(m, name, "counter", "Traffic of this node's endpoints.");
	objects = wf_model_range(wf_agent_model(m->agent), WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		endpoint(m, objects[i], unit);
}

static void endpoint_drops(struct metrics *m)
{
	struct wf_object *const *objects;
	struct wf_dest_key key;
	size_t n;

	head(m, "weft_endpoint_drops_total", "counter",
	     "Packets of this node's endpoints that were dropped; rx: on their way to it.");
	objects = wf_model_range(wf_agent_model(m->agent), WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		const struct wf_object *o = objects[i];

		if (!wf_agent_link(m->agent, o->tenant, o->name) ||
		    !wf_item_endpoint_key(m->agent, o, &key))
			continue;
		for (int rx = 0; rx < 2; rx++)
			wf_buf_printf(&m->out,
				      "weft_endpoint_drops_total{tenant=\"%s\",endpoint=\"%s\","
				      "direction=\"%s\"} %llu\n",
				      o->tenant, o->name, rx ? "rx" : "tx",
				      pick(wf_stats_get(m->stats,
							rx ? WF_COUNTER_ENDPOINT_RX_DROP
							   : WF_COUNTER_ENDPOINT_TX_DROP,
							&key, sizeof(key)),
					   false));
	}
}

static const struct {
	enum wf_counter_kind kind;
	const char *name;
} policy_counters[] = {
	{WF_COUNTER_POLICY_IN, "in"},
	{WF_COUNTER_POLICY_DENY_OUT, "denied_out"},
	{WF_COUNTER_POLICY_DENY_IN, "denied_in"},
	{WF_COUNTER_POLICY_TRANSIT, "transit"},
	{WF_COUNTER_POLICY_TRANSIT_DROP, "transit_failed"},
};

/* @policy NULL: what no policy speaks of. What never was is left out: there may be thousands. */
static void policy(struct metrics *m, const struct wf_object *tenant,
		   const struct wf_object *policy, const char *unit)
{
	for (size_t i = 0; i < sizeof(policy_counters) / sizeof(*policy_counters); i++) {
		struct wf_counter n = wf_stats_policy(m->stats, policy_counters[i].kind,
						      tenant->self.id,
						      policy ? policy->policy.id : 0);

		if (n.packets)
			wf_buf_printf(
				&m->out,
				"weft_policy_%s_total{tenant=\"%s\",policy=\"%s\",what=\"%s\"}"
				" %llu\n",
				unit, tenant->name, policy ? policy->name : "",
				policy_counters[i].name, pick(n, unit[0] == 'b'));
	}
}

static void policies(struct metrics *m, const char *unit)
{
	const struct wf_model *model = wf_agent_model(m->agent);
	struct wf_object *const *tenants, *const *objects;
	size_t n_tenants, n;
	char name[64];

	snprintf(name, sizeof(name), "weft_policy_%s_total", unit);
	head(m, name, "counter", "What policies let in from other nodes, and what they denied.");
	tenants = wf_model_range(model, WF_KIND_TENANT, NULL, &n_tenants);
	for (size_t t = 0; t < n_tenants; t++) {
		policy(m, tenants[t], NULL, unit);
		objects = wf_model_range(model, WF_KIND_POLICY, tenants[t]->name, &n);
		for (size_t i = 0; i < n; i++)
			policy(m, tenants[t], objects[i], unit);
	}
}

static void path(struct metrics *m, size_t i, const char *unit)
{
	struct wf_path_info p;

	wf_path_describe(m->agent, i, &p);
	wf_buf_printf(&m->out,
		      "weft_path_%s_total{tenant=\"%s\",policy=\"%s\",to=\"%s\",reverse=\"%d\","
		      "alternative=\"%d\",identity=\"%u\"} %llu\n",
		      unit, p.tenant ? p.tenant->name : "", p.policy ? p.policy->name : "",
		      p.to ? p.to->name : "", p.key.is_reverse, p.key.alternative, p.key.identity,
		      pick(wf_stats_get(m->stats, WF_COUNTER_PATH, &p.key, sizeof(p.key)),
			   unit[0] == 'b'));
}

static void paths(struct metrics *m, const char *unit)
{
	const struct wf_image *image = wf_agent_image(m->agent);
	size_t n = image ? wf_image_count(image, WF_TABLE_PATH) : 0;
	char name[64];

	snprintf(name, sizeof(name), "weft_path_%s_total", unit);
	head(m, name, "counter", "Traffic that left this node by each path.");
	for (size_t i = 0; i < n; i++)
		path(m, i, unit);
}

static void sids(struct metrics *m, const char *unit)
{
	const struct wf_image *image = wf_agent_image(m->agent);
	size_t n = image ? wf_image_count(image, WF_TABLE_SID) : 0;
	char name[64], text[WF_ADDR_STR_MAX];

	snprintf(name, sizeof(name), "weft_sid_%s_total", unit);
	head(m, name, "counter", "Traffic that reached each SID of this node.");
	for (size_t i = 0; i < n; i++) {
		const uint64_t *key = wf_image_key(image, WF_TABLE_SID, i);
		const struct wf_sid_entry *sid = wf_image_value(image, WF_TABLE_SID, i);
		struct wf_addr addr = {0};

		wf_store_be64(addr.bytes, *key);
		wf_buf_printf(&m->out, "%s{sid=\"%s\"} %llu\n", name, wf_addr_str(&addr, text),
			      pick(wf_item_sid_counter(m->stats, *key, sid->behavior),
				   unit[0] == 'b'));
	}
}

static void agent(struct metrics *m)
{
	struct wf_agent_status s;

	wf_agent_status(m->agent, &s);
	head(m, "weft_store_revision", "gauge", "Revision of the wish.");
	wf_buf_printf(&m->out, "weft_store_revision %llu\n", (unsigned long long)s.revision);
	head(m, "weft_installed_revision", "gauge", "Revision that the kernel holds.");
	wf_buf_printf(&m->out, "weft_installed_revision %llu\n",
		      (unsigned long long)s.installed_revision);
	head(m, "weft_store_up", "gauge", "1 while the store answers.");
	wf_buf_printf(&m->out, "weft_store_up %d\n", s.store_error->code == 0);
	head(m, "weft_passes_total", "counter", "Passes.");
	wf_buf_printf(&m->out, "weft_passes_total %llu\n", (unsigned long long)s.n_passes);
	head(m, "weft_failed_passes_total", "counter", "Passes that failed.");
	wf_buf_printf(&m->out, "weft_failed_passes_total %llu\n",
		      (unsigned long long)s.n_failed_passes);
	head(m, "weft_pass_seconds", "gauge", "Time of the last pass.");
	wf_buf_printf(&m->out, "weft_pass_seconds %.6f\n", s.pass_seconds);
}

void wf_show_metrics(struct wf_call *c)
{
	static const char *const units[] = {"packets", "bytes"};
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = wf_call_stats(c);
	struct metrics m = {.agent = c->agent, .stats = stats};
	_cleanup_free_ char *text = NULL;

	if (!stats)
		return;
	agent(&m);
	drops(&m);
	endpoint_drops(&m);
	for (int i = 0; i < 2; i++) {
		endpoints(&m, units[i]);
		policies(&m, units[i]);
		paths(&m, units[i]);
		sids(&m, units[i]);
	}
	text = wf_buf_take(&m.out);
	if (text)
		wf_call_answer_text(c, "text/plain; version=0.0.4", text);
	else
		wf_call_answer(c, 503, NULL);
}
