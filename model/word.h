/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Begins with a letter or digit, goes on with those and the characters of @also, 1..@max bytes. */
bool wf_word_is_valid(const char *s, const char *also, size_t max);
