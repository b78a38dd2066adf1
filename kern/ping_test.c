// SPDX-License-Identifier: Apache-2.0
/* Pings in a sandbox, where the kernel answers at ::1. */
#include "kern/ping.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kern/sandbox.h"

#define PATIENCE_MS 5000

static const struct wf_addr here = {{[15] = 1}};
static const struct wf_addr nowhere = {{0x5f, 0, 0, 0, 0, 9}};

/* @groups: who may have sockets for pings alone; "1 0": nobody. */
static struct wf_ping open_as(const char *groups)
{
	struct wf_err err = {0};
	struct wf_ping p;

	sandbox_run("ip link set lo up; sysctl -w net.ipv4.ping_group_range='%s'", groups);
	if (wf_ping_open(&p, here.bytes, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(p.is_raw, strcmp(groups, "1 0") == 0);
	return p;
}

static bool has_more(const struct wf_ping *p, int patience_ms)
{
	struct pollfd poll_fd = {.fd = p->fd, .events = POLLIN};

	return poll(&poll_fd, 1, patience_ms) == 1;
}

static void answers_have_the_number_of_the_question(void **state)
{
	static const char *const groups[] = {"1 0", "0 0"};

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		struct wf_ping p = open_as(groups[i]);
		struct wf_addr from;
		uint16_t seq;

		assert_int_equal(wf_ping_receive(&p, &from, &seq), -EAGAIN);
		for (uint16_t k = 0xfffe; k != 1; k++)
			assert_int_equal(wf_ping_send(&p, &here, k), 0);
		for (uint16_t k = 0xfffe; k != 1; k++) {
			assert_true(has_more(&p, PATIENCE_MS));
			assert_int_equal(wf_ping_receive(&p, &from, &seq), 0);
			assert_memory_equal(&from, &here, sizeof(from));
			assert_int_equal(seq, k);
		}
		assert_int_equal(wf_ping_receive(&p, &from, &seq), -EAGAIN);
		wf_ping_close(&p);
	}
}

/* A raw socket hears all; what comes first is somebody else's. */
static void answers_to_others_are_not_taken(void **state)
{
	struct wf_ping p = open_as("1 0"), other = p;
	struct wf_addr from;
	uint16_t seq;

	other.id++;
	assert_int_equal(wf_ping_send(&other, &here, 1), 0);
	assert_true(has_more(&p, PATIENCE_MS));
	assert_int_equal(wf_ping_receive(&p, &from, &seq), -EAGAIN);
	assert_int_equal(wf_ping_send(&other, &here, 2), 0);
	assert_int_equal(wf_ping_send(&p, &here, 3), 0);
	assert_true(has_more(&p, PATIENCE_MS));
	assert_int_equal(wf_ping_receive(&p, &from, &seq), 0);
	assert_int_equal(seq, 3);
	wf_ping_close(&p);
}

static void what_cannot_be_sent_says_so(void **state)
{
	struct wf_ping p = open_as("1 0");

	assert_int_equal(wf_ping_send(&p, &nowhere, 1), -ENETUNREACH);
	wf_ping_close(&p);
	wf_ping_close(&p);
}

static int enter(void **state)
{
	sandbox_enter();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_have_the_number_of_the_question),
		cmocka_unit_test(answers_to_others_are_not_taken),
		cmocka_unit_test(what_cannot_be_sent_says_so),
	};

	return cmocka_run_group_tests_name("kern/ping", tests, enter, NULL);
}
