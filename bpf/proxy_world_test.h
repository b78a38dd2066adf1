/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A function of red's on node 1: packets enter by c0, SID f005, and come back by c1, SID f006;
 * those of the other direction enter by c1.
 */
#pragma once

#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define FINAL	"5f00:0:3:e046:" RED_ARG
#define FIRST	"5f00:0:1:f005::"
#define SID_IN	5
#define SID_OUT 6

static const struct ip_spec inner = {.src = "10.0.0.3", .dst = "10.0.0.9", .payload = 20};
static const struct outer_spec to_function = {.dst = FIRST,
					      .n_segments = 3,
					      .segments = {FINAL, "5f00:0:3:e001::", FIRST},
					      .segments_left = 2};

static inline void put_arm(struct fixture *f, int in, int out, uint16_t sid, const uint8_t mac[6],
			   const struct wf_sid_entry *like)
{
	const uint64_t head = wf_sid_head_make(TEST_BLOCK, TEST_NODE, WF_FN_ENDPOINT | sid);
	struct wf_sid_entry entry = *like;
	struct wf_port port;

	entry.tenant = RED;
	entry.ifindex = f->ports[in];
	entry.ifindex_out = f->ports[out];
	memcpy(entry.mac, mac, 6);
	fixture_put(f, WF_TABLE_SID, &head, &entry);
	memcpy(&port, test_tables_find(&f->tables, WF_TABLE_PORT, &f->ports[in]), sizeof(port));
	port.proxy = (uint8_t)like->behavior;
	port.sid = sid;
	fixture_put(f, WF_TABLE_PORT, &f->ports[in], &port);
}

static inline void put_function_of(struct fixture *f, uint32_t behavior, bool is_bridged)
{
	const struct wf_sid_entry entry = {.behavior = behavior, .is_bridged = is_bridged};

	world_fill(f);
	put_arm(f, 0, 1, SID_IN, mac_a, &entry);
	put_arm(f, 1, 0, SID_OUT, mac_b, &entry);
}

static inline void put_function(struct fixture *f, uint32_t behavior)
{
	put_function_of(f, behavior, false);
}

static inline void give(struct fixture *f, const struct outer_spec *outer, const struct ip_spec *ip,
			struct outcome *ret)
{
	struct packet p;

	packet_from_underlay(&p, outer, ip);
	fixture_run(f, PROG_VALIDATE, f->underlay, &p, ret);
}

/* What the function was given comes back by c1. */
static inline void come_back(struct fixture *f, struct packet *p, struct outcome *ret)
{
	memcpy(p->bytes, gateway_mac, 6);
	memcpy(p->bytes + 6, mac_b, 6);
	fixture_run(f, PROG_APPLY, f->ports[1], p, ret);
}

/* ... and a plain packet of its own making. */
static inline void come(struct fixture *f, int port, const uint8_t mac[6], const struct ip_spec *ip,
			struct outcome *ret)
{
	struct packet p;

	packet_from_container(&p, ip);
	memcpy(p.bytes + 6, mac, 6);
	fixture_run(f, PROG_APPLY, f->ports[port], &p, ret);
}
