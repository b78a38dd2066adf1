// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

const struct wf_cmd *const wf_cmds[] = {
	&wf_cmd_apply,	       &wf_cmd_delete,	       &wf_cmd_attach,
	&wf_cmd_detach,	       &wf_cmd_status,	       &wf_cmd_drops,
	&wf_cmd_monitor,       &wf_cmd_node_list,      &wf_cmd_node_show,
	&wf_cmd_tenant_list,   &wf_cmd_tenant_show,    &wf_cmd_endpoint_list,
	&wf_cmd_endpoint_show, &wf_cmd_endpoint_label, &wf_cmd_key_add,
	&wf_cmd_key_list,      &wf_cmd_key_show,       &wf_cmd_key_delete,
	&wf_cmd_key_rotate,    &wf_cmd_policy_list,    &wf_cmd_policy_show,
	&wf_cmd_policy_check,  &wf_cmd_function_list,  &wf_cmd_function_show,
	&wf_cmd_service_list,  &wf_cmd_service_show,   &wf_cmd_gateway_list,
	&wf_cmd_gateway_show,  &wf_cmd_sid_list,       &wf_cmd_sid_show,
	&wf_cmd_path_list,     &wf_cmd_path_show,      &wf_cmd_lab_up,
	&wf_cmd_lab_down,      &wf_cmd_lab_start,      &wf_cmd_lab_list,
	&wf_cmd_lab_show,      &wf_cmd_lab_exec,       &wf_cmd_completion,
	&wf_cmd_version,       &wf_cmd_help_command,   NULL,
};
