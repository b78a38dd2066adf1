/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every map of the data path. User space writes the tables of dp/table.h; the programs write the
 * counters and their own memory.
 */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "dp/case.h"
#include "dp/drops.h"
#include "dp/event.h"
#include "dp/flowcache.h"
#include "dp/headercache.h"
#include "dp/memory.h"
#include "dp/proxy.h"
#include "dp/table.h"
#include "dp/tokens.h"
#include "wire/icmp.h"

#define WF_TYPE_PORT	BPF_MAP_TYPE_HASH
#define WF_TYPE_TENANT	BPF_MAP_TYPE_HASH
#define WF_TYPE_DEST	BPF_MAP_TYPE_HASH
#define WF_TYPE_CHOICE	BPF_MAP_TYPE_HASH
#define WF_TYPE_PATH	BPF_MAP_TYPE_HASH
#define WF_TYPE_SID	BPF_MAP_TYPE_HASH
#define WF_TYPE_SET	BPF_MAP_TYPE_HASH
#define WF_TYPE_ZONE	BPF_MAP_TYPE_LPM_TRIE
#define WF_TYPE_VERDICT BPF_MAP_TYPE_HASH
#define WF_TYPE_RANGES	BPF_MAP_TYPE_HASH
#define WF_TYPE_POLICY	BPF_MAP_TYPE_HASH
#define WF_TYPE_LISTED	BPF_MAP_TYPE_HASH
#define WF_TYPE_KEY	BPF_MAP_TYPE_HASH
#define WF_TYPE_TRANSIT BPF_MAP_TYPE_HASH
#define WF_TYPE_LANES	BPF_MAP_TYPE_HASH
#define WF_TYPE_SERVICE BPF_MAP_TYPE_HASH
#define WF_TYPE_SHARE	BPF_MAP_TYPE_HASH
#define WF_TYPE_BACKEND BPF_MAP_TYPE_HASH
#define WF_TYPE_EGRESS	BPF_MAP_TYPE_HASH
#define WF_TYPE_COUNTER BPF_MAP_TYPE_HASH

#define WF_TABLE_MAP(id, map, key_type, value_type, max) \
	struct {                                         \
		__uint(type, WF_TYPE_##id);              \
		__uint(map_flags, BPF_F_NO_PREALLOC);    \
		__uint(max_entries, max);                \
		__uint(pinning, LIBBPF_PIN_BY_NAME);     \
		__type(key, key_type);                   \
		__type(value, value_type);               \
	} map SEC(".maps");
WF_TABLES(WF_TABLE_MAP)
#undef WF_TABLE_MAP

/* What the programs remember for each other, of all CPUs: a connection's two directions meet here.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, WF_CONNS_MAX);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct wf_conn_key);
	__type(value, struct wf_conn);
} conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, WF_FRAGMENTS_MAX);
	__type(key, struct wf_fragment_key);
	__type(value, struct wf_fragment);
} fragments SEC(".maps");

/* By the backend's view of a flow: pinned, for what is known here may be known nowhere else. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, WF_SERVED_MAX);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct wf_conn_key);
	__type(value, struct wf_served);
} served SEC(".maps");

/* By the number of a backend: how many of the flows above it has. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WF_LOADS_MAX);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct wf_load);
} loads SEC(".maps");

/* The headers that packets had before a function took them (dp/proxy.h). */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, WF_PROXIED_MAX);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct wf_proxied_key);
	__type(value, struct wf_proxied);
} proxied SEC(".maps");

/* ... of the packet in hand. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wf_proxied);
} proxied_now SEC(".maps");

/* The packet under judgement. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wf_case);
} cases SEC(".maps");

/*
 * User space adds one after each change: what the flow caches remember from before is forgotten. A
 * map of one entry, too, pinned as "generation"; but the programs need not look it up.
 */
volatile __u32 generation SEC(".data.generation");

/*
 * Arrays with a part for each CPU, one behind the other: the loader makes them as large as that
 * takes (bpf/load.h). In a per-CPU map each access would first have to read where the CPU's part
 * is.
 */
WF_INLINE __u32 cpu_part(__u32 slot, __u32 n_slots)
{
	return bpf_get_smp_processor_id() * n_slots + slot;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WF_COUNTER_SLOTS);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct wf_counter);
} counters SEC(".maps");

/* Mapped, they begin on a page, and with them every entry on a cache line. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WF_FLOWCACHE_SLOTS);
	__type(key, __u32);
	__type(value, struct wf_applied);
} applied SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WF_FLOWCACHE_SLOTS);
	__type(key, __u32);
	__type(value, struct wf_validated);
} validated SEC(".maps");

/* By enum wf_drop; room for later reasons. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WF_WALKED_SLOTS);
	__type(key, __u32);
	__type(value, struct wf_walked);
} walked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WF_HEADER_SLOTS);
	__type(key, __u32);
	__type(value, struct wf_header);
} headers SEC(".maps");

/* Where a signature is computed. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wf_hmac_job);
} hmac_jobs SEC(".maps");

/* ICMP that this CPU may still send, see bpf/reply.h. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wf_tokens);
} icmp_tokens SEC(".maps");

/* What an ICMP error quotes, while the packet is cut. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[WF_ICMP_QUOTE_MAX]);
} quotes SEC(".maps");

/* What listeners want to be told (dp/event.h); zero: there are none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct wf_monitor);
} monitor SEC(".maps");

/* ... and what they are told: each a struct wf_event. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, WF_EVENTS_BYTES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} events SEC(".maps");

/* Events that this CPU may still tell. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wf_tokens);
} event_tokens SEC(".maps");

/* Events that somebody wanted, but that came too fast or found the ring full. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, __u64);
} events_lost SEC(".maps");

int apply_rest(struct __sk_buff *skb);
int validate_rest(struct __sk_buff *skb);

/*
 * Programs that a packet goes on in, with a stack of their own: whatever is not quick, and what a
 * node sends to itself. Pinned, or they would go when weftd does.
 */
enum part {
	PART_APPLY,
	PART_VALIDATE,
	PART_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, PART_COUNT);
	__uint(key_size, sizeof(__u32));
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__array(values, int(struct __sk_buff *));
} parts SEC(".maps") = {
	.values = {[PART_APPLY] = (void *)&apply_rest, [PART_VALIDATE] = (void *)&validate_rest},
};
