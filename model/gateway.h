/* SPDX-License-Identifier: Apache-2.0 */
/* Where tenants meet the Internet: what a gateway is told to be (docs/gateways.md). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/limits.h"

/* A tenant that reaches the outside. */
struct wf_egress {
	char tenant[WF_NAME_MAX + 1];
	struct wf_prefix nat[WF_NAT_PREFIX_MAX]; /* its packets leave by one of these addresses */
	unsigned int n_nat;			 /* 0: by their own */
	uint16_t first_port, last_port;		 /* 1.. with nat; else 0 */
};

/* A service that is reached from the outside. */
struct wf_publish {
	char tenant[WF_NAME_MAX + 1];
	char service[WF_NAME_MAX + 1];
	struct wf_addr addrs[WF_SERVICE_ADDR_MAX];
	unsigned int n_addrs; /* 1.. */
};

/* An entry of a pool as in manifests: "203.0.113.10", "203.0.113.16/30". @buf: WF_PREFIX_STR_MAX
 * bytes; returns @buf. */
const char *wf_nat_str(const struct wf_prefix *p, char *buf);

struct wf_bgp_peer {
	struct wf_addr addr;
	uint32_t as;
};

struct wf_gateway {
	char node[WF_NAME_MAX + 1];
	char outside[WF_ENDPOINT_IFNAME_MAX + 1]; /* the node's interface */
	struct wf_egress *egress;		  /* owned */
	unsigned int n_egress;
	struct wf_publish *publish; /* owned */
	unsigned int n_publish;
	uint32_t as; /* of the node, in BGP; 0: it speaks none */
	struct wf_bgp_peer peers[WF_BGP_PEERS_MAX];
	unsigned int n_peers;
};

/* The endpoint that a gateway has in a tenant, and its label. */
#define WF_GATEWAY_PREFIX   "gateway-"
#define WF_GATEWAY_LABEL    "gateway"
#define WF_GATEWAY_NAME_MAX (WF_NAME_MAX - sizeof(WF_GATEWAY_PREFIX) + 1)

/* @ret: WF_NAME_MAX + 1 bytes. -ENAMETOOLONG: the gateway's name leaves no room. */
int wf_gateway_endpoint_name(const char *gateway, char *ret);

/* Borrowed; NULL: it does not let the tenant out. */
const struct wf_egress *wf_gateway_egress(const struct wf_gateway *g, const char *tenant);
/* Each tenant that it names, once: it has an endpoint there. @at begins as 0. Borrowed; NULL: there
 * is no further one. */
const char *wf_gateway_next_tenant(const struct wf_gateway *g, unsigned int *at);
/* Is the tenant one of these? */
bool wf_gateway_serves(const struct wf_gateway *g, const char *tenant);

void wf_gateway_done(struct wf_gateway *g);
/* @ret is a deep copy; -ENOMEM: it owns nothing. */
int wf_gateway_copy(const struct wf_gateway *g, struct wf_gateway *ret);
