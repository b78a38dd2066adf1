/* SPDX-License-Identifier: Apache-2.0 */
/* What a topology tells to run (topology.h), read. */
#pragma once

#include "lab/topology.h"
#include "lab/yaml_walk.h"

/* Reads the list @list of `run` or `start`, as @key says, into @into: struct wf_lab_programs. */
void wf_lab_read_commands(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into);
void wf_lab_programs_done(struct wf_lab_programs *p);
