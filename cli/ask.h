/* SPDX-License-Identifier: Apache-2.0 */
/* What commands do with the daemon, and with what it says. */
#pragma once

#include "cli/cmd.h"

struct wf_ref {
	const char *tenant; /* NULL: not said */
	const char *name;
	char text[512]; /* holds the parts of "TENANT/NAME" */
};

/*
 * Asks the daemon that --socket, --lab, WEFT_SOCKET or the default names; see wf_client_call().
 */
int wf_ask(struct wf_cli *cli, const char *method, const char *path, json_t *body, json_t **ret,
	   struct wf_err *err);
/* Makes cli->client ready without asking yet. */
int wf_ask_open(struct wf_cli *cli, struct wf_err *err);
/* From now on asks this node's daemon instead (of the lab that --lab names). */
int wf_ask_node(struct wf_cli *cli, const char *node, struct wf_err *err);

/*
 * NAME, TENANT/NAME or TENANT NAME from the words @first.. of the command line, or --tenant. Points
 * into @ret and argv.
 */
int wf_ref_parse(const struct wf_cli *cli, size_t first, struct wf_ref *ret, struct wf_err *err);

/* Prints @json as --json does. */
void wf_print_json(const json_t *json);
