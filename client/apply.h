/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests to weftd and back: what it finds wrong with them gets its place in the file. */
#pragma once

#include "client/client.h"
#include "schema/schema.h"

/*
 * Reads the secrets of its keys from their files, and posts the objects of @m. -EINVAL with an
 * empty err->msg: there are problems, in @m; else as wf_client_call(). The caller owns *@ret.
 */
int wf_client_apply(struct wf_client *c, struct wf_manifest *m, bool is_dry_run, json_t **ret,
		    struct wf_err *err);
/* An object as people send it: what is Weft's own to say is left out. NULL: no memory. */
json_t *wf_client_declaration(const struct wf_object *o);
int wf_client_delete(struct wf_client *c, struct wf_manifest *m, json_t **ret, struct wf_err *err);
