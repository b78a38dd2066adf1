/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: an API over two nodes in memory, asked over a real socket in the server's own loop. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/bufferevent.h>
#include <jansson.h>

#include "agent/rig.h"
#include "api/api.h"

#define TENANT "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define POLICY                                                                                    \
	"{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":\"any\",\"to\":\"any\"," \
	"\"via\":[\"node/n2\"]}"

struct fixture {
	struct wf_rig rig; /* n1, which is asked, and n2 */
	struct wf_api *api;
	char dir[32];
	char path[64];
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

struct answer {
	struct bufferevent *conn; /* owned */
	bool is_done;
};

/* Begins to ask. */
void ask(struct fixture *f, struct answer *a, const char *request, size_t len);
void ask_for(struct fixture *f, struct answer *a, const char *method, const char *path,
	     const char *body);
/* Waits for the end of the answer: the status; the body as JSON (NULL if it is none) to @ret. */
int take(struct fixture *f, struct answer *a, json_t **ret);
/* Both. */
int call(struct fixture *f, const char *method, const char *path, const char *body, json_t **ret);
void must(struct fixture *f, const char *method, const char *path, const char *body);
/* Tenant red with policy p by n2; endpoint web on n1, db on n2. */
void fill(struct fixture *f);
