/* SPDX-License-Identifier: Apache-2.0 */
/* One line per event on standard error. For programs only: libraries fill a struct wf_err. */
#pragma once

enum wf_log_level {
	WF_LOG_ERROR,
	WF_LOG_WARN,
	WF_LOG_INFO,
	WF_LOG_DEBUG,
	WF_LOG_LEVEL_COUNT,
};

/* Writes "<time> <level> <message>\n" in one write(2). */
void wf_log(enum wf_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
