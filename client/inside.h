/* SPDX-License-Identifier: Apache-2.0 */
/* Private to client/: what single answers and answers that go on have in common. */
#pragma once

#include <curl/curl.h>

#include "client/client.h"

struct wf_client {
	char *socket_path; /* owned */
	CURL *curl;	   /* owned; keeps the connection between calls */
	json_t *refusal;   /* owned: the last answer that was not a 2xx */
};

/* Forgets the last request; the next one goes to @url. */
void wf_client_aim(struct wf_client *c, const char *url);
/* Why there was no whole answer. */
int wf_client_no_answer(const struct wf_client *c, CURLcode code, struct wf_err *err);
/* The answer as JSON, or why it is none, or what is refused. @ret may be NULL. */
int wf_client_take_answer(struct wf_client *c, const struct wf_buf *text, json_t **ret,
			  struct wf_err *err);
