// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The walk into functions, and what is remembered of headers. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/segment.h"

#define FINAL "5f00:0:3:e046:0:700::"

static struct test_tables tables;
static const struct wf_config config = {.block = 0x5f000000u, .node = 1};
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};

static void put_sid(uint16_t function, struct wf_sid_entry entry)
{
	const uint64_t head = wf_sid_head_make(config.block, config.node, function);

	test_tables_put(&tables, WF_TABLE_SID, &head, &entry);
}

static int setup(void **state)
{
	tables.n = 0;
	put_sid(0, (struct wf_sid_entry){.behavior = WF_BEHAVIOR_UN});
	put_sid(0xf001, (struct wf_sid_entry){.behavior = WF_BEHAVIOR_AD, .ifindex = 9});
	put_sid(0xf002, (struct wf_sid_entry){.behavior = WF_BEHAVIOR_AM, .ifindex = 9});
	put_sid(0xf003, (struct wf_sid_entry){.behavior = WF_BEHAVIOR_AS});
	put_sid(0xf004, (struct wf_sid_entry){.behavior = WF_BEHAVIOR_AD, .is_passed_by = 1});
	return 0;
}

/* A packet to @dst, by FINAL and @second where there is one. */
static uint32_t make(uint8_t p[200], const char *dst, const char *second, uint8_t left)
{
	const uint8_t n = second ? 2 : 1;
	struct wf_ipv6 *ip = (void *)(p + WF_OUTER_OFF);
	struct wf_srh *srh = (void *)(ip + 1);

	memset(p, 0, 200);
	ip->vtf = wf_ipv6_vtf(0xb8, 0x12345);
	ip->next_header = WF_PROTO_ROUTING;
	ip->hop_limit = 60;
	inet_pton(AF_INET6, dst, ip->dst);
	*srh = (struct wf_srh){WF_PROTO_IPV4, (uint8_t)(2 * n), WF_SRH_TYPE, left, n - 1u, 0, 0};
	inet_pton(AF_INET6, FINAL, srh + 1);
	if (second)
		inet_pton(AF_INET6, second, (uint8_t *)(srh + 1) + 16);
	return WF_OUTER_OFF + WF_IPV6_LEN + wf_srh_len(srh);
}

static const struct {
	const char *dst, *second;
	uint8_t left;
	enum wf_step step;
	enum wf_drop drop; /* or */
	const char *next;
	uint8_t next_left;
} walks[] = {
	/* the next segment; the next C-SID, 32 bits on; both, from a C-SID of this node */
	{"5f00:0:1:f001::", NULL, 1, WF_STEP_PROXY, 0, FINAL, 0},
	{"5f00:0:1:f001:3:4::", NULL, 1, WF_STEP_PROXY, 0, "5f00:0:3:4::", 1},
	{"5f00:0:1:1:f001:3:4::", NULL, 1, WF_STEP_PROXY, 0, "5f00:0:3:4::", 1},
	{"5f00:0:1:f002::", "5f00:0:3::", 2, WF_STEP_PROXY, 0, "5f00:0:3::", 1},
	/* passed by, and on into the next one */
	{"5f00:0:1:f004:3::", NULL, 1, WF_STEP_FORWARD, 0, "5f00:0:3::", 1},
	{"5f00:0:1:f004:1:f001:3::", NULL, 1, WF_STEP_PROXY, 0, "5f00:0:3::", 1},
	{"5f00:0:1:f003::", NULL, 1, WF_STEP_DROP, WF_DROP_FUNCTION_DOWN, NULL, 0},
	{"5f00:0:1:f001::", NULL, 0, WF_STEP_DROP, WF_DROP_UPPER_LAYER, NULL, 0},
	{"5f00:0:1:f009::", NULL, 1, WF_STEP_DROP, WF_DROP_UNKNOWN_SID, NULL, 0},
};

static void each_sid_leads_in_on_or_nowhere(void **state)
{
	uint8_t p[200], next[16];
	enum wf_drop drop;
	struct wf_outer o;

	for (size_t i = 0; i < sizeof(walks) / sizeof(*walks); i++) {
		const uint32_t len = make(p, walks[i].dst, walks[i].second, walks[i].left);

		assert_int_equal(wf_outer_parse(p, p + len, &o), WF_DROP_NONE);
		assert_int_equal(wf_segment_walk(&world, p, p + len, &o, &drop), walks[i].step);
		if (walks[i].step == WF_STEP_DROP) {
			assert_int_equal(drop, walks[i].drop);
			continue;
		}
		inet_pton(AF_INET6, walks[i].next, next);
		assert_memory_equal(o.dst, next, 16);
		assert_int_equal(o.segments_left, walks[i].next_left);
		if (walks[i].step == WF_STEP_PROXY)
			assert_true((uint16_t)o.arrived == o.function && o.function > 0xf000);
	}
}

static void remember(const uint8_t *p, uint32_t len, struct wf_proxied *ret)
{
	enum wf_drop drop;
	struct wf_outer o;

	assert_int_equal(wf_outer_parse(p, p + len, &o), WF_DROP_NONE);
	assert_int_equal(wf_segment_walk(&world, p, p + len, &o, &drop), WF_STEP_PROXY);
	memset(ret, 0, sizeof(*ret));
	ret->len = (uint16_t)(len - WF_OUTER_OFF);
	memcpy(ret->header, p + WF_OUTER_OFF, ret->len);
	wf_proxied_settle(ret, &o);
}

/* Size and traffic class are the packet's, not the flow's. */
static void headers_of_a_flow_are_one(void **state)
{
	struct wf_proxied a, b;
	uint8_t p[200];
	const uint32_t len = make(p, "5f00:0:1:f001::", "5f00:0:3::", 2);
	struct wf_ipv6 *ip = (void *)(p + WF_OUTER_OFF);

	remember(p, len, &a);
	ip->payload_len = WF_BE16(777);
	ip->vtf = wf_ipv6_vtf(3, 0x12345);
	remember(p, len, &b);
	assert_true(wf_proxied_equal(&a, &b));
	assert_int_equal(((struct wf_ipv6 *)a.header)->hop_limit, 59);
	ip->hop_limit--;
	remember(p, len, &b);
	assert_false(wf_proxied_equal(&a, &b));
}

static void a_changed_header_is_another(void **state)
{
	struct wf_proxied m;
	uint8_t p[200];
	const uint32_t len = make(p, "5f00:0:1:f002::", "5f00:0:3::", 2);
	struct wf_ipv6 *ip = (void *)(p + WF_OUTER_OFF);
	struct wf_srh *srh = (void *)(ip + 1);
	const uint32_t srh_len = wf_srh_len(srh);

	remember(p, len, &m);
	srh->segments_left = 1;
	assert_false(wf_proxied_is_ip(&m, ip, WF_BEHAVIOR_AM));
	inet_pton(AF_INET6, FINAL, ip->dst);
	assert_true(wf_proxied_is_ip(&m, ip, WF_BEHAVIOR_AM));
	assert_false(wf_proxied_is_ip(&m, ip, WF_BEHAVIOR_AN));
	assert_true(wf_proxied_is_srh(&m, (void *)srh, p + len, srh_len));
	assert_false(wf_proxied_is_srh(&m, (void *)srh, p + len - 1, srh_len));
	for (uint32_t i = 0; i < srh_len; i++) {
		((uint8_t *)srh)[i] ^= 1;
		assert_false(wf_proxied_is_srh(&m, (void *)srh, p + len, srh_len));
		((uint8_t *)srh)[i] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_sid_leads_in_on_or_nowhere, setup),
		cmocka_unit_test_setup(headers_of_a_flow_are_one, setup),
		cmocka_unit_test_setup(a_changed_header_is_another, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
