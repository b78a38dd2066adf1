// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "schema/rules.h"

static const char wanted[] = "any, internet, labels like {app: web}, a prefix like 10.0.0.0/24 or "
			     "another tenant like tenant/blue";

static void read_map(struct wf_reader *r, const char *key, json_t *v, struct wf_selector *s)
{
	if (json_object_get(v, "tenant"))
		wf_problems_add(r->problems, r->index, key,
				"another tenant is written tenant/NAME, or tenant/NAME/app=web; a "
				"label that is called so, tenant=x");
	else if (!json_object_size(v))
		wf_problems_add(r->problems, r->index, key,
				"there is no label in it; write any for all endpoints");
	else if (wf_value_labels(r, key, v, &s->labels))
		s->type = WF_SELECT_LABELS;
}

static bool read_labels(struct wf_reader *r, const char *key, const char *text,
			struct wf_labels *ret)
{
	int code = wf_labels_parse(text, ret);

	if (code == -ENOMEM)
		r->is_out_of_memory = true;
	else if (code == -E2BIG)
		wf_problems_add(r->problems, r->index, key,
				"too many labels: at most %d, and %d bytes as text", WF_LABELS_MAX,
				WF_LABELS_TEXT_MAX);
	else if (code || !*text)
		wf_problems_add(r->problems, r->index, key,
				"'%.70s' is not a set of labels, like app=web,tier=front", text);
	return !code && *text;
}

/* @text: what follows "tenant/". */
static void read_tenant(struct wf_reader *r, const char *key, json_t *v, const char *text,
			struct wf_selector *s)
{
	size_t len = strcspn(text, "/");
	struct wf_selector found = {.type = WF_SELECT_TENANT};

	if (len > WF_NAME_MAX) {
		wf_value_wrong(r, key, "another tenant, like tenant/blue", v);
		return;
	}
	memcpy(found.tenant, text, len);
	if (!wf_name_is_valid(found.tenant))
		wf_value_wrong(r, key, "another tenant, like tenant/blue", v);
	else if (!text[len] || read_labels(r, key, text + len + 1, &found.labels))
		*s = found;
}

void wf_selector_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_selector *ret)
{
	const char *text = json_is_string(v) ? json_string_value(v) : NULL;

	if (json_is_object(v))
		read_map(r, key, v, ret);
	else if (!text)
		wf_value_wrong(r, key, wanted, v);
	else if (strcmp(text, "any") == 0)
		ret->type = WF_SELECT_ANY;
	else if (strcmp(text, "internet") == 0)
		ret->type = WF_SELECT_INTERNET;
	else if (strncmp(text, WF_SELECTOR_TENANT, strlen(WF_SELECTOR_TENANT)) == 0)
		read_tenant(r, key, v, text + strlen(WF_SELECTOR_TENANT), ret);
	else if (strchr(text, '=')) {
		if (read_labels(r, key, text, &ret->labels))
			ret->type = WF_SELECT_LABELS;
	} else if (!strchr(text, '/'))
		wf_value_wrong(r, key, wanted, v);
	else if (wf_value_prefix(r, key, v, &ret->prefix))
		ret->type = WF_SELECT_PREFIX;
}

static bool has_label_tenant(const struct wf_labels *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].key, "tenant") == 0)
			return true;
	return false;
}

json_t *wf_selector_to_json(const struct wf_selector *s)
{
	char text[WF_SELECTOR_STR_MAX];

	if (s->type == WF_SELECT_LABELS && !has_label_tenant(&s->labels))
		return wf_labels_to_json(&s->labels);
	return json_string(wf_selector_str(s, text));
}
