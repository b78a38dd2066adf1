// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <stdio.h>
#include <time.h>

#include "lab/lab.h"

/* One line that is written over at each step; on anything but a terminal, silence. */
static void show_step(void *arg, const char *what, unsigned int n, unsigned int total)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (*what)
		fprintf(stderr, "\r\033[K[%u/%u] %s", n + 1, total, what);
	else
		fprintf(stderr, "\r\033[K");
	fflush(stderr);
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	const struct wf_lab_progress progress = {.step = show_step};
	struct wf_buf detail = {0};
	struct timespec start, end;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &start);
	r = wf_lab_up(cli->words[0], &progress, &detail, err);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (detail.len)
		fputs(detail.data, stderr);
	wf_buf_done(&detail);
	if (r == 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "up after %.1f s\n",
			(double)(end.tv_sec - start.tv_sec) +
				(double)(end.tv_nsec - start.tv_nsec) / 1e9);
	return r;
}

const struct wf_cmd wf_cmd_lab_up = {
	.noun = "lab",
	.verb = "up",
	.usage = "FILE",
	.help = "bring up a virtual topology on this machine",
	.more = "FILE holds the topology and, behind it, manifests: see examples/paths.yaml. The "
		"lab "
		"comes up as a whole or not at all.",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_FILE,
	.run = run,
};
