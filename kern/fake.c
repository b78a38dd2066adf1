// SPDX-License-Identifier: Apache-2.0
#include "kern/fake.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "kern/fake_world.h"

int wf_fake_call(struct wf_kern *k, struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	w->n_calls++;
	if (!w->fail_in || --w->fail_in)
		return 0;
	return wf_err_errno(err, w->fail_code, "the fake kernel was told to fail");
}

struct wf_link *wf_fake_link(struct wf_fake_world *w, int ifindex)
{
	wf_vec_each (l, &w->links)
		if (l->ifindex == ifindex)
			return l;
	return NULL;
}

int wf_fake_no_link(struct wf_err *err, int ifindex)
{
	return wf_err_set(err, -ENODEV, "no interface has index %d", ifindex);
}

void wf_fake_links_changed(struct wf_fake_world *w)
{
	/* Full only if nobody has read for 2^64 - 2 changes. */
	(void)eventfd_write(w->event_fd, 1);
}

static void hook_forget(struct wf_fake_world *w, int ifindex)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->hooks.n; i++)
		if (w->hooks.items[i].ifindex != ifindex)
			w->hooks.items[kept++] = w->hooks.items[i];
	w->hooks.n = kept;
}

static int fake_hook_attach(struct wf_kern *k, int ifindex, enum wf_hook hook, struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	assert(wf_fake_of(k)->is_started && hook < WF_HOOK_COUNT);
	WF_FAKE_CALL(k, err);
	hook_forget(w, ifindex);
	if (!wf_fake_link(w, ifindex))
		return wf_fake_no_link(err, ifindex);
	if (hook == WF_HOOK_NONE)
		return 0;
	if (wf_vec_push(&w->hooks, ((struct wf_fake_hook){ifindex, hook})))
		return wf_err_errno(err, -ENOMEM, "interface %d", ifindex);
	return 0;
}

static int fake_hook_get(struct wf_kern *k, int ifindex, enum wf_hook *ret, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	*ret = WF_HOOK_NONE;
	wf_vec_each (h, &wf_fake_world_of(k)->hooks)
		if (h->ifindex == ifindex)
			*ret = h->hook;
	return 0;
}

static int fake_links(struct wf_kern *k, struct wf_links *ret, struct wf_err *err)
{
	struct wf_links links = {0};

	WF_FAKE_CALL(k, err);
	wf_vec_each (l, &wf_fake_world_of(k)->links) {
		if (wf_vec_push(&links, *l)) {
			wf_links_done(&links);
			return wf_err_errno(err, -ENOMEM, "links");
		}
	}
	*ret = links;
	return 0;
}

static int by_ifindex(const void *a, const void *b)
{
	return ((const struct wf_link *)a)->ifindex - ((const struct wf_link *)b)->ifindex;
}

int wf_kern_fake_link_set(struct wf_kern *k, const struct wf_link *link)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	struct wf_link added = *link, *old = wf_fake_link(w, link->ifindex);

	if (old) {
		*old = added;
	} else {
		if (!added.ifindex)
			added.ifindex = w->last_ifindex + 1;
		if (wf_vec_push(&w->links, added))
			return -ENOMEM;
		wf_vec_sort(&w->links, by_ifindex);
		if (added.ifindex > w->last_ifindex)
			w->last_ifindex = added.ifindex;
	}
	wf_fake_links_changed(wf_fake_world_of(k));
	return added.ifindex;
}

int wf_kern_fake_link_remove(struct wf_kern *k, int ifindex)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	struct wf_link *link = wf_fake_link(w, ifindex);

	if (!link)
		return -ENODEV;
	hook_forget(w, ifindex);
	wf_fake_port_forget(w, ifindex);
	memmove(link, link + 1, (char *)(w->links.items + w->links.n) - (char *)(link + 1));
	w->links.n--;
	wf_fake_links_changed(wf_fake_world_of(k));
	return 0;
}

static int fake_start(struct wf_kern *k, const struct wf_config *config, struct wf_err *err)
{
	assert(!wf_fake_of(k)->is_started);
	WF_FAKE_CALL(k, err);
	wf_fake_of(k)->is_started = true;
	wf_fake_world_of(k)->is_started = true;
	wf_fake_world_of(k)->config = *config;
	wf_fake_world_of(k)->broken_parts = 0;
	wf_fake_world_of(k)->monitor = (struct wf_monitor){0};
	return 0;
}

static int fake_node_repair(struct wf_kern *k, unsigned int *ret_parts, struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	assert(wf_fake_of(k)->is_started);
	WF_FAKE_CALL(k, err);
	*ret_parts = w->broken_parts;
	w->broken_parts = 0;
	return 0;
}

void wf_kern_fake_node_break(struct wf_kern *k, unsigned int parts)
{
	wf_fake_world_of(k)->broken_parts |= parts;
}

unsigned int wf_kern_fake_node_broken(const struct wf_kern *k)
{
	return wf_fake_world_of(k)->broken_parts;
}

static int fake_stop(struct wf_kern *k, struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	WF_FAKE_CALL(k, err);
	wf_fake_tables_done(w);
	w->hooks.n = 0;
	w->generation = 0;
	memset(w->counters, 0, WF_COUNTER_SLOTS * sizeof(*w->counters));
	memset(w->drops, 0, sizeof(w->drops));
	w->monitor = (struct wf_monitor){0};
	w->n_lost = 0;
	while (w->rooms.n)
		wf_fake_room_drop(w, w->rooms.items[0].spec.tenant);
	w->has_gate = false;
	w->is_started = wf_fake_of(k)->is_started = false;
	return 0;
}

static int fake_fd(struct wf_kern *k)
{
	return wf_fake_world_of(k)->event_fd;
}

static void fake_dispatch(struct wf_kern *k)
{
	eventfd_t n;

	(void)eventfd_read(wf_fake_world_of(k)->event_fd, &n); /* empty already: as good */
}

static void world_free(struct wf_fake_world *w)
{
	wf_fake_tables_done(w);
	wf_fake_ports_done(w);
	wf_fake_rooms_done(w);
	wf_fake_servers_done(w);
	wf_fake_pings_done(w);
	wf_vec_done(&w->hooks);
	wf_vec_done(&w->told);
	wf_links_done(&w->links);
	free(w->counters);
	if (w->event_fd >= 0)
		close(w->event_fd);
	if (w->told_fd >= 0)
		close(w->told_fd);
	free(w);
}

static void fake_free(struct wf_kern *k)
{
	struct wf_fake *f = wf_fake_of(k);

	if (f->is_started) /* as the real one: nobody listens any more */
		f->world->monitor = (struct wf_monitor){0};
	if (--f->world->n_handles == 0)
		world_free(f->world);
	free(f);
}

static const struct wf_kern_ops fake_ops = {
	.free = fake_free,
	.start = fake_start,
	.node_repair = fake_node_repair,
	.table_apply = wf_fake_table_apply,
	.table_dump = wf_fake_table_dump,
	.table_commit = wf_fake_table_commit,
	.counters = wf_fake_counters,
	.counters_settle = wf_fake_counters_settle,
	.counter_reset = wf_fake_counter_reset,
	.drops = wf_fake_drops,
	.flows = wf_fake_flows,
	.monitor = wf_fake_monitor,
	.events_fd = wf_fake_events_fd,
	.events = wf_fake_events,
	.events_lost = wf_fake_events_lost,
	.hook_attach = fake_hook_attach,
	.hook_get = fake_hook_get,
	.links = fake_links,
	.port_create = wf_fake_port_create,
	.port_delete = wf_fake_port_delete,
	.port_mtu = wf_fake_port_mtu,
	.port_repair = wf_fake_port_repair,
	.own_repair = wf_fake_own_repair,
	.own_check = wf_fake_own_check,
	.room_keep = wf_fake_room_keep,
	.room_remove = wf_fake_room_remove,
	.room_list = wf_fake_room_list,
	.room_stats = wf_fake_room_stats,
	.room_netns = wf_fake_room_netns,
	.gate_keep = wf_fake_gate_keep,
	.netns_inode = wf_fake_netns_inode,
	.netns_connect = wf_fake_netns_connect,
	.netns_start = wf_fake_netns_start,
	.ping = wf_fake_ping,
	.ping_answer = wf_fake_ping_answer,
	.stop = fake_stop,
	.fd = fake_fd,
	.dispatch = fake_dispatch,
};

static struct wf_kern *handle_new(struct wf_fake_world *w)
{
	struct wf_fake *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->kern.ops = &fake_ops;
	f->world = w;
	w->n_handles++;
	return &f->kern;
}

static struct wf_fake_world *world_new(void)
{
	const struct wf_link lo = {.ifindex = 1, .name = "lo", .mtu = 65536, .is_loopback = true};
	struct wf_fake_world *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->told_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->counters = calloc(WF_COUNTER_SLOTS, sizeof(*w->counters));
	w->last_ifindex = lo.ifindex;
	if (w->event_fd < 0 || w->told_fd < 0 || !w->counters || wf_vec_push(&w->links, lo)) {
		world_free(w);
		return NULL;
	}
	return w;
}

struct wf_kern *wf_kern_fake_new(void)
{
	struct wf_fake_world *w = world_new();
	struct wf_kern *k = w ? handle_new(w) : NULL;

	if (w && !k)
		world_free(w);
	return k;
}

struct wf_kern *wf_kern_fake_reopen(struct wf_kern *k)
{
	return handle_new(wf_fake_world_of(k));
}

void wf_kern_fake_fail(struct wf_kern *k, unsigned int nth, int code)
{
	wf_fake_world_of(k)->fail_in = nth;
	wf_fake_world_of(k)->fail_code = code;
}

unsigned int wf_kern_fake_calls(const struct wf_kern *k)
{
	return wf_fake_world_of(k)->n_calls;
}

const struct wf_config *wf_kern_fake_config(const struct wf_kern *k)
{
	return wf_fake_world_of(k)->is_started ? &wf_fake_world_of(k)->config : NULL;
}
