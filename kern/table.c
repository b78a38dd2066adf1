// SPDX-License-Identifier: Apache-2.0
#include "kern/table.h"

const struct wf_table_shape wf_table_shapes[WF_TABLE_COUNT] = {
#define WF_TABLE_SHAPE(id, map, key, value, max) {#map, sizeof(key), sizeof(value), max},
	WF_TABLES(WF_TABLE_SHAPE)
#undef WF_TABLE_SHAPE
};
