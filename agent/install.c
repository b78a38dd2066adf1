// SPDX-License-Identifier: Apache-2.0
/*
 * From the installed image to the wanted one, in an order that is right at every step: packets
 * shrink before headers grow, and a thing is there before something refers to it.
 */
#include "agent/room.h"

struct install {
	struct wf_agent *agent;
	struct wf_image *wanted;      /* owned until it is installed */
	const struct wf_image *image; /* the wanted one, for ever */
	bool is_repair;		      /* trust nothing that is remembered */
};

/* What the tables hold is not known any more: the next pass looks. */
static void forget(struct wf_agent *a)
{
	wf_image_free(a->installed);
	a->installed = NULL;
}

static int set_mtus(struct install *in, bool is_raise, struct wf_err *err)
{
	struct wf_agent *a = in->agent;
	const struct wf_image_mtu *mtus;
	size_t n;
	int r = 0;

	mtus = wf_image_mtus(in->image, &n);
	for (size_t i = 0; i < n && !r; i++) {
		const struct wf_link *l = wf_observe_link(a, mtus[i].ifindex);

		if (!l || l->mtu == mtus[i].mtu || (mtus[i].mtu > l->mtu) != is_raise)
			continue;
		r = a->kern->ops->port_mtu(a->kern, mtus[i].ifindex, mtus[i].mtu, err);
		if (r == -ENODEV)
			r = 0; /* it is going: the next pass does not see it */
	}
	return r;
}

static int lower_mtus(struct install *in, struct wf_err *err)
{
	return set_mtus(in, false, err);
}

static int raise_mtus(struct install *in, struct wf_err *err)
{
	return set_mtus(in, true, err);
}

struct hooks {
	struct wf_hooked *items; /* owned; by ifindex */
	size_t n;
	size_t cap;
};

struct new_slots {
	WF_VEC(struct wf_slot) slots;
	WF_VEC(struct wf_table_change) changes;
};

/* 0, also when there is none left: then slot 0 counts it. */
static int give_slot(struct wf_agent *a, const struct wf_counter_key *key, struct new_slots *news,
		     struct wf_err *err)
{
	struct wf_slot slot = {.key = *key};
	int r = wf_slots_take(&a->slots, &slot.number);

	if (r == -ENOSPC) {
		a->n_uncounted++;
		return 0;
	}
	if (!r && wf_vec_push(&news->slots, slot) < 0)
		r = -ENOMEM;
	if (r)
		return wf_err_set(err, r, "out of memory for the counters");
	return a->kern->ops->counter_reset(a->kern, slot.number, err);
}

static int put_slots(struct wf_agent *a, struct new_slots *news, struct wf_err *err)
{
	wf_vec_each (s, &news->slots) {
		struct wf_table_change c = {WF_TABLE_COUNTER, &s->key, &s->number};

		if (wf_vec_push(&news->changes, c) < 0)
			return wf_err_set(err, -ENOMEM, "out of memory for the counters");
	}
	if (!news->changes.n)
		return 0;
	a->needs_commit = true;
	return a->kern->ops->table_apply(a->kern, news->changes.items, news->changes.n, err);
}

static int keep_slots(struct wf_agent *a, struct new_slots *news, struct wf_err *err)
{
	wf_vec_each (s, &news->slots)
		if (wf_vec_push(&a->slots, *s) < 0)
			return wf_err_set(err, -ENOMEM, "out of memory for the counters");
	wf_slots_sort(&a->slots);
	return 0;
}

static int add_counters(struct install *in, struct wf_err *err)
{
	struct wf_agent *a = in->agent;
	struct new_slots news = {0};
	const struct wf_counter_key *keys;
	size_t n;
	int r = 0;

	a->n_uncounted = 0;
	keys = wf_image_counters(in->image, &n);
	for (size_t i = 0; i < n && !r; i++)
		if (!wf_slots_find(&a->slots, &keys[i]))
			r = give_slot(a, &keys[i], &news, err);
	if (!r)
		r = put_slots(a, &news, err);
	if (!r)
		r = keep_slots(a, &news, err);
	if (r)
		forget(a);
	wf_vec_done(&news.slots);
	wf_vec_done(&news.changes);
	return r;
}

/* What is done twice does no harm. */
static int apply_again(struct wf_agent *a, const struct wf_table_change *changes, size_t n,
		       struct wf_err *err)
{
	int r = wf_room_make(a, changes, n, err);

	return r ? r : a->kern->ops->table_apply(a->kern, changes, n, err);
}

static int change_tables(struct install *in, struct wf_err *err)
{
	_cleanup_free_ struct wf_table_change *changes = NULL;
	struct wf_agent *a = in->agent;
	size_t n = 0;
	int r = wf_image_diff(a->installed, in->image, &changes, &n);

	if (r)
		return wf_err_set(err, r, "out of memory for the changes of the tables");
	if (n) {
		a->needs_commit = true;
		r = a->kern->ops->table_apply(a->kern, changes, n, err);
	}
	if (r == -E2BIG)
		r = apply_again(a, changes, n, err);
	forget(a);
	if (!r)
		a->installed = TAKE_PTR(in->wanted);
	return r;
}

static int commit_tables(struct install *in, struct wf_err *err)
{
	struct wf_agent *a = in->agent;
	int r = a->needs_commit ? a->kern->ops->table_commit(a->kern, err) : 0;

	if (!r)
		a->needs_commit = false;
	return r;
}

static int ifindex_cmp(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static const struct wf_hooked *find_hooked(const struct wf_agent *a, int ifindex)
{
	return a->hooked.n ? bsearch(&ifindex, a->hooked.items, a->hooked.n,
				     sizeof(*a->hooked.items), ifindex_cmp)
			   : NULL;
}

static enum wf_hook wanted_hook(const struct wf_image *image, int ifindex)
{
	const struct wf_image_hook *hooks, *hook;
	size_t n;

	hooks = wf_image_hooks(image, &n);
	hook = n ? bsearch(&ifindex, hooks, n, sizeof(*hooks), ifindex_cmp) : NULL;
	return hook ? hook->hook : WF_HOOK_NONE;
}

static int hook_now(struct install *in, int ifindex, enum wf_hook *ret, struct wf_err *err)
{
	struct wf_agent *a = in->agent;
	const struct wf_hooked *known = find_hooked(a, ifindex);

	if (known && !in->is_repair) {
		*ret = known->hook;
		return 0;
	}
	return a->kern->ops->hook_get(a->kern, ifindex, ret, err);
}

/* The first time all are attached anew: what is there may be an older daemon's program. */
static int set_hook(struct install *in, int ifindex, struct hooks *hooks, struct wf_err *err)
{
	struct wf_agent *a = in->agent;
	struct wf_hooked h = {ifindex, wanted_hook(in->image, ifindex)};
	enum wf_hook now = WF_HOOK_NONE;
	int r = hook_now(in, ifindex, &now, err);

	if (!r && (now != h.hook || (!a->is_hooked_anew && h.hook != WF_HOOK_NONE)))
		r = a->kern->ops->hook_attach(a->kern, ifindex, h.hook, err);
	if (r == -ENODEV)
		return 0; /* it is going: the next pass does not see it */
	if (!r && wf_vec_push(hooks, h) < 0)
		r = wf_err_set(err, -ENOMEM, "out of memory for the hooks");
	return r;
}

/* Links come in the order of their index. What is remembered after a failure is the truth of before
 * and may be wrong for those done since, so then nothing is. */
static int set_hooks(struct install *in, struct wf_err *err)
{
	struct wf_agent *a = in->agent;
	struct hooks hooks = {0};
	int r = 0;

	for (size_t i = 0; i < a->links.n && !r; i++)
		if (!a->links.items[i].is_loopback)
			r = set_hook(in, a->links.items[i].ifindex, &hooks, err);
	if (r)
		wf_vec_done(&hooks);
	else
		a->is_hooked_anew = true;
	free(a->hooked.items);
	a->hooked.items = hooks.items;
	a->hooked.n = hooks.n;
	a->hooked.cap = hooks.cap;
	return r;
}

static int key_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct wf_counter_key));
}

/* Deletes the entries of @gone (slots whose counters nobody wants). */
static int drop_slots(struct wf_agent *a, const struct wf_slots *gone, struct wf_err *err)
{
	_cleanup_free_ struct wf_table_change *changes = calloc(gone->n, sizeof(*changes));
	int r;

	if (!changes)
		return wf_err_set(err, -ENOMEM, "out of memory for the counters");
	for (size_t i = 0; i < gone->n; i++)
		changes[i] = (struct wf_table_change){WF_TABLE_COUNTER, &gone->items[i].key, NULL};
	r = a->kern->ops->counters_settle(a->kern, err);
	return r ? r : a->kern->ops->table_apply(a->kern, changes, gone->n, err);
}

/* @keys may be NULL when there are none. */
static bool is_among(const struct wf_counter_key *key, const struct wf_counter_key *keys,
		     size_t n_keys)
{
	return n_keys && bsearch(key, keys, n_keys, sizeof(*keys), key_cmp);
}

/* Moves the slots that are not in @keys (sorted) to @gone. */
static int sort_out(struct wf_slots *slots, const struct wf_counter_key *keys, size_t n_keys,
		    struct wf_slots *gone)
{
	size_t n = 0;

	for (size_t i = 0; i < slots->n; i++)
		if (!is_among(&slots->items[i].key, keys, n_keys) &&
		    wf_vec_push(gone, slots->items[i]) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < slots->n; i++)
		if (is_among(&slots->items[i].key, keys, n_keys))
			slots->items[n++] = slots->items[i];
	slots->n = n;
	return 0;
}

/* The image gives its counters in the order of their bytes. */
static int drop_counters(struct install *in, struct wf_err *err)
{
	struct wf_agent *a = in->agent;
	const struct wf_counter_key *keys;
	struct wf_slots gone = {0};
	size_t n;
	int r;

	keys = wf_image_counters(in->image, &n);
	if (sort_out(&a->slots, keys, n, &gone) < 0)
		r = wf_err_set(err, -ENOMEM, "out of memory for the counters");
	else
		r = gone.n ? drop_slots(a, &gone, err) : 0;
	if (r)
		forget(a);
	for (size_t i = 0; i < gone.n && !r; i++)
		wf_slots_give(&a->slots, gone.items[i].number);
	wf_slots_done(&gone);
	return r;
}

int wf_install(struct wf_agent *a, struct wf_image *wanted, bool is_repair, struct wf_err *err)
{
	static int (*const steps[])(struct install * in, struct wf_err * err) = {
		lower_mtus, add_counters, change_tables, commit_tables,
		set_hooks,  raise_mtus,	  drop_counters,
	};
	struct install in = {a, wanted, wanted, is_repair};
	int r = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !r; i++)
		r = steps[i](&in, err);
	wf_image_free(in.wanted);
	return r;
}
