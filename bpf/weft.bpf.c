// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs: for each packet one verdict, and for each drop one reason.
 *
 *   container -- veth | apply |-- underlay ...... underlay | validate |-- veth -- container
 *                                any other interface | edge |
 *
 * What apply sends to a SID of its own node, because the first function of a path is here or the
 * next one, goes on in validate as if it had come in.
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
	int ret = apply_packet(skb);

	if (ret == SENT_HERE) {
		bpf_tail_call(skb, &takers, 0);
		ret = -WF_DROP_NO_ROUTE;
	}
	return finish(skb, WF_HOOK_APPLY, ret);
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
