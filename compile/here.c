// SPDX-License-Identifier: Apache-2.0
#include "compile/here.h"

#include <string.h>

#include "dp/table.h"
#include "model/object.h"

const struct wf_here_port *wf_here_find(const struct wf_here *here,
					const struct wf_object *endpoint)
{
	size_t low = 0, high = here->n_ports;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct wf_here_port *port = &here->ports[middle];
		int c = strcmp(endpoint->tenant, port->tenant);

		if (!c)
			c = strcmp(endpoint->name, port->name);
		if (c == 0)
			return port;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

uint32_t wf_here_ifindex(const struct wf_here_port *port)
{
	if (!port)
		return 0;
	return (uint32_t)port->ifindex | (port->is_host ? WF_IFINDEX_HOST : 0);
}

bool wf_here_reaches(const struct wf_here *here, uint16_t node)
{
	size_t low = 0, high = here ? here->n_unreachable : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (here->unreachable[middle] == node)
			return false;
		if (node < here->unreachable[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return true;
}
