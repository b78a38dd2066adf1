// SPDX-License-Identifier: Apache-2.0
#include "api/item.h"

#include <stdio.h>

#include "agent/health.h"
#include "schema/schema.h"

static bool is_wanted(const struct wf_object *o, const char *name)
{
	return !name || !strcmp(o->name, name);
}

void wf_items_answer(struct wf_call *c, enum wf_kind kind,
		     json_t *(*make)(void *arg, const struct wf_object *o), void *arg)
{
	const char *tenant = wf_call_query(c, "tenant"), *name = wf_call_query(c, "name");
	struct wf_object *const *objects;
	json_t *items = json_array();
	size_t n;

	objects = wf_model_range(wf_agent_model(c->agent), kind,
				 wf_kind_has_tenant(kind) ? tenant : NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (is_wanted(objects[i], name) &&
		    json_array_append_new(items, make(arg, objects[i])) < 0) {
			json_decref(items);
			items = NULL;
			break;
		}
	wf_call_answer_items(c, items);
}

json_t *wf_item_counter(struct wf_counter n)
{
	return json_pack("{s:I,s:I}", "packets", (json_int_t)n.packets, "bytes",
			 (json_int_t)n.bytes);
}

void wf_item_add_counter(json_t *item, struct wf_counter n)
{
	json_object_set_new(item, "packets", json_integer((json_int_t)n.packets));
	json_object_set_new(item, "bytes", json_integer((json_int_t)n.bytes));
}

struct wf_stats *wf_call_stats(struct wf_call *c)
{
	struct wf_stats *stats = NULL;
	struct wf_err err = {0};

	if (wf_agent_stats(c->agent, &stats, &err) < 0)
		wf_call_fail_err(c, &err);
	return stats;
}

struct wf_counter wf_item_sid_counter(const struct wf_stats *stats, uint64_t head,
				      uint32_t behavior)
{
	if (behavior == WF_BEHAVIOR_DT46)
		return wf_stats_sum(stats, WF_COUNTER_POLICY_IN);
	return wf_stats_get(stats, WF_COUNTER_SID, &head, sizeof(head));
}

bool wf_item_endpoint_key(const struct wf_agent *a, const struct wf_object *o,
			  struct wf_dest_key *ret)
{
	const struct wf_object *tenant = wf_model_find(wf_agent_model(a), WF_KIND_TENANT, NULL,
						       o->tenant);

	if (!tenant || !o->endpoint.n_addrs)
		return false;
	*ret = (struct wf_dest_key){.tenant = tenant->self.id};
	memcpy(ret->addr, o->endpoint.addrs[0].bytes, sizeof(ret->addr));
	return true;
}

static void add_local(const struct wf_agent *a, const struct wf_stats *stats,
		      const struct wf_object *o, json_t *item)
{
	const struct wf_link *link = wf_agent_link(a, o->tenant, o->name);
	struct wf_dest_key key;

	if (link) {
		json_object_set_new(item, "interface", json_string(link->name));
		json_object_set_new(item, "mtu", json_integer(link->mtu));
	}
	if (!stats || !wf_item_endpoint_key(a, o, &key))
		return;
	json_object_set_new(item, "tx",
			    wf_item_counter(wf_stats_get(stats, WF_COUNTER_ENDPOINT_TX, &key,
							 sizeof(key))));
	json_object_set_new(item, "rx",
			    wf_item_counter(wf_stats_get(stats, WF_COUNTER_ENDPOINT_RX, &key,
							 sizeof(key))));
}

/* Null: nothing asks how it is. */
static void add_health(const struct wf_agent *a, const struct wf_object *o, json_t *item)
{
	enum wf_health health = wf_agent_health(a, o);
	const char *why = wf_agent_health_reason(a, o);

	json_object_set_new(item, "health",
			    health == WF_HEALTH_UNKNOWN
				    ? json_null()
				    : json_string(health == WF_HEALTH_UP ? "up" : "down"));
	if (why)
		json_object_set_new(item, "health_reason", json_string(why));
}

json_t *wf_item_endpoint(const struct wf_agent *a, const struct wf_stats *stats,
			 const struct wf_object *o)
{
	json_t *item = wf_object_to_json(o);
	struct wf_agent_status s;
	bool is_local;

	if (!item)
		return NULL;
	wf_agent_status(a, &s);
	is_local = !strcmp(o->endpoint.node, s.node);
	json_object_set_new(item, "is_local", json_boolean(is_local));
	add_health(a, o, item);
	if (is_local)
		add_local(a, stats, o, item);
	return item;
}

void wf_item_add_nodes(json_t *list, const struct wf_path_segment *s)
{
	char text[8];

	for (unsigned int i = 0; i < s->n_nodes; i++) {
		snprintf(text, sizeof(text), "%u", s->ids[i]);
		json_array_append_new(list, json_string(s->nodes[i] ? s->nodes[i]->name : text));
	}
}

static json_t *segment_nodes(const struct wf_path_segment *s)
{
	json_t *nodes = json_array();

	wf_item_add_nodes(nodes, s);
	return nodes;
}

/* What is entered at each of them; null: the node itself. */
static json_t *segment_endpoints(const struct wf_path_segment *s)
{
	json_t *endpoints = json_array();
	char text[8];

	for (unsigned int i = 0; i < s->n_nodes; i++) {
		snprintf(text, sizeof(text), "%u", s->sids[i]);
		json_array_append_new(endpoints, !s->sids[i] ? json_null()
						 : s->endpoints[i]
							 ? json_string(s->endpoints[i]->name)
							 : json_string(text));
	}
	return endpoints;
}

static json_t *segments(const struct wf_path_info *p)
{
	json_t *list = json_array();
	char sid[WF_ADDR_STR_MAX];

	for (unsigned int i = 0; i < p->n_segments; i++) {
		const struct wf_path_segment *s = &p->segments[i];

		json_array_append_new(
			list, json_pack("{s:s,s:o,s:o,s:s}", "sid", wf_addr_str(&s->sid, sid),
					"nodes", segment_nodes(s), "endpoints",
					segment_endpoints(s), "behavior", s->behavior));
	}
	return list;
}

/* An object's name; null for what there is none of. */
static json_t *name_of(const struct wf_object *o)
{
	return o ? json_string(o->name) : json_null();
}

static json_t *number_of(uint32_t number)
{
	return number ? json_integer(number) : json_null();
}

/* What its header carries beside the segments. A signed one is of one sender. */
static void add_extras(json_t *item, const struct wf_path_info *p)
{
	json_object_set_new(item, "key", number_of(p->key_id));
	json_object_set_new(item, "identity",
			    p->key_id ? json_integer(p->key.identity) : json_null());
	json_object_set_new(item, "metadata", json_string(p->has_opaque ? "tlv" : "sid"));
	json_object_set_new(item, "transit_every", number_of(p->template->transit_every));
}

json_t *wf_item_path(const struct wf_path_info *p, const struct wf_stats *stats)
{
	json_t *item = json_pack("{s:o,s:o,s:o,s:b,s:i,s:i,s:o,s:i}", "tenant", name_of(p->tenant),
				 "policy", name_of(p->policy), "to", name_of(p->to), "is_reverse",
				 (int)p->key.is_reverse, "alternative", (int)p->key.alternative,
				 "weight", (int)p->weight, "segments", segments(p), "overhead",
				 (int)p->template->len);

	if (item)
		add_extras(item, p);
	if (item && stats)
		wf_item_add_counter(item,
				    wf_stats_get(stats, WF_COUNTER_PATH, &p->key, sizeof(p->key)));
	return item;
}
