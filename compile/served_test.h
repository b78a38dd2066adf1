/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster of the tests of services. Nodes A, B, C (10 to 12), waypoint 1, bystander D (13).
 * Tenant red: cli on A; web1 on B, web2 on C, both SID 7, web3 on A, SID 3; service web,
 * tcp/80->8080; policy by-1, from cli to web via 1. Tenant blue: job on A.
 */
#pragma once

#include "compile/service_test.h"

#include "wire/sid.h"

#define RED  1
#define BLUE 2

enum {
	CLI = 1,
	WEB = 2,
	JOB = 1
};

static const struct wish_service web = {.tenant = "red",
					.name = "web",
					.id = 5,
					.addrs = "10.0.0.100",
					.ports = "tcp/80->8080 udp/53",
					.backends = {"app=web"},
					.weights = {1}};

#define N_PARTS 14

static inline void put_part(struct wf_model *m, int i)
{
	static const char *const nodes[] = {"1", "A", "B", "C", "D"};
	static const uint16_t ids[] = {1, 10, 11, 12, 13};
	static const struct wish_backend backends[] = {
		{"red", "web1", "B", "10.0.0.1", "app=web", WEB, 7, false},
		{"red", "web2", "C", "10.0.0.2", "app=web", WEB, 7, false},
		{"red", "web3", "A", "10.0.0.3", "app=web", WEB, 3, false},
		{"red", "cli", "A", "10.0.0.9", "app=cli", CLI, 0, false},
		{"blue", "job", "A", "10.9.0.1", "app=job", JOB, 0, false},
	};

	if (i < 5)
		wish_node(m, nodes[i], ids[i]);
	else if (i == 5)
		wish_tenant(m, "red", RED, WF_ENCODING_UNSET);
	else if (i == 6)
		wish_tenant(m, "blue", BLUE, WF_ENCODING_UNSET);
	else if (i < 12)
		wish_backend(m, &backends[i - 7]);
	else if (i == 12)
		wish_policy(m, &(struct wish_policy){.tenant = "red",
						     .name = "by-1",
						     .id = 1,
						     .from = "app=cli",
						     .to = "app=web",
						     .via = {"1"}});
	else
		wish_service(m, &web);
}

static inline struct wf_model *make(void)
{
	struct wf_model *m = wf_model_new();

	for (int i = 0; i < N_PARTS; i++)
		put_part(m, i);
	wish_begin(m, "red", "web");
	return m;
}

static inline struct wf_image *compile(const struct wf_model *m, const char *node)
{
	static const struct wf_here_port ports[] = {
		{.tenant = "red", .name = "cli", .ifindex = 5},
		{.tenant = "red", .name = "web1", .ifindex = 6},
		{.tenant = "red", .name = "web2", .ifindex = 7},
		{.tenant = "red", .name = "web3", .ifindex = 8}};
	struct wf_here here = {
		.block = WF_DEFAULT_BLOCK, .underlay_mtu = 1500, .ports = ports, .n_ports = 4};

	strcpy(here.node, node);
	return wish_compile(m, &here);
}

static inline void relabel(struct wf_model *m, const char *name, const char *labels)
{
	struct wf_object *o = wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, "red", name));

	wf_labels_done(&o->endpoint.labels);
	assert_int_equal(wf_labels_parse(labels, &o->endpoint.labels), 0);
	wish_put(m, o);
}
