// SPDX-License-Identifier: Apache-2.0
#include "model/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Has publication @i a tenant that egress, or another one before it, names? */
static bool is_repeated(const struct wf_gateway *g, unsigned int i)
{
	for (unsigned int j = 0; j < i; j++)
		if (strcmp(g->publish[j].tenant, g->publish[i].tenant) == 0)
			return true;
	return wf_gateway_egress(g, g->publish[i].tenant);
}

const char *wf_gateway_next_tenant(const struct wf_gateway *g, unsigned int *at)
{
	if (*at < g->n_egress)
		return g->egress[(*at)++].tenant;
	while (*at < g->n_egress + g->n_publish) {
		unsigned int i = (*at)++ - g->n_egress;

		if (!is_repeated(g, i))
			return g->publish[i].tenant;
	}
	return NULL;
}

bool wf_gateway_serves(const struct wf_gateway *g, const char *tenant)
{
	const char *name;

	for (unsigned int at = 0; (name = wf_gateway_next_tenant(g, &at));)
		if (strcmp(name, tenant) == 0)
			return true;
	return false;
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
