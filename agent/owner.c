// SPDX-License-Identifier: Apache-2.0
/*
 * One daemon for each node: the key /weft/v1-daemons/NODE says which has it, and goes with its
 * lease when that daemon has not been heard of for TTL_MS.
 *
 * The value is the daemon's place. Who starts in that place finds its own name and goes on at once:
 * that is the restart after kill -9, and the lock on the pin directory keeps a second one of the
 * same place out. Who finds another place there changes neither kernel nor store until the key is
 * free. Each change of the store compares the key, so nothing slips in between look and write.
 *
 * A store that takes no changes is no reason to stop: it takes none of another daemon either.
 */
#include "agent/state.h"

#include <stdio.h>

#define KEY_PREFIX "/weft/v1-daemons/"
#define TTL_MS	   6000
#define KEEP_MS	   2000

enum holder {
	HOLDER_NOBODY,
	HOLDER_ME,
	HOLDER_OTHER,
};

struct look {
	enum holder holder;
	uint64_t mod_revision; /* of the key, 0: there is none */
	char place[160];       /* of the other one, as far as people care */
};

const char *wf_owner_key_of(const char *node, char buf[WF_OBJECT_KEY_MAX])
{
	snprintf(buf, WF_OBJECT_KEY_MAX, KEY_PREFIX "%s", node);
	return buf;
}

static const char *key_of(const struct wf_agent *a, char buf[WF_OBJECT_KEY_MAX])
{
	return wf_owner_key_of(a->options.node, buf);
}

int wf_owner_ask(struct wf_agent *a, const char *node, bool *ret_is_held)
{
	struct wf_store_kv kv = {0};
	char key[WF_OBJECT_KEY_MAX];
	int r = wf_store_get(a->store, wf_owner_key_of(node, key), &kv, NULL);

	if (r && r != -ENOENT)
		return r;
	*ret_is_held = r == 0;
	wf_store_kv_done(&kv);
	return 0;
}

static int look(struct wf_agent *a, struct look *ret, struct wf_err *err)
{
	struct wf_store_kv kv = {0};
	char key[WF_OBJECT_KEY_MAX];
	int r = wf_store_get(a->store, key_of(a, key), &kv, err);

	memset(ret, 0, sizeof(*ret));
	if (!r || r == -ENOENT)
		a->owner.heard_ms = wf_agent_now_ms();
	if (r)
		return r == -ENOENT ? 0 : r;
	ret->mod_revision = kv.mod_revision;
	ret->holder = strcmp(kv.value, a->options.place) ? HOLDER_OTHER : HOLDER_ME;
	snprintf(ret->place, sizeof(ret->place), "%.*s", (int)strcspn(kv.value, ";"), kv.value);
	wf_store_kv_done(&kv);
	return 0;
}

static int lose(struct wf_agent *a, const struct look *l, struct wf_err *err)
{
	bool is_news = !a->owner.err.code && a->owner_event;
	int r = wf_err_set(&a->owner.err, -EEXIST,
			   "another weftd serves node '%s' (%.120s): stop it, or give this one "
			   "another --node; one that died is forgotten after %d s",
			   a->options.node, l->place, TTL_MS / 1000);

	a->owner.lease = 0;
	a->gone.n = 0;
	if (is_news)
		wf_agent_log(a, WF_LOG_ERROR, "nothing is changed any more: %s", a->owner.err.msg);
	return wf_err_set(err, r, "%s", a->owner.err.msg);
}

static void win(struct wf_agent *a)
{
	if (!a->owner.err.code)
		return;
	a->owner.err = (struct wf_err){0};
	wf_agent_log(a, WF_LOG_INFO, "node '%s' is this weftd's again", a->options.node);
	wf_agent_want_pass(a);
}

/* Writes the key, with a lease of our own. -EAGAIN: others were faster, or the lease was over. */
static int take(struct wf_agent *a, struct look *l, struct wf_err *err)
{
	char key[WF_OBJECT_KEY_MAX];
	struct wf_store_cmp cmp = {key_of(a, key), l->mod_revision};
	struct wf_store_op op = {.type = WF_STORE_PUT,
				 .key = key,
				 .value = a->options.place,
				 .value_len = strlen(a->options.place)};
	struct wf_store_txn txn = {&cmp, 1, &op, 1};
	int r = a->owner.lease ? 0 : wf_lease_grant(a->store, TTL_MS, &a->owner.lease, err);

	if (r)
		return r;
	op.lease = a->owner.lease;
	r = wf_store_commit(a->store, &txn, &l->mod_revision, err);
	if (r != -ENOENT)
		return r;
	a->owner.lease = 0;
	return -EAGAIN;
}

static int try_confirm(struct wf_agent *a, struct look *l, struct wf_err *err)
{
	int r = look(a, l, err);

	if (r)
		return r;
	if (l->holder == HOLDER_OTHER)
		return lose(a, l, err);
	if (l->holder == HOLDER_NOBODY || !a->owner.lease)
		r = take(a, l, err);
	if (!r)
		win(a);
	return r;
}

int wf_owner_confirm(struct wf_agent *a, struct wf_owner_key *ret, struct wf_err *err)
{
	struct look l;
	int r = -EAGAIN;

	for (int i = 0; i < WF_CHANGE_ATTEMPTS && r == -EAGAIN; i++)
		r = try_confirm(a, &l, err);
	if (r)
		return r;
	key_of(a, ret->key);
	ret->mod_revision = l.mod_revision;
	return 0;
}

int wf_owner_check(struct wf_agent *a, struct wf_err *err)
{
	/* Perhaps this process was suspended, and another one has taken over. */
	if (a->store && wf_agent_now_ms() - a->owner.heard_ms > TTL_MS)
		wf_owner_keep(a, NULL); /* what it says is remembered */
	return a->owner.err.code ? wf_err_set(err, a->owner.err.code, "%s", a->owner.err.msg) : 0;
}

/* Catching up first ends the leases whose time is over. */
int wf_owner_claim(struct wf_agent *a, struct wf_err *err)
{
	struct wf_owner_key key;
	struct wf_err why = {0};
	int r = wf_watch_catch_up(a, err);

	a->owner.lease = 0; /* it may be one of another store */
	if (r)
		return r;
	r = wf_owner_confirm(a, &key, &why);
	wf_watch_note_write(a, r, &why, false);
	return r == -EEXIST ? wf_err_set(err, r, "%s", why.msg) : 0;
}

void wf_owner_release(struct wf_agent *a)
{
	if (a->store && a->owner.lease)
		wf_lease_revoke(a->store, a->owner.lease, NULL); /* else it ends by itself */
	a->owner.lease = 0;
}

int wf_owner_keep(struct wf_agent *a, struct wf_err *err)
{
	struct wf_owner_key key;
	struct wf_err why = {0};
	int r = a->owner.lease ? wf_lease_keepalive(a->store, a->owner.lease, &why) : 0;

	if (r == -ENOENT)
		r = a->owner.lease = 0;
	if (!r)
		r = wf_owner_confirm(a, &key, &why);
	wf_watch_note_write(a, r, &why, false);
	return r ? wf_err_set(err, r, "%s", why.msg) : 0;
}

static void on_keep(int fd, short what, void *arg)
{
	struct wf_agent *a = arg;
	uint32_t wait_ms = KEEP_MS;

	/* A store that takes nothing may keep us waiting each time. */
	if (a->store && wf_owner_keep(a, NULL) < 0 && !a->owner.err.code)
		wait_ms = WF_RETRY_MAX_MS;
	wf_agent_arm(a->owner_event, wait_ms);
}

int wf_owner_watch(struct wf_agent *a)
{
	a->owner_event = evtimer_new(a->base, on_keep, a);
	wf_agent_arm(a->owner_event, KEEP_MS);
	return a->owner_event ? 0 : -ENOMEM;
}
