// SPDX-License-Identifier: Apache-2.0
#include "lab/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/*
 *	  +--- r ---+		B is as far from A over the router as over the node
 *	A             B		with the long name: two next hops
 *	  +- long  -+
 */
static const char text[] = "kind: Lab\nname: lab\nnodes: [A, B, a-very-long-name]\nrouters: [r]\n"
			   "links:\n- [A, r]\n- [r, B]\n"
			   "- [A, a-very-long-name]\n"
			   "- [a-very-long-name, B]\n";

static void setup(struct wf_lab *lab)
{
	struct wf_buf problems = {0};

	assert_int_equal(wf_lab_parse("f", text, strlen(text), lab, &problems), 0);
}

static void equal_costs_become_two_next_hops(void **state)
{
	struct wf_buf out = {0};
	struct wf_plan *plan;
	struct wf_lab lab;

	setup(&lab);
	plan = wf_plan_new(&lab);
	wf_plan_route_lines(plan, 0, &out);
	assert_string_equal(
		out.data,
		"route add 5f00:0:2::/48 nexthop via fd77:6260:92f4:1::2 dev to-r"
		" nexthop via fd77:6260:92f4:3::2 dev to-226b6c3c\n"
		"route add 5f00:0:3::/48 nexthop via fd77:6260:92f4:3::2 dev to-226b6c3c\n"
		"route add fd77:6260:92f4::4/128 nexthop via fd77:6260:92f4:1::2 dev to-r\n");
	wf_buf_done(&out);
	wf_plan_free(plan);
	wf_lab_done(&lab);
}

static void a_dearer_link_is_not_taken(void **state)
{
	struct wf_buf out = {0};
	struct wf_plan *plan;
	struct wf_lab lab;

	setup(&lab);
	lab.links.items[2].cost = 5;
	plan = wf_plan_new(&lab);
	assert_int_equal(wf_plan_distance(plan, 0, 1), 2);
	assert_int_equal(wf_plan_distance(plan, 0, 2), 3);
	assert_int_equal(wf_plan_distance(plan, 2, 0), 3);
	wf_plan_route_lines(plan, 0, &out);
	assert_null(strstr(out.data, "to-226b6c3c"));
	wf_buf_done(&out);
	wf_plan_free(plan);
	wf_lab_done(&lab);
}

static void both_ends_of_a_link_agree_and_a_router_has_its_own(void **state)
{
	struct wf_buf out = {0};
	struct wf_lab lab;

	setup(&lab);
	wf_plan_addr_lines(&lab, 0, &out);
	wf_plan_addr_lines(&lab, 3, &out);
	assert_string_equal(out.data,
			    "link set lo up\n"
			    "addr add fd77:6260:92f4:1::1/64 dev to-r nodad\nlink set to-r up\n"
			    "addr add fd77:6260:92f4:3::1/64 dev to-226b6c3c nodad\n"
			    "link set to-226b6c3c up\n"
			    "link set lo up\n"
			    "addr add fd77:6260:92f4::4/128 dev lo nodad\n"
			    "addr add fd77:6260:92f4:1::2/64 dev to-A nodad\nlink set to-A up\n"
			    "addr add fd77:6260:92f4:2::1/64 dev to-B nodad\nlink set to-B up\n");
	wf_buf_done(&out);
	wf_lab_done(&lab);
}

static void names_that_fit_are_kept_and_others_hashed(void **state)
{
	char ifname[WF_LAB_IFNAME_MAX];
	struct wf_lab lab;

	setup(&lab);
	wf_plan_ifname(&lab, &lab.links.items[0], 0, ifname);
	assert_string_equal(ifname, "to-r");
	strcpy(lab.hosts.items[3].name, "twelve-bytes");
	wf_plan_ifname(&lab, &lab.links.items[0], 0, ifname);
	assert_string_equal(ifname, "to-twelve-bytes");
	wf_plan_ifname(&lab, &lab.links.items[2], 0, ifname);
	assert_string_equal(ifname, "to-226b6c3c");
	wf_lab_done(&lab);
}

static void links_to_the_outside_are_no_part_of_the_underlay(void **state)
{
	static const char outside[] =
		"kind: Lab\nname: lab\nnodes: [A, B]\noutside: [i]\n"
		"links:\n- {between: [i, A], ifnames: [eth0, out0],\n"
		"   addresses: [192.0.2.1/30, [192.0.2.2/30, '2001:db8::2/64']]}\n"
		"- [i, B]\n- {between: [A, B], cost: 9}\n";
	struct wf_buf problems = {0}, out = {0};
	struct wf_plan *plan;
	struct wf_lab lab;

	assert_int_equal(wf_lab_parse("f", outside, strlen(outside), &lab, &problems), 0);
	plan = wf_plan_new(&lab);
	assert_int_equal(wf_plan_distance(plan, 0, 1), 9);
	wf_plan_addr_lines(&lab, 0, &out);
	wf_plan_route_lines(plan, 0, &out);
	wf_plan_addr_lines(&lab, 2, &out);
	wf_plan_route_lines(plan, 2, &out);
	assert_string_equal(out.data,
			    "link set lo up\n"
			    "addr add 192.0.2.2/30 dev out0\n"
			    "addr add 2001:db8::2/64 dev out0 nodad\nlink set out0 up\n"
			    "addr add fd77:6260:92f4:3::1/64 dev to-B nodad\nlink set to-B up\n"
			    "route add 5f00:0:2::/48 nexthop via fd77:6260:92f4:3::2 dev to-B\n"
			    "link set lo up\n"
			    "addr add 192.0.2.1/30 dev eth0\nlink set eth0 up\n"
			    "link set to-B up\n");
	wf_buf_done(&out);
	wf_plan_free(plan);
	wf_lab_done(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_costs_become_two_next_hops),
		cmocka_unit_test(a_dearer_link_is_not_taken),
		cmocka_unit_test(both_ends_of_a_link_agree_and_a_router_has_its_own),
		cmocka_unit_test(names_that_fit_are_kept_and_others_hashed),
		cmocka_unit_test(links_to_the_outside_are_no_part_of_the_underlay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
