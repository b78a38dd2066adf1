/* SPDX-License-Identifier: Apache-2.0 */
/* The links of a topology (topology.h), read. */
#pragma once

#include "lab/topology.h"
#include "lab/yaml_walk.h"

/* Reads the list @list; @into: struct wf_lab, with its hosts. */
void wf_lab_read_links(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into);
/* All hosts of the domain must be reached over links of the underlay, those outside over any. */
void wf_lab_check_reachable(struct wf_yaml *y, const struct wf_lab *lab);
