/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: an object from the text of its JSON, and back. Include cmocka before. */
#pragma once

#include "schema/schema.h"

/* It must be right; the test fails otherwise. Returns it, owned by the caller. */
static inline struct wf_object *from_text(const char *text, bool is_trusted)
{
	json_t *json = json_loads(text, 0, NULL);
	struct wf_problems problems = {0};
	struct wf_object *o = NULL;
	int r;

	assert_non_null(json);
	r = wf_object_from_json(json, is_trusted, 0, &problems, &o);
	if (problems.n)
		print_message("%s: %s: %s\n", text, problems.items[0].key, problems.items[0].msg);
	assert_int_equal(r, 0);
	wf_problems_done(&problems);
	json_decref(json);
	return o;
}

/* As for the store: whole, with secrets. Owned by the caller. */
static inline char *to_text(const struct wf_object *o)
{
	json_t *json = wf_object_to_store(o);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text;
}
