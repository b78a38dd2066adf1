/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a topology (topology.h), checked as they are read. */
#pragma once

#include "lab/topology.h"
#include "lab/yaml_walk.h"

/* Copies the name of a namespace to be: LAB-NAME must be a name as well, and nobody else's. */
bool wf_lab_take_name(struct wf_yaml *y, yaml_node_t *n, const char *key, const struct wf_lab *lab,
		      char *ret);
/* Copies the name of an interface. @ret: WF_LAB_IFNAME_MAX bytes. */
bool wf_lab_take_ifname(struct wf_yaml *y, yaml_node_t *n, const char *key, char *ret);
