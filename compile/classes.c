// SPDX-License-Identifier: Apache-2.0
/*
 * One sort, by what members are and then by node, brings classes and their nodes together. Until
 * the classes have their numbers, a member's is its identity: it is compared a million times.
 */
#include "compile/classes.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "compile/prefixes.h"
#include "dp/table.h"

static int meaning_cmp(const struct wf_member *a, const struct wf_member *b)
{
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (!a->more || !b->more)
		return !!a->more - !!b->more;
	return strcmp(a->more, b->more);
}

static int member_cmp(const void *a, const void *b)
{
	const struct wf_member *x = a, *y = b;
	int c = meaning_cmp(x, y);

	return c ? c : (int)x->node - (int)y->node;
}

static bool is_sorted(const struct wf_classes *c)
{
	for (size_t i = 1; i < c->n_members; i++)
		if (member_cmp(&c->members[i - 1], &c->members[i]) > 0)
			return false;
	return true;
}

/* The port of a local endpoint, or NULL. */
static const struct wf_here_port *find_port(const struct wf_here *here, const struct wf_object *o)
{
	size_t low = 0, high = here->n_ports;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct wf_here_port *port = &here->ports[middle];
		int c = strcmp(o->tenant, port->tenant);

		if (!c)
			c = strcmp(o->name, port->name);
		if (c == 0)
			return port;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* What an endpoint is beyond its identity; its labels, while it has none. */
static int describe(struct wf_member *m, const struct wf_prefixes *prefixes)
{
	const struct wf_endpoint *e = &m->object->endpoint;
	char labels[WF_LABELS_STR_MAX];
	struct wf_buf b = {0};

	if (!e->identity)
		wf_buf_puts(&b, wf_labels_str(&e->labels, labels));
	if (prefixes->n)
		wf_prefixes_print(prefixes, e, &b);
	if (!b.len && !b.is_failed) {
		wf_buf_done(&b);
		return 0;
	}
	m->more = wf_buf_take(&b);
	return m->more ? 0 : -ENOMEM;
}

/* What endpoints are looked at with. */
struct view {
	const struct wf_nodes *nodes;
	const struct wf_here *here;
	struct wf_prefixes prefixes; /* owned */
};

/* Fills @m, its node 0 if @o is not to be a member. */
static int look(const struct view *v, const struct wf_object *o, struct wf_member *m)
{
	const char *node = o->endpoint.node;

	m->object = o;
	m->class = o->endpoint.identity;
	m->node = *node ? wf_nodes_id(v->nodes, node) : 0;
	if (!m->node)
		return 0;
	if (strcmp(node, v->here->node) == 0)
		m->port = find_port(v->here, o);
	return describe(m, &v->prefixes);
}

static int gather(const struct view *v, struct wf_object *const *endpoints, size_t n,
		  struct wf_classes *c)
{
	if (!n)
		return 0;
	c->members = calloc(n, sizeof(*c->members));
	if (!c->members)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct wf_member *m = &c->members[c->n_members];

		if (look(v, endpoints[i], m) < 0)
			return -ENOMEM;
		c->n_members += m->node != 0;
	}
	return 0;
}

/*
 * FNV-1a, cut to leave room above: classes whose hashes are equal are pushed up, and there are
 * fewer than HASH_ROOM.
 */
#define HASH_ROOM (1u << 24)

static uint32_t hash(const struct wf_member *m)
{
	uint32_t h = 2166136261u, identity = m->class;

	for (int shift = 0; shift < 32; shift += 8)
		h = (h ^ ((identity >> shift) & 0xff)) * 16777619u;
	for (const char *p = m->more; *p; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	return WF_CLASS_HASHED | h % (WF_CLASS_HASHED - HASH_ROOM);
}

/* By hash, then by meaning: the order in which classes are. */
static int hashed_cmp(const void *a, const void *b)
{
	const struct wf_class *x = *(struct wf_class *const *)a, *y = *(struct wf_class *const *)b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x > y) - (x < y);
}

static int number(struct wf_classes *c)
{
	WF_VEC(struct wf_class *) hashed = {0};
	uint32_t free_id = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct wf_class *class = &c->items[i];
		const struct wf_member *m = &c->members[class->first];

		class->id = m->more ? hash(m) : m->class;
		if (m->more && wf_vec_push(&hashed, class) < 0) {
			wf_vec_done(&hashed);
			return -ENOMEM;
		}
	}
	wf_vec_sort(&hashed, hashed_cmp);
	for (size_t i = 0; i < hashed.n; i++) {
		if (hashed.items[i]->id < free_id)
			hashed.items[i]->id = free_id;
		free_id = hashed.items[i]->id + 1;
	}
	wf_vec_done(&hashed);
	return 0;
}

/* Members are sorted: @at begins a class; fills it and returns where the next begins. */
static size_t group(struct wf_classes *c, size_t at, size_t *n_nodes)
{
	struct wf_class *class = &c->items[c->n++];
	size_t i = at;

	class->first = at;
	class->first_node = *n_nodes;
	for (; i < c->n_members && meaning_cmp(&c->members[at], &c->members[i]) == 0; i++) {
		if (i == at || c->members[i].node != c->members[i - 1].node)
			c->nodes[(*n_nodes)++] = c->members[i].node;
		class->is_local |= c->members[i].port != NULL;
	}
	class->n_members = i - at;
	class->n_nodes = *n_nodes - class->first_node;
	return i;
}

static size_t count_groups(const struct wf_classes *c)
{
	size_t n = c->n_members > 0;

	for (size_t i = 1; i < c->n_members; i++)
		n += meaning_cmp(&c->members[i - 1], &c->members[i]) != 0;
	return n;
}

static int group_all(struct wf_classes *c)
{
	size_t n_nodes = 0;

	if (!c->n_members)
		return 0;
	if (!is_sorted(c))
		qsort(c->members, c->n_members, sizeof(*c->members), member_cmp);
	c->items = calloc(count_groups(c), sizeof(*c->items));
	c->nodes = calloc(c->n_members, sizeof(*c->nodes));
	if (!c->items || !c->nodes)
		return -ENOMEM;
	for (size_t at = 0; at < c->n_members;)
		at = group(c, at, &n_nodes);
	if (number(c) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->items[i].n_members; k++)
			c->members[c->items[i].first + k].class = c->items[i].id;
	return 0;
}

int wf_classes_of(const struct wf_model *m, const char *tenant, const struct wf_nodes *nodes,
		  const struct wf_here *here, struct wf_classes *ret)
{
	struct wf_object *const *endpoints, *const *policies;
	struct view view = {.nodes = nodes, .here = here};
	struct wf_classes c = {0};
	size_t n, n_policies;
	int r;

	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, tenant, &n);
	policies = wf_model_range(m, WF_KIND_POLICY, tenant, &n_policies);
	r = wf_prefixes_of(policies, n_policies, &view.prefixes);
	if (!r)
		r = gather(&view, endpoints, n, &c);
	if (!r)
		r = group_all(&c);
	wf_prefixes_done(&view.prefixes);
	if (r < 0) {
		wf_classes_done(&c);
		return r;
	}
	*ret = c;
	return 0;
}

void wf_classes_done(struct wf_classes *c)
{
	for (size_t i = 0; i < c->n_members; i++)
		free(c->members[i].more);
	free(c->members);
	free(c->items);
	free(c->nodes);
	memset(c, 0, sizeof(*c));
}

bool wf_class_matches(const struct wf_classes *c, const struct wf_class *class,
		      const struct wf_selector *s)
{
	return wf_selector_matches(s, &c->members[class->first].object->endpoint);
}
