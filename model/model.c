// SPDX-License-Identifier: Apache-2.0
/*
 * One sorted array per kind, so that a new endpoint does not move the policies, and one table of
 * all claims.
 */
#include "model/model.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct wf_model {
	WF_VEC(struct wf_object *) kinds[WF_KIND_COUNT]; /* references */
	struct wf_claims claims;
};

struct wf_model *wf_model_new(void)
{
	return calloc(1, sizeof(struct wf_model));
}

static int copy_kind(const struct wf_model *from, struct wf_model *to, int kind)
{
	size_t n = from->kinds[kind].n;

	if (!n)
		return 0;
	to->kinds[kind].items = reallocarray(NULL, n, sizeof(struct wf_object *));
	if (!to->kinds[kind].items)
		return -ENOMEM;
	to->kinds[kind].cap = n;
	while (to->kinds[kind].n < n) {
		size_t i = to->kinds[kind].n++;

		to->kinds[kind].items[i] = wf_object_ref(from->kinds[kind].items[i]);
	}
	return 0;
}

struct wf_model *wf_model_copy(const struct wf_model *m)
{
	WF_CLEANUP(cleanup_model) struct wf_model *copy = wf_model_new();

	if (!copy || wf_claims_copy(&m->claims, &copy->claims) < 0)
		return NULL;
	for (int kind = 0; kind < WF_KIND_COUNT; kind++)
		if (copy_kind(m, copy, kind) < 0)
			return NULL;
	return TAKE_PTR(copy);
}

void wf_model_free(struct wf_model *m)
{
	if (!m)
		return;
	for (int kind = 0; kind < WF_KIND_COUNT; kind++) {
		for (size_t i = 0; i < m->kinds[kind].n; i++)
			wf_object_unref(m->kinds[kind].items[i]);
		wf_vec_done(&m->kinds[kind]);
	}
	wf_claims_done(&m->claims);
	free(m);
}

/* The first object of @like's kind that is not below it. */
static size_t bound(const struct wf_model *m, const struct wf_object *like)
{
	struct wf_object *const *items = m->kinds[like->kind].items;
	size_t low = 0, high = m->kinds[like->kind].n;

	if (high && wf_object_cmp(items[high - 1], like) < 0)
		return high; /* the usual case while loading */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wf_object_cmp(items[middle], like) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct wf_model *m, size_t at, const struct wf_object *like)
{
	return at < m->kinds[like->kind].n &&
	       wf_object_cmp(m->kinds[like->kind].items[at], like) == 0;
}

static void replace(struct wf_model *m, size_t at, struct wf_object *o)
{
	struct wf_object *old = m->kinds[o->kind].items[at];

	wf_claims_remove(&m->claims, old);
	m->kinds[o->kind].items[at] = wf_object_ref(o);
	wf_claims_add(&m->claims, o);
	wf_object_unref(old);
}

int wf_model_put(struct wf_model *m, struct wf_object *o)
{
	typeof(*m->kinds) *kind = &m->kinds[o->kind];
	size_t at = bound(m, o);

	if (wf_claims_reserve(&m->claims) < 0)
		return -ENOMEM;
	if (is_at(m, at, o)) {
		replace(m, at, o);
		return 0;
	}
	if (wf_vec_push(kind, o) < 0)
		return -ENOMEM;
	memmove(kind->items + at + 1, kind->items + at, (kind->n - 1 - at) * sizeof(*kind->items));
	kind->items[at] = wf_object_ref(o);
	wf_claims_add(&m->claims, o);
	return 0;
}

/* A stand-in to compare with; its name is borrowed. False: no object can have such a tenant. */
static bool stand_in(struct wf_object *like, enum wf_kind kind, const char *tenant,
		     const char *name)
{
	if (!tenant || !wf_kind_has_tenant(kind))
		tenant = "";
	if (strlen(tenant) > WF_NAME_MAX)
		return false;
	like->kind = kind;
	strcpy(like->tenant, tenant);
	like->name = (char *)name; /* only read */
	return true;
}

int wf_model_remove(struct wf_model *m, enum wf_kind kind, const char *tenant, const char *name)
{
	typeof(*m->kinds) *objects = &m->kinds[kind];
	struct wf_object like, *gone;
	size_t at;

	if (!stand_in(&like, kind, tenant, name))
		return -ENOENT;
	at = bound(m, &like);
	if (!is_at(m, at, &like))
		return -ENOENT;
	gone = objects->items[at];
	wf_claims_remove(&m->claims, gone);
	objects->n--;
	memmove(objects->items + at, objects->items + at + 1,
		(objects->n - at) * sizeof(*objects->items));
	wf_object_unref(gone);
	return 0;
}

struct wf_object *wf_model_find(const struct wf_model *m, enum wf_kind kind, const char *tenant,
				const char *name)
{
	struct wf_object like;
	size_t at;

	if (!stand_in(&like, kind, tenant, name))
		return NULL;
	at = bound(m, &like);
	return is_at(m, at, &like) ? m->kinds[kind].items[at] : NULL;
}

struct wf_object *const *wf_model_range(const struct wf_model *m, enum wf_kind kind,
					const char *tenant, size_t *ret_n)
{
	static const char behind_all_names[] = "\x7f";
	struct wf_object first, last;
	size_t from = 0, to = m->kinds[kind].n;

	if (tenant && wf_kind_has_tenant(kind)) {
		if (!stand_in(&first, kind, tenant, "") ||
		    !stand_in(&last, kind, tenant, behind_all_names)) {
			*ret_n = 0;
			return NULL;
		}
		from = bound(m, &first);
		to = bound(m, &last);
	}
	*ret_n = to - from;
	return to > from ? m->kinds[kind].items + from : NULL;
}

struct wf_object *wf_model_find_claim(const struct wf_model *m, const struct wf_claim *claim,
				      const struct wf_object *except)
{
	return wf_claims_find(&m->claims, claim, except);
}

struct wf_object *wf_model_find_address(const struct wf_model *m, const char *tenant,
					const struct wf_addr *addr)
{
	const struct wf_claim claim = {.kind = WF_KIND_ENDPOINT,
				       .type = WF_CLAIM_ADDRESS,
				       .is_shared = true, /* services are not meant */
				       .scope = tenant,
				       .value = *addr};

	return wf_model_find_claim(m, &claim, NULL);
}

const struct wf_object *wf_model_signing_key(const struct wf_model *m)
{
	struct wf_object *const *keys;
	size_t n;

	keys = wf_model_range(m, WF_KIND_KEY, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (keys[i]->key.state == WF_KEY_SIGNING)
			return keys[i];
	return NULL;
}
