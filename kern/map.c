// SPDX-License-Identifier: Apache-2.0
#include "kern/map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern/table.h"

#define BATCH 1024 /* entries; the largest then is about 300 KiB */

static int cannot_change(struct wf_err *err, int code, const struct wf_table_shape *shape)
{
	if (code == -E2BIG || code == -ENOSPC) /* as an LPM trie says it */
		return wf_err_set(err, -E2BIG, "table '%s' is full: it has room for %u entries",
				  shape->name, shape->n_max);
	return wf_err_errno(err, code, "cannot change table '%s'", shape->name);
}

/* How many of the changes from the first on are puts, at most BATCH. */
static size_t count_puts(const struct wf_table_change *changes, size_t n)
{
	size_t i = 0;

	while (i < n && i < BATCH && changes[i].value)
		i++;
	return i;
}

static int put_batch(int fd, const struct wf_table_change *changes, size_t n, uint8_t *buf)
{
	const struct wf_table_shape *shape = &wf_table_shapes[changes->table];
	LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = BPF_ANY);
	uint8_t *values = buf + (size_t)BATCH * shape->key_bytes;
	uint32_t count = (uint32_t)n;

	for (size_t i = 0; i < n; i++) {
		memcpy(buf + i * shape->key_bytes, changes[i].key, shape->key_bytes);
		memcpy(values + i * shape->value_bytes, changes[i].value, shape->value_bytes);
	}
	return bpf_map_update_batch(fd, buf, values, &count, &opts);
}

static int delete_one(int fd, const struct wf_table_change *change)
{
	int r = bpf_map_delete_elem(fd, change->key);

	return r == -ENOENT ? 0 : r;
}

int wf_map_apply(int fd, const struct wf_table_change *changes, size_t n, struct wf_err *err)
{
	const struct wf_table_shape *shape = &wf_table_shapes[changes->table];
	_cleanup_free_ uint8_t *buf =
		malloc((size_t)BATCH * (shape->key_bytes + shape->value_bytes));
	int r = buf ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < n;) {
		size_t n_puts = count_puts(changes + i, n - i);

		r = n_puts ? put_batch(fd, changes + i, n_puts, buf) : delete_one(fd, changes + i);
		i += n_puts ? n_puts : 1;
	}
	return r ? cannot_change(err, r, shape) : 0;
}

int wf_map_cpus(void)
{
	return libbpf_num_possible_cpus();
}

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH;
}

/* The bytes one look-up gives. */
static int value_size(const struct bpf_map_info *info, size_t *ret)
{
	int n_cpus = wf_map_cpus();

	if (n_cpus < 0)
		return n_cpus;
	*ret = info->value_size;
	if (is_per_cpu(info->type))
		*ret = ((info->value_size + 7) & ~(size_t)7) * n_cpus;
	return 0;
}

static int each(int fd, const struct bpf_map_info *info, wf_table_entry_fn fn, void *arg)
{
	_cleanup_free_ uint8_t *keys = NULL, *values = NULL;
	uint8_t cursor[2][64]; /* as long as the key of an array, 4 bytes of a hash map */
	void *from = NULL;
	size_t value_bytes;
	uint32_t count;
	int r;

	if (info->key_size > sizeof(cursor[0]))
		return -EINVAL;
	r = value_size(info, &value_bytes);
	if (r)
		return r;
	keys = malloc((size_t)BATCH * info->key_size);
	values = malloc((size_t)BATCH * value_bytes);
	if (!keys || !values)
		return -ENOMEM;
	for (int turn = 0; !r; turn ^= 1) {
		count = BATCH;
		r = bpf_map_lookup_batch(fd, from, cursor[turn], keys, values, &count, NULL);
		if (r && r != -ENOENT)
			return r;
		for (uint32_t i = 0; i < count; i++)
			fn(arg, keys + (size_t)i * info->key_size, values + i * value_bytes);
		from = cursor[turn];
	}
	return 0; /* -ENOENT: that was the end */
}

int wf_map_each(int fd, const char *name, wf_table_entry_fn fn, void *arg, struct wf_err *err)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);
	int r = bpf_obj_get_info_by_fd(fd, &info, &len);

	if (!r)
		r = each(fd, &info, fn, arg);
	return r ? wf_err_errno(err, r, "cannot read table '%s'", name) : 0;
}
