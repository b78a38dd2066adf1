// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>

/* What people wrote may stand in it: no bytes that move cursors, end lines or are half a character.
 */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
			*text = '?';
}

void wf_problems_add(struct wf_problems *p, size_t index, const char *key, const char *fmt, ...)
{
	struct wf_problem problem = {.index = index};
	va_list ap;

	p->n_found++;
	if (p->n == WF_PROBLEMS_MAX)
		return;
	snprintf(problem.key, sizeof(problem.key), "%s", key);
	va_start(ap, fmt);
	vsnprintf(problem.msg, sizeof(problem.msg), fmt, ap);
	va_end(ap);
	make_printable(problem.key);
	make_printable(problem.msg);
	/* Without memory the text is lost, but not the count. */
	(void)wf_vec_push(p, problem);
}

void wf_problems_done(struct wf_problems *p)
{
	wf_vec_done(p);
}
