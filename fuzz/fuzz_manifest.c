// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as a manifest: no crash, every problem is one printable line with a place, and whatever
 * is accepted survives the way into JSON and back.
 */
#include "fuzz/target.h"

#include <string.h>

#include "schema/schema.h"

/* A manifest has no secrets, only the names of files; the store has no keys without. */
static struct wf_object *with_secret(const struct wf_object *o)
{
	struct wf_object *whole = wf_object_clone(o);

	MUST(whole != NULL);
	if (o->kind == WF_KIND_KEY) {
		MUST(o->key.secret_len == 0);
		whole->key.secret_len = WF_SECRET_MIN;
	}
	return whole;
}

static void check_round_trip(const struct wf_object *o)
{
	WF_CLEANUP(cleanup_object) struct wf_object *whole = with_secret(o), *back = NULL;
	struct wf_problems problems = {0};
	json_t *json = wf_object_to_store(whole), *again;

	MUST(json != NULL);
	MUST(wf_object_from_json(json, true, 0, &problems, &back) == 0);
	again = wf_object_to_store(back);
	MUST(json_equal(json, again));
	json_decref(again);
	json_decref(json);
	wf_problems_done(&problems);
}

static void check_problems(const struct wf_manifest *m, int r)
{
	char *text = wf_manifest_problems_str(m);

	MUST((text != NULL) == (r != 0));
	for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n")) {
		MUST(strncmp(line, "f:", 2) == 0 ? atoi(line + 2) > 0
						 : strncmp(line, "and ", 4) == 0);
		for (const char *c = line; *c; c++)
			MUST((unsigned char)*c >= 0x20);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	WF_CLEANUP(cleanup_model) struct wf_model *model = wf_model_new();
	struct wf_problems problems = {0};
	struct wf_object *const *objects;
	size_t n;
	int r = wf_manifest_add(m, "f", (const char *)data, size);

	objects = wf_manifest_objects(m, &n);
	for (size_t i = 0; i < n; i++)
		check_round_trip(objects[i]);
	check_problems(m, r);
	if (wf_model_check_put(model, objects, n, &problems) == 0)
		for (size_t i = 0; i < n; i++)
			MUST(wf_model_put(model, objects[i]) == 0);
	for (size_t i = 0; i < problems.n; i++)
		wf_manifest_problem(m, problems.items[i].index, problems.items[i].key,
				    problems.items[i].msg);
	check_problems(m, r || problems.n);
	wf_problems_done(&problems);
	return 0;
}
