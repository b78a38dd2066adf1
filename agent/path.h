/* SPDX-License-Identifier: Apache-2.0 */
/* What the installed paths are, for people: decided by the data path's own code on its own tables.
 */
#pragma once

#include "agent/agent.h"
#include "wire/csid.h"

#define WF_PATH_SEGMENTS_MAX (WF_VIA_SID_MAX + 1)

struct wf_path_segment {
	struct wf_addr sid;
	const char *behavior;				      /* "uN", "End", "End.DT46" */
	const struct wf_object *nodes[WF_CSID_PER_CONTAINER]; /* borrowed; NULL: unknown */
	uint16_t ids[WF_CSID_PER_CONTAINER];		      /* 0: known by its End SID only */
	uint16_t sids[WF_CSID_PER_CONTAINER]; /* of the endpoint entered there; 0: none is */
	const struct wf_object *endpoints[WF_CSID_PER_CONTAINER]; /* that; NULL: unknown */
	unsigned int n_nodes;
};

/* A path as a packet takes it. Borrows from the image and the model. */
struct wf_path_info {
	struct wf_path_key key;
	const struct wf_template *template;
	const struct wf_object *tenant; /* NULL: all, the direct path */
	const struct wf_object *policy; /* NULL: the direct path */
	const struct wf_object *to;	/* node */
	unsigned int weight;		/* 1 for the direct path */
	double share;			/* of all flows that have this choice, 0..1 */
	struct wf_path_segment segments[WF_PATH_SEGMENTS_MAX];
	unsigned int n_segments;
	uint32_t key_id; /* HMAC Key ID that it is signed with; 0: not signed */
	bool has_opaque; /* the argument is in a TLV */
};

/* The @i-th of wf_image_count(image, WF_TABLE_PATH). */
void wf_path_describe(const struct wf_agent *a, size_t i, struct wf_path_info *ret);
/* The one of that key; false: there is none. */
bool wf_path_find(const struct wf_agent *a, const struct wf_path_key *key,
		  struct wf_path_info *ret);

#define WF_EXPLAINED_MAX 16 /* alternatives, and lanes of them, that are shown */

struct wf_explanation {
	const struct wf_object *from; /* endpoints, borrowed */
	const struct wf_object *to;
	struct wf_addr from_addr;
	struct wf_addr to_addr;
	const struct wf_object *policy; /* NULL: none, the direct path */
	bool is_reverse;
	bool is_local; /* both are on this node, and no path leads away */
	uint32_t mtu;
	uint64_t sid_arg;
	struct wf_path_info paths[WF_EXPLAINED_MAX];
	unsigned int n_paths;
};

/*
 * @from, @to: names or addresses of endpoints. -ENOENT; -EEXIST: `from` is not on this node, the
 * message names the one to ask; -EIO: what the kernel holds is not known.
 */
int wf_path_explain(const struct wf_agent *a, const char *tenant, const char *from, const char *to,
		    struct wf_explanation *ret, struct wf_err *err);

/* Those of a service's slots that offer a flow to the same candidates. */
struct wf_explained_slots {
	struct wf_candidate candidates[WF_CANDIDATES_MAX];   /* sid 0: no more of them */
	const struct wf_object *backends[WF_CANDIDATES_MAX]; /* borrowed; NULL: unknown */
	unsigned int n_slots;
	double share;		    /* of all flows of the service, 0..1 */
	enum wf_drop drop;	    /* what becomes of them; NONE: they take `way` */
	struct wf_explanation *way; /* owned; from, to, addresses and mtu are not in it */
};

#define WF_EXPLAINED_SLOTS_MAX 64 /* different lists that are shown */

/* The zeroed struct is empty; free with wf_service_explanation_done(). */
struct wf_service_explanation {
	const struct wf_object *from;	 /* endpoint, borrowed as all */
	const struct wf_object *service; /* of the tenant, or of one that it is joined with */
	struct wf_addr from_addr;
	struct wf_addr to_addr; /* virtual */
	struct wf_service_port port;
	uint32_t mtu;
	struct wf_explained_slots *slots; /* owned; by who owns them */
	size_t n_slots;
	size_t n_more; /* lists beyond WF_EXPLAINED_SLOTS_MAX, which are left out */
};

/* Is @to the name or an address of a service that endpoints of @tenant can ask? An endpoint's name
 * comes first. */
bool wf_path_is_to_service(const struct wf_agent *a, const char *tenant, const char *to);
/* @port: "tcp/80", or NULL: its first one. Errors as wf_path_explain(); -EINVAL: it has no such
 * port, or no address of a family that `from` has. */
int wf_path_explain_service(const struct wf_agent *a, const char *tenant, const char *from,
			    const char *to, const char *port, struct wf_service_explanation *ret,
			    struct wf_err *err);
void wf_service_explanation_done(struct wf_service_explanation *x);

/* A gateway that a tenant's packets leave by. */
struct wf_explained_exit {
	const struct wf_object *gateway; /* borrowed, as all; NULL: unknown */
	const struct wf_object *node;	 /* of it; NULL: unknown */
	double share;			 /* of all flows that leave, 0..1 */
	enum wf_drop drop;		 /* what becomes of them; NONE: they take `way` */
	struct wf_explanation *way;	 /* owned; from, to, addresses and mtu are not in it */
};

/* The zeroed struct is empty; free with wf_outside_explanation_done(). */
struct wf_outside_explanation {
	const struct wf_object *from; /* endpoint, borrowed */
	struct wf_addr from_addr;
	struct wf_addr to_addr;
	uint32_t mtu;
	struct wf_explained_exit exits[WF_EXITS_MAX]; /* those that take the family, by node */
	size_t n_exits;
};

/* Is @to an address outside of @tenant's prefixes, which no endpoint has that the tenant knows? Ask
 * wf_path_is_to_service() before. */
bool wf_path_is_outside(const struct wf_agent *a, const char *tenant, const char *to);
/* Errors as wf_path_explain(); -EEXIST, too: nothing of @from leaves, and why; -EINVAL: it has no
 * address of that family. */
int wf_path_explain_outside(const struct wf_agent *a, const char *tenant, const char *from,
			    const char *to, struct wf_outside_explanation *ret, struct wf_err *err);
void wf_outside_explanation_done(struct wf_outside_explanation *x);

/* The outer bytes of a packet of that family, path->template->len of them. */
void wf_path_header(const struct wf_path_info *path, uint64_t sid_arg, bool is_v4, uint8_t *ret);
