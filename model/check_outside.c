// SPDX-License-Identifier: Apache-2.0
/*
 * What gateways have outside is there once: an address is in one pool, or published for one service
 * (by as many gateways as wish), or of one tenant that is routed.
 *
 * All of it in one sorted list. Of two prefixes that overlap one holds the other, so each has to be
 * compared only with those that hold it and come before it: they are kept on a stack.
 *
 *	203.0.113.0/28 | .4/30 | .4 | .8	at .8: /28 on the stack, .4/30 and .4 gone from it
 */
#include "model/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum use_type {
	USE_POOL,
	USE_PUBLISHED,
	USE_ROUTED,
};

struct use {
	struct wf_prefix prefix;
	enum use_type type;
	const struct wf_object *gateway;
	const struct wf_batch_item *item; /* what brings it: the gateway, or the tenant that is
					     routed; NULL: it stays as it is */
	unsigned int i, j;		  /* of the gateway's lists; ROUTED: i alone */
};

struct uses {
	struct use *items; /* owned */
	size_t n;
	size_t cap;
	const struct wf_changes *changes;
};

static const char *tenant_of(const struct use *u)
{
	const struct wf_gateway *g = &u->gateway->gateway;

	return u->type == USE_PUBLISHED ? g->publish[u->i].tenant : g->egress[u->i].tenant;
}

/* Of a tenant that is routed: its prefixes. */
static int collect_routed(struct uses *uses, struct use use)
{
	const char *name = tenant_of(&use);
	const struct wf_object *tenant = wf_changes_find(uses->changes, WF_KIND_TENANT, "", name);
	int r = 0;

	if (!use.item)
		use.item = wf_batch_find_name(uses->changes->batch, WF_KIND_TENANT, "", name);
	for (unsigned int i = 0; tenant && i < tenant->self.n_prefixes && !r; i++) {
		use.prefix = tenant->self.prefixes[i];
		r = wf_vec_push(uses, use);
	}
	return r;
}

static int collect(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	const struct wf_gateway *g = &o->gateway;
	struct use use = {.gateway = o, .item = item};
	struct uses *uses = arg;
	int r = 0;

	for (use.i = 0; use.i < g->n_egress && !r; use.i++) {
		const struct wf_egress *e = &g->egress[use.i];

		use.type = e->n_nat ? USE_POOL : USE_ROUTED;
		if (use.type == USE_ROUTED)
			r = collect_routed(uses, use);
		for (use.j = 0; use.j < e->n_nat && !r; use.j++) {
			use.prefix = e->nat[use.j];
			r = wf_vec_push(uses, use);
		}
	}
	use.type = USE_PUBLISHED;
	for (use.i = 0; use.i < g->n_publish && !r; use.i++)
		for (use.j = 0; use.j < g->publish[use.i].n_addrs && !r; use.j++) {
			use.prefix = (struct wf_prefix){g->publish[use.i].addrs[use.j], 128};
			r = wf_vec_push(uses, use);
		}
	return r;
}

/* Its place in the batch, from 1; 0: it stays as it is. */
static size_t place(const struct use *u)
{
	return u->item ? u->item->index + 1 : 0;
}

static int cmp_uses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int c = wf_prefix_cmp(&x->prefix, &y->prefix);

	return c ? c : (place(x) > place(y)) - (place(x) < place(y));
}

static bool is_twice(const struct use *a, const struct use *b)
{
	return a->gateway != b->gateway && wf_object_cmp(a->gateway, b->gateway) == 0;
}

/* What is wrong with one gateway or with one tenant is said elsewhere. */
static bool can_be(const struct use *a, const struct use *b)
{
	bool is_same_tenant = strcmp(tenant_of(a), tenant_of(b)) == 0;

	if (is_twice(a, b))
		return true;
	if (a->type == USE_ROUTED && b->type == USE_ROUTED)
		return is_same_tenant || a->gateway != b->gateway;
	if (a->type == USE_ROUTED || b->type == USE_ROUTED)
		return is_same_tenant;
	if (a->type == USE_PUBLISHED && b->type == USE_PUBLISHED)
		return is_same_tenant && strcmp(a->gateway->gateway.publish[a->i].service,
						b->gateway->gateway.publish[b->i].service) == 0;
	return false;
}

#define KEY_MAX 48

static const char *key_of(const struct use *u, char buf[KEY_MAX])
{
	if (u->item->object->kind == WF_KIND_TENANT)
		return "prefixes";
	if (u->type == USE_PUBLISHED)
		snprintf(buf, KEY_MAX, "publish[%u].addresses[%u]", u->i, u->j);
	else if (u->type == USE_POOL)
		snprintf(buf, KEY_MAX, "egress[%u].nat[%u]", u->i, u->j);
	else
		snprintf(buf, KEY_MAX, "egress[%u].tenant", u->i);
	return buf;
}

#define USE_STR_MAX 256

/* "203.0.113.80, published for service 'red/web'" */
static const char *use_str(const struct use *u, char buf[USE_STR_MAX])
{
	static const char *const what[] = {
		[USE_POOL] = "in the pool of tenant",
		[USE_PUBLISHED] = "published for service",
		[USE_ROUTED] = "of the routed tenant",
	};
	bool is_published = u->type == USE_PUBLISHED;
	char prefix[WF_PREFIX_STR_MAX];

	snprintf(buf, USE_STR_MAX, "%s, %s '%s%s%s'", wf_nat_str(&u->prefix, prefix), what[u->type],
		 tenant_of(u), is_published ? "/" : "",
		 is_published ? u->gateway->gateway.publish[u->i].service : "");
	return buf;
}

static void tell(const struct wf_changes *c, const struct use *a, const struct use *b)
{
	const struct use *told = place(a) > place(b) ? a : b, *other = told == a ? b : a;
	char key[KEY_MAX], text[USE_STR_MAX], prefix[WF_PREFIX_STR_MAX];
	const char *gateway = other->gateway->name;

	wf_problems_add(
		c->problems, told->item->index, key_of(told, key),
		"%s overlaps %s by gateway '%s': outside, an address is there for one thing",
		wf_nat_str(&told->prefix, prefix), use_str(other, text), gateway);
}

/* @uses: sorted. The first that each meets is told. */
static int compare(const struct uses *uses)
{
	_cleanup_free_ const struct use **stack = calloc(uses->n, sizeof(*stack));
	size_t depth = 0;

	if (!stack)
		return -ENOMEM;
	for (size_t i = 0; i < uses->n; i++) {
		const struct use *u = &uses->items[i];

		while (depth && !wf_prefix_overlaps(&stack[depth - 1]->prefix, &u->prefix))
			depth--;
		for (size_t at = depth; at--;)
			if ((u->item || stack[at]->item) && !can_be(stack[at], u)) {
				tell(uses->changes, stack[at], u);
				break;
			}
		stack[depth++] = u;
	}
	return 0;
}

/* Does the batch say of a gateway, or of a tenant that one may name? */
static bool may_overlap(const struct wf_changes *c)
{
	size_t n_gateways;

	wf_model_range(c->model, WF_KIND_GATEWAY, NULL, &n_gateways);
	for (size_t i = 0; i < c->batch->n; i++) {
		const struct wf_object *o = c->batch->items[i].object;

		if (o->kind == WF_KIND_GATEWAY || (o->kind == WF_KIND_TENANT && n_gateways))
			return true;
	}
	return false;
}

int wf_check_outside(const struct wf_changes *c)
{
	struct uses uses = {.changes = c};
	int r;

	if (!may_overlap(c))
		return 0;
	r = wf_batch_each(c->batch, c->model, WF_KIND_GATEWAY, NULL, collect, &uses);
	wf_vec_sort(&uses, cmp_uses);
	if (!r && uses.n)
		r = compare(&uses);
	wf_vec_done(&uses);
	return r;
}
