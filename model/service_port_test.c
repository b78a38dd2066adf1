// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/service_port.h"

static void ports_parse_as_what_they_print(void **state)
{
	static const struct {
		const char *text, *printed; /* NULL: the same */
		struct wf_service_port port;
	} cases[] = {
		{"tcp/80->8080", NULL, {IPPROTO_TCP, 80, 8080}},
		{"udp/53", NULL, {IPPROTO_UDP, 53, 53}},
		{"sctp/1->65535", NULL, {IPPROTO_SCTP, 1, 65535}},
		{"tcp/080->80", "tcp/80", {IPPROTO_TCP, 80, 80}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_service_port p = {0};
		char text[WF_SERVICE_PORT_STR_MAX];

		assert_int_equal(wf_service_port_parse(cases[i].text, &p), 0);
		assert_memory_equal(&p, &cases[i].port, sizeof(p));
		assert_string_equal(wf_service_port_str(&p, text),
				    cases[i].printed ? cases[i].printed : cases[i].text);
	}
}

static void what_is_no_port_is_refused_and_leaves_the_output_alone(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{"", -EINVAL},
		{"tcp", -EINVAL},
		{"80", -EINVAL},
		{"tcp/", -EINVAL},
		{"tcp/a", -EINVAL},
		{"tcp/80-90", -EINVAL},
		{"tcp/80->", -EINVAL},
		{"tcp/80->a", -EINVAL},
		{"tcp/80->81x", -EINVAL},
		{"tcp/80 ->81", -EINVAL},
		{"icmp/8", -EPROTONOSUPPORT},
		{"TCP/80", -EPROTONOSUPPORT},
		{"/80", -EPROTONOSUPPORT},
		{"tcp/0", -ERANGE},
		{"tcp/65536", -ERANGE},
		{"tcp/100000", -ERANGE},
		{"tcp/80->0", -ERANGE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_service_port p = {.proto = 9};

		assert_int_equal(wf_service_port_parse(cases[i].text, &p), cases[i].code);
		assert_int_equal(p.proto, 9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_parse_as_what_they_print),
		cmocka_unit_test(what_is_no_port_is_refused_and_leaves_the_output_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
