// SPDX-License-Identifier: Apache-2.0
/* What can be said of a gateway by itself. */
#include "model/check.h"

#include <stdio.h>
#include <string.h>

#include "model/scope.h"

struct check {
	const struct wf_gateway *gateway;
	struct wf_problems *problems;
	size_t index;
};

#define KEY_MAX 48

/* 2^@bits, or what is surely too many. */
static unsigned int addresses(unsigned int bits)
{
	return 1u << (bits < 16 ? bits : 16);
}

static void check_pool_size(const struct check *c, unsigned int i)
{
	const struct wf_egress *e = &c->gateway->egress[i];
	unsigned int n[2] = {0}; /* IPv6, IPv4 */
	char key[KEY_MAX];

	for (unsigned int j = 0; j < e->n_nat; j++)
		n[wf_prefix_is_v4(&e->nat[j])] += addresses(128u - e->nat[j].len);
	snprintf(key, sizeof(key), "egress[%u].nat", i);
	for (int is_v4 = 0; is_v4 < 2; is_v4++)
		if (n[is_v4] > WF_NAT_ADDR_MAX)
			wf_problems_add(
				c->problems, c->index, key,
				"a pool has at most %d addresses of a family, and these are "
				"more of IPv%d: name smaller prefixes",
				WF_NAT_ADDR_MAX, is_v4 ? 4 : 6);
}

static void check_pool(const struct check *c, unsigned int i)
{
	const struct wf_egress *e = &c->gateway->egress[i];
	char key[KEY_MAX], text[WF_PREFIX_STR_MAX];

	for (unsigned int j = 0; j < e->n_nat; j++) {
		const char *reserved = wf_prefix_reserved(&e->nat[j]);

		snprintf(key, sizeof(key), "egress[%u].nat[%u]", i, j);
		if (reserved)
			wf_problems_add(c->problems, c->index, key,
					"a pool cannot have %s: it overlaps %s",
					wf_nat_str(&e->nat[j], text), reserved);
	}
	check_pool_size(c, i);
}

static void check_ports(const struct check *c, unsigned int i)
{
	const struct wf_egress *e = &c->gateway->egress[i];
	char key[KEY_MAX];

	snprintf(key, sizeof(key), "egress[%u].ports", i);
	if (!e->n_nat && (e->first_port || e->last_port))
		wf_problems_add(c->problems, c->index, key,
				"are the pool's: give the tenant a `nat`, or leave them out");
	else if (e->n_nat && (!e->first_port || e->first_port > e->last_port))
		wf_problems_add(c->problems, c->index, key,
				"expected ports, like 1024-65535, not %u-%u", e->first_port,
				e->last_port);
}

static void check_egress(const struct check *c, unsigned int i)
{
	const struct wf_egress *all = c->gateway->egress;
	char key[KEY_MAX];

	for (unsigned int j = 0; j < i; j++)
		if (strcmp(all[i].tenant, all[j].tenant) == 0) {
			snprintf(key, sizeof(key), "egress[%u].tenant", i);
			wf_problems_add(c->problems, c->index, key,
					"tenant '%s' is there twice; egress[%u] can have all of "
					"its addresses",
					all[i].tenant, j);
			break;
		}
	check_pool(c, i);
	check_ports(c, i);
}

static void check_published(const struct check *c, unsigned int i, unsigned int j)
{
	const struct wf_publish *p = &c->gateway->publish[i];
	const struct wf_prefix host = {p->addrs[j], 128};
	const char *reserved = wf_prefix_reserved(&host);
	char key[KEY_MAX], text[WF_ADDR_STR_MAX];

	wf_addr_str(&p->addrs[j], text);
	snprintf(key, sizeof(key), "publish[%u].addresses[%u]", i, j);
	if (reserved)
		wf_problems_add(c->problems, c->index, key, "%s cannot be published: it is in %s",
				text, reserved);
	for (unsigned int k = 0; k < j; k++)
		if (wf_addr_cmp(&p->addrs[j], &p->addrs[k]) == 0) {
			wf_problems_add(c->problems, c->index, key, "%s is there twice", text);
			break;
		}
}

static void check_publish(const struct check *c, unsigned int i)
{
	const struct wf_publish *all = c->gateway->publish;
	char key[KEY_MAX];

	for (unsigned int j = 0; j < i; j++)
		if (strcmp(all[i].tenant, all[j].tenant) == 0 &&
		    strcmp(all[i].service, all[j].service) == 0) {
			snprintf(key, sizeof(key), "publish[%u].service", i);
			wf_problems_add(c->problems, c->index, key,
					"service '%s/%s' is there twice; publish[%u] can have all "
					"of its addresses",
					all[i].tenant, all[i].service, j);
			break;
		}
	snprintf(key, sizeof(key), "publish[%u].addresses", i);
	if (!all[i].n_addrs)
		wf_problems_add(c->problems, c->index, key,
				"a published service needs at least one address, like "
				"203.0.113.80");
	for (unsigned int j = 0; j < all[i].n_addrs; j++)
		check_published(c, i, j);
}

static void check_peer(const struct check *c, unsigned int i)
{
	const struct wf_bgp_peer *peers = c->gateway->peers;
	const struct wf_prefix host = {peers[i].addr, 128};
	const char *reserved = wf_prefix_reserved(&host);
	char key[KEY_MAX], text[WF_ADDR_STR_MAX];

	wf_addr_str(&peers[i].addr, text);
	snprintf(key, sizeof(key), "bgp.peers[%u].address", i);
	if (reserved)
		wf_problems_add(c->problems, c->index, key,
				"%s cannot be a peer's address: it is in %s", text, reserved);
	for (unsigned int j = 0; j < i; j++)
		if (wf_addr_cmp(&peers[i].addr, &peers[j].addr) == 0) {
			wf_problems_add(c->problems, c->index, key, "%s is there twice", text);
			break;
		}
}

void wf_check_gateway(const struct wf_object *o, size_t index, struct wf_problems *problems)
{
	const struct wf_gateway *g = &o->gateway;
	const struct check c = {g, problems, index};

	if (strlen(o->name) > WF_GATEWAY_NAME_MAX)
		wf_problems_add(problems, index, "name",
				"has more than %d characters, which leaves no room for '%s' in the "
				"names of its endpoints",
				(int)WF_GATEWAY_NAME_MAX, WF_GATEWAY_PREFIX);
	if (!g->n_egress && !g->n_publish)
		wf_problems_add(problems, index, "egress",
				"a gateway is for tenants or services: give it an `egress`, like "
				"[{tenant: red}], or a `publish`");
	for (unsigned int i = 0; i < g->n_egress; i++)
		check_egress(&c, i);
	for (unsigned int i = 0; i < g->n_publish; i++)
		check_publish(&c, i);
	for (unsigned int i = 0; i < g->n_peers; i++)
		check_peer(&c, i);
}
