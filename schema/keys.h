/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind is a table of its keys: how one is read, how it is written, who may write it. */
#pragma once

#include "schema/value.h"

enum wf_key_flags {
	WF_KEY_REQUIRED = 1,
	WF_KEY_TRUSTED = 2, /* Weft's own; from people an unknown key */
	WF_KEY_SECRET = 4,  /* written for the store only; never in manifests */
	WF_KEY_FILE = 8,    /* in manifests only */
};

struct wf_key {
	const char *name;
	unsigned int flags;
	/* Reports what is wrong with @v. NULL: read with another key. */
	void (*read)(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o);
	/* @ret NULL: nothing to write. 0 or -ENOMEM. NULL: never written. */
	int (*write)(const struct wf_object *o, json_t **ret);
};

/* Known, but not to this version. */
struct wf_later_key {
	const char *name, *what;
};

#define WF_KEYS_MAX 16

struct wf_keys {
	const struct wf_key *keys;	  /* up to one without a name, WF_KEYS_MAX of them */
	const struct wf_later_key *later; /* may be NULL; up to one without a name */
	/* What follows from all keys together, when they were read. May be NULL. */
	void (*finish)(struct wf_reader *r, json_t *json, struct wf_object *o);
};

extern const struct wf_keys wf_node_keys, wf_tenant_keys, wf_identity_keys, wf_endpoint_keys,
	wf_policy_keys, wf_hmac_key_keys, wf_function_keys, wf_service_keys, wf_gateway_keys;

/* As wf_object_from_json(), of a document of a manifest. */
int wf_object_from_manifest(json_t *json, struct wf_problems *problems, struct wf_object **ret);

#define WF_LATER "comes with a later version of Weft"

/* The new reference @v, and -ENOMEM if there is none. */
static inline int wf_key_wrote(json_t *v, json_t **ret)
{
	*ret = v;
	return v ? 0 : -ENOMEM;
}

static inline int wf_key_wrote_number(uint32_t number, json_t **ret)
{
	return number ? wf_key_wrote(json_integer(number), ret) : 0;
}
