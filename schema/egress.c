// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/gateway.h"

/* An address, or a prefix; the address is one of all its bits. */
static void read_pool_entry(struct wf_reader *r, const char *key, json_t *v, struct wf_prefix *ret)
{
	static const char wanted[] = "an address or a prefix, like 203.0.113.10 or 203.0.113.16/30";
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	if (wf_addr_parse(text, &ret->addr) == 0)
		ret->len = 128;
	else if (strchr(text, '/'))
		wf_value_prefix(r, key, v, ret);
	else
		wf_value_wrong(r, key, wanted, v);
}

static void read_pool(struct wf_reader *r, const char *key, json_t *v, struct wf_egress *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_NAT_PREFIX_MAX, "addresses, like [203.0.113.10]"))
		return;
	if (!json_array_size(v)) {
		wf_problems_add(r->problems, r->index, key,
				"a pool needs at least one address, like 203.0.113.10; without "
				"`nat` the tenant keeps its own addresses");
		return;
	}
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%.60s[%zu]", key, i);
		read_pool_entry(r, at, item, &ret->nat[i]);
	}
	ret->n_nat = (unsigned int)json_array_size(v);
}

/* Digits up to @end: 0, or 65536 for what is above; -1: there are none. */
static long read_port(const char *text, const char **end)
{
	long port = *text >= '0' && *text <= '9' ? 0 : -1;

	for (; *text >= '0' && *text <= '9'; text++)
		port = port > UINT16_MAX ? port : port * 10 + (*text - '0');
	*end = text;
	return port;
}

static void read_ports(struct wf_reader *r, const char *key, json_t *v, struct wf_egress *ret)
{
	static const char wanted[] = "ports, like 1024-65535 or 4000";
	char text[WF_VALUE_TEXT_MAX];
	const char *end;
	long first, last;

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	first = last = read_port(text, &end);
	if (first >= 0 && *end == '-')
		last = read_port(end + 1, &end);
	if (first < 0 || last < 0 || *end)
		wf_value_wrong(r, key, wanted, v);
	else if (!first || first > UINT16_MAX || last > UINT16_MAX)
		wf_problems_add(r->problems, r->index, key, "'%.60s': there are ports from 1 to %d",
				text, UINT16_MAX);
	else if (last < first)
		wf_problems_add(r->problems, r->index, key,
				"'%.60s' ends before it begins; did you mean %ld-%ld?", text, last,
				first);
	else {
		ret->first_port = (uint16_t)first;
		ret->last_port = (uint16_t)last;
	}
}

static void read_key(struct wf_reader *r, const char *at, const char *name, json_t *v,
		     struct wf_egress *ret)
{
	static const char *const known[] = {"tenant", "nat", "ports", NULL};
	char key[WF_KEY_MAX];

	snprintf(key, sizeof(key), "%.30s.%.60s", at, name);
	if (strcmp(name, "tenant") == 0)
		wf_value_name(r, key, v, ret->tenant);
	else if (strcmp(name, "nat") == 0)
		read_pool(r, key, v, ret);
	else if (strcmp(name, "ports") == 0)
		read_ports(r, key, v, ret);
	else
		wf_value_unknown_key(r, key, name, known);
}

static void read_tenant(struct wf_reader *r, const char *at, json_t *v, struct wf_egress *ret)
{
	const char *name;
	json_t *value;

	if (!json_is_object(v)) {
		wf_value_wrong(r, at, "a tenant, like {tenant: red, nat: [203.0.113.10]}", v);
		return;
	}
	json_object_foreach(v, name, value) read_key(r, at, name, value, ret);
	if (!json_object_get(v, "tenant"))
		wf_problems_add(r->problems, r->index, at,
				"the tenant is missing, like {tenant: red}");
	if (ret->n_nat && !json_object_get(v, "ports")) {
		ret->first_port = WF_NAT_PORT_FIRST;
		ret->last_port = UINT16_MAX;
	}
}

void wf_egress_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_gateway *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_GATEWAY_TENANTS_MAX, "tenants, like [{tenant: red}]") ||
	    !json_array_size(v))
		return;
	ret->egress = calloc(json_array_size(v), sizeof(*ret->egress));
	if (!ret->egress) {
		r->is_out_of_memory = true;
		return;
	}
	ret->n_egress = (unsigned int)json_array_size(v);
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_tenant(r, at, item, &ret->egress[i]);
	}
}

static json_t *pool_to_json(const struct wf_egress *e)
{
	json_t *list = json_array();
	char text[WF_PREFIX_STR_MAX];

	for (unsigned int i = 0; list && i < e->n_nat; i++)
		if (json_array_append_new(list, json_string(wf_nat_str(&e->nat[i], text))) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *tenant_to_json(const struct wf_egress *e)
{
	if (!e->n_nat)
		return json_pack("{s:s}", "tenant", e->tenant);
	if (e->first_port == e->last_port)
		return json_pack("{s:s, s:o, s:i}", "tenant", e->tenant, "nat", pool_to_json(e),
				 "ports", (int)e->first_port);
	return json_pack("{s:s, s:o, s:o}", "tenant", e->tenant, "nat", pool_to_json(e), "ports",
			 json_sprintf("%u-%u", e->first_port, e->last_port));
}

json_t *wf_egress_to_json(const struct wf_gateway *g)
{
	json_t *list = json_array();

	for (unsigned int i = 0; list && i < g->n_egress; i++)
		if (json_array_append_new(list, tenant_to_json(&g->egress[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
