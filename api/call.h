/* SPDX-License-Identifier: Apache-2.0 */
/* Private to api/: one request, and the ways to answer it. Each request is answered once. */
#pragma once

#include <event2/http.h>
#include <jansson.h>

#include "agent/agent.h"
#include "api/api.h"

struct wf_call {
	struct wf_api *api;
	struct wf_agent *agent;
	struct evhttp_request *req;
	const struct evkeyvalq *query;
};

/* NULL: not given. */
const char *wf_call_query(const struct wf_call *c, const char *key);

/* Takes @json; NULL is out of memory. */
void wf_call_answer(struct wf_call *c, int status, json_t *json);
/* {"items": [...]}; takes @items. */
void wf_call_answer_items(struct wf_call *c, json_t *items);
void wf_call_answer_text(struct wf_call *c, const char *content_type, const char *text);
void wf_call_fail(struct wf_call *c, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* With the status that fits the code. */
void wf_call_fail_err(struct wf_call *c, const struct wf_err *err);
/* The problems, if there are any, else the error. */
void wf_call_fail_problems(struct wf_call *c, const struct wf_problems *problems,
			   const struct wf_err *err);

/* The body as a JSON object with no other keys than @known (NULL-terminated); answers 400 and
 * returns NULL if it is not. The caller decrefs. */
json_t *wf_call_body(struct wf_call *c, const char *const *known);
/* The part of the path before the @i-th '/', counted from 1: 2 is "endpoints" in
 * "/v1/endpoints/red".
 * "" if there is none, or it cannot be a name. @ret: WF_NAME_MAX + 1 bytes. */
void wf_call_part(const struct wf_call *c, unsigned int i, char *ret);
/* Adds a label of the body; answers and returns -EINVAL if it cannot be one. */
int wf_call_label(struct wf_call *c, const char *key, json_t *value, struct wf_labels *labels);
/* The text at @key; NULL: not there, or null. Answers 400 and returns -EINVAL if it is no text, or
 * missing though required. */
int wf_call_text(struct wf_call *c, json_t *body, const char *key, bool is_required,
		 const char **ret);
