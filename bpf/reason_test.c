// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every reason of dp/drops.h is one that a packet can be dropped for. A new one needs a line here.
 */
#include <netinet/in.h>

#include "bpf/egress_world_test.h"
#include "bpf/signing_test.h"
#include "bpf/world_test.h"

#define DT46 "5f00:0:1:e046:" RED_ARG

typedef void (*make_fn)(struct fixture *f, struct packet *p);

static const struct ip_spec to_r = {.src = "10.0.0.1", .dst = "10.0.0.3", .payload = 9};

static void plain(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &to_r);
}

static void unknown_type(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &to_r);
	wf_store_be16(p->bytes + 12, 0x88cc);
}

static void cut_short(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &to_r);
	p->len -= 5;
}

static void other_mac(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &to_r);
	p->bytes[11] ^= 1;
}

static void other_source(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "10.0.0.2", .dst = "10.0.0.3"});
}

static void to_all(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "10.0.0.1", .dst = "224.0.0.251"});
}

static void forged_srh(struct fixture *f, struct packet *p)
{
	static const uint8_t srh[24] = {0xff, 2, 4, 0, 0};

	packet_from_container(p, &(struct ip_spec){.src = "fd00::1",
						   .dst = "fd00::3",
						   .ext = srh,
						   .ext_len = sizeof(srh),
						   .ext_proto = IPPROTO_ROUTING});
}

static void to_a_sid(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "fd00::1", .dst = "5f00:0:2:e046::"});
}

static void arp_for_others(struct fixture *f, struct packet *p)
{
	packet_eth(p, gateway_mac, mac_a, 0x0806);
	packet_add(p, NULL, 28);
}

static void router_solicitation(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "fd00::1",
						   .dst = "ff02::2",
						   .proto = IPPROTO_ICMPV6,
						   .icmp_type = 133});
}

static void to_the_gateway(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "10.0.0.1", .dst = "169.254.1.1"});
}

static void to_nobody(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "10.0.0.1", .dst = "10.0.0.77"});
}

static void without_a_path(struct fixture *f, struct packet *p)
{
	const struct wf_path_key key = {.tenant = RED, .policy = POLICY, .node = 2};

	fixture_drop(f, WF_TABLE_PATH, &key);
	packet_from_container(p, &to_r);
}

static void without_a_route(struct fixture *f, struct packet *p)
{
	struct wf_template t;

	world_template("csid", 1, &t);
	wf_store_be16(t.header + 28, 0x66);
	world_put_path(f, 0, &t);
	packet_from_container(p, &to_r);
}

static void at_its_last_hop(struct fixture *f, struct packet *p)
{
	struct ip_spec s = to_r;

	s.hop_limit = 1;
	packet_from_container(p, &s);
}

static void too_long(struct fixture *f, struct packet *p)
{
	struct ip_spec s = to_r;

	s.payload = 1450;
	packet_from_container(p, &s);
}

static void from_outside(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.src = "2001:db8::1", .dst = DT46}, &to_r);
}

/* To red A, by End.DT46; @srh_at: a byte of the SRH becomes @value. */
static void tunneled(struct packet *p, uint32_t srh_at, uint8_t value)
{
	static const uint8_t tlvs[8] = {4, 6};
	const struct outer_spec o = {.dst = DT46,
				     .n_segments = 2,
				     .segments = {DT46, DT46},
				     .tlvs = tlvs,
				     .tlvs_len = sizeof(tlvs)};

	packet_from_underlay(p, &o, &(struct ip_spec){.src = "10.0.0.3", .dst = "10.0.0.1"});
	p->bytes[ETH_LEN + 40 + srh_at] = value;
}

static void routing_type_0(struct fixture *f, struct packet *p)
{
	tunneled(p, 2, 0);
}

static void long_srh(struct fixture *f, struct packet *p)
{
	tunneled(p, 1, 200);
}

static void many_left(struct fixture *f, struct packet *p)
{
	tunneled(p, 3, 9);
}

static void far_last_entry(struct fixture *f, struct packet *p)
{
	tunneled(p, 4, 9);
}

static void long_tlv(struct fixture *f, struct packet *p)
{
	tunneled(p, 8 + 32 + 1, 7);
}

static void to_no_sid(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.dst = "5f00:0:1:e0ff::"}, &to_r);
}

static void udp_to_a_sid(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.dst = DT46, .upper = IPPROTO_UDP}, &to_r);
}

static void to_no_tenant(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.dst = "5f00:0:1:e046:0:900::"}, &to_r);
}

static void to_another_node(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.dst = DT46}, &to_r);
}

static void cut_inside(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.dst = DT46}, &to_r);
	p->len -= 5;
}

static void congested(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.dst = DT46, .tc = 3},
			     &(struct ip_spec){.src = "10.0.0.3", .dst = "10.0.0.1"});
}

static void strange_too_big(struct fixture *f, struct packet *p)
{
	const struct ip_spec s = {.src = "5f00:0:9::1",
				  .dst = "5f00:0:1::1",
				  .proto = IPPROTO_ICMPV6,
				  .icmp_type = 2,
				  .icmp_info = 1400,
				  .payload = 200};

	packet_eth(p, mac_underlay, mac_router, 0x86dd);
	packet_add_ip(p, &s);
}

static void not_allowed(struct fixture *f, struct packet *p)
{
	world_put_set(f, RED, RED_SET, &(struct wf_set){.is_deny_default = 1});
	packet_from_container(p, &to_r);
}

static void error_about_nothing(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "10.0.0.1",
						   .dst = "10.0.0.3",
						   .proto = IPPROTO_ICMP,
						   .icmp_type = 3,
						   .payload = 40});
}

static void within_the_tcp_header(struct fixture *f, struct packet *p)
{
	packet_from_container(p, &(struct ip_spec){.src = "10.0.0.1",
						   .dst = "10.0.0.3",
						   .proto = IPPROTO_TCP,
						   .frag = 1});
}

/* What R sends to A, in @outer. */
static void from_r(struct packet *p, const struct outer_spec *outer)
{
	packet_from_underlay(p, outer, &(struct ip_spec){.src = "10.0.0.3", .dst = "10.0.0.1"});
}

static void as_somebody_else(struct fixture *f, struct packet *p)
{
	from_r(p, &(struct outer_spec){.dst = "5f00:0:1:e046:abcd:ef00:99:0"});
}

static void from_another_node(struct fixture *f, struct packet *p)
{
	from_r(p, &(struct outer_spec){.src = "5f00:0:3::1", .dst = DT46});
}

static void by_no_policy(struct fixture *f, struct packet *p)
{
	from_r(p, &(struct outer_spec){.dst = "5f00:0:1:e046:abcd:ef12:3456:7789"});
}

static void by_another_tenant(struct fixture *f, struct packet *p)
{
	const struct outer_spec o = {.src = "fd00::1",
				     .dst = "5f00:0:2:e046:0:800::",
				     .n_segments = 1,
				     .segments = {"5f00:0:2:e046:0:800::"}};
	struct wf_port port;

	memcpy(&port, test_tables_find(&f->tables, WF_TABLE_PORT, &f->ports[0]), sizeof(port));
	port.is_sr_aware = 1;
	fixture_put(f, WF_TABLE_PORT, &f->ports[0], &port);
	packet_from_underlay(p, &o, &to_r);
	memcpy(p->bytes, gateway_mac, 6);
	memcpy(p->bytes + 6, mac_a, 6);
}

static void to_a_sid_inside(struct fixture *f, struct packet *p)
{
	packet_from_underlay(p, &(struct outer_spec){.dst = DT46},
			     &(struct ip_spec){.src = "fd00::3", .dst = "5f00:0:2:e046::"});
}

/* To red A, whose tenant needs @needs, with a signature by @secret. */
static void signed_for(struct fixture *f, struct packet *p, uint8_t needs, const char *secret)
{
	const struct wf_set set = {.needs = needs, .has_verdicts = 1, .has_zones = 1};
	const struct outer_spec o = {.dst = DT46, .n_segments = 1, .segments = {DT46}};

	signing_put_key(f, NULL);
	world_put_set(f, RED, RED_SET, &set);
	packet_signed(p, &o, &(struct signing){.secret = secret},
		      &(struct ip_spec){.src = "10.0.0.3", .dst = "10.0.0.1"});
}

static void not_signed(struct fixture *f, struct packet *p)
{
	signed_for(f, p, WF_NEED_HMAC, NULL);
	packet_from_underlay(p, &(struct outer_spec){.dst = DT46},
			     &(struct ip_spec){.src = "10.0.0.3", .dst = "10.0.0.1"});
}

static void by_an_unknown_key(struct fixture *f, struct packet *p)
{
	signed_for(f, p, 0, NULL);
	signing_drop_key(f);
}

static void by_a_wrong_secret(struct fixture *f, struct packet *p)
{
	signed_for(f, p, 0, "another");
}

static void by_a_path_of_its_own(struct fixture *f, struct packet *p)
{
	signed_for(f, p, WF_NEED_HMAC | WF_NEED_PATH, NULL);
}

static void without_marks(struct fixture *f, struct packet *p)
{
	signed_for(f, p, WF_NEED_HMAC | WF_NEED_TRANSIT, NULL);
}

static const struct wf_candidate nobody = {0};
static const struct ip_spec asked = {
	.src = "10.0.0.1", .dst = "10.0.0.100", .sport = 9, .dport = 80, .payload = 9};

static void to_an_empty_service(struct fixture *f, struct packet *p)
{
	service_fill(f, nobody, nobody, nobody);
	packet_from_container(p, &asked);
}

static void to_its_own_service(struct fixture *f, struct packet *p)
{
	struct wf_backend a = {.tenant = RED};
	const uint32_t key = 1 << 16 | SID_B;

	service_fill(f, backend_b, nobody, nobody);
	addr_of(asked.src, a.v4);
	fixture_put(f, WF_TABLE_BACKEND, &key, &a);
	packet_from_container(p, &asked);
}

/* Two ports of a service that are one to its backend, and a client that asks both by one of its. */
static void by_ports_of_another_flow(struct fixture *f, struct packet *p)
{
	const struct outer_spec outer = {.dst = TO_B};
	struct wf_service_key key = {.tenant = RED, .port = 81, .proto = IPPROTO_UDP};
	struct ip_spec s = asked;
	struct outcome o;

	service_fill(f, backend_b, nobody, nobody);
	addr_of(asked.dst, key.addr);
	fixture_put(f, WF_TABLE_SERVICE, &key, &service_plain);
	s.src = addr_r[0];
	packet_from_underlay(p, &outer, &s);
	fixture_run(f, PROG_VALIDATE, f->underlay, p, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	s.dport = 81;
	packet_from_underlay(p, &outer, &s);
}

static void to_a_function_that_is_down(struct fixture *f, struct packet *p)
{
	const uint64_t head = wf_sid_head_make(TEST_BLOCK, TEST_NODE, 0xf005);
	const struct wf_sid_entry entry = {.behavior = WF_BEHAVIOR_AD, .tenant = RED};

	fixture_put(f, WF_TABLE_SID, &head, &entry);
	packet_from_underlay(p,
			     &(struct outer_spec){.dst = "5f00:0:1:f005:2::",
						  .n_segments = 1,
						  .segments = {"5f00:0:2:e046:" RED_ARG},
						  .segments_left = 1},
			     &to_r);
}

static void what_it_was_not_given(struct fixture *f, struct packet *p)
{
	struct wf_port port;

	memcpy(&port, test_tables_find(&f->tables, WF_TABLE_PORT, &f->ports[0]), sizeof(port));
	port.proxy = WF_BEHAVIOR_AM;
	fixture_put(f, WF_TABLE_PORT, &f->ports[0], &port);
	packet_from_underlay(p,
			     &(struct outer_spec){.dst = "5f00:0:2:e046:" RED_ARG,
						  .n_segments = 1,
						  .segments = {"5f00:0:2:e046:" RED_ARG}},
			     &to_r);
	memcpy(p->bytes + 6, mac_a, 6);
}

static const struct {
	enum fixture_prog prog;
	make_fn make;
	uint32_t gso_size;
	bool is_from_stranger; /* an interface without a port */
} cases[WF_DROP_COUNT] = {
	[WF_DROP_NO_PORT] = {PROG_APPLY, plain, 0, true},
	[WF_DROP_NOT_IP] = {PROG_APPLY, unknown_type, 0, false},
	[WF_DROP_MALFORMED] = {PROG_APPLY, cut_short, 0, false},
	[WF_DROP_SOURCE_MAC] = {PROG_APPLY, other_mac, 0, false},
	[WF_DROP_SOURCE_ADDRESS] = {PROG_APPLY, other_source, 0, false},
	[WF_DROP_MULTICAST] = {PROG_APPLY, to_all, 0, false},
	[WF_DROP_ROUTING_HEADER] = {PROG_APPLY, forged_srh, 0, false},
	[WF_DROP_SID_DESTINATION] = {PROG_APPLY, to_a_sid, 0, false},
	[WF_DROP_ARP] = {PROG_APPLY, arp_for_others, 0, false},
	[WF_DROP_ND] = {PROG_APPLY, router_solicitation, 0, false},
	[WF_DROP_GATEWAY] = {PROG_APPLY, to_the_gateway, 0, false},
	[WF_DROP_NO_ENDPOINT] = {PROG_APPLY, to_nobody, 0, false},
	[WF_DROP_NO_PATH] = {PROG_APPLY, without_a_path, 0, false},
	[WF_DROP_NO_ROUTE] = {PROG_APPLY, without_a_route, 0, false},
	[WF_DROP_HOP_LIMIT] = {PROG_APPLY, at_its_last_hop, 0, false},
	[WF_DROP_TOO_BIG] = {PROG_APPLY, too_long, 0, false},
	/* a GSO packet of no type, as BPF_PROG_TEST_RUN makes them */
	[WF_DROP_RESIZE] = {PROG_APPLY, plain, 100, false},
	[WF_DROP_OUTSIDE] = {PROG_EDGE, from_outside, 0, false},
	[WF_DROP_ROUTING_TYPE] = {PROG_VALIDATE, routing_type_0, 0, false},
	[WF_DROP_SRH_TRUNCATED] = {PROG_VALIDATE, long_srh, 0, false},
	[WF_DROP_SRH_SEGMENTS_LEFT] = {PROG_VALIDATE, many_left, 0, false},
	[WF_DROP_SRH_LAST_ENTRY] = {PROG_VALIDATE, far_last_entry, 0, false},
	[WF_DROP_SRH_TLV] = {PROG_VALIDATE, long_tlv, 0, false},
	[WF_DROP_UNKNOWN_SID] = {PROG_VALIDATE, to_no_sid, 0, false},
	[WF_DROP_UPPER_LAYER] = {PROG_VALIDATE, udp_to_a_sid, 0, false},
	[WF_DROP_UNKNOWN_TENANT] = {PROG_VALIDATE, to_no_tenant, 0, false},
	[WF_DROP_NOT_HERE] = {PROG_VALIDATE, to_another_node, 0, false},
	[WF_DROP_INNER_MALFORMED] = {PROG_VALIDATE, cut_inside, 0, false},
	[WF_DROP_ECN] = {PROG_VALIDATE, congested, 0, false},
	[WF_DROP_ICMP_UNMATCHED] = {PROG_VALIDATE, strange_too_big, 0, false},
	[WF_DROP_DENIED] = {PROG_APPLY, not_allowed, 0, false},
	[WF_DROP_ICMP_UNRELATED] = {PROG_APPLY, error_about_nothing, 0, false},
	[WF_DROP_FRAGMENT] = {PROG_APPLY, within_the_tcp_header, 0, false},
	[WF_DROP_IDENTITY] = {PROG_VALIDATE, as_somebody_else, 0, false},
	[WF_DROP_SOURCE_NODE] = {PROG_VALIDATE, from_another_node, 0, false},
	[WF_DROP_UNKNOWN_POLICY] = {PROG_VALIDATE, by_no_policy, 0, false},
	[WF_DROP_FOREIGN_SID] = {PROG_APPLY, by_another_tenant, 0, false},
	[WF_DROP_NESTED] = {PROG_VALIDATE, to_a_sid_inside, 0, false},
	[WF_DROP_HMAC_MISSING] = {PROG_VALIDATE, not_signed, 0, false},
	[WF_DROP_HMAC_KEY] = {PROG_VALIDATE, by_an_unknown_key, 0, false},
	[WF_DROP_HMAC] = {PROG_VALIDATE, by_a_wrong_secret, 0, false},
	[WF_DROP_PATH] = {PROG_VALIDATE, by_a_path_of_its_own, 0, false},
	[WF_DROP_TRANSIT] = {PROG_VALIDATE, without_marks, 0, false},
	[WF_DROP_FUNCTION_DOWN] = {PROG_VALIDATE, to_a_function_that_is_down, 0, false},
	[WF_DROP_FUNCTION_FLOW] = {PROG_APPLY, what_it_was_not_given, 0, false},
	[WF_DROP_DECLINED] = {PROG_VALIDATE, by_ports_of_another_flow, 0, false},
	[WF_DROP_NO_BACKEND] = {PROG_APPLY, to_an_empty_service, 0, false},
	[WF_DROP_HAIRPIN] = {PROG_APPLY, to_its_own_service, 0, false},
	[WF_DROP_NO_GATEWAY] = {PROG_APPLY, egress_without_exits, 0, false},
};

static const char *const names[WF_DROP_COUNT] = {
#define REASON_NAME(id, name, text) [WF_DROP_##id] = name,
	WF_DROPS(REASON_NAME)
#undef REASON_NAME
};

/* Reasons that no packet can be dropped for: NONE, and NO_PROGRAM while they are loaded. */
static void every_reason_has_its_packet(void **state)
{
	struct fixture *f = *state;
	struct packet p;
	struct outcome o;

	for (int i = WF_DROP_NONE + 1; i < WF_DROP_COUNT; i++) {
		if (i == WF_DROP_NO_PROGRAM)
			continue; /* bpf/quick_test.c */
		if (!cases[i].make)
			fail_msg("no packet is dropped for '%s' in this test", names[i]);
		world_fill(f);
		cases[i].make(f, &p);
		assert_int_equal(fixture_try(f, cases[i].prog,
					     cases[i].is_from_stranger ? f->underlay : f->ports[0],
					     &p, cases[i].gso_size, &o),
				 0);
		if (o.drop != (enum wf_drop)i || o.n_drops != 1)
			fail_msg("wanted '%s', got '%s', %u drops", names[i], names[o.drop],
				 o.n_drops);
	}
}

static void each_drop_is_counted_once_and_again(void **state)
{
	struct fixture *f = *state;
	struct packet p;
	struct outcome o;

	to_all(f, &p);
	for (int i = 0; i < 5; i++) {
		fixture_run(f, PROG_APPLY, f->ports[0], &p, &o);
		assert_int_equal(o.drop, WF_DROP_MULTICAST);
		assert_int_equal(o.n_drops, 1);
		assert_int_equal(o.verdict, VERDICT_DROP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_its_packet),
		cmocka_unit_test(each_drop_is_counted_once_and_again),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
