/* SPDX-License-Identifier: Apache-2.0 */
/* What gateways let out and in: what the API says of them, for people. */
#pragma once

#include "cli/format.h"

void wf_format_egress(const json_t *value, struct wf_buf *out); /* "red, blue (routed)" */
/* "red 203.0.113.10, 203.0.113.16/30 (ports 1024-65535)"; tenants that have pools */
void wf_format_pools(const json_t *value, struct wf_buf *out);
void wf_format_published(const json_t *value, struct wf_buf *out); /* "red/web 203.0.113.80" */
void wf_format_bgp(const json_t *value, struct wf_buf *out); /* "65001 with 192.0.2.1 (65000)" */
/* Of the arms: "red 10.0.0.7 (up); blue (down: no carrier)"; "red 12, blue -" */
void wf_format_arms(const json_t *value, struct wf_buf *out);
void wf_format_arms_out(const json_t *value, struct wf_buf *out);
void wf_format_arms_in(const json_t *value, struct wf_buf *out);
void wf_format_arms_flows(const json_t *value, struct wf_buf *out);
void wf_format_arms_refused(const json_t *value, struct wf_buf *out);
