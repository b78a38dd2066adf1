// SPDX-License-Identifier: Apache-2.0
/* Daemons of a lab that is up, started again: those that died, or were killed to see what happens.
 */
#include <errno.h>
#include <limits.h>

#include "lab/daemons.h"
#include "lab/programs.h"
#include "lab/state.h"

static int start_dead(const struct wf_lab *lab, int lock, const char *program,
		      unsigned int *ret_started, struct wf_err *err)
{
	pid_t pids[WF_LAB_HOSTS_MAX] = {0};
	int r = 0;

	for (unsigned int i = 0; i < lab->n_nodes && r == 0; i++) {
		if (wf_daemon_pid(lab, i, &pids[i], NULL) == 0)
			pids[i] = 0; /* alive: nothing to wait for */
		else
			r = wf_daemon_start(lab, i, program, lock, &pids[i], err);
	}
	*ret_started = 0;
	for (unsigned int i = 0; i < lab->n_nodes && r == 0; i++) {
		if (!pids[i])
			continue;
		r = wf_daemon_wait(lab, i, pids[i], err);
		*ret_started += r == 0;
	}
	return r;
}

static int start_programs(const struct wf_lab *lab, unsigned int *started, struct wf_err *err)
{
	char path[WF_LAB_PATH_MAX];
	struct wf_buf detail = {0};
	unsigned int n = 0;
	int r;

	wf_state_path(lab->name, "topology", ".yaml", path);
	r = wf_programs_start_all(lab, path, &detail, &n, err);
	*started += n;
	wf_buf_done(&detail); /* it is in the log */
	return r;
}

int wf_lab_start(const char *name, unsigned int *ret_started, struct wf_err *err)
{
	_cleanup_close_ int lock = wf_state_lock(name, err);
	char program[PATH_MAX];
	struct wf_lab lab;
	int r;

	if (lock < 0)
		return lock;
	r = wf_daemon_find(program, err);
	if (r < 0)
		return r;
	r = wf_lab_load(name, &lab, err);
	if (r == 0)
		r = start_dead(&lab, lock, program, ret_started, err);
	if (r == 0)
		r = start_programs(&lab, ret_started, err);
	wf_lab_done(&lab);
	return r;
}
