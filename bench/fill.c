// SPDX-License-Identifier: Apache-2.0
/*
 * Makes a node know N endpoints, by writing entries into its pinned DEST map directly: the cost of
 * a packet against the size of the map is wanted, not how the entries came there. weftd must not
 * run, or it would take away what it does not know; the data path goes on without it.
 *
 * The entries are FIRST, FIRST + 1, ... They are copies of the entry of MODEL, the same endpoint
 * with more addresses, so that packets to all of them arrive.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/own.h"
#include "dp/table.h"

#define CHUNK 4096

enum arg {
	ARG_PIN_DIR = 1,
	ARG_TENANT, /* id */
	ARG_MODEL,
	ARG_FIRST,
	ARG_N,
	ARG_COUNT,
};

struct fill {
	__u32 tenant;
	struct wf_addr model;
	struct wf_addr first;
	__u32 n;
};

struct chunk {
	struct wf_dest_key keys[CHUNK];
	struct wf_dest values[CHUNK];
	__u32 n;
};

static int open_map(const char *dir, const char *name, struct wf_err *err)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? wf_err_errno(err, fd, "cannot open the map %.200s", path) : fd;
}

static struct wf_dest_key key_of(const struct fill *f, const struct wf_addr *base, __u32 offset)
{
	struct wf_dest_key key = {.tenant = f->tenant};
	__u32 low;

	memcpy(key.addr, base->bytes, sizeof(key.addr));
	memcpy(&low, key.addr + 12, 4);
	low = htonl(ntohl(low) + offset);
	memcpy(key.addr + 12, &low, 4);
	return key;
}

static int write_chunk(int fd, struct chunk *c, struct wf_err *err)
{
	__u32 n = c->n;
	int r = n ? bpf_map_update_batch(fd, c->keys, c->values, &n, NULL) : 0;

	if (r)
		return wf_err_errno(err, r, "cannot write %u entries", c->n);
	c->n = 0;
	return 0;
}

static int write_dests(int fd, const struct fill *f, struct wf_err *err)
{
	_cleanup_free_ struct chunk *c = calloc(1, sizeof(*c));
	struct wf_dest_key key = key_of(f, &f->model, 0);
	struct wf_dest value;
	int r = 0;

	if (!c)
		return wf_err_set(err, -ENOMEM, "out of memory");
	if (bpf_map_lookup_elem(fd, &key, &value))
		return wf_err_errno(err, -errno, "the node does not know the model's address");
	for (__u32 i = 0; i < f->n && !r; i++) {
		c->keys[c->n] = key_of(f, &f->first, i);
		c->values[c->n++] = value;
		if (c->n == CHUNK)
			r = write_chunk(fd, c, err);
	}
	return r ? r : write_chunk(fd, c, err);
}

/* The programs forget what they remember from before. */
static int count_up(int fd, struct wf_err *err)
{
	__u32 zero = 0, generation;

	if (bpf_map_lookup_elem(fd, &zero, &generation))
		return wf_err_errno(err, -errno, "cannot read the generation");
	generation++;
	if (bpf_map_update_elem(fd, &zero, &generation, BPF_ANY))
		return wf_err_errno(err, -errno, "cannot write the generation");
	return 0;
}

static int fill(const char *dir, const struct fill *f, struct wf_err *err)
{
	_cleanup_close_ int dests = open_map(dir, "dests", err);
	_cleanup_close_ int generation = dests < 0 ? -1 : open_map(dir, "generation", err);
	int r;

	if (dests < 0 || generation < 0)
		return err->code;
	r = write_dests(dests, f, err);
	return r ? r : count_up(generation, err);
}

int main(int argc, char **argv)
{
	struct wf_err err = {};
	struct fill f;

	if (argc != ARG_COUNT || wf_addr_parse(argv[ARG_MODEL], &f.model) ||
	    wf_addr_parse(argv[ARG_FIRST], &f.first)) {
		fprintf(stderr, "usage: bench-fill PIN-DIR TENANT-ID MODEL-ADDR FIRST-ADDR N\n");
		return 2;
	}
	f.tenant = (__u32)strtoul(argv[ARG_TENANT], NULL, 10);
	f.n = (__u32)strtoul(argv[ARG_N], NULL, 10);
	if (fill(argv[ARG_PIN_DIR], &f, &err)) {
		fprintf(stderr, "bench-fill: %s\n", err.msg);
		return 1;
	}
	return 0;
}
