// SPDX-License-Identifier: Apache-2.0
#include "agent/http_status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* In memory of just that size, so that a sanitizer sees a read beyond. */
static int status_of(const char *data, size_t len)
{
	char *copy = malloc(len ? len : 1);
	int status;

	memcpy(copy, data, len);
	status = wf_http_status(copy, len);
	free(copy);
	return status;
}

static void status_lines_are_told_from_others(void **state)
{
	static const struct {
		const char *head;
		int status;
	} cases[] = {
		{"HTTP/1.1 200 OK\r\n", 200},
		{"HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n", 302},
		{"HTTP/1.1 503 \r\n", 503},
		{"HTTP/1.1 204\r\n", 204},
		{"HTTP/1.1 204\n", 204},
		{"HTTP/1.1 999 ?", 999},
		{"", -EAGAIN},
		{"HTTP/1.1 200", -EAGAIN},
		{"HTT", -EAGAIN},
		{"HTTP/2 200 OK\r\n", -EBADMSG},
		{"HTTP/1.1 20 OK\r\n", -EBADMSG},
		{"HTTP/1.1 2000 OK\r\n", -EBADMSG},
		{"HTTP/1.1 000 no\r\n", -EBADMSG},
		{"HTTP/1.1 -20 no\r\n", -EBADMSG},
		{"HTTP/1.1\t200 OK\r\n", -EBADMSG},
		{"http/1.1 200 OK\r\n", -EBADMSG},
		{"SSH-2.0-OpenSSH_9.2\r\n", -EBADMSG},
		{"S", -EBADMSG},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (status_of(cases[i].head, strlen(cases[i].head)) != cases[i].status)
			fail_msg("%s: %d", cases[i].head,
				 status_of(cases[i].head, strlen(cases[i].head)));
}

static void what_is_wrong_is_known_before_all_of_it_is_there(void **state)
{
	const char good[] = "HTTP/1.1 200 OK\r\n";

	for (size_t len = 0; len < WF_HTTP_HEAD_BYTES; len++)
		for (int c = 0; c < 256; c++) {
			char head[sizeof(good)];
			int status;

			memcpy(head, good, len);
			head[len] = (char)c;
			status = status_of(head, len + 1);
			assert_true(status == -EBADMSG || status == -EAGAIN ||
				    (status >= 100 && status <= 999));
			if (c == good[len])
				assert_int_not_equal(status, -EBADMSG);
		}
}

static void noise_is_a_status_or_nothing(void **state)
{
	uint32_t x = 1;
	char noise[64];

	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)round % sizeof(noise);
		int status;

		memcpy(noise, "HTTP/1.1 200 ", 13);
		for (size_t i = (size_t)round % 14; i < len; i++) {
			x = x * 1103515245 + 12345;
			noise[i] = (char)(x >> 16);
		}
		status = status_of(noise, len);
		assert_true(status == -EBADMSG || status == -EAGAIN ||
			    (status >= 100 && status <= 999));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_lines_are_told_from_others),
		cmocka_unit_test(what_is_wrong_is_known_before_all_of_it_is_there),
		cmocka_unit_test(noise_is_a_status_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
