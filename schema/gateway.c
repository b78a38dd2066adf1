// SPDX-License-Identifier: Apache-2.0
#include "schema/gateway.h"

#include "schema/keys.h"

static void read_node(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_name(r, key, v, o->gateway.node);
}

static int write_node(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->gateway.node), ret);
}

static void read_outside(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_ifname(r, key, v, o->gateway.outside);
}

static int write_outside(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->gateway.outside), ret);
}

static void read_egress(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_egress_from_json(r, key, v, &o->gateway);
}

static int write_egress(const struct wf_object *o, json_t **ret)
{
	return o->gateway.n_egress ? wf_key_wrote(wf_egress_to_json(&o->gateway), ret) : 0;
}

static void read_publish(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_publish_from_json(r, key, v, &o->gateway);
}

static int write_publish(const struct wf_object *o, json_t **ret)
{
	return o->gateway.n_publish ? wf_key_wrote(wf_publish_to_json(&o->gateway), ret) : 0;
}

static void read_bgp(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_bgp_from_json(r, key, v, &o->gateway);
}

static int write_bgp(const struct wf_object *o, json_t **ret)
{
	return o->gateway.as ? wf_key_wrote(wf_bgp_to_json(&o->gateway), ret) : 0;
}

static const struct wf_key keys[] = {
	{"node", WF_KEY_REQUIRED, read_node, write_node},
	{"outside", WF_KEY_REQUIRED, read_outside, write_outside},
	{"egress", 0, read_egress, write_egress},
	{"publish", 0, read_publish, write_publish},
	{"bgp", 0, read_bgp, write_bgp},
	{0},
};

const struct wf_keys wf_gateway_keys = {.keys = keys};
