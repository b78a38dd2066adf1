/* SPDX-License-Identifier: Apache-2.0 */
/* Private to api/: news of health as JSON (docs/monitor.md). */
#pragma once

#include <jansson.h>

#include "agent/news.h"

/* As GET /v1/nodes says it; NULL: not known. */
const char *wf_reach_word(enum wf_reach reach);
/* @node: this one's name. NULL without memory. */
json_t *wf_news_json(const struct wf_news *news, const char *node);
