// SPDX-License-Identifier: Apache-2.0
#include "model/scope.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *prefix, *text;
} reserved[] = {
	{"0.0.0.0/8", "0.0.0.0/8, this network (RFC 1122)"},
	{"127.0.0.0/8", "127.0.0.0/8, loopback"},
	{"169.254.0.0/16", "169.254.0.0/16, link-local"},
	{"224.0.0.0/4", "224.0.0.0/4, multicast"},
	{"240.0.0.0/4", "240.0.0.0/4, reserved (RFC 1112)"},
	{"::/8", "::/8, loopback and other reserved ones (RFC 4291)"},
	{"fe80::/10", "fe80::/10, link-local"},
	{"ff00::/8", "ff00::/8, multicast"},
	{"5f00::/16", "5f00::/16, segment identifiers (RFC 9602)"},
};

const char *wf_prefix_reserved(const struct wf_prefix *p)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
		struct wf_prefix r;
		int bad = wf_prefix_parse(reserved[i].prefix, &r);

		assert(!bad);
		if (!bad && wf_prefix_is_v4(&r) == wf_prefix_is_v4(p) && wf_prefix_overlaps(&r, p))
			return reserved[i].text;
	}
	return NULL;
}

static struct wf_addr last_address(const struct wf_prefix *p)
{
	struct wf_addr a = p->addr;

	for (unsigned int bit = p->len; bit < 128; bit++)
		a.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return a;
}

/* Prefixes of one or two addresses have no special ones (RFC 3021, RFC 6164). */
static const char *special_address(const struct wf_prefix *p, const struct wf_addr *a)
{
	struct wf_addr last = last_address(p);

	if (p->len >= 127)
		return NULL;
	if (wf_addr_cmp(a, &p->addr) == 0)
		return wf_prefix_is_v4(p) ? "the network address of"
					  : "the subnet-router anycast address of";
	if (wf_prefix_is_v4(p) && wf_addr_cmp(a, &last) == 0)
		return "the broadcast address of";
	return NULL;
}

bool wf_tenant_address_fault(const struct wf_object *tenant, const struct wf_addr *a, char *buf)
{
	char addr[WF_ADDR_STR_MAX], prefix[WF_PREFIX_STR_MAX], all[WF_TENANT_PREFIXES_STR_MAX];
	const struct wf_tenant *t = &tenant->self;
	const char *what;

	for (unsigned int i = 0; i < t->n_prefixes; i++) {
		if (!wf_prefix_has(&t->prefixes[i], a))
			continue;
		what = special_address(&t->prefixes[i], a);
		if (what)
			snprintf(buf, WF_ADDRESS_FAULT_STR_MAX, "%s is %s %s", wf_addr_str(a, addr),
				 what, wf_prefix_str(&t->prefixes[i], prefix));
		return what != NULL;
	}
	snprintf(buf, WF_ADDRESS_FAULT_STR_MAX, "%s is outside the prefixes of tenant '%s' (%s)",
		 wf_addr_str(a, addr), tenant->name, wf_tenant_prefixes_str(t, all));
	return true;
}

bool wf_tenant_has_prefix(const struct wf_tenant *t, const struct wf_prefix *p)
{
	for (unsigned int i = 0; i < t->n_prefixes; i++)
		if (t->prefixes[i].len <= p->len && wf_prefix_has(&t->prefixes[i], &p->addr))
			return true;
	return false;
}

const char *wf_tenant_prefixes_str(const struct wf_tenant *t, char *buf)
{
	unsigned int shown = t->n_prefixes < 2 ? t->n_prefixes : 2;
	char text[WF_PREFIX_STR_MAX];
	size_t len = 0;

	*buf = '\0';
	for (unsigned int i = 0; i < shown; i++)
		len += snprintf(buf + len, WF_TENANT_PREFIXES_STR_MAX - len, "%s%s", i ? ", " : "",
				wf_prefix_str(&t->prefixes[i], text));
	if (shown < t->n_prefixes)
		snprintf(buf + len, WF_TENANT_PREFIXES_STR_MAX - len, " and %u more",
			 t->n_prefixes - shown);
	return buf;
}
