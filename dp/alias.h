/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A service's virtual address at one end of a packet, and who stands behind it. */
#pragma once

#include <linux/types.h>

/* Which end of the packet has a service's virtual address. */
enum wf_alias_at {
	WF_ALIAS_NONE,
	WF_ALIAS_TO,
	WF_ALIAS_FROM,
	WF_ALIAS_ANSWER, /* none yet: it is the sender's, by which the packet is to leave */
};

/* Who it is instead: a backend, as the policies know it; for an answer, whom the client asked. */
struct wf_alias {
	__u8 addr[16];
	__be16 port;
	__u8 at; /* enum wf_alias_at */
	__u8 pad[5];
};
