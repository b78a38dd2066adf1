// SPDX-License-Identifier: Apache-2.0
/* curl's multi interface, so that a signal or a reader that leaves is seen while nothing comes. */
#include "client/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "client/inside.h"

#define WAIT_MS 60000 /* of one poll; nothing depends on it */

struct stream {
	struct wf_client *client;
	const struct wf_stream_want *want;
	CURLM *multi;	     /* owned */
	struct wf_buf text;  /* an unfinished line, or a refusal */
	bool is_ended;	     /* as wanted */
	const char *garbage; /* what is wrong with a line; NULL: nothing */
};

static bool is_success(const struct stream *s)
{
	long status = 0;

	curl_easy_getinfo(s->client->curl, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status <= 299;
}

/* Hands over one line; false: that was the last. */
static bool take_line(struct stream *s, const char *line, size_t len)
{
	_cleanup_json_ json_t *item = NULL;

	if (!len)
		return true;
	item = json_loadb(line, len, 0, NULL);
	if (!item)
		s->garbage = "a line is not JSON";
	else if (s->want->line(s->want->arg, item) != 0)
		s->is_ended = true;
	return item && !s->is_ended;
}

/* All that is whole of the text; the rest stays in it. */
static bool take_lines(struct stream *s)
{
	char *at = s->text.data, *end;
	bool goes_on = true;

	while (goes_on && at &&
	       (end = memchr(at, '\n', s->text.len - (size_t)(at - s->text.data)))) {
		goes_on = take_line(s, at, (size_t)(end - at));
		at = end + 1;
	}
	if (at) {
		s->text.len -= (size_t)(at - s->text.data);
		memmove(s->text.data, at, s->text.len);
	}
	return goes_on;
}

static size_t take_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct stream *s = arg;

	wf_buf_append(&s->text, data, size * n);
	if (s->text.is_failed)
		return 0;
	if (is_success(s) && !take_lines(s))
		return 0;
	if (s->text.len > WF_CLIENT_LINE_MAX)
		s->garbage = "a line has no end";
	return s->garbage ? 0 : size * n;
}

static bool nobody_reads(int fd)
{
	struct pollfd p = {.fd = fd};

	return fd >= 0 && poll(&p, 1, 0) == 1 && p.revents & (POLLERR | POLLHUP | POLLNVAL);
}

static bool is_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return fd >= 0 && poll(&p, 1, 0) == 1;
}

/* Sleeps until there is something to do. */
static void wait(struct stream *s)
{
	struct curl_waitfd fds[2] = {
		{.fd = s->want->stop_fd, .events = CURL_WAIT_POLLIN},
		{.fd = s->want->out_fd},
	};
	unsigned int first = s->want->stop_fd < 0, n = s->want->out_fd < 0 ? 1 : 2;

	curl_multi_poll(s->multi, fds + first, n - first, WAIT_MS, NULL);
	if (is_readable(s->want->stop_fd) || nobody_reads(s->want->out_fd))
		s->is_ended = true;
}

/* CURLE_OK also when it was ended as wanted. */
static CURLcode run(struct stream *s)
{
	int n_running = 1, n_left;
	CURLMsg *msg;

	while (n_running && !s->is_ended) {
		if (curl_multi_perform(s->multi, &n_running) != CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
		if (n_running)
			wait(s);
	}
	msg = s->is_ended ? NULL : curl_multi_info_read(s->multi, &n_left);
	return msg ? msg->data.result : CURLE_OK;
}

static int finish(struct stream *s, CURLcode code, struct wf_err *err)
{
	const char *path = s->client->socket_path;

	if (s->garbage)
		return wf_err_set(err, -EPROTO,
				  "the answer on %s makes no sense (%s): is it weftd that listens "
				  "there?",
				  path, s->garbage);
	if (s->is_ended)
		return 0;
	if (code && is_success(s))
		return wf_err_set(err, -EPIPE, "weftd on %s has ended: see 'weft status'", path);
	if (code)
		return wf_client_no_answer(s->client, code, err);
	return is_success(s) ? 0 : wf_client_take_answer(s->client, &s->text, NULL, err);
}

int wf_client_stream(struct wf_client *c, const char *path, const struct wf_stream_want *want,
		     struct wf_err *err)
{
	struct stream s = {.client = c, .want = want, .multi = curl_multi_init()};
	struct wf_buf url = {0};
	int r = -ENOMEM;

	wf_buf_printf(&url, "http://weft%s", path);
	if (s.multi && url.data && !url.is_failed) {
		wf_client_aim(c, url.data);
		curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take_bytes);
		curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, &s);
		curl_multi_add_handle(s.multi, c->curl);
		r = finish(&s, run(&s), err);
		curl_multi_remove_handle(s.multi, c->curl);
	} else {
		wf_err_set(err, r, "out of memory");
	}
	if (s.multi)
		curl_multi_cleanup(s.multi);
	wf_buf_done(&s.text);
	wf_buf_done(&url);
	return r;
}
