/* SPDX-License-Identifier: Apache-2.0 */
/* Private to agent/gateway*.c: what a node knows of the gateway that it is. */
#pragma once

#include "agent/gateway.h"
#include "agent/state.h"

/* So long an endpoint that nobody wants any more stays when all have been told, and with it what
 * is under way. */
#define WF_ARM_LEAVES_MS 3000

/* The gateway's endpoint in one tenant, and its room. */
struct wf_arm {
	char gateway[WF_NAME_MAX + 1];
	char tenant[WF_NAME_MAX + 1];
	char name[WF_NAME_MAX + 1]; /* of the endpoint */
	uint32_t room;		    /* id of the tenant; 0: not known any more */
	bool is_wanted;		    /* in this pass */
	bool is_up;
	int64_t left_ms;   /* since when nobody wants it; 0: wanted */
	struct wf_err err; /* code 0: endpoint and room are as they should be */
	char *kept;	   /* owned; what its room was made by (wf_room_wish_text()); NULL: look */
};

struct wf_gateway_watch {
	struct wf_object *gateway; /* owned; NULL: this node is none */
	WF_VEC(struct wf_arm) arms;
	struct wf_err outside_err; /* code 0: packets can leave */
	struct wf_err gate_err;
	struct wf_err frr_err;
	char *frr;	 /* owned; what its file says; NULL: not known */
	bool has_looked; /* what an earlier daemon has left is known */
	bool has_gate;	 /* rules for the gateway's interface, or what is left of them */
	bool is_failing; /* the last write of a verdict did: that is logged once */
};

/* outside.c: can packets leave by the gateway's interface? -EINVAL: never by this one; -ENETDOWN:
 * not at the moment. */
int wf_outside_check(const struct wf_agent *a, const char *ifname, struct wf_err *err);

/* arm_keep.c: endpoint, interface and room are there, and as they should be; else arm->err. */
void wf_arm_keep(struct wf_agent *a, struct wf_arm *arm, bool is_repair);
/* The endpoint goes, with its interface; the room is left. */
int wf_arm_drop(struct wf_agent *a, const struct wf_arm *arm, struct wf_err *err);
/* All objects say whether they are up. */
void wf_arms_tell(struct wf_agent *a);

/* room_wish.c: what the model makes of a room. Its spec points into it and into the objects. */
struct wf_room_wish {
	struct wf_room_spec spec;
	WF_VEC(struct wf_addr) published;
	WF_VEC(struct wf_prefix) ways;
};

/* @endpoint: the arm's, NULL: not made yet. @is_open: the node routes to it. -ENOMEM. */
int wf_room_wish_make(const struct wf_model *m, const struct wf_object *gateway,
		      const struct wf_object *tenant, const struct wf_object *endpoint,
		      bool is_open, struct wf_room_wish *ret);
void wf_room_wish_done(struct wf_room_wish *w);
/* Equal wishes, equal text. The caller frees; NULL: no memory. */
char *wf_room_wish_text(const struct wf_room_wish *w);

/* frr.c: the file for the routing daemon says what the gateway announces; else w->frr_err. */
void wf_frr_check(struct wf_agent *a, bool is_repair);
/* Its text; the caller frees. NULL: no memory. */
char *wf_frr_text(const struct wf_model *m, const struct wf_object *gateway, uint32_t block);
