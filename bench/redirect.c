// SPDX-License-Identifier: Apache-2.0
/*
 * Makes one node redirect-only, for as long as this process lives: the programs hang on links that
 * the kernel removes with it. Says "ready" on standard output, ends when standard input does.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/err.h"
#include "base/own.h"
#include "bench/place.h"
#include "redirect.skel.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS; not in this release's headers */

enum arg {
	ARG_NETNS = 1,
	ARG_CONTAINER_IFNAME, /* the host side of the veth */
	ARG_CONTAINER_MAC,
	ARG_UNDERLAY_IFNAME,
	ARG_UNDERLAY_MAC,
	ARG_NEXT_HOP_MAC,
	ARG_COUNT,
};

WF_DEFINE_CLEANUP(redirect_bpf, struct redirect_bpf *, redirect_bpf__destroy)

static int write_macs(struct ethhdr *ret, const char *dst, const char *src, struct wf_err *err)
{
	if (!ether_aton_r(dst, (struct ether_addr *)ret->h_dest))
		return wf_err_set(err, -EINVAL, "'%s' is no MAC address", dst);
	if (!ether_aton_r(src, (struct ether_addr *)ret->h_source))
		return wf_err_set(err, -EINVAL, "'%s' is no MAC address", src);
	return 0;
}

/* The link lives until the process ends, so its descriptor is left open on purpose. */
static int attach(struct bpf_program *prog, int ifindex, struct wf_err *err)
{
	int fd = bpf_link_create(bpf_program__fd(prog), ifindex, TCX_INGRESS, NULL);

	return fd < 0 ? wf_err_errno(err, fd, "cannot attach '%s' by tcx", bpf_program__name(prog))
		      : 0;
}

static int redirect(char **argv, struct redirect_bpf *bpf, struct wf_err *err)
{
	int container, underlay, r;

	r = bench_place_netns(argv[ARG_NETNS], err);
	if (r)
		return r;
	container = bench_place_ifindex(argv[ARG_CONTAINER_IFNAME], err);
	if (container < 0)
		return container;
	underlay = bench_place_ifindex(argv[ARG_UNDERLAY_IFNAME], err);
	if (underlay < 0)
		return underlay;
	bpf->rodata->container_ifindex = (__u32)container;
	bpf->rodata->underlay_ifindex = (__u32)underlay;
	r = redirect_bpf__load(bpf);
	if (r)
		return wf_err_errno(err, r, "cannot load the redirect programs");
	r = write_macs(&bpf->bss->to_underlay, argv[ARG_NEXT_HOP_MAC], argv[ARG_UNDERLAY_MAC], err);
	if (!r)
		r = write_macs(&bpf->bss->to_container, argv[ARG_CONTAINER_MAC],
			       argv[ARG_UNDERLAY_MAC], err);
	if (!r)
		r = attach(bpf->progs.from_container, container, err);
	if (!r)
		r = attach(bpf->progs.from_underlay, underlay, err);
	return r;
}

int main(int argc, char **argv)
{
	WF_CLEANUP(cleanup_redirect_bpf) struct redirect_bpf *bpf = NULL;
	struct wf_err err = {};

	if (argc != ARG_COUNT) {
		fprintf(stderr, "usage: bench-redirect NETNS CONTAINER-IFNAME CONTAINER-MAC"
				" UNDERLAY-IFNAME UNDERLAY-MAC NEXT-HOP-MAC\n");
		return 2;
	}
	bpf = redirect_bpf__open();
	if (!bpf)
		wf_err_errno(&err, -errno, "cannot open the redirect programs");
	if (!bpf || redirect(argv, bpf, &err)) {
		fprintf(stderr, "bench-redirect: %s\n", err.msg);
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
