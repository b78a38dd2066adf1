/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Of an endpoint's name: the same on all nodes and for ever, so that an endpoint that comes back
 * gets the same address and MAC. Another @salt, another hash. */
uint64_t wf_endpoint_hash(const char *tenant, const char *name, uint32_t salt);
