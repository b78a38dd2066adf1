// SPDX-License-Identifier: Apache-2.0
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool wf_addr_is_v4(const struct wf_addr *a)
{
	return memcmp(a->bytes, v4_mapped, sizeof(v4_mapped)) == 0;
}

int wf_addr_cmp(const struct wf_addr *a, const struct wf_addr *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int wf_addr_parse(const char *text, struct wf_addr *ret)
{
	struct wf_addr a;

	memcpy(a.bytes, v4_mapped, sizeof(v4_mapped));
	if (inet_pton(AF_INET, text, a.bytes + 12) == 1) {
		*ret = a;
		return 0;
	}
	if (inet_pton(AF_INET6, text, a.bytes) != 1 || wf_addr_is_v4(&a))
		return -EINVAL;
	*ret = a;
	return 0;
}

const char *wf_addr_str(const struct wf_addr *a, char *buf)
{
	if (wf_addr_is_v4(a))
		return inet_ntop(AF_INET, a->bytes + 12, buf, WF_ADDR_STR_MAX);
	return inet_ntop(AF_INET6, a->bytes, buf, WF_ADDR_STR_MAX);
}

void wf_addr_mask(struct wf_addr *a, unsigned int len)
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int keep = len > i * 8 ? len - i * 8 : 0;

		if (keep < 8)
			a->bytes[i] &= (uint8_t)(0xff00 >> keep);
	}
}

int wf_prefix_parse(const char *text, struct wf_prefix *ret)
{
	const char *slash = strchr(text, '/');
	char addr[WF_ADDR_STR_MAX], *end;
	struct wf_prefix p;
	unsigned long len;

	if (!slash || (size_t)(slash - text) >= sizeof(addr) || slash[1] < '0' || slash[1] > '9')
		return -EINVAL;
	memcpy(addr, text, slash - text);
	addr[slash - text] = '\0';
	if (wf_addr_parse(addr, &p.addr) < 0)
		return -EINVAL;
	len = strtoul(slash + 1, &end, 10);
	if (*end || len > (wf_addr_is_v4(&p.addr) ? 32 : 128))
		return -EINVAL;
	p.len = (uint8_t)(wf_addr_is_v4(&p.addr) ? 96 + len : len);

	struct wf_addr masked = p.addr;

	wf_addr_mask(&masked, p.len);
	if (wf_addr_cmp(&masked, &p.addr) != 0)
		return -EDOM;
	*ret = p;
	return 0;
}

bool wf_prefix_is_v4(const struct wf_prefix *p)
{
	return p->len >= 96 && wf_addr_is_v4(&p->addr);
}

const char *wf_prefix_str(const struct wf_prefix *p, char *buf)
{
	char addr[WF_ADDR_STR_MAX];

	snprintf(buf, WF_PREFIX_STR_MAX, "%s/%d", wf_addr_str(&p->addr, addr),
		 wf_prefix_is_v4(p) ? p->len - 96 : p->len);
	return buf;
}

int wf_prefix_cmp(const struct wf_prefix *a, const struct wf_prefix *b)
{
	int c = wf_addr_cmp(&a->addr, &b->addr);

	return c ? c : (int)a->len - (int)b->len;
}

bool wf_prefix_has(const struct wf_prefix *p, const struct wf_addr *a)
{
	struct wf_addr masked = *a;

	wf_addr_mask(&masked, p->len);
	return wf_addr_cmp(&masked, &p->addr) == 0;
}

bool wf_prefix_overlaps(const struct wf_prefix *a, const struct wf_prefix *b)
{
	return a->len <= b->len ? wf_prefix_has(a, &b->addr) : wf_prefix_has(b, &a->addr);
}
