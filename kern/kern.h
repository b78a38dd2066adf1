/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Make it so; what is there now? The node's kernel behind one table of functions, so that the agent
 * can be tested against a fake one. It knows tables, hooks, links and addresses, and no model.
 *
 * Two implementations: wf_kern_linux_open(), the real thing, and wf_kern_fake_new() (kern/fake.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/own.h"
#include "dp/config.h"
#include "dp/change.h"
#include "dp/drops.h"
#include "dp/event.h"
#include "dp/hook.h"
#include "dp/served.h"
#include "dp/table.h"
#include "kern/child.h"
#include "kern/netns.h"

#define WF_IFNAME_MAX 15
#define WF_ALIAS_MAX  255 /* IFALIASZ - 1 */

struct wf_link {
	int ifindex;
	char name[WF_IFNAME_MAX + 1];
	char alias[WF_ALIAS_MAX + 1]; /* "" if none */
	uint32_t mtu;
	uint8_t mac[6];
	bool is_up;
	bool has_carrier; /* of a port: the inside is there, and up */
	bool is_loopback;
	bool is_ethernet;
};

struct wf_links {
	struct wf_link *items; /* owned; sorted by ifindex */
	size_t n;
	size_t cap;
};

/* A container's interface to be made: a veth pair, one end in its network namespace. */
struct wf_port_spec {
	const char *netns;	 /* name under /run/netns, or a path */
	const char *ifname;	 /* inside, "eth0"; -EEXIST if there is one already */
	const char *host_ifname; /* outside */
	const char *alias;	 /* of the host side: how it is recognised after a restart */
	uint8_t mac[6];		 /* inside; outside has WF_GATEWAY_MAC */
	const struct wf_addr *addrs;
	size_t n_addrs;
	/* Routed to the gateway if the container has another default route already, which it keeps.
	 */
	const struct wf_prefix *prefixes;
	size_t n_prefixes;
	uint32_t mtu;
	/* The inside is in the node's own namespace (WF_NETNS_OWN), and has no default routes but
	   those to the prefixes, for what the node itself sends (kern/own.h). */
	bool is_own;
	/* The inside is in a room, which sees to its routes (room_keep()). */
	bool is_arm;
};

/*
 * A tenant's network namespace at a gateway, its *room* (kern/room.h). What it is to be; addresses
 * and prefixes of both families side by side.
 */
struct wf_room_spec {
	uint32_t tenant;     /* its id, which names the room */
	const char *outside; /* the node's interface, for its MTU; it may be missing */
	/* Of the tenant's endpoint here, whose inside is the room's "inside", if it is there. */
	const struct wf_addr *addrs;
	size_t n_addrs;
	const struct wf_prefix *prefixes; /* of the tenant: behind the inside */
	size_t n_prefixes;
	bool is_egress;		     /* containers may begin flows: */
	const struct wf_prefix *nat; /* from these addresses; none: from their own */
	size_t n_nat;
	uint16_t first_port, last_port; /* with nat */
	/* Of its services, at whatever gateway: nothing is kept of flows of theirs. */
	const struct wf_addr *published;
	size_t n_published;
	const struct wf_prefix *ways; /* what the node routes here */
	size_t n_ways;
};

struct wf_room_ids {	 /* of tenants that have a room */
	uint32_t *items; /* owned; rising */
	size_t n;
	size_t cap;
};

struct wf_room_stats {
	uint64_t flows;	  /* that it follows at the moment */
	uint64_t refused; /* packets of new flows for which there was no port */
};

/* What the node itself lets pass between rooms, outside and underlay. */
struct wf_gate_spec {
	const char *outside;
	const char *const *underlay;
	size_t n_underlay;
};

#define WF_ROOM_IFNAME	  "wfg" /* and the tenant's id in hex: the node's end of a room's outside */
#define WF_ROOM_NETNS_MAX 350	/* of a room's path */

struct wf_kern;

/* What a node needs beside tables and hooks, as bits. */
enum wf_node_part {
	WF_NODE_FORWARDING = 1 << 0, /* of IPv6 */
	WF_NODE_ADDRESS = 1 << 1,    /* on lo, which is up */
	WF_NODE_ROUTE = 1 << 2,	     /* unreachable, for the rest of the locator */
};

typedef void (*wf_table_entry_fn)(void *arg, const void *key, const void *value);
/* @event is borrowed for the time of the call. */
typedef void (*wf_event_fn)(void *arg, const struct wf_event *event);

#define WF_EVENTS_AT_ONCE 1024 /* then the loop has other things to do */

struct wf_kern_ops {
	void (*free)(struct wf_kern *k);

	/* Loads the programs for this node (adopting maps that are pinned already) and prepares the
	   node: forwarding on, the node's address on lo, an unreachable route for the rest of its
	   locator. Programs that are attached already are replaced, each in one atomic step, by
	   hook_attach(). Call once, first; again only if it failed. -ESTALE: a pinned map has
	   another layout than these programs want. */
	int (*start)(struct wf_kern *k, const struct wf_config *config, struct wf_err *err);

	/* Makes what start() prepared as it was, and tells which parts were not (bits of enum
	   wf_node_part). On failure it tells nothing, and some may be done. */
	int (*node_repair)(struct wf_kern *k, unsigned int *ret_parts, struct wf_err *err);

	/* Does the changes in order; stops at the first that fails (then those before it are
	   done). -E2BIG: the table is full. */
	int (*table_apply)(struct wf_kern *k, const struct wf_table_change *changes, size_t n,
			   struct wf_err *err);
	int (*table_dump)(struct wf_kern *k, enum wf_table table, wf_table_entry_fn fn, void *arg,
			  struct wf_err *err);
	/* Makes the programs forget what they remember from before the changes. */
	int (*table_commit)(struct wf_kern *k, struct wf_err *err);

	/* Sums over the CPUs. @ret: WF_COUNTER_SLOTS and WF_DROP_COUNT entries. */
	int (*counters)(struct wf_kern *k, struct wf_counter *ret, struct wf_err *err);
	/* What was counted until now is in its slots: before one of these is given to another. */
	int (*counters_settle)(struct wf_kern *k, struct wf_err *err);
	int (*counter_reset)(struct wf_kern *k, uint32_t slot, struct wf_err *err);
	int (*drops)(struct wf_kern *k, uint64_t *ret, struct wf_err *err);
	/* How many flows each of this node's backends has, about (dp/served.h). @ret: WF_LOADS_MAX
	   entries, by the number of its SID. */
	int (*flows)(struct wf_kern *k, uint32_t *ret, struct wf_err *err);

	/* What the programs tell from now on (mask 0: nothing, as after start() and stop()). What
	   was told before anybody wanted to know is forgotten. */
	int (*monitor)(struct wf_kern *k, const struct wf_monitor *wanted, struct wf_err *err);
	/* Readable while there are events. Only between start() and stop(). */
	int (*events_fd)(struct wf_kern *k);
	/* Takes at most WF_EVENTS_AT_ONCE of them, oldest first. */
	void (*events)(struct wf_kern *k, wf_event_fn fn, void *arg);
	/* How many were wanted and not told, ever: too fast, or the ring was full. */
	int (*events_lost)(struct wf_kern *k, uint64_t *ret, struct wf_err *err);

	/* Attaches the hook's program of this start(), replacing what this node had there; NONE
	   detaches. -ENODEV: no such interface (its pin is cleaned up). */
	int (*hook_attach)(struct wf_kern *k, int ifindex, enum wf_hook hook, struct wf_err *err);
	/* What is attached now by this node, as found in the kernel; NONE if nothing. */
	int (*hook_get)(struct wf_kern *k, int ifindex, enum wf_hook *ret, struct wf_err *err);

	/* The caller frees with wf_links_done(). */
	int (*links)(struct wf_kern *k, struct wf_links *ret, struct wf_err *err);
	/* Makes the pair, addresses (/32, /128), default routes by the gateways of dp/config.h, up
	   on both sides. All or nothing. -ENOENT: no such namespace; -EINVAL: a name, MTU or MAC
	   that cannot be. */
	int (*port_create)(struct wf_kern *k, const struct wf_port_spec *spec, int *ret_ifindex,
			   struct wf_err *err);
	/* Deletes both ends; -ENODEV: it is gone already. */
	int (*port_delete)(struct wf_kern *k, int ifindex, struct wf_err *err);
	/* Sets the MTU on both ends, wherever the inside has gone. -ENODEV: no such interface;
	   -ENOENT: nobody here can see the inside's namespace. */
	int (*port_mtu)(struct wf_kern *k, int ifindex, uint32_t mtu, struct wf_err *err);

	/* The outside is up and has WF_GATEWAY_MAC again. -ENODEV. */
	int (*port_repair)(struct wf_kern *k, int ifindex, struct wf_err *err);

	/* The inside of a port that is the node's own is as @spec says (the outside is not looked
	   at). 1: it was not; 0; -ENODEV. */
	int (*own_repair)(struct wf_kern *k, const struct wf_port_spec *spec, struct wf_err *err);
	/* -EEXIST: the node has an address or a route of its own that overlaps one of the prefixes,
	   by another interface than @ifname; @err says which. */
	int (*own_check)(struct wf_kern *k, const struct wf_prefix *prefixes, size_t n,
			 const char *ifname, struct wf_err *err);

	/*
	 * Makes the room, or makes it as @spec says. 1: it was not; 0. -ENOENT: there is no nft
	 * program. What it has of flows stays as long as what is asked for does.
	 */
	int (*room_keep)(struct wf_kern *k, const struct wf_room_spec *spec, struct wf_err *err);
	/* With its flows; the inside is the caller's. One that is not there is no error. */
	int (*room_remove)(struct wf_kern *k, uint32_t tenant, struct wf_err *err);
	/* The caller frees the items. */
	int (*room_list)(struct wf_kern *k, struct wf_room_ids *ret, struct wf_err *err);
	int (*room_stats)(struct wf_kern *k, uint32_t tenant, struct wf_room_stats *ret,
			  struct wf_err *err);
	/* Where port_create() finds it, whether it is there or not. @buf: WF_ROOM_NETNS_MAX + 1
	   bytes; returns @buf. */
	const char *(*room_netns)(struct wf_kern *k, uint32_t tenant, char *buf);
	/* The node's part of a gateway; NULL: there is none. 1: it was not so; 0. */
	int (*gate_keep)(struct wf_kern *k, const struct wf_gate_spec *spec, struct wf_err *err);

	/* The inode that tells @netns, as port_create() finds it, from all others there are; never
	   0. -ENOENT, -EINVAL: as there. */
	int (*netns_inode)(struct wf_kern *k, const char *netns, uint64_t *ret, struct wf_err *err);
	/* A connection out of a container, as wf_tcp_connect(). -ENOENT: it is gone. */
	int (*netns_connect)(struct wf_kern *k, const struct wf_netns_place *place,
			     const struct wf_addr *addr, uint16_t port, struct wf_err *err);
	/* A command in a container's network namespace, as wf_child_start(). -ENOENT: the
	   container or the command is not there. */
	int (*netns_start)(struct wf_kern *k, const struct wf_netns_place *place, char *const *argv,
			   struct wf_child *ret, struct wf_err *err);

	/* Pings an address of the underlay, from the node's own, and does not wait. Only between
	   start() and stop(). An error of the moment: it cannot be sent. */
	int (*ping)(struct wf_kern *k, const struct wf_addr *to, uint16_t seq);
	/* The next answer; -EAGAIN: there is none. */
	int (*ping_answer)(struct wf_kern *k, struct wf_addr *ret_from, uint16_t *ret_seq);

	/* Detaches and unpins everything, removes address, routes and rooms: the node is as before
	   start(), but for forwarding: who else came to rely on it cannot be known. Ports stay:
	   they are deleted one by one. */
	int (*stop)(struct wf_kern *k, struct wf_err *err);

	/* Readable when links may have changed; dispatch() empties it. */
	int (*fd)(struct wf_kern *k);
	void (*dispatch)(struct wf_kern *k);
};

struct wf_kern {
	const struct wf_kern_ops *ops;
};

/*
 * The kernel of the network namespace the caller is in. @pin_dir: a directory of its own on a
 * bpffs, made if missing ("/sys/fs/bpf/weft/NODE"); -EOPNOTSUPP if it is not on a bpffs; -EPERM
 * without the rights. Nothing is changed before start().
 */
int wf_kern_linux_open(const char *pin_dir, struct wf_kern **ret, struct wf_err *err);

static inline void wf_kern_free(struct wf_kern *k)
{
	if (k)
		k->ops->free(k);
}
WF_DEFINE_CLEANUP(kern, struct wf_kern *, wf_kern_free)

void wf_links_done(struct wf_links *l);
