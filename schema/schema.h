/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wish as YAML and JSON. One checker serves both: YAML is read into JSON values, and where each
 * stood is remembered beside them.
 *
 * Kinds and keys: docs/manifests.md. Errors name file, line and key, say what is wrong and what
 * would be right ("did you mean", the allowed values, an example).
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "model/model.h"

#define WF_MANIFEST_MAX_BYTES	(16u << 20)
#define WF_MANIFEST_MAX_OBJECTS 100000

struct wf_manifest; /* the documents of one or more files, and where everything stood */

struct wf_manifest *wf_manifest_new(void);
void wf_manifest_free(struct wf_manifest *m);
WF_DEFINE_CLEANUP(manifest, struct wf_manifest *, wf_manifest_free)

/*
 * Adds the documents of @text (UTF-8 YAML or JSON, one or many documents) as read from @file (a
 * name for messages). Problems are kept in the manifest, further files can be added all the same.
 * 0; -EINVAL: there are problems; -ENOMEM.
 */
int wf_manifest_add(struct wf_manifest *m, const char *file, const char *text, size_t len);
/* Reads @path first ("-": standard input); also -EFBIG (with the limit) and what open(2) says. */
int wf_manifest_add_file(struct wf_manifest *m, const char *path, struct wf_err *err);

/* The objects, in order; borrowed. */
struct wf_object *const *wf_manifest_objects(const struct wf_manifest *m, size_t *ret_n);

/*
 * Where the secret of object @index is to be read, a Key of a file that names one (`secret_file`);
 * a path that is not absolute begins at the manifest. The caller frees. NULL: of no key, or no
 * memory.
 */
char *wf_manifest_secret_file(const struct wf_manifest *m, size_t index);

/* Adds a problem found elsewhere (the API's answer) about object @index, key @key. */
void wf_manifest_problem(struct wf_manifest *m, size_t index, const char *key, const char *msg);

/* "FILE:LINE: KEY: message" lines, sorted by place; the caller frees. NULL: no problem. */
char *wf_manifest_problems_str(const struct wf_manifest *m);

/*
 * One object as JSON, with the keys of a manifest. Into JSON everything is written that is known
 * (ids, node, identity), but secrets, which are written only for the store (and for weftd, by those
 * who have them). From JSON the same is taken only @is_trusted (the store's own), and refused as an
 * unknown key from people. @problems get the index given, and never a secret. -EINVAL, -ENOMEM.
 */
json_t *wf_object_to_json(const struct wf_object *o);
json_t *wf_object_to_store(const struct wf_object *o);

/* What is wrong with text that is no JSON, without quoting it: it may hold a secret. */
const char *wf_json_fault(json_error_t *bad);
int wf_object_from_json(json_t *json, bool is_trusted, size_t index, struct wf_problems *problems,
			struct wf_object **ret);
