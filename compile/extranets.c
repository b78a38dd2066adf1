// SPDX-License-Identifier: Apache-2.0
#include "compile/extranets.h"

#include "compile/members.h"

static int extranet_cmp(const void *a, const void *b)
{
	const struct wf_extranet *x = a, *y = b;
	int c = wf_object_cmp(x->guest, y->guest);

	return c ? c : wf_object_cmp(x->host, y->host);
}

static int add(struct wf_extranets *e, const struct wf_model *m, const struct wf_object *policy)
{
	const struct wf_object *guest = wf_policy_guests(m, &policy->policy);
	struct wf_extranet extranet = {.guest = guest};

	if (!guest)
		return 0;
	extranet.host = wf_model_find(m, WF_KIND_TENANT, NULL, policy->tenant);
	return extranet.host && extranet.host->self.id ? wf_vec_push(e, extranet) : 0;
}

static void drop_equal(struct wf_extranets *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++)
		if (!n || extranet_cmp(&e->items[n - 1], &e->items[i]) != 0)
			e->items[n++] = e->items[i];
	e->n = n;
}

int wf_extranets_of(const struct wf_model *m, struct wf_extranets *ret)
{
	struct wf_object *const *policies;
	struct wf_extranets e = {0};
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		if (add(&e, m, policies[i]) < 0) {
			wf_extranets_done(&e);
			return -ENOMEM;
		}
	}
	wf_vec_sort(&e, extranet_cmp);
	drop_equal(&e);
	*ret = e;
	return 0;
}

void wf_extranets_done(struct wf_extranets *e)
{
	wf_vec_done(e);
}

const struct wf_extranet *wf_extranets_find(const struct wf_extranets *e,
					    const struct wf_object *guest, size_t *ret_n)
{
	size_t low = 0, high = e->n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wf_object_cmp(e->items[middle].guest, guest) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < e->n && e->items[end].guest == guest; end++)
		;
	*ret_n = end - low;
	return end > low ? &e->items[low] : NULL;
}
