// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/gateway.h"

/* "red/web": the tenant's name ends where the service's begins. */
static void read_service(struct wf_reader *r, const char *key, json_t *v, struct wf_publish *ret)
{
	static const char wanted[] = "a tenant and its service, like red/web";
	char text[WF_VALUE_TEXT_MAX], *slash;

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (!slash || !wf_name_is_valid(text) || !wf_name_is_valid(slash + 1)) {
		wf_value_wrong(r, key, wanted, v);
		return;
	}
	strcpy(ret->tenant, text);
	strcpy(ret->service, slash + 1);
}

static void read_key(struct wf_reader *r, const char *at, const char *name, json_t *v,
		     struct wf_publish *ret)
{
	static const char *const known[] = {"service", "addresses", NULL};
	char key[WF_KEY_MAX];

	snprintf(key, sizeof(key), "%.30s.%.60s", at, name);
	if (strcmp(name, "service") == 0)
		read_service(r, key, v, ret);
	else if (strcmp(name, "addresses") == 0)
		wf_value_addrs(r, key, v, WF_SERVICE_ADDR_MAX, ret->addrs, &ret->n_addrs);
	else
		wf_value_unknown_key(r, key, name, known);
}

static void read_published(struct wf_reader *r, const char *at, json_t *v, struct wf_publish *ret)
{
	const char *name;
	json_t *value;

	if (!json_is_object(v)) {
		wf_value_wrong(r, at,
			       "a service, like {service: red/web, addresses: [203.0.113.80]}", v);
		return;
	}
	json_object_foreach(v, name, value) read_key(r, at, name, value, ret);
	if (!json_object_get(v, "service"))
		wf_problems_add(r->problems, r->index, at,
				"the service is missing, like {service: red/web}");
	if (!json_object_get(v, "addresses"))
		wf_problems_add(r->problems, r->index, at,
				"addresses are missing, like {addresses: [203.0.113.80]}");
}

void wf_publish_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_gateway *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_GATEWAY_PUBLISH_MAX,
			   "services, like [{service: red/web}]") ||
	    !json_array_size(v))
		return;
	ret->publish = calloc(json_array_size(v), sizeof(*ret->publish));
	if (!ret->publish) {
		r->is_out_of_memory = true;
		return;
	}
	ret->n_publish = (unsigned int)json_array_size(v);
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_published(r, at, item, &ret->publish[i]);
	}
}

json_t *wf_publish_to_json(const struct wf_gateway *g)
{
	json_t *list = json_array();

	for (unsigned int i = 0; list && i < g->n_publish; i++) {
		const struct wf_publish *p = &g->publish[i];

		if (json_array_append_new(list,
					  json_pack("{s:o, s:o}", "service",
						    json_sprintf("%s/%s", p->tenant, p->service),
						    "addresses",
						    wf_addrs_to_json(p->addrs, p->n_addrs))) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
