// SPDX-License-Identifier: Apache-2.0
#include "model/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int wf_host_name(const char *node, char *ret)
{
	if (strlen(node) > WF_HOST_NODE_MAX)
		return -ENAMETOOLONG;
	snprintf(ret, WF_NAME_MAX + 1, WF_HOST_PREFIX "%s", node);
	return 0;
}

const char *wf_host_node(const char *name)
{
	const size_t n = strlen(WF_HOST_PREFIX);

	return !strncmp(name, WF_HOST_PREFIX, n) && name[n] ? name + n : NULL;
}
