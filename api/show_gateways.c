// SPDX-License-Identifier: Apache-2.0
/* The list of gateways, each with its arms: the endpoints that it has in tenants. */
#include "agent/gateway.h"
#include "api/item.h"
#include "api/routes.h"
#include "schema/schema.h"
#include "schema/value.h"

struct show {
	struct wf_agent *agent;
	const struct wf_stats *stats;
};

/* One arm. */
struct arm {
	const struct wf_object *gateway;
	const char *tenant;
	const struct wf_object *endpoint; /* NULL: it is not made yet */
	bool is_up;
	bool is_here; /* at the node that is asked, which alone knows what passes it */
	struct wf_gateway_stats stats; /* of one that is here */
};

static bool is_up(const struct wf_object *endpoint)
{
	return endpoint && endpoint->endpoint.node[0] && !endpoint->endpoint.is_down;
}

static struct arm arm_of(const struct show *s, const struct wf_object *gateway, const char *tenant)
{
	struct arm arm = {.gateway = gateway, .tenant = tenant};
	char name[WF_NAME_MAX + 1];

	if (wf_gateway_endpoint_name(gateway->name, name) < 0)
		return arm;
	arm.endpoint = wf_model_find(wf_agent_model(s->agent), WF_KIND_ENDPOINT, tenant, name);
	if (arm.endpoint && !arm.endpoint->endpoint.is_gateway)
		arm.endpoint = NULL;
	arm.is_up = is_up(arm.endpoint);
	arm.is_here = wf_gateway_stats(s->agent, gateway->name, tenant, &arm.stats, NULL) == 0;
	return arm;
}

/* Null: not known here. */
static json_t *counter(const struct show *s, const struct arm *arm, enum wf_counter_kind kind)
{
	struct wf_dest_key key;

	if (!arm->is_here || !arm->endpoint || !wf_item_endpoint_key(s->agent, arm->endpoint, &key))
		return json_null();
	return wf_item_counter(wf_stats_get(s->stats, kind, &key, sizeof(key)));
}

static json_t *number(const struct arm *arm, uint64_t n)
{
	return arm->is_here ? json_integer((json_int_t)n) : json_null();
}

static int add_endpoint(const struct wf_object *endpoint, json_t *item)
{
	const struct wf_endpoint *e = &endpoint->endpoint;
	int r = json_object_set_new(item, "name", json_string(endpoint->name));

	return r ? r
		 : json_object_set_new(item, "addresses", wf_addrs_to_json(e->addrs, e->n_addrs));
}

/* What the arm is given goes out, what it sends has come in. */
static json_t *make_arm(const struct show *s, const struct arm *arm)
{
	const char *problem = arm->stats.problem;
	json_t *item = json_pack("{s:s, s:b, s:o, s:o, s:o, s:o}", "tenant", arm->tenant, "is_up",
				 (int)arm->is_up, "out", counter(s, arm, WF_COUNTER_ENDPOINT_RX),
				 "in", counter(s, arm, WF_COUNTER_ENDPOINT_TX), "flows",
				 number(arm, arm->stats.flows), "refused",
				 number(arm, arm->stats.refused));
	int r = item ? 0 : -ENOMEM;

	if (!r && arm->endpoint)
		r = add_endpoint(arm->endpoint, item);
	if (!r && *problem)
		r = json_object_set_new(item, "problem", json_string(problem));
	if (r) {
		json_decref(item);
		return NULL;
	}
	return item;
}

/* -ENOMEM, or 1 if it is up, else 0. */
static int add_arm(const struct show *s, const struct wf_object *o, const char *tenant,
		   json_t *list)
{
	const struct arm arm = arm_of(s, o, tenant);

	if (json_array_append_new(list, make_arm(s, &arm)) < 0)
		return -ENOMEM;
	return arm.is_up;
}

/* Returns how many are up, or -ENOMEM. */
static int add_arms(const struct show *s, const struct wf_object *o, json_t *list)
{
	const char *tenant;
	int n_up = 0, r = 0;

	for (unsigned int at = 0; r >= 0 && (tenant = wf_gateway_next_tenant(&o->gateway, &at));) {
		r = add_arm(s, o, tenant, list);
		n_up += r;
	}
	return r < 0 ? r : n_up;
}

static const char *state_of(size_t n_up, size_t n)
{
	return !n_up ? "down" : n_up < n ? "partly" : "up";
}

static json_t *make_gateway(void *arg, const struct wf_object *o)
{
	const struct show *s = arg;
	json_t *item = wf_object_to_json(o), *arms = json_array();
	int n_up = arms ? add_arms(s, o, arms) : -ENOMEM;

	if (!item || n_up < 0) {
		json_decref(arms);
		json_decref(item);
		return NULL;
	}
	json_object_set_new(item, "state",
			    json_string(state_of((size_t)n_up, json_array_size(arms))));
	json_object_set_new(item, "arms", arms);
	return item;
}

void wf_show_gateways(struct wf_call *c)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = wf_call_stats(c);
	struct show s = {.agent = c->agent, .stats = stats};

	if (!stats)
		return;
	wf_items_answer(c, WF_KIND_GATEWAY, make_gateway, &s);
}
