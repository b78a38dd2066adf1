// SPDX-License-Identifier: Apache-2.0
/*
 * Opens the door: settings, is this a store, make one, prepare the statements.
 *
 * synchronous=NORMAL: a commit is not synced to disk, so a power cut may lose the last ones, but
 * never tears one, and a killed process loses nothing. All who saw a lost commit were processes of
 * this machine, and went down with it; they list again. The price of FULL would be one disk sync,
 * some milliseconds, for each commit.
 *
 * The file is not trusted: triggers, views and writable schemas are off, sizes are limited.
 */
#include "store/sqlite.h"

#include <string.h>
#include <unistd.h>

#define APPLICATION_ID 0x57656674 /* "Weft" */
#define USER_VERSION   1
#define STR_(x)	       #x
#define STR(x)	       STR_(x)

#define LENGTH_LIMIT (2 << 20)
#define SQL_LIMIT    4096

static const char settings[] = "PRAGMA synchronous=NORMAL;"
			       "PRAGMA cache_size=-8192;"
			       "PRAGMA journal_size_limit=16777216;"
			       "PRAGMA temp_store=MEMORY;"
			       "PRAGMA cell_size_check=ON;";

static const char schema[] =
	"CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), revision INTEGER NOT NULL,"
	" compacted INTEGER NOT NULL) STRICT;"
	"INSERT INTO meta VALUES(1, 1, 0);" /* as etcd's: the first commit makes revision 2 */
	"CREATE TABLE keys(key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL,"
	" created INTEGER NOT NULL, modified INTEGER NOT NULL, lease INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"CREATE INDEX keys_by_lease ON keys(lease) WHERE lease != 0;"
	"CREATE TABLE history(revision INTEGER NOT NULL, seq INTEGER NOT NULL, key BLOB NOT NULL,"
	" value BLOB, PRIMARY KEY(revision, seq)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE leases(id INTEGER PRIMARY KEY AUTOINCREMENT, ttl_ms INTEGER NOT NULL,"
	" ends_ms INTEGER NOT NULL, boot TEXT NOT NULL) STRICT;"
	"PRAGMA application_id=" STR(APPLICATION_ID) ";"
						     "PRAGMA user_version=" STR(USER_VERSION) ";";

static const char *const texts[WF_SQLITE_STMT_COUNT] = {
	[WF_SQLITE_BEGIN_READ] = "BEGIN",
	[WF_SQLITE_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[WF_SQLITE_COMMIT] = "COMMIT",
	[WF_SQLITE_ROLLBACK] = "ROLLBACK",
	[WF_SQLITE_META_GET] = "SELECT revision, compacted FROM meta WHERE id = 1",
	[WF_SQLITE_META_SET] = "UPDATE meta SET revision = ?1, compacted = ?2 WHERE id = 1",
	[WF_SQLITE_KEY_GET] =
		"SELECT key, value, created, modified, lease FROM keys WHERE key = ?1",
	[WF_SQLITE_KEY_LIST] = "SELECT key, value, created, modified, lease FROM keys"
			       " WHERE key >= ?1 AND key < ?2 ORDER BY key",
	[WF_SQLITE_KEY_PUT] = "INSERT INTO keys VALUES(?1, ?2, ?3, ?3, ?4)"
			      " ON CONFLICT(key) DO UPDATE SET value = excluded.value,"
			      " modified = excluded.modified, lease = excluded.lease",
	[WF_SQLITE_KEY_DELETE] = "DELETE FROM keys WHERE key = ?1",
	[WF_SQLITE_RANGE_LOG] = "INSERT INTO history SELECT ?3, ?4 + row_number() OVER (ORDER BY "
				"key) - 1, key, NULL"
				" FROM keys WHERE key >= ?1 AND key < ?2",
	[WF_SQLITE_RANGE_DELETE] = "DELETE FROM keys WHERE key >= ?1 AND key < ?2",
	[WF_SQLITE_HISTORY_ADD] = "INSERT INTO history VALUES(?1, ?2, ?3, ?4)",
	[WF_SQLITE_HISTORY_READ] = "SELECT revision, seq, key, value FROM history"
				   " WHERE revision >= ?1 AND (revision, seq) >= (?1, ?2)"
				   " ORDER BY revision, seq",
	[WF_SQLITE_HISTORY_SIZES] = "SELECT revision, length(value) FROM history"
				    " ORDER BY revision DESC, seq DESC",
	[WF_SQLITE_HISTORY_FORGET] = "DELETE FROM history WHERE revision < ?1",
	[WF_SQLITE_LEASE_GRANT] =
		"INSERT INTO leases(ttl_ms, ends_ms, boot) VALUES(?1, ?2 + ?1, ?3)",
	[WF_SQLITE_LEASE_ALIVE] = "SELECT 1 FROM leases"
				  " WHERE id = ?1 AND ends_ms > ?2 AND boot = ?3",
	[WF_SQLITE_LEASE_EXTEND] = "UPDATE leases SET ends_ms = ?2 + ttl_ms"
				   " WHERE id = ?1 AND ends_ms > ?2 AND boot = ?3",
	[WF_SQLITE_LEASE_OVER] = "SELECT id FROM leases WHERE ends_ms <= ?1 OR boot != ?2 LIMIT 1",
	[WF_SQLITE_LEASE_LOG] = "INSERT INTO history SELECT ?2, ?3 + row_number() OVER (ORDER BY "
				"key) - 1, key, NULL"
				" FROM keys WHERE lease = ?1 AND lease != 0",
	[WF_SQLITE_LEASE_DELETE_KEYS] = "DELETE FROM keys WHERE lease = ?1 AND lease != 0",
	[WF_SQLITE_LEASE_DELETE] = "DELETE FROM leases WHERE id = ?1",
};

static int wait_for_lock(void *arg, int n_tried)
{
	struct wf_sqlite *s = arg;
	int64_t now_ms = wf_store_now_ms();

	if (!n_tried)
		s->blocked_since_ms = now_ms;
	if (now_ms - s->blocked_since_ms >= s->lock_wait_ms)
		return 0;
	usleep(n_tried < 20 ? 200 : 2000);
	return 1;
}

static int exec(struct wf_sqlite *s, const char *sql, struct wf_err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) ? wf_sqlite_err(s, err) : 0;
}

static void finalize(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}

static int query_int(struct wf_sqlite *s, const char *sql, int *ret, struct wf_err *err)
{
	WF_CLEANUP(finalize) sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) || sqlite3_step(stmt) != SQLITE_ROW)
		return wf_sqlite_err(s, err);
	*ret = sqlite3_column_int(stmt, 0);
	return 0;
}

static int set_wal(struct wf_sqlite *s, struct wf_err *err)
{
	WF_CLEANUP(finalize) sqlite3_stmt *stmt = NULL;
	const char *mode;

	if (sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &stmt, NULL) ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		return wf_sqlite_err(s, err);
	mode = (const char *)sqlite3_column_text(stmt, 0);
	if (!mode || strcmp(mode, "wal"))
		return wf_err_set(
			err, -EOPNOTSUPP,
			"store '%s': its file system cannot share memory between processes: "
			"put it on a local disk",
			s->base.url);
	return 0;
}

static int check_identity(struct wf_sqlite *s, bool *ret_is_new, struct wf_err *err)
{
	int application = 0, version = 0, n_tables = 0, r;

	r = query_int(s, "PRAGMA application_id", &application, err);
	if (!r)
		r = query_int(s, "PRAGMA user_version", &version, err);
	if (!r)
		r = query_int(s, "SELECT count(*) FROM sqlite_schema", &n_tables, err);
	if (r)
		return r;
	*ret_is_new = !application && !version && !n_tables;
	if (*ret_is_new)
		return 0;
	if (application != APPLICATION_ID)
		return wf_err_set(err, -EBADMSG,
				  "store '%s': it is the SQLite file of another program: choose "
				  "another path",
				  s->base.url);
	if (version > USER_VERSION)
		return wf_err_set(
			err, -EBADMSG,
			"store '%s': it has format %d, made by a newer Weft; this one knows "
			"up to %d: upgrade this program",
			s->base.url, version, USER_VERSION);
	return version == USER_VERSION ? 0 : wf_sqlite_err_damaged(s, "its format is unknown", err);
}

/* Under one lock, so that of two processes that find an empty file only one fills it. */
static int create(struct wf_sqlite *s, struct wf_err *err)
{
	bool is_new = false;
	int r = exec(s, "BEGIN IMMEDIATE", err);

	if (r)
		return r;
	r = check_identity(s, &is_new, err);
	if (!r && is_new)
		r = exec(s, schema, err);
	if (!r)
		r = exec(s, "COMMIT", err);
	if (r && !sqlite3_get_autocommit(s->db))
		exec(s, "ROLLBACK", NULL); /* the first error is the one to tell */
	return r;
}

static int setup_once(struct wf_sqlite *s, struct wf_err *err)
{
	bool is_new = false;
	int r = exec(s, "BEGIN", err);

	if (r)
		return r;
	r = check_identity(s, &is_new, err);
	exec(s, "ROLLBACK", NULL); /* it only read */
	if (!r)
		r = set_wal(s, err);
	if (!r)
		r = exec(s, settings, err);
	if (!r && is_new)
		r = create(s, err);
	return r;
}

static int prepare(struct wf_sqlite *s, struct wf_err *err)
{
	for (int i = 0; i < WF_SQLITE_STMT_COUNT; i++) {
		if (sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &s->stmts[i],
				       NULL))
			return wf_sqlite_err(s, err);
	}
	return 0;
}

int wf_sqlite_setup(struct wf_sqlite *s, struct wf_err *err)
{
	int64_t until_ms = wf_store_now_ms() + WF_SQLITE_LOCK_WAIT_MS;
	int r;

	s->lock_wait_ms = WF_SQLITE_LOCK_WAIT_MS;
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_handler(s->db, wait_for_lock, s);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, LENGTH_LIMIT);
	sqlite3_limit(s->db, SQLITE_LIMIT_SQL_LENGTH, SQL_LIMIT);
	/* The change to WAL does not wait for others by itself: SQLite fears a deadlock there. */
	while ((r = setup_once(s, err)) == -EBUSY && wf_store_now_ms() < until_ms)
		usleep(5000);
	return r ? r : prepare(s, err);
}

sqlite3_stmt *wf_sqlite_stmt(struct wf_sqlite *s, enum wf_sqlite_stmt which)
{
	return s->stmts[which];
}

void wf_sqlite_stmt_done(sqlite3_stmt **stmt)
{
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
}

void wf_sqlite_bind_key(sqlite3_stmt *stmt, int at, const char *key)
{
	sqlite3_bind_blob(stmt, at, key, strlen(key), SQLITE_STATIC);
}

void wf_sqlite_bind_value(sqlite3_stmt *stmt, int at, const void *value, size_t len)
{
	sqlite3_bind_blob(stmt, at, value ? value : "", len, SQLITE_STATIC);
}

int wf_sqlite_run(struct wf_sqlite *s, sqlite3_stmt *stmt, struct wf_err *err)
{
	return sqlite3_step(stmt) == SQLITE_DONE ? 0 : wf_sqlite_err(s, err);
}

int wf_sqlite_check_row(const struct wf_sqlite *s, sqlite3_stmt *stmt, int key_col, int value_col,
			struct wf_err *err)
{
	const char *key = sqlite3_column_blob(stmt, key_col);
	int n = sqlite3_column_bytes(stmt, key_col);

	if (!key || n > WF_STORE_KEY_MAX || memchr(key, '\0', n))
		return wf_sqlite_err_damaged(s, "a row holds no key", err);
	if (sqlite3_column_bytes(stmt, value_col) > (int)WF_STORE_VALUE_MAX)
		return wf_sqlite_err_damaged(s, "a value is too long", err);
	return 0;
}
