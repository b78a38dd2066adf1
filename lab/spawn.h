/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

/*
 * Runs @argv with @input on its standard input, and waits for it. What it says on standard error is
 * in @err when it fails (-ECHILD).
 */
int wf_spawn(char *const *argv, const char *input, struct wf_err *err);
