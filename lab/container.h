/* SPDX-License-Identifier: Apache-2.0 */
/* The containers of a topology (topology.h), read. */
#pragma once

#include "lab/topology.h"
#include "lab/yaml_walk.h"

/* Copies the name of a namespace to be: LAB-NAME must be a name as well, and nobody else's. */
bool wf_lab_take_name(struct wf_yaml *y, yaml_node_t *n, const char *key, const struct wf_lab *lab,
		      char *ret);

/* Reads the list @list; @into: struct wf_lab, with its hosts. */
void wf_lab_read_containers(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into);
void wf_lab_container_done(struct wf_lab_container *c);
