/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where every program ends. Whatever acts on a packet returns a verdict of tc, or a reason to drop
 * it as a negative number; here the reason becomes a counter. Where more is known of the packet
 * than where it came in, it is dropped by bpf/apply.h or bpf/validate.h.
 */
#pragma once

#include <linux/pkt_cls.h>

#include "bpf/event.h"
#include "bpf/maps.h"
#include "dp/hook.h"
#include "wire/bytes.h"

/* NULL never, but the verifier asks. */
WF_INLINE struct wf_counter *counter_of(__u32 slot)
{
	__u32 key = cpu_part(slot, WF_COUNTER_SLOTS);

	return bpf_map_lookup_elem(&counters, &key);
}

/* A packet or, of a GSO packet, the packets it will become. @bytes: of IP, as the slot wants it. */
WF_INLINE void count(const struct __sk_buff *skb, __u32 slot, __u32 bytes)
{
	struct wf_counter *c = counter_of(slot);

	if (!c)
		return;
	c->packets += skb->gso_segs ? skb->gso_segs : 1;
	c->bytes += bytes;
}

/* The slot of @kind and @name, of @len bytes; 0 when it has none. */
WF_INLINE __u32 slot_find(__u32 kind, const void *name, __u32 len)
{
	struct wf_counter_key key = {.kind = kind};
	const __u32 *slot;

	__builtin_memcpy(key.name, name, len);
	slot = bpf_map_lookup_elem(&slots, &key);
	return slot ? *slot : 0;
}

WF_INLINE __u32 slot_of_sid(__u64 head)
{
	return slot_find(WF_COUNTER_SID, &head, sizeof(head));
}

WF_INLINE __u32 slot_of_port(__u32 kind, const struct wf_port *port)
{
	struct wf_dest_key name = {.tenant = port->tenant};

	__builtin_memcpy(name.addr, port->addrs[0], sizeof(name.addr));
	return slot_find(kind, &name, sizeof(name));
}

WF_INLINE __u32 slot_of_ifindex(__u32 kind, __u32 ifindex)
{
	const __u32 plain = ifindex & ~WF_IFINDEX_HOST;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &plain);

	return port ? slot_of_port(kind, port) : 0;
}

WF_INLINE __u32 slot_of_policy(__u32 kind, __u32 tenant, __u16 policy)
{
	const struct wf_policy_name name = {.tenant = tenant, .policy = policy};

	return slot_find(kind, &name, sizeof(name));
}

WF_INLINE __u32 generation_now(void)
{
	return generation;
}

/*
 * Does a flow in its first slot stay there, and a new one goes to the second? Not if it is idle and
 * the second is in use: flows that are over would keep those that are not out of both.
 */
WF_INLINE _Bool flowcache_keeps(__u32 generation_1, __u64 quick_until_1, __u32 generation_2)
{
	return generation_1 == generation_now() &&
	       (generation_2 != generation_now() || quick_until_1 >= bpf_jiffies64());
}

WF_INLINE void drop_count(enum wf_drop drop)
{
	__u32 key = drop;
	__u64 *n = bpf_map_lookup_elem(&drops, &key);

	if (n)
		(*n)++;
}

/* The end of a packet of which nothing is known but where it came in. */
static __noinline int drop_unknown(struct __sk_buff *skb, enum wf_hook hook, enum wf_drop drop)
{
	struct wf_event e = {.type = WF_EVENT_DROP, .drop = (__u8)drop, .hook = (__u8)hook};

	drop_count(drop);
	if (hook == WF_HOOK_APPLY)
		count(skb, slot_of_ifindex(WF_COUNTER_ENDPOINT_TX_DROP, skb->ifindex),
		      skb->len - 14);
	if (event_is_wanted(WF_EVENT_DROP))
		event_send(skb, &e);
	return TC_ACT_SHOT;
}

/* @ret: TC_ACT_*, or -enum wf_drop. */
WF_INLINE int finish(struct __sk_buff *skb, enum wf_hook hook, int ret)
{
	return ret >= 0 ? ret : drop_unknown(skb, hook, (enum wf_drop) - ret);
}
