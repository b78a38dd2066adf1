/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of a service. */
#pragma once

#include "schema/value.h"

void wf_service_ports_from_json(struct wf_reader *r, const char *key, json_t *v,
				struct wf_service *ret);
/* NULL: no memory; so with all that write. */
json_t *wf_service_ports_to_json(const struct wf_service *s);

void wf_backends_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_service *ret);
json_t *wf_backends_to_json(const struct wf_service *s);

void wf_history_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_history *ret);
json_t *wf_history_to_json(const struct wf_history *h);
