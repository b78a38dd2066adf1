/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define WF_UNDERLAY_MAX 64 /* interfaces of one node */

struct wf_options {
	char node[65];
	uint16_t node_id;
	const char *store;
	const char *underlay[WF_UNDERLAY_MAX]; /* into underlay_text */
	size_t n_underlay;
	char *underlay_text; /* owned */
	const char *socket;
	char pin_dir[256];
	const char *netns; /* NULL: the one it is started in */
	uint32_t block;
	bool is_verbose;
	bool is_cleanup;
	bool is_help;
	bool is_version;
};

/* -EINVAL: usage, @err says what. */
int wf_options_parse(int argc, char **argv, struct wf_options *ret, struct wf_err *err);
void wf_options_done(struct wf_options *o);
/* For --help. */
const char *wf_options_usage(void);
