// SPDX-License-Identifier: Apache-2.0
#include "model/service_port.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/ports.h"

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{"tcp", IPPROTO_TCP},
	{"udp", IPPROTO_UDP},
	{"sctp", IPPROTO_SCTP},
};

#define N_PROTOCOLS (sizeof(protocols) / sizeof(*protocols))

/* Moves *@text behind "tcp/". */
static int parse_protocol(const char **text, uint8_t *ret)
{
	size_t len = strcspn(*text, "/");

	if ((*text)[len] != '/')
		return -EINVAL;
	for (size_t i = 0; i < N_PROTOCOLS; i++)
		if (strlen(protocols[i].name) == len &&
		    memcmp(*text, protocols[i].name, len) == 0) {
			*ret = protocols[i].number;
			*text += len + 1;
			return 0;
		}
	return -EPROTONOSUPPORT;
}

/* Moves *@text behind the digits. */
static int parse_port(const char **text, uint16_t *ret)
{
	size_t n = strspn(*text, "0123456789");
	unsigned long port;

	if (!n)
		return -EINVAL;
	port = n > 5 ? 0 : strtoul(*text, NULL, 10);
	if (!port || port > WF_PORT_MAX)
		return -ERANGE;
	*text += n;
	*ret = (uint16_t)port;
	return 0;
}

int wf_service_port_parse(const char *text, struct wf_service_port *ret)
{
	struct wf_service_port p = {0};
	int r = parse_protocol(&text, &p.proto);

	if (!r)
		r = parse_port(&text, &p.port);
	p.target = p.port;
	if (!r && strncmp(text, "->", 2) == 0) {
		text += 2;
		r = parse_port(&text, &p.target);
	}
	if (!r && *text)
		r = -EINVAL;
	if (!r)
		*ret = p;
	return r;
}

static const char *name_of(uint8_t proto)
{
	for (size_t i = 0; i < N_PROTOCOLS; i++)
		if (protocols[i].number == proto)
			return protocols[i].name;
	return "?";
}

const char *wf_service_port_front_str(const struct wf_service_port *p, char *buf)
{
	snprintf(buf, WF_SERVICE_PORT_STR_MAX, "%s/%u", name_of(p->proto), p->port);
	return buf;
}

const char *wf_service_port_str(const struct wf_service_port *p, char *buf)
{
	if (p->target == p->port)
		return wf_service_port_front_str(p, buf);
	snprintf(buf, WF_SERVICE_PORT_STR_MAX, "%s/%u->%u", name_of(p->proto), p->port, p->target);
	return buf;
}
