// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The outer bytes of every encapsulation, against tests/goldens/encap.txt. */
#include "bpf/packet_test.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_encapsulation_is_its_golden_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
