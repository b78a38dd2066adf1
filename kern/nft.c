// SPDX-License-Identifier: Apache-2.0
/* The program reads and writes files in memory, so that no side waits for the other. */
#include "kern/nft.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/own.h"
#include "kern/child.h"

#define WAIT_MS	   10000
#define OUTPUT_MAX (1 << 20) /* a table's text is below 50 kB */

/* None of the first three, which a daemon may have been started without. */
static int memory_file(void)
{
	_cleanup_close_ int fd = memfd_create("weft-nft", MFD_CLOEXEC);

	if (fd < 0 || fd > 2)
		return TAKE_FD(fd);
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int write_all(int fd, const char *text)
{
	for (size_t len = strlen(text); len;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static char *read_all(int fd)
{
	_cleanup_free_ char *text = NULL;
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size > OUTPUT_MAX)
		return NULL;
	text = calloc(1, (size_t)st.st_size + 1);
	if (!text || pread(fd, text, (size_t)st.st_size, 0) != st.st_size)
		return NULL;
	return TAKE_PTR(text);
}

/* @ret: what it printed, the caller frees. Returns its exit status or an error. */
static int run(int netns_fd, char *const *argv, const char *input, char **ret, struct wf_err *err)
{
	_cleanup_close_ int in = memory_file();
	_cleanup_close_ int out = memory_file();
	const int io[2] = {in, out};
	struct wf_err why = {0};
	int r = in < 0 || out < 0 ? -errno : write_all(in, input);

	if (r)
		return wf_err_errno(err, r, "no file in memory for nft");
	r = wf_child_run(netns_fd, argv, io, WAIT_MS, &why);
	if (r < 0)
		return wf_err_set(err, r, "the program nft: %s (Debian's package nftables has it)",
				  why.msg);
	*ret = read_all(out);
	return *ret ? r : wf_err_set(err, -ENOMEM, "what nft printed is too much");
}

static int refused(struct wf_err *err, int status, const char *words)
{
	return wf_err_set(err, -EBADMSG, "nft refuses the rules (exit status %d): %.*s", status,
			  (int)strcspn(words, "\n"), words);
}

int wf_nft_load(int netns_fd, const char *text, struct wf_err *err)
{
	char *const argv[] = {"nft", "-f", "-", NULL};
	_cleanup_free_ char *words = NULL;
	int r = run(netns_fd, argv, text, &words, err);

	return r > 0 ? refused(err, r, words) : r;
}

/* The program says it in words alone. */
int wf_nft_list(int netns_fd, char **ret, struct wf_err *err)
{
	char *const argv[] = {"nft", "-s", "-t", "list", "table", "inet", WF_NFT_TABLE, NULL};
	_cleanup_free_ char *words = NULL;
	int r = run(netns_fd, argv, "", &words, err);

	if (r > 0 && strstr(words, "No such file or directory")) {
		words[0] = '\0';
		r = 0;
	}
	if (r)
		return r > 0 ? refused(err, r, words) : r;
	*ret = TAKE_PTR(words);
	return 0;
}

int wf_nft_counter(int netns_fd, const char *name, uint64_t *ret_packets, struct wf_err *err)
{
	char *const argv[] = {"nft", "list", "counter", "inet", WF_NFT_TABLE, (char *)name, NULL};
	_cleanup_free_ char *words = NULL;
	const char *packets;
	int r = run(netns_fd, argv, "", &words, err);

	if (r < 0)
		return r;
	packets = strstr(words, "packets ");
	if (r || !packets || sscanf(packets, "packets %" SCNu64, ret_packets) != 1)
		return wf_err_set(err, -ENOENT, "there is no counter '%s'", name);
	return 0;
}
