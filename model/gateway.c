// SPDX-License-Identifier: Apache-2.0
#include "model/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

int wf_gateway_endpoint_name(const char *gateway, char *ret)
{
	int len = snprintf(ret, WF_NAME_MAX + 1, WF_GATEWAY_PREFIX "%s", gateway);

	return len > WF_NAME_MAX ? -ENAMETOOLONG : 0;
}

const char *wf_nat_str(const struct wf_prefix *p, char *buf)
{
	return p->len == 128 ? wf_addr_str(&p->addr, buf) : wf_prefix_str(p, buf);
}

const struct wf_egress *wf_gateway_egress(const struct wf_gateway *g, const char *tenant)
{
	for (unsigned int i = 0; i < g->n_egress; i++)
		if (strcmp(g->egress[i].tenant, tenant) == 0)
			return &g->egress[i];
	return NULL;
}

const struct wf_publish *wf_gateway_publishes(const struct wf_gateway *g, const char *tenant,
					      const char *service)
{
	for (unsigned int i = 0; i < g->n_publish; i++)
		if (strcmp(g->publish[i].service, service) == 0 &&
		    strcmp(g->publish[i].tenant, tenant) == 0)
			return &g->publish[i];
	return NULL;
}

bool wf_gateway_serves(const struct wf_gateway *g, const char *tenant)
{
	if (wf_gateway_egress(g, tenant))
		return true;
	for (unsigned int i = 0; i < g->n_publish; i++)
		if (strcmp(g->publish[i].tenant, tenant) == 0)
			return true;
	return false;
}

const struct wf_publish *wf_published_next(const struct wf_model *m, const char *tenant,
					   const char *service, size_t *at)
{
	size_t n;
	struct wf_object *const *gateways = wf_model_range(m, WF_KIND_GATEWAY, NULL, &n);

	while (*at < n) {
		const struct wf_publish *p = wf_gateway_publishes(&gateways[(*at)++]->gateway,
								  tenant, service);

		if (p)
			return p;
	}
	return NULL;
}

void wf_gateway_done(struct wf_gateway *g)
{
	free(g->egress);
	free(g->publish);
	g->egress = NULL;
	g->publish = NULL;
	g->n_egress = g->n_publish = 0;
}

/* A copy of @n things of @size; NULL where there are none, too. */
static void *copy(const void *from, unsigned int n, size_t size)
{
	void *to = n ? calloc(n, size) : NULL;

	return to ? memcpy(to, from, n * size) : NULL;
}

int wf_gateway_copy(const struct wf_gateway *g, struct wf_gateway *ret)
{
	*ret = *g;
	ret->egress = copy(g->egress, g->n_egress, sizeof(*g->egress));
	ret->publish = copy(g->publish, g->n_publish, sizeof(*g->publish));
	if ((!ret->egress && g->n_egress) || (!ret->publish && g->n_publish)) {
		wf_gateway_done(ret);
		return -ENOMEM;
	}
	return 0;
}
