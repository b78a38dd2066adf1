// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An alias takes the place of one end of a packet, whose sums stay right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "dp/alias.h"

#define ROUNDS 20000
#define L4_LEN 40
#define BYTES  (WF_IPV6_LEN + L4_LEN)

static uint32_t draw(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

struct made {
	uint8_t bytes[BYTES];
	bool is_v4, is_udp;
};

static uint8_t *l4_of(struct made *m)
{
	return m->bytes + (m->is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN);
}

static wf_any16 *sum_at(struct made *m)
{
	return (void *)(l4_of(m) + (m->is_udp ? 6 : 16));
}

static uint64_t pseudo_sum(const struct made *m)
{
	const uint8_t proto = m->is_udp ? WF_PROTO_UDP : WF_PROTO_TCP;
	const uint64_t sum = (uint64_t)WF_BE32(proto) + wf_htonl(L4_LEN);

	return wf_csum_add_bytes(sum, m->bytes + (m->is_v4 ? 12 : 8), m->is_v4 ? 8 : 32);
}

/* The sums that it should have; the transport's is what Linux leaves if @is_partial. */
static void sum(struct made *m, bool is_partial)
{
	struct wf_ipv4 *v4 = (void *)m->bytes;
	uint64_t total = pseudo_sum(m);

	if (m->is_v4) {
		v4->csum = 0;
		v4->csum = wf_csum_finish(wf_csum_add_bytes(0, m->bytes, WF_IPV4_LEN));
	}
	if (is_partial) {
		*sum_at(m) = wf_csum_fold(total);
		return;
	}
	*sum_at(m) = 0;
	*sum_at(m) = wf_csum_finish(wf_csum_add_bytes(total, l4_of(m), L4_LEN));
	if (m->is_udp && !*sum_at(m))
		*sum_at(m) = 0xffff;
}

static void make(struct made *m)
{
	for (int i = 0; i < BYTES; i++)
		m->bytes[i] = (uint8_t)draw();
	m->is_v4 = draw() % 2;
	m->is_udp = draw() % 2;
	m->bytes[0] = m->is_v4 ? 0x45 : 0x60;
	m->bytes[m->is_v4 ? 9 : 6] = m->is_udp ? WF_PROTO_UDP : WF_PROTO_TCP;
}

static uint16_t sum_of_all(const struct made *m)
{
	const uint32_t n = (m->is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) + L4_LEN;

	return wf_csum_fold(wf_csum_add_bytes(0, m->bytes, n));
}

/* 0 and 0xffff are one sum. */
static void assert_sum(uint16_t a, uint16_t b)
{
	assert_int_equal(a % 0xffff, b % 0xffff);
}

static void put_plainly(struct made *m, const struct wf_alias *a, bool is_src)
{
	uint8_t *at = m->bytes + (m->is_v4 ? 12 : 8) + (is_src ? 0 : m->is_v4 ? 4 : 16);

	memcpy(at, m->is_v4 ? a->addr + 12 : a->addr, m->is_v4 ? 4 : 16);
	memcpy(l4_of(m) + (is_src ? 0 : 2), &a->port, 2);
}

static void prepare(struct made *m, struct wf_alias *a, bool is_src)
{
	const uint8_t *at = m->bytes + (m->is_v4 ? 12 : 8) + (is_src ? 0 : m->is_v4 ? 4 : 16);
	uint8_t old[16] = {0};
	uint16_t port;

	if (m->is_v4)
		memcpy(a->addr, old, 12);
	memcpy(m->is_v4 ? old + 12 : old, at, m->is_v4 ? 4 : 16);
	memcpy(&port, l4_of(m) + (is_src ? 0 : 2), 2);
	wf_alias_prepare(a, old, port);
}

static void sums_stay_right(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const struct wf_alias_end end = {.is_src = draw() % 2, .is_partial = draw() % 2};
		struct wf_alias_end at = end;
		struct made m, wanted;
		struct wf_alias a;
		uint16_t before, diff;

		make(&m);
		at.is_v4 = m.is_v4;
		for (size_t k = 0; k < sizeof(a); k++)
			((uint8_t *)&a)[k] = (uint8_t)draw();
		sum(&m, end.is_partial);
		wanted = m;
		before = sum_of_all(&m);
		prepare(&m, &a, end.is_src);
		diff = wf_alias_put(m.bytes, &a, at);
		put_plainly(&wanted, &a, end.is_src);
		sum(&wanted, end.is_partial);
		assert_sum(*sum_at(&m), *sum_at(&wanted));
		assert_true(!m.is_udp || *sum_at(&m));
		*sum_at(&wanted) = *sum_at(&m);
		assert_memory_equal(m.bytes, wanted.bytes, BYTES);
		assert_sum(sum_of_all(&m), wf_csum_fold((uint64_t)before + diff));
	}
}

static void no_sum_stays_no_sum(void **state)
{
	struct wf_alias a = {.addr = {[12] = 10, 11, 12, 13}, .port = 99};
	const struct wf_alias_end end = {.is_v4 = true};
	struct made m;
	uint16_t before, diff;

	(void)state;
	do
		make(&m);
	while (!m.is_v4 || !m.is_udp);
	sum(&m, false);
	*sum_at(&m) = 0;
	before = sum_of_all(&m);
	prepare(&m, &a, false);
	diff = wf_alias_put(m.bytes, &a, end);
	assert_int_equal(*sum_at(&m), 0);
	assert_sum(sum_of_all(&m), wf_csum_fold((uint64_t)before + diff));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_stay_right),
		cmocka_unit_test(no_sum_stays_no_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
