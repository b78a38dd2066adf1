/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Decimal digits and nothing else, at most @max. 0 or -EINVAL. */
int wf_number_parse(const char *text, uint64_t max, uint64_t *ret);
