/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to a weftd: one request, one answer, JSON both ways (docs/api.md), over its Unix socket.
 *
 * What goes wrong becomes one sentence in a struct wf_err that says what, why and what to try;
 * only the problems of an apply are more than one, see wf_client_problems().
 */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/own.h"

#define WF_SOCKET_DEFAULT    "/run/weft/weftd.sock"
#define WF_CLIENT_ANSWER_MAX (256u << 20) /* bytes of one answer */
#define WF_CLIENT_TIMEOUT_MS 60000	  /* of one request, with its answer */
#define WF_CLIENT_CONNECT_MS 5000

struct wf_client;

/* Nothing is connected yet. NULL without memory. */
struct wf_client *wf_client_new(const char *socket_path);
void wf_client_free(struct wf_client *c);
WF_DEFINE_CLEANUP(client, struct wf_client *, wf_client_free)

/*
 * Sends @method ("GET", "POST") to @path (with its query); @body, borrowed, may be NULL. On success
 * the caller owns *@ret (@ret may be NULL). Nobody answers: -ENOENT, -ECONNREFUSED, -EACCES,
 * -ETIMEDOUT; no sense in the answer: -EPROTO; weftd refused: -EBADMSG (400), -ESRCH (404),
 * -EEXIST (409), -EFBIG (413), -EINVAL (422), -EAGAIN (503), -EIO (others).
 */
int wf_client_call(struct wf_client *c, const char *method, const char *path, json_t *body,
		   json_t **ret, struct wf_err *err);

/* The "problems" of the last refusal: borrowed until the next call; NULL: there were none. */
const json_t *wf_client_problems(const struct wf_client *c);
/* All else of the last refusal (its "error" object); the same. */
const json_t *wf_client_refusal(const struct wf_client *c);

/* Appends "?key=value" or "&key=value" to @path, escaped; nothing when @value is NULL. */
void wf_query_add(struct wf_buf *path, const char *key, const char *value);

static inline void cleanup_json(json_t **j)
{
	json_decref(*j);
}

#define _cleanup_json_ WF_CLEANUP(cleanup_json)
