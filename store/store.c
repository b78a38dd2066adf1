// SPDX-License-Identifier: Apache-2.0
/* Checks the arguments of every call, so that all backends refuse the same, and passes it on. */
#include "store/backend.h"

#include <assert.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

#define LEASE_TTL_MAX_MS 86400000u

static const struct wf_store_ops *const backends[] = {&wf_mem_ops, &wf_sqlite_ops};

static int check_key(const struct wf_store *s, const char *key, struct wf_err *err)
{
	if (!key || !key[0])
		return wf_err_set(err, -EINVAL, "store '%s': a key is empty", s->url);
	if (strnlen(key, WF_STORE_KEY_MAX + 1) > WF_STORE_KEY_MAX)
		return wf_err_set(err, -EINVAL,
				  "store '%s': key '%.32s...' is longer than %d bytes", s->url, key,
				  WF_STORE_KEY_MAX);
	return 0;
}

static int check_prefix(const struct wf_store *s, const char *prefix, struct wf_err *err)
{
	if (!prefix)
		return wf_err_set(err, -EINVAL, "store '%s': the prefix is missing", s->url);
	return prefix[0] ? check_key(s, prefix, err) : 0;
}

static int check_lease(const struct wf_store *s, int64_t lease, struct wf_err *err)
{
	if (lease <= 0)
		return wf_err_set(err, -EINVAL, "store '%s': %lld is no lease", s->url,
				  (long long)lease);
	return 0;
}

static int check_put(const struct wf_store *s, const struct wf_store_op *op, struct wf_err *err)
{
	int r = check_key(s, op->key, err);

	if (r)
		return r;
	if (!op->value && op->value_len)
		return wf_err_set(err, -EINVAL, "store '%s': key '%s' has a length but no value",
				  s->url, op->key);
	if (op->value_len > WF_STORE_VALUE_MAX)
		return wf_err_set(err, -EINVAL,
				  "store '%s': the value of key '%s' has %zu bytes, more than %u",
				  s->url, op->key, op->value_len, WF_STORE_VALUE_MAX);
	return op->lease ? check_lease(s, op->lease, err) : 0;
}

static int check_op(const struct wf_store *s, const struct wf_store_op *op, struct wf_err *err)
{
	switch (op->type) {
	case WF_STORE_PUT:
		return check_put(s, op, err);
	case WF_STORE_DELETE:
		return check_key(s, op->key, err);
	case WF_STORE_DELETE_PREFIX:
		return check_prefix(s, op->key, err);
	case WF_STORE_OP_COUNT:
		break;
	}
	return wf_err_set(err, -EINVAL, "store '%s': there is no operation %d", s->url,
			  (int)op->type);
}

static int op_cmp(const void *a, const void *b)
{
	const struct wf_store_op *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* Sorted by key, whatever a prefix covers stands right behind it: neighbours are all to look at. */
static int check_overlap(const struct wf_store *s, const struct wf_store_txn *txn,
			 struct wf_err *err)
{
	_cleanup_free_ const struct wf_store_op **sorted = NULL;

	if (txn->n_ops < 2)
		return 0;
	sorted = reallocarray(NULL, txn->n_ops, sizeof(sorted[0]));
	if (!sorted)
		return wf_err_errno(err, -ENOMEM, "store '%s'", s->url);
	for (size_t i = 0; i < txn->n_ops; i++)
		sorted[i] = &txn->ops[i];
	qsort(sorted, txn->n_ops, sizeof(sorted[0]), op_cmp);
	for (size_t i = 1; i < txn->n_ops; i++) {
		const char *a = sorted[i - 1]->key, *b = sorted[i]->key;
		bool is_covered = sorted[i - 1]->type == WF_STORE_DELETE_PREFIX &&
				  !strncmp(a, b, strlen(a));

		if (is_covered || !strcmp(a, b))
			return wf_err_set(err, -EINVAL,
					  "store '%s': one transaction changes key '%s' twice",
					  s->url, b);
	}
	return 0;
}

static int check_txn(const struct wf_store *s, const struct wf_store_txn *txn, struct wf_err *err)
{
	size_t n_bytes = 0;
	int r = 0;

	if (txn->n_cmps > WF_STORE_TXN_MAX || txn->n_ops > WF_STORE_TXN_MAX)
		return wf_err_set(err, -EINVAL,
				  "store '%s': %zu compares and %zu operations, at most %d of each",
				  s->url, txn->n_cmps, txn->n_ops, WF_STORE_TXN_MAX);
	for (size_t i = 0; i < txn->n_cmps && !r; i++)
		r = check_key(s, txn->cmps[i].key, err);
	for (size_t i = 0; i < txn->n_ops && !r; i++) {
		const struct wf_store_op *op = &txn->ops[i];

		r = check_op(s, op, err);
		if (!r)
			n_bytes += strlen(op->key) + (op->type == WF_STORE_PUT ? op->value_len : 0);
	}
	if (r)
		return r;
	if (n_bytes > WF_STORE_TXN_BYTES_MAX)
		return wf_err_set(err, -EINVAL,
				  "store '%s': a transaction of %zu bytes, at most %u: split it",
				  s->url, n_bytes, WF_STORE_TXN_BYTES_MAX);
	return check_overlap(s, txn, err);
}

int wf_store_open(const char *url, struct wf_store **ret, struct wf_err *err)
{
	for (size_t i = 0; url && i < sizeof(backends) / sizeof(backends[0]); i++) {
		size_t n = strlen(backends[i]->scheme);

		if (!strncmp(url, backends[i]->scheme, n))
			return backends[i]->open(url, url + n, ret, err);
	}
	return wf_err_set(err, -EINVAL,
			  "store '%s': unknown kind: write sqlite:/absolute/path or mem:NAME",
			  url ? url : "");
}

void wf_store_close(struct wf_store *s)
{
	if (!s)
		return;
	assert(!s->is_dispatching);
	s->ops->close(s);
}

int wf_store_get(struct wf_store *s, const char *key, struct wf_store_kv *ret, struct wf_err *err)
{
	int r = check_key(s, key, err);

	return r ? r : s->ops->get(s, key, ret, err);
}

int wf_store_list(struct wf_store *s, const char *prefix, struct wf_store_list *ret,
		  struct wf_err *err)
{
	int r = check_prefix(s, prefix, err);

	return r ? r : s->ops->list(s, prefix, ret, err);
}

int wf_store_commit(struct wf_store *s, const struct wf_store_txn *txn, uint64_t *ret_revision,
		    struct wf_err *err)
{
	uint64_t revision;
	int r = check_txn(s, txn, err);

	if (!r)
		r = s->ops->commit(s, txn, &revision, err);
	if (!r && ret_revision)
		*ret_revision = revision;
	return r;
}

int wf_lease_grant(struct wf_store *s, uint32_t ttl_ms, int64_t *ret_lease, struct wf_err *err)
{
	if (!ttl_ms || ttl_ms > LEASE_TTL_MAX_MS)
		return wf_err_set(err, -EINVAL, "store '%s': a lease lasts 1 to %u ms, not %u",
				  s->url, LEASE_TTL_MAX_MS, ttl_ms);
	return s->ops->lease_grant(s, ttl_ms, ret_lease, err);
}

int wf_lease_keepalive(struct wf_store *s, int64_t lease, struct wf_err *err)
{
	int r = check_lease(s, lease, err);

	return r ? r : s->ops->lease_keepalive(s, lease, err);
}

int wf_lease_revoke(struct wf_store *s, int64_t lease, struct wf_err *err)
{
	int r = check_lease(s, lease, err);

	return r ? r : s->ops->lease_revoke(s, lease, err);
}

int wf_store_fd(struct wf_store *s)
{
	return s->ops->fd(s);
}

int wf_store_dispatch(struct wf_store *s, struct wf_err *err)
{
	struct wf_err why = {0};
	int r;

	assert(!s->is_dispatching);
	wf_store_wake_done(s);
	r = s->ops->dispatch(s, &why);
	/* These pass; what is missed now is done at a later tick. */
	if (!r || r == -EBUSY || r == -ENOSPC || r == -ENOMEM)
		return 0;
	wf_watches_end(s, &why);
	if (err)
		*err = why;
	return r;
}

int wf_store_compact(struct wf_store *s, uint64_t revision, struct wf_err *err)
{
	return s->ops->compact(s, revision, err);
}

int wf_store_init(struct wf_store *s, const struct wf_store_ops *ops, const char *url,
		  struct wf_err *err)
{
	_cleanup_free_ char *copy = strdup(url);

	if (!copy)
		return wf_err_errno(err, -ENOMEM, "store '%s'", url);
	s->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->timer_fd < 0)
		return wf_err_errno(err, -errno, "store '%s': cannot make a timer", url);
	s->ops = ops;
	s->url = TAKE_PTR(copy);
	wf_store_wake(s);
	return 0;
}

void wf_store_done(struct wf_store *s)
{
	while (s->watches)
		wf_watch_cancel(s->watches);
	close(s->timer_fd);
	free(s->url);
}

void wf_store_wake(struct wf_store *s)
{
	const struct itimerspec at_once = {
		.it_value.tv_nsec = 1,
		.it_interval.tv_sec = WF_STORE_TICK_MS / 1000,
	};

	timerfd_settime(s->timer_fd, 0, &at_once, NULL);
}

void wf_store_wake_done(struct wf_store *s)
{
	uint64_t n_ticks;

	/* Fails when it was another descriptor that is ready: nothing to do. */
	if (read(s->timer_fd, &n_ticks, sizeof(n_ticks)) < 0)
		return;
}

int64_t wf_store_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

int wf_store_err_cmp(const struct wf_store *s, const struct wf_store_cmp *cmp, uint64_t is,
		     struct wf_err *err)
{
	return wf_err_set(err, -EAGAIN,
			  "store '%s': key '%s' is at revision %llu, not %llu: it was changed "
			  "meanwhile, read it again",
			  s->url, cmp->key, (unsigned long long)is,
			  (unsigned long long)cmp->mod_revision);
}

int wf_store_err_key(const struct wf_store *s, const char *key, struct wf_err *err)
{
	return wf_err_set(err, -ENOENT, "store '%s': there is no key '%s'", s->url, key);
}

int wf_store_err_lease(const struct wf_store *s, int64_t lease, struct wf_err *err)
{
	return wf_err_set(err, -ENOENT,
			  "store '%s': lease %lld is over or never was: grant a new one", s->url,
			  (long long)lease);
}

int wf_store_err_future(const struct wf_store *s, uint64_t revision, uint64_t is,
			struct wf_err *err)
{
	return wf_err_set(err, -EINVAL,
			  "store '%s': cannot compact to revision %llu, it is only at %llu", s->url,
			  (unsigned long long)revision, (unsigned long long)is);
}

int wf_store_kv_init(struct wf_store_kv *ret, const void *key, size_t key_len, const void *value,
		     size_t value_len)
{
	_cleanup_free_ char *key_copy = malloc(key_len + 1);
	_cleanup_free_ char *value_copy = malloc(value_len + 1);

	if (!key_copy || !value_copy)
		return -ENOMEM;
	memcpy(key_copy, key, key_len);
	key_copy[key_len] = '\0';
	if (value_len)
		memcpy(value_copy, value, value_len);
	value_copy[value_len] = '\0';
	*ret = (struct wf_store_kv){.value_len = value_len};
	ret->key = TAKE_PTR(key_copy);
	ret->value = TAKE_PTR(value_copy);
	return 0;
}

void wf_store_kv_done(struct wf_store_kv *kv)
{
	free(kv->key);
	free(kv->value);
	memset(kv, 0, sizeof(*kv));
}

void wf_store_list_done(struct wf_store_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		wf_store_kv_done(&l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}
