// SPDX-License-Identifier: Apache-2.0
#include "agent/room.h"

#include "wire/bytes.h"

/* Those whose keys begin with the number of a set, but for the first two, which share. */
static const enum wf_table halved[] = {
	WF_TABLE_RANGES,
	WF_TABLE_ZONE,
	WF_TABLE_VERDICT,
	WF_TABLE_POLICY,
};

int wf_room_check(const struct wf_image *wish, struct wf_err *err)
{
	for (size_t i = 0; i < sizeof(halved) / sizeof(*halved); i++) {
		size_t n = wf_image_count(wish, halved[i]), most = wf_table_most(halved[i]) / 2;

		if (n > most)
			return wf_err_set(
				err, -E2BIG,
				"the policies need %zu entries of table '%s', and there is "
				"room for %zu: use fewer of them, or fewer different labels",
				n, wf_table_name(halved[i]), most);
	}
	return 0;
}

/* The set that an entry is a part of; 0: of none, or of several. */
static uint64_t set_of(const struct wf_table_change *c)
{
	const struct wf_zone_key *zone = c->key;
	uint64_t set;

	switch (c->table) {
	case WF_TABLE_ZONE:
		return wf_load_be64(zone->set);
	case WF_TABLE_SET:
	case WF_TABLE_VERDICT:
	case WF_TABLE_POLICY:
		memcpy(&set, c->key, sizeof(set));
		return set;
	default:
		return 0;
	}
}

static int number_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct numbers {
	WF_VEC(uint64_t) sets; /* sorted */
};

/* By which packets are judged now. */
static int find_used(const struct wf_image *installed, struct numbers *ret)
{
	for (size_t i = 0; i < wf_image_count(installed, WF_TABLE_TENANT); i++) {
		const struct wf_tenant_entry *t = wf_image_value(installed, WF_TABLE_TENANT, i);

		if (wf_vec_push(&ret->sets, t->set) < 0 || wf_vec_push(&ret->sets, t->set_out) < 0)
			return -ENOMEM;
	}
	wf_vec_sort(&ret->sets, number_cmp);
	return 0;
}

static bool is_left(const struct wf_table_change *c, const struct numbers *used)
{
	uint64_t set = c->value ? 0 : set_of(c);

	return set && !bsearch(&set, used->sets.items, used->sets.n, sizeof(set), number_cmp);
}

/* In the order of @changes: a set goes before what is in it. */
int wf_room_make(struct wf_agent *a, const struct wf_table_change *changes, size_t n,
		 struct wf_err *err)
{
	_cleanup_free_ struct wf_table_change *gone = calloc(n ? n : 1, sizeof(*gone));
	struct numbers used = {0};
	size_t n_gone = 0;
	int r = gone ? find_used(a->installed, &used) : -ENOMEM;

	for (size_t i = 0; i < n && !r; i++)
		if (is_left(&changes[i], &used))
			gone[n_gone++] = changes[i];
	wf_vec_done(&used.sets);
	if (r)
		return wf_err_set(err, r, "out of memory for the changes of the tables");
	return n_gone ? a->kern->ops->table_apply(a->kern, gone, n_gone, err) : 0;
}
