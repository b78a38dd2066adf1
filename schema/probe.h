/* SPDX-License-Identifier: Apache-2.0 */
/* The probes of functions and services: {tcp: 80, interval: 1s, timeout: 1s, rise: 2, fall: 3}. */
#pragma once

#include "schema/value.h"

/* @ret is zeroed, and owned by an object. */
void wf_probe_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *ret);
/* NULL: no memory. @probe asks something. */
json_t *wf_probe_to_json(const struct wf_probe *probe);
