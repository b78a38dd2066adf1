// SPDX-License-Identifier: Apache-2.0
/* POST /v1/attach and /v1/detach. */
#include <stdio.h>

#include "api/item.h"
#include "api/routes.h"

/* Fills @ret with the texts of @list; answers if one is no address. */
static int read_addresses(struct wf_call *c, json_t *list, struct wf_addr *ret, size_t *ret_n)
{
	json_t *v;
	size_t i;

	if (list && !json_is_array(list)) {
		wf_call_fail(c, 400, "'addresses' must be a list of texts");
		return -EINVAL;
	}
	*ret_n = json_array_size(list);
	if (*ret_n > WF_ENDPOINT_ADDR_MAX) {
		wf_call_fail(c, 422, "%zu addresses, at most %d", *ret_n, WF_ENDPOINT_ADDR_MAX);
		return -EINVAL;
	}
	json_array_foreach(list, i, v)
	{
		const char *text = json_string_value(v);

		if (text && wf_addr_parse(text, &ret[i]) == 0)
			continue;
		wf_call_fail(c, 422, "'%.60s' is not an address, like 10.0.0.5 or fd00::5",
			     text ? text : "addresses[]");
		return -EINVAL;
	}
	return 0;
}

static int read_labels(struct wf_call *c, json_t *map, struct wf_labels *ret)
{
	const char *key;
	json_t *v;

	if (map && !json_is_object(map)) {
		wf_call_fail(c, 400,
			     "'labels' must be an object of texts, like {\"app\": \"web\"}");
		return -EINVAL;
	}
	json_object_foreach(map, key, v)
	{
		if (wf_call_label(c, key, v, ret) < 0)
			return -EINVAL;
	}
	return 0;
}

static int read_sr_aware(struct wf_call *c, json_t *v, bool *ret)
{
	if (v && !json_is_boolean(v)) {
		wf_call_fail(c, 400, "'sr_aware' must be true or false");
		return -EINVAL;
	}
	*ret = json_is_true(v);
	return 0;
}

static void answer_attached(struct wf_call *c, const struct wf_outcome *outcome)
{
	json_t *item = wf_item_endpoint(c->agent, NULL, outcome->endpoint);

	json_object_set_new(item, "revision", json_integer((json_int_t)outcome->revision));
	wf_call_answer(c, 200, item);
}

static void attach(struct wf_call *c, const struct wf_attach *request)
{
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	if (wf_agent_attach(c->agent, request, &outcome, &err) < 0)
		wf_call_fail_problems(c, &outcome.problems, &err);
	else
		answer_attached(c, &outcome);
	wf_outcome_done(&outcome);
}

static int read_attach(struct wf_call *c, json_t *body, struct wf_attach *ret,
		       struct wf_addr *addrs, struct wf_labels *labels)
{
	if (wf_call_text(c, body, "tenant", true, &ret->tenant) < 0 ||
	    wf_call_text(c, body, "netns", true, &ret->netns) < 0 ||
	    wf_call_text(c, body, "name", false, &ret->name) < 0 ||
	    wf_call_text(c, body, "ifname", false, &ret->ifname) < 0 ||
	    read_addresses(c, json_object_get(body, "addresses"), addrs, &ret->n_addrs) < 0 ||
	    read_labels(c, json_object_get(body, "labels"), labels) < 0 ||
	    read_sr_aware(c, json_object_get(body, "sr_aware"), &ret->is_sr_aware) < 0)
		return -EINVAL;
	ret->addrs = addrs;
	ret->labels = labels;
	return 0;
}

void wf_do_attach(struct wf_call *c)
{
	static const char *const known[] = {"tenant",	 "name",   "netns",    "ifname",
					    "addresses", "labels", "sr_aware", NULL};
	json_t *body = wf_call_body(c, known);
	struct wf_addr addrs[WF_ENDPOINT_ADDR_MAX];
	struct wf_attach request = {0};
	struct wf_labels labels = {0};

	if (body && read_attach(c, body, &request, addrs, &labels) == 0)
		attach(c, &request);
	wf_labels_done(&labels);
	json_decref(body);
}

/* By its names, or by its interface. Answers on failure. */
static int read_detach(struct wf_call *c, json_t *body, char *tenant, char *name)
{
	const char *t, *n, *netns, *ifname;
	struct wf_err err = {0};

	if (wf_call_text(c, body, "tenant", false, &t) < 0 ||
	    wf_call_text(c, body, "name", false, &n) < 0 ||
	    wf_call_text(c, body, "netns", false, &netns) < 0 ||
	    wf_call_text(c, body, "ifname", false, &ifname) < 0)
		return -EINVAL;
	if (t && n && !netns && !ifname) {
		snprintf(tenant, WF_NAME_MAX + 1, "%s", t);
		snprintf(name, WF_NAME_MAX + 1, "%s", n);
		return 0;
	}
	if (!netns || t || n) {
		wf_call_fail(c, 400, "give 'tenant' and 'name', or 'netns' and 'ifname'");
		return -EINVAL;
	}
	if (wf_agent_find_port(c->agent, netns, ifname ? ifname : "eth0", tenant, name, &err) == 0)
		return 0;
	wf_call_fail_err(c, &err);
	return -EINVAL;
}

static void detach(struct wf_call *c, const char *tenant, const char *name)
{
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	if (wf_agent_detach(c->agent, tenant, name, &outcome, &err) < 0)
		wf_call_fail_problems(c, &outcome.problems, &err);
	else
		wf_call_answer(c, 200,
			       json_pack("{s:I}", "revision", (json_int_t)outcome.revision));
	wf_outcome_done(&outcome);
}

void wf_do_detach(struct wf_call *c)
{
	static const char *const known[] = {"tenant", "name", "netns", "ifname", NULL};
	char tenant[WF_NAME_MAX + 1], name[WF_NAME_MAX + 1];
	json_t *body = wf_call_body(c, known);

	if (body && read_detach(c, body, tenant, name) == 0)
		detach(c, tenant, name);
	json_decref(body);
}
