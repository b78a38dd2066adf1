/* SPDX-License-Identifier: Apache-2.0 */
/* Private to api/: all requests there are. A handler answers its call, now or later. */
#pragma once

#include "api/call.h"

struct wf_route {
	enum evhttp_cmd_type method;
	const char *path; /* a '*' in it stands for one part */
	void (*handle)(struct wf_call *c);
};

extern const struct wf_route wf_routes[];
extern const size_t wf_n_routes;
bool wf_route_takes(const char *pattern, const char *path);

void wf_show_status(struct wf_call *c);
void wf_show_nodes(struct wf_call *c);
void wf_show_tenants(struct wf_call *c);
void wf_show_endpoints(struct wf_call *c);
void wf_show_policies(struct wf_call *c);
void wf_show_functions(struct wf_call *c);
void wf_show_services(struct wf_call *c);
void wf_show_gateways(struct wf_call *c);
void wf_show_keys(struct wf_call *c);
void wf_show_check(struct wf_call *c);
void wf_show_sids(struct wf_call *c);
void wf_show_paths(struct wf_call *c);
void wf_show_path(struct wf_call *c);
void wf_show_drops(struct wf_call *c);
void wf_show_metrics(struct wf_call *c);
void wf_show_monitor(struct wf_call *c);
void wf_do_sync(struct wf_call *c);
void wf_do_apply(struct wf_call *c);
void wf_do_delete(struct wf_call *c);
void wf_do_attach(struct wf_call *c);
void wf_do_detach(struct wf_call *c);
void wf_do_labels(struct wf_call *c);
void wf_do_key_rotate(struct wf_call *c);
