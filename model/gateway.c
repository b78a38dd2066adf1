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
