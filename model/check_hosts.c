// SPDX-License-Identifier: Apache-2.0
/*
 * Tenants with host access share a node's one routing: their prefixes cannot overlap. And the names
 * of the nodes' endpoints in them belong to the nodes.
 */
#include "model/check.h"

#include <stdio.h>

#include "model/host.h"
#include "model/tenant.h"

struct look {
	const struct wf_changes *changes;
	const struct wf_object *tenant;	  /* the one that is looked at */
	const struct wf_batch_item *item; /* of it */
};

/* Of two in the batch, the later one is told. */
static int check_pair(void *arg, const struct wf_object *other, const struct wf_batch_item *item)
{
	const struct look *look = arg;
	const struct wf_prefix *p = NULL, *q = NULL;
	char p_text[WF_PREFIX_STR_MAX], q_text[WF_PREFIX_STR_MAX];

	if (!other->self.is_host || wf_object_cmp(other, look->tenant) == 0 ||
	    (item && item->index > look->item->index) ||
	    !wf_tenants_overlap(&look->tenant->self, &other->self, &p, &q))
		return 0;
	wf_problems_add(look->changes->problems, look->item->index, "host",
			"tenants '%s' and '%s' cannot both have host access: %s of the one "
			"overlaps %s of the other, and a node has one routing for both",
			look->tenant->name, other->name, wf_prefix_str(p, p_text),
			wf_prefix_str(q, q_text));
	return 0;
}

static bool is_node(const struct wf_changes *c, const char *name)
{
	return wf_batch_find_name(c->batch, WF_KIND_NODE, "", name) ||
	       wf_model_find(c->model, WF_KIND_NODE, NULL, name);
}

static bool takes_name(const struct wf_changes *c, const struct wf_object *endpoint)
{
	const char *node = wf_host_node(endpoint->name);

	return node && !endpoint->endpoint.is_host && is_node(c, node);
}

/* Endpoints that stay as they are; the batch's are looked at by themselves. */
static int check_name(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	const struct look *look = arg;

	if (!item && takes_name(look->changes, o))
		wf_problems_add(look->changes->problems, look->item->index, "host",
				"endpoint '%s' has the name of node '%s's own endpoint: delete it, "
				"or give it another name",
				o->name, wf_host_node(o->name));
	return 0;
}

static int check_tenant(struct look *look)
{
	const struct wf_changes *c = look->changes;
	int r = wf_batch_each(c->batch, c->model, WF_KIND_TENANT, NULL, check_pair, look);

	return r ? r
		 : wf_batch_each(c->batch, c->model, WF_KIND_ENDPOINT, look->tenant->name,
				 check_name, look);
}

static void check_endpoint(const struct wf_changes *c, const struct wf_batch_item *item)
{
	const struct wf_object *o = item->object;
	const struct wf_batch_item *tenant_item = wf_batch_find_name(c->batch, WF_KIND_TENANT, "",
								     o->tenant);
	const struct wf_object *tenant = tenant_item ? tenant_item->object
						     : wf_model_find(c->model, WF_KIND_TENANT, NULL,
								     o->tenant);

	if (tenant && tenant->self.is_host && takes_name(c, o))
		wf_problems_add(c->problems, item->index, "name",
				"'%s' is the name of node '%s's own endpoint in tenant '%s', which "
				"has host access: choose another name",
				o->name, wf_host_node(o->name), o->tenant);
}

int wf_check_hosts(const struct wf_changes *c)
{
	int r = 0;

	for (size_t i = 0; i < c->batch->n && !r; i++) {
		const struct wf_batch_item *item = &c->batch->items[i];
		struct look look = {c, item->object, item};

		if (item->object->kind == WF_KIND_TENANT && item->object->self.is_host)
			r = check_tenant(&look);
		else if (item->object->kind == WF_KIND_ENDPOINT)
			check_endpoint(c, item);
	}
	return r;
}
