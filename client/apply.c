// SPDX-License-Identifier: Apache-2.0
#include "client/apply.h"

#include <errno.h>

#include "client/secret.h"

static int post(struct wf_client *c, const char *path, json_t *body, struct wf_manifest *m,
		json_t **ret, struct wf_err *err)
{
	const json_t *problems, *problem;
	size_t i;
	int r;

	if (!body)
		return wf_err_set(err, -ENOMEM, "out of memory");
	r = wf_client_call(c, "POST", path, body, ret, err);
	problems = wf_client_problems(c);
	if (r == 0 || !json_array_size(problems))
		return r;
	json_array_foreach(problems, i, problem)
	{
		const char *key = json_string_value(json_object_get(problem, "key"));
		const char *msg = json_string_value(json_object_get(problem, "message"));

		wf_manifest_problem(m, json_integer_value(json_object_get(problem, "index")),
				    key ? key : "", msg ? msg : "");
	}
	err->msg[0] = '\0';
	return -EINVAL;
}

json_t *wf_client_declaration(const struct wf_object *o)
{
	static const char *const own[] = {"declared", "state"};
	json_t *json = wf_object_to_store(o);

	for (size_t i = 0; json && i < sizeof(own) / sizeof(*own); i++)
		json_object_del(json, own[i]);
	return json;
}

/* The secrets of keys are in files beside the manifest. -EINVAL: @m has the problems. */
static int read_secrets(struct wf_manifest *m)
{
	struct wf_object *const *o;
	size_t n;
	int r = 0;

	o = wf_manifest_objects(m, &n);
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *path = wf_manifest_secret_file(m, i);
		struct wf_err err = {0};
		size_t len = 0;

		if (!path)
			continue;
		if (wf_secret_read(path, o[i]->key.secret, &len, &err) < 0) {
			wf_manifest_problem(m, i, "secret_file", err.msg);
			r = -EINVAL;
		}
		o[i]->key.secret_len = (unsigned int)len;
	}
	return r;
}

int wf_client_apply(struct wf_client *c, struct wf_manifest *m, bool is_dry_run, json_t **ret,
		    struct wf_err *err)
{
	json_t *objects = json_array();
	_cleanup_json_ json_t *body = NULL;
	struct wf_object *const *o;
	size_t n;

	if (read_secrets(m) < 0) {
		json_decref(objects);
		err->msg[0] = '\0';
		return -EINVAL;
	}
	o = wf_manifest_objects(m, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(objects, wf_client_declaration(o[i]));
	body = json_pack("{s:o, s:b}", "objects", objects, "dry_run", is_dry_run);
	return post(c, "/v1/apply", body, m, ret, err);
}

int wf_client_delete(struct wf_client *c, struct wf_manifest *m, json_t **ret, struct wf_err *err)
{
	json_t *objects = json_array();
	_cleanup_json_ json_t *body = NULL;
	struct wf_object *const *o;
	size_t n;

	o = wf_manifest_objects(m, &n);
	for (size_t i = 0; i < n; i++) {
		json_t *ref = json_pack("{s:s, s:s}", "kind", wf_kind_name(o[i]->kind), "name",
					o[i]->name);

		if (wf_kind_has_tenant(o[i]->kind))
			json_object_set_new(ref, "tenant", json_string(o[i]->tenant));
		json_array_append_new(objects, ref);
	}
	body = json_pack("{s:o}", "objects", objects);
	return post(c, "/v1/delete", body, m, ret, err);
}
