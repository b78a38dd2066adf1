/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: any right object, of any kind, by rand(). */
#pragma once

#include "model/object.h"

/* Owned by the caller. */
struct wf_object *random_object(void);
