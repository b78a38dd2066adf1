// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>

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
	/* Without memory the text is lost, but not the count. */
	(void)wf_vec_push(p, problem);
}

void wf_problems_done(struct wf_problems *p)
{
	wf_vec_done(p);
}
