// SPDX-License-Identifier: Apache-2.0
/*
 * Puts N attached endpoints of another node into a store, as the daemons of a large cluster would
 * have done by attaching: the objects, byte for byte, with their identities. Attaching a hundred
 * thousand containers for the sake of a figure would take an hour.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/err.h"
#include "base/own.h"
#include "model/object.h"
#include "schema/schema.h"
#include "store/store.h"

#define CHUNK	     5000 /* objects a transaction */
#define N_IDENTITIES 100  /* that the endpoints share */

enum arg {
	ARG_STORE = 1,
	ARG_TENANT,
	ARG_NODE,
	ARG_FIRST, /* address */
	ARG_N,
	ARG_COUNT,
};

struct entry {
	char key[WF_OBJECT_KEY_MAX];
	char *value; /* owned */
};

struct seed {
	struct wf_store *store;
	const char *tenant;
	const char *node;
	struct wf_addr first;
	struct entry entries[CHUNK];
	struct wf_store_op ops[CHUNK];
	size_t n;
};

WF_DEFINE_CLEANUP(store, struct wf_store *, wf_store_close)

static int flush(struct seed *s, struct wf_err *err)
{
	struct wf_store_txn txn = {.ops = s->ops, .n_ops = s->n};
	int r;

	for (size_t i = 0; i < s->n; i++)
		s->ops[i] = (struct wf_store_op){.type = WF_STORE_PUT,
						 .key = s->entries[i].key,
						 .value = s->entries[i].value,
						 .value_len = strlen(s->entries[i].value)};
	r = s->n ? wf_store_commit(s->store, &txn, NULL, err) : 0;
	for (size_t i = 0; i < s->n; i++)
		free(s->entries[i].value);
	s->n = 0;
	return r;
}

static int put(struct seed *s, const struct wf_object *o, struct wf_err *err)
{
	struct entry *e = &s->entries[s->n];
	json_t *json = wf_object_to_store(o);

	e->value = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (!e->value)
		return wf_err_set(err, -ENOMEM, "out of memory");
	wf_object_key(o->kind, o->tenant, o->name, e->key);
	s->n++;
	return s->n == CHUNK ? flush(s, err) : 0;
}

static int label(struct wf_labels *labels, uint32_t identity)
{
	char value[WF_LABEL_VALUE_MAX + 1];

	snprintf(value, sizeof(value), "seed-%u", identity);
	return wf_labels_set(labels, "app", value);
}

static int put_identity(struct seed *s, uint32_t number, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	char name[64];

	snprintf(name, sizeof(name), "app=seed-%u", number);
	o = wf_object_new(WF_KIND_IDENTITY, s->tenant, name);
	if (!o || label(&o->identity.labels, number))
		return wf_err_set(err, -ENOMEM, "out of memory");
	o->identity.id = number;
	return put(s, o, err);
}

static void number_endpoint(const struct seed *s, struct wf_endpoint *e, uint32_t i)
{
	uint32_t low;

	e->addrs[0] = s->first;
	memcpy(&low, e->addrs[0].bytes + 12, 4);
	low = htonl(ntohl(low) + i);
	memcpy(e->addrs[0].bytes + 12, &low, 4);
	e->n_addrs = 1;
	e->mac[0] = 0x02;
	memcpy(e->mac + 2, &low, 4);
}

/* The numbers that agents give identities are random in 24 bits or grow from 1; these lie apart. */
static uint32_t identity_of(uint32_t i)
{
	return WF_IDENTITY_MAX - i % N_IDENTITIES;
}

static int put_endpoint(struct seed *s, uint32_t i, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	char name[64];

	snprintf(name, sizeof(name), "seed-%u", i);
	o = wf_object_new(WF_KIND_ENDPOINT, s->tenant, name);
	if (!o || label(&o->endpoint.labels, identity_of(i)))
		return wf_err_set(err, -ENOMEM, "out of memory");
	snprintf(o->endpoint.node, sizeof(o->endpoint.node), "%s", s->node);
	o->endpoint.identity = identity_of(i);
	number_endpoint(s, &o->endpoint, i);
	return put(s, o, err);
}

static int seed(struct seed *s, uint32_t n, struct wf_err *err)
{
	int r = 0;

	for (uint32_t i = 0; i < N_IDENTITIES && !r; i++)
		r = put_identity(s, identity_of(i), err);
	for (uint32_t i = 0; i < n && !r; i++)
		r = put_endpoint(s, i, err);
	return r ? r : flush(s, err);
}

int main(int argc, char **argv)
{
	_cleanup_free_ struct seed *s = calloc(1, sizeof(*s));
	WF_CLEANUP(cleanup_store) struct wf_store *store = NULL;
	struct wf_err err = {};

	if (!s || argc != ARG_COUNT || wf_addr_parse(argv[ARG_FIRST], &s->first)) {
		fprintf(stderr, "usage: bench-seed STORE TENANT NODE FIRST-ADDR N\n");
		return 2;
	}
	s->tenant = argv[ARG_TENANT];
	s->node = argv[ARG_NODE];
	if (wf_store_open(argv[ARG_STORE], &store, &err) == 0) {
		s->store = store;
		seed(s, (uint32_t)strtoul(argv[ARG_N], NULL, 10), &err);
	}
	if (err.code)
		fprintf(stderr, "bench-seed: %s\n", err.msg);
	return err.code ? 1 : 0;
}
