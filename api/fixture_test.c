// SPDX-License-Identifier: Apache-2.0
#include "api/fixture_test.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/weft-api-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	wf_rig_init(&f->rig);
	wf_rig_start(&f->rig, 0);
	wf_rig_start(&f->rig, 1);
	assert_int_equal(wf_api_new(f->rig.nodes[0].agent, f->rig.base, f->path, &f->api, NULL), 0);
	*state = f;
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	wf_api_free(f->api);
	wf_rig_done(&f->rig);
	assert_int_not_equal(access(f->path, F_OK), 0);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void on_event(struct bufferevent *conn, short what, void *arg)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		((struct answer *)arg)->is_done = true;
}

static bool is_done(void *arg)
{
	return ((struct answer *)arg)->is_done;
}

void ask(struct fixture *f, struct answer *a, const char *request, size_t len)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	memset(a, 0, sizeof(*a));
	strcpy(addr.sun_path, f->path);
	a->conn = bufferevent_socket_new(f->rig.base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(a->conn, NULL, NULL, on_event, a);
	bufferevent_enable(a->conn, EV_READ | EV_WRITE);
	bufferevent_socket_connect(a->conn, (struct sockaddr *)&addr, sizeof(addr));
	bufferevent_write(a->conn, request, len);
}

/* The status; the body as JSON (NULL if it is none) to @ret. */
int take(struct fixture *f, struct answer *a, json_t **ret)
{
	struct evbuffer *in = bufferevent_get_input(a->conn);
	const char *body;
	char *text;
	int status = 0;

	assert_true(wf_rig_wait(&f->rig, is_done, a));
	text = strndup((const char *)evbuffer_pullup(in, -1), evbuffer_get_length(in));
	sscanf(text, "HTTP/1.1 %d", &status);
	body = strstr(text, "\r\n\r\n");
	*ret = body ? json_loads(body + 4, 0, NULL) : NULL;
	free(text);
	bufferevent_free(a->conn);
	return status;
}

void ask_for(struct fixture *f, struct answer *a, const char *method, const char *path,
	     const char *body)
{
	char head[1024];
	struct evbuffer *out = evbuffer_new();

	snprintf(head, sizeof(head),
		 "%s %s HTTP/1.1\r\nHost: weft\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
		 method, path, strlen(body));
	evbuffer_add(out, head, strlen(head));
	evbuffer_add(out, body, strlen(body));
	ask(f, a, (const char *)evbuffer_pullup(out, -1), evbuffer_get_length(out));
	evbuffer_free(out);
}

int call(struct fixture *f, const char *method, const char *path, const char *body, json_t **ret)
{
	struct answer a;

	ask_for(f, &a, method, path, body);
	return take(f, &a, ret);
}

void must(struct fixture *f, const char *method, const char *path, const char *body)
{
	json_t *json;

	assert_int_equal(call(f, method, path, body, &json), 200);
	json_decref(json);
}

void fill(struct fixture *f)
{
	must(f, "POST", "/v1/apply", "{\"objects\":[" TENANT "," POLICY "]}");
	must(f, "POST", "/v1/attach",
	     "{\"tenant\":\"red\",\"netns\":\"c1\",\"name\":\"web\",\"labels\":{\"app\":\"web\"}}");
	wf_rig_must_attach(f->rig.nodes[1].agent, "red", "db", "c1");
	wf_rig_settle(&f->rig);
}
