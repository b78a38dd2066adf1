// SPDX-License-Identifier: Apache-2.0
#include "agent/edit.h"

#include <stdio.h>

#include "agent/claim.h"

int wf_edit_no_memory(struct wf_err *err)
{
	return wf_err_set(err, -ENOMEM, "out of memory for the change");
}

void wf_edit_init(struct wf_edit *e, struct wf_agent *a)
{
	memset(e, 0, sizeof(*e));
	e->agent = a;
}

void wf_edit_done(struct wf_edit *e)
{
	wf_claims_done(&e->claims);
	wf_vec_each (i, &e->items) {
		wf_current_done(&i->old);
		wf_object_unref(i->now);
	}
	wf_vec_done(&e->items);
	wf_vec_each (w, &e->writes) {
		free(w->key);
		free(w->value);
	}
	wf_vec_done(&e->writes);
}

int wf_edit_add(struct wf_edit *e, struct wf_current *old, struct wf_object *now)
{
	struct wf_edit_item item = {.old = *old, .now = now};

	memset(old, 0, sizeof(*old));
	if (wf_claims_reserve(&e->claims) < 0 || wf_vec_push(&e->items, item) < 0) {
		wf_current_done(&item.old);
		return -ENOMEM;
	}
	if (now)
		wf_claims_add(&e->claims, wf_object_ref(now));
	return 0;
}

/* Takes @value. */
static int write_key(struct wf_edit *e, const char *key, char *value, uint64_t mod_revision,
		     bool is_write)
{
	struct wf_edit_write w = {strdup(key), value, mod_revision, is_write};

	if (w.key && wf_vec_push(&e->writes, w) == 0)
		return 0;
	free(w.key);
	free(value);
	return -ENOMEM;
}

int wf_edit_hold(struct wf_edit *e, const struct wf_current *c, struct wf_err *err)
{
	const struct wf_object *o = c->object;
	char key[WF_OBJECT_KEY_MAX];

	wf_object_key(o->kind, o->tenant, o->name, key);
	wf_vec_each (w, &e->writes)
		if (!strcmp(w->key, key))
			return w->mod_revision == c->mod_revision
				       ? 0
				       : wf_err_set(err, -EAGAIN,
						    "%s '%s' is being changed by another node",
						    wf_kind_name(o->kind), o->name);
	return write_key(e, key, NULL, c->mod_revision, false) < 0 ? wf_edit_no_memory(err) : 0;
}

int wf_edit_need(struct wf_edit *e, enum wf_kind kind, const char *tenant, const char *name,
		 struct wf_err *err)
{
	char key[WF_OBJECT_KEY_MAX];
	struct wf_current current = {0};
	int r;

	wf_object_key(kind, tenant, name, key);
	wf_vec_each (w, &e->writes)
		if (!strcmp(w->key, key))
			return 0;
	r = wf_current_read(e->agent, kind, tenant, name, &current, err);
	if (r)
		return r;
	r = current.object
		    ? wf_edit_hold(e, &current, err)
		    : wf_err_set(err, -ENOENT, "there is no %s '%s'", wf_kind_name(kind), name);
	wf_current_done(&current);
	return r;
}

int wf_edit_need_dead(struct wf_edit *e, const char *node, struct wf_err *err)
{
	char key[WF_OBJECT_KEY_MAX];
	bool is_held;
	int r;

	wf_owner_key_of(node, key);
	wf_vec_each (w, &e->writes)
		if (!strcmp(w->key, key))
			return 0;
	r = wf_owner_ask(e->agent, node, &is_held);
	if (r)
		return wf_err_errno(err, r, "asking whose node that is");
	if (is_held)
		return wf_err_set(err, -EEXIST, "node '%s' has a daemon", node);
	return write_key(e, key, NULL, 0, false) < 0 ? wf_edit_no_memory(err) : 0;
}

int wf_edit_guard(struct wf_edit *e, const char *name, struct wf_err *err)
{
	struct wf_store_kv kv = {0};
	char key[WF_CLAIM_KEY_MAX];
	uint64_t mod_revision;
	char *value;
	int r;

	snprintf(key, sizeof(key), WF_CLAIM_KEY_PREFIX "guard/%s", name);
	wf_vec_each (w, &e->writes)
		if (!strcmp(w->key, key))
			return 0;
	r = wf_store_get(e->agent->store, key, &kv, err);
	if (r && r != -ENOENT)
		return r;
	mod_revision = r ? 0 : kv.mod_revision;
	wf_store_kv_done(&kv);
	if (mod_revision > e->agent->revision)
		return wf_err_set(err, -EAGAIN, "%s are being changed by another node", name);
	value = strdup(e->agent->options.node); /* of the last one, for people who look */
	r = value ? write_key(e, key, value, mod_revision, true) : -ENOMEM;
	return r ? wf_edit_no_memory(err) : 0;
}

/* NULL: it is not in this edit. */
static const struct wf_edit_item *find_item(const struct wf_edit *e, const char *key)
{
	char other[WF_OBJECT_KEY_MAX];

	wf_vec_each (i, &e->items) {
		const struct wf_object *o = i->now ? i->now : i->old.object;

		if (o && !strcmp(wf_object_key(o->kind, o->tenant, o->name, other), key))
			return i;
	}
	return NULL;
}

int wf_edit_is_free(struct wf_edit *e, const struct wf_claim *claim, const struct wf_object *owner,
		    struct wf_err *err)
{
	const struct wf_object *other = wf_claims_find(&e->claims, claim, NULL);
	struct wf_claim_look look;
	char key[WF_OBJECT_KEY_MAX];
	int r;

	if (!other)
		other = wf_model_find_claim(e->agent->model, claim, NULL);
	if (other && wf_object_cmp(other, owner) != 0)
		return 0;
	wf_object_key(owner->kind, owner->tenant, owner->name, key);
	r = wf_claim_look(e->agent, claim, key, &look, err);
	return r ? r : look.state != WF_CLAIM_TAKEN;
}

/* Within an edit ids are only taken, so each search begins where the last one ended. */
static struct wf_edit_hint *hint_of(struct wf_edit *e, const struct wf_object *owner)
{
	struct wf_edit_hint *hint = &e->hints[owner->kind];

	if (!hint->id || strcmp(hint->tenant, owner->tenant) != 0) {
		memcpy(hint->tenant, owner->tenant, sizeof(hint->tenant));
		hint->id = 1;
	}
	return hint;
}

int wf_edit_free_id(struct wf_edit *e, const struct wf_object *owner, uint32_t max, uint32_t *ret,
		    struct wf_err *err)
{
	struct wf_edit_hint *hint = hint_of(e, owner);

	for (; hint->id <= max; hint->id++) {
		struct wf_claim claim = wf_claim_id(owner->kind, owner->tenant, hint->id);
		int r = wf_edit_is_free(e, &claim, owner, err);

		if (r < 0)
			return r;
		if (!r)
			continue;
		*ret = hint->id++;
		return 0;
	}
	return wf_err_set(err, -EADDRNOTAVAIL, "all %u ids of kind %s are in use: delete some", max,
			  wf_kind_name(owner->kind));
}

/* Does who has it give it away in this edit? */
static bool is_given(const struct wf_edit *e, const struct wf_claim *claim, const char *owner)
{
	const struct wf_edit_item *item = find_item(e, owner);

	return item && !wf_claim_is_of(claim, item->now);
}

/* @who: a copy is made; NULL: nobody has the claim any more. */
static int write_claim(struct wf_edit *e, const struct wf_claim *claim,
		       const struct wf_claim_look *look, const char *who, struct wf_err *err)
{
	char key[WF_CLAIM_KEY_MAX];
	char *value = who ? strdup(who) : NULL;

	if (who && !value)
		return wf_edit_no_memory(err);
	return write_key(e, wf_claim_key(claim, key), value, look->mod_revision, true) < 0
		       ? wf_edit_no_memory(err)
		       : 0;
}

/*
 * @claim becomes @item's. Who begins to share it writes it as it is, so that whoever leaves at the
 * same time hears of it. -EAGAIN: another one has it.
 */
static int take_claim(struct wf_edit *e, const struct wf_edit_item *item,
		      const struct wf_claim *claim, struct wf_err *err)
{
	const struct wf_object *o = item->now;
	char mine[WF_OBJECT_KEY_MAX], key[WF_CLAIM_KEY_MAX];
	struct wf_claim_look look;
	bool is_shared;
	int r;

	wf_object_key(o->kind, o->tenant, o->name, mine);
	r = wf_claim_look(e->agent, claim, mine, &look, err);
	if (r)
		return r;
	if (look.state == WF_CLAIM_TAKEN && !is_given(e, claim, look.owner))
		return wf_err_set(err, -EAGAIN, "%s is taken", wf_claim_key(claim, key));
	is_shared = look.state == WF_CLAIM_SHARED && !is_given(e, claim, look.owner);
	if (look.state != WF_CLAIM_MINE && !(is_shared && wf_claim_is_of(claim, item->old.object)))
		return write_claim(e, claim, &look, is_shared ? look.owner : mine, err);
	r = write_key(e, wf_claim_key(claim, key), NULL, look.mod_revision, false);
	return r ? wf_edit_no_memory(err) : 0;
}

/* Another one that stays and shares @claim with who gives it; NULL: none. */
static const struct wf_object *heir(const struct wf_edit *e, const struct wf_claim *claim,
				    const struct wf_object *giver)
{
	struct wf_object *const *services;
	struct wf_claim any = *claim;
	char key[WF_OBJECT_KEY_MAX];
	const struct wf_object *o;
	size_t n;

	any.is_shared = false;
	o = wf_claims_find(&e->claims, &any, NULL);
	if (o)
		return o;
	services = wf_model_range(e->agent->model, WF_KIND_SERVICE, giver->tenant, &n);
	for (size_t i = 0; i < n; i++) {
		o = services[i];
		if (wf_object_cmp(o, giver) != 0 && wf_claim_is_of(claim, o) &&
		    !is_given(e, claim, wf_object_key(o->kind, o->tenant, o->name, key)))
			return o;
	}
	return NULL;
}

/* Of one that is shared: who stays is known from the model, which must have seen the last who came
 * or went. -EAGAIN: it has not. */
static int leave_claim(struct wf_edit *e, const struct wf_claim *claim,
		       const struct wf_claim_look *look, const struct wf_object *giver,
		       struct wf_err *err)
{
	const struct wf_object *next = heir(e, claim, giver);
	char theirs[WF_OBJECT_KEY_MAX], key[WF_CLAIM_KEY_MAX];

	if (look->mod_revision > e->agent->revision)
		return wf_err_set(err, -EAGAIN, "%s is being changed by another node",
				  wf_claim_key(claim, key));
	if (look->state == WF_CLAIM_SHARED)
		return is_given(e, claim, look->owner) /* who writes it, then */
			       ? 0
			       : write_claim(e, claim, look, look->owner, err);
	if (next)
		wf_object_key(next->kind, next->tenant, next->name, theirs);
	return write_claim(e, claim, look, next ? theirs : NULL, err);
}

/* Unless it is another one's by now. */
static int give_claim(struct wf_edit *e, const struct wf_edit_item *item,
		      const struct wf_claim *claim, struct wf_err *err)
{
	const struct wf_object *o = item->old.object;
	char mine[WF_OBJECT_KEY_MAX];
	struct wf_claim_look look;
	int r;

	wf_object_key(o->kind, o->tenant, o->name, mine);
	r = wf_claim_look(e->agent, claim, mine, &look, err);
	if (r || look.state == WF_CLAIM_TAKEN)
		return r;
	if (claim->is_shared)
		return leave_claim(e, claim, &look, o, err);
	return look.state == WF_CLAIM_MINE ? write_claim(e, claim, &look, NULL, err) : 0;
}

static int write_object(struct wf_edit *e, const struct wf_edit_item *item, struct wf_err *err)
{
	const struct wf_object *o = item->now ? item->now : item->old.object;
	char key[WF_OBJECT_KEY_MAX];
	char *value = item->now ? wf_current_text(o) : NULL;
	int r = item->now && !value ? -ENOMEM : 0;

	if (!r)
		r = write_key(e, wf_object_key(o->kind, o->tenant, o->name, key), value,
			      item->old.mod_revision, true);
	return r ? wf_edit_no_memory(err) : 0;
}

static int write_item(struct wf_edit *e, const struct wf_edit_item *item, struct wf_err *err)
{
	struct wf_claim claim;
	int r = write_object(e, item, err);

	for (unsigned int i = 0; !r && item->now && wf_object_claim(item->now, i, &claim); i++)
		r = take_claim(e, item, &claim, err);
	for (unsigned int i = 0;
	     !r && item->old.object && wf_object_claim(item->old.object, i, &claim); i++)
		if (!wf_claim_is_of(&claim, item->now))
			r = give_claim(e, item, &claim, err);
	return r;
}

/* By key; of one key, the write that matters most stands first: a put, a delete, a compare. */
static int write_cmp(const void *a, const void *b)
{
	const struct wf_edit_write *x = a, *y = b;
	int r = strcmp(x->key, y->key);

	if (r)
		return r;
	if (x->is_write != y->is_write)
		return x->is_write ? -1 : 1;
	return (y->value != NULL) - (x->value != NULL);
}

/* Fills @cmps and @ops (as many as there are writes each). */
static void fill_txn(const struct wf_edit *e, struct wf_store_txn *txn, struct wf_store_cmp *cmps,
		     struct wf_store_op *ops)
{
	*txn = (struct wf_store_txn){.cmps = cmps, .ops = ops};
	for (size_t i = 0; i < e->writes.n; i++) {
		const struct wf_edit_write *w = &e->writes.items[i];

		if (i && !strcmp(w[-1].key, w->key))
			continue;
		cmps[txn->n_cmps++] = (struct wf_store_cmp){w->key, w->mod_revision};
		if (w->is_write)
			ops[txn->n_ops++] = (struct wf_store_op){
				.type = w->value ? WF_STORE_PUT : WF_STORE_DELETE,
				.key = w->key,
				.value = w->value,
				.value_len = w->value ? strlen(w->value) : 0,
			};
	}
}

/* The change is made only while the node is this daemon's. */
static int need_owner(struct wf_edit *e, struct wf_err *err)
{
	struct wf_owner_key owner;
	int r = wf_owner_confirm(e->agent, &owner, err);

	if (r)
		return r;
	r = write_key(e, owner.key, NULL, owner.mod_revision, false);
	return r ? wf_edit_no_memory(err) : 0;
}

static int check_size(const struct wf_edit *e, const struct wf_store_txn *txn, struct wf_err *err)
{
	if (txn->n_cmps <= WF_STORE_TXN_MAX)
		return 0;
	return wf_err_set(
		err, -E2BIG,
		"%zu objects are too many at once (they need %zu of %d keys): apply them in "
		"parts",
		e->items.n, txn->n_cmps, WF_STORE_TXN_MAX);
}

static int commit(struct wf_edit *e, uint64_t *ret_revision, struct wf_err *err)
{
	_cleanup_free_ struct wf_store_cmp *cmps = NULL;
	_cleanup_free_ struct wf_store_op *ops = NULL;
	struct wf_store_txn txn;
	int r = need_owner(e, err);

	for (size_t i = 0; i < e->items.n && !r; i++)
		r = write_item(e, &e->items.items[i], err);
	if (r)
		return r;
	wf_vec_sort(&e->writes, write_cmp);
	cmps = calloc(e->writes.n, sizeof(*cmps));
	ops = calloc(e->writes.n, sizeof(*ops));
	if (!cmps || !ops)
		return wf_edit_no_memory(err);
	fill_txn(e, &txn, cmps, ops);
	r = check_size(e, &txn, err);
	return r ? r : wf_store_commit(e->agent->store, &txn, ret_revision, err);
}

int wf_edit_commit(struct wf_edit *e, uint64_t *ret_revision, struct wf_err *err)
{
	struct wf_err why = {0};
	int r;

	*ret_revision = e->agent->revision;
	if (!e->items.n)
		return 0;
	r = commit(e, ret_revision, &why);
	wf_watch_note_write(e->agent, r, &why, true);
	return r ? wf_err_set(err, r, "%s", why.msg) : 0;
}
