// SPDX-License-Identifier: Apache-2.0
#include "api/server.h"

#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "api/routes.h"

static const struct wf_route *find(const char *path, enum evhttp_cmd_type method,
				   bool *ret_has_path)
{
	*ret_has_path = false;
	for (size_t i = 0; i < wf_n_routes; i++) {
		if (!wf_route_takes(wf_routes[i].path, path))
			continue;
		*ret_has_path = true;
		if (wf_routes[i].method == method)
			return &wf_routes[i];
	}
	return NULL;
}

static void route(struct wf_call *c, const char *path)
{
	bool has_path;
	const struct wf_route *r = find(path, evhttp_request_get_command(c->req), &has_path);

	if (r)
		r->handle(c);
	else if (has_path)
		wf_call_fail(c, 405, "'%.100s' does not take this method; docs/api.md lists which",
			     path);
	else
		wf_call_fail(c, 404, "there is no '%.100s'; docs/api.md lists what there is", path);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct wf_api *api = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	const char *query = uri ? evhttp_uri_get_query(uri) : NULL;
	struct evkeyvalq params = {0};
	struct wf_call call = {api, api->agent, req, &params};

	if (query && evhttp_parse_query_str(query, &params) < 0)
		wf_call_fail(&call, 400, "the query cannot be read: write it like name=web");
	else
		route(&call, path ? path : "/");
	evhttp_clear_headers(&params);
}

static int address_of(const char *path, struct sockaddr_un *ret, struct wf_err *err)
{
	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(ret->sun_path))
		return wf_err_set(
			err, -ENAMETOOLONG,
			"socket '%.120s' has too long a path, more than %zu bytes: choose "
			"another --socket",
			path, sizeof(ret->sun_path) - 1);
	strcpy(ret->sun_path, path);
	return 0;
}

/* Does anybody answer? What nobody answers on is removed. */
static int clear_way(const struct sockaddr_un *addr, struct wf_err *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (lstat(addr->sun_path, &st) < 0)
		return errno == ENOENT ? 0
				       : wf_err_errno(err, -errno, "socket '%s'", addr->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return wf_err_set(err, -EEXIST,
				  "'%s' is no socket: remove it, or choose another "
				  "--socket",
				  addr->sun_path);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0)
		return wf_err_set(err, -EADDRINUSE,
				  "somebody serves on '%s' already: is weftd running? stop it, or "
				  "choose another --socket",
				  addr->sun_path);
	if (unlink(addr->sun_path) < 0)
		return wf_err_errno(err, -errno, "socket '%s'", addr->sun_path);
	return 0;
}

static int open_socket(const char *path, int *ret, struct wf_err *err)
{
	_cleanup_close_ int fd = -1;
	struct sockaddr_un addr;
	mode_t mask;
	int r = address_of(path, &addr, err);

	if (!r)
		r = clear_way(&addr, err);
	if (r)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0117); /* 0660 from the first moment on */
	r = fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
	umask(mask);
	if (!r && listen(fd, 128) < 0)
		r = -errno;
	if (r)
		return wf_err_errno(err, r, "socket '%s' cannot be served", path);
	*ret = TAKE_FD(fd);
	return 0;
}

static int listen_on(struct wf_api *api, int fd, struct wf_err *err)
{
	struct evconnlistener *listener = evconnlistener_new(
		api->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);

	if (!listener) {
		close(fd);
		return wf_err_set(err, -ENOMEM, "socket '%s': out of memory", api->path);
	}
	if (evhttp_bind_listener(api->http, listener))
		return 0;
	evconnlistener_free(listener);
	return wf_err_set(err, -ENOMEM, "socket '%s': out of memory", api->path);
}

static void on_pass(void *arg)
{
	wf_sync_wake(arg);
}

int wf_api_new(struct wf_agent *agent, struct event_base *base, const char *path,
	       struct wf_api **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_api) struct wf_api *api = calloc(1, sizeof(*api));
	int fd = -1, r;

	if (!api)
		return wf_err_set(err, -ENOMEM, "out of memory");
	api->agent = agent;
	api->base = base;
	api->http = evhttp_new(base);
	if (!api->http)
		return wf_err_set(err, -ENOMEM, "out of memory");
	evhttp_set_max_body_size(api->http, WF_API_BODY_MAX);
	evhttp_set_max_headers_size(api->http, WF_API_HEADER_MAX);
	evhttp_set_allowed_methods(api->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
						      EVHTTP_REQ_DELETE | EVHTTP_REQ_PATCH);
	evhttp_set_timeout(api->http, WF_API_IDLE_SECONDS);
	evhttp_set_gencb(api->http, on_request, api);
	r = open_socket(path, &fd, err);
	if (r)
		return r;
	api->path = strdup(path);
	r = listen_on(api, fd, err);
	if (r)
		return r;
	wf_agent_on_pass(agent, on_pass, api);
	*ret = TAKE_PTR(api);
	return 0;
}

void wf_api_free(struct wf_api *api)
{
	if (!api)
		return;
	wf_agent_on_pass(api->agent, NULL, NULL);
	wf_sync_done(api);
	wf_streams_done(api);
	if (api->http)
		evhttp_free(api->http);
	if (api->path)
		unlink(api->path);
	free(api->path);
	free(api);
}
