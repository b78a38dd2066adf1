// SPDX-License-Identifier: Apache-2.0
#include "schema/keys.h"

static void read_id(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	uint32_t id;

	if (wf_value_number(r, key, v, WF_NODE_ID_MIN, WF_NODE_ID_MAX, &id))
		o->node.id = (uint16_t)id;
}

static int write_id(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->node.id, ret);
}

static void read_mtu(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_number(r, key, v, WF_UNDERLAY_MTU_MIN, WF_UNDERLAY_MTU_MAX, &o->node.mtu);
}

static int write_mtu(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->node.mtu, ret);
}

static void read_end(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	o->node.has_end_sid = wf_value_addr(r, key, v, &o->node.end_sid);
}

static int write_end(const struct wf_object *o, json_t **ret)
{
	char addr[WF_ADDR_STR_MAX];

	if (!o->node.has_end_sid)
		return 0;
	return wf_key_wrote(json_string(wf_addr_str(&o->node.end_sid, addr)), ret);
}

static const struct wf_key keys[] = {
	{"id", 0, read_id, write_id},
	{"mtu", 0, read_mtu, write_mtu},
	{"end", 0, read_end, write_end},
	{0},
};

const struct wf_keys wf_node_keys = {.keys = keys};
