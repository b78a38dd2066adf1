// SPDX-License-Identifier: Apache-2.0
#include "lab/netns.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lab/plan.h"
#include "lab/spawn.h"
#include "lab/state.h"

typedef int (*netns_fn)(const char *netns, void *arg, struct wf_err *err);

/* Calls @fn for the namespace of each host, then of each container, until it fails. */
static int each_netns(const struct wf_lab *lab, netns_fn fn, void *arg, struct wf_err *err)
{
	char netns[WF_LAB_NETNS_MAX];
	int r = 0;

	for (size_t i = 0; i < lab->hosts.n && r == 0; i++)
		r = fn(wf_state_netns(lab->name, lab->hosts.items[i].name, netns), arg, err);
	for (size_t i = 0; i < lab->containers.n && r == 0; i++)
		r = fn(wf_state_netns(lab->name, lab->containers.items[i].name, netns), arg, err);
	return r;
}

static bool is_there(const char *netns)
{
	char path[WF_LAB_PATH_MAX];

	snprintf(path, sizeof(path), WF_LAB_NETNS "/%s", netns);
	return access(path, F_OK) == 0;
}

static int check_one(const char *netns, void *arg, struct wf_err *err)
{
	if (!is_there(netns))
		return 0;
	return wf_err_set(err, -EEXIST,
			  "network namespace '%s' is there already: give the lab another name, or "
			  "delete it with 'ip netns del %s'",
			  netns, netns);
}

int wf_netns_check_free(const struct wf_lab *lab, struct wf_err *err)
{
	return each_netns(lab, check_one, NULL, err);
}

static int ip_batch(struct wf_buf *lines, struct wf_err *err)
{
	char *argv[] = {"ip", "-batch", "-", NULL};
	int r;

	r = lines->is_failed ? wf_err_set(err, -ENOMEM, "out of memory")
	    : lines->len     ? wf_spawn(argv, lines->data, err)
			     : 0;
	wf_buf_done(lines);
	return r;
}

static int ip_batch_in(const char *netns, struct wf_buf *lines, struct wf_err *err)
{
	char *argv[] = {"ip", "-n", (char *)netns, "-batch", "-", NULL};
	int r;

	r = lines->is_failed ? wf_err_set(err, -ENOMEM, "out of memory")
	    : lines->len     ? wf_spawn(argv, lines->data, err)
			     : 0;
	wf_buf_done(lines);
	return r;
}

static int add_line(const char *netns, void *arg, struct wf_err *err)
{
	wf_buf_printf(arg, "netns add %s\n", netns);
	return 0;
}

static int delete_line(const char *netns, void *arg, struct wf_err *err)
{
	if (is_there(netns))
		wf_buf_printf(arg, "netns del %s\n", netns);
	return 0;
}

static void link_lines(const struct wf_lab *lab, struct wf_buf *out)
{
	wf_vec_each (l, &lab->links) {
		const char *names[2];
		char ifnames[2][WF_LAB_IFNAME_MAX];

		for (unsigned int end = 0; end < 2; end++) {
			names[end] = lab->hosts.items[l->ends[end]].name;
			wf_plan_ifname(lab, l, end, ifnames[end]);
		}
		wf_buf_printf(out,
			      "link add %s netns %s-%s mtu %u type veth peer name %s netns %s-%s "
			      "mtu %u\n",
			      ifnames[0], lab->name, names[0], l->mtu, ifnames[1], lab->name,
			      names[1], l->mtu);
	}
}

int wf_netns_enter(const char *netns, struct wf_err *err)
{
	char path[WF_LAB_PATH_MAX];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), WF_LAB_NETNS "/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return wf_err_errno(err, -errno, "network namespace %s", netns);
	return 0;
}

/* A host forwards; one of the domain takes what comes with an SRH; an address is of use at once. */
static const struct {
	const char *path, *value;
	bool is_domain;
} settings[] = {
	{"/proc/sys/net/ipv6/conf/default/accept_dad", "0", false},
	{"/proc/sys/net/ipv6/conf/all/forwarding", "1", false},
	{"/proc/sys/net/ipv6/conf/default/forwarding", "1", false},
	{"/proc/sys/net/ipv4/ip_forward", "1", false},
	{"/proc/sys/net/ipv6/conf/all/seg6_enabled", "1", true},
	{"/proc/sys/net/ipv6/conf/default/seg6_enabled", "1", true},
};

/* Of the namespace that this process is in. */
static int set_host(bool is_outside, struct wf_err *err)
{
	int r = 0;

	for (size_t k = 0; k < sizeof(settings) / sizeof(*settings) && r == 0; k++)
		if (!is_outside || !settings[k].is_domain)
			r = wf_write_file(settings[k].path, settings[k].value,
					  strlen(settings[k].value), err);
	return r;
}

static int set_all(const struct wf_lab *lab, struct wf_err *err)
{
	char netns[WF_LAB_NETNS_MAX];

	for (size_t i = 0; i < lab->hosts.n; i++) {
		int r = wf_netns_enter(wf_state_netns(lab->name, lab->hosts.items[i].name, netns),
				       err);

		if (r == 0)
			r = set_host(i >= lab->n_inside, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* /proc/sys/net shows the namespace of the process that opens it: a child goes from one to one. */
static int set_in_child(const struct wf_lab *lab, struct wf_err *err)
{
	struct wf_err said = {0};
	int pipe_fds[2], status;
	pid_t pid;

	if (pipe(pipe_fds) < 0)
		return wf_err_errno(err, -errno, "pipe");
	pid = fork();
	if (pid == 0) {
		int r = set_all(lab, &said);

		_exit(r < 0 && write(pipe_fds[1], &said, sizeof(said)) ? 1 : 0);
	}
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &said, sizeof(said)) != (ssize_t)sizeof(said))
		said = (struct wf_err){0};
	close(pipe_fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return wf_err_errno(err, -errno, "cannot set up the namespaces");
	if (status == 0)
		return 0;
	return wf_err_set(err, said.code ? said.code : -EIO, "%s",
			  said.code ? said.msg : "setting up the namespaces failed");
}

int wf_netns_make_all(const struct wf_lab *lab, struct wf_err *err)
{
	WF_CLEANUP(cleanup_plan) struct wf_plan *plan = wf_plan_new(lab);
	struct wf_buf lines = {0};
	char netns[WF_LAB_NETNS_MAX];
	int r;

	if (!plan)
		return wf_err_set(err, -ENOMEM, "out of memory");
	each_netns(lab, add_line, &lines, err);
	r = ip_batch(&lines, err);
	if (r == 0)
		r = set_in_child(lab, err);
	link_lines(lab, &lines);
	if (r == 0)
		r = ip_batch(&lines, err);
	/* All links must be up at both ends before a route over them is right. */
	for (unsigned int i = 0; i < lab->hosts.n && r == 0; i++) {
		wf_plan_addr_lines(lab, i, &lines);
		r = ip_batch_in(wf_state_netns(lab->name, lab->hosts.items[i].name, netns), &lines,
				err);
	}
	for (unsigned int i = 0; i < lab->hosts.n && r == 0; i++) {
		wf_plan_route_lines(plan, i, &lines);
		r = ip_batch_in(wf_state_netns(lab->name, lab->hosts.items[i].name, netns), &lines,
				err);
	}
	wf_buf_done(&lines);
	return r;
}

int wf_netns_delete_all(const struct wf_lab *lab, struct wf_err *err)
{
	struct wf_buf lines = {0};

	each_netns(lab, delete_line, &lines, err);
	return ip_batch(&lines, err);
}
