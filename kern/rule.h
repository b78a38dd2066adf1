/* SPDX-License-Identifier: Apache-2.0 */
/* Routing rules by rtnetlink: for what the node itself makes ("iif lo"), look into a table. */
#pragma once

#include "kern/netlink.h"

/* -EEXIST: there is such a rule. @family: AF_INET, AF_INET6. */
int wf_rule_add(struct wf_nl *nl, uint8_t family, uint32_t priority, uint8_t table,
		struct wf_err *err);
/* -ENOENT: there is none. */
int wf_rule_delete(struct wf_nl *nl, uint8_t family, uint32_t priority, uint8_t table,
		   struct wf_err *err);
