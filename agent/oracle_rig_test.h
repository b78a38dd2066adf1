/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three nodes for the oracle's packets, in one network namespace of the process's own: each has the
 * programs and real maps, into which images of its wishes go.
 *
 *   e0 .. e19  host sides of containers, of whichever node    u0 ---- u1  the underlay of all three
 *
 * Behind u1 is fe80::99, the next hop to the block. Whatever cannot be set up fails the test.
 */
#pragma once

#include "bpf/fixture_test.h"
#include "compile/oracle_world_test.h"

struct oracle_node {
	struct fixture f;	    /* but for its network and its tables */
	struct wf_image *installed; /* borrowed */
};

struct oracle_rig {
	struct oracle_node nodes[ORACLE_NODES];
	struct wf_image *empty; /* owned */
	int ifindexes[ORACLE_PORTS];
	uint32_t underlay;
	uint16_t sport; /* of the last flow */
};

/* The network, the programs, no entry in any map. The process stays on one CPU. */
struct oracle_rig *oracle_rig_new(void);
void oracle_rig_free(struct oracle_rig *rig);

/*
 * What differs from the installed image goes into the maps; then what the programs remember is
 * forgotten. @img must live until another one is installed.
 */
void oracle_node_install(struct oracle_node *n, struct wf_image *img);
