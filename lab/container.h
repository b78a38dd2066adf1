/* SPDX-License-Identifier: Apache-2.0 */
/* The containers of a topology (topology.h), read. */
#pragma once

#include "lab/topology.h"
#include "lab/yaml_walk.h"

/* Reads the list @list; @into: struct wf_lab, with its hosts. */
void wf_lab_read_containers(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into);
void wf_lab_container_done(struct wf_lab_container *c);
