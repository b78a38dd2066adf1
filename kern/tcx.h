/* SPDX-License-Identifier: Apache-2.0 */
/* A program at an interface's ingress by a tcx link (Linux 6.6), pinned at @pin. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Is there tcx in this kernel? @prog_fd: any tc program; it is attached nowhere. */
bool wf_tcx_is_known(int prog_fd);
/* Attaches, or replaces what @pin holds; a @pin that belongs to no interface or another is dropped.
   -ENODEV. */
int wf_tcx_attach(const char *pin, int ifindex, int prog_fd);
/* Detaches and unpins; nothing there is no error. */
int wf_tcx_detach(const char *pin);
/* The program's id; 0: nothing there that is attached to @ifindex. Negative errno. */
int wf_tcx_get(const char *pin, int ifindex, uint32_t *ret_prog_id);
