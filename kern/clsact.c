// SPDX-License-Identifier: Apache-2.0
#include "kern/clsact.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <stdbool.h>

#include "base/own.h"
#include "kern/netlink.h"

#define OUR_PRIORITY 0x5746 /* "WF" */
#define OUR_HANDLE   1

static struct bpf_tc_hook hook_of(int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);

	return hook;
}

int wf_clsact_attach(int ifindex, int prog_fd)
{
	struct bpf_tc_hook hook = hook_of(ifindex);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = OUR_HANDLE,
		    .priority = OUR_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int r = bpf_tc_hook_create(&hook);

	if (r && r != -EEXIST)
		return r;
	return bpf_tc_attach(&hook, &opts);
}

static int count_filter(const struct nlmsghdr *hdr, void *arg)
{
	(*(int *)arg)++;
	return 0;
}

/* Adds to @n_filters. */
static int count_filters(struct wf_nl *nl, int ifindex, uint32_t parent, int *n_filters)
{
	struct wf_nl_req req;
	struct tcmsg *msg = wf_nl_begin(&req, RTM_GETTFILTER, NLM_F_DUMP, sizeof(*msg));

	msg->tcm_ifindex = ifindex;
	msg->tcm_parent = parent;
	return wf_nl_ask(nl, &req, count_filter, n_filters, NULL, "list the filters");
}

static bool is_empty(int ifindex)
{
	WF_CLEANUP(wf_nl_done) struct wf_nl nl = {0};
	int n_filters = 0;

	return !wf_nl_open(&nl, NULL) &&
	       !count_filters(&nl, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), &n_filters) &&
	       !count_filters(&nl, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), &n_filters) &&
	       n_filters == 0;
}

int wf_clsact_detach(int ifindex)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = OUR_HANDLE, .priority = OUR_PRIORITY);
	struct bpf_tc_hook hook = hook_of(ifindex);
	int r = bpf_tc_detach(&hook, &opts);

	/* No such filter, no qdisc, no interface. */
	if (r && r != -ENOENT && r != -EINVAL && r != -ENODEV)
		return r;
	if (r || !is_empty(ifindex))
		return 0;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	return bpf_tc_hook_destroy(&hook);
}

int wf_clsact_get(int ifindex, uint32_t *ret_prog_id)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = OUR_HANDLE, .priority = OUR_PRIORITY);
	struct bpf_tc_hook hook = hook_of(ifindex);
	int r = bpf_tc_query(&hook, &opts);

	*ret_prog_id = r ? 0 : opts.prog_id;
	if (r == -ENOENT || r == -EINVAL || r == -ENODEV)
		return 0;
	return r;
}
