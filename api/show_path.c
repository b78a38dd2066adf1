// SPDX-License-Identifier: Apache-2.0
/* GET /v1/path: what a packet between two endpoints gets. */
#include "api/item.h"
#include "api/routes.h"

static json_t *end_item(const struct wf_object *o, const struct wf_addr *addr)
{
	char text[WF_ADDR_STR_MAX];

	return json_pack("{s:s,s:s,s:s}", "name", o->name, "address", wf_addr_str(addr, text),
			 "node", o->endpoint.node);
}

static json_t *header_item(const struct wf_path_info *p, const struct wf_explanation *x)
{
	uint8_t bytes[WF_TEMPLATE_MAX];
	char hex[2 * WF_TEMPLATE_MAX + 1] = "";

	wf_path_header(p, x->sid_arg, wf_addr_is_v4(&x->to_addr), bytes);
	for (unsigned int i = 0; i < p->template->len; i++) {
		hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	hex[2 * p->template->len] = '\0';
	return json_string(hex);
}

static json_t *paths_item(const struct wf_explanation *x, const struct wf_stats *stats)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < x->n_paths; i++) {
		json_t *item = wf_item_path(&x->paths[i], stats);

		json_object_set_new(item, "share", json_real(x->paths[i].share));
		json_object_set_new(item, "header", header_item(&x->paths[i], x));
		json_array_append_new(list, item);
	}
	return list;
}

static void answer(struct wf_call *c, const struct wf_explanation *x)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = wf_call_stats(c);

	if (!stats)
		return;
	wf_call_answer(c, 200,
		       json_pack("{s:s,s:o,s:o,s:o,s:b,s:i,s:o,s:b}", "tenant", x->from->tenant,
				 "from", end_item(x->from, &x->from_addr), "to",
				 end_item(x->to, &x->to_addr), "policy",
				 x->policy ? json_string(x->policy->name) : json_null(),
				 "is_reverse", (int)x->is_reverse, "mtu", (int)x->mtu, "paths",
				 paths_item(x, stats), "local", (int)x->is_local));
}

void wf_show_path(struct wf_call *c)
{
	const char *tenant = wf_call_query(c, "tenant"), *from = wf_call_query(c, "from"),
		   *to = wf_call_query(c, "to");
	struct wf_explanation x;
	struct wf_err err = {0};

	if (!tenant || !from || !to)
		wf_call_fail(c, 400, "'tenant', 'from' and 'to' must be given");
	else if (wf_path_explain(c->agent, tenant, from, to, &x, &err) < 0)
		wf_call_fail_err(c, &err);
	else
		answer(c, &x);
}
