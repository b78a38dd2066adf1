// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <stdio.h>
#include <string.h>

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

static void check_tenant(struct check *c, const struct wf_tenant *t)
{
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

static void check_policy(struct check *c, const struct wf_policy *p)
{
	if (!p->n_paths)
		wf_problems_add(c->problems, c->index, "paths",
				"a policy needs at least one path; via: [] is the direct one");
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
		check_policy(&c, &o->policy);
}
