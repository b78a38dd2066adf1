/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which endpoints are instances of functions and backends of services: those whose labels say so,
 * attached or not. A gateway's own are neither, a node's own no instances.
 */
#pragma once

#include "model/model.h"

/* Of the same tenant. */
bool wf_function_has(const struct wf_function *f, const struct wf_endpoint *e);
/* The selection of @s that counts for @e. NULL: it is no backend. */
const struct wf_backends *wf_service_backends_of(const struct wf_service *s,
						 const struct wf_endpoint *e);

/*
 * The function that @endpoint is an instance of: the first in order, though the checks let none be
 * an instance of two. Borrowed; NULL: of none. Grows with the functions of its tenant.
 */
const struct wf_object *wf_model_function_of(const struct wf_model *m,
					     const struct wf_object *endpoint);
