// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/egress_world_test.h"

#include <netinet/in.h>

#define TRACKED                                                    \
	(struct wf_set)                                            \
	{                                                          \
		.is_tracked = 1, .has_verdicts = 1, .has_zones = 1 \
	}

const uint8_t mac_g[6] = {2, 0, 0, 0, 0, 0x0f};
const char *const addr_g[2] = {"10.0.0.250", "fd00::250"},
		  *const outside[2] = {"192.0.2.7", "2001:db8::7"},
		  *const elsewhere[2] = {"192.0.2.8", "2001:db8::8"},
		  *const published[2] = {"203.0.113.80", "2001:db8:1::80"};
const struct wf_exit exit_here = {.dest = {.home = RED, .node = TEST_NODE},
				  .sid = SID_G,
				  .flags = EGRESS_BOTH},
		     exit_far = {.dest = {.home = RED, .node = 3},
				 .sid = SID_FAR,
				 .flags = EGRESS_BOTH};

void egress_put(struct fixture *f, const struct wf_exit *exits, uint32_t n)
{
	struct wf_egress_entry entry = {.n = n};
	const uint32_t red = RED;

	for (uint32_t i = 0; i < n; i++) {
		entry.exits[i] = exits[i];
		if (exits[i].dest.node != TEST_NODE)
			continue;
		entry.exits[i].dest.ifindex = f->ports[2];
		memcpy(entry.exits[i].dest.mac, mac_g, 6);
	}
	fixture_put(f, WF_TABLE_EGRESS, &red, &entry);
}

void egress_let_in(struct fixture *f, uint32_t identity)
{
	const struct wf_side internet = {WF_SIDE_INTERNET, 0}, to = {RED, identity};
	const struct wf_range all = {.last = WF_RANGE_LAST, .verdict = WF_VERDICT_ALLOW};

	world_put_list(f, RED_SET, internet, to, 100 + identity, &all, 1);
}

static void put_gateway(struct fixture *f)
{
	const uint64_t head = wf_sid_head_make(TEST_BLOCK, TEST_NODE, WF_FN_ENDPOINT | SID_G);
	struct wf_port port = {
		.tenant = RED, .identity = IDENTITY_G, .n_addrs = 2, .sid = SID_G, .is_gateway = 1};
	struct wf_dest dest = {
		.home = RED, .identity = IDENTITY_G, .node = TEST_NODE, .ifindex = f->ports[2]};
	struct wf_sid_entry sid = {.behavior = WF_BEHAVIOR_DX_OUT,
				   .tenant = RED,
				   .ifindex = f->ports[2]};

	memcpy(port.mac, mac_g, 6);
	memcpy(dest.mac, mac_g, 6);
	memcpy(sid.mac, mac_g, 6);
	for (int v6 = 0; v6 < 2; v6++) {
		addr_of(addr_g[v6], port.addrs[v6]);
		world_put_dest(f, RED, addr_g[v6], &dest);
	}
	fixture_put(f, WF_TABLE_PORT, &f->ports[2], &port);
	fixture_put(f, WF_TABLE_SID, &head, &sid);
}

/* The service by its public addresses, too. */
static void publish(struct fixture *f)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP};

	for (int i = 0; i < 4; i++) {
		struct wf_service_key key = {.tenant = RED, .port = 80, .proto = protos[i % 2]};

		addr_of(published[i / 2], key.addr);
		fixture_put(f, WF_TABLE_SERVICE, &key, &service_plain);
	}
}

void egress_fill(struct fixture *f, struct wf_candidate backend)
{
	const struct wf_path_key far = {.node = 3, .sid = SID_FAR};
	const struct wf_candidate none = {0};
	struct wf_template t;

	service_fill(f, backend, none, none);
	publish(f);
	world_put_set(f, RED, RED_SET, &TRACKED);
	put_gateway(f);
	world_template("csid", 0, &t);
	wf_store_be16(t.header + 28, 3);
	wf_store_be16(t.header + 30, WF_FN_ENDPOINT | SID_FAR);
	fixture_put(f, WF_TABLE_PATH, &far, &t);
	egress_put(f, NULL, 0);
	fixture_refill(f);
}

void packet_from_g(struct packet *p, const struct ip_spec *ip)
{
	packet_from_container(p, ip);
	memcpy(p->bytes + 6, mac_g, 6);
}

void packet_error(struct packet *p, const char *src, const char *dst, const struct ip_spec *quoted)
{
	const bool v6 = strchr(src, ':');
	const struct ip_spec error = {.src = src,
				      .dst = dst,
				      .proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
				      .icmp_type = v6 ? 2 : 3,
				      .icmp_code = v6 ? 0 : 4,
				      .icmp_info = 1400,
				      .payload = 56};

	packet_from_g(p, &error);
	packet_quote(p, ETH_LEN + (v6 ? 48 : 28), quoted);
	packet_sum(p, ETH_LEN);
}

void egress_without_exits(struct fixture *f, struct packet *p)
{
	egress_put(f, NULL, 0);
	packet_from_container(p, &(struct ip_spec){.src = "10.0.0.1", .dst = outside[0]});
}
