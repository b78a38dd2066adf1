/* SPDX-License-Identifier: Apache-2.0 */
/* What others wrote, on its way to a terminal. */
#pragma once

#include <stddef.h>

/*
 * @text with a \xNN for each byte that is no printable ASCII, and \\ for a backslash; cut when
 * @size (at least 1) is too small. Four times the text's bytes are always enough. Returns @buf.
 */
const char *wf_printable(const char *text, char *buf, size_t size);
