/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check of the model says of a batch; include cmocka before, and say before the first use
 * what world() is: the model that is asked, anew each time.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"

typedef int (*check_fn)(const struct wf_model *m, struct wf_object *const *objects, size_t n,
			struct wf_problems *problems);

/* @expected: "INDEX KEY: MESSAGE" lines. Takes the model and the objects. */
static inline void expect(check_fn check, struct wf_model *m, struct wf_object **objects, size_t n,
			  const char *expected)
{
	struct wf_problems problems = {0};
	char found[4096] = "";

	assert_int_equal(check(m, objects, n, &problems), *expected ? -EINVAL : 0);
	for (size_t i = 0; i < problems.n; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%zu %s: %s\n",
			 problems.items[i].index, problems.items[i].key, problems.items[i].msg);
	assert_string_equal(found, expected);
	wf_problems_done(&problems);
	for (size_t i = 0; i < n; i++)
		wf_object_unref(objects[i]);
	wf_model_free(m);
}

#define EXPECT_IN(check, model, expected, ...)                                                    \
	do {                                                                                      \
		struct wf_object *_objects[] = {__VA_ARGS__};                                     \
		expect(check, model, _objects, sizeof(_objects) / sizeof(*_objects), (expected)); \
	} while (0)
#define EXPECT(check, expected, ...) EXPECT_IN(check, world(), expected, __VA_ARGS__)

#define EXPECT_PUT(expected, ...)    EXPECT(wf_model_check_put, expected, __VA_ARGS__)
#define EXPECT_REMOVE(expected, ...) EXPECT(wf_model_check_remove, expected, __VA_ARGS__)
