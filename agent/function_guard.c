// SPDX-License-Identifier: Apache-2.0
#include "agent/function_guard.h"

#include <stdio.h>

int wf_function_guard(struct wf_edit *e, const char *tenant, struct wf_err *err)
{
	char name[WF_NAME_MAX + 16];

	snprintf(name, sizeof(name), "functions/%s", tenant);
	return wf_edit_guard(e, name, err);
}
