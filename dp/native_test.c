// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What an endpoint that knows SRv6 may send, and what not. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/native.h"

#define TENANT 7u
#define FINAL  "5f00:0:2:e046:0:700::"
#define SRH    (WF_OUTER_OFF + WF_IPV6_LEN)

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};
static const struct wf_port port = {
	.tenant = TENANT, .is_sr_aware = 1, .n_addrs = 1, .addrs = {{0xfd, [15] = 1}}};

struct list {
	const char *src, *dst;
	uint8_t n, left, upper;
	const char *segments[4];
};

/* On the heap, so that a sanitizer sees one byte read too many. */
static uint8_t *frame_make(const struct list *l, size_t *ret_len)
{
	size_t len = SRH + 8 + 16u * l->n;
	uint8_t *frame = calloc(1, len), *srh = frame + SRH;

	assert_non_null(frame);
	frame[WF_OUTER_OFF] = 0x60;
	frame[WF_OUTER_OFF + 6] = WF_PROTO_ROUTING;
	inet_pton(AF_INET6, l->src ? l->src : "fd00::1", frame + WF_OUTER_OFF + 8);
	inet_pton(AF_INET6, l->dst, frame + WF_OUTER_OFF + 24);
	srh[0] = l->upper ? l->upper : WF_PROTO_IPV4;
	srh[1] = (uint8_t)(2 * l->n);
	srh[2] = 4;
	srh[3] = l->left;
	srh[4] = (uint8_t)(l->n - 1);
	for (int i = 0; i < l->n; i++)
		inet_pton(AF_INET6, l->segments[i], srh + 8 + 16 * i);
	*ret_len = len;
	return frame;
}

static enum wf_drop drop_of(const struct wf_port *from, const struct list *l)
{
	struct wf_outer o;
	size_t len;
	uint8_t *frame = frame_make(l, &len);
	enum wf_drop drop = wf_native_check(&world, from, frame, frame + len, &o);

	free(frame);
	return drop;
}

static void only_nodes_and_the_own_tenant_may_be_named(void **state)
{
	static const struct {
		struct list list;
		enum wf_drop drop;
	} cases[] = {
		{{NULL, FINAL, 1, 0, 0, {FINAL}}, WF_DROP_NONE},
		{{NULL, FINAL, 1, 0, 41, {FINAL}}, WF_DROP_NONE},
		{{NULL, "5f00:0:4:e001::", 1, 1, 0, {FINAL}}, WF_DROP_NONE},
		{{NULL, "5f00:0:4:e001::", 2, 1, 0, {FINAL, "5f00:0:4:e001::"}}, WF_DROP_NONE},
		{{NULL, "5f00:0:4::", 3, 2, 0, {FINAL, "5f00:0:3:5:6:7:8:9", "5f00:0:4::"}},
		 WF_DROP_NONE},
		{{NULL, "5f00:0:4:3::", 1, 1, 0, {FINAL}}, WF_DROP_NONE},
		/* of another tenant, of nobody, no End.DT46, of another block */
		{{NULL, "5f00:0:4::", 1, 1, 0, {"5f00:0:2:e046:0:800::"}}, WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 1, 1, 0, {"5f00:0:2:e046::"}}, WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 1, 1, 0, {"5f00:0:2:e001:0:700::"}}, WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 1, 1, 0, {"5f00:1:2:e046:0:700::"}}, WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 1, 1, 0, {"5f00:0:0:e046:0:700::"}}, WF_DROP_FOREIGN_SID},
		/* a detour by another tenant's End.DT46, another block, a node's own address */
		{{NULL, "5f00:0:4::", 3, 2, 0, {FINAL, "5f00:0:3:e046:0:800::", "5f00:0:4::"}},
		 WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 3, 2, 0, {FINAL, FINAL, "5f00:0:4::"}}, WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 3, 2, 0, {FINAL, "2001:db8::1", "5f00:0:4::"}},
		 WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 3, 2, 0, {FINAL, "5f00:0:3::1", "5f00:0:4::"}},
		 WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4::", 3, 2, 0, {FINAL, "5f00:0:3:e001::1", "5f00:0:4::"}},
		 WF_DROP_FOREIGN_SID},
		/* hidden in a container */
		{{NULL, "5f00:0:4::", 3, 2, 0, {FINAL, "5f00:0:3:e046:0:800::", "5f00:0:4::"}},
		 WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4:3:e046:0:800:0", 1, 1, 0, {FINAL}}, WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:4:0:3::", 1, 1, 0, {FINAL}}, WF_DROP_FOREIGN_SID},
		/* a destination that is not the active segment */
		{{NULL, "5f00:0:2:e046:0:800::", 1, 0, 0, {FINAL}}, WF_DROP_FOREIGN_SID},
		{{NULL, "5f00:0:3::", 2, 1, 0, {FINAL, "5f00:0:4::"}}, WF_DROP_FOREIGN_SID},
		{{NULL, "2001:db8::1", 1, 1, 0, {FINAL}}, WF_DROP_FOREIGN_SID},
		/* nothing inside, another's address, no SRH of the RFC */
		{{NULL, FINAL, 1, 0, WF_PROTO_ICMPV6, {FINAL}}, WF_DROP_FOREIGN_SID},
		{{"fd00::2", FINAL, 1, 0, 0, {FINAL}}, WF_DROP_SOURCE_ADDRESS},
		{{"5f00:0:3::1", FINAL, 1, 0, 0, {FINAL}}, WF_DROP_SOURCE_ADDRESS},
		{{NULL, FINAL, 1, 9, 0, {FINAL}}, WF_DROP_SRH_SEGMENTS_LEFT},
	};
	struct wf_port plain = port;

	plain.is_sr_aware = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const enum wf_drop drop = drop_of(&port, &cases[i].list);

		if (drop != cases[i].drop)
			print_message("case %zu\n", i);
		assert_int_equal(drop, cases[i].drop);
		assert_int_equal(drop_of(&plain, &cases[i].list), WF_DROP_ROUTING_HEADER);
	}
}

static void other_routing_headers_are_nobodys(void **state)
{
	const struct list l = {NULL, FINAL, 1, 0, 0, {FINAL}};
	struct wf_outer o;
	size_t whole;
	uint8_t *frame = frame_make(&l, &whole);

	for (unsigned int type = 0; type < 256; type++) {
		frame[SRH + 2] = (uint8_t)type;
		assert_int_equal(wf_native_check(&world, &port, frame, frame + whole, &o),
				 type == 4 ? WF_DROP_NONE : WF_DROP_ROUTING_TYPE);
	}
	frame[SRH + 2] = 4;
	frame[WF_OUTER_OFF + 6] = WF_PROTO_HOPOPTS; /* a routing header further back */
	assert_int_equal(wf_native_check(&world, &port, frame, frame + whole, &o),
			 WF_DROP_ROUTING_HEADER);
	frame[WF_OUTER_OFF + 6] = WF_PROTO_ROUTING;
	for (size_t len = SRH; len < whole; len++) {
		uint8_t *tight = malloc(len);

		assert_non_null(tight);
		memcpy(tight, frame, len);
		assert_int_equal(wf_native_check(&world, &port, tight, tight + len, &o),
				 WF_DROP_SRH_TRUNCATED);
		free(tight);
	}
	free(frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_nodes_and_the_own_tenant_may_be_named),
		cmocka_unit_test(other_routing_headers_are_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
