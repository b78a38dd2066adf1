// SPDX-License-Identifier: Apache-2.0
#include "model/check.h"

static bool is_within(uint32_t n, uint32_t min, uint32_t max)
{
	return n >= min && n <= max;
}

static bool is_asking_something(const struct wf_probe *p)
{
	switch (p->type) {
	case WF_PROBE_TCP:
		return p->port;
	case WF_PROBE_HTTP:
		return p->port && p->path[0] == '/';
	case WF_PROBE_COMMAND:
		return p->argv && p->argv[0] && p->argv[0][0] == '/';
	default:
		return false;
	}
}

void wf_check_probe(const struct wf_probe *p, size_t index, struct wf_problems *problems)
{
	if (p->type == WF_PROBE_NONE)
		return;
	if (!is_asking_something(p))
		wf_problems_add(problems, index, "probe",
				"asks nothing: it needs a port, an HTTP path that begins with '/', "
				"or the absolute path of a command");
	if (!is_within(p->interval_ms, WF_PROBE_INTERVAL_MIN_MS, WF_PROBE_INTERVAL_MAX_MS))
		wf_problems_add(problems, index, "probe.interval",
				"%u ms is not between %d ms and %d ms", p->interval_ms,
				WF_PROBE_INTERVAL_MIN_MS, WF_PROBE_INTERVAL_MAX_MS);
	if (!is_within(p->timeout_ms, WF_PROBE_TIMEOUT_MIN_MS, WF_PROBE_TIMEOUT_MAX_MS))
		wf_problems_add(problems, index, "probe.timeout",
				"%u ms is not between %d ms and %d ms", p->timeout_ms,
				WF_PROBE_TIMEOUT_MIN_MS, WF_PROBE_TIMEOUT_MAX_MS);
	else if (p->timeout_ms > p->interval_ms)
		wf_problems_add(problems, index, "probe.timeout",
				"%u ms is longer than the interval, %u ms: one question has to be "
				"answered before the next one",
				p->timeout_ms, p->interval_ms);
	if (!is_within(p->rise, 1, WF_PROBE_TIMES_MAX) ||
	    !is_within(p->fall, 1, WF_PROBE_TIMES_MAX))
		wf_problems_add(problems, index, "probe", "rise and fall are numbers from 1 to %d",
				WF_PROBE_TIMES_MAX);
}
