// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who a flow to a service is for, who takes it, and how many flows a backend has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/memory_test.h"
#include "dp/tables_test.h"
#include "dp/serve.h"

#define TENANT 7u
#define NOW    1000u

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static struct test_tables tables;
static struct test_memory memory;
static struct wf_world world = {.config = &config,
				.find = test_tables_find,
				.tables = &tables,
				.recall = test_memory_recall,
				.remember = test_memory_remember,
				.memory = &memory};
static struct wf_service_entry entry;

/* fd00::n */
static void addr_of(uint8_t n, uint8_t ret[16])
{
	memset(ret, 0, 16);
	ret[0] = 0xfd;
	ret[15] = n;
}

static void put_service(void)
{
	struct wf_service_key key = {.tenant = TENANT, .port = 80, .proto = 6};

	addr_of(100, key.addr);
	test_tables_put(&tables, WF_TABLE_SERVICE, &key, &entry);
	key.proto = 17;
	test_tables_put(&tables, WF_TABLE_SERVICE, &key, &entry);
	key.proto = WF_PROTO_SCTP;
	test_tables_put(&tables, WF_TABLE_SERVICE, &key, &entry);
}

/* Backends 1..@n on this node, backend i at fd00::i, with identity i; slot i is backend i % n's. */
static void put_backends(uint16_t n)
{
	struct wf_share_key key = {.tenant = TENANT, .service = 5};

	for (; key.block < entry.n_blocks; key.block++) {
		struct wf_share share = {0};

		for (uint16_t i = 0; i < WF_SHARE_SLOTS; i++) {
			const uint16_t slot = (uint16_t)(key.block * WF_SHARE_SLOTS + i);

			share.slots[i][0] = (struct wf_candidate){1, (uint16_t)(slot % n + 1)};
		}
		test_tables_put(&tables, WF_TABLE_SHARE, &key, &share);
	}
	for (uint16_t i = 1; i <= n; i++) {
		const uint32_t name = 1u << 16 | i;
		struct wf_backend b = {.tenant = TENANT, .identity = i};

		addr_of((uint8_t)i, b.v6);
		test_tables_put(&tables, WF_TABLE_BACKEND, &name, &b);
	}
}

static int fill(void **state)
{
	(void)state;
	tables.n = 0;
	memory.n = 0;
	world.now_s = NOW;
	entry = (struct wf_service_entry){
		.home = TENANT, .id = 5, .target = 8080, .n_blocks = 3, .n_slots = 67};
	put_service();
	put_backends(4);
	return 0;
}

static struct wf_case packet(uint8_t proto, uint16_t sport, uint8_t tcp_flags)
{
	struct wf_case c = {.kind = WF_CASE_WHOLE, .tcp_flags = tcp_flags};

	addr_of(200, c.ahead.flow.src);
	addr_of(100, c.ahead.flow.dst);
	c.ahead.flow.sport = wf_htons(sport);
	c.ahead.flow.dport = wf_htons(80);
	c.ahead.flow.proto = proto;
	c.has_back = wf_flow_answer(&c.ahead.flow, &c.back.flow);
	return c;
}

static void every_slot_is_used_and_a_flow_stays_on_its_own(void **state)
{
	uint32_t n_flows[5] = {0};

	(void)state;
	for (uint16_t port = 1; port <= 4000; port++) {
		struct wf_case c = packet(6, port, 0), again = packet(6, port, 0);

		assert_int_equal(wf_service_pick(&world, &c, TENANT), WF_DROP_NONE);
		assert_int_equal(wf_service_pick(&world, &again, TENANT), WF_DROP_NONE);
		assert_int_equal(c.backend.sid, again.backend.sid);
		assert_int_equal(c.alias.addr[15], c.backend.sid);
		assert_int_equal(c.alias.port, wf_htons(8080));
		n_flows[c.backend.sid]++;
	}
	for (int i = 1; i <= 4; i++)
		assert_in_range(n_flows[i], 800, 1200);
}

static void ports_of_sctp_stay(void **state)
{
	struct wf_case c = packet(WF_PROTO_SCTP, 9, 0);

	(void)state;
	assert_int_equal(wf_service_pick(&world, &c, TENANT), WF_DROP_NO_BACKEND);
	entry.target = 80;
	put_service();
	assert_int_equal(wf_service_pick(&world, &c, TENANT), WF_DROP_NONE);
}

static void other_tenants_have_no_such_service(void **state)
{
	struct wf_case c = packet(6, 9, 0);

	(void)state;
	assert_int_equal(wf_service_pick(&world, &c, TENANT + 1), WF_DROP_NO_ENDPOINT);
}

static enum wf_drop serve(uint8_t proto, uint16_t sport, uint8_t flags, _Bool is_last)
{
	struct wf_case c = packet(proto, sport, flags);

	return wf_serve(&world, &c, TENANT, 1, is_last);
}

/* What the backend itself answers leaves by the virtual address. */
static _Bool is_answer(uint8_t proto, uint16_t dport, uint8_t flags)
{
	struct wf_case c = packet(proto, dport, flags);

	c.ahead.flow = c.back.flow;
	addr_of(1, c.ahead.flow.src);
	c.ahead.flow.sport = wf_htons(8080);
	assert_true(wf_flow_answer(&c.ahead.flow, &c.back.flow));
	c.alias.at = WF_ALIAS_NONE;
	wf_serve_answer(&world, &c, TENANT, 1);
	if (c.alias.at != WF_ALIAS_ANSWER)
		return 0;
	assert_int_equal(c.alias.addr[15], 100);
	assert_int_equal(c.alias.port, wf_htons(80));
	return 1;
}

static void a_flow_is_known_as_long_as_its_connection_would_be(void **state)
{
	static const struct {
		uint8_t proto;
		uint32_t age;
	} cases[] = {{17, WF_AGE_UDP}, {6, WF_AGE_TCP_OPEN}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		const uint8_t proto = cases[i].proto;

		world.now_s = NOW;
		assert_false(is_answer(proto, 9, 0));
		assert_int_equal(serve(proto, 9, 0, 0), WF_DROP_DECLINED);
		assert_int_equal(serve(proto, 9, 0, 1), WF_DROP_NONE);
		assert_int_equal(serve(proto, 9, 0, 0), WF_DROP_NONE);
		assert_true(is_answer(proto, 9, WF_TCP_ACK));
		world.now_s = NOW + cases[i].age;
		assert_int_equal(serve(proto, 9, 0, 0), WF_DROP_NONE);
		world.now_s += cases[i].age + 1;
		assert_int_equal(serve(proto, 9, 0, 0), WF_DROP_DECLINED);
		assert_false(is_answer(proto, 9, 0));
	}
}

/* Its client may use the port again, for another backend. */
static void a_flow_that_has_ended_is_known_for_what_is_on_its_way(void **state)
{
	(void)state;
	assert_int_equal(serve(6, 9, WF_TCP_SYN, 0), WF_DROP_NONE);
	assert_int_equal(serve(6, 9, WF_TCP_FIN, 0), WF_DROP_NONE);
	assert_true(is_answer(6, 9, WF_TCP_FIN));
	world.now_s = NOW + WF_AGE_TCP_RESET;
	assert_int_equal(serve(6, 9, WF_TCP_ACK, 0), WF_DROP_NONE);
	world.now_s++;
	assert_int_equal(serve(6, 9, WF_TCP_ACK, 0), WF_DROP_DECLINED);
	assert_int_equal(serve(6, 9, WF_TCP_SYN, 0), WF_DROP_NONE);
	assert_int_equal(serve(6, 9, WF_TCP_ACK, 0), WF_DROP_NONE);
	assert_int_equal(serve(6, 9, WF_TCP_RST, 0), WF_DROP_NONE);
	assert_int_equal(serve(6, 9, WF_TCP_ACK, 0), WF_DROP_DECLINED);
}

/* The port's next flow is another backend's, as this one is busy. */
static void a_flow_that_has_ended_claims_nothing_of_the_next(void **state)
{
	(void)state;
	entry.is_least_loaded = 1;
	entry.capacity = 1;
	put_service();
	assert_int_equal(serve(6, 9, WF_TCP_SYN, 0), WF_DROP_NONE);
	assert_int_equal(serve(6, 9, WF_TCP_FIN, 0), WF_DROP_NONE);
	assert_true(is_answer(6, 9, WF_TCP_FIN));
	assert_int_equal(serve(6, 8, WF_TCP_SYN, 0), WF_DROP_NONE);
	assert_int_equal(serve(6, 9, WF_TCP_ACK, 0), WF_DROP_NONE);
	assert_int_equal(serve(6, 9, WF_TCP_SYN, 0), WF_DROP_DECLINED);
	assert_int_equal(serve(6, 9, WF_TCP_ACK, 0), WF_DROP_DECLINED);
}

static uint32_t load_now(void)
{
	return wf_load_count(wf_load_find(&world, 1), world.now_s);
}

/* Epochs begin at multiples of 32 s; NOW is in the middle of one. */
static void live_flows_are_counted(void **state)
{
	(void)state;
	for (uint16_t port = 1; port <= 10; port++)
		assert_int_equal(serve(6, port, WF_TCP_SYN, 1), WF_DROP_NONE);
	assert_int_equal(serve(6, 1, WF_TCP_ACK, 1), WF_DROP_NONE);
	assert_int_equal(load_now(), 10);
	assert_int_equal(serve(6, 1, WF_TCP_RST, 1), WF_DROP_NONE);
	assert_int_equal(serve(6, 1, WF_TCP_RST, 1), WF_DROP_NONE); /* once */
	assert_int_equal(load_now(), 9);
	assert_int_equal(serve(6, 2, WF_TCP_FIN, 1), WF_DROP_NONE);
	assert_int_equal(load_now(), 9);
	assert_true(is_answer(6, 2, WF_TCP_FIN));
	assert_int_equal(load_now(), 8);
	assert_int_equal(serve(6, 1, WF_TCP_SYN, 1), WF_DROP_NONE); /* anew */
	assert_int_equal(load_now(), 9);
	world.now_s += WF_LOAD_EPOCH_S; /* seen in this one, the others in the last */
	assert_int_equal(serve(6, 3, WF_TCP_ACK, 1), WF_DROP_NONE);
	assert_int_equal(load_now(), 9);
	assert_int_equal(serve(6, 4, WF_TCP_RST, 1), WF_DROP_NONE);
	assert_int_equal(load_now(), 8);
	world.now_s += WF_LOAD_EPOCH_S; /* idle ones do not count */
	assert_int_equal(load_now(), 1);
	world.now_s += 2 * WF_LOAD_EPOCH_S;
	assert_int_equal(load_now(), 0);
}

static void busy_backends_leave_new_flows_to_others(void **state)
{
	(void)state;
	entry.is_least_loaded = 1;
	entry.capacity = 3;
	put_service();
	for (uint16_t port = 1; port <= 5; port++)
		assert_int_equal(serve(6, port, WF_TCP_SYN, 0),
				 port <= 3 ? WF_DROP_NONE : WF_DROP_DECLINED);
	assert_int_equal(serve(6, 4, WF_TCP_SYN, 1), WF_DROP_NONE);
	assert_int_equal(serve(6, 2, WF_TCP_ACK, 0), WF_DROP_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_slot_is_used_and_a_flow_stays_on_its_own, fill),
		cmocka_unit_test_setup(ports_of_sctp_stay, fill),
		cmocka_unit_test_setup(other_tenants_have_no_such_service, fill),
		cmocka_unit_test_setup(a_flow_is_known_as_long_as_its_connection_would_be, fill),
		cmocka_unit_test_setup(a_flow_that_has_ended_is_known_for_what_is_on_its_way, fill),
		cmocka_unit_test_setup(a_flow_that_has_ended_claims_nothing_of_the_next, fill),
		cmocka_unit_test_setup(live_flows_are_counted, fill),
		cmocka_unit_test_setup(busy_backends_leave_new_flows_to_others, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
