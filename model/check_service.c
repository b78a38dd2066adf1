// SPDX-License-Identifier: Apache-2.0
/* What can be said of a service by itself. */
#include "model/check.h"

#include <stdio.h>

#include "model/service_port.h"

struct check {
	const struct wf_service *service;
	struct wf_problems *problems;
	size_t index;
};

static void check_addresses(const struct check *c)
{
	const struct wf_service *s = c->service;
	char key[32], addr[WF_ADDR_STR_MAX];

	if (!s->n_addrs)
		wf_problems_add(c->problems, c->index, "addresses",
				"a service needs at least one address, like 10.0.0.100");
	for (unsigned int i = 1; i < s->n_addrs; i++)
		for (unsigned int j = 0; j < i; j++)
			if (wf_addr_cmp(&s->addrs[i], &s->addrs[j]) == 0) {
				snprintf(key, sizeof(key), "addresses[%u]", i);
				wf_problems_add(c->problems, c->index, key, "%s is there twice",
						wf_addr_str(&s->addrs[i], addr));
				break;
			}
}

static bool is_same_port(const struct wf_service_port *a, const struct wf_service_port *b)
{
	return a->proto == b->proto && a->port == b->port;
}

static void check_ports(const struct check *c)
{
	const struct wf_service *s = c->service;
	char key[32], port[WF_SERVICE_PORT_STR_MAX];

	if (!s->n_ports)
		wf_problems_add(c->problems, c->index, "ports",
				"a service needs at least one port, like tcp/80 or tcp/80->8080");
	for (unsigned int i = 1; i < s->n_ports; i++)
		for (unsigned int j = 0; j < i; j++)
			if (is_same_port(&s->ports[i], &s->ports[j])) {
				snprintf(key, sizeof(key), "ports[%u]", i);
				wf_problems_add(c->problems, c->index, key, "%s is there twice",
						wf_service_port_front_str(&s->ports[i], port));
				break;
			}
}

static void check_selection(const struct check *c, unsigned int i)
{
	const struct wf_backends *backends = c->service->backends;
	char key[32];

	snprintf(key, sizeof(key), "backends[%u]", i);
	if (!backends[i].labels.n)
		wf_problems_add(c->problems, c->index, key,
				"there is no label in it, like {labels: {app: web}}");
	for (unsigned int j = 0; j < i; j++)
		if (backends[j].labels.n &&
		    wf_labels_have(&backends[i].labels, &backends[j].labels)) {
			wf_problems_add(c->problems, c->index, key,
					"selects nothing that backends[%u] does not select before "
					"it: write the one with more labels first",
					j);
			return;
		}
}

static void check_balance(const struct check *c)
{
	const struct wf_service *s = c->service;

	if (s->is_least_loaded && !s->capacity)
		wf_problems_add(c->problems, c->index, "capacity",
				"is missing: with balance: least-loaded it says how many flows a "
				"backend takes, like 1000");
	if (!s->is_least_loaded && s->capacity)
		wf_problems_add(
			c->problems, c->index, "capacity",
			"is for balance: least-loaded alone; leave it out, or ask for that");
}

void wf_check_service(const struct wf_service *s, size_t index, struct wf_problems *problems)
{
	const struct check c = {s, problems, index};

	check_addresses(&c);
	check_ports(&c);
	if (!s->n_backends)
		wf_problems_add(problems, index, "backends",
				"a service needs at least one selection of backends, like "
				"{labels: {app: web}}");
	for (unsigned int i = 0; i < s->n_backends; i++)
		check_selection(&c, i);
	check_balance(&c);
	if (s->drain_ms > WF_DRAIN_MAX_MS)
		wf_problems_add(problems, index, "drain", "%u ms is more than %d ms", s->drain_ms,
				WF_DRAIN_MAX_MS);
	if (s->probe.type == WF_PROBE_COMMAND)
		wf_problems_add(problems, index, "probe.command",
				"is for functions alone; a service's backends are asked by tcp or "
				"http");
	wf_check_probe(&s->probe, index, problems);
}
