// SPDX-License-Identifier: Apache-2.0
#include "model/service_port.h"

#include <errno.h>
#include <stdio.h>

#include "model/ports.h"
#include "schema/service.h"

static void read_port(struct wf_reader *r, const char *key, json_t *v, struct wf_service_port *ret)
{
	static const char wanted[] = "a port, like udp/53 or tcp/80->8080";
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, wanted, text))
		return;
	switch (wf_service_port_parse(text, ret)) {
	case 0:
		return;
	case -EPROTONOSUPPORT:
		wf_problems_add(r->problems, r->index, key,
				"'%.60s': a service has ports of tcp, udp and sctp alone", text);
		return;
	case -ERANGE:
		wf_problems_add(r->problems, r->index, key, "'%.60s': there are ports from 1 to %d",
				text, WF_PORT_MAX);
		return;
	default:
		wf_value_wrong(r, key, wanted, v);
	}
}

void wf_service_ports_from_json(struct wf_reader *r, const char *key, json_t *v,
				struct wf_service *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_SERVICE_PORTS_MAX, "ports, like [tcp/80->8080]"))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_port(r, at, item, &ret->ports[i]);
	}
	ret->n_ports = (unsigned int)json_array_size(v);
}

json_t *wf_service_ports_to_json(const struct wf_service *s)
{
	json_t *list = json_array();
	char text[WF_SERVICE_PORT_STR_MAX];

	for (unsigned int i = 0; list && i < s->n_ports; i++)
		if (json_array_append_new(list, json_string(wf_service_port_str(&s->ports[i],
										text))) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
