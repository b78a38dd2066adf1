// SPDX-License-Identifier: Apache-2.0
/* Disks that are full or read-only: a small tmpfs in a mount namespace of its own. */
#include "store/test_sqlite.h"

#include <sched.h>
#include <sys/mount.h>

#define DISK_BYTES "1500k"
#define BLOB_BYTES 16384

static char blob[BLOB_BYTES];

static int put_blob(struct wf_store *s, int n, struct wf_err *err)
{
	char key[16];
	struct wf_store_op op = {WF_STORE_PUT, key, blob, sizeof(blob), 0};
	struct wf_store_txn txn = {.ops = &op, .n_ops = 1};

	snprintf(key, sizeof(key), "b/%d", n);
	return wf_store_commit(s, &txn, NULL, err);
}

static int setup_disk(void **state)
{
	struct place *p;

	if (setup(state))
		return -1;
	p = *state;
	return mount("tmpfs", p->dir, "tmpfs", 0, "size=" DISK_BYTES);
}

static int teardown_disk(void **state)
{
	struct place *p = *state;

	if (umount2(p->dir, MNT_DETACH))
		return -1;
	return rmdir(p->dir);
}

static void full_disk_changes_nothing_and_passes(void **state)
{
	const struct place *p = *state;
	char filler_path[80], filler[4096] = {0};
	struct wf_store *s = must_open(p->url);
	WF_CLEANUP(wf_store_list_done) struct wf_store_list before = {0};
	WF_CLEANUP(wf_store_list_done) struct wf_store_list after = {0};
	struct wf_err err = {0};
	struct record rec = {0};
	uint64_t revision = 0;
	int n = 0, r = 0, fd;
	struct wf_store_op leased = {WF_STORE_PUT, "leased", "1", 1, 0};

	must_put(s, "k", "1");
	/* A lease that is over, but cannot be cleared away while the disk is full. */
	assert_int_equal(wf_lease_grant(s, 3600000, &leased.lease, NULL), 0);
	must_op(s, leased);
	run_sql(p->path, "UPDATE leases SET boot = 'of yesterday'");
	snprintf(filler_path, sizeof(filler_path), "%s/filler", p->dir);
	fd = open(filler_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	for (int i = 0; i < 200; i++)
		assert_int_equal(write(fd, filler, sizeof(filler)), sizeof(filler));
	while (n < 1000) {
		wf_store_list_done(&before);
		assert_int_equal(wf_store_list(s, "", &before, NULL), 0);
		r = put_blob(s, n, &err);
		if (r)
			break;
		n++;
	}
	assert_int_equal(r, -ENOSPC);
	assert_non_null(strstr(err.msg, p->path));
	assert_non_null(strstr(err.msg, "disk is full"));
	assert_int_equal(wf_store_list(s, "", &after, NULL), 0);
	assert_int_equal(after.n, before.n);
	assert_int_equal(after.revision, before.revision);
	while (write(fd, filler, sizeof(filler)) > 0) /* the last page, too */
		;
	close(fd);
	/* Clearing needs more pages of the log than a put, which finds none. */
	for (r = 0; r != -ENOSPC;) {
		r = put_if(s, "k", "1", NULL, &revision);
		assert_true(!r || r == -ENOSPC);
	}
	assert_int_equal(wf_store_dispatch(s, NULL), 0);
	assert_value(s, "leased", "1");

	assert_int_equal(unlink(filler_path), 0);
	assert_int_equal(put_blob(s, n, &err), 0);
	must_watch(s, "", before.revision + 1, &rec);
	for (int i = 0; i < 100 && !strstr(rec.text.data ? rec.text.data : "", "-leased "); i++)
		assert_int_equal(turn(s), 0);
	assert_value(s, "leased", NULL);
	assert_int_equal(rec.n, rec.revision - before.revision);
	wf_buf_done(&rec.text);
	wf_store_close(s);
}

static void read_only_file_system_is_refused(void **state)
{
	const struct place *p = *state;

	wf_store_close(must_open(p->url));
	assert_int_equal(mount(NULL, p->dir, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_refused(p, -EROFS, "writable");
	assert_int_equal(mount(NULL, p->dir, NULL, MS_REMOUNT, "size=" DISK_BYTES), 0);
	wf_store_close(must_open(p->url));
}

static int open_as_nobody(const struct place *p)
{
	if (seteuid(65534))
		return 1;
	assert_refused(p, -EACCES, "owner");
	return 0;
}

static void file_of_another_user_is_refused(void **state)
{
	const struct place *p = *state;

	assert_int_equal(chmod(p->dir, 0777), 0);
	wf_store_close(must_open(p->url));
	assert_exit(start(open_as_nobody, p), 0);
	assert_int_equal(chmod(p->path, 0666), 0);
	assert_int_equal(chmod(p->dir, 0755), 0);
	assert_exit(start(open_as_nobody, p), 0);
}

#define DISK_TEST(f) cmocka_unit_test_setup_teardown(f, setup_disk, teardown_disk)

static const struct CMUnitTest tests[] = {
	DISK_TEST(full_disk_changes_nothing_and_passes),
	DISK_TEST(read_only_file_system_is_refused),
	DISK_TEST(file_of_another_user_is_refused),
};

int main(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		perror("needs root: unshare");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
