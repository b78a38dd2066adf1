// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

const struct wf_route wf_routes[] = {
	{EVHTTP_REQ_GET, "/v1/status", wf_show_status},
	{EVHTTP_REQ_GET, "/v1/nodes", wf_show_nodes},
	{EVHTTP_REQ_GET, "/v1/tenants", wf_show_tenants},
	{EVHTTP_REQ_GET, "/v1/endpoints", wf_show_endpoints},
	{EVHTTP_REQ_GET, "/v1/policies", wf_show_policies},
	{EVHTTP_REQ_GET, "/v1/functions", wf_show_functions},
	{EVHTTP_REQ_GET, "/v1/services", wf_show_services},
	{EVHTTP_REQ_GET, "/v1/gateways", wf_show_gateways},
	{EVHTTP_REQ_GET, "/v1/keys", wf_show_keys},
	{EVHTTP_REQ_GET, "/v1/policy/check", wf_show_check},
	{EVHTTP_REQ_GET, "/v1/sids", wf_show_sids},
	{EVHTTP_REQ_GET, "/v1/paths", wf_show_paths},
	{EVHTTP_REQ_GET, "/v1/path", wf_show_path},
	{EVHTTP_REQ_GET, "/v1/drops", wf_show_drops},
	{EVHTTP_REQ_GET, "/v1/monitor", wf_show_monitor},
	{EVHTTP_REQ_GET, "/v1/sync", wf_do_sync},
	{EVHTTP_REQ_POST, "/v1/apply", wf_do_apply},
	{EVHTTP_REQ_POST, "/v1/delete", wf_do_delete},
	{EVHTTP_REQ_POST, "/v1/attach", wf_do_attach},
	{EVHTTP_REQ_POST, "/v1/detach", wf_do_detach},
	{EVHTTP_REQ_POST, "/v1/endpoints/*/*/labels", wf_do_labels},
	{EVHTTP_REQ_POST, "/v1/keys/rotate", wf_do_key_rotate},
	{EVHTTP_REQ_GET, "/metrics", wf_show_metrics},
};

const size_t wf_n_routes = sizeof(wf_routes) / sizeof(*wf_routes);

bool wf_route_takes(const char *pattern, const char *path)
{
	while (*pattern && *path) {
		if (*pattern == '*') {
			path += strcspn(path, "/");
			pattern++;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *pattern == *path;
}
