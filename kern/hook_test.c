// SPDX-License-Identifier: Apache-2.0
/* Programs on interfaces in a real kernel, in a sandbox: by tcx and by clsact. */
#include "kern/linux.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "kern/sandbox.h"

#define N_REPLACED 50

static void assert_hook(struct wf_kern *k, int ifindex, enum wf_hook wanted)
{
	enum wf_hook hook = WF_HOOK_COUNT;

	assert_int_equal(k->ops->hook_get(k, ifindex, &hook, NULL), 0);
	assert_int_equal(hook, wanted);
}

static void attach(struct wf_kern *k, int ifindex, enum wf_hook hook)
{
	struct wf_err err = {0};

	if (k->ops->hook_attach(k, ifindex, hook, &err))
		fail_msg("%s", err.msg);
}

static void hook_is_attached_replaced_and_detached(void **state)
{
	struct wf_kern *k = sandbox_start(*state);

	sandbox_pair(20);
	assert_hook(k, 20, WF_HOOK_NONE);
	for (int hook = WF_HOOK_COUNT - 1; hook > WF_HOOK_NONE; hook--) {
		attach(k, 20, hook);
		assert_hook(k, 20, hook);
	}
	attach(k, 20, WF_HOOK_NONE);
	assert_hook(k, 20, WF_HOOK_NONE);
	attach(k, 20, WF_HOOK_NONE);
	sandbox_stop(k);
}

static void hook_of_a_missing_interface_is_refused(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	struct wf_err err = {0};

	sandbox_pair(20);
	attach(k, 20, WF_HOOK_APPLY);
	sandbox_pair_remove();
	assert_hook(k, 20, WF_HOOK_NONE);
	assert_int_equal(k->ops->hook_attach(k, 20, WF_HOOK_APPLY, &err), -ENODEV);
	sandbox_expect(err.msg, "20");
	assert_null(strstr(sandbox_run("ls " SANDBOX_PIN_DIR), "-20"));
	assert_int_equal(k->ops->hook_attach(k, 0, WF_HOOK_NONE, NULL), -ENODEV);
	sandbox_stop(k);
}

static void an_index_used_again_has_no_hook(void **state)
{
	struct wf_kern *k = sandbox_start(*state);

	sandbox_pair(20);
	attach(k, 20, WF_HOOK_APPLY);
	sandbox_pair_remove();
	sandbox_pair(20);
	assert_hook(k, 20, WF_HOOK_NONE);
	attach(k, 20, WF_HOOK_EDGE);
	assert_hook(k, 20, WF_HOOK_EDGE);
	sandbox_stop(k);
}

static void take_tenant(void *arg, const void *key, const void *value)
{
	*(uint32_t *)arg = *(const uint32_t *)key;
}

static void the_next_daemon_adopts_tables_and_hooks(void **state)
{
	const uint32_t tenant = 5;
	const struct wf_tenant_entry value = {0};
	const struct wf_table_change change = {WF_TABLE_TENANT, &tenant, &value};
	uint32_t found = 0;
	struct wf_kern *k = sandbox_start(*state);

	sandbox_pair(20);
	assert_int_equal(k->ops->table_apply(k, &change, 1, NULL), 0);
	attach(k, 20, WF_HOOK_APPLY);
	wf_kern_free(k);
	k = sandbox_start(*state);
	assert_int_equal(k->ops->table_dump(k, WF_TABLE_TENANT, take_tenant, &found, NULL), 0);
	assert_int_equal(found, tenant);
	assert_hook(k, 20, WF_HOOK_APPLY);
	attach(k, 20, WF_HOOK_EDGE);
	assert_hook(k, 20, WF_HOOK_EDGE);
	sandbox_stop(k);
}

static void start_forgets_interfaces_that_went(void **state)
{
	struct wf_kern *k = sandbox_start(*state);

	sandbox_pair(20);
	attach(k, 20, WF_HOOK_APPLY);
	wf_kern_free(k);
	sandbox_expect(sandbox_run("ls " SANDBOX_PIN_DIR), "-20");
	sandbox_pair_remove();
	k = sandbox_start(*state);
	assert_null(strstr(sandbox_run("ls " SANDBOX_PIN_DIR), "-20"));
	sandbox_stop(k);
}

static void clsact_of_others_is_left_alone(void **state)
{
	struct wf_kern *k = sandbox_start(wf_kern_linux_open_clsact);

	sandbox_pair(20);
	sandbox_run("tc qdisc add dev near clsact;"
		    "tc filter add dev near egress bpf bytecode '1,6 0 0 0'");
	attach(k, 20, WF_HOOK_EDGE);
	sandbox_stop(k);
	sandbox_expect(sandbox_run("tc filter show dev near egress"), "bytecode");
	assert_string_equal(sandbox_run("tc filter show dev near ingress"), "");
}

/* Shared with the process that sends. */
struct sender {
	volatile bool is_stopped;
	volatile uint64_t n_sent;
};

/* Sends frames that no program lets through until it is told to stop. */
static void send_frames(struct sender *s)
{
	const struct sockaddr_ll to = {.sll_family = AF_PACKET,
				       .sll_ifindex = (int)if_nametoindex("far")};
	const uint8_t frame[60] = {2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0x88, 0xb5};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	while (!s->is_stopped) {
		if (sendto(fd, frame, sizeof(frame), 0, (const void *)&to, sizeof(to)) ==
		    sizeof(frame))
			s->n_sent++;
		sched_yield();
	}
}

static uint64_t all_drops(struct wf_kern *k)
{
	uint64_t drops[WF_DROP_COUNT], sum = 0;

	assert_int_equal(k->ops->drops(k, drops, NULL), 0);
	for (int i = 0; i < WF_DROP_COUNT; i++)
		sum += drops[i];
	return sum;
}

/* What the near end has received: the kernel counts it before any program sees it. */
static uint64_t received_frames(void)
{
	return strtoull(
		sandbox_run(
			"cat /proc/net/dev | sed -n 's/.*near: *[0-9]* *\\([0-9]*\\) .*/\\1/p'"),
		NULL, 10);
}

/*
 *   far --frames--> near | apply of one daemon, of the next, of the first, ... : each drops and
 * counts
 *
 * A frame that came between two programs would be counted by none.
 */
static void no_packet_slips_by_while_programs_are_replaced(void **state)
{
	struct wf_kern *daemons[] = {sandbox_start(*state), sandbox_start(*state)};
	struct sender *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	sandbox_pair(20);
	attach(daemons[0], 20, WF_HOOK_APPLY);
	pid = fork();
	if (pid == 0) {
		send_frames(s);
		_exit(0);
	}
	for (int i = 1; i <= N_REPLACED; i++) {
		uint64_t sent = s->n_sent;

		attach(daemons[i & 1], 20, WF_HOOK_APPLY);
		while (s->n_sent == sent)
			sched_yield();
	}
	s->is_stopped = true;
	waitpid(pid, NULL, 0);
	while (received_frames() < s->n_sent)
		sched_yield();
	assert_int_equal(all_drops(daemons[0]), s->n_sent);
	munmap(s, sizeof(*s));
	wf_kern_free(daemons[1]);
	sandbox_stop(daemons[0]);
}

static int remove_pair(void **state)
{
	sandbox_pair_remove();
	return 0;
}

#define TEST(fn, open_kern) \
	cmocka_unit_test_prestate_setup_teardown(fn, NULL, remove_pair, open_kern)
#define TCX(fn)	   TEST(fn, wf_kern_linux_open)
#define CLSACT(fn) TEST(fn, wf_kern_linux_open_clsact)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TCX(hook_is_attached_replaced_and_detached),
		CLSACT(hook_is_attached_replaced_and_detached),
		TCX(hook_of_a_missing_interface_is_refused),
		CLSACT(hook_of_a_missing_interface_is_refused),
		TCX(an_index_used_again_has_no_hook),
		CLSACT(an_index_used_again_has_no_hook),
		TCX(the_next_daemon_adopts_tables_and_hooks),
		CLSACT(the_next_daemon_adopts_tables_and_hooks),
		TCX(start_forgets_interfaces_that_went),
		CLSACT(start_forgets_interfaces_that_went),
		CLSACT(clsact_of_others_is_left_alone),
		TCX(no_packet_slips_by_while_programs_are_replaced),
		CLSACT(no_packet_slips_by_while_programs_are_replaced),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
