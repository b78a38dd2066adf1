// SPDX-License-Identifier: Apache-2.0
#include "lab/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	const char *text, *drawing;
	bool is_ascii;
} cases[] = {
	{"nodes: [A, 1, 2, 3, 4, 5, B, C]\n"
	 "links: [[A, 1], [1, 2], [1, 3], [3, 4], [2, 5], [4, 5], [5, B], [2, C]]\n",
	 "        ┌─ 3 ─── 4 ─┐\n"
	 "A ── 1 ─┤           │\n"
	 "        │     ┌─ C  ├─ 5 ── B\n"
	 "        └─ 2 ─┴─────┘\n",
	 false},
	{"nodes: [A, 1, 2, 3, 4, 5, B, C]\n"
	 "links: [[A, 1], [1, 2], [1, 3], [3, 4], [2, 5], [4, 5], [5, B], [2, C]]\n",
	 "        +- 3 --- 4 -+\n"
	 "A -- 1 -+           |\n"
	 "        |     +- C  +- 5 -- B\n"
	 "        +- 2 -+-----+\n",
	 true},
	{"nodes: [s1, s2]\nrouters: [l1, l2, l3]\n"
	 "links: [[s1, l1], [s1, l2], [s1, l3], [s2, l1], [s2, l2], [s2, l3]]\n",
	 "    ┌─ (l1) ─┐\n"
	 "s1 ─┼─ (l2) ─┼─ s2\n"
	 "    └─ (l3) ─┘\n",
	 false},
	{"nodes: [a, b, c, d]\nlinks: [[a, b], [b, c], [c, d], [d, a], [a, c], [b, d]]\n",
	 "   ┌─────────┐\n"
	 "   │     ┌───┴─ c ─┐\n"
	 "a ─┼─ b ─┤         │\n"
	 "   │     │ ┌───────┤\n"
	 "   └─────│─┘       ├─ d\n"
	 "         └─────────┘\n",
	 false},
	/* What is outside stands left. */
	{"nodes: [g1, g2, w]\nrouters: [r]\noutside: [inet]\n"
	 "links: [[g1, r], [g2, r], [r, w], [g1, inet], [g2, inet]]\n",
	 "        ┌─ g1 ─┐\n"
	 "[inet] ─┤      ├─ (r) ── w\n"
	 "        └─ g2 ─┘\n",
	 false},
	{"nodes: [only]\n", "only\n", false},
};

static struct wf_lab parse(const char *body)
{
	struct wf_buf text = {0}, problems = {0};
	struct wf_lab lab;

	wf_buf_printf(&text, "kind: Lab\nname: x\n%s", body);
	assert_int_equal(wf_lab_parse("f", text.data, text.len, &lab, &problems), 0);
	wf_buf_done(&text);
	return lab;
}

static void drawings_are_as_drawn_by_hand(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_lab lab = parse(cases[i].text);
		struct wf_buf out = {0};

		assert_int_equal(wf_lab_draw(&lab, cases[i].is_ascii, &out), 0);
		assert_string_equal(out.data, cases[i].drawing);
		wf_buf_done(&out);
		wf_lab_done(&lab);
	}
}

static void what_is_too_wide_is_refused(void **state)
{
	struct wf_buf body = {0}, out = {0};
	struct wf_lab lab;

	wf_buf_puts(&body, "nodes: [n0");
	for (int i = 1; i < 60; i++)
		wf_buf_printf(&body, ", n%d", i);
	wf_buf_puts(&body, "]\nlinks:\n");
	for (int i = 1; i < 60; i++)
		wf_buf_printf(&body, "- [n%d, n%d]\n", i - 1, i);
	lab = parse(body.data);
	assert_int_equal(wf_lab_draw(&lab, false, &out), -E2BIG);
	assert_null(out.data);
	wf_buf_done(&body);
	wf_lab_done(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drawings_are_as_drawn_by_hand),
		cmocka_unit_test(what_is_too_wide_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
