/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "agent/edit.h"

/*
 * To be called by every edit that brings, changes or removes a function of @tenant, or that leads a
 * policy through one: what is right of one depends on the others.
 */
int wf_function_guard(struct wf_edit *e, const char *tenant, struct wf_err *err);
