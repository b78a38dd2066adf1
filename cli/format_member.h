/* SPDX-License-Identifier: Apache-2.0 */
/* The instances of a function, the backends of a service: what the API says of them, for people. */
#pragma once

#include "cli/format.h"

void wf_format_up(const json_t *value, struct wf_buf *out);	 /* of a list: "2 of 3" */
void wf_format_members(const json_t *value, struct wf_buf *out); /* "a at n1 (up, eth0)" */
void wf_format_probe(const json_t *value, struct wf_buf *out);	 /* "tcp :80 every 1s" */
void wf_format_selections(const json_t *value,
			  struct wf_buf *out); /* "app=web (weight 2); app=db" */
/* "a 33.3 % (before 50.0 %), b 0.0 % (weight 0)": of all flows of a service */
void wf_format_shares(const json_t *value, struct wf_buf *out);
/* "a 12, b -": what the node that is asked counts; of those of other nodes it knows nothing. */
void wf_format_flows(const json_t *value, struct wf_buf *out);
void wf_format_packets(const json_t *value, struct wf_buf *out);
