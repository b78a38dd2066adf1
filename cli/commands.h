/* SPDX-License-Identifier: Apache-2.0 */
/* Each is defined in the file of its name. */
#pragma once

#include "cli/cmd.h"

extern const struct wf_cmd wf_cmd_apply;
extern const struct wf_cmd wf_cmd_delete;
extern const struct wf_cmd wf_cmd_attach;
extern const struct wf_cmd wf_cmd_detach;
extern const struct wf_cmd wf_cmd_status;
extern const struct wf_cmd wf_cmd_drops;
extern const struct wf_cmd wf_cmd_monitor;
extern const struct wf_cmd wf_cmd_node_list;
extern const struct wf_cmd wf_cmd_node_show;
extern const struct wf_cmd wf_cmd_tenant_list;
extern const struct wf_cmd wf_cmd_tenant_show;
extern const struct wf_cmd wf_cmd_endpoint_list;
extern const struct wf_cmd wf_cmd_endpoint_show;
extern const struct wf_cmd wf_cmd_endpoint_label;
extern const struct wf_cmd wf_cmd_policy_list;
extern const struct wf_cmd wf_cmd_policy_show;
extern const struct wf_cmd wf_cmd_policy_check;
extern const struct wf_cmd wf_cmd_function_list;
extern const struct wf_cmd wf_cmd_function_show;
extern const struct wf_cmd wf_cmd_service_list;
extern const struct wf_cmd wf_cmd_service_show;
extern const struct wf_cmd wf_cmd_gateway_list;
extern const struct wf_cmd wf_cmd_gateway_show;
extern const struct wf_cmd wf_cmd_key_add;
extern const struct wf_cmd wf_cmd_key_list;
extern const struct wf_cmd wf_cmd_key_show;
extern const struct wf_cmd wf_cmd_key_delete;
extern const struct wf_cmd wf_cmd_key_rotate;
extern const struct wf_cmd wf_cmd_sid_list;
extern const struct wf_cmd wf_cmd_sid_show;
extern const struct wf_cmd wf_cmd_path_list;
extern const struct wf_cmd wf_cmd_path_show;
extern const struct wf_cmd wf_cmd_lab_up;
extern const struct wf_cmd wf_cmd_lab_down;
extern const struct wf_cmd wf_cmd_lab_start;
extern const struct wf_cmd wf_cmd_lab_list;
extern const struct wf_cmd wf_cmd_lab_show;
extern const struct wf_cmd wf_cmd_lab_exec;
extern const struct wf_cmd wf_cmd_completion;
extern const struct wf_cmd wf_cmd_version;
extern const struct wf_cmd wf_cmd_help_command;
