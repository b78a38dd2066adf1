/* SPDX-License-Identifier: Apache-2.0 */
/* What a node knows of itself, as found in its kernel: the second input of compile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"

/* The host side of an attached endpoint. */
struct wf_here_port {
	char tenant[WF_NAME_MAX + 1];
	char name[WF_NAME_MAX + 1];
	int ifindex;
	uint32_t mtu; /* now */
	bool is_host; /* its other end is in the node's namespace, too */
};

/* Any other interface, but lo. */
struct wf_here_link {
	int ifindex;
	bool is_underlay; /* part of the domain */
};

struct wf_here {
	char node[WF_NAME_MAX + 1];
	uint32_t block;			  /* of all SIDs, host order */
	uint32_t underlay_mtu;		  /* smallest of the underlay interfaces; 0: none */
	const struct wf_here_port *ports; /* sorted by tenant, name (strcmp) */
	size_t n_ports;
	const struct wf_here_link *links; /* sorted by ifindex */
	size_t n_links;
	const uint16_t *unreachable; /* ids of nodes, rising: who is there counts as down */
	size_t n_unreachable;
};

struct wf_object;

/* The interface of an endpoint of this node; NULL: not (yet) there. */
const struct wf_here_port *wf_here_find(const struct wf_here *here,
					const struct wf_object *endpoint);
/* What packets to it are given to, as in struct wf_dest. NULL: 0. */
uint32_t wf_here_ifindex(const struct wf_here_port *port);
/* @here NULL: nothing is known against any. */
bool wf_here_reaches(const struct wf_here *here, uint16_t node);
