// SPDX-License-Identifier: Apache-2.0
/* GET /v1/path: what a packet between two endpoints gets, or one to a service, or to the outside.
 */
#include "agent/drop.h"
#include "api/item.h"
#include "api/routes.h"
#include "model/service_port.h"

static json_t *end_item(const struct wf_object *o, const struct wf_addr *addr)
{
	char text[WF_ADDR_STR_MAX];

	return json_pack("{s:s,s:s,s:s}", "name", o->name, "address", wf_addr_str(addr, text),
			 "node", o->endpoint.node);
}

static json_t *header_item(const struct wf_path_info *p, uint64_t sid_arg, bool is_v4)
{
	uint8_t bytes[WF_TEMPLATE_MAX];
	char hex[2 * WF_TEMPLATE_MAX + 1] = "";

	wf_path_header(p, sid_arg, is_v4, bytes);
	for (unsigned int i = 0; i < p->template->len; i++) {
		hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	hex[2 * p->template->len] = '\0';
	return json_string(hex);
}

static json_t *paths_item(const struct wf_explanation *x, bool is_v4, const struct wf_stats *stats)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < x->n_paths; i++) {
		json_t *item = wf_item_path(&x->paths[i], stats);

		json_object_set_new(item, "share", json_real(x->paths[i].share));
		json_object_set_new(item, "header", header_item(&x->paths[i], x->sid_arg, is_v4));
		json_array_append_new(list, item);
	}
	return list;
}

/* How packets go by @x. */
static json_t *way_item(const struct wf_explanation *x, bool is_v4, const struct wf_stats *stats)
{
	return json_pack("{s:o,s:b,s:o,s:b}", "policy",
			 x->policy ? json_string(x->policy->name) : json_null(), "is_reverse",
			 (int)x->is_reverse, "paths", paths_item(x, is_v4, stats), "local",
			 (int)x->is_local);
}

static json_t *endpoint_answer(const struct wf_explanation *x, const struct wf_stats *stats)
{
	json_t *item = way_item(x, wf_addr_is_v4(&x->to_addr), stats);

	if (item)
		json_object_update_new(item,
				       json_pack("{s:s,s:o,s:o,s:i}", "tenant", x->from->tenant,
						 "from", end_item(x->from, &x->from_addr), "to",
						 end_item(x->to, &x->to_addr), "mtu", (int)x->mtu));
	return item;
}

/* Those that are asked before the owner takes a flow. */
static json_t *others_item(const struct wf_explained_slots *s)
{
	json_t *list = json_array();

	for (unsigned int i = 1; i < WF_CANDIDATES_MAX && s->candidates[i].sid; i++)
		json_array_append_new(list, s->backends[i] ? json_string(s->backends[i]->name)
							   : json_null());
	return list;
}

static json_t *slots_item(const struct wf_explained_slots *s, bool is_v4,
			  const struct wf_stats *stats)
{
	const struct wf_object *owner = s->backends[0];
	json_t *item = json_pack("{s:s?,s:s?,s:o,s:f,s:s?}", "name", owner ? owner->name : NULL,
				 "node", owner ? owner->endpoint.node : NULL, "others",
				 others_item(s), "share", s->share, "dropped",
				 s->drop ? wf_drop_name(s->drop) : NULL);

	if (item && s->way)
		json_object_update_new(item, way_item(s->way, is_v4, stats));
	return item;
}

static json_t *service_answer(const struct wf_service_explanation *x, const struct wf_stats *stats)
{
	char addr[WF_ADDR_STR_MAX], port[WF_SERVICE_PORT_STR_MAX];
	json_t *backends = json_array();

	for (size_t i = 0; i < x->n_slots; i++)
		json_array_append_new(backends,
				      slots_item(&x->slots[i], wf_addr_is_v4(&x->to_addr), stats));
	return json_pack("{s:s,s:o,s:{s:s,s:s,s:s,s:n},s:s,s:i,s:o,s:I}", "tenant", x->from->tenant,
			 "from", end_item(x->from, &x->from_addr), "to", "tenant",
			 x->service->tenant, "name", x->service->name, "address",
			 wf_addr_str(&x->to_addr, addr), "node", "port",
			 wf_service_port_str(&x->port, port), "mtu", (int)x->mtu, "backends",
			 backends, "more", (json_int_t)x->n_more);
}

static json_t *exit_item(const struct wf_explained_exit *e, bool is_v4,
			 const struct wf_stats *stats)
{
	json_t *item = json_pack("{s:s?,s:s?,s:f,s:s?}", "name",
				 e->gateway ? e->gateway->name : NULL, "node",
				 e->node ? e->node->name : NULL, "share", e->share, "dropped",
				 e->drop ? wf_drop_name(e->drop) : NULL);

	if (item && e->way)
		json_object_update_new(item, way_item(e->way, is_v4, stats));
	return item;
}

static json_t *outside_answer(const struct wf_outside_explanation *x, const struct wf_stats *stats)
{
	const bool is_v4 = wf_addr_is_v4(&x->to_addr);
	char addr[WF_ADDR_STR_MAX];
	json_t *gateways = json_array();

	for (size_t i = 0; i < x->n_exits; i++)
		json_array_append_new(gateways, exit_item(&x->exits[i], is_v4, stats));
	return json_pack("{s:s,s:o,s:{s:s,s:b},s:i,s:o}", "tenant", x->from->tenant, "from",
			 end_item(x->from, &x->from_addr), "to", "address",
			 wf_addr_str(&x->to_addr, addr), "outside", 1, "mtu", (int)x->mtu,
			 "gateways", gateways);
}

static void show_endpoint(struct wf_call *c, const char *tenant, const char *from, const char *to)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = NULL;
	struct wf_explanation x;
	struct wf_err err = {0};

	if (wf_path_explain(c->agent, tenant, from, to, &x, &err) < 0) {
		wf_call_fail_err(c, &err);
		return;
	}
	stats = wf_call_stats(c);
	if (stats)
		wf_call_answer(c, 200, endpoint_answer(&x, stats));
}

static void show_service(struct wf_call *c, const char *tenant, const char *from, const char *to)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = NULL;
	struct wf_service_explanation x = {.n_slots = 0};
	struct wf_err err = {0};

	if (wf_path_explain_service(c->agent, tenant, from, to, wf_call_query(c, "port"), &x,
				    &err) < 0) {
		wf_call_fail_err(c, &err);
		return;
	}
	stats = wf_call_stats(c);
	if (stats)
		wf_call_answer(c, 200, service_answer(&x, stats));
	wf_service_explanation_done(&x);
}

static void show_outside(struct wf_call *c, const char *tenant, const char *from, const char *to)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = NULL;
	struct wf_outside_explanation x = {.n_exits = 0};
	struct wf_err err = {0};

	if (wf_path_explain_outside(c->agent, tenant, from, to, &x, &err) < 0) {
		wf_call_fail_err(c, &err);
		return;
	}
	stats = wf_call_stats(c);
	if (stats)
		wf_call_answer(c, 200, outside_answer(&x, stats));
	wf_outside_explanation_done(&x);
}

void wf_show_path(struct wf_call *c)
{
	const char *tenant = wf_call_query(c, "tenant"), *from = wf_call_query(c, "from"),
		   *to = wf_call_query(c, "to");

	if (!tenant || !from || !to)
		wf_call_fail(c, 400, "'tenant', 'from' and 'to' must be given");
	else if (wf_path_is_to_service(c->agent, tenant, to))
		show_service(c, tenant, from, to);
	else if (wf_call_query(c, "port"))
		wf_call_fail(c, 422,
			     "'port' is for services: tenant '%.63s' has no service '%.63s'",
			     tenant, to);
	else if (wf_path_is_outside(c->agent, tenant, to))
		show_outside(c, tenant, from, to);
	else
		show_endpoint(c, tenant, from, to);
}
