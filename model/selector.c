// SPDX-License-Identifier: Apache-2.0
#include "model/object.h"

#include <string.h>

static const char *tenant_str(const struct wf_selector *s, char *buf)
{
	char *p = stpcpy(stpcpy(buf, WF_SELECTOR_TENANT), s->tenant);

	if (s->labels.n) {
		*p++ = '/';
		wf_labels_str(&s->labels, p);
	}
	return buf;
}

const char *wf_selector_str(const struct wf_selector *s, char *buf)
{
	switch (s->type) {
	case WF_SELECT_LABELS:
		return wf_labels_str(&s->labels, buf);
	case WF_SELECT_PREFIX:
		return wf_prefix_str(&s->prefix, buf);
	case WF_SELECT_TENANT:
		return tenant_str(s, buf);
	case WF_SELECT_INTERNET:
		return strcpy(buf, "internet");
	default:
		return strcpy(buf, "any");
	}
}

static bool has_address_in(const struct wf_endpoint *e, const struct wf_prefix *prefix)
{
	for (unsigned int i = 0; i < e->n_addrs; i++)
		if (wf_prefix_has(prefix, &e->addrs[i]))
			return true;
	return false;
}

bool wf_selector_matches(const struct wf_selector *s, const struct wf_endpoint *e)
{
	switch (s->type) {
	case WF_SELECT_ANY:
		return true;
	case WF_SELECT_LABELS:
	case WF_SELECT_TENANT:
		return wf_labels_have(&e->labels, &s->labels);
	case WF_SELECT_PREFIX:
		return has_address_in(e, &s->prefix);
	default:
		return false;
	}
}
