// SPDX-License-Identifier: Apache-2.0
#include "model/ports.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/near.h"
#include "schema/rules.h"

static void unknown_protocol(struct wf_reader *r, const char *key, const char *text)
{
	char word[WF_VALUE_TEXT_MAX], words[WF_NEAR_STR_MAX];
	struct wf_near near = {.wanted = word};

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "/"), text);
	for (unsigned int i = 0; wf_port_protocol(i); i++)
		wf_near_offer(&near, wf_port_protocol(i));
	wf_problems_add(r->problems, r->index, key, "there is no protocol '%.60s'%s", word,
			wf_near_str(&near, words));
}

static void read_range(struct wf_reader *r, const char *key, json_t *v, struct wf_port_range *ret)
{
	static const char wanted[] = "ports, like tcp/5432, tcp/8000-8100, udp or icmp/8";
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	switch (wf_port_range_parse(text, ret)) {
	case 0:
		return;
	case -EPROTONOSUPPORT:
		if (strspn(text, "0123456789-") == strlen(text))
			wf_value_wrong(r, key, wanted, v);
		else
			unknown_protocol(r, key, text);
		return;
	case -ERANGE:
		wf_problems_add(r->problems, r->index, key,
				"'%.60s' has a port beyond %d, the last one there is", text,
				WF_PORT_MAX);
		return;
	default:
		wf_value_wrong(r, key, wanted, v);
	}
}

void wf_ports_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_policy *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_POLICY_PORTS_MAX, "port ranges, like [tcp/5432]"))
		return;
	if (!json_array_size(v))
		wf_problems_add(r->problems, r->index, key,
				"there is no port in it; without `ports` a policy is for all");
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_range(r, at, item, &ret->ports[i]);
	}
	ret->n_ports = (unsigned int)json_array_size(v);
}

json_t *wf_ports_to_json(const struct wf_policy *p)
{
	json_t *list = json_array();
	char text[WF_PORT_RANGE_STR_MAX];

	for (unsigned int i = 0; list && i < p->n_ports; i++)
		if (json_array_append_new(list,
					  json_string(wf_port_range_str(&p->ports[i], text))) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
