// SPDX-License-Identifier: Apache-2.0
#include "compile/outlets.h"

#include <string.h>

/* In the order of the wish within a tenant and gateway: what egress it has, and what it publishes
 * stand in arrays. */
static int outlet_cmp(const void *a, const void *b)
{
	const struct wf_outlet *x = a, *y = b;
	int c = strcmp(x->tenant, y->tenant);

	if (!c)
		c = strcmp(x->gateway->name, y->gateway->name);
	if (!c)
		c = !x->egress - !y->egress;
	if (!c && x->publish)
		c = (x->publish > y->publish) - (x->publish < y->publish);
	return c;
}

static int add_gateway(struct wf_outlets *o, const struct wf_object *gateway)
{
	const struct wf_gateway *g = &gateway->gateway;
	struct wf_outlet outlet = {.gateway = gateway};
	int r = 0;

	for (unsigned int i = 0; i < g->n_egress && !r; i++) {
		outlet.egress = &g->egress[i];
		outlet.tenant = outlet.egress->tenant;
		r = wf_vec_push(o, outlet);
	}
	outlet.egress = NULL;
	for (unsigned int i = 0; i < g->n_publish && !r; i++) {
		outlet.publish = &g->publish[i];
		outlet.tenant = outlet.publish->tenant;
		r = wf_vec_push(o, outlet);
	}
	return r;
}

int wf_outlets_of(const struct wf_model *m, struct wf_outlets *ret)
{
	struct wf_object *const *gateways;
	struct wf_outlets o = {0};
	size_t n;
	int r = 0;

	gateways = wf_model_range(m, WF_KIND_GATEWAY, NULL, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = add_gateway(&o, gateways[i]);
	if (r < 0) {
		wf_outlets_done(&o);
		return r;
	}
	wf_vec_sort(&o, outlet_cmp);
	*ret = o;
	return 0;
}

void wf_outlets_done(struct wf_outlets *o)
{
	wf_vec_done(o);
}

const struct wf_outlet *wf_outlets_find(const struct wf_outlets *o, const char *tenant,
					size_t *ret_n)
{
	size_t low = 0, high = o->n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(o->items[middle].tenant, tenant) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < o->n && strcmp(o->items[end].tenant, tenant) == 0; end++)
		;
	*ret_n = end - low;
	return end > low ? &o->items[low] : NULL;
}
