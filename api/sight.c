// SPDX-License-Identifier: Apache-2.0
#include "api/sight.h"

#include <stdio.h>

#include "agent/drop.h"
#include "agent/printable.h"
#include "api/item.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

static const char *const hooks[WF_HOOK_COUNT] = {
	[WF_HOOK_NONE] = "none",
	[WF_HOOK_APPLY] = "apply",
	[WF_HOOK_VALIDATE] = "validate",
	[WF_HOOK_EDGE] = "edge",
};

static void add(json_t *item, const char *key, const char *text)
{
	char printable[256];

	json_object_set_new(item, key,
			    text ? json_string(wf_printable(text, printable, sizeof(printable)))
				 : json_null());
}

static const char *name_of(const struct wf_object *o)
{
	return o ? o->name : NULL;
}

static json_t *end_json(const struct wf_sight_end *end)
{
	char addr[WF_ADDR_STR_MAX];
	json_t *item = json_pack("{s:s,s:i}", "address", wf_addr_str(&end->addr, addr), "identity",
				 (int)end->identity);

	add(item, "tenant", end->endpoint ? end->endpoint->tenant : NULL);
	add(item, "name", name_of(end->endpoint));
	return item;
}

static const char *protocol(uint8_t number, char buf[8])
{
	static const struct {
		uint8_t number;
		const char *name;
	} names[] = {{WF_PROTO_TCP, "tcp"},   {WF_PROTO_UDP, "udp"},   {WF_PROTO_SCTP, "sctp"},
		     {WF_PROTO_DCCP, "dccp"}, {WF_PROTO_ICMP, "icmp"}, {WF_PROTO_ICMPV6, "icmp"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].number == number)
			return names[i].name;
	snprintf(buf, 8, "%u", number);
	return buf;
}

/* Of ICMP the type stands where others have their port, as in policies. */
static void add_flow(json_t *item, const struct wf_sight *s)
{
	const struct wf_flow *flow = &s->event->flow;
	unsigned int port = wf_ntohs(flow->dport);
	bool is_icmp = flow->proto == WF_PROTO_ICMP || flow->proto == WF_PROTO_ICMPV6;
	char buf[8];

	json_object_set_new(item, "from", end_json(&s->from));
	json_object_set_new(item, "to", end_json(&s->to));
	add(item, "protocol", protocol(flow->proto, buf));
	json_object_set_new(item, "port", json_integer(is_icmp ? port >> 8 : port));
	if (is_icmp)
		json_object_set_new(item, "code", json_integer(port & 0xff));
	else
		json_object_set_new(item, "source_port", json_integer(wf_ntohs(flow->sport)));
}

static void add_drop(json_t *item, const struct wf_event *e)
{
	add(item, "reason", wf_drop_name(e->drop));
	add(item, "text", wf_drop_text(e->drop));
}

/* The nodes of the path, in order; "" where only a SID is known. */
static json_t *path_json(const struct wf_path_info *p)
{
	json_t *nodes = json_array();

	for (unsigned int i = 0; i < p->n_segments; i++)
		wf_item_add_nodes(nodes, &p->segments[i]);
	return nodes;
}

static void add_way(json_t *item, const struct wf_sight *s)
{
	add(item, "way", name_of(s->way));
	json_object_set_new(item, "is_reverse", json_boolean(s->event->is_reverse));
	add(item, "ends_at", name_of(s->node));
	json_object_set_new(item, "path", s->has_path ? path_json(&s->path) : json_null());
}

json_t *wf_sight_json(const struct wf_sight *s, const char *node)
{
	const struct wf_event *e = s->event;
	bool is_drop = e->type == WF_EVENT_DROP;
	json_t *item = json_pack("{s:I,s:s,s:s,s:s}", "time_ms", (json_int_t)s->time_ms, "type",
				 is_drop ? "drop" : "verdict", "node", node, "hook",
				 hooks[e->hook < WF_HOOK_COUNT ? e->hook : WF_HOOK_NONE]);

	add(item, "interface", s->ifname);
	add(item, "tenant", name_of(s->tenant));
	if (s->has_flow)
		add_flow(item, s);
	if (is_drop)
		add_drop(item, e);
	add(item, "policy", name_of(s->policy));
	if (!is_drop)
		add_way(item, s);
	return item;
}
