// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "model/check.h"
#include "model/ports.h"
#include "model/scope.h"

struct check {
	struct wf_problems *problems;
	size_t index;
};

static void check_node(struct check *c, const struct wf_node *node)
{
	const struct wf_prefix sid = {.addr = node->end_sid, .len = 128};
	static const uint8_t block[2] = {0x5f, 0x00}; /* the one reserved prefix for SIDs */
	char addr[WF_ADDR_STR_MAX];
	const char *reserved;

	if (!node->has_end_sid)
		return;
	if (wf_addr_is_v4(&node->end_sid)) {
		wf_problems_add(c->problems, c->index, "end",
				"%s is IPv4; an End SID is an IPv6 address, like 5f00:0:9:1::",
				wf_addr_str(&node->end_sid, addr));
		return;
	}
	reserved = wf_prefix_reserved(&sid);
	if (reserved && memcmp(node->end_sid.bytes, block, sizeof(block)) != 0)
		wf_problems_add(c->problems, c->index, "end",
				"%s cannot be an End SID: it is in %s",
				wf_addr_str(&node->end_sid, addr), reserved);
}

static void check_prefix(struct check *c, const struct wf_tenant *t, unsigned int i)
{
	const char *reserved = wf_prefix_reserved(&t->prefixes[i]);
	char key[32], a[WF_PREFIX_STR_MAX], b[WF_PREFIX_STR_MAX];

	snprintf(key, sizeof(key), "prefixes[%u]", i);
	wf_prefix_str(&t->prefixes[i], a);
	if (reserved)
		wf_problems_add(c->problems, c->index, key,
				"a tenant cannot have %s: it overlaps %s", a, reserved);
	for (unsigned int j = 0; j < i; j++)
		if (wf_prefix_overlaps(&t->prefixes[i], &t->prefixes[j])) {
			wf_problems_add(c->problems, c->index, key, "%s overlaps prefixes[%u], %s",
					a, j, wf_prefix_str(&t->prefixes[j], b));
			return;
		}
}

static void check_verify(struct check *c, const struct wf_tenant *t)
{
	char key[32];

	for (unsigned int i = 1; i < t->n_verify; i++)
		for (unsigned int j = 0; j < i; j++)
			if (strcmp(t->verify[i], t->verify[j]) == 0) {
				snprintf(key, sizeof(key), "verify[%u]", i);
				wf_problems_add(c->problems, c->index, key,
						"node '%s' is there twice", t->verify[i]);
				break;
			}
}

static void check_tenant(struct check *c, const struct wf_tenant *t)
{
	if (t->require & (WF_REQUIRE_PATH | WF_REQUIRE_TRANSIT))
		wf_problems_add(c->problems, c->index, "require",
				"a tenant can require hmac alone: path and transit belong to the "
				"policies that have the paths");
	check_verify(c, t);

	if (!t->n_prefixes)
		wf_problems_add(c->problems, c->index, "prefixes",
				"a tenant needs at least one prefix, like 10.0.0.0/16");
	for (unsigned int i = 0; i < t->n_prefixes; i++)
		check_prefix(c, t, i);
}

static void check_endpoint(struct check *c, const struct wf_endpoint *e)
{
	char key[32], addr[WF_ADDR_STR_MAX];

	for (unsigned int i = 1; i < e->n_addrs; i++)
		for (unsigned int j = 0; j < i; j++)
			if (wf_addr_cmp(&e->addrs[i], &e->addrs[j]) == 0) {
				snprintf(key, sizeof(key), "addresses[%u]", i);
				wf_problems_add(c->problems, c->index, key, "%s is there twice",
						wf_addr_str(&e->addrs[i], addr));
				break;
			}
}

static bool says_encoding(const struct wf_policy *p)
{
	return p->encoding != WF_ENCODING_UNSET;
}

/* What is denied goes no way. */
static void check_deny(struct check *c, const struct wf_policy *p)
{
	const char *key = p->n_paths > 1     ? "paths"
			  : p->n_paths	     ? "via"
			  : p->require	     ? "require"
			  : p->is_symmetric  ? "reverse"
			  : says_encoding(p) ? "encoding"
					     : NULL;

	if (key)
		wf_problems_add(c->problems, c->index, key,
				"a policy that denies cannot have it: what is denied goes no way");
}

static bool is_without_waypoint(const struct wf_policy *p)
{
	for (unsigned int i = 0; i < p->n_paths; i++)
		if (!p->paths[i].n_via)
			return true;
	return false;
}

/* A way through a function twice would be a loop to it. */
static void check_loops(struct check *c, const struct wf_policy *p, unsigned int i)
{
	const struct wf_path *path = &p->paths[i];
	char key[WF_VIA_KEY_MAX];

	for (unsigned int j = 1; j < path->n_via; j++)
		for (unsigned int k = 0; k < j; k++)
			if (path->is_function[j] && path->is_function[k] &&
			    strcmp(path->via[j], path->via[k]) == 0) {
				wf_problems_add(c->problems, c->index, wf_via_key(p, i, j, key),
						"function '%s' is on this path already: it can be "
						"passed once",
						path->via[j]);
				break;
			}
}

static void check_allow(struct check *c, const struct wf_policy *p)
{
	for (unsigned int i = 0; i < p->n_paths; i++)
		check_loops(c, p, i);
	if (!p->n_paths)
		wf_problems_add(c->problems, c->index, "paths",
				"a policy needs at least one path; via: [] is the direct one");
	else if ((p->require & WF_REQUIRE_TRANSIT) && is_without_waypoint(p))
		wf_problems_add(c->problems, c->index, "require",
				"transit is what waypoints prove, and there is a path without one; "
				"path is proved without, too");
	if (p->is_symmetric && p->from.type == WF_SELECT_TENANT)
		wf_problems_add(
			c->problems, c->index, "reverse",
			"replies to another tenant go by the direct path; leave reverse out");
}

static void check_ports(struct check *c, const struct wf_policy *p)
{
	for (unsigned int i = 0; i < p->n_ports; i++) {
		const struct wf_port_range *range = &p->ports[i];
		const struct wf_port_range meant = {range->proto, range->last, range->first};
		char key[32], a[WF_PORT_RANGE_STR_MAX], b[WF_PORT_RANGE_STR_MAX];

		snprintf(key, sizeof(key), "ports[%u]", i);
		wf_port_range_str(range, a);
		if (range->first > range->last)
			wf_problems_add(c->problems, c->index, key,
					"%s is the wrong way round; did you mean %s?", a,
					wf_port_range_str(&meant, b));
		else if (range->proto == IPPROTO_ICMP && range->last > WF_ICMP_TYPE_MAX)
			wf_problems_add(c->problems, c->index, key,
					"%s: icmp has types from 0 to %d", a, WF_ICMP_TYPE_MAX);
	}
}

static void check_sides(struct check *c, const struct wf_object *o)
{
	const struct wf_policy *p = &o->policy;

	if (p->to.type == WF_SELECT_TENANT)
		wf_problems_add(c->problems, c->index, "to",
				"a policy stands in the tenant that it opens: write it in tenant "
				"'%s', with from: " WF_SELECTOR_TENANT "%s",
				p->to.tenant, o->tenant);
	if (p->from.type == WF_SELECT_TENANT && strcmp(p->from.tenant, o->tenant) == 0)
		wf_problems_add(c->problems, c->index, "from",
				"tenant '%s' is the policy's own; write any, or labels alone",
				o->tenant);
	if (p->to.type == WF_SELECT_INTERNET &&
	    (p->from.type == WF_SELECT_INTERNET || p->from.type == WF_SELECT_TENANT))
		wf_problems_add(c->problems, c->index, "to",
				"only the tenant's own endpoints can go to the Internet by it");
}

static void check_policy(struct check *c, const struct wf_object *o)
{
	const struct wf_policy *p = &o->policy;

	check_sides(c, o);
	check_ports(c, p);
	if (p->is_deny)
		check_deny(c, p);
	else
		check_allow(c, p);
	if (p->from.type == WF_SELECT_PREFIX && p->to.type == WF_SELECT_PREFIX &&
	    wf_prefix_is_v4(&p->from.prefix) != wf_prefix_is_v4(&p->to.prefix))
		wf_problems_add(
			c->problems, c->index, "to",
			"nothing can match: one of from and to is IPv4, the other one is IPv6");
}

void wf_object_check(const struct wf_object *o, size_t index, struct wf_problems *problems)
{
	struct check c = {problems, index};

	if (o->kind == WF_KIND_NODE)
		check_node(&c, &o->node);
	else if (o->kind == WF_KIND_TENANT)
		check_tenant(&c, &o->self);
	else if (o->kind == WF_KIND_ENDPOINT)
		check_endpoint(&c, &o->endpoint);
	else if (o->kind == WF_KIND_POLICY)
		check_policy(&c, o);
	else if (o->kind == WF_KIND_FUNCTION)
		wf_check_function(&o->function, index, problems);
	else if (o->kind == WF_KIND_SERVICE)
		wf_check_service(&o->service, index, problems);
	else if (o->kind == WF_KIND_GATEWAY)
		wf_check_gateway(o, index, problems);
}
