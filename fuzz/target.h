/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is one function. libFuzzer calls it for ever (option `fuzz`); replay.c calls it
 * with the same inputs each time, as a test.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define MUST(claim)              \
	do {                     \
		if (!(claim))    \
			abort(); \
	} while (0)
