// SPDX-License-Identifier: Apache-2.0
/* The lists of functions and services, with the endpoints that are their instances and backends. */
#include "api/item.h"
#include "api/routes.h"
#include "api/shares.h"
#include "model/member.h"
#include "schema/schema.h"
#include "wire/sid.h"

struct show {
	const struct wf_agent *agent;
	const struct wf_stats *stats;
	struct wf_agent_status status;
};

/* Is @endpoint one of @o's? What is to be said of it beyond itself is added to @item. */
typedef bool (*member_fn)(const struct wf_object *o, const struct wf_object *endpoint,
			  json_t *item);

static bool is_instance(const struct wf_object *o, const struct wf_object *endpoint, json_t *item)
{
	(void)item; /* all instances are alike */
	return wf_function_has(&o->function, &endpoint->endpoint);
}

static bool is_backend(const struct wf_object *o, const struct wf_object *endpoint, json_t *item)
{
	const struct wf_backends *b = wf_service_backends_of(&o->service, &endpoint->endpoint);

	if (b)
		json_object_set_new(item, "weight", json_integer(b->weight));
	return b;
}

/* @n; null: not known here. */
static json_t *count_of(bool is_known, uint64_t n)
{
	return is_known ? json_integer((json_int_t)n) : json_null();
}

/* What is sent to a SID, its node counts, and no other. */
static void add_counts(const struct show *s, const struct wf_object *o, const struct wf_endpoint *e,
		       json_t *item)
{
	const bool is_here = e->sid && !strcmp(e->node, s->status.node);
	const uint64_t head = wf_sid_head_make(s->status.block, s->status.node_id,
					       WF_FN_ENDPOINT | e->sid);
	const struct wf_counter c = wf_stats_get(s->stats, WF_COUNTER_SID, &head, sizeof(head));

	json_object_set_new(item, "packets", count_of(is_here, c.packets));
	json_object_set_new(item, "bytes", count_of(is_here, c.bytes));
	if (o->kind == WF_KIND_SERVICE)
		json_object_set_new(item, "flows",
				    count_of(is_here, wf_stats_flows(s->stats, e->sid)));
}

/* NULL: it is none, or no memory. */
static json_t *make_member(const struct show *s, const struct wf_object *o,
			   const struct wf_object *endpoint, member_fn is_member)
{
	const struct wf_endpoint *e = &endpoint->endpoint;
	json_t *item = json_pack("{s:s, s:s?, s:s?, s:b}", "name", endpoint->name, "node",
				 e->node[0] ? e->node : NULL, "ifname",
				 e->ifname[0] ? e->ifname : NULL, "is_up",
				 e->node[0] && !e->is_down);

	if (!item || !is_member(o, endpoint, item)) {
		json_decref(item);
		return NULL;
	}
	add_counts(s, o, e, item);
	return item;
}

static json_t *make(const struct show *s, const struct wf_object *o, member_fn is_member)
{
	struct wf_object *const *endpoints;
	json_t *item = wf_object_to_json(o), *list = json_array();
	size_t n;

	endpoints = wf_model_range(wf_agent_model(s->agent), WF_KIND_ENDPOINT, o->tenant, &n);
	for (size_t i = 0; item && i < n; i++) {
		json_t *member = make_member(s, o, endpoints[i], is_member);

		if (member)
			json_array_append_new(list, member);
	}
	if (!item)
		json_decref(list);
	else
		json_object_set_new(item, "endpoints", list);
	return item;
}

static json_t *make_function(void *arg, const struct wf_object *o)
{
	return make(arg, o, is_instance);
}

static json_t *make_service(void *arg, const struct wf_object *o)
{
	const struct show *s = arg;
	json_t *item = make(s, o, is_backend);

	if (item && wf_shares_tell(s->agent, o, json_object_get(item, "endpoints")) < 0) {
		json_decref(item);
		return NULL;
	}
	return item;
}

static void show(struct wf_call *c, enum wf_kind kind,
		 json_t *(*make_one)(void *arg, const struct wf_object *o))
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = wf_call_stats(c);
	struct show s = {.agent = c->agent, .stats = stats};

	if (!stats)
		return;
	wf_agent_status(c->agent, &s.status);
	wf_items_answer(c, kind, make_one, &s);
}

void wf_show_functions(struct wf_call *c)
{
	show(c, WF_KIND_FUNCTION, make_function);
}

void wf_show_services(struct wf_call *c)
{
	show(c, WF_KIND_SERVICE, make_service);
}
