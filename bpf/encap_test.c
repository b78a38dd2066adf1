// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The outer bytes of every encapsulation, against tests/goldens/encap.txt and encap_tlv.txt. */
#include "bpf/packet_test.h"
#include "bpf/signing_test.h"
#include "bpf/world_test.h"

#include "wire/flow.h"

/* In frames of red A's towards red R. */
static const struct ip_spec udp4 = {
	.src = "10.0.0.1", .dst = "10.0.0.3", .sport = 1000, .dport = 2000, .payload = 50};
static const struct ip_spec udp6 = {
	.src = "fd00::1", .dst = "fd00::3", .sport = 1000, .dport = 2000, .payload = 50};

static uint32_t label_of(const struct packet *p)
{
	return wf_load_be32(p->bytes + ETH_LEN) & 0xfffff;
}

/* The frame that must come out: Ethernet to the router, golden header, one hop later. */
static void assert_encap(const struct packet *in, const struct outcome *o,
			 const struct packet *golden, uint8_t tc)
{
	struct packet want;

	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	packet_eth(&want, mac_router, mac_underlay, 0x86dd);
	packet_add(&want, golden->bytes, golden->len);
	wf_store_be32(want.bytes + ETH_LEN, 6u << 28 | (uint32_t)tc << 20 | label_of(&o->out));
	wf_store_be16(want.bytes + ETH_LEN + 4, (uint16_t)(golden->len - 40 + in->len - ETH_LEN));
	assert_int_not_equal(label_of(&o->out), 0);
	for (uint32_t i = 0; i < want.len; i++)
		if (o->out.bytes[i] != want.bytes[i])
			fail_msg("byte %u: got %02x, want %02x", i, o->out.bytes[i], want.bytes[i]);
	assert_hop_later(&o->out, want.len, in, ETH_LEN, tc);
}

static void check(struct fixture *f, const char *encoding, unsigned int n, const char *family)
{
	struct ip_spec s = strcmp(family, "v4") ? udp6 : udp4;
	struct packet in, golden;
	struct wf_template t;
	struct outcome o;

	world_template(encoding, n, &t);
	world_put_path(f, 0, &t);
	world_golden(encoding, n, family, &golden);
	for (s.payload = 0; s.payload < 1100; s.payload = s.payload * 2 + 3) {
		s.tc = (uint8_t)(s.payload + 1);
		packet_from_container(&in, &s);
		for (int again = 0; again < 2; again++) { /* decided, then remembered */
			fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
			assert_encap(&in, &o, &golden, s.tc);
		}
	}
}

static void every_encapsulation_is_its_golden_byte_by_byte(void **state)
{
	static const char *const encodings[] = {"csid", "srh"}, *const families[] = {"v4", "v6"};
	static const unsigned int ns[] = {0, 1, 2, 6, 7, 16};
	int checked = 0;

	for (int e = 0; e < 2; e++)
		for (int i = 0; i < 6; i++)
			for (int v = 0; v < 2; v++, checked++)
				check(*state, encodings[e], ns[i], families[v]);
	assert_int_equal(checked, 24);
}

/* The mark that may be on it goes into the golden; is it marked? */
static bool take_mark(const struct outcome *o, struct packet *golden)
{
	uint8_t *want = golden->bytes + golden->len - 24;
	const uint8_t *got = o->out.bytes + ETH_LEN + golden->len - 24;
	const bool is_marked = got[2] == 1;

	if (is_marked) {
		want[2] = 1;
		memcpy(want + 8, got + 8, 8);
		assert_int_not_equal(wf_load_be64(got + 8), 0);
	}
	return is_marked;
}

static void check_tlvs(struct fixture *f, const char *encoding, unsigned int n, const char *extras)
{
	const bool v6 = strcmp(encoding, "srh") == 0;
	struct ip_spec s = v6 ? udp6 : udp4;
	struct packet in, golden;
	struct wf_template t;
	struct outcome o;
	uint64_t nonces[2] = {0};

	signing_golden(encoding, n, v6 ? "v6" : "v4", extras, &golden);
	signing_template(&golden, extras, 1, &t);
	world_put_path(f, 0, &t);
	for (s.payload = 0; s.payload < 900; s.payload = s.payload * 2 + 300) {
		s.tc = (uint8_t)(s.payload + 1);
		packet_from_container(&in, &s);
		for (int again = 0; again < 2; again++) {
			fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
			if (t.transit_offset) {
				assert_true(take_mark(&o, &golden));
				nonces[again] = wf_load_be64(golden.bytes + golden.len - 16);
			}
			assert_encap(&in, &o, &golden, s.tc);
		}
	}
	assert_true(!t.transit_offset || nonces[0] != nonces[1]);
}

static void every_header_with_tlvs_is_its_golden(void **state)
{
	static const char *const encodings[] = {"csid", "srh"};
	static const char *const extras[] = {
		"hmac",		 "linux",	    "tlv", "hmac+tlv", "hmac+transit",
		"linux+transit", "hmac+tlv+transit"};
	static const unsigned int ns[] = {0, 1, 2, 6, 7, 16};
	int checked = 0;

	for (int e = 0; e < 2; e++)
		for (int i = 0; i < 6; i++)
			for (int x = 0; x < 7; x++, checked++)
				check_tlvs(*state, encodings[e], ns[i], extras[x]);
	assert_int_equal(checked, 84);
}

/* One in four: 100 of 400, give or take what happens once in a life. */
static void some_packets_are_marked(void **state)
{
	struct fixture *f = *state;
	struct packet in, golden, marked;
	struct wf_template t;
	int n_marked = 0;
	struct outcome o;

	signing_golden("csid", 2, "v4", "hmac+transit", &golden);
	signing_template(&golden, "hmac+transit", 4, &t);
	world_put_path(f, 0, &t);
	packet_from_container(&in, &udp4);
	for (int i = 0; i < 400; i++) {
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		marked = golden;
		n_marked += take_mark(&o, &marked);
		assert_encap(&in, &o, &marked, 0);
	}
	assert_in_range(n_marked, 40, 160);
}

/* The key has changed, and nothing else: no packet has half of the old header. (This one is longer
 * than what a flow's entry holds.) */
static void a_replaced_signature_is_sent_whole(void **state)
{
	struct fixture *f = *state;
	struct packet in, golden[2];
	struct wf_path_key key = {.tenant = RED, .policy = POLICY, .node = 2};
	struct wf_template t;
	struct outcome o;

	packet_from_container(&in, &udp4);
	for (int i = 0; i < 4; i++) {
		const char *extras = i % 2 ? "linux" : "hmac"; /* differ in a flag, early */

		signing_golden("csid", 7, "v4", extras, &golden[i % 2]);
		signing_template(&golden[i % 2], extras, 1, &t);
		if (i)
			fixture_put_unseen(f, WF_TABLE_PATH, &key, &t);
		else
			world_put_path(f, 0, &t);
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		assert_encap(&in, &o, &golden[i % 2], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_encapsulation_is_its_golden_byte_by_byte),
		cmocka_unit_test(every_header_with_tlvs_is_its_golden),
		cmocka_unit_test(some_packets_are_marked),
		cmocka_unit_test(a_replaced_signature_is_sent_whole),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
