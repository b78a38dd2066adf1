// SPDX-License-Identifier: Apache-2.0
#include "model/ports.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct protocol {
	const char *name;
	uint8_t number;
	uint16_t last;
} protocols[] = {
	{"tcp", IPPROTO_TCP, WF_PORT_MAX},
	{"udp", IPPROTO_UDP, WF_PORT_MAX},
	{"sctp", IPPROTO_SCTP, WF_PORT_MAX},
	{"icmp", IPPROTO_ICMP, WF_ICMP_TYPE_MAX},
};

#define N_PROTOCOLS (sizeof(protocols) / sizeof(*protocols))

const char *wf_port_protocol(unsigned int i)
{
	return i < N_PROTOCOLS ? protocols[i].name : NULL;
}

static const struct protocol *find_name(const char *name, size_t len)
{
	for (size_t i = 0; i < N_PROTOCOLS; i++)
		if (strlen(protocols[i].name) == len && memcmp(protocols[i].name, name, len) == 0)
			return &protocols[i];
	return NULL;
}

static const struct protocol *find_number(uint8_t number)
{
	for (size_t i = 0; i < N_PROTOCOLS; i++)
		if (protocols[i].number == number)
			return &protocols[i];
	return NULL;
}

/* Moves *@text behind the digits. */
static int parse_port(const char **text, uint16_t *ret)
{
	size_t n = strspn(*text, "0123456789");
	unsigned long port;

	if (!n)
		return -EINVAL;
	if (n > 5)
		return -ERANGE;
	port = strtoul(*text, NULL, 10);
	if (port > WF_PORT_MAX)
		return -ERANGE;
	*text += n;
	*ret = (uint16_t)port;
	return 0;
}

int wf_port_range_parse(const char *text, struct wf_port_range *ret)
{
	size_t len = strcspn(text, "/");
	const struct protocol *p = find_name(text, len);
	struct wf_port_range range;
	int r;

	if (!p)
		return -EPROTONOSUPPORT;
	range = (struct wf_port_range){.proto = p->number, .last = p->last};
	text += len;
	if (*text) {
		text++;
		r = parse_port(&text, &range.first);
		range.last = range.first;
		if (!r && *text == '-') {
			text++;
			r = parse_port(&text, &range.last);
		}
		if (r || *text)
			return r ? r : -EINVAL;
	}
	*ret = range;
	return 0;
}

const char *wf_port_range_str(const struct wf_port_range *range, char *buf)
{
	const struct protocol *p = find_number(range->proto);
	char number[4];

	snprintf(number, sizeof(number), "%u", range->proto);
	if (p && range->first == 0 && range->last == p->last)
		strcpy(buf, p->name);
	else if (range->first == range->last)
		snprintf(buf, WF_PORT_RANGE_STR_MAX, "%s/%u", p ? p->name : number, range->first);
	else
		snprintf(buf, WF_PORT_RANGE_STR_MAX, "%s/%u-%u", p ? p->name : number, range->first,
			 range->last);
	return buf;
}

static int cmp_ranges(const void *a, const void *b)
{
	const struct wf_port_range *x = a, *y = b;

	return x->proto != y->proto ? x->proto - y->proto : x->first - y->first;
}

unsigned int wf_ports_normalize(const struct wf_policy *p,
				struct wf_port_range ret[WF_POLICY_PORTS_MAX])
{
	struct wf_port_range sorted[WF_POLICY_PORTS_MAX];
	unsigned int n = 0;

	memcpy(sorted, p->ports, p->n_ports * sizeof(*sorted));
	qsort(sorted, p->n_ports, sizeof(*sorted), cmp_ranges);
	for (unsigned int i = 0; i < p->n_ports; i++) {
		if (n && ret[n - 1].proto == sorted[i].proto &&
		    sorted[i].first <= ret[n - 1].last + 1) {
			if (sorted[i].last > ret[n - 1].last)
				ret[n - 1].last = sorted[i].last;
		} else {
			ret[n++] = sorted[i];
		}
	}
	return n;
}
