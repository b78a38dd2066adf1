/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A service in the world of world_test.h: of red, tcp/80 and udp/80 at 10.0.0.100 and fd00::100, at
 * port 8080 of its backends: B, number 7, and R, number 9.
 */
#pragma once

#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define SERVICE 0x33
#define SID_B	7
#define SID_R	9
#define ARG_R	"abcd:ef65:4321:0"
#define TO_B	"5f00:0:1:f007:" ARG_R
#define VIA_B	"5f00:0:1:f007::"
#define VIA_R	"5f00:0:2:f009::"

extern const struct wf_candidate backend_b, backend_r;
extern const char *const vip[2], *const addr_a[2], *const addr_b[2], *const addr_r[2];

/* world_fill(), and the service, all of whose slots have these candidates; sid 0: there is none. */
void service_fill(struct fixture *f, struct wf_candidate first, struct wf_candidate second,
		  struct wf_candidate third);
void service_put(struct fixture *f, const struct wf_service_entry *entry);
extern const struct wf_service_entry service_plain;

/* From the container on c1. */
void packet_from_b(struct packet *p, const struct ip_spec *ip);
/* TCP flags of the packet whose IP header is at @off; the sum stays right. */
void packet_flags(struct packet *p, uint32_t off, uint8_t flags);
/* The sum of the ICMP message in the IP packet at @off is made right. */
void packet_sum(struct packet *p, uint32_t off);
/* The IP packet at @off is from and to these, and all sums are right. */
void assert_ends(const struct packet *p, uint32_t off, const char *src, uint16_t sport,
		 const char *dst, uint16_t dport);
/* Into the container on c1. */
void assert_to_b(const struct outcome *o);
