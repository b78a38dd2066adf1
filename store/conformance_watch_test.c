// SPDX-License-Identifier: Apache-2.0
/* The contract of store.h, claim by claim, against every backend: watches and leases. */
#include "store/test_backends.h"

static void watch_replays_its_prefix_from_its_revision(void **state)
{
	struct wf_store *s = a_of(state);
	struct record all = {0}, some = {0};
	uint64_t from;

	must_put(s, "a/1", "0");
	from = must_put(s, "a/1", "1");
	must_put(s, "b/1", "1");
	must_delete(s, "a/1");
	must_put(s, "a", "1");
	must_watch(s, "", from, &all);
	must_watch(s, "a/", 1, &some);
	assert_record(s, &all, "a/1=1 b/1=1 -a/1 a=1 ");
	assert_record(s, &some, "a/1=0 a/1=1 -a/1 ");
	must_put(b_of(state), "a/2", "2");
	assert_record(s, &all, "a/2=2 ");
	assert_record(s, &some, "a/2=2 ");
}

static void watch_of_a_later_revision_waits_for_it(void **state)
{
	struct wf_store *s = a_of(state);
	struct record rec = {0};
	uint64_t now = must_put(s, "k", "0");

	must_watch(s, "", now + 2, &rec);
	must_watch(s, "", UINT64_MAX, &rec);
	must_put(s, "k", "1");
	assert_int_equal(turn(s), 0);
	assert_int_equal(rec.n, 0);
	must_put(s, "k", "2");
	assert_record(s, &rec, "k=2 ");
}

static void watch_knows_how_far_it_is_by_revisions_of_others_too(void **state)
{
	struct wf_store *s = a_of(state);
	struct record rec = {0};
	uint64_t first = must_put(s, "a/1", "1"), last;
	struct wf_watch *w = must_watch(s, "a/", first, &rec);

	assert_int_equal(wf_watch_revision(w), first - 1);
	assert_record(s, &rec, "a/1=1 ");
	assert_int_equal(wf_watch_revision(w), first);
	last = must_put(b_of(state), "b/1", "1");
	for (int i = 0; i < 100 && wf_watch_revision(w) < last; i++)
		assert_int_equal(turn(s), 0);
	assert_int_equal(wf_watch_revision(w), last);
	assert_int_equal(rec.n, 1);
}

static void watch_sees_every_change_once_while_others_change(void **state)
{
	struct wf_store *a = a_of(state), *b = b_of(state);
	struct record on_a = {0}, on_b = {0};
	const size_t n = 1500; /* more than one batch */
	uint64_t first = must_put(a, "k", "0");

	must_watch(a, "", first, &on_a);
	for (size_t i = 1; i < n; i++) {
		must_put(i % 2 ? a : b, "k", "x");
		if (i % 300 == 0)
			turn(a);
	}
	must_watch(b, "k", first, &on_b);
	turn_until(a, &on_a, n);
	turn_until(b, &on_b, n);
	assert_int_equal(on_a.n, n);
	assert_int_equal(on_b.n, n);
	assert_int_equal(on_a.revision, first + n - 1);
	assert_false(on_a.is_disordered || on_b.is_disordered);
	wf_buf_done(&on_a.text);
	wf_buf_done(&on_b.text);
}

static void large_transaction_is_seen_whole_across_batches(void **state)
{
	struct wf_store *s = a_of(state);
	struct record rec = {0};
	char key[16];
	uint64_t last = 0;

	for (int i = 0; i < 2500; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		last = must_put(s, key, "");
	}
	must_watch(s, "", last + 1, &rec);
	must_op(s, (struct wf_store_op){.type = WF_STORE_DELETE_PREFIX, .key = "k"});
	turn_until(s, &rec, 2500);
	assert_int_equal(rec.n, 2500);
	assert_int_equal(rec.revision, last + 1);
	wf_buf_done(&rec.text);
}

static void cancelled_watch_is_not_called(void **state)
{
	struct wf_store *s = a_of(state);
	struct record gone = {0}, rec = {0};
	struct wf_watch *w = must_watch(s, "", 1, &gone);

	must_watch(s, "", 1, &rec);
	must_put(s, "k", "1");
	wf_watch_cancel(w);
	wf_watch_cancel(NULL);
	assert_record(s, &rec, "k=1 ");
	assert_int_equal(gone.n, 0);
}

struct meddler {
	struct wf_store *store;
	struct wf_watch *self, *other;
	struct record added;
	size_t n;
};

static void meddle(void *arg, const struct wf_store_event *event, const struct wf_err *err)
{
	struct meddler *m = arg;

	m->n++;
	must_put(m->store, "seen", event->value);
	assert_value(m->store, "seen", event->value);
	must_watch(m->store, "k", 1, &m->added);
	wf_watch_cancel(m->other);
	wf_watch_cancel(m->self);
}

static void watch_function_may_use_the_store(void **state)
{
	struct wf_store *s = a_of(state);
	struct meddler m = {.store = s};
	struct record other = {0};

	must_put(s, "k", "0");
	must_put(s, "k", "1");
	assert_int_equal(wf_store_watch(s, "k", 3, meddle, &m, &m.self, NULL), 0);
	m.other = must_watch(s, "", 3, &other);
	/* The watch that is added inside starts before the batch that is being delivered. */
	assert_record(s, &m.added, "k=0 k=1 ");
	assert_int_equal(m.n, 1);
	assert_int_equal(other.n, 0);
	assert_value(s, "seen", "1");
}

static void compaction_ends_watches_that_still_need_the_history(void **state)
{
	struct wf_store *s = a_of(state);
	struct record late = {0}, in_time = {0}, current = {0};
	struct wf_watch *w;
	uint64_t last;

	must_watch(s, "", 1, &current);
	must_put(s, "k", "0");
	must_put(s, "k", "1");
	last = must_put(s, "k", "2");
	assert_record(s, &current, "k=0 k=1 k=2 ");
	assert_int_equal(wf_store_compact(b_of(state), last, NULL), 0);
	assert_int_equal(wf_store_compact(s, last - 1, NULL), 0);
	w = must_watch(s, "", last - 1, &late);
	must_watch(s, "", last, &in_time);
	must_put(s, "k", "3");
	assert_record(s, &in_time, "k=2 k=3 ");
	assert_record(s, &current, "k=3 ");
	assert_int_equal(late.end, -ENODATA);
	assert_int_equal(late.n, 0);
	assert_int_equal(in_time.end | current.end, 0);
	wf_watch_cancel(w);
	assert_list(s, "", "k=3");
}

#define HISTORY_OPS 128

static void history_is_bounded_but_not_too_short(void **state)
{
	struct wf_store *s = a_of(state);
	struct wf_store_op ops[HISTORY_OPS];
	static char names[HISTORY_OPS][8];
	struct wf_store_txn txn = {.ops = ops, .n_ops = HISTORY_OPS};
	struct record first = {0}, recent = {0};
	uint64_t last = 0;

	for (size_t i = 0; i < HISTORY_OPS; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		ops[i] = (struct wf_store_op){WF_STORE_PUT, names[i], "", 0, 0};
	}
	for (int i = 0; i < 160; i++)
		assert_int_equal(wf_store_commit(s, &txn, &last, NULL), 0);
	must_watch(s, "", 1, &first);
	must_watch(s, "", last - 10000 / HISTORY_OPS + 1, &recent);
	turn_until(s, &recent, 10000 / HISTORY_OPS * HISTORY_OPS);
	assert_int_equal(first.end, -ENODATA);
	assert_int_equal(recent.end, 0);
	wf_buf_done(&recent.text);
}

static int64_t must_grant(struct wf_store *s, uint32_t ttl_ms)
{
	int64_t lease = 0;

	assert_int_equal(wf_lease_grant(s, ttl_ms, &lease, NULL), 0);
	assert_true(lease > 0);
	return lease;
}

static void ended_lease_takes_its_keys_along(void **state)
{
	struct wf_store *s = a_of(state);
	int64_t lease = must_grant(s, 1);
	struct wf_err err = {0};
	struct record rec = {0};
	int64_t longer = must_grant(s, 86400000);
	struct wf_store_op op = {WF_STORE_PUT, "l", "1", 1, longer};
	struct wf_store_txn txn = {NULL, 0, &op, 1};

	must_put(s, "k", "1");
	must_op(s, op);
	/* One that is over cannot be kept, nor used, whether or not it was cleared away yet. */
	while (!wf_lease_keepalive(s, lease, &err))
		usleep(1500);
	assert_int_equal(err.code, -ENOENT);
	op.lease = lease;
	assert_int_equal(wf_store_commit(s, &txn, NULL, NULL), -ENOENT);

	lease = must_grant(s, 300);
	op = (struct wf_store_op){WF_STORE_PUT, "e/2", "1", 1, lease};
	must_op(s, op);
	op.key = "e/1";
	must_op(s, op);
	must_watch(s, "", 1, &rec);
	assert_record(s, &rec, "k=1 l=1 e/2=1 e/1=1 -e/1 -e/2 ");
	assert_list(b_of(state), "", "k=1 l=1");
}

static void kept_lease_lasts(void **state)
{
	struct wf_store *s = a_of(state);
	int64_t lease = must_grant(s, 3600000), other = must_grant(s, 3600000);
	struct wf_store_op op = {WF_STORE_PUT, "k", "1", 1, lease};
	WF_CLEANUP(wf_store_kv_done) struct wf_store_kv kv = {0};

	assert_int_not_equal(lease, other);
	must_op(s, op);
	assert_int_equal(wf_lease_keepalive(b_of(state), lease, NULL), 0);
	assert_int_equal(turn(s), 0);
	assert_int_equal(wf_store_get(s, "k", &kv, NULL), 0);
	assert_true(kv.lease == lease);
}

static void revoke_deletes_only_what_the_lease_still_holds(void **state)
{
	struct wf_store *s = a_of(state);
	int64_t lease = must_grant(s, 3600000), other = must_grant(s, 3600000);
	struct wf_store_op op = {WF_STORE_PUT, "a", "1", 1, lease};
	struct record rec = {0};

	must_watch(s, "", 1, &rec);
	must_op(s, op);
	op.key = "b";
	must_op(s, op);
	op.key = "c";
	must_op(s, op);
	must_put(s, "a", "2"); /* without a lease from now on */
	op.lease = other;
	must_op(s, op); /* with another */
	assert_int_equal(wf_lease_revoke(b_of(state), lease, NULL), 0);
	assert_list(s, "", "a=2 c=1");
	assert_int_equal(wf_lease_revoke(s, lease, NULL), -ENOENT);
	assert_int_equal(wf_lease_keepalive(s, lease, NULL), -ENOENT);
	assert_record(s, &rec, "a=1 b=1 c=1 a=2 c=1 -b ");
}

static const struct CMUnitTest tests[] = {
	TEST(watch_replays_its_prefix_from_its_revision),
	TEST(watch_of_a_later_revision_waits_for_it),
	TEST(watch_knows_how_far_it_is_by_revisions_of_others_too),
	TEST(watch_sees_every_change_once_while_others_change),
	TEST(large_transaction_is_seen_whole_across_batches),
	TEST(cancelled_watch_is_not_called),
	TEST(watch_function_may_use_the_store),
	TEST(compaction_ends_watches_that_still_need_the_history),
	TEST(history_is_bounded_but_not_too_short),
	TEST(ended_lease_takes_its_keys_along),
	TEST(kept_lease_lasts),
	TEST(revoke_deletes_only_what_the_lease_still_holds),
};

int main(void)
{
	return run_on_all_backends(tests, sizeof(tests) / sizeof(tests[0]));
}
