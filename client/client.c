// SPDX-License-Identifier: Apache-2.0
#include "client/client.h"

#include <errno.h>
#include <string.h>

#include "client/inside.h"

static const struct {
	long status;
	int code;
} status_codes[] = {
	{400, -EBADMSG}, {404, -ESRCH},	 {409, -EEXIST},
	{413, -EFBIG},	 {422, -EINVAL}, {503, -EAGAIN},
};

struct wf_client *wf_client_new(const char *socket_path)
{
	struct wf_client *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	curl_global_init(CURL_GLOBAL_NOTHING); /* no TLS on a Unix socket: saves its start-up */
	c->socket_path = strdup(socket_path);
	c->curl = curl_easy_init();
	if (!c->socket_path || !c->curl) {
		wf_client_free(c);
		return NULL;
	}
	return c;
}

void wf_client_free(struct wf_client *c)
{
	if (!c)
		return;
	curl_easy_cleanup(c->curl);
	curl_global_cleanup();
	json_decref(c->refusal);
	free(c->socket_path);
	free(c);
}

const json_t *wf_client_problems(const struct wf_client *c)
{
	return json_object_get(c->refusal, "problems");
}

const json_t *wf_client_refusal(const struct wf_client *c)
{
	return json_object_get(c->refusal, "error");
}

static size_t take_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct wf_buf *answer = arg;

	if (answer->len + size * n > WF_CLIENT_ANSWER_MAX)
		return 0;
	wf_buf_append(answer, data, size * n);
	return answer->is_failed ? 0 : size * n;
}

int wf_client_no_answer(const struct wf_client *c, CURLcode code, struct wf_err *err)
{
	const char *path = c->socket_path;
	long os_errno = 0;

	curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &os_errno);
	/* curl keeps no errno of a connect(2) that failed at once; the file itself tells. */
	if (code == CURLE_COULDNT_CONNECT && !os_errno)
		os_errno = access(path, F_OK) < 0	   ? errno
			   : access(path, R_OK | W_OK) < 0 ? errno
							   : ECONNREFUSED;
	if (code == CURLE_COULDNT_CONNECT && os_errno == EACCES)
		return wf_err_set(err, -EACCES,
				  "no permission for %s: run as root, or as a member of its group",
				  path);
	if (code == CURLE_COULDNT_CONNECT)
		return wf_err_set(err, -(int)os_errno,
				  "weftd does not answer on %s: %s; start it with 'weftd', or name "
				  "another socket with --socket or WEFT_SOCKET",
				  path, strerror((int)os_errno));
	if (code == CURLE_OPERATION_TIMEDOUT)
		return wf_err_set(err, -ETIMEDOUT,
				  "weftd on %s took the request but gave no answer in time: see "
				  "its log, or try again",
				  path);
	return wf_err_set(err, -EPROTO,
			  "the answer on %s broke off (%s): is it weftd that listens there?", path,
			  curl_easy_strerror(code));
}

static int refuse(struct wf_client *c, long status, struct wf_err *err)
{
	const char *msg = json_string_value(json_object_get(wf_client_refusal(c), "message"));
	const json_t *problems = wf_client_problems(c);
	int code = -EIO;

	for (size_t i = 0; i < sizeof(status_codes) / sizeof(*status_codes); i++)
		if (status_codes[i].status == status)
			code = status_codes[i].code;
	if (!msg)
		msg = json_string_value(json_object_get(json_array_get(problems, 0), "message"));
	if (msg)
		return wf_err_set(err, code, "%s", msg);
	return wf_err_set(err, code,
			  "weftd on %s answered with HTTP status %ld and no reason: is it of the "
			  "same version as this program? (weft version, weft status)",
			  c->socket_path, status);
}

int wf_client_take_answer(struct wf_client *c, const struct wf_buf *text, json_t **ret,
			  struct wf_err *err)
{
	_cleanup_json_ json_t *json = NULL;
	json_error_t at;
	long status = 0;

	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	json = json_loadb(text->data ? text->data : "", text->len, 0, &at);
	if (status < 200 || status > 299) {
		c->refusal = TAKE_PTR(json);
		return refuse(c, status, err);
	}
	if (!json)
		return wf_err_set(err, -EPROTO,
				  "the answer on %s is not JSON (%s): is it weftd that listens "
				  "there?",
				  c->socket_path, at.text);
	if (ret)
		*ret = TAKE_PTR(json);
	return 0;
}

void wf_client_aim(struct wf_client *c, const char *url)
{
	CURL *curl = c->curl;

	json_decref(c->refusal);
	c->refusal = NULL;
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, c->socket_path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)WF_CLIENT_CONNECT_MS);
}

static void set_options(struct wf_client *c, const char *method, const char *body,
			struct wf_buf *answer)
{
	CURL *curl = c->curl;

	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WF_CLIENT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
}

int wf_client_call(struct wf_client *c, const char *method, const char *path, json_t *body,
		   json_t **ret, struct wf_err *err)
{
	struct curl_slist *headers = NULL;
	_cleanup_free_ char *text = NULL;
	struct wf_buf url = {0}, answer = {0};
	CURLcode code;
	int r;

	wf_buf_printf(&url, "http://weft%s", path);
	if (body)
		text = json_dumps(body, JSON_COMPACT);
	headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (!headers || url.is_failed || (body && !text)) {
		r = wf_err_set(err, -ENOMEM, "out of memory");
		goto out;
	}
	wf_client_aim(c, url.data);
	set_options(c, method, text, &answer);
	/* "Expect: 100-continue" only costs a round trip on a socket of this machine. */
	curl_slist_append(headers, "Expect:");
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(c->curl);
	r = code ? wf_client_no_answer(c, code, err) : wf_client_take_answer(c, &answer, ret, err);
out:
	curl_slist_free_all(headers);
	wf_buf_done(&url);
	wf_buf_done(&answer);
	return r;
}

void wf_query_add(struct wf_buf *path, const char *key, const char *value)
{
	char *escaped;

	if (!value)
		return;
	escaped = curl_easy_escape(NULL, value, 0);
	wf_buf_printf(path, "%c%s=%s", path->data && strchr(path->data, '?') ? '&' : '?', key,
		      escaped ? escaped : "");
	curl_free(escaped);
}
