// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The walk over a node's SIDs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/segment.h"

#define BLOCK WF_DEFAULT_BLOCK

static const struct wf_config config = {.block = BLOCK, .node = 1};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};

static void put_sid(uint16_t function, uint32_t behavior)
{
	const uint64_t head = wf_sid_head_make(BLOCK, 1, function);
	const struct wf_sid_entry entry = {.behavior = behavior};

	test_tables_put(&tables, WF_TABLE_SID, &head, &entry);
}

static int fill(void **state)
{
	tables.n = 0;
	put_sid(0, WF_BEHAVIOR_UN);
	put_sid(WF_FN_END, WF_BEHAVIOR_END);
	put_sid(WF_FN_DT46, WF_BEHAVIOR_DT46);
	return 0;
}

/* A SID, by its 16-bit words behind the block. */
struct words {
	uint16_t w[6];
};

#define SID(...)                    \
	{                           \
		{                   \
			__VA_ARGS__ \
		}                   \
	}
#define SID_DT46  SID(1, WF_FN_DT46, 0, 7)
#define SID_END	  SID(1, WF_FN_END)
#define SID_OTHER SID(2, WF_FN_DT46, 0, 7)

static void words_put(uint8_t sid[16], const struct words *s)
{
	wf_store_be32(sid, BLOCK);
	for (int i = 0; i < 6; i++)
		wf_store_be16(sid + 4 + 2 * i, s->w[i]);
}

struct way {
	struct words dst;
	uint8_t n, left; /* segments; 0: no SRH */
	struct words segments[4];
	uint8_t upper;
	enum wf_step step;
	enum wf_drop drop;
	struct words at; /* where it has come to */
	uint8_t at_left;
};

/* On the heap, so that a sanitizer sees one byte read too many. */
static uint8_t *frame_make(const struct way *way, size_t *ret_len)
{
	size_t len = WF_OUTER_OFF + WF_IPV6_LEN + (way->n ? 8 + 16u * way->n : 0);
	uint8_t *frame = calloc(1, len), *ip = frame + WF_OUTER_OFF, *srh = ip + WF_IPV6_LEN;

	assert_non_null(frame);
	ip[0] = 0x60;
	ip[6] = way->n ? WF_PROTO_ROUTING : way->upper;
	words_put(ip + 24, &way->dst);
	if (way->n) {
		srh[0] = way->upper;
		srh[1] = (uint8_t)(2 * way->n);
		srh[2] = 4;
		srh[3] = way->left;
		srh[4] = (uint8_t)(way->n - 1);
		for (int i = 0; i < way->n; i++)
			words_put(srh + 8 + 16 * i, &way->segments[i]);
	}
	*ret_len = len;
	return frame;
}

#define DROPS(reason) .step = WF_STEP_DROP, .drop = WF_DROP_##reason
#define STEPS(where)  .step = WF_STEP_##where

static const struct way ways[] = {
	{.dst = SID_DT46, .upper = 4, STEPS(DECAP), .at = SID_DT46},
	{.dst = SID_DT46, .upper = 41, STEPS(DECAP), .at = SID_DT46},
	{.dst = SID_DT46, .upper = 58, STEPS(ECHO), .at = SID_DT46},
	{.dst = SID_DT46, .upper = 17, DROPS(UPPER_LAYER), .at = SID_DT46},
	{.dst = SID_DT46, .n = 1, .segments = {SID_DT46}, .upper = 4, STEPS(DECAP), .at = SID_DT46},
	{.dst = SID_DT46,
	 .n = 2,
	 .left = 1,
	 .segments = {SID_DT46, SID_DT46},
	 .upper = 4,
	 DROPS(SRH_SEGMENTS_LEFT),
	 .at = SID_DT46,
	 .at_left = 1},
	{.dst = SID_END, .upper = 4, DROPS(UPPER_LAYER), .at = SID_END},
	{.dst = SID_END, .upper = 58, STEPS(ECHO), .at = SID_END},
	{.dst = SID(1, 0xe002), .upper = 4, DROPS(UNKNOWN_SID), .at = SID(1, 0xe002)},
	{.dst = SID(1, 0, 0, 0, 0, 1), .upper = 6, STEPS(HOST), .at = SID(1, 0, 0, 0, 0, 1)},
	{.dst = SID_OTHER, .upper = 4, STEPS(FORWARD), .at = SID_OTHER},
	/* End */
	{.dst = SID_END,
	 .n = 1,
	 .left = 1,
	 .segments = {SID_DT46},
	 .upper = 4,
	 STEPS(DECAP),
	 .at = SID_DT46},
	{.dst = SID_END,
	 .n = 1,
	 .left = 1,
	 .segments = {SID_OTHER},
	 .upper = 4,
	 STEPS(FORWARD),
	 .at = SID_OTHER},
	{.dst = SID_END,
	 .n = 3,
	 .left = 3,
	 .segments = {SID_OTHER, SID(4), SID_END},
	 .upper = 4,
	 STEPS(FORWARD),
	 .at = SID(4),
	 .at_left = 1},
	/* uN: used up, others behind, a function behind, an unknown one */
	{.dst = SID(1, 1, 1, 1, 1, 1),
	 .n = 1,
	 .left = 1,
	 .segments = {SID_OTHER},
	 .upper = 4,
	 STEPS(FORWARD),
	 .at = SID_OTHER},
	{.dst = SID(1, 4, 5, 6, 7, 8),
	 .n = 1,
	 .left = 1,
	 .segments = {SID_OTHER},
	 .upper = 4,
	 STEPS(FORWARD),
	 .at = SID(4, 5, 6, 7, 8),
	 .at_left = 1},
	{.dst = SID(1, 1, WF_FN_DT46, 0, 7), .upper = 4, STEPS(DECAP), .at = SID_DT46},
	{.dst = SID(1, 1, 0xe002), .upper = 4, DROPS(UNKNOWN_SID), .at = SID(1, 0xe002)},
	{.dst = SID(1), .upper = 4, DROPS(UPPER_LAYER), .at = SID(1)},
};

static void check_way(const struct way *way)
{
	size_t len;
	uint8_t *frame = frame_make(way, &len), at[16];
	enum wf_drop drop = WF_DROP_NONE;
	struct wf_outer o;

	assert_int_equal(wf_outer_parse(frame, frame + len, &o), WF_DROP_NONE);
	assert_int_equal(o.upper, way->upper);
	assert_int_equal(o.upper_off, len);
	assert_int_equal(wf_segment_walk(&world, frame, frame + len, &o, &drop), way->step);
	if (way->step == WF_STEP_DROP)
		assert_int_equal(drop, way->drop);
	words_put(at, &way->at);
	assert_memory_equal(o.dst, at, 16);
	assert_int_equal(o.segments_left, way->at_left);
	assert_int_equal(o.is_moved, memcmp(at, frame + WF_OUTER_OFF + 24, 16) != 0 ||
					     way->at_left != way->left);
	free(frame);
}

static void each_way_leads_where_it_should(void **state)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		check_way(&ways[i]);
}

static void sids_exist_only_if_something_made_them(void **state)
{
	const struct way way = {.dst = SID_END,
				.n = 1,
				.left = 1,
				.segments = {SID_OTHER},
				.upper = 4,
				DROPS(UNKNOWN_SID),
				.at = SID_END,
				.at_left = 1};
	const uint64_t head = wf_sid_head_make(BLOCK, 1, WF_FN_END);

	test_tables_drop(&tables, WF_TABLE_SID, &head);
	check_way(&way);
}

static void cut_headers_are_not_believed(void **state)
{
	const struct way way = {.dst = SID_END, .n = 2, .left = 2, .segments = {SID_DT46}};
	struct wf_outer o;
	size_t whole;
	uint8_t *frame = frame_make(&way, &whole);

	for (unsigned int version = 0; version < 16; version++) {
		frame[WF_OUTER_OFF] = (uint8_t)(version << 4);
		assert_int_equal(wf_outer_parse(frame, frame + whole, &o),
				 version == 6 ? WF_DROP_NONE : WF_DROP_MALFORMED);
	}
	frame[WF_OUTER_OFF] = 0x60;
	for (size_t len = WF_OUTER_OFF + WF_IPV6_LEN; len < whole; len++) {
		uint8_t *tight = malloc(len);

		assert_non_null(tight);
		memcpy(tight, frame, len);
		assert_int_equal(wf_outer_parse(tight, tight + len, &o), WF_DROP_SRH_TRUNCATED);
		free(tight);
	}
	free(frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_way_leads_where_it_should, fill),
		cmocka_unit_test_setup(sids_exist_only_if_something_made_them, fill),
		cmocka_unit_test_setup(cut_headers_are_not_believed, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
