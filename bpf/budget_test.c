// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the verifier walks, against bpf/budget.txt, whose path is the argument. `--record FILE`
 * writes it anew.
 */
#include "bpf/fixture_test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpf/load.h"

#define HEAD                                                                                      \
	"# Instructions that the verifier walks for each program; a tenth more fails "            \
	"bpf/budget.\n"                                                                           \
	"# Written by: ninja -C build bpf/bpf_budget_test && build/bpf/bpf_budget_test --record " \
	"bpf/budget.txt\n"

static const char *budget_path;

static unsigned int verified_insns(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size))
		return 0;
	return info.verified_insns;
}

static struct weft_bpf *load(void)
{
	struct weft_bpf *skel = weft_bpf__open();
	struct bpf_map *map;

	if (!skel)
		return NULL;
	bpf_object__for_each_map(map, skel->obj) bpf_map__set_pin_path(map, NULL);
	if (wf_load_size_maps(skel) == 0 && weft_bpf__load(skel) == 0)
		return skel;
	weft_bpf__destroy(skel);
	return NULL;
}

/* 0: the file does not name the program. */
static unsigned int budget_of(const char *name)
{
	FILE *file = fopen(budget_path, "r");
	char line[256], got[32];
	unsigned int insns, found = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%31s %u", got, &insns) == 2 && strcmp(got, name) == 0)
			found = insns;
	fclose(file);
	return found;
}

static void no_program_costs_the_verifier_a_tenth_more(void **state)
{
	struct weft_bpf *skel = load();
	struct bpf_program *prog;
	int n = 0;

	assert_non_null(skel);
	bpf_object__for_each_program(prog, skel->obj)
	{
		const char *name = bpf_program__name(prog);
		const unsigned int now = verified_insns(prog), budget = budget_of(name);

		print_message("%s: %u verified, %u recorded\n", name, now, budget);
		assert_true(now > 0);
		if (now > budget + budget / 10)
			fail_msg(
				"'%s' takes the verifier %u instructions, recorded are %u; if that "
				"is right, record anew: bpf_budget_test --record bpf/budget.txt",
				name, now, budget);
		n++;
	}
	assert_int_equal(n, PROG_COUNT + 3); /* and the rests of two, and tally */
	weft_bpf__destroy(skel);
}

static int record(const char *path)
{
	struct weft_bpf *skel = load();
	FILE *file = fopen(path, "w");
	struct bpf_program *prog;

	if (!skel || !file)
		return 1;
	fputs(HEAD, file);
	bpf_object__for_each_program(prog, skel->obj)
		fprintf(file, "%s %u\n", bpf_program__name(prog), verified_insns(prog));
	weft_bpf__destroy(skel);
	return fclose(file) != 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_program_costs_the_verifier_a_tenth_more),
	};

	if (argc == 3 && strcmp(argv[1], "--record") == 0)
		return record(argv[2]);
	if (argc != 2)
		return 2;
	budget_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
