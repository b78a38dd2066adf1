// SPDX-License-Identifier: Apache-2.0
/* "Did you mean": the edit distance between short words (Levenshtein, one row at a time). */
#include "cli/cmd.h"

#include <string.h>

#define WORD_MAX 32

static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			row[j] = row[j] < change ? row[j] : change;
		}
	}
	return row[n];
}

const char *wf_nearest(const char *word, const char *const *words)
{
	const char *best = NULL;
	size_t best_distance = 3; /* further away is no slip of the finger */

	if (strlen(word) > WORD_MAX)
		return NULL;
	for (; *words; words++) {
		size_t d;

		if (strlen(*words) > WORD_MAX)
			continue;
		d = distance(word, *words);
		if (d < best_distance && d < strlen(*words)) {
			best = *words;
			best_distance = d;
		}
	}
	return best;
}
