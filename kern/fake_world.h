/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the fake kernel: the world, and what its files share. fake.c has the world, links and
 * hooks; fake_table.c tables and counters; fake_port.c namespaces and ports; fake_netns.c what runs
 * in these; fake_room.c rooms; fake_events.c what the programs tell; fake_ping.c who answers. For
 * these seven only.
 */
#pragma once

#include "base/vec.h"
#include "kern/fake.h"

struct wf_fake_port {
	int ifindex;
	struct wf_port_spec spec; /* its pointers own */
};

struct wf_fake_hook {
	int ifindex;
	enum wf_hook hook;
};

struct wf_fake_server {
	char *netns; /* owned */
	uint16_t port;
};

struct wf_fake_room {
	struct wf_room_spec spec; /* its pointers own */
	uint64_t flows, refused;
};

struct wf_fake_answer {
	struct wf_addr from;
	uint16_t seq;
};

struct wf_fake_world {
	int n_handles;
	int event_fd; /* owned */
	unsigned int n_calls;
	unsigned int fail_in; /* calls; 0: never */
	int fail_code;
	bool is_started; /* by any handle */
	struct wf_config config;
	unsigned int broken_parts;    /* bits of enum wf_node_part */
	void *tables[WF_TABLE_COUNT]; /* tsearch trees, see fake_table.c */
	size_t n_entries[WF_TABLE_COUNT];
	uint32_t generation;
	struct wf_counter *counters; /* owned; WF_COUNTER_SLOTS */
	uint64_t drops[WF_DROP_COUNT];
	uint32_t flows[WF_LOADS_MAX];
	int last_ifindex;
	struct wf_links links;
	WF_VEC(struct wf_fake_hook) hooks;
	WF_VEC(struct wf_fake_port) ports;
	WF_VEC(char *) netns;
	WF_VEC(struct wf_fake_server) servers;
	WF_VEC(int) accepted; /* owned; the servers' ends, oldest first */
	bool is_cut;
	WF_VEC(uint16_t) silent; /* nodes */
	WF_VEC(struct wf_fake_answer) answers;
	WF_VEC(struct wf_fake_room) rooms; /* by tenant, rising */
	bool has_gate;
	char gate[WF_IFNAME_MAX + 1]; /* its outside */
	struct wf_monitor monitor;
	WF_VEC(struct wf_event) told;
	int told_fd; /* owned; readable while there are any */
	uint64_t n_lost;
	struct wf_prefix way; /* that the node has a route to */
	bool has_way;
};

struct wf_fake {
	struct wf_kern kern;
	struct wf_fake_world *world; /* freed with its last handle */
	bool is_started;	     /* this handle */
};

static inline struct wf_fake *wf_fake_of(const struct wf_kern *k)
{
	return (struct wf_fake *)k;
}

static inline struct wf_fake_world *wf_fake_world_of(const struct wf_kern *k)
{
	return wf_fake_of(k)->world;
}

/* Every op that can fail begins with this: counts the call, and fails it if the test asked for it.
 */
int wf_fake_call(struct wf_kern *k, struct wf_err *err);

#define WF_FAKE_CALL(k, err)                   \
	do {                                   \
		int _r = wf_fake_call(k, err); \
		if (_r)                        \
			return _r;             \
	} while (0)

struct wf_link *wf_fake_link(struct wf_fake_world *w, int ifindex);
int wf_fake_no_link(struct wf_err *err, int ifindex);
void wf_fake_links_changed(struct wf_fake_world *w);

void wf_fake_tables_done(struct wf_fake_world *w);
void wf_fake_ports_done(struct wf_fake_world *w);
/* With its namespace and what is in it. */
void wf_fake_room_drop(struct wf_fake_world *w, uint32_t tenant);
void wf_fake_rooms_done(struct wf_fake_world *w);
void wf_fake_servers_done(struct wf_fake_world *w);
void wf_fake_pings_done(struct wf_fake_world *w);
/* NULL: there is none of that name. */
char **wf_fake_netns(struct wf_fake_world *w, const char *netns);
/* The link is going: forgets the port it was, if any. */
void wf_fake_port_forget(struct wf_fake_world *w, int ifindex);

/* The ops that have a file of their own. */
int wf_fake_table_apply(struct wf_kern *k, const struct wf_table_change *changes, size_t n,
			struct wf_err *err);
int wf_fake_table_dump(struct wf_kern *k, enum wf_table table, wf_table_entry_fn fn, void *arg,
		       struct wf_err *err);
int wf_fake_table_commit(struct wf_kern *k, struct wf_err *err);
int wf_fake_counters(struct wf_kern *k, struct wf_counter *ret, struct wf_err *err);
int wf_fake_counters_settle(struct wf_kern *k, struct wf_err *err);
int wf_fake_counter_reset(struct wf_kern *k, uint32_t slot, struct wf_err *err);
int wf_fake_drops(struct wf_kern *k, uint64_t *ret, struct wf_err *err);
int wf_fake_flows(struct wf_kern *k, uint32_t *ret, struct wf_err *err);
int wf_fake_port_create(struct wf_kern *k, const struct wf_port_spec *spec, int *ret_ifindex,
			struct wf_err *err);
int wf_fake_port_delete(struct wf_kern *k, int ifindex, struct wf_err *err);
int wf_fake_port_mtu(struct wf_kern *k, int ifindex, uint32_t mtu, struct wf_err *err);
int wf_fake_port_repair(struct wf_kern *k, int ifindex, struct wf_err *err);
int wf_fake_own_repair(struct wf_kern *k, const struct wf_port_spec *spec, struct wf_err *err);
int wf_fake_own_check(struct wf_kern *k, const struct wf_prefix *prefixes, size_t n,
		      const char *ifname, struct wf_err *err);
int wf_fake_room_keep(struct wf_kern *k, const struct wf_room_spec *spec, struct wf_err *err);
int wf_fake_room_remove(struct wf_kern *k, uint32_t tenant, struct wf_err *err);
int wf_fake_room_list(struct wf_kern *k, struct wf_room_ids *ret, struct wf_err *err);
int wf_fake_room_stats(struct wf_kern *k, uint32_t tenant, struct wf_room_stats *ret,
		       struct wf_err *err);
const char *wf_fake_room_netns(struct wf_kern *k, uint32_t tenant, char *buf);
int wf_fake_gate_keep(struct wf_kern *k, const struct wf_gate_spec *spec, struct wf_err *err);
int wf_fake_netns_inode(struct wf_kern *k, const char *netns, uint64_t *ret, struct wf_err *err);
int wf_fake_netns_connect(struct wf_kern *k, const struct wf_netns_place *place,
			  const struct wf_addr *addr, uint16_t port, struct wf_err *err);
int wf_fake_netns_start(struct wf_kern *k, const struct wf_netns_place *place, char *const *argv,
			struct wf_child *ret, struct wf_err *err);
int wf_fake_ping(struct wf_kern *k, const struct wf_addr *to, uint16_t seq);
int wf_fake_ping_answer(struct wf_kern *k, struct wf_addr *ret_from, uint16_t *ret_seq);
int wf_fake_monitor(struct wf_kern *k, const struct wf_monitor *wanted, struct wf_err *err);
int wf_fake_events_fd(struct wf_kern *k);
void wf_fake_events(struct wf_kern *k, wf_event_fn fn, void *arg);
int wf_fake_events_lost(struct wf_kern *k, uint64_t *ret, struct wf_err *err);
