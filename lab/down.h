/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "lab/lab.h"

/*
 * Takes away all that may be there of a lab whose lock the caller holds, and goes on after a
 * failure: the first one is in @err.
 */
int wf_lab_take_away(const struct wf_lab *lab, struct wf_err *err);
