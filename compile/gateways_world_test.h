/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   A (10) ----- F (12) ----- 1 ----- G (20) gw-a --- the Internet
 *   web1 cli     fw in, out   |                            |
 *   job          B (11) ------+------ H (21) gw-b ---------+
 *                web2
 *
 * Tenant red: service web (web1, web2), published by both gateways, NAT at both, at H for IPv4
 * only. Policies: in, from the Internet to web by fw and 1, and back; out, from cli to the Internet
 * by 1. Tenant blue: job, routed at H.
 */
#pragma once

#include "compile/gateway_test.h"

#include "base/buf.h"
#include "wire/sid.h"

#define RED  1
#define BLUE 2
#define A    10
#define B    11
#define F    12
#define G    20
#define H    21

enum {
	WEB = 1,
	CLI = 2,
	FW = 3,
	GW_A = 4,
	GW_B = 5,
};

#define IN  1
#define OUT 2

static const struct wish_gateway gw_a = {
	.name = "gw-a",
	.node = "G",
	.egress = {"red 203.0.113.10/32 2001:db8:1::/126"},
	.publish = {"red/web 203.0.113.80 2001:db8:1::80"},
};

static const struct wish_gateway gw_b = {
	.name = "gw-b",
	.node = "H",
	.egress = {"red 203.0.113.20/32", "blue"},
	.publish = {"red/web 203.0.113.80"},
};

static const struct wish_exit red_a = {"red", "gw-a", "G", "10.0.0.20 fd00::20", GW_A, 7, false};
static const struct wish_exit red_b = {"red", "gw-b", "H", "10.0.0.21 fd00::21", GW_B, 7, false};
static const struct wish_exit blue_b = {"blue", "gw-b", "H", "10.1.0.21", 2, 8, false};

static const struct wish_policy policy_in = {.tenant = "red",
					     .name = "in",
					     .id = IN,
					     .from = "internet",
					     .to = "app=web",
					     .is_symmetric = true,
					     .via = {"@fw 1"}};
static const struct wish_policy policy_out = {.tenant = "red",
					      .name = "out",
					      .id = OUT,
					      .from = "app=cli",
					      .to = "internet",
					      .via = {"1"}};

static inline void put_own(struct wf_model *m, int i)
{
	static const struct wish_arm arms[] = {
		{"red", "web1", "A", "10.0.0.1", "app=web", "eth0", WEB, 3, 100, false},
		{"red", "web2", "B", "10.0.0.2", "app=web", "eth0", WEB, 4, 101, false},
		{"red", "cli", "A", "10.0.0.9", "app=cli", "eth0", CLI, 0, 102, false},
		{"red", "fw-in", "F", "10.0.0.5", "app=fw", "eth0", FW, 5, 103, false},
		{"red", "fw-out", "F", "10.0.0.6", "app=fw", "eth1", FW, 6, 103, false},
		{"blue", "job", "A", "10.1.0.1", "app=job", "eth0", 1, 0, 104, false},
	};

	wish_arm(m, &arms[i]);
}

/* Prime, so that any stride visits all of them. */
#define N_PARTS 23

static inline void put_part(struct wf_model *m, int i)
{
	static const char *const nodes[] = {"1", "A", "B", "F", "G", "H"};
	static const uint16_t ids[] = {1, A, B, F, G, H};
	static const struct wish_tenant tenants[] = {
		{.name = "red", .id = RED, .prefixes = "10.0.0.0/16 fd00::/48"},
		{.name = "blue", .id = BLUE, .prefixes = "10.1.0.0/16"},
	};
	static const struct wish_exit *const exits[] = {&red_a, &red_b, &blue_b};
	static const struct wish_service web = {.tenant = "red",
						.name = "web",
						.id = 5,
						.addrs = "10.0.0.100",
						.ports = "tcp/80->8080",
						.backends = {"app=web"},
						.weights = {1}};
	static const struct wish_function fw = {
		.tenant = "red", .name = "fw", .instances = "app=fw", .in = "eth0", .out = "eth1"};

	if (i < 6)
		wish_node(m, nodes[i], ids[i]);
	else if (i < 8)
		wish_whole_tenant(m, &tenants[i - 6]);
	else if (i < 14)
		put_own(m, i - 8);
	else if (i < 17)
		wish_exit(m, exits[i - 14]);
	else if (i < 19)
		wish_gateway(m, i == 17 ? &gw_a : &gw_b);
	else if (i < 21)
		wish_policy(m, i == 19 ? &policy_in : &policy_out);
	else if (i == 21)
		wish_function(m, &fw);
	else
		wish_service(m, &web);
}

/* In another order for every @stride. */
static inline struct wf_model *make_in_order(int stride)
{
	struct wf_model *m = wf_model_new();

	for (int i = 0; i < N_PARTS; i++)
		put_part(m, i * stride % N_PARTS);
	wish_begin(m, "red", "web");
	return m;
}

static inline struct wf_model *make(void)
{
	return make_in_order(1);
}

#define FIRST_PORT 30

/* At a node where all that the model attaches there is, but those that @without names (may be
 * NULL), and that does not reach another one (0: all are reached). */
static inline struct wf_image *compile_with(const struct wf_model *m, const char *node,
					    const char *without, uint16_t unreachable)
{
	struct wf_here_port ports[32] = {0};
	struct wf_here here = {
		.block = WF_DEFAULT_BLOCK,
		.underlay_mtu = 1500,
		.ports = ports,
		.unreachable = &unreachable,
		.n_unreachable = unreachable != 0,
	};
	struct wf_object *const *endpoints;
	size_t n;

	snprintf(here.node, sizeof(here.node), "%s", node);
	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		struct wf_here_port *port = &ports[here.n_ports];

		if (strcmp(endpoints[i]->endpoint.node, node) != 0 ||
		    (without && strcmp(endpoints[i]->name, without) == 0))
			continue;
		strcpy(port->tenant, endpoints[i]->tenant);
		strcpy(port->name, endpoints[i]->name);
		port->ifindex = FIRST_PORT + (int)here.n_ports++;
	}
	return wish_compile(m, &here);
}

static inline struct wf_image *compile_at(const struct wf_model *m, const char *node)
{
	return compile_with(m, node, NULL, 0);
}

/* The lines of the image that begin so, one after the other; the caller frees. */
static inline char *lines_of(const struct wf_image *img, const char *begin)
{
	_cleanup_free_ char *text = wf_image_str(img);
	struct wf_buf b = {0};
	char *rest, *line;

	wf_buf_puts(&b, "");
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, begin, strlen(begin)) == 0)
			wf_buf_printf(&b, "%s\n", line);
	return wf_buf_take(&b);
}

static inline void assert_lines(const struct wf_image *img, const char *begin, const char *expected)
{
	_cleanup_free_ char *text = lines_of(img, begin);

	assert_string_equal(text, expected);
}
