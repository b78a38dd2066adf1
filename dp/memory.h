/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What packets leave behind for those that follow: bounded, the least recently used is overwritten.
 * A world without memory knows no connection and no fragment.
 */
#pragma once

#include "dp/conn.h"
#include "dp/fragment.h"
#include "dp/proxy.h"
#include "dp/served.h"

/* X(enum suffix, map name, key type, value type, most entries) */
#define WF_MEMORIES(X)                                                                       \
	X(CONN, conns, struct wf_conn_key, struct wf_conn, WF_CONNS_MAX)                     \
	X(FRAGMENT, fragments, struct wf_fragment_key, struct wf_fragment, WF_FRAGMENTS_MAX) \
	X(SERVED, served, struct wf_conn_key, struct wf_served, WF_SERVED_MAX)               \
	X(LOAD, loads, __u32, struct wf_load, WF_LOADS_MAX)                                  \
	X(PROXIED, proxied, struct wf_proxied_key, struct wf_proxied, WF_PROXIED_MAX)

enum wf_memory {
#define WF_MEMORY_ENUM(id, name, key, value, max) WF_MEMORY_##id,
	WF_MEMORIES(WF_MEMORY_ENUM)
#undef WF_MEMORY_ENUM
	WF_MEMORY_COUNT,
};

/* The type of what is remembered, by its id. */
#define WF_RECALL_CONN	   struct wf_conn
#define WF_RECALL_FRAGMENT struct wf_fragment
#define WF_RECALL_SERVED   struct wf_served
#define WF_RECALL_LOAD	   struct wf_load
#define WF_RECALL_PROXIED  struct wf_proxied
