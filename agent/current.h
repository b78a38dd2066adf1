/* SPDX-License-Identifier: Apache-2.0 */
/* An object as the store has it at this moment: what a compare-and-set begins with. */
#pragma once

#include "agent/state.h"

struct wf_current {
	struct wf_object *object; /* owned; NULL: there is none, or it is garbage */
	uint64_t mod_revision;	  /* 0: no such key */
};

int wf_current_read(struct wf_agent *a, enum wf_kind kind, const char *tenant, const char *name,
		    struct wf_current *ret, struct wf_err *err);
void wf_current_done(struct wf_current *c);

/* The object as the store keeps it: equal objects, equal text. The caller frees. NULL: no memory.
 */
char *wf_current_text(const struct wf_object *o);
