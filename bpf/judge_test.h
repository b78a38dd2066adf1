/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A slow, obvious judge of packets: what must become of any bytes in the world of world_test.h. It
 * shares no parser with the programs; each read of a byte says whether it is there.
 */
#pragma once

#include "bpf/packet_test.h"

enum fate {
	FATE_PASS, /* as it came */
	FATE_DROP, /* may be told: the verdict is then a redirect of the answer */
	FATE_ANSWER,
	FATE_DELIVER, /* plain, into an endpoint */
	FATE_ENCAP,
	FATE_FORWARD, /* or left to the kernel, with its new destination */
	FATE_HOST,    /* to the node itself: the kernel's, or a packet-too-big */
};

struct judgement {
	enum fate fate;
	enum wf_drop drop;
	uint32_t inner_off; /* DELIVER: of the IP packet */
	uint8_t hop_limit;  /* DELIVER, ENCAP: of the packet as it came */
};

struct judgement judge_apply(const struct packet *p);
struct judgement judge_validate(const struct packet *p);
