/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the generator's kernel and user halves agree on.
 *
 * A packet is 114 bytes: Ethernet, IPv6 or IPv4, UDP, zeros. Everything that is the same in all
 * packets lies ready in `header`; the program adds the source port, the low 32 bits of both
 * addresses and the checksums, whose constant parts are summed up beforehand.
 */
#pragma once

#include <linux/types.h>

#define GEN_FRAME_BYTES	   114
#define GEN_HEADER_BYTES   64 /* Ethernet 14, IPv6 40, UDP 8, payload 2 */
#define GEN_BATCH	   64
#define GEN_PORT_FIRST	   20000
#define GEN_PORT_DISCARD   9 /* where packets go unless told otherwise */
#define GEN_PORT_COUNT_MAX 32768

struct gen_plan {
	__u8 header[GEN_HEADER_BYTES];
	__u32 ip_sum;  /* IPv4: the header's 16-bit words, low 32 bits of addresses left out */
	__u32 udp_sum; /* pseudo header and UDP, likewise, and without the source port */
	__u32 src_low; /* of the first source, host order */
	__u32 dst_low; /* of the first destination */
	__u32 n_ports; /* at least 1, as the next two */
	__u32 n_srcs;
	__u32 n_dsts;
};

struct gen_state {
	__u64 n_sent;
	__u64 start_ns; /* when the first packet was made */
	__u32 port;
	__u32 src;
	__u32 dst;
};

struct sink_count {
	__u64 n;
	__u64 end_ns; /* when packet number `sink_target` arrived */
};
