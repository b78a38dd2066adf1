// SPDX-License-Identifier: Apache-2.0
/*
 * The real kernel as a struct wf_kern: each op calls the file of its noun. Nothing is remembered
 * here that the kernel knows: a new handle on the same pin directory goes on where another stopped.
 */
#include "kern/linux.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "kern/bpf.h"
#include "kern/counts.h"
#include "kern/events.h"
#include "kern/hook.h"
#include "kern/link.h"
#include "kern/map.h"
#include "kern/netlink.h"
#include "kern/node.h"
#include "kern/own.h"
#include "kern/pin.h"
#include "kern/ping.h"
#include "kern/port.h"
#include "kern/room.h"
#include "kern/room_netns.h"
#include "kern/run_dir.h"
#include "kern/table.h"
#include "kern/tcp.h"

struct linux_kern {
	struct wf_kern kern;
	char *pin_dir;		      /* owned */
	char run_dir[WF_RUN_DIR_MAX]; /* of its rooms */
	struct wf_nl nl;
	struct mnl_socket *events; /* owned; hears of links */
	struct wf_bpf *bpf;	   /* owned; NULL until start() */
	struct wf_events *told;	   /* owned; as bpf, whose maps it reads */
	struct wf_hooks hooks;
	struct wf_config config; /* as started with */
	struct wf_ping ping;	 /* as bpf */
};

static struct linux_kern *linux_of(struct wf_kern *k)
{
	return (struct linux_kern *)k;
}

static void linux_free(struct wf_kern *k)
{
	struct linux_kern *l = linux_of(k);

	wf_ping_close(&l->ping);
	wf_events_free(l->told);
	wf_bpf_free(l->bpf);
	if (l->events)
		mnl_socket_close(l->events);
	wf_nl_done(&l->nl);
	free(l->pin_dir);
	free(l);
}

static int prepare(struct linux_kern *l, struct wf_bpf *bpf, const struct wf_config *config,
		   struct wf_err *err)
{
	struct wf_hooks hooks = l->hooks;
	int r;

	hooks.bpf = bpf;
	r = wf_hook_start(&hooks, err);
	if (!r)
		r = wf_node_prepare(&l->nl, config, err);
	if (!r)
		r = wf_ping_open(&l->ping, config->addr, err);
	if (r)
		return r;
	l->hooks = hooks;
	l->config = *config;
	return 0;
}

static int linux_start(struct wf_kern *k, const struct wf_config *config, struct wf_err *err)
{
	WF_CLEANUP(cleanup_bpf) struct wf_bpf *bpf = NULL;
	WF_CLEANUP(cleanup_events) struct wf_events *told = NULL;
	struct linux_kern *l = linux_of(k);
	int r;

	assert(!l->bpf);
	r = wf_pin_dir_make(l->pin_dir, err);
	if (r)
		return r;
	r = wf_bpf_load(l->pin_dir, config, &bpf, err);
	if (r) {
		(void)rmdir(l->pin_dir); /* if it is empty, it is only untidy */
		return r;
	}
	r = wf_events_open(bpf, &told, err);
	if (!r)
		r = prepare(l, bpf, config, err);
	if (r)
		return r;
	l->told = TAKE_PTR(told);
	l->bpf = TAKE_PTR(bpf);
	return 0;
}

static int linux_node_repair(struct wf_kern *k, unsigned int *ret_parts, struct wf_err *err)
{
	struct linux_kern *l = linux_of(k);

	assert(l->bpf);
	return wf_node_repair(&l->nl, &l->config, ret_parts, err);
}

static int table_map(const struct linux_kern *l, enum wf_table table)
{
	assert(l->bpf && table < WF_TABLE_COUNT);
	return wf_bpf_map(l->bpf, wf_table_shapes[table].name);
}

static size_t count_same_table(const struct wf_table_change *changes, size_t n)
{
	size_t i = 1;

	while (i < n && changes[i].table == changes[0].table)
		i++;
	return i;
}

static int linux_table_apply(struct wf_kern *k, const struct wf_table_change *changes, size_t n,
			     struct wf_err *err)
{
	int r = 0;

	while (!r && n) {
		size_t run = count_same_table(changes, n);

		r = wf_map_apply(table_map(linux_of(k), changes->table), changes, run, err);
		changes += run;
		n -= run;
	}
	return r;
}

static int linux_table_dump(struct wf_kern *k, enum wf_table table, wf_table_entry_fn fn, void *arg,
			    struct wf_err *err)
{
	return wf_map_each(table_map(linux_of(k), table), wf_table_shapes[table].name, fn, arg,
			   err);
}

static int linux_table_commit(struct wf_kern *k, struct wf_err *err)
{
	int fd = wf_bpf_map(linux_of(k)->bpf, ".data.generation"), r;
	uint32_t key = 0, generation;

	r = bpf_map_lookup_elem(fd, &key, &generation);
	generation++;
	if (!r)
		r = bpf_map_update_elem(fd, &key, &generation, BPF_ANY);
	return r ? wf_err_errno(err, r, "cannot commit the tables") : 0;
}

static int linux_counters(struct wf_kern *k, struct wf_counter *ret, struct wf_err *err)
{
	return wf_counts_slots(linux_of(k)->bpf, ret, err);
}

static int linux_counters_settle(struct wf_kern *k, struct wf_err *err)
{
	return wf_counts_settle(linux_of(k)->bpf, err);
}

static int linux_counter_reset(struct wf_kern *k, uint32_t slot, struct wf_err *err)
{
	return wf_counts_reset(linux_of(k)->bpf, slot, err);
}

static int linux_drops(struct wf_kern *k, uint64_t *ret, struct wf_err *err)
{
	return wf_counts_drops(linux_of(k)->bpf, ret, err);
}

static int linux_flows(struct wf_kern *k, uint32_t *ret, struct wf_err *err)
{
	return wf_counts_flows(linux_of(k)->bpf, ret, err);
}

static int linux_monitor(struct wf_kern *k, const struct wf_monitor *wanted, struct wf_err *err)
{
	assert(linux_of(k)->told);
	return wf_events_monitor(linux_of(k)->told, wanted, err);
}

static int linux_events_fd(struct wf_kern *k)
{
	assert(linux_of(k)->told);
	return wf_events_fd(linux_of(k)->told);
}

static void linux_events(struct wf_kern *k, wf_event_fn fn, void *arg)
{
	wf_events_take(linux_of(k)->told, fn, arg);
}

static int linux_events_lost(struct wf_kern *k, uint64_t *ret, struct wf_err *err)
{
	return wf_counts_events_lost(linux_of(k)->bpf, ret, err);
}

static int linux_hook_attach(struct wf_kern *k, int ifindex, enum wf_hook hook, struct wf_err *err)
{
	assert(linux_of(k)->bpf);
	return wf_hook_attach(&linux_of(k)->hooks, ifindex, hook, err);
}

static int linux_hook_get(struct wf_kern *k, int ifindex, enum wf_hook *ret, struct wf_err *err)
{
	return wf_hook_get(&linux_of(k)->hooks, ifindex, ret, err);
}

static int linux_links(struct wf_kern *k, struct wf_links *ret, struct wf_err *err)
{
	return wf_link_list(&linux_of(k)->nl, ret, err);
}

static int linux_port_create(struct wf_kern *k, const struct wf_port_spec *spec, int *ret_ifindex,
			     struct wf_err *err)
{
	return wf_port_create(&linux_of(k)->nl, spec, ret_ifindex, err);
}

static int linux_port_delete(struct wf_kern *k, int ifindex, struct wf_err *err)
{
	return wf_link_delete(&linux_of(k)->nl, ifindex, err);
}

static int linux_port_mtu(struct wf_kern *k, int ifindex, uint32_t mtu, struct wf_err *err)
{
	char rooms[WF_RUN_DIR_MAX + 16];

	snprintf(rooms, sizeof(rooms), "%s/rooms", linux_of(k)->run_dir);
	return wf_port_mtu(&linux_of(k)->nl, rooms, ifindex, mtu, err);
}

static int linux_port_repair(struct wf_kern *k, int ifindex, struct wf_err *err)
{
	return wf_port_repair(&linux_of(k)->nl, ifindex, err);
}

static int linux_own_repair(struct wf_kern *k, const struct wf_port_spec *spec, struct wf_err *err)
{
	return wf_own_set(&linux_of(k)->nl, spec, err);
}

static int linux_own_check(struct wf_kern *k, const struct wf_prefix *prefixes, size_t n,
			   const char *ifname, struct wf_err *err)
{
	return wf_own_check(&linux_of(k)->nl, prefixes, n, ifname, err);
}

static int linux_room_keep(struct wf_kern *k, const struct wf_room_spec *spec, struct wf_err *err)
{
	return wf_room_keep(&linux_of(k)->nl, linux_of(k)->run_dir, spec, err);
}

static int linux_room_remove(struct wf_kern *k, uint32_t tenant, struct wf_err *err)
{
	return wf_room_remove(&linux_of(k)->nl, linux_of(k)->run_dir, tenant, err);
}

static int linux_room_list(struct wf_kern *k, struct wf_room_ids *ret, struct wf_err *err)
{
	return wf_room_list(linux_of(k)->run_dir, ret, err);
}

static int linux_room_stats(struct wf_kern *k, uint32_t tenant, struct wf_room_stats *ret,
			    struct wf_err *err)
{
	return wf_room_stats(linux_of(k)->run_dir, tenant, ret, err);
}

static const char *linux_room_netns(struct wf_kern *k, uint32_t tenant, char *buf)
{
	return wf_room_path(linux_of(k)->run_dir, tenant, "", buf);
}

static int linux_gate_keep(struct wf_kern *k, const struct wf_gate_spec *spec, struct wf_err *err)
{
	return wf_gate_keep(linux_of(k)->run_dir, spec, err);
}

static int linux_netns_inode(struct wf_kern *k, const char *netns, uint64_t *ret,
			     struct wf_err *err)
{
	_cleanup_close_ int fd = wf_netns_open(netns, err);
	struct stat st;

	(void)k; /* all nodes of a machine name them alike */
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return wf_err_errno(err, -errno, "cannot look at network namespace %s", netns);
	*ret = st.st_ino;
	return 0;
}

static int linux_netns_connect(struct wf_kern *k, const struct wf_netns_place *place,
			       const struct wf_addr *addr, uint16_t port, struct wf_err *err)
{
	_cleanup_close_ int netns = wf_netns_find(place, err);

	return netns < 0 ? netns : wf_tcp_connect(netns, addr, port, err);
}

static int linux_netns_start(struct wf_kern *k, const struct wf_netns_place *place,
			     char *const *argv, struct wf_child *ret, struct wf_err *err)
{
	_cleanup_close_ int netns = wf_netns_find(place, err);

	return netns < 0 ? netns : wf_child_start(netns, argv, ret, err);
}

static int linux_ping(struct wf_kern *k, const struct wf_addr *to, uint16_t seq)
{
	assert(linux_of(k)->bpf);
	return wf_ping_send(&linux_of(k)->ping, to, seq);
}

static int linux_ping_answer(struct wf_kern *k, struct wf_addr *ret_from, uint16_t *ret_seq)
{
	assert(linux_of(k)->bpf);
	return wf_ping_receive(&linux_of(k)->ping, ret_from, ret_seq);
}

static int linux_stop(struct wf_kern *k, struct wf_err *err)
{
	struct linux_kern *l = linux_of(k);
	int r;

	assert(l->bpf);
	r = wf_hook_detach_all(&l->hooks, err);
	if (!r)
		r = wf_own_purge(&l->nl, err);
	if (!r)
		r = wf_room_purge(&l->nl, l->run_dir, err);
	if (!r)
		r = wf_node_restore(&l->nl, err);
	if (!r)
		r = wf_pin_dir_remove(l->pin_dir, err);
	if (r)
		return r;
	wf_ping_close(&l->ping);
	wf_events_free(TAKE_PTR(l->told));
	wf_bpf_free(TAKE_PTR(l->bpf));
	return 0;
}

static int linux_fd(struct wf_kern *k)
{
	return mnl_socket_get_fd(linux_of(k)->events);
}

static void linux_dispatch(struct wf_kern *k)
{
	struct linux_kern *l = linux_of(k);
	char first[1]; /* what changed does not matter, the rest of the message is cut off */

	/* ENOBUFS says that messages were lost, which is a change like another. */
	while (recv(linux_fd(&l->kern), first, sizeof(first), MSG_DONTWAIT) >= 0 ||
	       errno == EINTR || errno == ENOBUFS)
		;
}

static const struct wf_kern_ops linux_ops = {
	.free = linux_free,
	.start = linux_start,
	.node_repair = linux_node_repair,
	.table_apply = linux_table_apply,
	.table_dump = linux_table_dump,
	.table_commit = linux_table_commit,
	.counters = linux_counters,
	.counters_settle = linux_counters_settle,
	.counter_reset = linux_counter_reset,
	.drops = linux_drops,
	.flows = linux_flows,
	.monitor = linux_monitor,
	.events_fd = linux_events_fd,
	.events = linux_events,
	.events_lost = linux_events_lost,
	.hook_attach = linux_hook_attach,
	.hook_get = linux_hook_get,
	.links = linux_links,
	.port_create = linux_port_create,
	.port_delete = linux_port_delete,
	.port_mtu = linux_port_mtu,
	.port_repair = linux_port_repair,
	.own_repair = linux_own_repair,
	.own_check = linux_own_check,
	.room_keep = linux_room_keep,
	.room_remove = linux_room_remove,
	.room_list = linux_room_list,
	.room_stats = linux_room_stats,
	.room_netns = linux_room_netns,
	.gate_keep = linux_gate_keep,
	.netns_inode = linux_netns_inode,
	.netns_connect = linux_netns_connect,
	.netns_start = linux_netns_start,
	.ping = linux_ping,
	.ping_answer = linux_ping_answer,
	.stop = linux_stop,
	.fd = linux_fd,
	.dispatch = linux_dispatch,
};

static int open_events(struct linux_kern *l, struct wf_err *err)
{
	l->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!l->events || mnl_socket_bind(l->events, RTMGRP_LINK, MNL_SOCKET_AUTOPID))
		return wf_err_errno(err, -errno, "cannot listen for changes of interfaces");
	return 0;
}

/* Asks for what only the privileged may know. */
static int check_rights(struct wf_err *err)
{
	uint32_t id;

	if (bpf_prog_get_next_id(0, &id) == -EPERM)
		return wf_err_set(err, -EPERM,
				  "no right to load BPF programs and change interfaces: run as "
				  "root");
	return 0;
}

static int open_with(const char *pin_dir, bool use_clsact, struct wf_kern **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = NULL;
	struct linux_kern *l;
	int r;

	r = check_rights(err);
	if (!r)
		r = wf_pin_dir_check(pin_dir, err);
	if (r)
		return r;
	l = calloc(1, sizeof(*l));
	if (!l)
		return wf_err_errno(err, -ENOMEM, "cannot open the kernel");
	k = &l->kern;
	k->ops = &linux_ops;
	l->ping.fd = -1;
	l->pin_dir = strdup(pin_dir);
	if (!l->pin_dir)
		return wf_err_errno(err, -ENOMEM, "cannot open the kernel");
	wf_run_dir(pin_dir, l->run_dir);
	l->hooks = (struct wf_hooks){.pin_dir = l->pin_dir, .use_clsact = use_clsact};
	r = wf_nl_open(&l->nl, err);
	if (!r)
		r = open_events(l, err);
	if (!r)
		*ret = TAKE_PTR(k);
	return r;
}

int wf_kern_linux_open(const char *pin_dir, struct wf_kern **ret, struct wf_err *err)
{
	return open_with(pin_dir, false, ret, err);
}

int wf_kern_linux_open_clsact(const char *pin_dir, struct wf_kern **ret, struct wf_err *err)
{
	return open_with(pin_dir, true, ret, err);
}
