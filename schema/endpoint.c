// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "schema/keys.h"

static void read_addresses(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_addrs(r, key, v, WF_ENDPOINT_ADDR_MAX, o->endpoint.addrs, &o->endpoint.n_addrs);
}

static int write_addresses(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_addrs_to_json(o->endpoint.addrs, o->endpoint.n_addrs), ret);
}

static void read_labels(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_labels(r, key, v, &o->endpoint.labels);
}

static int write_labels(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_labels_to_json(&o->endpoint.labels), ret);
}

static void read_node(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_name(r, key, v, o->endpoint.node);
}

static int write_node(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.node[0] ? wf_key_wrote(json_string(o->endpoint.node), ret) : 0;
}

static void read_mac(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	static const char wanted[] = "a MAC address, like 02:00:00:00:00:01";
	char text[WF_VALUE_TEXT_MAX];
	uint8_t m[6];
	int end = 0;

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &m[0], &m[1], &m[2], &m[3], &m[4],
		   &m[5], &end) != 6 ||
	    text[end])
		wf_value_wrong(r, key, wanted, v);
	else
		memcpy(o->endpoint.mac, m, sizeof(m));
}

static int write_mac(const struct wf_object *o, json_t **ret)
{
	static const uint8_t none[6];
	const uint8_t *m = o->endpoint.mac;

	if (memcmp(m, none, sizeof(none)) == 0)
		return 0;
	return wf_key_wrote(json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3],
					 m[4], m[5]),
			    ret);
}

static void read_identity(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_number(r, key, v, 1, WF_IDENTITY_MAX, &o->endpoint.identity);
}

static int write_identity(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->endpoint.identity, ret);
}

static void read_declared(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->endpoint.is_declared);
}

static int write_declared(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.is_declared ? wf_key_wrote(json_true(), ret) : 0;
}

static void read_sr_aware(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->endpoint.is_sr_aware);
}

static int write_sr_aware(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.is_sr_aware ? wf_key_wrote(json_true(), ret) : 0;
}

static void read_identity_was(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_number(r, key, v, 1, WF_IDENTITY_MAX, &o->endpoint.identity_was);
}

static int write_identity_was(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->endpoint.identity_was, ret);
}

static void read_announced(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->endpoint.is_announced);
}

static int write_announced(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.is_announced ? wf_key_wrote(json_true(), ret) : 0;
}

static void read_sid(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	uint32_t sid;

	if (wf_value_number(r, key, v, 1, WF_ENDPOINT_SID_MAX, &sid))
		o->endpoint.sid = (uint16_t)sid;
}

static int write_sid(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->endpoint.sid, ret);
}

static void read_down(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->endpoint.is_down);
}

static int write_down(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.is_down ? wf_key_wrote(json_true(), ret) : 0;
}

static void read_host(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->endpoint.is_host);
}

static int write_host(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.is_host ? wf_key_wrote(json_true(), ret) : 0;
}

static void read_gateway(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->endpoint.is_gateway);
}

static int write_gateway(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.is_gateway ? wf_key_wrote(json_true(), ret) : 0;
}

static void read_ifname(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_ifname(r, key, v, o->endpoint.ifname);
}

static int write_ifname(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.ifname[0] ? wf_key_wrote(json_string(o->endpoint.ifname), ret) : 0;
}

static void read_netns(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	if (json_is_integer(v) && json_integer_value(v) > 0)
		o->endpoint.netns = (uint64_t)json_integer_value(v);
	else
		wf_value_wrong(r, key, "the inode of a network namespace", v);
}

static int write_netns(const struct wf_object *o, json_t **ret)
{
	return o->endpoint.netns ? wf_key_wrote(json_integer((json_int_t)o->endpoint.netns), ret)
				 : 0;
}

static const struct wf_key keys[] = {
	{"addresses", 0, read_addresses, write_addresses},
	{"labels", 0, read_labels, write_labels},
	{"sr_aware", 0, read_sr_aware, write_sr_aware},
	{"node", WF_KEY_TRUSTED, read_node, write_node},
	{"mac", WF_KEY_TRUSTED, read_mac, write_mac},
	{"identity", WF_KEY_TRUSTED, read_identity, write_identity},
	{"identity_was", WF_KEY_TRUSTED, read_identity_was, write_identity_was},
	{"announced", WF_KEY_TRUSTED, read_announced, write_announced},
	{"declared", WF_KEY_TRUSTED, read_declared, write_declared},
	{"sid", WF_KEY_TRUSTED, read_sid, write_sid},
	{"down", WF_KEY_TRUSTED, read_down, write_down},
	{"host", WF_KEY_TRUSTED, read_host, write_host},
	{"gateway", WF_KEY_TRUSTED, read_gateway, write_gateway},
	{"ifname", WF_KEY_TRUSTED, read_ifname, write_ifname},
	{"netns", WF_KEY_TRUSTED, read_netns, write_netns},
	{0},
};

const struct wf_keys wf_endpoint_keys = {.keys = keys};
