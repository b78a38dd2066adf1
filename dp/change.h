/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One change of a table: what a difference of images consists of, and what the kernel is told. */
#pragma once

#include "dp/table.h"

/* Keys and values have the sizes of WF_TABLES and are borrowed. */
struct wf_table_change {
	enum wf_table table;
	const void *key;
	const void *value; /* NULL: delete; a missing key is no error */
};
