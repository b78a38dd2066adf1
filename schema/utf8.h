/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* The offset of the first byte that is not well-formed UTF-8 (RFC 3629); @len: all is. */
size_t wf_utf8_check(const char *text, size_t len);
