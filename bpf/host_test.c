// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What concerns the node itself: pings of its SIDs, its own address, packet-too-big translated. */
#include <netinet/in.h>

#include "bpf/packet_test.h"
#include "bpf/signing_test.h"
#include "bpf/world_test.h"

#define NODE   "5f00:0:1::1"
#define ROUTER "5f00:0:9::1"

static void run(struct fixture *f, const struct packet *in, struct outcome *o)
{
	fixture_run(f, PROG_VALIDATE, f->underlay, in, o);
}

static void assert_dropped(const struct outcome *o, enum wf_drop reason)
{
	assert_int_equal(o->drop, reason);
	assert_int_equal(o->n_drops, 1);
	assert_int_equal(o->verdict, VERDICT_DROP);
}

static void from_router(struct packet *p, const struct ip_spec *s)
{
	packet_eth(p, mac_underlay, mac_router, 0x86dd);
	packet_add_ip(p, s);
}

static void every_sid_answers_a_ping(void **state)
{
	static const char *const sids[] = {"5f00:0:1::", "5f00:0:1:e001::", "5f00:0:1:e046::",
					   "5f00:0:1:1::"};
	struct packet in, want;
	struct outcome o;

	for (size_t i = 0; i < sizeof(sids) / sizeof(*sids); i++) {
		struct ip_spec s = {.src = ROUTER,
				    .dst = sids[i],
				    .proto = IPPROTO_ICMPV6,
				    .icmp_type = 128,
				    .icmp_info = 0x10002,
				    .payload = 30};

		from_router(&in, &s);
		run(*state, &in, &o);
		s.src = sids[i];
		s.dst = ROUTER;
		s.icmp_type = 129;
		packet_eth(&want, mac_router, mac_underlay, 0x86dd);
		packet_add_ip(&want, &s);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_packet(&o.out, &want);
		assert_sums(&o.out, ETH_LEN);
	}
}

static void what_is_no_sid_does_not_answer(void **state)
{
	struct ip_spec s = {
		.src = ROUTER, .dst = "5f00:0:1:e002::", .proto = IPPROTO_ICMPV6, .icmp_type = 128};
	struct packet in;
	struct outcome o;

	from_router(&in, &s);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_UNKNOWN_SID);
	s.dst = "5f00:0:1:e001::";
	s.icmp_type = 129;
	from_router(&in, &s);
	run(*state, &in, &o);
	assert_dropped(&o, WF_DROP_UPPER_LAYER);
}

static void the_nodes_own_address_is_the_kernels(void **state)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6};
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(protos); i++) {
		struct ip_spec s = {
			.src = ROUTER, .dst = NODE, .proto = protos[i], .icmp_type = 128};

		from_router(&in, &s);
		run(*state, &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_PASS);
		assert_packet(&o.out, &in);
	}
}

/* Packet-too-big from the router, quoting @quote_max bytes at most of what left the node. */
static void too_big(struct packet *p, const struct packet *sent, uint32_t mtu, uint32_t quote_max)
{
	const uint32_t quote_len = sent->len - ETH_LEN < quote_max ? sent->len - ETH_LEN
								   : quote_max;
	const struct ip_spec s = {.src = ROUTER,
				  .dst = NODE,
				  .proto = IPPROTO_ICMPV6,
				  .icmp_type = 2,
				  .icmp_info = mtu,
				  .payload = quote_len};
	uint8_t *icmp = p->bytes + ETH_LEN + 40;
	uint32_t sum = IPPROTO_ICMPV6 + 8 + quote_len;

	from_router(p, &s);
	memcpy(icmp + 8, sent->bytes + ETH_LEN, quote_len);
	memset(icmp + 2, 0, 2);
	for (uint32_t i = 0; i < 32; i += 2)
		sum += wf_load_be16(p->bytes + ETH_LEN + 8 + i);
	wf_store_be16(icmp + 2, slow_sum(sum, icmp, 8 + quote_len));
	assert_sums(p, ETH_LEN);
}

/* A packet of red A's, sent along @n waypoints. */
static void send_one(struct fixture *f, const char *encoding, unsigned int n, bool v6,
		     struct packet *in, struct packet *sent)
{
	const struct ip_spec s = {.src = v6 ? "fd00::1" : "10.0.0.1",
				  .dst = v6 ? "fd00::3" : "10.0.0.3",
				  .payload = 800};
	struct wf_template t;
	struct outcome o;

	world_template(encoding, n, &t);
	world_put_path(f, 0, &t);
	packet_from_container(in, &s);
	fixture_run(f, PROG_APPLY, f->ports[0], in, &o);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	*sent = o.out;
}

/* A is told, by its gateway, what is left of @mtu for it. */
static void assert_told(const struct outcome *o, const struct packet *sent, uint32_t overhead,
			bool v6, uint32_t mtu)
{
	const uint8_t *ip = o->out.bytes + ETH_LEN, *icmp = ip + (v6 ? 40 : 20);
	uint8_t addr[16];

	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_memory_equal(o->out.bytes, mac_a, 6);
	assert_memory_equal(o->out.bytes + 6, gateway_mac, 6);
	assert_int_equal(wf_load_be16(o->out.bytes + 12), v6 ? 0x86dd : 0x0800);
	assert_sums(&o->out, ETH_LEN);
	addr_of(v6 ? "fe80::1" : "169.254.1.1", addr);
	assert_memory_equal(v6 ? ip + 8 : ip + 12, v6 ? addr : addr + 12, v6 ? 16 : 4);
	addr_of(v6 ? "fd00::1" : "10.0.0.1", addr);
	assert_memory_equal(v6 ? ip + 24 : ip + 16, v6 ? addr : addr + 12, v6 ? 16 : 4);
	assert_int_equal(icmp[0], v6 ? 2 : 3);
	assert_int_equal(icmp[1], v6 ? 0 : 4);
	assert_int_equal(wf_load_be32(icmp + 4), mtu);
	assert_memory_equal(icmp + 8, sent->bytes + ETH_LEN + overhead,
			    o->out.len - (uint32_t)(icmp + 8 - o->out.bytes));
}

static void packet_too_big_reaches_the_container(void **state)
{
	static const struct {
		const char *encoding;
		unsigned int n;
		uint32_t overhead;
	} paths[] = {{"csid", 0, 40}, {"csid", 2, 64}, {"csid", 7, 80}, {"srh", 16, 304}};
	struct packet in, sent, error;
	struct outcome o;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		for (int v6 = 0; v6 < 2; v6++)
			for (uint32_t mtu = 1280; mtu < 1500; mtu += 73) {
				const uint32_t left = mtu - paths[i].overhead;

				send_one(*state, paths[i].encoding, paths[i].n, v6, &in, &sent);
				too_big(&error, &sent, mtu, 1232);
				run(*state, &error, &o);
				assert_told(&o, &sent, paths[i].overhead, v6,
					    v6 && left < 1280 ? 1280 : left);
				assert_true(o.out.len >= ETH_LEN + (v6 ? 48 : 28) + 28);
			}
}

/* Whose packet it was, the metadata say if the SID does not. */
static void packet_too_big_finds_the_tenant_in_the_metadata(void **state)
{
	static const char *const extras[] = {"tlv", "hmac+tlv", "hmac+tlv+transit"};
	static const struct ip_spec s = {.src = "fd00::1", .dst = "fd00::3", .payload = 800};
	struct fixture *f = *state;
	struct packet in, sent, error, golden;
	struct wf_template t;
	struct outcome o;

	for (size_t i = 0; i < 3; i++)
		for (unsigned int n = 0; n <= 16; n = n ? n * 8 : 2) {
			signing_golden("srh", n, "v6", extras[i], &golden);
			signing_template(&golden, extras[i], 1, &t);
			world_put_path(f, 0, &t);
			packet_from_container(&in, &s);
			fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
			assert_int_equal(o.verdict, VERDICT_REDIRECT);
			sent = o.out;
			too_big(&error, &sent, 1400, 1232);
			run(*state, &error, &o);
			assert_told(&o, &sent, t.len, true,
				    1400u - t.len < 1280 ? 1280 : 1400 - t.len);
		}
}

static void short_quotes_suffice_or_are_unmatched(void **state)
{
	struct packet in, sent, error;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++)
		for (uint32_t quote = 0; quote < 200; quote++) {
			send_one(*state, "csid", 2, v6, &in, &sent);
			too_big(&error, &sent, 1400, quote);
			run(*state, &error, &o);
			if (quote < 64 + (v6 ? 48u : 28u))
				assert_dropped(&o, WF_DROP_ICMP_UNMATCHED);
			else
				assert_told(&o, &sent, 64, v6, 1336);
		}
}

/* What was not sent by this node, or not by an endpoint of it, or cannot be. */
static void unmatched_errors_are_dropped(void **state)
{
	static const struct {
		uint32_t at; /* in what was sent */
		uint8_t value;
	} lies[] = {
		{ETH_LEN + 8 + 5, 9},	      /* another node's */
		{ETH_LEN + 40 + 8 + 8, 0x77}, /* another tenant's */
		{ETH_LEN + 40, 17},	      /* nothing of ours inside */
		{ETH_LEN + 64 + 12 + 3, 99},  /* an address that nobody has */
		{ETH_LEN + 64 + 12 + 3, 3},   /* one that is elsewhere */
		{ETH_LEN + 42, 3},	      /* not an SRH */
		{ETH_LEN + 44, 9},	      /* a list longer than its header */
	};
	struct packet in, sent, lie, error;
	struct outcome o;

	send_one(*state, "csid", 2, false, &in, &sent);
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		lie = sent;
		lie.bytes[lies[i].at] = lies[i].value;
		too_big(&error, &lie, 1400, 1232);
		run(*state, &error, &o);
		assert_dropped(&o, WF_DROP_ICMP_UNMATCHED);
	}
	too_big(&error, &sent, 1279, 1232);
	run(*state, &error, &o);
	assert_dropped(&o, WF_DROP_ICMP_UNMATCHED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sid_answers_a_ping),
		cmocka_unit_test(what_is_no_sid_does_not_answer),
		cmocka_unit_test(the_nodes_own_address_is_the_kernels),
		cmocka_unit_test(packet_too_big_reaches_the_container),
		cmocka_unit_test(packet_too_big_finds_the_tenant_in_the_metadata),
		cmocka_unit_test(short_quotes_suffice_or_are_unmatched),
		cmocka_unit_test(unmatched_errors_are_dropped),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
