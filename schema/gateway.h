/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of a gateway. */
#pragma once

#include "schema/value.h"

void wf_egress_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_gateway *ret);
/* NULL: no memory; so with all that write. */
json_t *wf_egress_to_json(const struct wf_gateway *g);

void wf_publish_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_gateway *ret);
json_t *wf_publish_to_json(const struct wf_gateway *g);

void wf_bgp_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_gateway *ret);
json_t *wf_bgp_to_json(const struct wf_gateway *g);
