// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/value.h"

#define DIGITS_MAX	 9
#define DURATION_STR_MAX 16

static const struct unit {
	const char *name;
	uint32_t ms;
} units[] = {{"m", 60 * 1000}, {"s", 1000}, {"ms", 1}}; /* the longest first */

#define N_UNITS (sizeof(units) / sizeof(*units))

static int parse(const char *text, uint64_t *ret_ms)
{
	size_t n = strspn(text, "0123456789");

	if (!n || n > DIGITS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < N_UNITS; i++)
		if (strcmp(text + n, units[i].name) == 0) {
			*ret_ms = (uint64_t)strtoul(text, NULL, 10) * units[i].ms;
			return 0;
		}
	return -EINVAL;
}

/* In the longest unit that it is whole in; nothing is "0s". */
static const char *str(uint32_t ms, char buf[DURATION_STR_MAX])
{
	size_t i = ms ? 0 : 1;

	while (ms % units[i].ms)
		i++;
	snprintf(buf, DURATION_STR_MAX, "%u%s", ms / units[i].ms, units[i].name);
	return buf;
}

bool wf_value_duration(struct wf_reader *r, const char *key, json_t *v, uint32_t min_ms,
		       uint32_t max_ms, uint32_t *ret_ms)
{
	char wanted[64], min[DURATION_STR_MAX], max[DURATION_STR_MAX];
	uint64_t ms;

	if (!json_is_string(v) || parse(json_string_value(v), &ms) < 0) {
		wf_value_wrong(r, key, "a duration, like 200ms, 1s or 2m", v);
		return false;
	}
	if (ms < min_ms || ms > max_ms) {
		snprintf(wanted, sizeof(wanted), "a duration from %s to %s", str(min_ms, min),
			 str(max_ms, max));
		wf_value_wrong(r, key, wanted, v);
		return false;
	}
	*ret_ms = (uint32_t)ms;
	return true;
}

json_t *wf_duration_to_json(uint32_t ms)
{
	char text[DURATION_STR_MAX];

	return json_string(str(ms, text));
}
