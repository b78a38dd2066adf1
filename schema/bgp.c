// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "schema/gateway.h"

static void read_peer_key(struct wf_reader *r, const char *at, const char *name, json_t *v,
			  struct wf_bgp_peer *ret)
{
	static const char *const known[] = {"address", "as", NULL};
	char key[WF_KEY_MAX];

	snprintf(key, sizeof(key), "%.30s.%.60s", at, name);
	if (strcmp(name, "address") == 0)
		wf_value_addr(r, key, v, &ret->addr);
	else if (strcmp(name, "as") == 0)
		wf_value_number(r, key, v, 1, UINT32_MAX, &ret->as);
	else
		wf_value_unknown_key(r, key, name, known);
}

static void read_peer(struct wf_reader *r, const char *at, json_t *v, struct wf_bgp_peer *ret)
{
	const char *name;
	json_t *value;

	if (!json_is_object(v)) {
		wf_value_wrong(r, at, "a peer, like {address: 192.0.2.1, as: 65000}", v);
		return;
	}
	json_object_foreach(v, name, value) read_peer_key(r, at, name, value, ret);
	if (!json_object_get(v, "address"))
		wf_problems_add(r->problems, r->index, at,
				"the address is missing, like {address: 192.0.2.1, as: 65000}");
	if (!json_object_get(v, "as"))
		wf_problems_add(r->problems, r->index, at,
				"the peer's AS is missing, like {address: 192.0.2.1, as: 65000}");
}

static void read_peers(struct wf_reader *r, const char *key, json_t *v, struct wf_gateway *ret)
{
	static const char wanted[] = "peers, like [{address: 192.0.2.1, as: 65000}]";
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_BGP_PEERS_MAX, wanted))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%.60s[%zu]", key, i);
		read_peer(r, at, item, &ret->peers[i]);
	}
	ret->n_peers = (unsigned int)json_array_size(v);
}

static void read_key(struct wf_reader *r, const char *at, const char *name, json_t *v,
		     struct wf_gateway *ret)
{
	static const char *const known[] = {"as", "peers", NULL};
	char key[WF_KEY_MAX];

	snprintf(key, sizeof(key), "%.30s.%.60s", at, name);
	if (strcmp(name, "as") == 0)
		wf_value_number(r, key, v, 1, UINT32_MAX, &ret->as);
	else if (strcmp(name, "peers") == 0)
		read_peers(r, key, v, ret);
	else
		wf_value_unknown_key(r, key, name, known);
}

void wf_bgp_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_gateway *ret)
{
	const char *name;
	json_t *value;

	if (!json_is_object(v)) {
		wf_value_wrong(r, key,
			       "its AS and peers, like {as: 65001, peers: [{address: 192.0.2.1, "
			       "as: 65000}]}",
			       v);
		return;
	}
	json_object_foreach(v, name, value) read_key(r, key, name, value, ret);
	if (!json_object_get(v, "as"))
		wf_problems_add(r->problems, r->index, key,
				"the gateway's own AS is missing, like {as: 65001}");
	if (!json_array_size(json_object_get(v, "peers")))
		wf_problems_add(
			r->problems, r->index, key,
			"peers are missing, like {peers: [{address: 192.0.2.1, as: 65000}]}");
}

static json_t *peer_to_json(const struct wf_bgp_peer *p)
{
	char text[WF_ADDR_STR_MAX];

	return json_pack("{s:s, s:I}", "address", wf_addr_str(&p->addr, text), "as",
			 (json_int_t)p->as);
}

json_t *wf_bgp_to_json(const struct wf_gateway *g)
{
	json_t *peers = json_array();

	for (unsigned int i = 0; peers && i < g->n_peers; i++)
		if (json_array_append_new(peers, peer_to_json(&g->peers[i])) < 0) {
			json_decref(peers);
			return NULL;
		}
	return peers ? json_pack("{s:I, s:o}", "as", (json_int_t)g->as, "peers", peers) : NULL;
}
