/* SPDX-License-Identifier: Apache-2.0 */
/* What WF_TABLES says of each table, by its number. */
#pragma once

#include <stdint.h>

#include "dp/table.h"

struct wf_table_shape {
	const char *name; /* of the map */
	uint32_t key_bytes;
	uint32_t value_bytes;
	uint32_t n_max;
};

extern const struct wf_table_shape wf_table_shapes[WF_TABLE_COUNT];
