// SPDX-License-Identifier: Apache-2.0
#include "agent/state.h"

struct wf_stats {
	struct wf_counter *counters; /* owned; by slot */
	uint64_t drops[WF_DROP_COUNT];
	uint32_t flows[WF_LOADS_MAX]; /* by the number of a backend */
	struct wf_slots slots;	      /* only its items, a copy */
};

void wf_stats_free(struct wf_stats *s)
{
	if (!s)
		return;
	free(s->counters);
	free(s->slots.items);
	free(s);
}

static int copy_slots(const struct wf_slots *from, struct wf_slots *to)
{
	if (!from->n)
		return 0;
	to->items = calloc(from->n, sizeof(*to->items));
	if (!to->items)
		return -ENOMEM;
	memcpy(to->items, from->items, from->n * sizeof(*to->items));
	to->n = to->cap = from->n;
	return 0;
}

int wf_agent_stats(struct wf_agent *a, struct wf_stats **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_stats) struct wf_stats *s = calloc(1, sizeof(*s));
	int r;

	if (s)
		s->counters = calloc(WF_COUNTER_SLOTS, sizeof(*s->counters));
	if (!s || !s->counters || copy_slots(&a->slots, &s->slots) < 0)
		return wf_err_set(err, -ENOMEM, "out of memory for the counters");
	r = a->kern->ops->counters(a->kern, s->counters, err);
	if (!r)
		r = a->kern->ops->drops(a->kern, s->drops, err);
	if (!r)
		r = a->kern->ops->flows(a->kern, s->flows, err);
	if (!r)
		*ret = TAKE_PTR(s);
	return r;
}

struct wf_counter wf_stats_get(const struct wf_stats *s, enum wf_counter_kind kind,
			       const void *name, size_t bytes)
{
	struct wf_counter_key key = {.kind = kind};
	const struct wf_slot *slot;

	memcpy(key.name, name, bytes);
	slot = wf_slots_find(&s->slots, &key);
	return slot ? s->counters[slot->number] : (struct wf_counter){0};
}

struct wf_counter wf_stats_policy(const struct wf_stats *s, enum wf_counter_kind kind,
				  uint32_t tenant, uint16_t policy)
{
	const struct wf_policy_name name = {.tenant = tenant, .policy = policy};

	return wf_stats_get(s, kind, &name, sizeof(name));
}

struct wf_counter wf_stats_sum(const struct wf_stats *s, enum wf_counter_kind kind)
{
	struct wf_counter sum = {0};

	wf_vec_each (slot, &s->slots) {
		if (slot->key.kind != kind)
			continue;
		sum.packets += s->counters[slot->number].packets;
		sum.bytes += s->counters[slot->number].bytes;
	}
	return sum;
}

const uint64_t *wf_stats_drops(const struct wf_stats *s)
{
	return s->drops;
}

uint32_t wf_stats_flows(const struct wf_stats *s, uint16_t sid)
{
	return sid < WF_LOADS_MAX ? s->flows[sid] : 0;
}
