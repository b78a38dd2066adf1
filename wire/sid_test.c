// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/sid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void sid_has_the_layout_of_the_design(void **state)
{
	static const uint8_t want[16] = {0x5f, 0x00, 0x00, 0x00, 0x00, 0x05, 0xe0, 0x46,
					 0x00, 0x00, 0x64, 0x00, 0x01, 0x2c, 0x00, 0x07};
	const struct wf_sid_arg arg = {.tenant = 100, .identity = 300, .policy = 7};
	uint8_t sid[16];

	wf_sid_make(sid, 0x5f000000, 5, WF_FN_DT46, wf_sid_arg_pack(&arg));
	assert_memory_equal(sid, want, 16);
	assert_int_equal(wf_sid_head(sid), 0x5f0000000005e046);
	assert_int_equal(wf_sid_head(sid), wf_sid_head_make(0x5f000000, 5, WF_FN_DT46));
}

static void argument_survives_packing_and_is_cut_to_its_widths(void **state)
{
	static const struct wf_sid_arg args[] = {
		{0, 0, 0, 0},
		{1, 2, 3, 0},
		{0xffffff, 0, 0xffff, 0},
		{0, 0xffffff, 0, 0},
		{0xffffff, 0xffffff, 0xffff, 0},
	};
	const struct wf_sid_arg wide = {.tenant = 0x1ffffff, .identity = 0x2000001, .policy = 9};

	for (size_t i = 0; i < COUNT(args); i++) {
		struct wf_sid_arg back = wf_sid_arg_unpack(wf_sid_arg_pack(&args[i]));

		assert_memory_equal(&back, &args[i], sizeof(back));
	}
	assert_int_equal(wf_sid_arg_pack(&wide), 0xffffff0000010009);
}

static void set_arg_leaves_the_head(void **state)
{
	uint8_t sid[16];

	wf_sid_make(sid, 0x5f001234, 0xdfff, WF_FN_END, 0x1122334455667788);
	wf_sid_set_arg(sid, 0x99);
	assert_int_equal(wf_sid_head(sid), 0x5f001234dfffe001);
	assert_int_equal(wf_sid_arg(sid), 0x99);
}

static void node_address_ends_in_one(void **state)
{
	static const uint8_t want[16] = {0x5f, 0, 0, 0, 0, 0x0c, [15] = 1};
	uint8_t addr[16];

	wf_sid_node_addr(addr, 0x5f000000, 12);
	assert_memory_equal(addr, want, 16);
}

static void node_ids_and_functions_do_not_meet(void **state)
{
	assert_false(wf_sid_is_node(0));
	assert_true(wf_sid_is_node(WF_NODE_MIN));
	assert_true(wf_sid_is_node(WF_NODE_MAX));
	assert_false(wf_sid_is_node(WF_FN_MIN));
	assert_false(wf_sid_is_node(WF_FN_END));
	assert_false(wf_sid_is_node(WF_FN_DT46));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sid_has_the_layout_of_the_design),
		cmocka_unit_test(argument_survives_packing_and_is_cut_to_its_widths),
		cmocka_unit_test(set_arg_leaves_the_head),
		cmocka_unit_test(node_address_ends_in_one),
		cmocka_unit_test(node_ids_and_functions_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
