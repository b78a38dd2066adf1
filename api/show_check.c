// SPDX-License-Identifier: Apache-2.0
/* GET /v1/policy/check: what would happen to a packet, and by whose word. */
#include "agent/check.h"
#include "agent/drop.h"
#include "api/call.h"
#include "api/routes.h"
#include "model/ports.h"
#include "schema/schema.h"

static json_t *name_of(const struct wf_object *o)
{
	return o ? json_string(o->name) : json_null();
}

static json_t *end_json(const struct wf_check_end *end)
{
	char addr[WF_ADDR_STR_MAX];

	return json_pack("{s:s,s:o,s:s,s:s?}", "tenant", end->tenant->name, "name",
			 name_of(end->endpoint), "address", wf_addr_str(&end->addr, addr), "node",
			 end->endpoint ? end->endpoint->endpoint.node : NULL);
}

/* "default" says what that is, where no policy decides. */
static json_t *ruling_json(const char *at, const struct wf_check_ruling *r)
{
	bool is_deny = r->judge->self.is_deny_default;

	return json_pack("{s:s,s:s,s:s,s:s?,s:s,s:o,s:s}", "at", at, "node", r->node, "verdict",
			 r->drop ? "dropped" : "allowed", "reason",
			 r->drop ? wf_drop_name(r->drop) : NULL, "tenant", r->judge->name, "policy",
			 name_of(r->policy), "default", is_deny ? "deny" : "allow");
}

static json_t *rulings_json(const struct wf_check *c, const struct wf_check_ruling *sender,
			    const struct wf_check_ruling *receiver)
{
	json_t *list = json_array();

	if (sender->node)
		json_array_append_new(list, ruling_json(c->is_local ? "both" : "sender", sender));
	if (receiver->node)
		json_array_append_new(list, ruling_json("receiver", receiver));
	return list;
}

static const struct wf_check_ruling *first_of(const struct wf_check_ruling *sender,
					      const struct wf_check_ruling *receiver)
{
	return sender->node ? sender : receiver;
}

/* The policy's ways as its manifest has them: "via" or "paths". Null: direct. */
static json_t *way_json(const struct wf_check_ruling *r)
{
	json_t *policy, *way;

	if (!r->way)
		return json_null();
	policy = wf_object_to_json(r->way);
	way = json_pack("{s:s,s:b,s:O*,s:O*}", "policy", r->way->name, "is_reverse",
			(int)r->is_reverse, "via", json_object_get(policy, "via"), "paths",
			json_object_get(policy, "paths"));
	json_decref(policy);
	return way;
}

static json_t *needs_json(uint8_t needs)
{
	static const struct {
		uint8_t need;
		const char *name;
	} names[] = {{WF_NEED_HMAC, "hmac"}, {WF_NEED_PATH, "path"}, {WF_NEED_TRANSIT, "transit"}};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (needs & names[i].need)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static enum wf_drop reply_drop(const struct wf_check *c)
{
	return c->reply_sender.drop ? c->reply_sender.drop : c->reply_receiver.drop;
}

static json_t *reply_json(const struct wf_check *c)
{
	enum wf_drop drop = reply_drop(c);

	if (!c->has_reply)
		return json_null();
	return json_pack("{s:s,s:s?,s:s?,s:o,s:o}", "verdict", drop ? "dropped" : "allowed",
			 "reason", drop ? wf_drop_name(drop) : NULL, "because",
			 drop		       ? NULL
			 : c->is_by_connection ? "connection"
					       : "policy",
			 "rulings", rulings_json(c, &c->reply_sender, &c->reply_receiver), "way",
			 way_json(first_of(&c->reply_sender, &c->reply_receiver)));
}

/* The nodes that verify its header if it passes them. */
static json_t *verified_json(const struct wf_check *c)
{
	const struct wf_tenant *t = &c->to.tenant->self;
	json_t *list = json_array();

	if (c->is_local || wf_check_drop(c))
		return list;
	for (unsigned int i = 0; i < t->n_verify; i++)
		json_array_append_new(list, json_string(t->verify[i]));
	return list;
}

static json_t *check_json(const struct wf_check *c)
{
	enum wf_drop drop = wf_check_drop(c);
	char port[WF_PORT_RANGE_STR_MAX];

	return json_pack("{s:o,s:o,s:s,s:s,s:s?,s:s?,s:o,s:o,s:b,s:o,s:i,s:o,s:o}", "from",
			 end_json(&c->from), "to", end_json(&c->to), "port",
			 wf_port_range_str(&c->port, port), "verdict", drop ? "dropped" : "allowed",
			 "reason", drop ? wf_drop_name(drop) : NULL, "text",
			 drop ? wf_drop_text(drop) : NULL, "rulings",
			 rulings_json(c, &c->sender, &c->receiver), "way",
			 way_json(first_of(&c->sender, &c->receiver)), "is_local", (int)c->is_local,
			 "require", needs_json(c->needs), "transit_every", (int)c->transit_every,
			 "verified_at", verified_json(c), "reply", reply_json(c));
}

void wf_show_check(struct wf_call *c)
{
	struct wf_check_question q = {
		.from = wf_call_query(c, "from"),
		.to = wf_call_query(c, "to"),
		.tenant = wf_call_query(c, "tenant"),
		.port = wf_call_query(c, "port"),
	};
	struct wf_err err = {0};
	struct wf_check check;

	if (!q.from || !q.to || !q.port)
		wf_call_fail(c, 400, "'from', 'to' and 'port' must be given");
	else if (wf_check_policy(c->agent, &q, &check, &err) < 0)
		wf_call_fail_err(c, &err);
	else
		wf_call_answer(c, 200, check_json(&check));
}
