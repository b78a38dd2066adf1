/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests to weftd and back: what it finds wrong with them gets its place in the file. */
#pragma once

#include "client/client.h"
#include "schema/schema.h"

/*
 * Posts the objects of @m. -EINVAL with an empty err->msg: there are problems, in @m; else as
 * wf_client_call(). The caller owns *@ret.
 */
int wf_client_apply(struct wf_client *c, struct wf_manifest *m, bool is_dry_run, json_t **ret,
		    struct wf_err *err);
int wf_client_delete(struct wf_client *c, struct wf_manifest *m, json_t **ret, struct wf_err *err);
