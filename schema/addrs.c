// SPDX-License-Identifier: Apache-2.0
/* Lists of addresses. */
#include <stdio.h>

#include "schema/value.h"

void wf_value_addrs(struct wf_reader *r, const char *key, json_t *v, size_t max,
		    struct wf_addr *ret, unsigned int *ret_n)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, max, "addresses, like [10.0.0.5]"))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		wf_value_addr(r, at, item, &ret[i]);
	}
	*ret_n = (unsigned int)json_array_size(v);
}

json_t *wf_addrs_to_json(const struct wf_addr *addrs, unsigned int n)
{
	json_t *list = json_array();
	char text[WF_ADDR_STR_MAX];

	for (unsigned int i = 0; list && i < n; i++)
		if (json_array_append_new(list, json_string(wf_addr_str(&addrs[i], text))) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
