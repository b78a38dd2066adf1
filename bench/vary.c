// SPDX-License-Identifier: Apache-2.0
/*
 * Gives each SRH that leaves one interface another tag (vary.bpf.c), for as long as this process
 * lives. Says "ready" on standard output, ends when standard input does.
 */
#include <errno.h>
#include <stdio.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/err.h"
#include "base/own.h"
#include "bench/place.h"
#include "vary.skel.h"

#define TCX_EGRESS 47 /* BPF_TCX_EGRESS; not in this release's headers */

enum arg {
	ARG_NETNS = 1,
	ARG_IFNAME,
	ARG_COUNT,
};

WF_DEFINE_CLEANUP(vary_bpf, struct vary_bpf *, vary_bpf__destroy)

/* The link lives until the process ends, so its descriptor is left open on purpose. */
static int attach(char **argv, struct vary_bpf *bpf, struct wf_err *err)
{
	int r = bench_place_netns(argv[ARG_NETNS], err);
	int ifindex = r ? r : bench_place_ifindex(argv[ARG_IFNAME], err);

	if (ifindex < 0)
		return ifindex;
	r = bpf_link_create(bpf_program__fd(bpf->progs.vary), ifindex, TCX_EGRESS, NULL);
	return r < 0 ? wf_err_errno(err, r, "cannot attach 'vary' by tcx") : 0;
}

int main(int argc, char **argv)
{
	WF_CLEANUP(cleanup_vary_bpf) struct vary_bpf *bpf = NULL;
	struct wf_err err = {};

	if (argc != ARG_COUNT) {
		fprintf(stderr, "usage: bench-vary NETNS IFNAME\n");
		return 2;
	}
	bpf = vary_bpf__open_and_load();
	if (!bpf)
		wf_err_errno(&err, -errno, "cannot load the program");
	if (!bpf || attach(argv, bpf, &err)) {
		fprintf(stderr, "bench-vary: %s\n", err.msg);
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
