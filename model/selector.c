// SPDX-License-Identifier: Apache-2.0
#include "model/object.h"

#include <string.h>

const char *wf_selector_str(const struct wf_selector *s, char *buf)
{
	switch (s->type) {
	case WF_SELECT_LABELS:
		return wf_labels_str(&s->labels, buf);
	case WF_SELECT_PREFIX:
		return wf_prefix_str(&s->prefix, buf);
	default:
		return strcpy(buf, "any");
	}
}

bool wf_selector_matches(const struct wf_selector *s, const struct wf_endpoint *e)
{
	if (s->type == WF_SELECT_LABELS)
		return wf_labels_have(&e->labels, &s->labels);
	if (s->type == WF_SELECT_ANY)
		return true;
	for (unsigned int i = 0; i < e->n_addrs; i++)
		if (wf_prefix_has(&s->prefix, &e->addrs[i]))
			return true;
	return false;
}
