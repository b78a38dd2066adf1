// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The probes on direct packet access: that this loads is the test that the verifier accepts wire/.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "wire/probe_test.h"

struct wf_probe probe_result;

#define PROBE(name)                                                                   \
	SEC("tc") int probe_##name(struct __sk_buff *skb)                             \
	{                                                                             \
		wf_probe_##name((void *)(long)skb->data, (void *)(long)skb->data_end, \
				&probe_result);                                       \
		return 0;                                                             \
	}

PROBE(flow)
PROBE(srh)
PROBE(behind)
PROBE(hop)
PROBE(error)
PROBE(echo)
PROBE(neighbor)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
