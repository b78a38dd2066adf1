// SPDX-License-Identifier: Apache-2.0
#include "compile/prefixes.h"

#include <string.h>

#define DEEPEST 129 /* lengths 0..128 */

static int nested_cmp(const void *a, const void *b)
{
	const struct wf_nested *x = a, *y = b;

	return wf_prefix_cmp(&x->prefix, &y->prefix);
}

static int add(struct wf_prefixes *p, const struct wf_selector *s)
{
	struct wf_nested item = {.prefix = s->prefix, .wider = -1};

	return s->type == WF_SELECT_PREFIX ? wf_vec_push(p, item) : 0;
}

/* In sorted order a wider prefix stands before all that it holds. */
static void nest(struct wf_prefixes *p)
{
	size_t n = 0;

	wf_vec_sort(p, nested_cmp);
	for (size_t i = 0; i < p->n; i++)
		if (!n || nested_cmp(&p->items[n - 1], &p->items[i]) != 0)
			p->items[n++] = p->items[i];
	p->n = n;
	for (size_t i = 1; i < n; i++) {
		int wider = (int)i - 1;

		while (wider >= 0 &&
		       !wf_prefix_has(&p->items[wider].prefix, &p->items[i].prefix.addr))
			wider = p->items[wider].wider;
		p->items[i].wider = wider;
	}
}

int wf_prefixes_of(struct wf_object *const *policies, size_t n, struct wf_prefixes *ret)
{
	struct wf_prefixes p = {0};

	for (size_t i = 0; i < n; i++) {
		if (add(&p, &policies[i]->policy.from) < 0 ||
		    add(&p, &policies[i]->policy.to) < 0) {
			wf_prefixes_done(&p);
			return -ENOMEM;
		}
	}
	nest(&p);
	*ret = p;
	return 0;
}

void wf_prefixes_done(struct wf_prefixes *p)
{
	wf_vec_done(p);
}

/* The smallest that holds @a, or -1: the last that is not behind it, or one around that. */
static int smallest(const struct wf_prefixes *p, const struct wf_addr *a)
{
	size_t low = 0, high = p->n;
	int i;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wf_addr_cmp(&p->items[middle].prefix.addr, a) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (i = (int)low - 1; i >= 0 && !wf_prefix_has(&p->items[i].prefix, a);)
		i = p->items[i].wider;
	return i;
}

/* Inserts @i into @set, sorted, unless it is there. */
static void insert(int *set, size_t *n, int i)
{
	size_t at = *n;

	while (at && set[at - 1] > i)
		at--;
	if (at && set[at - 1] == i)
		return;
	memmove(set + at + 1, set + at, (*n - at) * sizeof(*set));
	set[at] = i;
	++*n;
}

void wf_prefixes_print(const struct wf_prefixes *p, const struct wf_endpoint *e, struct wf_buf *b)
{
	int set[WF_ENDPOINT_ADDR_MAX * DEEPEST];
	char text[WF_PREFIX_STR_MAX];
	size_t n = 0;

	for (unsigned int a = 0; a < e->n_addrs; a++)
		for (int i = smallest(p, &e->addrs[a]); i >= 0; i = p->items[i].wider)
			insert(set, &n, i);
	for (size_t i = 0; i < n; i++)
		wf_buf_printf(b, " %s", wf_prefix_str(&p->items[set[i]].prefix, text));
}
