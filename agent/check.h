/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would happen to a packet, and by whose word: decided by the data path's own code on the
 * tables of the nodes that would decide it, wherever they are.
 */
#pragma once

#include "agent/agent.h"
#include "dp/drops.h"
#include "dp/table.h"
#include "model/object.h"

struct wf_check_question {
	const char *from; /* "red/web", "red/10.0.0.1"; without a slash it is of @tenant */
	const char *to;
	const char *tenant; /* NULL: both must have theirs */
	const char *port;   /* "tcp/5432", "icmp/8" (a type), "sctp/1" */
};

struct wf_check_end {
	const struct wf_object *tenant;
	const struct wf_object *endpoint; /* NULL: nobody has the address */
	struct wf_addr addr;
};

/* Of one node. */
struct wf_check_ruling {
	const char *node;		/* NULL: nobody is asked there */
	enum wf_drop drop;		/* NONE: it passes */
	const struct wf_object *judge;	/* the tenant whose policies are asked */
	const struct wf_object *policy; /* of it, the one that decides; NULL: its default */
	const struct wf_object *way;	/* ... the one whose way is taken; NULL: the direct one */
	bool is_reverse;		/* that one's way back */
};

struct wf_check {
	struct wf_check_end from;
	struct wf_check_end to;
	struct wf_port_range port; /* first is last */
	bool is_local;		   /* one node is both; then `receiver` is not asked */
	struct wf_check_ruling sender;
	struct wf_check_ruling receiver; /* if the sender let it go */
	uint8_t needs;			 /* WF_NEED_*, of its header */
	uint16_t transit_every;		 /* with WF_NEED_TRANSIT */

	/* Answers, if there can be any and the packet arrives. */
	bool has_reply;
	bool is_by_connection; /* they pass only as such, or not at all */
	struct wf_check_ruling reply_sender;
	struct wf_check_ruling reply_receiver;
};

/*
 * Borrows from the model. -ENOENT: no such tenant or endpoint; -EINVAL: that is no question;
 * -EEXIST: an end is not attached; -EIO and others: as wf_node_image_init().
 */
int wf_check_policy(const struct wf_agent *a, const struct wf_check_question *q,
		    struct wf_check *ret, struct wf_err *err);

/* The last word: why it is dropped; NONE: it arrives. */
enum wf_drop wf_check_drop(const struct wf_check *c);
