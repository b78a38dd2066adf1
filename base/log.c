// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define LINE_MAX_BYTES 1024

static const char *const level_names[WF_LOG_LEVEL_COUNT] = {
	[WF_LOG_ERROR] = "error",
	[WF_LOG_WARN] = "warning",
	[WF_LOG_INFO] = "info",
	[WF_LOG_DEBUG] = "debug",
};

void wf_log(enum wf_log_level level, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES], stamp[32];
	struct timespec now;
	struct tm tm;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(stderr, "%s.%03ldZ %s %s\n", stamp, now.tv_nsec / 1000000, level_names[level],
		text);
}
