/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One change of the wish, from what the store has now to what it shall have, written as one
 * transaction that compares all it was based on: objects, their claims, and objects they need.
 *
 * Use: wf_edit_add() for each object, wf_edit_need() for what must stay as it is, then
 * wf_edit_commit(). -EAGAIN: somebody else was faster; begin again with a new edit.
 */
#pragma once

#include "agent/current.h"

struct wf_edit_item {
	struct wf_current old; /* owned */
	struct wf_object *now; /* owned; NULL: it goes */
};

struct wf_edit_write {
	char *key;   /* owned */
	char *value; /* owned; NULL: delete, or nothing */
	uint64_t mod_revision;
	bool is_write; /* else only compared */
};

/* Where the search for a free id goes on: below, none is free. */
struct wf_edit_hint {
	char tenant[WF_NAME_MAX + 1];
	uint32_t id;
};

struct wf_edit {
	struct wf_agent *agent;
	WF_VEC(struct wf_edit_item) items;
	WF_VEC(struct wf_edit_write) writes;
	struct wf_claims claims; /* of all items' `now` */
	struct wf_edit_hint hints[WF_KIND_COUNT];
};

void wf_edit_init(struct wf_edit *e, struct wf_agent *a);
void wf_edit_done(struct wf_edit *e);

/* @old is taken, also on failure; a reference to @now is kept. 0 or -ENOMEM. */
int wf_edit_add(struct wf_edit *e, struct wf_current *old, struct wf_object *now);
/* The object that @c holds must be as it was read when the edit is committed. -EAGAIN: it was read
 * before, and was different. */
int wf_edit_hold(struct wf_edit *e, const struct wf_current *c, struct wf_err *err);
/* The same object must be there when the edit is committed. -ENOENT: it is not there now. */
int wf_edit_need(struct wf_edit *e, enum wf_kind kind, const char *tenant, const char *name,
		 struct wf_err *err);
/* No daemon must hold that node's key until the edit is committed. -EEXIST: one does. */
int wf_edit_need_dead(struct wf_edit *e, const char *node, struct wf_err *err);
/*
 * For what no single object shows: of all edits with the guard @name only one at a time gets
 * through, and only on a model that has what the last one did. -EAGAIN: it has not yet.
 */
int wf_edit_guard(struct wf_edit *e, const char *name, struct wf_err *err);
/* Is it free for @owner, in this edit, the model and the store? 1, 0, or an error. */
int wf_edit_is_free(struct wf_edit *e, const struct wf_claim *claim, const struct wf_object *owner,
		    struct wf_err *err);
/* The lowest id (1..@max) that is free for @owner. -EADDRNOTAVAIL: none is. */
int wf_edit_free_id(struct wf_edit *e, const struct wf_object *owner, uint32_t max, uint32_t *ret,
		    struct wf_err *err);
/* Nothing to write: @ret_revision is the model's. -EEXIST: another daemon serves this node. */
int wf_edit_commit(struct wf_edit *e, uint64_t *ret_revision, struct wf_err *err);

/* -ENOMEM as an error of an edit. */
int wf_edit_no_memory(struct wf_err *err);
