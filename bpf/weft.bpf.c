// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs: for each packet one verdict, and for each drop one reason.
 *
 *   container -- veth | apply |-- underlay ...... underlay | validate |-- veth -- container
 *                                any other interface | edge |
 *
 * Each begins with the shortest way (bpf/quick.h); what is not for that goes on in its rest. What
 * apply sends to a SID of its own node, because the first function of a path is here or the next
 * one, goes on in validate's as if it had come in.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "bpf/world.h"
#include "bpf/apply.h"
#include "bpf/edge.h"
#include "bpf/validate.h"
#include "bpf/verdict.h"

/* @ret: of a part of the way; this one means that the packet goes on in another. */
WF_INLINE int go_on(struct __sk_buff *skb, enum wf_hook hook, int ret, int when, enum part part)
{
	if (ret == when) {
		bpf_tail_call(skb, &parts, part);
		ret = -WF_DROP_NO_PROGRAM;
	}
	return finish(skb, hook, ret);
}

SEC("tc")
int apply(struct __sk_buff *skb)
{
	return go_on(skb, WF_HOOK_APPLY, quick_apply(skb), NOT_QUICK, PART_APPLY);
}

SEC("tc")
int apply_rest(struct __sk_buff *skb)
{
	return go_on(skb, WF_HOOK_APPLY, apply_packet(skb), SENT_HERE, PART_VALIDATE);
}

SEC("tc")
int validate(struct __sk_buff *skb)
{
	return go_on(skb, WF_HOOK_VALIDATE, quick_validate(skb), NOT_QUICK, PART_VALIDATE);
}

SEC("tc")
int validate_rest(struct __sk_buff *skb)
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
