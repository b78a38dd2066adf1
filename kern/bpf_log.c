// SPDX-License-Identifier: Apache-2.0
#include "kern/bpf_log.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

#define VERIFIER_LINES 3
#define LOG_BEGIN      "-- BEGIN PROG LOAD LOG --\n"
#define LOG_END	       "-- END PROG LOAD LOG --"

/* libbpf's callback has no argument of ours, so this cannot be anywhere else. */
static _Thread_local char caught[WF_ERR_MSG_MAX];

/* The last lines of the verifier's log, without its statistics. */
static char *log_tail(char *log)
{
	char *end = strstr(log, LOG_END), *stats, *at;
	int n_lines = 0;

	if (end)
		*end = '\0';
	stats = strstr(log, "\nprocessed ");
	if (stats)
		*stats = '\0';
	at = log + strlen(log);
	while (at > log && n_lines < VERIFIER_LINES)
		if (*--at == '\n')
			n_lines++;
	return *at == '\n' ? at + 1 : at;
}

static void append(const char *text)
{
	size_t n = strlen(caught);

	if (!strncmp(text, "libbpf: ", 8))
		text += 8;
	if (!*text || n + sizeof("; ") >= sizeof(caught))
		return;
	if (n) {
		strcpy(caught + n, "; ");
		n += 2;
	}
	for (; *text && n + 1 < sizeof(caught); text++)
		caught[n++] = *text == '\n' ? ' ' : *text;
	while (n && caught[n - 1] == ' ')
		n--;
	caught[n] = '\0';
}

static int catch_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	_cleanup_free_ char *text = NULL;
	char *log;

	if (level != LIBBPF_WARN || vasprintf(&text, fmt, ap) < 0)
		return 0;
	log = strstr(text, LOG_BEGIN);
	append(log ? log_tail(log + strlen(LOG_BEGIN)) : text);
	return 0;
}

void wf_bpf_log_begin(void)
{
	caught[0] = '\0';
	libbpf_set_print(catch_print);
}

int wf_bpf_log_error(struct wf_err *err, int code, const char *what)
{
	if (caught[0])
		return wf_err_set(err, code, "cannot %s: %s", what, caught);
	return wf_err_errno(err, code, "cannot %s", what);
}
