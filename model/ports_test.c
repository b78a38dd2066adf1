// SPDX-License-Identifier: Apache-2.0
#include "model/ports.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void a_range_is_printed_as_it_is_read(void **state)
{
	static const struct {
		const char *text;
		struct wf_port_range range;
		const char *printed; /* NULL: as @text */
	} cases[] = {
		{"tcp", {IPPROTO_TCP, 0, 65535}, NULL},
		{"udp/53", {IPPROTO_UDP, 53, 53}, NULL},
		{"sctp/0-9", {IPPROTO_SCTP, 0, 9}, NULL},
		{"icmp", {IPPROTO_ICMP, 0, 255}, NULL},
		{"icmp/8", {IPPROTO_ICMP, 8, 8}, NULL},
		{"tcp/0-65535", {IPPROTO_TCP, 0, 65535}, "tcp"},
		{"tcp/00080", {IPPROTO_TCP, 80, 80}, "tcp/80"},
		{"tcp/9-1", {IPPROTO_TCP, 9, 1}, NULL}, /* others refuse it */
		{"icmp/256", {IPPROTO_ICMP, 256, 256}, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_port_range range = {0};
		char text[WF_PORT_RANGE_STR_MAX];

		assert_int_equal(wf_port_range_parse(cases[i].text, &range), 0);
		assert_int_equal(range.proto, cases[i].range.proto);
		assert_int_equal(range.first, cases[i].range.first);
		assert_int_equal(range.last, cases[i].range.last);
		assert_string_equal(wf_port_range_str(&range, text),
				    cases[i].printed ? cases[i].printed : cases[i].text);
	}
}

static void what_is_no_range_is_refused(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{"", -EPROTONOSUPPORT},	   {"tc", -EPROTONOSUPPORT}, {"tcpx/1", -EPROTONOSUPPORT},
		{"TCP", -EPROTONOSUPPORT}, {"80", -EPROTONOSUPPORT}, {"tcp/", -EINVAL},
		{"tcp/-", -EINVAL},	   {"tcp/1-", -EINVAL},	     {"tcp/-1", -EINVAL},
		{"tcp/1-2-3", -EINVAL},	   {"tcp/1 ", -EINVAL},	     {"tcp/+1", -EINVAL},
		{"tcp/65536", -ERANGE},	   {"tcp/000001", -ERANGE},  {"tcp/1-70000", -ERANGE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_port_range range = {.proto = 99};

		assert_int_equal(wf_port_range_parse(cases[i].text, &range), cases[i].code);
		assert_int_equal(range.proto, 99);
	}
}

static void ports_are_brought_into_one_order(void **state)
{
	static const struct {
		const char *texts[5];
		const char *normal;
	} cases[] = {
		{{NULL}, ""},
		{{"udp/53", "tcp/80", "tcp/22"}, "tcp/22 tcp/80 udp/53 "},
		{{"tcp/20-29", "tcp/10-19"}, "tcp/10-29 "},
		{{"tcp/10-30", "tcp/15-20", "tcp/30-40"}, "tcp/10-40 "},
		{{"tcp/10", "tcp/10", "udp/11"}, "tcp/10 udp/11 "},
		{{"tcp", "tcp/65535", "tcp/0"}, "tcp "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_port_range normal[WF_POLICY_PORTS_MAX];
		char text[WF_PORT_RANGE_STR_MAX], all[256] = "";
		struct wf_policy p = {0};
		unsigned int n;

		while (cases[i].texts[p.n_ports]) {
			assert_int_equal(wf_port_range_parse(cases[i].texts[p.n_ports],
							     &p.ports[p.n_ports]),
					 0);
			p.n_ports++;
		}
		n = wf_ports_normalize(&p, normal);
		for (unsigned int j = 0; j < n; j++) {
			strcat(all, wf_port_range_str(&normal[j], text));
			strcat(all, " ");
		}
		assert_string_equal(all, cases[i].normal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_printed_as_it_is_read),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(ports_are_brought_into_one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
