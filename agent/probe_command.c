// SPDX-License-Identifier: Apache-2.0
/* A command whose exit status says it. */
#include <errno.h>

#include "agent/probing.h"

static int start(struct wf_probing *p, struct wf_err *err)
{
	const struct wf_probe_target *t = &p->target;
	struct wf_kern *k = p->kern;
	int r = k->ops->netns_start(k, &t->place, t->probe.argv, &p->child, err);

	if (!r && wf_probing_await(p, p->child.fd, EV_READ) < 0)
		r = wf_err_set(err, -ENOMEM, "out of memory");
	return r;
}

static void on_io(struct wf_probing *p)
{
	int status = wf_probing_reap(p);

	if (status == -EAGAIN)
		return;
	if (status > 128)
		wf_probing_end(p, "ended by signal %d", status - 128);
	else
		wf_probing_end(p, status ? "exit status %d" : NULL, status);
}

const struct wf_probe_method wf_probe_command = {.start = start, .on_io = on_io};
