/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The secret of a key: all bytes of @path ("-": standard input), but a newline at its end.
 * @ret: WF_SECRET_MAX bytes. -EACCES: others than its owner can read or write the file; -EINVAL:
 * too few bytes, or too many. No message has a byte of it.
 */
int wf_secret_read(const char *path, uint8_t *ret, size_t *ret_len, struct wf_err *err);
