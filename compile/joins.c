// SPDX-License-Identifier: Apache-2.0
#include "compile/joins.h"

#include "compile/members.h"

static int join_cmp(const void *a, const void *b)
{
	const struct wf_join *x = a, *y = b;
	int c = wf_object_cmp(x->guest, y->guest);

	return c ? c : wf_object_cmp(x->host, y->host);
}

static int add(struct wf_joins *j, const struct wf_model *m, const struct wf_object *policy)
{
	const struct wf_object *guest = wf_policy_guests(m, &policy->policy);
	struct wf_join join = {.guest = guest};

	if (!guest)
		return 0;
	join.host = wf_model_find(m, WF_KIND_TENANT, NULL, policy->tenant);
	return join.host && join.host->self.id ? wf_vec_push(j, join) : 0;
}

static void drop_equal(struct wf_joins *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++)
		if (!n || join_cmp(&j->items[n - 1], &j->items[i]) != 0)
			j->items[n++] = j->items[i];
	j->n = n;
}

int wf_joins_of(const struct wf_model *m, struct wf_joins *ret)
{
	struct wf_object *const *policies;
	struct wf_joins j = {0};
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		if (add(&j, m, policies[i]) < 0) {
			wf_joins_done(&j);
			return -ENOMEM;
		}
	}
	wf_vec_sort(&j, join_cmp);
	drop_equal(&j);
	*ret = j;
	return 0;
}

void wf_joins_done(struct wf_joins *j)
{
	wf_vec_done(j);
}

const struct wf_join *wf_joins_find(const struct wf_joins *j, const struct wf_object *guest,
				    size_t *ret_n)
{
	size_t low = 0, high = j->n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wf_object_cmp(j->items[middle].guest, guest) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < j->n && j->items[end].guest == guest; end++)
		;
	*ret_n = end - low;
	return end > low ? &j->items[low] : NULL;
}
