// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs: for each packet one verdict, and for each drop one reason.
 *
 *   container -- veth | apply |-- underlay ...... underlay | validate |-- veth -- container
 *                                any other interface | edge |
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "bpf/world.h"
#include "bpf/apply.h"
#include "bpf/edge.h"
#include "bpf/validate.h"
#include "bpf/verdict.h"

SEC("tc")
int apply(struct __sk_buff *skb)
{
	return finish(skb, WF_HOOK_APPLY, apply_packet(skb));
}

SEC("tc")
int validate(struct __sk_buff *skb)
{
	return finish(skb, WF_HOOK_VALIDATE, validate_packet(skb));
}

SEC("tc")
int edge(struct __sk_buff *skb)
{
	return finish(skb, WF_HOOK_EDGE, edge_packet(skb));
}

/* What this CPU's flow caches hold of the counters is counted. */
SEC("syscall")
int tally(void *arg)
{
	bpf_loop(WF_FLOWCACHE_SLOTS, tally_step, (void *)0, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
