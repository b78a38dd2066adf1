// SPDX-License-Identifier: Apache-2.0
#include "api/call.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdarg.h>
#include <stdio.h>

#include "schema/schema.h"

static const struct {
	int code, status;
} statuses[] = {
	{-ENOENT, 404}, {-EEXIST, 409}, {-EADDRNOTAVAIL, 409}, {-EINVAL, 422}, {-E2BIG, 413},
};

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 409:
		return "Conflict";
	case 413:
		return "Content Too Large";
	case 422:
		return "Unprocessable Content";
	default:
		return "Service Unavailable";
	}
}

const char *wf_call_query(const struct wf_call *c, const char *key)
{
	return evhttp_find_header(c->query, key);
}

static void reply(struct wf_call *c, int status, const char *content_type, const char *text)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(c->req);

	evhttp_add_header(headers, "Content-Type", content_type);
	evbuffer_add(evhttp_request_get_output_buffer(c->req), text, strlen(text));
	evhttp_send_reply(c->req, status, reason(status), NULL);
}

void wf_call_answer(struct wf_call *c, int status, json_t *json)
{
	_cleanup_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	if (text)
		reply(c, status, "application/json", text);
	else
		reply(c, 503, "application/json",
		      "{\"error\":{\"message\":\"weftd is out of memory\"}}");
}

void wf_call_answer_items(struct wf_call *c, json_t *items)
{
	wf_call_answer(c, 200, items ? json_pack("{s:o}", "items", items) : NULL);
}

void wf_call_answer_text(struct wf_call *c, const char *content_type, const char *text)
{
	reply(c, 200, content_type, text);
}

void wf_call_fail(struct wf_call *c, int status, const char *fmt, ...)
{
	char msg[1024];
	json_t *text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	text = json_string(msg);
	if (!text) /* what was asked for need not be UTF-8 */
		text = json_string("the request has text that is not UTF-8");
	wf_call_answer(c, status, json_pack("{s:{s:o}}", "error", "message", text));
}

static int status_of(int code)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].code == code)
			return statuses[i].status;
	return 503;
}

void wf_call_fail_err(struct wf_call *c, const struct wf_err *err)
{
	wf_call_fail(c, status_of(err->code), "%s", err->msg);
}

void wf_call_fail_problems(struct wf_call *c, const struct wf_problems *problems,
			   const struct wf_err *err)
{
	json_t *list;

	if (!problems->n) {
		wf_call_fail_err(c, err);
		return;
	}
	list = json_array();
	for (size_t i = 0; i < problems->n; i++) {
		const struct wf_problem *p = &problems->items[i];

		json_array_append_new(list,
				      json_pack("{s:I,s:s,s:s}", "index", (json_int_t)p->index,
						"key", p->key, "message", p->msg));
	}
	wf_call_answer(c, status_of(err->code), json_pack("{s:o}", "problems", list));
}

static bool is_known(const char *key, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(*known, key))
			return true;
	return false;
}

json_t *wf_call_body(struct wf_call *c, const char *const *known)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(c->req);
	size_t len = evbuffer_get_length(in);
	json_error_t bad = {.text = "it is empty"};
	json_t *body = NULL, *v;
	const char *key;

	if (len)
		body = json_loadb((const char *)evbuffer_pullup(in, -1), len,
				  JSON_REJECT_DUPLICATES, &bad);
	if (!body) {
		wf_call_fail(c, 400, "the body is not JSON: %s (line %d)", wf_json_fault(&bad),
			     bad.line);
		return NULL;
	}
	if (!json_is_object(body)) {
		wf_call_fail(c, 400, "the body must be a JSON object, like {\"%s\": ...}",
			     known[0]);
		json_decref(body);
		return NULL;
	}
	json_object_foreach(body, key, v)
	{
		if (is_known(key, known))
			continue;
		wf_call_fail(c, 400,
			     "the body has the unknown key '%.64s'; docs/api.md lists those "
			     "there are",
			     key);
		json_decref(body);
		return NULL;
	}
	return body;
}

int wf_call_text(struct wf_call *c, json_t *body, const char *key, bool is_required,
		 const char **ret)
{
	json_t *v = json_object_get(body, key);

	*ret = json_string_value(v);
	if (*ret || (!is_required && (!v || json_is_null(v))))
		return 0;
	wf_call_fail(c, 400, "'%s' must be a text%s", key, v ? "" : ", and is missing");
	return -EINVAL;
}

void wf_call_part(const struct wf_call *c, unsigned int i, char *ret)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(c->req));
	size_t len;

	while (i-- && path) {
		path = strchr(path, '/');
		path = path ? path + 1 : NULL;
	}
	len = path ? strcspn(path, "/") : 0;
	snprintf(ret, WF_NAME_MAX + 1, "%.*s", (int)len, path ? path : "");
	if (len > WF_NAME_MAX || !wf_name_is_valid(ret))
		*ret = '\0';
}

int wf_call_label(struct wf_call *c, const char *key, json_t *value, struct wf_labels *labels)
{
	const char *text = json_string_value(value);
	int r = text ? wf_labels_set(labels, key, text) : -EINVAL;

	if (!r)
		return 0;
	wf_call_fail(c, 422,
		     r == -E2BIG ? "label '%.63s' is too much: at most 32 labels, and 400 bytes"
				 : "label '%.63s' is wrong: letters, digits, '-', '_', '.', at "
				   "most 63 each",
		     key);
	return -EINVAL;
}
