/* SPDX-License-Identifier: Apache-2.0 */
/* The manifests that -f options and words name, and what apply and delete do with them alike. */
#pragma once

#include "cli/cmd.h"
#include "schema/schema.h"

/* A directory stands for its *.yaml, *.yml and *.json files, sorted; "-" for standard input. */
#define WF_MANIFEST_FILES_MAX 1000

/*
 * Reads all of them. Problems are printed to standard error, one line each, and -EINVAL returned
 * with an empty err->msg.
 */
int wf_manifests_read(const struct wf_cli *cli, struct wf_manifest *m, struct wf_err *err);

/* Prints what apply and delete answered: @answer, or the problems, if that is what @r means. */
int wf_manifests_finish(const struct wf_cli *cli, const struct wf_manifest *m, int r,
			const json_t *answer, const struct wf_err *err);
/* The "results" of an answer. */
void wf_manifests_print(const struct wf_cli *cli, const json_t *answer);
