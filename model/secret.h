/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Can a secret not have @len bytes? Then @buf (WF_SECRET_FAULT_STR_MAX bytes) says why: "9 bytes; a
 * secret has 16 to 64 ...". */
#define WF_SECRET_FAULT_STR_MAX 128
bool wf_secret_fault(size_t len, char *buf);
