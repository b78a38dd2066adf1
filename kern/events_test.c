// SPDX-License-Identifier: Apache-2.0
/* The ring buffer in a real kernel, in a sandbox; a program of the test's own writes into it. */
#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "kern/sandbox.h"

#define MARK_OFFSET 8 /* in struct __sk_buff */
#define EVENT_BYTES ((int)sizeof(struct wf_event))

static const struct wf_monitor all = {.mask = 1 << WF_EVENT_DROP | 1 << WF_EVENT_VERDICT,
				      .rate = 1000};
static const struct wf_monitor off = {0};

static int open_pin(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), SANDBOX_PIN_DIR "/%s", name);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	return fd;
}

/* Writes an event whose time is the packet's mark. */
static int load_writer(void)
{
	_cleanup_close_ int ring = open_pin("events");
	struct bpf_insn code[32] = {
		{BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, MARK_OFFSET, 0},
		{BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_2, -EVENT_BYTES, 0},
	};
	int n = 2, fd;

	for (int at = 8; at < EVENT_BYTES; at += 8)
		code[n++] = (struct bpf_insn){BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0,
					      (int16_t)(at - EVENT_BYTES), 0};
	const struct bpf_insn end[] = {
		{BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, ring},
		{0},
		{BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0},
		{BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -EVENT_BYTES},
		{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, EVENT_BYTES},
		{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, 0},
		{BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ringbuf_output},
		{BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
	};
	memcpy(code + n, end, sizeof(end));
	n += sizeof(end) / sizeof(*end);
	fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "writer", "GPL", code, n, NULL);
	assert_true(fd >= 0);
	return fd;
}

/* 0, or what the kernel said: the ring is full. */
static int write_event(int prog, uint32_t time)
{
	uint8_t packet[64] = {0};
	struct __sk_buff skb = {.mark = time};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .ctx_in = &skb, .ctx_size_in = sizeof(skb));

	assert_int_equal(bpf_prog_test_run_opts(prog, &opts), 0);
	return (int)opts.retval;
}

static bool is_readable(struct wf_kern *k)
{
	struct pollfd p = {.fd = k->ops->events_fd(k), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

struct seen {
	uint64_t n, last;
	bool is_in_order;
};

static void see(void *arg, const struct wf_event *event)
{
	struct seen *s = arg;

	s->is_in_order = s->is_in_order && event->time_ns == s->last + 1;
	s->last = event->time_ns;
	s->n++;
}

static void events_come_in_order_and_not_all_at_once(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	struct seen seen = {.is_in_order = true};
	_cleanup_close_ int prog = load_writer();

	assert_int_equal(k->ops->monitor(k, &all, NULL), 0);
	assert_false(is_readable(k));
	for (uint32_t i = 1; i <= WF_EVENTS_AT_ONCE + 5; i++)
		assert_int_equal(write_event(prog, i), 0);
	assert_true(is_readable(k));
	k->ops->events(k, see, &seen);
	assert_int_equal(seen.n, WF_EVENTS_AT_ONCE);
	assert_true(is_readable(k));
	k->ops->events(k, see, &seen);
	assert_int_equal(seen.n, WF_EVENTS_AT_ONCE + 5);
	assert_true(seen.is_in_order);
	assert_false(is_readable(k));
	sandbox_stop(k);
}

static void what_was_told_before_anybody_listened_is_forgotten(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	struct seen seen = {.is_in_order = true};
	_cleanup_close_ int prog = load_writer();
	uint32_t n = 0;

	while (write_event(prog, 100) == 0) /* it is full now */
		n++;
	assert_in_range(n, 10000, 100000);
	assert_int_equal(k->ops->monitor(k, &all, NULL), 0);
	assert_int_equal(write_event(prog, 1), 0);
	k->ops->events(k, see, &seen);
	assert_int_equal(seen.n, 1);
	assert_true(seen.is_in_order);
	assert_int_equal(write_event(prog, 2), 0);
	assert_int_equal(k->ops->monitor(k, &all, NULL), 0); /* one more listener */
	k->ops->events(k, see, &seen);
	assert_int_equal(seen.n, 2);
	sandbox_stop(k);
}

static struct wf_monitor pinned_monitor(void)
{
	_cleanup_close_ int fd = open_pin("monitor");
	struct wf_monitor m = {99, 99};
	uint32_t key = 0;

	assert_int_equal(bpf_map_lookup_elem(fd, &key, &m), 0);
	return m;
}

static void nobody_listens_after_a_start_and_after_an_end(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	_cleanup_close_ int fd = open_pin("monitor");
	uint32_t key = 0;

	assert_int_equal(pinned_monitor().mask, 0);
	assert_int_equal(k->ops->monitor(k, &all, NULL), 0);
	assert_int_equal(pinned_monitor().mask, all.mask);
	assert_int_equal(pinned_monitor().rate, all.rate);
	assert_int_equal(k->ops->monitor(k, &off, NULL), 0);
	assert_int_equal(pinned_monitor().mask, 0);
	assert_int_equal(k->ops->monitor(k, &all, NULL), 0);
	wf_kern_free(k);
	assert_int_equal(pinned_monitor().mask, 0);
	assert_int_equal(bpf_map_update_elem(fd, &key, &all, BPF_ANY), 0); /* killed, as it were */
	k = sandbox_start(*state);
	assert_int_equal(pinned_monitor().mask, 0);
	sandbox_stop(k);
}

static void lost_events_are_summed(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	_cleanup_close_ int fd = open_pin("events_lost");
	uint64_t parts[1024], lost = 99;
	uint32_t key = 0;

	assert_int_equal(k->ops->events_lost(k, &lost, NULL), 0);
	assert_int_equal(lost, 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &key, parts), 0);
	parts[0] = 5;
	assert_int_equal(bpf_map_update_elem(fd, &key, parts, BPF_ANY), 0);
	assert_int_equal(k->ops->events_lost(k, &lost, NULL), 0);
	assert_int_equal(lost, 5);
	sandbox_stop(k);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_prestate(fn, (void *)wf_kern_linux_open)
	const struct CMUnitTest tests[] = {
		CASE(events_come_in_order_and_not_all_at_once),
		CASE(what_was_told_before_anybody_listened_is_forgotten),
		CASE(nobody_listens_after_a_start_and_after_an_end),
		CASE(lost_events_are_summed),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
