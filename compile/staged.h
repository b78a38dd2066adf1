/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a step of staging: sets, ways, lanes, and what leaves. Used by compile/staging.c
 * only. */
#pragma once

#include "compile/pairs.h"
#include "compile/staging.h"

/* A tenant's sets, as in its entry of the TENANT table. */
struct wf_staged_set {
	uint32_t tenant;
	uint64_t set; /* the wish */
	uint64_t set_out;
	uint64_t set_was;
	int64_t since_ms;   /* that the wish is this one */
	int64_t waiting_ms; /* that set_out is not the wish */
	int64_t out_ms;	    /* that it is again */
};

/* The ways of a policy (0: a tenant's own direct paths) of which some are signed. */
struct wf_staged_way {
	uint8_t group[6]; /* how its keys in the tables PATH and CHOICE begin */
	bool is_held;	  /* packets take the ways of before */
	uint64_t digest;  /* of the ways that are wished */
	int64_t since_ms;
	int64_t waiting_ms; /* since it is held */
};

/* An alternative that shall have lanes which it has not yet, beside some that it has. */
struct wf_staged_lanes {
	struct wf_lanes_key key;
	uint64_t digest;  /* of the lanes that are wished */
	int64_t since_ms; /* that they are */
	int64_t waiting_ms;
};

/* An entry that is not wished any more. */
struct wf_leaving {
	enum wf_table table;
	uint8_t key[16]; /* zero-filled */
	int64_t since_ms;
};

/* A step in progress. */
struct wf_stage {
	struct wf_staging *state;
	const struct wf_image *installed;
	struct wf_image *image;
	int64_t now_ms;
	int64_t next_ms; /* when there is something to do */
	bool is_settled;
	WF_VEC(struct wf_table_change) kept; /* of installed, borrowed, beside the wish */
};

/* They add to kept, and replace values of the image. 0 or -ENOMEM. */
int wf_staged_sets_step(struct wf_stage *s);
int wf_staged_ways_step(struct wf_stage *s);
int wf_staged_lanes_step(struct wf_stage *s);
int wf_leaving_step(struct wf_stage *s);

bool wf_lanes_have(const struct wf_lanes *lanes, uint32_t name);

/* Does the tenant still send by its last set? After wf_staged_sets_step(). */
bool wf_staged_set_is_behind(const struct wf_stage *s, const void *tenant);

/* 0 or -ENOMEM. */
int wf_stage_keep(struct wf_stage *s, enum wf_table t, const void *key, const void *value);
/*
 * Do all tables hold what is kept beside the wish? If not, the wish goes first: what was kept after
 * the first @n is let go.
 */
bool wf_stage_fits(struct wf_stage *s, size_t n);

static inline void wf_stage_wait(struct wf_stage *s, int64_t until_ms)
{
	if (until_ms < s->next_ms)
		s->next_ms = until_ms;
}
