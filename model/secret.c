// SPDX-License-Identifier: Apache-2.0
#include "model/secret.h"

#include <stdio.h>

#include "model/limits.h"

bool wf_secret_fault(size_t len, char *buf)
{
	if (len >= WF_SECRET_MIN && len <= WF_SECRET_MAX)
		return false;
	snprintf(buf, WF_SECRET_FAULT_STR_MAX,
		 "%zu bytes; a secret has %d to %d, such as openssl rand -hex 32 makes", len,
		 WF_SECRET_MIN, WF_SECRET_MAX);
	return true;
}
