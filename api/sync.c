// SPDX-License-Identifier: Apache-2.0
/*
 * GET /v1/sync: a request that waits, without the loop waiting, until a pass has brought the kernel
 * to its revision. It ends by that, by its time, or by its client going away.
 */
#include "api/server.h"

#include "api/number.h"
#include "api/routes.h"

#define TIMEOUT_MS_MAX	   30000
#define TIMEOUT_MS_DEFAULT 10000

static uint64_t installed(const struct wf_api *api)
{
	struct wf_agent_status s;

	wf_agent_status(api->agent, &s);
	return s.installed_revision;
}

static void answer(struct wf_call *c)
{
	wf_call_answer(c, 200, json_pack("{s:I}", "revision", (json_int_t)installed(c->api)));
}

static void fail(struct wf_call *c, uint64_t revision)
{
	struct wf_agent_status s;
	const char *why = "the store has not told of it yet";

	wf_agent_status(c->agent, &s);
	if (s.pass_error->code)
		why = s.pass_error->msg;
	else if (s.store_error->code)
		why = s.store_error->msg;
	wf_call_fail(c, 503, "revision %llu is not in the kernel in time (%llu is): %s",
		     (unsigned long long)revision, (unsigned long long)s.installed_revision, why);
}

static void forget(struct wf_waiter *w)
{
	struct wf_api *api = w->api;

	for (size_t i = 0; i < api->waiters.n; i++)
		if (api->waiters.items[i] == w)
			api->waiters.items[i] = api->waiters.items[--api->waiters.n];
	event_free(w->timer);
	free(w);
}

static void on_close(struct evhttp_connection *conn, void *arg)
{
	forget(arg);
}

/* Ends the wait; the call can be answered. */
static struct wf_call release(struct wf_waiter *w)
{
	struct wf_call c = {w->api, w->api->agent, w->req, NULL};

	evhttp_connection_set_closecb(evhttp_request_get_connection(w->req), NULL, NULL);
	forget(w);
	return c;
}

static void on_timeout(int fd, short what, void *arg)
{
	struct wf_waiter *w = arg;
	uint64_t revision = w->revision;
	struct wf_call c = release(w);

	fail(&c, revision);
}

void wf_sync_wake(struct wf_api *api)
{
	uint64_t revision = installed(api);

	for (size_t i = api->waiters.n; i-- > 0;) {
		struct wf_call c;

		if (api->waiters.items[i]->revision > revision)
			continue;
		c = release(api->waiters.items[i]);
		answer(&c);
	}
}

void wf_sync_done(struct wf_api *api)
{
	while (api->waiters.n)
		release(api->waiters.items[0]);
	wf_vec_done(&api->waiters);
}

static int wait(struct wf_call *c, uint64_t revision, uint64_t timeout_ms)
{
	struct timeval time = {.tv_sec = (time_t)(timeout_ms / 1000),
			       .tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000)};
	struct wf_waiter *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	*w = (struct wf_waiter){.api = c->api, .req = c->req, .revision = revision};
	w->timer = evtimer_new(c->api->base, on_timeout, w);
	if (!w->timer || wf_vec_push(&c->api->waiters, w) < 0) {
		if (w->timer)
			event_free(w->timer);
		free(w);
		return -ENOMEM;
	}
	event_add(w->timer, &time);
	evhttp_connection_set_closecb(evhttp_request_get_connection(c->req), on_close, w);
	return 0;
}

void wf_do_sync(struct wf_call *c)
{
	const char *revision = wf_call_query(c, "revision"),
		   *timeout = wf_call_query(c, "timeout_ms");
	uint64_t wanted, ms = TIMEOUT_MS_DEFAULT;

	if (!revision || wf_number_parse(revision, INT64_MAX, &wanted) < 0)
		wf_call_fail(c, 400, "'revision' must be a number, as an answer to apply gave it");
	else if (timeout && wf_number_parse(timeout, TIMEOUT_MS_MAX, &ms) < 0)
		wf_call_fail(c, 400, "'timeout_ms' must be a number, at most %d", TIMEOUT_MS_MAX);
	else if (wanted <= installed(c->api))
		answer(c);
	else if (wait(c, wanted, ms) < 0)
		wf_call_answer(c, 503, NULL);
}
