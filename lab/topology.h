/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A topology file: YAML, several documents; the first is the lab, all others are manifests.
 *
 *	kind: Lab
 *	name: paths
 *	mtu: 1500			# of links that say nothing else; this is the default
 *	nodes: [A, 1, 2, B]		# a namespace LAB-NODE each, with a weftd
 *	routers: [r1]			# the kernel alone
 *	outside: [inet]			# no part of the domain: plain hosts beyond a gateway
 *	links: [[A, 1], {between: [1, r1], mtu: 9000, cost: 10},
 *		{between: [B, inet], ifnames: [out0, eth0],
 *		 addresses: [192.0.2.1/30, [192.0.2.2/30, 2001:db8::2/64]]}]
 *	containers:
 *	  - {name: red-web, node: A, tenant: red, endpoint: web, addresses: [10.0.0.1],
 *	     labels: {app: web}}
 *
 * docs/lab.md has all keys.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/own.h"
#include "base/vec.h"
#include "model/labels.h"
#include "model/limits.h"

#define WF_LAB_NAME_MAX	      40 /* bytes of "LAB-NODE" or "LAB-CONTAINER": a file name, a peer */
#define WF_LAB_HOSTS_MAX      500
#define WF_LAB_LINKS_MAX      2000
#define WF_LAB_CONTAINERS_MAX 5000
#define WF_LAB_MTU_DEFAULT    1500
#define WF_LAB_MTU_MIN	      1280 /* RFC 8200 section 5 */
#define WF_LAB_COST_MAX	      1000000
#define WF_LAB_IFNAME_MAX     16 /* with the NUL, as Linux has it */
#define WF_LAB_INTERFACES_MAX 16 /* of a container */
#define WF_LAB_ADDRS_MAX      8	 /* of one end of a link to the outside */
#define WF_LAB_COMMANDS_MAX   64 /* of a host or container, of each sort */
#define WF_LAB_WORDS_MAX      64 /* of a command */
#define WF_LAB_FILE_MAX	      (16u << 20)

struct wf_lab_command {
	char **argv; /* owned, NULL-ended; [0] is looked for in PATH */
	unsigned int line;
};

/* What runs in a namespace, once all is there: @run one after the other, then @start, which lasts
 * as the lab. */
struct wf_lab_programs {
	WF_VEC(struct wf_lab_command) run, start;
};

enum wf_lab_host_kind {
	WF_LAB_NODE,
	WF_LAB_ROUTER,
	WF_LAB_OUTSIDE
};

struct wf_lab_host {
	char name[WF_LAB_NAME_MAX];
	enum wf_lab_host_kind kind;
	struct wf_lab_programs programs;
	unsigned int line;
};

struct wf_lab_end {
	char ifname[WF_LAB_IFNAME_MAX];			 /* "": see wf_plan_ifname() */
	char addrs[WF_LAB_ADDRS_MAX][WF_PREFIX_STR_MAX]; /* with their length: "192.0.2.1/30" */
	unsigned int n_addrs;
};

struct wf_lab_link {
	unsigned int ends[2]; /* indexes of hosts */
	uint32_t mtu;
	uint32_t cost;
	bool is_outside; /* an end is: no link of the underlay, and only those use @outside */
	struct wf_lab_end outside[2];
	unsigned int line;
};

/* An endpoint, and the interface that is made for it in its container. */
struct wf_lab_interface {
	char name[WF_LAB_IFNAME_MAX];
	char tenant[WF_NAME_MAX + 1];
	char endpoint[WF_NAME_MAX + 1]; /* the container's name if not said */
	char addrs[WF_ENDPOINT_ADDR_MAX][46];
	unsigned int n_addrs;
	struct wf_labels labels;
	bool is_sr_aware;
	unsigned int line;
};

struct wf_lab_container {
	char name[WF_LAB_NAME_MAX];
	unsigned int host;
	WF_VEC(struct wf_lab_interface) interfaces; /* one at least */
	struct wf_lab_programs programs;
	unsigned int line;
};

/* Nodes stand before routers, those before outside hosts: the node id of hosts.items[i] is i + 1.
 */
struct wf_lab {
	char name[WF_LAB_NAME_MAX];
	uint32_t mtu;
	unsigned int n_nodes;
	unsigned int n_inside; /* nodes and routers: the underlay's */
	WF_VEC(struct wf_lab_host) hosts;
	WF_VEC(struct wf_lab_link) links;
	WF_VEC(struct wf_lab_container) containers;
	/* Where the manifests begin in the text: its second document. */
	size_t manifests_at;
};

/* May this be the name of a lab (host, container)? A letter or digit, then those, '-', '_'. */
bool wf_lab_name_is_valid(const char *name);

/*
 * Reads the lab of @text. -EINVAL: @problems has "FILE:LINE: KEY: message" lines, sorted by line.
 * @ret is to be given to wf_lab_done() either way.
 */
int wf_lab_parse(const char *file, const char *text, size_t len, struct wf_lab *ret,
		 struct wf_buf *problems);
void wf_lab_done(struct wf_lab *lab);

/* The index of the host, or -ENOENT. */
int wf_lab_find_host(const struct wf_lab *lab, const char *name);
