// SPDX-License-Identifier: Apache-2.0
#include "model/word.h"

#include <string.h>

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool wf_word_is_valid(const char *s, const char *also, size_t max)
{
	size_t n = 0;

	if (!is_alnum(*s))
		return false;
	while (n <= max && s[n] && (is_alnum(s[n]) || strchr(also, s[n])))
		n++;
	return n <= max && !s[n];
}
