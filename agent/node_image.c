// SPDX-License-Identifier: Apache-2.0
#include "agent/node_image.h"

#include "agent/state.h"
#include "compile/compile.h"

static bool is_here(const struct wf_agent *a, const char *node)
{
	return !strcmp(a->options.node, node);
}

/* The endpoints of @node as if each had an interface. The model has them in a port's order. */
static size_t make_ports(const struct wf_agent *a, const char *node, struct wf_here_port *ports)
{
	struct wf_object *const *endpoints;
	size_t n, n_ports = 0;

	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		const struct wf_object *o = endpoints[i];
		struct wf_here_port *port = ports ? &ports[n_ports] : NULL;

		if (strcmp(o->endpoint.node, node) != 0)
			continue;
		n_ports++;
		if (!port)
			continue;
		strcpy(port->tenant, o->tenant);
		strcpy(port->name, o->name);
		port->ifindex = (int)n_ports;
	}
	return n_ports;
}

static int compile(struct wf_node_image *n, const struct wf_agent *a, const char *node,
		   struct wf_err *err)
{
	struct wf_here here = {.block = a->options.block};

	here.n_ports = make_ports(a, node, NULL);
	n->ports = calloc(here.n_ports + 1, sizeof(*n->ports));
	if (!n->ports)
		return wf_err_set(err, -ENOMEM, "out of memory");
	make_ports(a, node, n->ports);
	here.ports = n->ports;
	strcpy(here.node, node);
	return wf_compile(a->model, &here, &n->compiled, err);
}

int wf_node_image_init(struct wf_node_image *n, const struct wf_agent *a, const char *node,
		       struct wf_err *err)
{
	int r = 0;

	*n = (struct wf_node_image){.agent = a};
	if (is_here(a, node) && !a->installed)
		return wf_err_set(err, -EIO,
				  "what the kernel holds is not known at the moment: see 'weft "
				  "status', and try again");
	if (!is_here(a, node))
		r = compile(n, a, node, err);
	n->image = n->compiled ? n->compiled : a->installed;
	if (r)
		wf_node_image_done(n);
	return r;
}

void wf_node_image_done(struct wf_node_image *n)
{
	wf_image_free(n->compiled);
	free(n->ports);
	*n = (struct wf_node_image){0};
}

static const void *find_exact(const void *tables, enum wf_table table, const void *key)
{
	return wf_image_find(tables, table, key);
}

static const void *find(const void *tables, enum wf_table table, const void *key)
{
	return table == WF_TABLE_ZONE ? wf_zone_longest(find_exact, tables, key)
				      : find_exact(tables, table, key);
}

struct wf_world wf_node_image_world(const struct wf_node_image *n)
{
	/* Only read: the image is not const because it is built by the same function. */
	const struct wf_config *config = wf_image_config((struct wf_image *)n->image);

	return (struct wf_world){.config = config, .find = find, .tables = n->image};
}

static uint32_t ifindex_of(const struct wf_node_image *n, const struct wf_object *o)
{
	const struct wf_here_port *port = n->ports;
	const struct wf_link *link;

	if (!n->compiled) {
		link = wf_agent_link(n->agent, o->tenant, o->name);
		return link ? (uint32_t)link->ifindex : 0;
	}
	for (; port->ifindex; port++)
		if (!strcmp(port->tenant, o->tenant) && !strcmp(port->name, o->name))
			return (uint32_t)port->ifindex;
	return 0;
}

const struct wf_port *wf_node_image_port(const struct wf_node_image *n,
					 const struct wf_object *endpoint)
{
	uint32_t ifindex = ifindex_of(n, endpoint);

	return ifindex ? wf_image_find(n->image, WF_TABLE_PORT, &ifindex) : NULL;
}
