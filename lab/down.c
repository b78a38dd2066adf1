// SPDX-License-Identifier: Apache-2.0
/*
 * Order: daemons, so that nothing is made anew; what they have started in hosts and containers;
 * namespaces; pins; last the directory that knows of all this, so that a down that was interrupted
 * can be done again.
 */
#include "lab/down.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "lab/daemons.h"
#include "lab/netns.h"
#include "lab/programs.h"
#include "lab/state.h"

static void remove_pins(const struct wf_lab *lab)
{
	char path[WF_LAB_PATH_MAX];

	for (unsigned int i = 0; i < lab->n_nodes; i++) {
		snprintf(path, sizeof(path), WF_LAB_PIN "/%s-%s", lab->name,
			 lab->hosts.items[i].name);
		wf_remove_tree(path);
	}
	rmdir(WF_LAB_PIN); /* the last one; else there are others in it */
}

/* Namespaces that a gateway has made are kept by a mount each. */
static void unmount_all(const char *dir)
{
	const struct dirent *entry;
	DIR *d = opendir(dir);

	while (d && (entry = readdir(d))) {
		char path[WF_LAB_PATH_MAX + NAME_MAX + 2];

		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW); /* or it is no mount */
	}
	if (d)
		closedir(d);
}

static void remove_run_dirs(const struct wf_lab *lab)
{
	char path[WF_LAB_PATH_MAX];

	for (unsigned int i = 0; i < lab->n_nodes; i++) {
		snprintf(path, sizeof(path), WF_LAB_NODE_RUN "/%s-%s/rooms", lab->name,
			 lab->hosts.items[i].name);
		unmount_all(path);
		*strrchr(path, '/') = '\0';
		wf_remove_tree(path);
	}
	rmdir(WF_LAB_NODE_RUN); /* as above */
}

static int remove_dir(const char *name, struct wf_err *err)
{
	char path[WF_LAB_PATH_MAX];
	int r = wf_remove_tree(wf_state_dir(name, path));

	if (r < 0)
		return wf_err_errno(err, r, "%s", path);
	rmdir(WF_LAB_RUN); /* as above */
	rmdir("/run/weft");
	return 0;
}

int wf_lab_take_away(const struct wf_lab *lab, struct wf_err *err)
{
	int r;

	wf_daemon_stop_all(lab);
	wf_programs_stop_all(lab);
	r = wf_netns_delete_all(lab, err);
	remove_pins(lab);
	remove_run_dirs(lab);
	if (r < 0)
		return r;
	return remove_dir(lab->name, err);
}

int wf_lab_down(const char *name, struct wf_err *err)
{
	_cleanup_close_ int lock = wf_state_lock(name, err);
	char path[WF_LAB_PATH_MAX];
	struct wf_lab lab;
	int r;

	if (lock < 0)
		return lock;
	/* Without a topology nothing was made yet but the directory. */
	if (access(wf_state_path(name, "topology", ".yaml", path), F_OK) < 0)
		return remove_dir(name, err);
	r = wf_lab_load(name, &lab, err);
	if (r == 0)
		r = wf_lab_take_away(&lab, err);
	wf_lab_done(&lab);
	return r;
}
