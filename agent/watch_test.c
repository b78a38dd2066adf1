// SPDX-License-Identifier: Apache-2.0
/* Garbage in the store, and a store that goes away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "agent/rig.h"

#define TENANT "[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}]"

static int setup(void **state)
{
	struct wf_rig *rig = calloc(1, sizeof(*rig));

	wf_rig_init(rig);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	wf_rig_done(*state);
	free(*state);
	return 0;
}

static void count(void *arg, const char *text)
{
	(*(size_t *)arg)++;
}

static size_t n_problems(const struct wf_agent *a)
{
	size_t n = 0;

	wf_agent_each_problem(a, count, &n);
	return n;
}

static const struct {
	const char *key, *value;
} garbage[] = {
	{"/weft/v1/tenant/bad", "{"},
	{"/weft/v1/tenant/bad2", "[]"},
	{"/weft/v1/tenant/bad3", ""},
	{"/weft/v1/tenant/bad4",
	 "{\"kind\":\"Tenant\",\"name\":\"other\",\"prefixes\":[\"10.0.0.0/8\"]}"},
	{"/weft/v1/tenant/bad5", "{\"kind\":\"Tenant\",\"name\":\"bad5\",\"prefixes\":7}"},
	{"/weft/v1/unknown/x", "{}"},
	{"/weft/v1/", "x"},
	{"/weft/v1/endpoint/red", "x"},
};

#define N_GARBAGE (sizeof(garbage) / sizeof(*garbage))

static void garbage_is_told_and_ignored(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a;
	size_t n;

	for (size_t i = 0; i < N_GARBAGE / 2; i++)
		wf_rig_put(rig, garbage[i].key, garbage[i].value);
	a = wf_rig_start(rig, 0);
	for (size_t i = N_GARBAGE / 2; i < N_GARBAGE; i++)
		wf_rig_put(rig, garbage[i].key, garbage[i].value);
	wf_rig_settle(rig);
	assert_int_equal(n_problems(a), N_GARBAGE);
	wf_rig_must_apply(a, TENANT);
	wf_model_range(a->model, WF_KIND_TENANT, NULL, &n);
	assert_int_equal(n, 1);
	for (size_t i = 0; i < N_GARBAGE; i++)
		wf_rig_put(rig, garbage[i].key, NULL);
	wf_rig_settle(rig);
	wf_watch_catch_up(a, NULL);
	assert_int_equal(n_problems(a), 0);
}

struct told {
	char text[1024];
};

static void keep_last(void *arg, const char *text)
{
	snprintf(arg, sizeof(struct told), "%s", text);
}

static void keys_are_told_in_a_way_that_a_terminal_can_take(void **state)
{
	struct wf_rig *rig = *state;
	struct told last;
	struct wf_agent *a;

	wf_rig_put(rig, "/weft/v1/tenant/\x1b[2J\xff", "{\"kind\":\"\\u001b[2J\"}");
	a = wf_rig_start(rig, 0);
	wf_agent_each_problem(a, keep_last, &last);
	assert_non_null(strstr(last.text, "store key '/weft/v1/tenant/\\x1b[2J\\xff' is ignored"));
	assert_null(strpbrk(last.text, "\x1b\xff"));
}

static void contradictions_leave_the_first(void **state)
{
	static const char other[] =
		"{\"kind\":\"Tenant\",\"name\":\"zzz\",\"id\":1,\"prefixes\":[\"10.0.0.0/16\"]}";
	struct wf_rig *rig = *state;
	struct wf_agent *a = wf_rig_start(rig, 0);

	wf_rig_must_apply(a, TENANT);
	wf_rig_put(rig, "/weft/v1/tenant/zzz", other);
	wf_rig_settle(rig);
	assert_int_equal(a->pass_err.code, 0);
	assert_int_equal(n_problems(a), 1);
	wf_rig_must_attach(a, "red", "web", "c1");
	assert_int_equal(wf_kern_fake_table_size(rig->nodes[0].world, WF_TABLE_PORT), 1);
}

static void changes_of_one_agent_reach_the_other(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = wf_rig_start(rig, 0), *b = wf_rig_start(rig, 1);

	wf_rig_must_apply(a, TENANT);
	wf_rig_must_attach(a, "red", "web", "c1");
	wf_rig_settle(rig);
	assert_non_null(wf_model_find(b->model, WF_KIND_ENDPOINT, "red", "web"));
	assert_int_equal(wf_kern_fake_table_size(rig->nodes[1].world, WF_TABLE_DEST), 1);
}

static void revisions_that_change_no_object_are_followed(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = wf_rig_start(rig, 0), *b = wf_rig_start(rig, 1);

	wf_rig_put(rig, "/elsewhere", "x");
	wf_rig_settle(rig);
	wf_rig_kill(rig, 0); /* which lists after it */
	a = wf_rig_start(rig, 0);
	wf_rig_settle(rig);
	assert_true(b->installed_revision >= a->revision);
}

static bool is_lost(void *arg)
{
	struct wf_agent *a = arg;

	return a->store == NULL;
}

static bool is_wary(void *arg)
{
	struct wf_agent *a = arg;

	return strstr(a->store_err.msg, "is not the one it was") != NULL;
}

static bool is_back(void *arg)
{
	return !is_lost(arg);
}

static void unlink_all(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[256];

	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

static void copy_file(const char *from, const char *to)
{
	char line[600];

	snprintf(line, sizeof(line), "cp '%s' '%s'", from, to);
	assert_int_equal(system(line), 0);
}

/* The daemon goes on with what it knows, takes no new and empty store, and the old one back. */
static void a_deleted_store_leaves_the_data_path_alone(void **state)
{
	char dir[] = "/tmp/weft-watch-XXXXXX", path[40], copy[40];
	struct wf_rig *rig = *state;
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};
	struct wf_agent *a;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/db", dir);
	snprintf(copy, sizeof(copy), "%s/copy", dir);
	snprintf(rig->url, sizeof(rig->url), "sqlite:%s", path);
	a = wf_rig_start(rig, 0);
	wf_rig_must_apply(a, TENANT);
	wf_rig_must_attach(a, "red", "web", "c1");
	wf_rig_kill(rig, 0);
	copy_file(path, copy);
	a = wf_rig_start(rig, 0);
	unlink_all(path);
	assert_true(wf_rig_wait(rig, is_lost, a));
	assert_int_equal(wf_rig_attach(a, "red", "x", "c2", &outcome, &err), -ESTALE);
	assert_true(wf_rig_wait(rig, is_wary, a));
	assert_null(a->store);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(wf_kern_fake_table_size(rig->nodes[0].world, WF_TABLE_PORT), 1);
	assert_true(n_problems(a) >= 1);
	unlink_all(path);
	copy_file(copy, path);
	a->reopen_ms = 1;
	assert_true(wf_rig_wait(rig, is_back, a));
	wf_rig_must_attach(a, "red", "x", "c2");
	wf_rig_kill(rig, 0);
	unlink_all(path);
	unlink(copy);
	rmdir(dir);
	wf_outcome_done(&outcome);
}

static size_t n_links(struct wf_agent *a)
{
	assert_int_equal(wf_observe(a, NULL), 0);
	return a->links.n;
}

static void a_store_that_cannot_be_written_leaves_no_interface(void **state)
{
	char dir[] = "/tmp/weft-watch-XXXXXX", path[40];
	struct wf_rig *rig = *state;
	struct wf_outcome outcome = {0};
	struct told last = {""};
	sqlite3 *other = NULL;
	struct wf_agent *a;
	struct wf_err err;
	size_t before;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/db", dir);
	snprintf(rig->url, sizeof(rig->url), "sqlite:%s", path);
	a = wf_rig_start(rig, 0);
	wf_rig_must_apply(a, TENANT);
	before = n_links(a);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(wf_rig_attach(a, "red", "web", "c1", &outcome, &err), -EBUSY);
	assert_int_equal(n_links(a), before);
	wf_agent_each_problem(a, keep_last, &last);
	assert_non_null(strstr(last.text, "the store takes no changes: store 'sqlite:"));
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	wf_watch_note_write(a, 0, NULL, false);
	assert_int_equal(n_problems(a), 1); /* a keep-alive proves little */
	wf_rig_must_attach(a, "red", "web", "c1");
	assert_int_equal(n_problems(a), 0);
	assert_int_equal(n_links(a), before + 1);
	wf_rig_kill(rig, 0);
	unlink_all(path);
	rmdir(dir);
	wf_outcome_done(&outcome);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(garbage_is_told_and_ignored),
		CASE(keys_are_told_in_a_way_that_a_terminal_can_take),
		CASE(contradictions_leave_the_first),
		CASE(changes_of_one_agent_reach_the_other),
		CASE(revisions_that_change_no_object_are_followed),
		CASE(a_deleted_store_leaves_the_data_path_alone),
		CASE(a_store_that_cannot_be_written_leaves_no_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
