// SPDX-License-Identifier: Apache-2.0
#include "compile/direct.h"

#include <string.h>

#include "compile/needs.h"

static int hear(struct wf_directs *d, uint32_t tenant, const struct wf_endpoint *e)
{
	struct wf_direct direct = {.tenant = tenant, .identity = e->identity};
	int r = wf_vec_push(d, direct);

	if (r || !e->identity_was)
		return r;
	direct.identity = e->identity_was;
	return wf_vec_push(d, direct);
}

/* Those of the first @n members that are here send to @tenant; and then the node does, too. */
static int hear_members(struct wf_directs *d, uint32_t tenant, const struct wf_realm *realm,
			size_t n)
{
	const struct wf_direct node = {.tenant = tenant};
	size_t before = d->n;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		if (realm->members.items[i].is_here)
			r = hear(d, tenant, &realm->members.items[i].object->endpoint);
	return r || d->n == before ? r : wf_vec_push(d, node);
}

int wf_directs_hear(struct wf_directs *d, const struct wf_realm *realm)
{
	const struct wf_members *p = &realm->members;
	int r = hear_members(d, realm->tenant->self.id, realm, p->n);

	for (size_t i = p->n_own; i < p->n && !r; i++) /* guests of a tenant stand together */
		if (i == p->n_own || p->items[i].home != p->items[i - 1].home)
			r = hear_members(d, p->items[i].home, realm, p->n_own);
	return r;
}

static int direct_cmp(const void *a, const void *b)
{
	const struct wf_direct *x = a, *y = b;

	if (x->tenant != y->tenant)
		return (x->tenant > y->tenant) - (x->tenant < y->tenant);
	return (x->identity > y->identity) - (x->identity < y->identity);
}

static void sort_unique(struct wf_directs *d)
{
	size_t n = 0;

	wf_vec_sort(d, direct_cmp);
	for (size_t i = 0; i < d->n; i++)
		if (!n || direct_cmp(&d->items[n - 1], &d->items[i]) != 0)
			d->items[n++] = d->items[i];
	d->n = n;
}

#define NODE_WORDS ((WF_NODE_ID_MAX + 64) / 64)

/* A bit for each node where endpoints of @tenant are. */
static void find_homes(const struct wf_view *v, const char *tenant, uint64_t ret[NODE_WORDS])
{
	struct wf_object *const *endpoints;
	size_t n;

	memset(ret, 0, NODE_WORDS * sizeof(*ret));
	endpoints = wf_model_range(v->model, WF_KIND_ENDPOINT, tenant, &n);
	for (size_t i = 0; i < n; i++) {
		uint16_t id = wf_nodes_id(&v->nodes, endpoints[i]->endpoint.node);

		ret[id / 64] |= (uint64_t)1 << id % 64; /* 0: nowhere */
	}
}

static int add_tenant(const struct wf_paths *paths, const struct wf_object *tenant,
		      const struct wf_senders *senders)
{
	uint64_t homes[NODE_WORDS];
	int r = 0;

	if (!wf_tenant_has_direct(&tenant->self))
		return 0;
	find_homes(paths->view, tenant->name, homes);
	for (uint16_t id = 1; id <= WF_NODE_ID_MAX && !r; id++)
		if (homes[id / 64] >> id % 64 & 1)
			r = wf_paths_add_own_direct(paths, &tenant->self, id, senders);
	return r;
}

/* The @n directs of one tenant. */
static int add_group(const struct wf_paths *paths, const struct wf_direct *directs, size_t n)
{
	const struct wf_claim claim = wf_claim_id(WF_KIND_TENANT, "", directs->tenant);
	const struct wf_object *tenant = wf_model_find_claim(paths->view->model, &claim, NULL);
	_cleanup_free_ uint32_t *identities = calloc(n, sizeof(*identities));
	const struct wf_senders senders = {identities, n};

	if (!identities)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		identities[i] = directs[i].identity;
	return tenant ? add_tenant(paths, tenant, &senders) : 0;
}

int wf_directs_add(struct wf_directs *d, const struct wf_paths *paths)
{
	size_t first = 0;
	int r = 0;

	sort_unique(d);
	for (size_t i = 1; i <= d->n && !r; i++) {
		if (i < d->n && d->items[i].tenant == d->items[first].tenant)
			continue;
		r = add_group(paths, &d->items[first], i - first);
		first = i;
	}
	return r;
}

void wf_directs_done(struct wf_directs *d)
{
	wf_vec_done(d);
}
