/* SPDX-License-Identifier: Apache-2.0 */
/* Who is meant by the words of a check. */
#pragma once

#include "agent/check.h"

/* Fills from, to and port of @ret, the rest with zeros. Errors as wf_check_policy(). */
int wf_check_read(const struct wf_agent *a, const struct wf_check_question *q, struct wf_check *ret,
		  struct wf_err *err);
