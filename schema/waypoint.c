// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "schema/keys.h"

#define NODE_WORD "node/"

static bool is_node(const char *text)
{
	return strncmp(text, NODE_WORD, strlen(NODE_WORD)) == 0 &&
	       wf_name_is_valid(text + strlen(NODE_WORD));
}

void wf_value_waypoint(struct wf_reader *r, const char *key, json_t *v, char ret[WF_NAME_MAX + 1],
		       bool *ret_is_function)
{
	static const char wanted[] = "a node, like node/4, or a function, like fw";
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	if (is_node(text))
		strcpy(ret, text + strlen(NODE_WORD));
	else if (wf_name_is_valid(text))
		strcpy(ret, text);
	else
		wf_value_wrong(r, key, wanted, v);
	*ret_is_function = !is_node(text);
}

void wf_value_node(struct wf_reader *r, const char *key, json_t *v, char ret[WF_NAME_MAX + 1])
{
	static const char wanted[] = "a node, like node/4";
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	if (is_node(text))
		strcpy(ret, text + strlen(NODE_WORD));
	else if (wf_name_is_valid(text))
		wf_problems_add(r->problems, r->index, key, "a node is written node/%s", text);
	else
		wf_value_wrong(r, key, wanted, v);
}

json_t *wf_via_to_json(const struct wf_path *path)
{
	json_t *list = json_array();

	for (unsigned int i = 0; list && i < path->n_via; i++)
		if (json_array_append_new(list, json_sprintf("%s%s",
							     path->is_function[i] ? "" : NODE_WORD,
							     path->via[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *wf_nodes_to_json(const char (*names)[WF_NAME_MAX + 1], unsigned int n)
{
	json_t *list = json_array();

	for (unsigned int i = 0; list && i < n; i++)
		if (json_array_append_new(list, json_sprintf(NODE_WORD "%s", names[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
