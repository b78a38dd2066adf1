/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The world of service_test.h, whose red tenant has gateways: this node's own on c2 (blue has no
 * place here then), and node 3's. Red follows connections, and allows its own what no policy says.
 */
#pragma once

#include "bpf/service_test.h"

#define SID_G	   12 /* the gateway on c2 */
#define SID_FAR	   4  /* ... on node 3 */
#define IDENTITY_G 0x77u
#define TO_G	   "5f00:0:1:f00c:" ARG_R	    /* as red R */
#define TO_FAR	   "5f00:0:3:f004:abcd:ef12:3456:0" /* as red A */

extern const uint8_t mac_g[6];
extern const char *const addr_g[2], *const outside[2], *const elsewhere[2], *const published[2];
extern const struct wf_exit exit_here, exit_far;
#define EGRESS_BOTH (WF_EXIT_V4 | WF_EXIT_V6 | WF_EXIT_ANSWERS)

/* service_fill() with @backend, published; the set, the gateway on c2, the ways; no exit yet. */
void egress_fill(struct fixture *f, struct wf_candidate backend);
void egress_put(struct fixture *f, const struct wf_exit *exits, uint32_t n);
/* By a policy from: internet. */
void egress_let_in(struct fixture *f, uint32_t identity);

/* From the gateway on c2. */
void packet_from_g(struct packet *p, const struct ip_spec *ip);
/* An ICMP error from @src to @dst about @quoted. */
void packet_error(struct packet *p, const char *src, const char *dst, const struct ip_spec *quoted);

/* A packet that no gateway takes, for reason_test.c. */
void egress_without_exits(struct fixture *f, struct packet *p);
