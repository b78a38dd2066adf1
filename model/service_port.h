/* SPDX-License-Identifier: Apache-2.0 */
/* The ports of services as people write them: udp/53, and tcp/80->8080 with another one behind. */
#pragma once

#include "model/object.h"

#define WF_SERVICE_PORT_STR_MAX 24

/* -EINVAL: no such text; -EPROTONOSUPPORT: not tcp, udp or sctp; -ERANGE: a port is 0 or beyond
 * WF_PORT_MAX. */
int wf_service_port_parse(const char *text, struct wf_service_port *ret);
/* Parses as what it prints. @buf: WF_SERVICE_PORT_STR_MAX bytes; returns @buf. */
const char *wf_service_port_str(const struct wf_service_port *p, char *buf);
/* "tcp/80": what people connect to. */
const char *wf_service_port_front_str(const struct wf_service_port *p, char *buf);
