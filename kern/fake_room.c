// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/fake_world.h"

static struct wf_fake_room *find(struct wf_fake_world *w, uint32_t tenant)
{
	wf_vec_each (r, &w->rooms)
		if (r->spec.tenant == tenant)
			return r;
	return NULL;
}

static void spec_done(struct wf_room_spec *s)
{
	free((char *)s->outside);
	free((struct wf_addr *)s->addrs);
	free((struct wf_prefix *)s->prefixes);
	free((struct wf_prefix *)s->nat);
	free((struct wf_addr *)s->published);
	free((struct wf_prefix *)s->ways);
}

static void *copy(const void *items, size_t n, size_t bytes)
{
	void *ret = calloc(n + 1, bytes);

	if (ret && n)
		memcpy(ret, items, n * bytes);
	return ret;
}

static int spec_copy(const struct wf_room_spec *from, struct wf_room_spec *to)
{
	*to = *from;
	to->outside = strdup(from->outside);
	to->addrs = copy(from->addrs, from->n_addrs, sizeof(*from->addrs));
	to->prefixes = copy(from->prefixes, from->n_prefixes, sizeof(*from->prefixes));
	to->nat = copy(from->nat, from->n_nat, sizeof(*from->nat));
	to->published = copy(from->published, from->n_published, sizeof(*from->published));
	to->ways = copy(from->ways, from->n_ways, sizeof(*from->ways));
	if (to->outside && to->addrs && to->prefixes && to->nat && to->published && to->ways)
		return 0;
	spec_done(to);
	return -ENOMEM;
}

static bool is_list(const void *a, size_t n, const void *b, size_t m, size_t bytes)
{
	return n == m && (!n || !memcmp(a, b, n * bytes));
}

static bool is_same(const struct wf_room_spec *a, const struct wf_room_spec *b)
{
#define LIST(x) is_list(a->x, a->n_##x, b->x, b->n_##x, sizeof(*a->x))
	return !strcmp(a->outside, b->outside) && a->is_egress == b->is_egress &&
	       a->first_port == b->first_port && a->last_port == b->last_port && LIST(addrs) &&
	       LIST(prefixes) && LIST(nat) && LIST(published) && LIST(ways);
#undef LIST
}

static int by_tenant(const void *a, const void *b)
{
	uint32_t x = ((const struct wf_fake_room *)a)->spec.tenant,
		 y = ((const struct wf_fake_room *)b)->spec.tenant;

	return (x > y) - (x < y);
}

static int add(struct wf_kern *k, const struct wf_room_spec *spec)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	char path[WF_ROOM_NETNS_MAX + 1];
	struct wf_fake_room room = {0};

	if (spec_copy(spec, &room.spec) < 0)
		return -ENOMEM;
	wf_fake_room_netns(k, spec->tenant, path);
	if (wf_kern_fake_netns_add(k, path) < 0 || wf_vec_push(&w->rooms, room) < 0) {
		spec_done(&room.spec);
		return -ENOMEM;
	}
	wf_vec_sort(&w->rooms, by_tenant);
	return 1;
}

int wf_fake_room_keep(struct wf_kern *k, const struct wf_room_spec *spec, struct wf_err *err)
{
	struct wf_fake_room *room = find(wf_fake_world_of(k), spec->tenant);
	struct wf_room_spec now;
	int r;

	WF_FAKE_CALL(k, err);
	if (!room) {
		r = add(k, spec);
		return r < 0 ? wf_err_errno(err, r, "room %x", spec->tenant) : r;
	}
	if (is_same(&room->spec, spec))
		return 0;
	if (spec_copy(spec, &now) < 0)
		return wf_err_errno(err, -ENOMEM, "room %x", spec->tenant);
	spec_done(&room->spec);
	room->spec = now;
	return 1;
}

void wf_fake_room_drop(struct wf_fake_world *w, uint32_t tenant)
{
	struct wf_fake_room *room = find(w, tenant);

	if (!room)
		return;
	spec_done(&room->spec);
	memmove(room, room + 1, (char *)(w->rooms.items + w->rooms.n) - (char *)(room + 1));
	w->rooms.n--;
}

int wf_fake_room_remove(struct wf_kern *k, uint32_t tenant, struct wf_err *err)
{
	char path[WF_ROOM_NETNS_MAX + 1];

	WF_FAKE_CALL(k, err);
	wf_fake_room_drop(wf_fake_world_of(k), tenant);
	(void)wf_kern_fake_netns_remove(k,
					wf_fake_room_netns(k, tenant, path)); /* or is not there */
	return 0;
}

int wf_fake_room_list(struct wf_kern *k, struct wf_room_ids *ret, struct wf_err *err)
{
	struct wf_room_ids ids = {0};

	WF_FAKE_CALL(k, err);
	wf_vec_each (r, &wf_fake_world_of(k)->rooms) {
		if (wf_vec_push(&ids, r->spec.tenant) < 0) {
			wf_vec_done(&ids);
			return wf_err_errno(err, -ENOMEM, "rooms");
		}
	}
	*ret = ids;
	return 0;
}

int wf_fake_room_stats(struct wf_kern *k, uint32_t tenant, struct wf_room_stats *ret,
		       struct wf_err *err)
{
	const struct wf_fake_room *room = find(wf_fake_world_of(k), tenant);

	WF_FAKE_CALL(k, err);
	if (!room)
		return wf_err_set(err, -ENOENT, "there is no room %x", tenant);
	*ret = (struct wf_room_stats){room->flows, room->refused};
	return 0;
}

const char *wf_fake_room_netns(struct wf_kern *k, uint32_t tenant, char *buf)
{
	(void)k; /* worlds have no names */
	snprintf(buf, WF_ROOM_NETNS_MAX + 1, "/run/weft/node/fake/rooms/%x", tenant);
	return buf;
}

int wf_fake_gate_keep(struct wf_kern *k, const struct wf_gate_spec *spec, struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	WF_FAKE_CALL(k, err);
	if (w->has_gate == (spec != NULL) && (!spec || !strcmp(w->gate, spec->outside)))
		return 0;
	w->has_gate = spec != NULL;
	snprintf(w->gate, sizeof(w->gate), "%s", spec ? spec->outside : "");
	return 1;
}

void wf_fake_rooms_done(struct wf_fake_world *w)
{
	wf_vec_each (r, &w->rooms)
		spec_done(&r->spec);
	wf_vec_done(&w->rooms);
}

const struct wf_room_spec *wf_kern_fake_room(const struct wf_kern *k, uint32_t tenant)
{
	const struct wf_fake_room *room = find(wf_fake_world_of(k), tenant);

	return room ? &room->spec : NULL;
}

int wf_kern_fake_room_harm(struct wf_kern *k, uint32_t tenant)
{
	struct wf_fake_room *room = find(wf_fake_world_of(k), tenant);

	if (!room)
		return -ENOENT;
	room->spec.n_ways = room->spec.n_prefixes = 0;
	return 0;
}

void wf_kern_fake_room_count(struct wf_kern *k, uint32_t tenant, const struct wf_room_stats *stats)
{
	struct wf_fake_room *room = find(wf_fake_world_of(k), tenant);

	if (!room)
		return;
	room->flows = stats->flows;
	room->refused = stats->refused;
}

const char *wf_kern_fake_gate(const struct wf_kern *k)
{
	const struct wf_fake_world *w = wf_fake_world_of(k);

	return w->has_gate ? w->gate : NULL;
}
