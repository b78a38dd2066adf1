/* SPDX-License-Identifier: Apache-2.0 */
/* The ports of policies as people write them: tcp, tcp/5432, udp/8000-8100, icmp/8 (a type). */
#pragma once

#include "model/object.h"

#define WF_PORT_MAX	      65535
#define WF_ICMP_TYPE_MAX      255
#define WF_PORT_RANGE_STR_MAX 24

/*
 * -EINVAL: no such text; -EPROTONOSUPPORT: no such protocol; -ERANGE: a number beyond WF_PORT_MAX.
 * Reversed ranges and ICMP types beyond WF_ICMP_TYPE_MAX are read: wf_object_check() refuses them.
 */
int wf_port_range_parse(const char *text, struct wf_port_range *ret);
/* Parses as what it prints. @buf: WF_PORT_RANGE_STR_MAX bytes; returns @buf. */
const char *wf_port_range_str(const struct wf_port_range *range, char *buf);

/* The ports of @p in order, none twice, what touches as one. Their number; 0: all ports. */
unsigned int wf_ports_normalize(const struct wf_policy *p,
				struct wf_port_range ret[WF_POLICY_PORTS_MAX]);

/* The protocols that have names: "tcp", ...; NULL beyond the last. */
const char *wf_port_protocol(unsigned int i);
