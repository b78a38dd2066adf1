// SPDX-License-Identifier: Apache-2.0
#include "kern/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/own.h"

const struct wf_config sandbox_config = {.block = WF_DEFAULT_BLOCK,
					 .node = 7,
					 .addr = {0x5f, 0, 0, 0, 0, 7, [15] = 1}};

#define OR_DIE(call)                   \
	do {                           \
		if ((call) < 0) {      \
			perror(#call); \
			exit(1);       \
		}                      \
	} while (0)

void sandbox_enter(void)
{
	if (geteuid() != 0) {
		fprintf(stderr, "skipped: needs root\n");
		exit(77);
	}
	OR_DIE(unshare(CLONE_NEWNET | CLONE_NEWNS));
	OR_DIE(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	OR_DIE(mount("run", "/run", "tmpfs", 0, NULL));
	OR_DIE(mkdir("/run/netns", 0755));
	OR_DIE(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL));
}

void sandbox_netns(const char *name)
{
	_cleanup_close_ int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int file = -1;
	char path[128];

	OR_DIE(home);
	sandbox_netns_remove(name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	file = open(path, O_CREAT | O_RDONLY | O_CLOEXEC, 0444);
	OR_DIE(file);
	OR_DIE(unshare(CLONE_NEWNET));
	OR_DIE(mount("/proc/thread-self/ns/net", path, NULL, MS_BIND, NULL));
	OR_DIE(setns(home, CLONE_NEWNET));
}

void sandbox_netns_remove(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	if (access(path, F_OK))
		return;
	OR_DIE(umount2(path, MNT_DETACH));
	OR_DIE(unlink(path));
}

const char *sandbox_run(const char *fmt, ...)
{
	static char output[16384];
	char command[512];
	va_list ap;
	FILE *pipe;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(command, sizeof(command) - 8, fmt, ap);
	va_end(ap);
	snprintf(command + n, sizeof(command) - n, " 2>&1");
	pipe = popen(command, "r");
	if (!pipe)
		exit(1);
	n = fread(output, 1, sizeof(output) - 1, pipe);
	output[n] = '\0';
	pclose(pipe);
	return output;
}

void sandbox_pair(int ifindex)
{
	sandbox_run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1;"
		    "ip link add near index %d type veth peer far;"
		    "ip link set near up; ip link set far up",
		    ifindex);
	sandbox_expect(sandbox_run("ip link show near"), "state UP");
}

void sandbox_pair_remove(void)
{
	sandbox_run("ip link delete near");
}

struct wf_kern *sandbox_start(sandbox_open_fn open_kern)
{
	struct wf_kern *k = NULL;
	struct wf_err err = {0};

	if (open_kern(SANDBOX_PIN_DIR, &k, &err) || k->ops->start(k, &sandbox_config, &err))
		fail_msg("%s", err.msg);
	return k;
}

void sandbox_stop(struct wf_kern *k)
{
	struct wf_err err = {0};

	if (k->ops->stop(k, &err))
		fail_msg("%s", err.msg);
	wf_kern_free(k);
}

void sandbox_expect(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in: %s", part, text);
}
