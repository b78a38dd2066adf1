/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What listeners are told (dp/event.h). When nobody listens that is one look at what is wanted, and
 * only where a packet is dropped or a flow is decided.
 */
#pragma once

#include "bpf/maps.h"
#include "dp/event.h"
#include "dp/tokens.h"

WF_INLINE _Bool event_is_wanted(enum wf_event_type type)
{
	__u32 zero = 0;
	const struct wf_monitor *m = bpf_map_lookup_elem(&monitor, &zero);

	return m && m->mask & 1u << type;
}

/* May this CPU tell one more now? */
WF_INLINE _Bool event_is_in_rate(__u64 now_ns)
{
	__u32 zero = 0;
	const struct wf_monitor *m = bpf_map_lookup_elem(&monitor, &zero);
	struct wf_tokens *tokens = bpf_map_lookup_elem(&event_tokens, &zero);

	return m && tokens && wf_tokens_take_rate(tokens, now_ns, m->rate);
}

/* Time and interface are filled in. One that does not get through is counted. */
static __noinline int event_send(struct __sk_buff *skb, struct wf_event *e)
{
	__u32 zero = 0;
	__u64 *lost;

	e->time_ns = bpf_ktime_get_boot_ns();
	e->ifindex = skb->ifindex;
	if (event_is_in_rate(e->time_ns) && !bpf_ringbuf_output(&events, e, sizeof(*e), 0))
		return 1;
	lost = bpf_map_lookup_elem(&events_lost, &zero);
	if (lost)
		(*lost)++;
	return 0;
}
