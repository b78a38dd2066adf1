/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel in memory, for tests of what stands on kern.h. It keeps what the real one keeps (tables,
 * hooks, links, ports), refuses what the real one refuses, and can be told to fail.
 *
 * The world outlives a handle: wf_kern_fake_reopen() is the next daemon that looks at the same
 * kernel. The functions here are how a test plays the rest of the machine; none of them counts as a
 * call.
 */
#pragma once

#include "kern/kern.h"

/* A world with one interface, lo, index 1, and no namespaces. NULL: out of memory. */
struct wf_kern *wf_kern_fake_new(void);
/* Another handle on @k's world, not started. The world is freed with its last handle. */
struct wf_kern *wf_kern_fake_reopen(struct wf_kern *k);

/*
 * Makes the @nth call from now (1: the next) that can fail do so, with @code and nothing changed;
 * table_apply() does half of its changes first. 0 takes it back. All ops but free, fd, dispatch,
 * events_fd, events and those of pings are counted.
 */
void wf_kern_fake_fail(struct wf_kern *k, unsigned int nth, int code);
/* How many such calls there were: a test can fail each of them in turn. */
unsigned int wf_kern_fake_calls(const struct wf_kern *k);

/* Adds (ifindex 0: the next free one) or changes an interface. The index, or -ENOMEM. */
int wf_kern_fake_link_set(struct wf_kern *k, const struct wf_link *link);
/* It goes, with its hook. -ENODEV. */
int wf_kern_fake_link_remove(struct wf_kern *k, int ifindex);

/* Namespaces that port_create() finds, by the spelling it is given, beside WF_NETNS_OWN. 0 or
 * -ENOMEM. */
int wf_kern_fake_netns_add(struct wf_kern *k, const char *netns);
/* The node's own route to somewhere; NULL: none. */
void wf_kern_fake_way_set(struct wf_kern *k, const struct wf_prefix *way);
/* It goes with its ports. -ENOENT. */
int wf_kern_fake_netns_remove(struct wf_kern *k, const char *netns);

/*
 * A container's server: connections to its port, at any address, are made; others are refused. What
 * is at the other end is the test's: accept gives the oldest such end that is not the test's yet
 * (the caller closes it), or -EAGAIN. Commands run for real, where the test runs. 0 or -ENOMEM.
 */
int wf_kern_fake_listen(struct wf_kern *k, const char *netns, uint16_t port);
/* Nobody listens there any more. */
void wf_kern_fake_unlisten(struct wf_kern *k, const char *netns, uint16_t port);
int wf_kern_fake_accept(struct wf_kern *k);

/* Pings of any SID are answered at once, but of those of silent nodes, and while the underlay is
 * cut. 0 or -ENOMEM. */
int wf_kern_fake_silence(struct wf_kern *k, uint16_t node, bool is_silent);
void wf_kern_fake_cut(struct wf_kern *k, bool is_cut);

/* What a room is; borrowed until the next call. NULL: there is none. */
const struct wf_room_spec *wf_kern_fake_room(const struct wf_kern *k, uint32_t tenant);
/* Others harm it: it is not as it should be. -ENOENT. */
int wf_kern_fake_room_harm(struct wf_kern *k, uint32_t tenant);
void wf_kern_fake_room_count(struct wf_kern *k, uint32_t tenant, const struct wf_room_stats *stats);
/* The interface of the gateway that the node is; NULL: it is none. */
const char *wf_kern_fake_gate(const struct wf_kern *k);

/* What the container got; borrowed until the next call. NULL: not a port. */
const struct wf_port_spec *wf_kern_fake_port(const struct wf_kern *k, int ifindex);
/* Borrowed until the next change of the entry; NULL: not there. */
const void *wf_kern_fake_lookup(const struct wf_kern *k, enum wf_table table, const void *key);
size_t wf_kern_fake_table_size(const struct wf_kern *k, enum wf_table table);
/* How many commits there were. */
uint32_t wf_kern_fake_generation(const struct wf_kern *k);
/* As given to the last start(); NULL: never started, or stopped. */
const struct wf_config *wf_kern_fake_config(const struct wf_kern *k);

/* Others undo what start() prepared: bits of enum wf_node_part. What is still so. */
void wf_kern_fake_node_break(struct wf_kern *k, unsigned int parts);
unsigned int wf_kern_fake_node_broken(const struct wf_kern *k);

/* Traffic. @slot < WF_COUNTER_SLOTS, @reason < WF_DROP_COUNT. */
void wf_kern_fake_count(struct wf_kern *k, uint32_t slot, uint64_t packets, uint64_t bytes);
void wf_kern_fake_drop(struct wf_kern *k, enum wf_drop reason, uint64_t n);
/* So many flows has the backend with that number (< WF_LOADS_MAX). */
void wf_kern_fake_flows(struct wf_kern *k, uint16_t sid, uint32_t n);

/* The programs tell it, if anybody wants to know and the ring has room for it. */
#define WF_KERN_FAKE_RING 4096
void wf_kern_fake_tell(struct wf_kern *k, const struct wf_event *event);
/* What the programs were last told to tell. */
struct wf_monitor wf_kern_fake_monitor(const struct wf_kern *k);
