// SPDX-License-Identifier: Apache-2.0
/* What this node's kernel holds and has counted: SIDs and paths. */
#include "api/item.h"
#include "api/routes.h"
#include "wire/sid.h"

/* The image, or an answer and NULL. */
static const struct wf_image *image_of(struct wf_call *c)
{
	const struct wf_image *image = wf_agent_image(c->agent);

	if (!image)
		wf_call_fail(c, 503,
			     "what the kernel holds is not known at the moment: see 'weft "
			     "status', and try again");
	return image;
}

static const char *behavior(uint32_t b)
{
	static const char *const names[WF_BEHAVIOR_COUNT] = {
		[WF_BEHAVIOR_END] = "End",
		[WF_BEHAVIOR_UN] = "uN",
		[WF_BEHAVIOR_DT46] = "End.DT46",
	};

	return b < WF_BEHAVIOR_COUNT && names[b] ? names[b] : "unknown";
}

static json_t *sid_item(const struct wf_image *image, size_t i, const struct wf_stats *stats)
{
	const uint64_t *key = wf_image_key(image, WF_TABLE_SID, i);
	const struct wf_sid_entry *entry = wf_image_value(image, WF_TABLE_SID, i);
	char text[WF_ADDR_STR_MAX];
	struct wf_addr sid = {0};
	json_t *item;

	wf_store_be64(sid.bytes, *key);
	item = json_pack("{s:s,s:s}", "sid", wf_addr_str(&sid, text), "behavior",
			 behavior(entry->behavior));
	if (item)
		wf_item_add_counter(item, wf_item_sid_counter(stats, *key, entry->behavior));
	return item;
}

void wf_show_sids(struct wf_call *c)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = NULL;
	const struct wf_image *image = image_of(c);
	json_t *items;
	size_t n;

	if (image)
		stats = wf_call_stats(c);
	if (!stats)
		return;
	items = json_array();
	n = wf_image_count(image, WF_TABLE_SID);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(items, sid_item(image, i, stats));
	wf_call_answer_items(c, items);
}

/* The direct paths are every tenant's. */
static bool is_wanted(const struct wf_path_info *p, const char *tenant, const char *policy)
{
	if (tenant && p->key.tenant && (!p->tenant || strcmp(p->tenant->name, tenant) != 0))
		return false;
	return !policy || (p->policy && !strcmp(p->policy->name, policy));
}

void wf_show_paths(struct wf_call *c)
{
	const char *tenant = wf_call_query(c, "tenant"), *policy = wf_call_query(c, "policy");
	WF_CLEANUP(cleanup_stats) struct wf_stats *stats = NULL;
	const struct wf_image *image = image_of(c);
	json_t *items;
	size_t n;

	if (image)
		stats = wf_call_stats(c);
	if (!stats)
		return;
	items = json_array();
	n = wf_image_count(image, WF_TABLE_PATH);
	for (size_t i = 0; i < n; i++) {
		struct wf_path_info p;

		wf_path_describe(c->agent, i, &p);
		if (is_wanted(&p, tenant, policy))
			json_array_append_new(items, wf_item_path(&p, stats));
	}
	wf_call_answer_items(c, items);
}
