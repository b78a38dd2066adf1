// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * wire/ in the kernel. The object of verifier_test.bpf.c must pass the verifier, and on every
 * sample each probe must give there what it gives here: the same result and the same bytes of the
 * frame.
 */
#include "wire/probe_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>

#include "wire/samples_test.h"
#include "verifier_test.skel.h"

/* Verified instructions of all programs: 22952 on Linux 6.18; a tenth more is a mistake. */
#define INSNS_MAX 25247

struct probe {
	const char *name;
	void (*here)(void *data, const void *end, struct wf_probe *ret);
};

static const struct probe probes[] = {
	{"probe_flow", wf_probe_flow},	       {"probe_srh", wf_probe_srh},
	{"probe_behind", wf_probe_behind},     {"probe_hop", wf_probe_hop},
	{"probe_error", wf_probe_error},       {"probe_echo", wf_probe_echo},
	{"probe_neighbor", wf_probe_neighbor},
};

#define N_PROBES (sizeof(probes) / sizeof(*probes))

static int load(void **state)
{
	*state = verifier_test_bpf__open_and_load();
	return *state ? 0 : -1;
}

static int unload(void **state)
{
	verifier_test_bpf__destroy(*state);
	return 0;
}

/* Whether the probe got as far as it goes. */
static int compare(struct verifier_test_bpf *skel, const struct probe *probe, const uint8_t *frame,
		   uint32_t len)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(skel->obj, probe->name);
	struct wf_probe *there = (void *)&skel->bss->probe_result, here;
	uint8_t out[WF_SAMPLE_MAX], *copy = wf_sample_tight(frame, len);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len, .data_out = out,
		    .data_size_out = sizeof(out), .repeat = 1);

	assert_non_null(prog);
	memset(there, 0, sizeof(*there));
	memset(&here, 0, sizeof(here));
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(prog), &opts), 0);
	probe->here(copy, copy + len, &here);
	assert_int_equal(opts.data_size_out, len);
	assert_memory_equal(out, copy, len);
	assert_memory_equal(there, &here, sizeof(here));
	free(copy);
	return here.done;
}

static void kernel_and_user_space_agree_on_every_sample(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	int n_done[N_PROBES] = {0};

	for (enum wf_sample i = 0; i < WF_SAMPLE_COUNT; i++) {
		uint32_t len = (uint32_t)wf_sample_get(i, frame);

		for (size_t p = 0; p < N_PROBES; p++)
			n_done[p] += compare(*state, &probes[p], frame, len);
	}
	for (size_t p = 0; p < N_PROBES; p++)
		assert_true(n_done[p] > 0);
}

static void kernel_and_user_space_agree_on_cut_samples(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];

	for (enum wf_sample i = 0; i < WF_SAMPLE_COUNT; i++) {
		uint32_t whole = (uint32_t)wf_sample_get(i, frame);
		/* less than an IP header is refused by the kernel itself */
		uint32_t len = frame[12] == 0x86 ? WF_PROBE_L3 + WF_IPV6_LEN
						 : WF_PROBE_L3 + WF_IPV4_LEN;

		for (; len < whole; len += 3)
			for (size_t p = 0; p < N_PROBES; p++)
				compare(*state, &probes[p], frame, len);
	}
}

static void verifier_walks_no_more_than_it_should(void **state)
{
	struct verifier_test_bpf *skel = *state;
	struct bpf_program *prog;
	unsigned int total = 0;

	bpf_object__for_each_program(prog, skel->obj)
	{
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		assert_int_equal(bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size), 0);
		assert_true(info.verified_insns > 0);
		print_message("%s: %u instructions verified\n", bpf_program__name(prog),
			      info.verified_insns);
		total += info.verified_insns;
	}
	assert_in_range(total, 1, INSNS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_and_user_space_agree_on_every_sample),
		cmocka_unit_test(kernel_and_user_space_agree_on_cut_samples),
		cmocka_unit_test(verifier_walks_no_more_than_it_should),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
