// SPDX-License-Identifier: Apache-2.0
#include "kern/rules.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/own.h"
#include "kern/nft.h"
#include "kern/run_dir.h"

#define CLEAR "add table inet " WF_NFT_TABLE "\ndelete table inet " WF_NFT_TABLE "\n"

/* What the file says when @chains are loaded and the kernel has @there. */
static char *note_of(const char *chains, const char *there)
{
	struct wf_buf note = {0};

	wf_buf_printf(&note, "# asked for\n%s\n# there\n%s", chains, there);
	return wf_buf_take(&note);
}

static int load(int netns_fd, const char *chains, struct wf_err *err)
{
	struct wf_buf text = {0};
	_cleanup_free_ char *taken = NULL;

	wf_buf_printf(&text, CLEAR "table inet " WF_NFT_TABLE " {\n%s}\n", chains);
	taken = wf_buf_take(&text);
	return taken ? wf_nft_load(netns_fd, taken, err)
		     : wf_err_set(err, -ENOMEM, "out of memory for the rules");
}

/* As the file says, or 0. */
static int is_whole(int netns_fd, const char *path, const char *chains, struct wf_err *err)
{
	_cleanup_free_ char *was = wf_run_read(path), *there = NULL, *note = NULL;
	int r;

	if (!was)
		return 0;
	r = wf_nft_list(netns_fd, &there, err);
	if (r)
		return r;
	note = note_of(chains, there);
	return note && *there && !strcmp(note, was);
}

static int drop(int netns_fd, const char *path, struct wf_err *err)
{
	int r;

	if (access(path, F_OK) < 0)
		return 0;
	r = wf_nft_load(netns_fd, CLEAR, err);
	if (!r && unlink(path) < 0)
		r = wf_err_errno(err, -errno, "cannot remove %.200s", path);
	return r ? r : 1;
}

int wf_rules_keep(int netns_fd, const char *path, const char *chains, struct wf_err *err)
{
	_cleanup_free_ char *there = NULL, *note = NULL;
	int r;

	if (!chains)
		return drop(netns_fd, path, err);
	r = is_whole(netns_fd, path, chains, err);
	if (r)
		return r < 0 ? r : 0;
	r = load(netns_fd, chains, err);
	if (!r)
		r = wf_nft_list(netns_fd, &there, err);
	if (r)
		return r;
	note = note_of(chains, there);
	if (!note)
		return wf_err_set(err, -ENOMEM, "out of memory for the rules");
	r = wf_run_write(path, note, 0600, err);
	return r ? r : 1;
}
