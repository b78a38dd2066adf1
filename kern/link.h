/* SPDX-License-Identifier: Apache-2.0 */
/* Network interfaces by rtnetlink. "what" and errors as wf_nl_do(): an error names the interface.
 */
#pragma once

#include "kern/kern.h"
#include "kern/netlink.h"

/* Where the other end of a veth is. */
struct wf_link_peer {
	int ifindex; /* 0: it has none */
	int nsid;    /* the kernel's number for its network namespace; -1: the same namespace */
};

/* -EBADMSG: no link message, or one whose lengths do not fit. @ret_peer may be NULL. */
int wf_link_parse(const struct nlmsghdr *hdr, struct wf_link *ret, struct wf_link_peer *ret_peer);

/* Sorted by ifindex. The caller frees with wf_links_done(). */
int wf_link_list(struct wf_nl *nl, struct wf_links *ret, struct wf_err *err);
/* -ENODEV. @ret_peer may be NULL. */
int wf_link_get(struct wf_nl *nl, int ifindex, struct wf_link *ret, struct wf_link_peer *ret_peer,
		struct wf_err *err);
/* -ENODEV */
int wf_link_find(struct wf_nl *nl, const char *name, struct wf_link *ret, struct wf_err *err);

/* One end of a veth to be made. */
struct wf_veth_end {
	const char *name;
	const uint8_t *mac; /* 6 bytes */
	uint32_t mtu;
	uint32_t gso_max_bytes; /* 0: the kernel's default */
};

/* Both down; @peer in the network namespace @netns_fd. -EEXIST: either name is taken. */
int wf_link_veth_add(struct wf_nl *nl, const struct wf_veth_end *near,
		     const struct wf_veth_end *peer, int netns_fd, struct wf_err *err);

/* What is to be changed of a link; zero and NULL leave it. */
struct wf_link_change {
	const char *name;
	const char *alias;
	const uint8_t *mac; /* 6 bytes */
	uint32_t mtu;
	bool to_up;
	bool to_no_ipv6_address; /* no link-local address of its own when it comes up */
};

int wf_link_set(struct wf_nl *nl, int ifindex, const struct wf_link_change *change,
		struct wf_err *err);
/* A veth goes with its peer. -ENODEV */
int wf_link_delete(struct wf_nl *nl, int ifindex, struct wf_err *err);

/*
 * The kernel's number, seen from @nl's namespace, for the namespace @netns_fd: what struct
 * wf_link_peer has. -1: it has none, or another error.
 */
int wf_link_nsid(struct wf_nl *nl, int netns_fd);
