// SPDX-License-Identifier: Apache-2.0
#include "agent/claim.h"

#include <stdio.h>

#include "agent/current.h"

static const char *word_of(const struct wf_claim *claim)
{
	static const char *const words[WF_KIND_COUNT] = {
		[WF_KIND_NODE] = "node",	 [WF_KIND_TENANT] = "tenant",
		[WF_KIND_IDENTITY] = "identity", [WF_KIND_ENDPOINT] = "address",
		[WF_KIND_POLICY] = "policy",	 [WF_KIND_KEY] = "key",
		[WF_KIND_SERVICE] = "service",
	};

	return claim->type == WF_CLAIM_SID    ? "sid"
	       : claim->type == WF_CLAIM_PORT ? "port"
					      : words[claim->kind];
}

const char *wf_claim_key(const struct wf_claim *claim, char *buf)
{
	char value[WF_ADDR_STR_MAX], port[16] = "";

	if (claim->type == WF_CLAIM_ID || claim->type == WF_CLAIM_SID)
		snprintf(value, sizeof(value), "%u", wf_claim_number(claim));
	else
		wf_addr_str(&claim->value, value);
	if (claim->type == WF_CLAIM_PORT)
		snprintf(port, sizeof(port), "/%u/%u", claim->proto, claim->port);
	snprintf(buf, WF_CLAIM_KEY_MAX, WF_CLAIM_KEY_PREFIX "%s/%s%s%s%s", word_of(claim),
		 claim->scope, *claim->scope ? "/" : "", value, port);
	return buf;
}

bool wf_claim_is_of(const struct wf_claim *claim, const struct wf_object *o)
{
	struct wf_claim other;

	for (unsigned int i = 0; o && wf_object_claim(o, i, &other); i++)
		if (wf_claim_equal(&other, claim))
			return true;
	return false;
}

/* Does the object at @owner have what its claim says? */
static int look_at_owner(struct wf_agent *a, const struct wf_claim *claim, const char *owner,
			 struct wf_claim_look *ret, struct wf_err *err)
{
	char tenant[WF_NAME_MAX + 1];
	struct wf_current current = {0};
	const char *name;
	enum wf_kind kind;
	int r;

	ret->state = WF_CLAIM_FREE;
	if (wf_object_key_parse(owner, &kind, tenant, &name) < 0)
		return 0;
	r = wf_current_read(a, kind, tenant, name, &current, err);
	if (r)
		return r;
	if (wf_claim_is_of(claim, current.object)) {
		ret->state = claim->is_shared && kind == WF_KIND_SERVICE ? WF_CLAIM_SHARED
									 : WF_CLAIM_TAKEN;
		snprintf(ret->owner, sizeof(ret->owner), "%s", owner);
	}
	wf_current_done(&current);
	return 0;
}

int wf_claim_look(struct wf_agent *a, const struct wf_claim *claim, const char *mine,
		  struct wf_claim_look *ret, struct wf_err *err)
{
	char key[WF_CLAIM_KEY_MAX];
	struct wf_store_kv kv = {0};
	int r;

	memset(ret, 0, sizeof(*ret));
	r = wf_store_get(a->store, wf_claim_key(claim, key), &kv, err);
	if (r)
		return r == -ENOENT ? 0 : r;
	ret->mod_revision = kv.mod_revision;
	if (!strcmp(kv.value, mine))
		ret->state = WF_CLAIM_MINE;
	else
		r = look_at_owner(a, claim, kv.value, ret, err);
	wf_store_kv_done(&kv);
	return r;
}
