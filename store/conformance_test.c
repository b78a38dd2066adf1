// SPDX-License-Identifier: Apache-2.0
/* The contract of store.h, claim by claim, against every backend: keys and transactions. */
#include "store/test_backends.h"

static void get_gives_back_what_was_put(void **state)
{
	struct wf_store *s = a_of(state);
	struct wf_store_op binary = {WF_STORE_PUT, "bin", "\0x\0", 3, 0};
	WF_CLEANUP(wf_store_kv_done) struct wf_store_kv kv = {0};
	uint64_t first, second;

	first = must_op(s, binary);
	second = must_op(s, binary);
	assert_true(first > 0 && second == first + 1);
	assert_int_equal(wf_store_get(b_of(state), "bin", &kv, NULL), 0);
	assert_string_equal(kv.key, "bin");
	assert_int_equal(kv.value_len, 3);
	assert_memory_equal(kv.value, "\0x\0\0", 4);
	assert_int_equal(kv.create_revision, first);
	assert_int_equal(kv.mod_revision, second);
	assert_int_equal(kv.lease, 0);
	assert_value(s, "none", NULL);
}

static void empty_value_is_not_no_value(void **state)
{
	struct wf_store *s = a_of(state);
	struct record rec = {0};
	uint64_t revision = must_op(s, (struct wf_store_op){.type = WF_STORE_PUT, .key = "k"});

	assert_value(s, "k", "");
	must_watch(s, "", revision, &rec);
	assert_record(s, &rec, "k= ");
}

static void compare_and_set_holds_only_at_its_revision(void **state)
{
	struct wf_store *s = a_of(state);
	uint64_t absent = 0, first, second;

	assert_int_equal(put_if(s, "k", "1", &absent, &first), 0);
	assert_int_equal(put_if(b_of(state), "k", "x", &absent, NULL), -EAGAIN);
	assert_int_equal(put_if(s, "k", "2", &first, &second), 0);
	assert_int_equal(put_if(s, "k", "x", &first, NULL), -EAGAIN);
	assert_value(s, "k", "2");
	must_delete(s, "k");
	assert_int_equal(put_if(s, "k", "x", &second, NULL), -EAGAIN);
	assert_int_equal(put_if(s, "k", "3", &absent, NULL), 0);
}

static void transaction_happens_as_a_whole_or_not_at_all(void **state)
{
	struct wf_store *s = a_of(state);
	uint64_t before = must_put(s, "a", "1"), after = 77;
	struct wf_store_cmp cmps[] = {{"a", before}, {"b", 9}};
	struct wf_store_op ops[] = {
		{WF_STORE_PUT, "a", "2", 1, 0},
		{.type = WF_STORE_DELETE, .key = "c"},
		{WF_STORE_PUT, "b", "2", 1, 0},
	};
	struct wf_store_txn txn = {cmps, 2, ops, 3};
	struct wf_err err = {0};

	assert_int_equal(wf_store_commit(s, &txn, &after, &err), -EAGAIN);
	assert_non_null(strstr(err.msg, "'b'"));
	assert_int_equal(after, 77);
	assert_list(s, "", "a=1");
	cmps[1].mod_revision = 0;
	assert_int_equal(wf_store_commit(s, &txn, &after, &err), 0);
	assert_int_equal(after, before + 1);
	assert_list(s, "", "a=2 b=2");

	/* The last of its operations fails: no such lease. */
	ops[0].value = ops[2].value = "3";
	ops[2].lease = 4711;
	txn.n_cmps = 0;
	assert_int_equal(wf_store_commit(s, &txn, NULL, &err), -ENOENT);
	assert_list(s, "", "a=2 b=2");
	assert_int_equal(must_put(s, "c", "1"), after + 1);
}

static void what_changes_nothing_takes_no_revision(void **state)
{
	struct wf_store *s = a_of(state);
	uint64_t before = must_put(s, "a", "1");
	struct wf_store_op nothing = {.type = WF_STORE_DELETE_PREFIX, .key = "zz"};

	assert_int_equal(must_delete(s, "b"), before);
	assert_int_equal(must_op(s, nothing), before);
	assert_int_equal(must_put(s, "a", "1"), before + 1);
}

static void events_come_in_the_order_of_operations(void **state)
{
	struct wf_store *s = a_of(state);
	uint64_t from = must_put(s, "p/2", "x") + 1;
	struct wf_store_op ops[] = {
		{WF_STORE_PUT, "z", "1", 1, 0},
		{.type = WF_STORE_DELETE_PREFIX, .key = "p/"},
		{.type = WF_STORE_DELETE, .key = "missing"},
		{WF_STORE_PUT, "a", "1", 1, 0},
	};
	struct wf_store_txn txn = {NULL, 0, ops, 4};
	struct record rec = {0};

	must_put(s, "p/1", "x");
	assert_int_equal(wf_store_commit(s, &txn, NULL, NULL), 0);
	must_watch(s, "", from, &rec);
	assert_record(s, &rec, "p/1=x z=1 -p/1 -p/2 a=1 ");
	assert_int_equal(rec.revision, from + 1);
}

static void prefix_means_bytes(void **state)
{
	struct wf_store *s = a_of(state);
	const struct {
		const char *prefix, *want;
	} cases[] = {
		{"", "A=1 a=1 a/x=1 ab=1 a\xff=1 a\xff\x01=1 a\xff\xff=1 b=1 \xff=1 \xff\xff=1"},
		{"a", "a=1 a/x=1 ab=1 a\xff=1 a\xff\x01=1 a\xff\xff=1"},
		{"ab", "ab=1"},
		{"abc", ""},
		{"a\xff", "a\xff=1 a\xff\x01=1 a\xff\xff=1"},
		{"\xff", "\xff=1 \xff\xff=1"},
		{"\xff\xff", "\xff\xff=1"},
		{"c", ""},
	};
	const char *const keys[] = {"b",    "\xff\xff", "a\xff", "a",	      "ab",
				    "\xff", "A",	"a/x",	 "a\xff\xff", "a\xff\x01"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		must_put(s, keys[i], "1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_list(s, cases[i].prefix, cases[i].want);
	must_op(s, (struct wf_store_op){.type = WF_STORE_DELETE_PREFIX, .key = "a\xff"});
	assert_list(s, "", "A=1 a=1 a/x=1 ab=1 b=1 \xff=1 \xff\xff=1");
	must_op(s, (struct wf_store_op){.type = WF_STORE_DELETE_PREFIX, .key = "\xff"});
	assert_list(s, "", "A=1 a=1 a/x=1 ab=1 b=1");
	must_op(s, (struct wf_store_op){.type = WF_STORE_DELETE_PREFIX, .key = ""});
	assert_list(s, "", "");
}

static void list_says_its_revision(void **state)
{
	struct wf_store *s = a_of(state);
	WF_CLEANUP(wf_store_list_done) struct wf_store_list list = {0};
	WF_CLEANUP(wf_store_list_done) struct wf_store_list later = {0};
	struct record rec = {0};
	uint64_t revision;

	must_put(s, "a", "1");
	revision = must_put(s, "b", "1");
	assert_int_equal(wf_store_list(s, "a", &list, NULL), 0);
	assert_int_equal(list.revision, revision);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.items[0].mod_revision, revision - 1);
	must_put(b_of(state), "a", "2");
	assert_string_equal(list.items[0].value, "1");
	/* List, then watch from behind it: nothing twice, nothing lost. */
	must_watch(s, "", list.revision + 1, &rec);
	assert_record(s, &rec, "a=2 ");
	assert_int_equal(wf_store_list(s, "none", &later, NULL), 0);
	assert_int_equal(later.n, 0);
	assert_int_equal(later.revision, revision + 1);
}

static void arguments_out_of_bounds_are_refused(void **state)
{
	struct wf_store *s = a_of(state);
	static char key[WF_STORE_KEY_MAX + 2], value[WF_STORE_VALUE_MAX + 1];
	struct wf_store_op longest = {WF_STORE_PUT, key, value, WF_STORE_VALUE_MAX, 0};
	const struct wf_store_op bad[] = {
		{WF_STORE_PUT, "", "", 0, 0},
		{WF_STORE_PUT, NULL, "", 0, 0},
		{WF_STORE_PUT, key, "", 0, 0},
		{WF_STORE_PUT, "k", value, WF_STORE_VALUE_MAX + 1, 0},
		{WF_STORE_PUT, "k", NULL, 1, 0},
		{WF_STORE_PUT, "k", "", 0, -1},
		{.type = WF_STORE_DELETE, .key = ""},
		{.type = WF_STORE_DELETE_PREFIX, .key = NULL},
		{.type = WF_STORE_DELETE_PREFIX, .key = key},
		{.type = WF_STORE_OP_COUNT, .key = "k"},
	};
	struct wf_store_kv kv;
	struct wf_store_list list;
	int64_t lease;

	memset(key, 'k', WF_STORE_KEY_MAX + 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct wf_store_txn txn = {NULL, 0, &bad[i], 1};
		struct wf_err err = {0};

		assert_int_equal(wf_store_commit(s, &txn, NULL, &err), -EINVAL);
		assert_non_null(strstr(err.msg, "store '"));
	}
	assert_int_equal(wf_store_get(s, key, &kv, NULL), -EINVAL);
	assert_int_equal(wf_store_list(s, key, &list, NULL), -EINVAL);
	assert_int_equal(wf_lease_grant(s, 0, &lease, NULL), -EINVAL);
	assert_int_equal(wf_lease_grant(s, 86400001, &lease, NULL), -EINVAL);
	assert_int_equal(wf_lease_keepalive(s, 0, NULL), -EINVAL);
	assert_int_equal(wf_store_compact(s, 1000000, NULL), -EINVAL);
	key[WF_STORE_KEY_MAX] = '\0';
	must_op(s, longest);
	assert_int_equal(wf_store_get(s, key, &kv, NULL), 0);
	assert_int_equal(kv.value_len, WF_STORE_VALUE_MAX);
	wf_store_kv_done(&kv);
}

static void one_transaction_changes_a_key_once(void **state)
{
	struct wf_store *s = a_of(state);
	const struct wf_store_op put_a = {WF_STORE_PUT, "a/1", "", 0, 0},
				 put_b = {WF_STORE_PUT, "b", "", 0, 0},
				 del_a = {.type = WF_STORE_DELETE, .key = "a/1"},
				 all_a = {.type = WF_STORE_DELETE_PREFIX, .key = "a/"},
				 all = {.type = WF_STORE_DELETE_PREFIX, .key = ""};
	const struct wf_store_op cases[][3] = {
		{put_a, put_b, put_a}, {put_a, put_b, del_a}, {put_a, put_b, all_a},
		{all_a, put_b, del_a}, {put_b, put_a, all},
	};
	const struct wf_store_op fine[] = {all_a, put_b};
	struct wf_store_txn txn = {.n_ops = 3};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		txn.ops = cases[i];
		assert_int_equal(wf_store_commit(s, &txn, NULL, NULL), -EINVAL);
	}
	txn = (struct wf_store_txn){.ops = fine, .n_ops = 2};
	assert_int_equal(wf_store_commit(s, &txn, NULL, NULL), 0);
}

static void transaction_is_bounded_in_number_and_bytes(void **state)
{
	struct wf_store *s = a_of(state);
	static char names[WF_STORE_TXN_MAX + 1][8], value[WF_STORE_VALUE_MAX];
	static struct wf_store_op ops[WF_STORE_TXN_MAX + 1];
	struct wf_store_txn txn = {.ops = ops, .n_ops = WF_STORE_TXN_MAX + 1};

	for (size_t i = 0; i <= WF_STORE_TXN_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		ops[i] = (struct wf_store_op){WF_STORE_PUT, names[i], "v", 1, 0};
	}
	assert_int_equal(wf_store_commit(s, &txn, NULL, NULL), -EINVAL);
	txn.n_ops = WF_STORE_TXN_MAX;
	assert_int_equal(wf_store_commit(s, &txn, NULL, NULL), 0);
	txn.n_ops = WF_STORE_TXN_BYTES_MAX / WF_STORE_VALUE_MAX;
	for (size_t i = 0; i < txn.n_ops; i++) {
		ops[i].value = value;
		ops[i].value_len = sizeof(value);
	}
	assert_int_equal(wf_store_commit(s, &txn, NULL, NULL), -EINVAL);
	assert_value(s, "0", "v");
}

static void unknown_urls_are_refused(void **state)
{
	const char *const urls[] = {"", "mem", "mem:", "sqlite:", "sqlite:x.db", "etcd", "/tmp/x"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct wf_store *s = NULL;
		struct wf_err err = {0};

		assert_int_equal(wf_store_open(urls[i], &s, &err), -EINVAL);
		assert_null(s);
		assert_true(strlen(err.msg) > 0);
	}
	assert_int_equal(wf_store_open(NULL, NULL, NULL), -EINVAL);
	wf_store_close(NULL);
}

static const struct CMUnitTest tests[] = {
	TEST(get_gives_back_what_was_put),
	TEST(empty_value_is_not_no_value),
	TEST(compare_and_set_holds_only_at_its_revision),
	TEST(transaction_happens_as_a_whole_or_not_at_all),
	TEST(what_changes_nothing_takes_no_revision),
	TEST(events_come_in_the_order_of_operations),
	TEST(prefix_means_bytes),
	TEST(list_says_its_revision),
	TEST(arguments_out_of_bounds_are_refused),
	TEST(one_transaction_changes_a_key_once),
	TEST(transaction_is_bounded_in_number_and_bytes),
	TEST(unknown_urls_are_refused),
};

int main(void)
{
	return run_on_all_backends(tests, sizeof(tests) / sizeof(tests[0]));
}
