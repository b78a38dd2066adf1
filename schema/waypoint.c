// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "schema/keys.h"

#define NODE_WORD "node/"

void wf_value_node(struct wf_reader *r, const char *key, json_t *v, char ret[WF_NAME_MAX + 1])
{
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, "a node, like node/4", text))
		return;
	if (strncmp(text, NODE_WORD, strlen(NODE_WORD)) == 0 &&
	    wf_name_is_valid(text + strlen(NODE_WORD)))
		strcpy(ret, text + strlen(NODE_WORD));
	else if (wf_name_is_valid(text))
		wf_problems_add(r->problems, r->index, key,
				"'%s' would be a function, which " WF_LATER
				"; a node is written node/%s",
				text, text);
	else
		wf_value_wrong(r, key, "a node, like node/4", v);
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
