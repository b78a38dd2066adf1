// SPDX-License-Identifier: Apache-2.0
#include "api/news.h"

#include "agent/printable.h"
#include "model/object.h"

const char *wf_reach_word(enum wf_reach reach)
{
	static const char *const words[] = {
		[WF_REACH_YES] = "yes", [WF_REACH_SILENT] = "silent", [WF_REACH_NO] = "no"};

	return reach < sizeof(words) / sizeof(*words) ? words[reach] : NULL;
}

static int add_endpoint(json_t *item, const struct wf_news *news)
{
	const struct wf_object *o = news->object;
	char why[256];

	return json_object_update_new(
		item,
		json_pack("{s:s,s:s,s:s,s:s,s:s?}", "tenant", o->tenant, "name", o->name, "at",
			  o->endpoint.node, "health", news->health == WF_HEALTH_UP ? "up" : "down",
			  "reason", news->why ? wf_printable(news->why, why, sizeof(why)) : NULL));
}

json_t *wf_news_json(const struct wf_news *news, const char *node)
{
	const bool is_node = news->object->kind == WF_KIND_NODE;
	json_t *item = json_pack("{s:I,s:s,s:s,s:s}", "time_ms", (json_int_t)news->time_ms, "type",
				 "health", "node", node, "of", is_node ? "node" : "endpoint");
	int r = -1;

	if (item && is_node)
		r = json_object_update_new(item,
					   json_pack("{s:s,s:s?}", "name", news->object->name,
						     "reachable", wf_reach_word(news->reach)));
	else if (item)
		r = add_endpoint(item, news);
	if (r == 0)
		return item;
	json_decref(item);
	return NULL;
}
