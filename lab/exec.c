// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/netns.h"
#include "lab/state.h"

static bool is_member(const struct wf_lab *lab, const char *who)
{
	if (wf_lab_find_host(lab, who) >= 0)
		return true;
	wf_vec_each (c, &lab->containers)
		if (strcmp(c->name, who) == 0)
			return true;
	return false;
}

int wf_lab_exec(const char *lab, const char *who, char *const *argv, struct wf_err *err)
{
	char netns[WF_LAB_NETNS_MAX];
	struct wf_lab l;
	int r = wf_lab_load(lab, &l, err);

	if (r == 0 && !is_member(&l, who))
		r = wf_err_set(err, -ENOENT,
			       "lab '%s' has no host or container '%.50s': see 'weft lab show %s'",
			       lab, who, lab);
	wf_lab_done(&l);
	if (r == 0)
		r = wf_netns_enter(wf_state_netns(lab, who, netns), err);
	if (r < 0)
		return r;
	execvp(argv[0], argv);
	return wf_err_errno(err, -errno, "%s", argv[0]);
}
