/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program at an interface's ingress by a filter of the clsact qdisc, for kernels without tcx.
 * Ours is the one of a certain priority and handle; the qdisc is shared with whoever else has
 * filters.
 */
#pragma once

#include <stdint.h>

/* Attaches or replaces. -ENODEV */
int wf_clsact_attach(int ifindex, int prog_fd);
/* Detaches, and removes the qdisc if no filter is left; nothing there is no error. */
int wf_clsact_detach(int ifindex);
/* The program's id; 0: nothing there. */
int wf_clsact_get(int ifindex, uint32_t *ret_prog_id);
