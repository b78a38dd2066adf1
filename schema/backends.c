// SPDX-License-Identifier: Apache-2.0
#include "schema/service.h"

#include <stdio.h>
#include <string.h>

static void read_key(struct wf_reader *r, const char *at, const char *name, json_t *v,
		     struct wf_backends *ret)
{
	static const char *const known[] = {"labels", "weight", NULL};
	uint32_t weight;
	char key[WF_KEY_MAX];

	snprintf(key, sizeof(key), "%.30s.%.60s", at, name);
	if (strcmp(name, "labels") == 0)
		wf_value_labels(r, key, v, &ret->labels);
	else if (strcmp(name, "weight") != 0)
		wf_value_unknown_key(r, key, name, known);
	else if (wf_value_number(r, key, v, 0, WF_BACKEND_WEIGHT_MAX, &weight))
		ret->weight = (uint8_t)weight;
}

static void read_selection(struct wf_reader *r, const char *at, json_t *v, struct wf_backends *ret)
{
	const char *name;
	json_t *value;

	ret->weight = 1;
	if (!json_is_object(v)) {
		wf_value_wrong(r, at, "backends, like {labels: {app: web}, weight: 2}", v);
		return;
	}
	json_object_foreach(v, name, value) read_key(r, at, name, value, ret);
	if (!json_object_get(v, "labels"))
		wf_problems_add(r->problems, r->index, at,
				"labels are missing, like {labels: {app: web}}");
}

void wf_backends_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_service *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_SERVICE_BACKENDS_MAX,
			   "selections, like [{labels: {app: web}}]"))
		return;
	ret->n_backends = (unsigned int)json_array_size(v);
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_selection(r, at, item, &ret->backends[i]);
	}
}

json_t *wf_backends_to_json(const struct wf_service *s)
{
	json_t *list = json_array();

	for (unsigned int i = 0; list && i < s->n_backends; i++)
		if (json_array_append_new(list, json_pack("{s:o, s:i}", "labels",
							  wf_labels_to_json(&s->backends[i].labels),
							  "weight", (int)s->backends[i].weight)) <
		    0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
