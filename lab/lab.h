/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual topologies on one machine (DESIGN section 7): every host and container of a lab is a
 * network namespace, every node has its weftd.
 *
 *	/run/weft/lab/LAB/		made first, locked by who works on the lab, taken away last
 *		topology.yaml		the file as it was read: what down, show and exec go by
 *		folder			-> the topology's folder: where commands of containers run
 *		NODE.sock, .log, .pid	of each weftd
 *		HOST.log, CONTAINER.log	what their commands said
 *		sessions		of those commands
 *		store.db		that the daemons share
 *	/run/netns/LAB-NODE, /run/netns/LAB-CONTAINER
 *	/sys/fs/bpf/weft/LAB-NODE/	what a weftd pins
 *	/run/weft/node/LAB-NODE/	what else it keeps (kern/run_dir.h): namespaces of a gateway
 *
 * Whatever may have been made is named in topology.yaml before it is made, so down can take away
 * what an `up` left that was killed half-way.
 */
#pragma once

#include <jansson.h>

#include "lab/topology.h"

#define WF_LAB_RUN	"/run/weft/lab"
#define WF_LAB_PIN	"/sys/fs/bpf/weft"
#define WF_LAB_NODE_RUN "/run/weft/node"
#define WF_LAB_NETNS	"/run/netns"
#define WF_LAB_PATH_MAX 200

/* Told before each step of a long work; @n of @total are done. */
struct wf_lab_progress {
	void (*step)(void *arg, const char *what, unsigned int n, unsigned int total);
	void *arg;
};

/*
 * All is checked before anything is made, and what was made is taken away if a step fails. @detail
 * gets the lines for people that do not fit into @err: problems of the file, the end of a log.
 */
int wf_lab_up(const char *file, const struct wf_lab_progress *progress, struct wf_buf *detail,
	      struct wf_err *err);
int wf_lab_down(const char *name, struct wf_err *err);

/*
 * Starts the daemons of a lab that is up that do not run, and waits until they answer; then the
 * programs that have ended.
 */
int wf_lab_start(const char *name, unsigned int *ret_started, struct wf_err *err);

/* [{"name", "nodes", "routers", "outside", "containers", "running"}], sorted by name. */
int wf_lab_list(json_t **ret, struct wf_err *err);

/* The topology of a lab that is up. Give @ret to wf_lab_done(). */
int wf_lab_load(const char *name, struct wf_lab *ret, struct wf_err *err);

/*
 * {"name", "nodes": [{"name", "id", "state", "pid", "netns", "socket"}], "routers", "outside",
 * "links", "containers"}; state: "up", "silent" (runs, and does not answer) or "dead". "containers"
 * has an item for each interface.
 */
int wf_lab_show(const struct wf_lab *lab, json_t **ret, struct wf_err *err);

/* The socket of the node's daemon (NULL: the first node's). @ret: WF_LAB_PATH_MAX bytes. */
int wf_lab_socket(const char *lab, const char *node, char *ret, struct wf_err *err);

/* Becomes @argv inside the namespace of a host or container. Returns only on failure. */
int wf_lab_exec(const char *lab, const char *who, char *const *argv, struct wf_err *err);
