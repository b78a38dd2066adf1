// SPDX-License-Identifier: Apache-2.0
/* What only the SQLite store can do wrong: many processes, killed ones, files that are none. */
#include "store/test_sqlite.h"

#include <signal.h>
#include <time.h>

#define N_PROCESSES  8
#define N_INCREMENTS 200
#define N_PINGS	     20

static int write_hello(const struct place *p)
{
	struct wf_store *s;

	if (wf_store_open(p->url, &s, NULL))
		return 1;
	must_put(s, "from/child", "hello");
	wf_store_close(s);
	return 0;
}

static void other_process_is_seen_through_the_descriptor(void **state)
{
	const struct place *p = *state;
	struct wf_store *s = must_open(p->url);
	struct record rec = {0};
	pid_t pid;

	must_watch(s, "from/", 1, &rec);
	assert_int_equal(turn(s), 0);
	pid = start(write_hello, p);
	assert_record(s, &rec, "from/child=hello ");
	assert_exit(pid, 0);
	assert_value(s, "from/child", "hello");
	wf_store_close(s);
}

static int answer_ping(const struct place *p)
{
	struct wf_store *s = must_open(p->url);
	struct record rec = {0};

	must_watch(s, "ping", 1, &rec);
	for (int i = 1; i <= N_PINGS; i++) {
		turn_until(s, &rec, i);
		must_put(s, "pong", "1");
	}
	wf_buf_done(&rec.text);
	wf_store_close(s);
	return 0;
}

/* Forty changes, each waited for: seen only at the ticks they would take some twenty seconds. */
static void two_processes_see_each_other_long_before_the_tick(void **state)
{
	const struct place *p = *state;
	pid_t pid = start(answer_ping, p);
	struct wf_store *s = must_open(p->url);
	struct record rec = {0};
	time_t begun = time(NULL);

	must_watch(s, "pong", 1, &rec);
	for (int i = 1; i <= N_PINGS; i++) {
		must_put(s, "ping", "1");
		turn_until(s, &rec, i);
	}
	assert_true(time(NULL) - begun < 8);
	assert_exit(pid, 0);
	wf_buf_done(&rec.text);
	wf_store_close(s);
}

static int increment(const struct place *p)
{
	struct wf_store *s = must_open(p->url);
	char value[16];

	for (int i = 0; i < N_INCREMENTS;) {
		struct wf_store_kv kv = {0};
		int r = wf_store_get(s, "n", &kv, NULL);

		if (r && r != -ENOENT)
			return 2;
		snprintf(value, sizeof(value), "%d", r ? 1 : atoi(kv.value) + 1);
		r = put_if(s, "n", value, &kv.mod_revision, NULL);
		wf_store_kv_done(&kv);
		if (r && r != -EAGAIN)
			return 3;
		i += !r;
	}
	wf_store_close(s);
	return 0;
}

static void increments_of_many_processes_lose_none(void **state)
{
	const struct place *p = *state;
	pid_t pids[N_PROCESSES];
	struct wf_store *s;
	struct record rec = {0};

	/* The file does not exist yet: they also race to make it. */
	for (int i = 0; i < N_PROCESSES; i++)
		pids[i] = start(increment, p);
	for (int i = 0; i < N_PROCESSES; i++)
		assert_exit(pids[i], 0);
	s = must_open(p->url);
	assert_value(s, "n", "1600");
	must_watch(s, "", 1, &rec);
	turn_until(s, &rec, N_PROCESSES * N_INCREMENTS);
	assert_int_equal(rec.n, N_PROCESSES * N_INCREMENTS);
	wf_buf_done(&rec.text);
	wf_store_close(s);
}

static int commit_pairs(const struct place *p)
{
	struct wf_store *s = must_open(p->url);
	char value[16];
	struct wf_store_op ops[] = {{WF_STORE_PUT, "x", value, 0, 0},
				    {WF_STORE_PUT, "y", value, 0, 0}};
	struct wf_store_txn txn = {.ops = ops, .n_ops = 2};

	for (int i = 0;; i++) {
		snprintf(value, sizeof(value), "%d", i);
		ops[0].value_len = ops[1].value_len = strlen(value);
		if (wf_store_commit(s, &txn, NULL, NULL))
			return 1;
	}
}

static int integrity_row(void *ret_ok, int n, char **values, char **names)
{
	*(bool *)ret_ok = n == 1 && !strcmp(values[0], "ok");
	return 0;
}

static void killed_writer_leaves_a_valid_store(void **state)
{
	const struct place *p = *state;
	struct wf_store *s = must_open(p->url);
	struct record rec = {0};
	bool is_ok = false;
	sqlite3 *db;

	must_watch(s, "", 1, &rec);
	for (int round = 0; round < 5; round++) {
		WF_CLEANUP(wf_store_kv_done) struct wf_store_kv x = {0}, y = {0};
		pid_t pid = start(commit_pairs, p);

		turn_until(s, &rec, rec.n + 50 + 37 * round);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		assert_int_equal(wf_store_get(s, "x", &x, NULL), 0);
		assert_int_equal(wf_store_get(s, "y", &y, NULL), 0);
		assert_string_equal(x.value, y.value);
		assert_int_equal(x.mod_revision, y.mod_revision);
		must_put(s, "z", "still works");
		wf_store_kv_done(&y);
	}
	wf_buf_done(&rec.text);
	wf_store_close(s);
	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA integrity_check", integrity_row, &is_ok, NULL);
	sqlite3_close(db);
	assert_true(is_ok);
}

static void lock_of_another_is_waited_for_then_busy(void **state)
{
	const struct place *p = *state;
	struct wf_store *s = must_open(p->url);
	struct wf_store_op op = {WF_STORE_PUT, "k", "2", 1, 0};
	struct wf_store_txn txn = {.ops = &op, .n_ops = 1};
	struct wf_err err = {0};
	int64_t lease;
	sqlite3 *db;

	must_put(s, "k", "1");
	assert_int_equal(wf_lease_grant(s, 1, &lease, NULL), 0);
	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(wf_store_commit(s, &txn, NULL, &err), -EBUSY);
	assert_non_null(strstr(err.msg, "locked"));
	assert_value(s, "k", "1");
	assert_int_equal(wf_store_dispatch(s, NULL), 0);
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(wf_store_commit(s, &txn, NULL, &err), 0);
	wf_store_close(s);
}

static void file_that_is_no_store_is_refused_and_left_alone(void **state)
{
	const struct place *p = *state;
	static const char garbage[] = "This is a text that somebody wants to keep. ";
	char back[sizeof(garbage)];
	_cleanup_close_ int fd = -1;

	write_file(p->path, garbage, sizeof(garbage));
	assert_refused(p, -EBADMSG, "no store");
	fd = open(p->path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, back, sizeof(back)), sizeof(back));
	assert_memory_equal(back, garbage, sizeof(back));
	assert_int_equal(unlink(p->path), 0);
	run_sql(p->path, "CREATE TABLE photos(name)");
	assert_refused(p, -EBADMSG, "another program");
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	assert_refused(p, -EBADMSG, "no file");
}

static void newer_format_is_refused(void **state)
{
	const struct place *p = *state;

	wf_store_close(must_open(p->url));
	run_sql(p->path, "PRAGMA user_version=2");
	assert_refused(p, -EBADMSG, "upgrade");
	run_sql(p->path, "PRAGMA user_version=1; DROP TABLE keys");
	assert_refused(p, -EBADMSG, "damaged");
}

static void missing_directory_and_long_path_are_explained(void **state)
{
	struct place p = *(struct place *)*state;
	char url[700];
	struct wf_store *s = NULL;
	struct wf_err err = {0};

	snprintf(p.url, sizeof(p.url), "sqlite:%s/no/store", p.dir);
	snprintf(p.path, sizeof(p.path), "%s/no/", p.dir);
	assert_refused(&p, -ENOENT, "mkdir");
	memset(url, 'x', sizeof(url) - 1);
	memcpy(url, "sqlite:/", 8);
	url[sizeof(url) - 1] = '\0';
	assert_int_equal(wf_store_open(url, &s, &err), -ENAMETOOLONG);
	assert_true(strlen(err.msg) < sizeof(err.msg) - 1);
}

static void new_file_is_private(void **state)
{
	const struct place *p = *state;
	struct wf_store *s = must_open(p->url);
	const char *const suffixes[] = {"", "-wal", "-shm"};
	char path[96];
	struct stat st;

	must_put(s, "k", "secret");
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", p->path, suffixes[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	wf_store_close(s);
}

static void assert_stale(const struct place *p, const char *victim, bool is_replaced)
{
	struct wf_store *s = must_open(p->url), *fresh = NULL;
	struct wf_store_op op = {WF_STORE_PUT, "k", "lost", 4, 0};
	struct wf_store_txn txn = {.ops = &op, .n_ops = 1};
	struct wf_store_list list;
	struct record rec = {0};
	struct wf_err err = {0};
	char path[96], old[96];

	must_put(s, "k", "1");
	must_watch(s, "", 100, &rec);
	assert_int_equal(turn(s), 0);
	snprintf(path, sizeof(path), "%s%s", p->path, victim);
	snprintf(old, sizeof(old), "%s-old", p->path);
	assert_int_equal(is_replaced ? rename(path, old) : unlink(path), 0);
	if (is_replaced && !victim[0])
		write_file(path, "", 0);
	assert_int_equal(wf_store_commit(s, &txn, NULL, &err), -ESTALE);
	assert_non_null(strstr(err.msg, p->path));
	assert_int_equal(wf_store_list(s, "", &list, NULL), -ESTALE);
	for (int i = 0; i < 100 && !rec.end; i++)
		turn(s);
	assert_int_equal(rec.end, -ESTALE);
	assert_int_equal(wf_store_dispatch(s, NULL), -ESTALE);
	wf_store_close(s);
	unlink(p->path);
	unlink(old);
	snprintf(path, sizeof(path), "%s-wal", p->path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", p->path);
	unlink(path);
	fresh = must_open(p->url);
	must_put(fresh, "k", "2");
	wf_store_close(fresh);
	unlink(p->path);
}

static void deleted_or_replaced_file_is_noticed(void **state)
{
	const struct place *p = *state;

	assert_stale(p, "", false);
	assert_stale(p, "", true);
	assert_stale(p, "-wal", false);
	assert_stale(p, "-shm", false);
	assert_stale(p, "-wal", true);
}

static void lease_of_an_earlier_boot_is_over(void **state)
{
	const struct place *p = *state;
	struct wf_store *s = must_open(p->url);
	struct record rec = {0};
	struct wf_store_op op = {WF_STORE_PUT, "k", "1", 1, 0};

	assert_int_equal(wf_lease_grant(s, 3600000, &op.lease, NULL), 0);
	must_op(s, op);
	must_watch(s, "", 1, &rec);
	assert_record(s, &rec, "k=1 ");
	run_sql(p->path, "UPDATE leases SET boot = 'of yesterday'");
	assert_int_equal(wf_lease_keepalive(s, op.lease, NULL), -ENOENT);
	assert_record(s, &rec, "-k ");
	wf_store_close(s);
}

static void use_whatever_opens(const struct place *p)
{
	struct wf_store *s = NULL;
	struct wf_store_list list = {0};
	struct wf_store_op ops[] = {{.type = WF_STORE_DELETE_PREFIX, .key = "k/1"},
				    {WF_STORE_PUT, "new", "1", 1, 0}};
	struct wf_store_txn txn = {.ops = ops, .n_ops = 2};
	struct record rec = {0};
	struct wf_watch *w;
	int64_t lease;

	if (wf_store_open(p->url, &s, NULL))
		return;
	if (!wf_store_list(s, "", &list, NULL))
		wf_store_list_done(&list);
	wf_store_commit(s, &txn, NULL, NULL);
	wf_lease_grant(s, 1, &lease, NULL);
	if (!wf_store_watch(s, "", 1, record_event, &rec, &w, NULL))
		wf_store_dispatch(s, NULL);
	wf_store_dispatch(s, NULL);
	wf_store_compact(s, 2, NULL);
	wf_buf_done(&rec.text);
	wf_store_close(s);
}

static void damaged_file_never_crashes(void **state)
{
	const struct place *p = *state;
	struct wf_store *s = must_open(p->url);
	unsigned int seed = 4711;
	_cleanup_free_ char *good = NULL, *bad = NULL;
	_cleanup_close_ int fd = -1;
	char key[16];
	struct stat st;

	for (int i = 0; i < 200; i++) {
		snprintf(key, sizeof(key), "k/%d", i);
		must_put(s, key, "some value that fills the page a little");
	}
	wf_store_close(s);
	fd = open(p->path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	good = malloc(st.st_size);
	bad = malloc(st.st_size);
	assert_int_equal(read(fd, good, st.st_size), st.st_size);
	for (int round = 0; round < 150; round++) {
		size_t n = st.st_size;

		memcpy(bad, good, n);
		for (int flips = 1 << (round % 8); flips; flips--)
			bad[rand_r(&seed) % (round % 3 ? n : 4096)] ^= 1 << (rand_r(&seed) % 8);
		if (round % 10 == 9)
			n = rand_r(&seed) % n;
		write_file(p->path, bad, n);
		use_whatever_opens(p);
		unlink(p->path);
	}
	write_file(p->path, good, st.st_size);
	s = must_open(p->url);
	assert_value(s, "k/199", "some value that fills the page a little");
	wf_store_close(s);
}

static const struct CMUnitTest tests[] = {
	TEST(other_process_is_seen_through_the_descriptor),
	TEST(two_processes_see_each_other_long_before_the_tick),
	TEST(increments_of_many_processes_lose_none),
	TEST(killed_writer_leaves_a_valid_store),
	TEST(lock_of_another_is_waited_for_then_busy),
	TEST(file_that_is_no_store_is_refused_and_left_alone),
	TEST(newer_format_is_refused),
	TEST(missing_directory_and_long_path_are_explained),
	TEST(new_file_is_private),
	TEST(deleted_or_replaced_file_is_noticed),
	TEST(lease_of_an_earlier_boot_is_over),
	TEST(damaged_file_never_crashes),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
