// SPDX-License-Identifier: Apache-2.0
#include "model/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void free_argv(char **argv)
{
	for (char **arg = argv; arg && *arg; arg++)
		free(*arg);
	free(argv);
}

static int copy_argv(char *const *from, char ***ret)
{
	char **argv;
	size_t n = 0;

	while (from[n])
		n++;
	argv = calloc(n + 1, sizeof(*argv));
	if (!argv)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		argv[i] = strdup(from[i]);
		if (!argv[i]) {
			free_argv(argv);
			return -ENOMEM;
		}
	}
	*ret = argv;
	return 0;
}

int wf_probe_copy(const struct wf_probe *from, struct wf_probe *ret)
{
	struct wf_probe p = *from;

	if (from->argv && copy_argv(from->argv, &p.argv) < 0)
		return -ENOMEM;
	*ret = p;
	return 0;
}

static bool is_argv_equal(char *const *a, char *const *b)
{
	if (!a || !b)
		return !a && !b;
	while (*a && *b && strcmp(*a, *b) == 0)
		a++, b++;
	return !*a && !*b;
}

bool wf_probe_equal(const struct wf_probe *a, const struct wf_probe *b)
{
	return a->type == b->type && a->port == b->port && strcmp(a->path, b->path) == 0 &&
	       is_argv_equal(a->argv, b->argv) && a->interval_ms == b->interval_ms &&
	       a->timeout_ms == b->timeout_ms && a->rise == b->rise && a->fall == b->fall;
}

void wf_probe_done(struct wf_probe *p)
{
	free_argv(p->argv);
	*p = (struct wf_probe){0};
}
