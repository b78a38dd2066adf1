/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of policies: whom, which ports, what is insisted on. */
#pragma once

#include "schema/value.h"

void wf_selector_from_json(struct wf_reader *r, const char *key, json_t *v,
			   struct wf_selector *ret);
/* NULL: no memory; so with all that write. */
json_t *wf_selector_to_json(const struct wf_selector *s);

void wf_ports_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_policy *ret);
json_t *wf_ports_to_json(const struct wf_policy *p);

struct wf_requirement {
	uint8_t needs;		/* WF_REQUIRE_*; PATH and TRANSIT are read with HMAC */
	uint16_t transit_every; /* 0: no TRANSIT */
};

/* A list of hmac, path, transit, transit/100. */
void wf_requirement_from_json(struct wf_reader *r, const char *key, json_t *v,
			      struct wf_requirement *ret);
/* What is implied is left out. */
json_t *wf_requirement_to_json(const struct wf_requirement *requirement);
