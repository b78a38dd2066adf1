// SPDX-License-Identifier: Apache-2.0
#include "model/near.h"

#include <stdio.h>
#include <string.h>

#include "model/limits.h"

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t wf_edit_distance(const char *a, const char *b)
{
	/* Three rows of the table of distances between the beginnings of @a and of @b. */
	size_t rows[3][WF_NAME_MAX + 1];
	size_t n_a = strnlen(a, WF_NAME_MAX), n_b = strnlen(b, WF_NAME_MAX);

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = min(min(row[j - 1], up[j]) + 1,
				     up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], upper[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

/* A third of the letters may differ, one in any case, but not all. */
static int is_near(size_t distance, size_t len)
{
	return distance < len && distance <= (len < 6 ? 1 : len / 3);
}

void wf_near_offer(struct wf_near *near, const char *candidate)
{
	size_t distance;
	int at = 2;

	if (near->n_offered < WF_NEAR_LISTED)
		near->listed[near->n_offered] = candidate;
	near->n_offered++;
	distance = wf_edit_distance(near->wanted, candidate);
	if (!is_near(distance, strlen(near->wanted)))
		return;
	if (near->best[at] && near->distance[at] <= distance)
		return;
	for (; at > 0 && (!near->best[at - 1] || near->distance[at - 1] > distance); at--) {
		near->best[at] = near->best[at - 1];
		near->distance[at] = near->distance[at - 1];
	}
	near->best[at] = candidate;
	near->distance[at] = distance;
}

/* "'a', 'b'<last>'c'" at @p; as much of it as fits before @end. */
static void quote(char *p, const char *end, const char *const *words, size_t n, const char *last)
{
	for (size_t i = 0; i < n && p < end; i++)
		p += snprintf(p, end - p, "%s'%.60s'",
			      i == 0	   ? ""
			      : i + 1 == n ? last
					   : ", ",
			      words[i]);
}

const char *wf_near_str(const struct wf_near *near, char *buf)
{
	char words[WF_NEAR_STR_MAX - 20] = "";
	size_t n = 0;

	while (n < 3 && near->best[n])
		n++;
	if (n) {
		quote(words, words + sizeof(words), near->best, n, " or ");
		snprintf(buf, WF_NEAR_STR_MAX, "; did you mean %s?", words);
	} else if (near->n_offered && near->n_offered <= WF_NEAR_LISTED) {
		quote(words, words + sizeof(words), near->listed, near->n_offered, ", ");
		snprintf(buf, WF_NEAR_STR_MAX, "; there %s %s", near->n_offered == 1 ? "is" : "are",
			 words);
	} else {
		*buf = '\0';
	}
	return buf;
}
