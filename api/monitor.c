// SPDX-License-Identifier: Apache-2.0
/*
 * GET /v1/monitor: an answer that goes on until its client leaves or has what it asked for. Each
 * event is a chunk. What waits to be sent is bounded: a client that reads too slowly misses events,
 * and is told how many.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>

#include "agent/drop.h"
#include "agent/monitor.h"
#include "api/news.h"
#include "api/number.h"
#include "api/routes.h"
#include "api/server.h"
#include "api/sight.h"
#include "model/near.h"

#define WAITING_MAX    (256 << 10) /* bytes */
#define RATE_DEFAULT   1000
#define STUCK_SECONDS  60 /* then a client that reads nothing has to go */
#define REPORT_SECONDS 1  /* between lines that say what was missed */
#define JSON_LINES     "application/x-ndjson"
#define SERVER_SENT    "text/event-stream"

struct missed {
	uint64_t n_rate, n_lost; /* as struct wf_missed */
	uint64_t n_slow;	 /* there was no room for them */
};

struct wf_stream {
	struct wf_api *api;	      /* borrowed */
	struct evhttp_request *req;   /* borrowed from the server, until it ends */
	struct wf_listener *listener; /* owned */
	struct event *timer;	      /* owned; reports */
	bool is_server_sent;
	uint64_t n_left; /* until it ends; 0: it does not */
	uint64_t n_slow;
	struct missed reported;
};

static void forget(struct wf_stream *s)
{
	struct wf_api *api = s->api;

	for (size_t i = 0; i < api->streams.n; i++)
		if (api->streams.items[i] == s)
			api->streams.items[i] = api->streams.items[--api->streams.n];
	if (s->listener)
		wf_agent_unlisten(s->listener);
	if (s->timer)
		event_free(s->timer);
	free(s);
}

/* A request that its connection has given up is its handler's. */
static void on_close(struct evhttp_connection *conn, void *arg)
{
	struct wf_stream *s = arg;

	if (!evhttp_request_get_connection(s->req))
		evhttp_request_free(s->req);
	forget(s);
}

static struct bufferevent *connection_of(const struct wf_stream *s)
{
	return evhttp_connection_get_bufferevent(evhttp_request_get_connection(s->req));
}

static bool has_room(const struct wf_stream *s)
{
	return evbuffer_get_length(bufferevent_get_output(connection_of(s))) < WAITING_MAX;
}

/* Takes @item. */
static void send_item(struct wf_stream *s, const char *type, json_t *item)
{
	_cleanup_free_ char *text = item ? json_dumps(item, JSON_COMPACT) : NULL;
	struct evbuffer *out = evbuffer_new();
	int r = -1;

	json_decref(item);
	if (out && text)
		r = s->is_server_sent
			    ? evbuffer_add_printf(out, "event: %s\ndata: %s\n\n", type, text)
			    : evbuffer_add_printf(out, "%s\n", text);
	if (r >= 0)
		evhttp_send_reply_chunk(s->req, out);
	else
		s->n_slow++;
	if (out)
		evbuffer_free(out);
}

static void report(struct wf_stream *s)
{
	struct wf_missed missed = wf_listener_missed(s->listener);
	struct missed now = {missed.n_rate, missed.n_lost, s->n_slow}, *was = &s->reported;

	if (!memcmp(&now, was, sizeof(now)) || !has_room(s))
		return;
	send_item(s, "missed",
		  json_pack("{s:s,s:I,s:I,s:I}", "type", "missed", "rate",
			    (json_int_t)(now.n_rate - was->n_rate), "slow",
			    (json_int_t)(now.n_slow - was->n_slow), "lost",
			    (json_int_t)(now.n_lost - was->n_lost)));
	*was = now;
}

static void on_timer(int fd, short what, void *arg)
{
	report(arg);
}

/* The connection may be used again: as it was before. */
static void finish(struct wf_stream *s)
{
	struct evhttp_request *req = s->req;
	struct timeval idle = {.tv_sec = WF_API_IDLE_SECONDS};

	report(s);
	bufferevent_set_timeouts(connection_of(s), &idle, &idle);
	evhttp_connection_set_closecb(evhttp_request_get_connection(req), NULL, NULL);
	forget(s);
	evhttp_send_reply_end(req);
}

/* Takes @item; NULL: there was no room to make it. */
static void send_event(struct wf_stream *s, const char *type, json_t *item)
{
	send_item(s, type, item);
	if (s->n_left && !--s->n_left)
		finish(s);
}

static bool may_send(struct wf_stream *s, struct wf_agent_status *ret)
{
	if (!has_room(s)) {
		s->n_slow++;
		return false;
	}
	wf_agent_status(s->api->agent, ret);
	return true;
}

static void on_sight(void *arg, const struct wf_sight *sight)
{
	struct wf_agent_status status;

	if (may_send(arg, &status))
		send_event(arg, sight->event->type == WF_EVENT_DROP ? "drop" : "verdict",
			   wf_sight_json(sight, status.node));
}

static void on_news(void *arg, const struct wf_news *news)
{
	struct wf_agent_status status;

	if (may_send(arg, &status))
		send_event(arg, "health", wf_news_json(news, status.node));
}

void wf_streams_done(struct wf_api *api)
{
	while (api->streams.n) {
		struct wf_stream *s = api->streams.items[0];

		evhttp_connection_set_closecb(evhttp_request_get_connection(s->req), NULL, NULL);
		forget(s);
	}
	wf_vec_done(&api->streams);
}

static void begin_answer(struct wf_stream *s)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(s->req);
	struct timeval stuck = {.tv_sec = STUCK_SECONDS}, second = {.tv_sec = REPORT_SECONDS};

	evhttp_add_header(headers, "Content-Type", s->is_server_sent ? SERVER_SENT : JSON_LINES);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_send_reply_start(s->req, 200, "OK");
	evhttp_connection_set_closecb(evhttp_request_get_connection(s->req), on_close, s);
	bufferevent_set_timeouts(connection_of(s), NULL, &stuck);
	event_add(s->timer, &second);
}

static bool wants_server_sent(const struct wf_call *c)
{
	const char *accept = evhttp_find_header(evhttp_request_get_input_headers(c->req), "Accept");

	return accept && strstr(accept, SERVER_SENT);
}

static void begin(struct wf_call *c, const struct wf_monitor_filter *filter, uint64_t limit)
{
	struct wf_stream *s = calloc(1, sizeof(*s));
	const struct wf_hearer hearer = {on_sight, on_news, s};
	struct wf_err err = {0};

	if (s)
		*s = (struct wf_stream){.api = c->api,
					.req = c->req,
					.is_server_sent = wants_server_sent(c),
					.n_left = limit,
					.timer = event_new(c->api->base, -1, EV_PERSIST, on_timer,
							   s)};
	if (!s || !s->timer || wf_vec_push(&c->api->streams, s) < 0) {
		if (s)
			forget(s);
		wf_call_answer(c, 503, NULL);
	} else if (wf_agent_listen(c->agent, filter, &hearer, &s->listener, &err) < 0) {
		forget(s);
		wf_call_fail_err(c, &err);
	} else {
		begin_answer(s);
	}
}

#define ALL (1u << WF_EVENT_DROP | 1u << WF_EVENT_VERDICT | WF_LISTEN_NEWS)

/* The mask of a type; 0: there is none of that name. */
static unsigned int type_mask(const char *name, size_t len)
{
	static const struct {
		const char *name;
		unsigned int mask;
	} types[] = {
		{"all", ALL},
		{"drop", 1u << WF_EVENT_DROP},
		{"verdict", 1u << WF_EVENT_VERDICT},
		{"health", WF_LISTEN_NEWS},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, name, len))
			return types[i].mask;
	return 0;
}

/* One or several, with commas between. */
static int read_type(struct wf_call *c, unsigned int *ret)
{
	const char *word = wf_call_query(c, "type");

	*ret = word ? 0 : ALL;
	while (word) {
		const size_t len = strcspn(word, ",");
		const unsigned int mask = type_mask(word, len);

		if (!mask) {
			wf_call_fail(c, 422, "'type' is drop, verdict, health or all, not '%.*s'",
				     (int)(len < 60 ? len : 60), word);
			return -EINVAL;
		}
		*ret |= mask;
		word = word[len] ? word + len + 1 : NULL;
	}
	return 0;
}

static int read_name(struct wf_call *c, const char *key, char *ret)
{
	const char *name = wf_call_query(c, key);

	if (!name)
		return 0;
	if (!wf_name_is_valid(name)) {
		wf_call_fail(c, 422, "'%.63s' cannot be the name of %s %s", name,
			     *key == 'e' ? "an" : "a", key);
		return -EINVAL;
	}
	snprintf(ret, WF_NAME_MAX + 1, "%s", name);
	return 0;
}

static int read_reason(struct wf_call *c, struct wf_monitor_filter *f)
{
	const char *reason = wf_call_query(c, "reason");
	struct wf_err err = {0};

	if (!reason)
		return 0;
	f->mask &= 1u << WF_EVENT_DROP;
	if (f->mask && wf_drop_parse(reason, &f->reason, &err) == 0)
		return 0;
	if (err.code)
		wf_call_fail_err(c, &err);
	else
		wf_call_fail(c, 422, "'reason' is for drops: nothing else has one");
	return -EINVAL;
}

static int read_policy(struct wf_call *c, struct wf_monitor_filter *f)
{
	if (read_name(c, "policy", f->policy) < 0)
		return -EINVAL;
	if (*f->policy)
		f->mask &= ~WF_LISTEN_NEWS;
	if (f->mask)
		return 0;
	wf_call_fail(c, 422, "'policy' is for packets: health has none");
	return -EINVAL;
}

static int read_number(struct wf_call *c, const char *key, uint64_t max, uint64_t *n)
{
	const char *text = wf_call_query(c, key);

	if (!text || (wf_number_parse(text, max, n) == 0 && *n))
		return 0;
	wf_call_fail(c, 422, "'%s' is a number from 1 to %llu, not '%.60s'", key,
		     (unsigned long long)max, text);
	return -EINVAL;
}

void wf_show_monitor(struct wf_call *c)
{
	struct wf_monitor_filter f = {0};
	uint64_t rate = RATE_DEFAULT, limit = 0;

	if (read_type(c, &f.mask) < 0 || read_name(c, "tenant", f.tenant) < 0 ||
	    read_name(c, "endpoint", f.endpoint) < 0 || read_policy(c, &f) < 0 ||
	    read_reason(c, &f) < 0 || read_number(c, "rate", WF_LISTENER_RATE_MAX, &rate) < 0 ||
	    read_number(c, "limit", INT64_MAX, &limit) < 0)
		return;
	f.rate = (uint32_t)rate;
	begin(c, &f, limit);
}
