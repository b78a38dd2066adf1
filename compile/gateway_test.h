/* SPDX-License-Identifier: Apache-2.0 */
/* Gateways in wishes for tests. */
#pragma once

#include "compile/service_test.h"

/* What stands before the first blank becomes @name, of @size bytes; returns the rest. */
static inline const char *wish_first_word(const char *text, char *name, size_t size)
{
	const size_t n = strcspn(text, " ");

	assert_true(n < size);
	memcpy(name, text, n);
	name[n] = 0;
	return text + n;
}

struct wish_gateway {
	const char *name, *node;
	const char *egress[4];	/* "red 203.0.113.10/32 ..."; a tenant alone: routed */
	const char *publish[4]; /* "red/web 203.0.113.80 ..." */
};

static inline void wish_egress(struct wf_egress *e, const char *text)
{
	char words[256], *rest, *word;

	snprintf(words, sizeof(words), "%s", wish_first_word(text, e->tenant, sizeof(e->tenant)));
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		assert_int_equal(wf_prefix_parse(word, &e->nat[e->n_nat++]), 0);
}

static inline void wish_publish(struct wf_publish *p, const char *text)
{
	char words[256], name[2 * WF_NAME_MAX + 2], *rest, *word;

	snprintf(words, sizeof(words), "%s", wish_first_word(text, name, sizeof(name)));
	word = strchr(name, '/');
	*word = 0;
	strcpy(p->tenant, name);
	strcpy(p->service, word + 1);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		assert_int_equal(wf_addr_parse(word, &p->addrs[p->n_addrs++]), 0);
}

static inline void wish_gateway(struct wf_model *m, const struct wish_gateway *w)
{
	struct wf_object *o = wf_object_new(WF_KIND_GATEWAY, NULL, w->name);
	struct wf_gateway *g = &o->gateway;

	strcpy(g->node, w->node);
	strcpy(g->outside, "out0");
	g->egress = calloc(4, sizeof(*g->egress));
	g->publish = calloc(4, sizeof(*g->publish));
	for (int i = 0; i < 4 && w->egress[i]; i++)
		wish_egress(&g->egress[g->n_egress++], w->egress[i]);
	for (int i = 0; i < 4 && w->publish[i]; i++)
		wish_publish(&g->publish[g->n_publish++], w->publish[i]);
	wish_put(m, o);
}

/* What a gateway's node makes for a tenant. */
struct wish_exit {
	const char *tenant, *gateway, *node, *addrs;
	uint32_t identity;
	uint16_t sid;
	bool is_down;
};

static inline void wish_exit(struct wf_model *m, const struct wish_exit *w)
{
	char name[WF_NAME_MAX + 1], labels[2 * WF_NAME_MAX];
	struct wf_object *o;

	assert_int_equal(wf_gateway_endpoint_name(w->gateway, name), 0);
	snprintf(labels, sizeof(labels), WF_GATEWAY_LABEL "=%s", w->gateway);
	wish_endpoint(m, w->tenant, name, w->node, w->addrs, labels, w->identity);
	o = wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, w->tenant, name));
	o->endpoint.sid = w->sid;
	o->endpoint.is_down = w->is_down;
	o->endpoint.is_gateway = true;
	wish_put(m, o);
}
