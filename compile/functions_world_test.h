/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   A ------- F ------- 4 ------- B         tenant red: web on A, db on B
 *   web ids   fw1       |         db        fw: eth0 in, eth1 out, on F and G
 *             G --------+                   ids: one arm, on A
 *             fw2
 */
#pragma once

#include "compile/wish_test.h"

#include "base/buf.h"
#include "compile/lanes.h"
#include "compile/proxies.h"
#include "dp/proof.h"
#include "wire/ipv6.h"
#include "wire/sid.h"
#include "wire/srh.h"

#define RED    1
#define POLICY 7
#define A      10
#define B      11
#define F      1
#define G      2

static const struct wish_arm arms[] = {
	{"red", "web", "A", "10.0.0.1", "app=web", "eth0", 1, 0, 100, false},
	{"red", "web2", "B", "10.0.0.4", "app=web", "eth0", 1, 0, 102, false},
	{"red", "db", "B", "10.0.0.2", "app=db", "eth0", 2, 0, 101, false},
	{"red", "fw1-in", "F", "10.0.1.1", "app=fw", "eth0", 3, 7, 200, false},
	{"red", "fw1-out", "F", "10.0.1.2", "app=fw", "eth1", 3, 8, 200, false},
	{"red", "fw2-in", "G", "10.0.1.3", "app=fw", "eth0", 3, 7, 200, false},
	{"red", "fw2-out", "G", "10.0.1.4", "app=fw", "eth1", 3, 9, 200, false},
	{"red", "ids", "A", "10.0.1.5", "app=ids", "eth0", 4, 5, 300, false},
	/* no instances: of no interface, no container, no number, or not attached */
	{"red", "x1", "F", "10.0.2.1", "app=fw", "eth2", 3, 11, 201, false},
	{"red", "x2", "F", "10.0.2.2", "app=fw", "eth0", 3, 12, 0, false},
	{"red", "x3", "F", "10.0.2.3", "app=fw", "eth0", 3, 0, 202, false},
	{"red", "x4", "", "10.0.2.4", "app=fw", "eth0", 3, 13, 203, false},
};

#define N_ARMS (sizeof(arms) / sizeof(*arms))

static inline void put_functions(struct wf_model *m, enum wf_mode fw, bool fw_is_bypass)
{
	wish_function(m, &(struct wish_function){"red", "fw", "app=fw", "eth0", "eth1", fw, false,
						 fw_is_bypass});
	wish_function(m, &(struct wish_function){"red", "ids", "app=ids", "eth0", "eth0",
						 WF_MODE_DYNAMIC, true, true});
}

static inline struct wish_policy policy_of(enum wf_encoding encoding, const char *first,
					   const char *second)
{
	return (struct wish_policy){.tenant = "red",
				    .name = "p",
				    .id = POLICY,
				    .from = "app=web",
				    .to = "app=db",
				    .is_symmetric = true,
				    .encoding = encoding,
				    .via = {first, second}};
}

static inline void put_policy(struct wf_model *m, enum wf_encoding encoding, const char *first,
			      const char *second)
{
	const struct wish_policy p = policy_of(encoding, first, second);

	wish_policy(m, &p);
}

static inline void put_one_way(struct wf_model *m, const char *via)
{
	struct wish_policy p = policy_of(WF_ENCODING_UNSET, via, NULL);

	p.is_symmetric = false;
	wish_policy(m, &p);
}

static inline struct wf_model *make_cluster(enum wf_mode fw, const char *via)
{
	static const char *const nodes[] = {"4", "A", "B", "F", "G"};
	static const uint16_t ids[] = {4, A, B, F, G};
	struct wf_model *m = wf_model_new();

	for (int i = 0; i < 5; i++)
		wish_node(m, nodes[i], ids[i]);
	wish_tenant(m, "red", RED, WF_ENCODING_UNSET);
	for (size_t i = 0; i < N_ARMS; i++)
		wish_arm(m, &arms[i]);
	put_functions(m, fw, false);
	put_policy(m, WF_ENCODING_UNSET, via, NULL);
	return m;
}

static inline void set_down(struct wf_model *m, const char *name, bool is_down)
{
	for (size_t i = 0; i < N_ARMS; i++) {
		struct wish_arm arm = arms[i];

		arm.is_down = is_down;
		if (strcmp(arm.name, name) == 0)
			wish_arm(m, &arm);
	}
}

/* Of a node where all that the model attaches there is, and that does not reach another one (0: all
 * are reached). The third endpoint of the model has interface 22. */
static inline struct wf_image *compile_without(const struct wf_model *m, const char *node,
					       uint16_t unreachable)
{
	struct wf_here_port ports[N_ARMS] = {0};
	struct wf_here here = {
		.block = 0x5f000000,
		.underlay_mtu = 1500,
		.ports = ports,
		.unreachable = &unreachable,
		.n_unreachable = unreachable != 0,
	};
	struct wf_object *const *endpoints;
	size_t n;

	snprintf(here.node, sizeof(here.node), "%s", node);
	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, "red", &n);
	for (size_t i = 0; i < n; i++) {
		struct wf_here_port *port = &ports[here.n_ports];

		if (strcmp(endpoints[i]->endpoint.node, node) != 0)
			continue;
		strcpy(port->tenant, "red");
		strcpy(port->name, endpoints[i]->name);
		port->ifindex = 20 + (int)i;
		here.n_ports++;
	}
	return wish_compile(m, &here);
}

static inline struct wf_image *compile_at(const struct wf_model *m, const char *node)
{
	return compile_without(m, node, 0);
}

static inline const struct wf_srh *srh_of(const struct wf_template *t)
{
	return t->len > WF_IPV6_LEN ? (const struct wf_srh *)(t->header + WF_IPV6_LEN) : NULL;
}

static inline void put_sid(struct wf_buf *b, const uint8_t sid[16])
{
	char text[WF_ADDR_STR_MAX];
	struct wf_addr a;

	memcpy(a.bytes, sid, sizeof(a.bytes));
	wf_buf_puts(b, wf_addr_str(&a, text));
}

/* "destination; the list as it stands; left"; without an SRH the destination. */
static inline void put_header(struct wf_buf *b, const struct wf_template *t)
{
	const struct wf_srh *srh = srh_of(t);

	put_sid(b, ((const struct wf_ipv6 *)t->header)->dst);
	for (unsigned int i = 0; srh && i <= srh->last_entry; i++) {
		wf_buf_puts(b, i ? " " : "; ");
		put_sid(b, t->header + wf_srh_segment_off(WF_IPV6_LEN, i));
	}
	if (srh)
		wf_buf_printf(b, "; %u", srh->segments_left);
}

/* The headers of the policy's paths to @node, a line each; those for a rest if @sid. */
static inline char *headers_of(const struct wf_image *img, uint16_t node, uint16_t sid)
{
	struct wf_buf b = {0};

	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_PATH); i++) {
		const struct wf_path_key *key = wf_image_key(img, WF_TABLE_PATH, i);

		if (key->policy != POLICY || key->node != node || key->sid != sid)
			continue;
		put_header(&b, wf_image_value(img, WF_TABLE_PATH, i));
		wf_buf_puts(&b, "\n");
	}
	return b.data ? wf_buf_take(&b) : calloc(1, 1);
}

static inline const struct wf_lanes *lanes_of(const struct wf_image *img, bool is_reverse)
{
	const struct wf_lanes_key key = {.tenant = RED, .policy = POLICY, .is_reverse = is_reverse};

	return wf_image_find(img, WF_TABLE_LANES, &key);
}

/* The lane that @at has for the list of @t, whoever sent it. -1: not listed. */
static inline int64_t listed_lane(const struct wf_image *at, uint16_t source,
				  const struct wf_template *t)
{
	const uint8_t *list = t->header + wf_srh_segment_off(WF_IPV6_LEN, 0);
	const struct wf_listed_key key = {
		.tenant = RED,
		.policy = POLICY,
		.source = source,
		.hash = wf_listed_hash(list, srh_of(t)->last_entry + 1u),
	};
	const struct wf_listed *listed = wf_image_find(at, WF_TABLE_LISTED, &key);

	return listed ? (int64_t)listed->lane : -1;
}

/* Each path of @from's that way to the node @to, from its beginning or (@sid) from an arm on, is
 * listed at @at, as the lane that it is, for packets of @source; returns how many. */
static inline unsigned int check_listed(const struct wf_image *from, uint16_t sid, uint16_t source,
					bool is_reverse, const struct wf_image *at, uint16_t to)
{
	unsigned int n = 0;

	for (size_t i = 0; i < wf_image_count(from, WF_TABLE_PATH); i++) {
		const struct wf_path_key *key = wf_image_key(from, WF_TABLE_PATH, i);

		if (key->policy != POLICY || key->node != to || key->is_reverse != is_reverse ||
		    key->sid != sid || !key->lane)
			continue;
		assert_int_equal(listed_lane(at, source, wf_image_value(from, WF_TABLE_PATH, i)),
				 key->lane);
		n++;
	}
	return n;
}

static inline const struct wf_choice *choice_of(const struct wf_image *img)
{
	const struct wf_choice_key key = {.tenant = RED, .policy = POLICY, .node = B};

	return wf_image_find(img, WF_TABLE_CHOICE, &key);
}
