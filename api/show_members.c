// SPDX-License-Identifier: Apache-2.0
/* The lists of functions and services, with the endpoints that are their instances and backends. */
#include "api/item.h"
#include "api/routes.h"
#include "api/shares.h"
#include "model/member.h"
#include "schema/schema.h"

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

/* NULL: it is none, or no memory. */
static json_t *make_member(const struct wf_object *o, const struct wf_object *endpoint,
			   member_fn is_member)
{
	const struct wf_endpoint *e = &endpoint->endpoint;
	json_t *item = json_pack("{s:s, s:s?, s:s?, s:b}", "name", endpoint->name, "node",
				 e->node[0] ? e->node : NULL, "ifname",
				 e->ifname[0] ? e->ifname : NULL, "is_up",
				 e->node[0] && !e->is_down);

	if (item && is_member(o, endpoint, item))
		return item;
	json_decref(item);
	return NULL;
}

static json_t *make(const struct wf_agent *a, const struct wf_object *o, member_fn is_member)
{
	struct wf_object *const *endpoints;
	json_t *item = wf_object_to_json(o), *list = json_array();
	size_t n;

	endpoints = wf_model_range(wf_agent_model(a), WF_KIND_ENDPOINT, o->tenant, &n);
	for (size_t i = 0; item && i < n; i++) {
		json_t *member = make_member(o, endpoints[i], is_member);

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
	json_t *item = make(arg, o, is_backend);

	if (item && wf_shares_tell(arg, o, json_object_get(item, "endpoints")) < 0) {
		json_decref(item);
		return NULL;
	}
	return item;
}

void wf_show_functions(struct wf_call *c)
{
	wf_items_answer(c, WF_KIND_FUNCTION, make_function, c->agent);
}

void wf_show_services(struct wf_call *c)
{
	wf_items_answer(c, WF_KIND_SERVICE, make_service, c->agent);
}
