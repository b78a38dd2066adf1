// SPDX-License-Identifier: Apache-2.0
/* What gateways name, and what is called as theirs. Their addresses: check_outside.c,
 * check_inside.c. */
#include "model/check.h"

#include <stdio.h>
#include <string.h>

struct look {
	const struct wf_changes *changes;
	const struct wf_batch_item *item; /* the gateway that is looked at */
};

static void check_node(const struct wf_changes *c, const struct wf_batch_item *item)
{
	const char *name = item->object->gateway.node;
	const struct wf_object *node = wf_changes_find(c, WF_KIND_NODE, "", name);

	if (!node)
		wf_changes_unknown(c, item->index, "node", WF_KIND_NODE, "", name);
	else if (node->node.has_end_sid)
		wf_problems_add(c->problems, item->index, "node",
				"node '%s' does not run Weft (it has an `end`), so it cannot be a "
				"gateway's",
				name);
}

/* Of two in the batch, the later one is told. */
static int check_rival(void *arg, const struct wf_object *other, const struct wf_batch_item *item)
{
	const struct look *look = arg;
	const struct wf_object *o = look->item->object;

	if (strcmp(other->gateway.node, o->gateway.node) != 0 || wf_object_cmp(other, o) == 0 ||
	    (item && item->index > look->item->index))
		return 0;
	wf_problems_add(look->changes->problems, look->item->index, "node",
			"node '%s' has gateway '%s' already, and can have one: it serves many "
			"tenants",
			o->gateway.node, other->name);
	return 0;
}

static bool check_tenant(const struct wf_changes *c, size_t index, const char *key,
			 const char *tenant)
{
	if (wf_changes_find(c, WF_KIND_TENANT, "", tenant))
		return true;
	wf_changes_unknown(c, index, key, WF_KIND_TENANT, "", tenant);
	return false;
}

static void check_named(const struct wf_changes *c, const struct wf_batch_item *item)
{
	const struct wf_gateway *g = &item->object->gateway;
	char key[48];

	for (unsigned int i = 0; i < g->n_egress; i++) {
		snprintf(key, sizeof(key), "egress[%u].tenant", i);
		check_tenant(c, item->index, key, g->egress[i].tenant);
	}
	for (unsigned int i = 0; i < g->n_publish; i++) {
		const struct wf_publish *p = &g->publish[i];

		snprintf(key, sizeof(key), "publish[%u].service", i);
		if (check_tenant(c, item->index, key, p->tenant) &&
		    !wf_changes_find(c, WF_KIND_SERVICE, p->tenant, p->service))
			wf_changes_unknown(c, item->index, key, WF_KIND_SERVICE, p->tenant,
					   p->service);
	}
}

/* Endpoints that stay as they are; the batch's are looked at by themselves. */
static void check_taken(const struct wf_changes *c, const struct wf_batch_item *item,
			const char *tenant)
{
	const struct wf_object *o;
	char name[WF_NAME_MAX + 1];

	if (wf_gateway_endpoint_name(item->object->name, name) < 0)
		return; /* wf_check_gateway() says so */
	o = wf_model_find(c->model, WF_KIND_ENDPOINT, tenant, name);
	if (o && !o->endpoint.is_gateway && !wf_batch_find(c->batch, o))
		wf_problems_add(
			c->problems, item->index, "name",
			"endpoint '%s' of tenant '%s' is called as the gateway's own there: "
			"delete it, or give it another name",
			name, tenant);
}

static void check_names(const struct wf_changes *c, const struct wf_batch_item *item)
{
	const char *tenant;

	for (unsigned int at = 0; (tenant = wf_gateway_next_tenant(&item->object->gateway, &at));)
		check_taken(c, item, tenant);
}

static void check_endpoint(const struct wf_changes *c, const struct wf_batch_item *item)
{
	const struct wf_object *o = item->object, *gateway;
	const size_t n = strlen(WF_GATEWAY_PREFIX);

	if (o->endpoint.is_gateway || strncmp(o->name, WF_GATEWAY_PREFIX, n) != 0)
		return;
	gateway = wf_changes_find(c, WF_KIND_GATEWAY, "", o->name + n);
	if (gateway && wf_gateway_serves(&gateway->gateway, o->tenant))
		wf_problems_add(c->problems, item->index, "name",
				"'%s' is the name of gateway '%s's own endpoint in tenant '%s': "
				"choose another name",
				o->name, gateway->name, o->tenant);
}

int wf_check_gateways(const struct wf_changes *c)
{
	int r = 0;

	for (size_t i = 0; i < c->batch->n && !r; i++) {
		const struct wf_batch_item *item = &c->batch->items[i];
		struct look look = {c, item};

		if (item->object->kind == WF_KIND_ENDPOINT)
			check_endpoint(c, item);
		if (item->object->kind != WF_KIND_GATEWAY)
			continue;
		check_node(c, item);
		check_named(c, item);
		check_names(c, item);
		r = wf_batch_each(c->batch, c->model, WF_KIND_GATEWAY, NULL, check_rival, &look);
	}
	return r;
}
