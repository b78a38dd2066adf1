// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a fuzz target on a fixed corpus: each sample frame whole, cut at every byte, and with bytes
 * changed by a generator that starts the same each time. With arguments: on these files instead.
 * `--write DIR` writes the samples as seeds for libFuzzer.
 */
#include "fuzz/target.h"

#include <stdio.h>

#include "wire/samples_test.h"

#define MUTANTS 256

static unsigned int run(const uint8_t *bytes, size_t len)
{
	uint8_t *tight = wf_sample_tight(bytes, len);

	LLVMFuzzerTestOneInput(tight, len);
	free(tight);
	return 1;
}

static unsigned int run_sample(enum wf_sample i, uint32_t *random)
{
	uint8_t frame[WF_SAMPLE_MAX], mutant[WF_SAMPLE_MAX];
	size_t whole = wf_sample_get(i, frame);
	unsigned int n = 0;

	for (size_t len = 0; len <= whole; len++)
		n += run(frame, len);
	for (unsigned int m = 0; m < MUTANTS; m++) {
		memcpy(mutant, frame, whole);
		for (unsigned int k = 0; k <= m % 4; k++) {
			*random = *random * 1664525 + 1013904223;
			mutant[(*random >> 8) % whole] = (uint8_t)(*random >> 24);
		}
		n += run(mutant, whole);
	}
	return n;
}

static int run_file(const char *path)
{
	static uint8_t bytes[1 << 16];
	FILE *f = fopen(path, "rb");

	if (!f) {
		fprintf(stderr, "cannot open '%s'\n", path);
		return 1;
	}
	run(bytes, fread(bytes, 1, sizeof(bytes), f));
	fclose(f);
	return 0;
}

static int write_samples(const char *dir)
{
	uint8_t frame[WF_SAMPLE_MAX];
	char path[4096];

	for (enum wf_sample i = 0; i < WF_SAMPLE_COUNT; i++) {
		size_t len = wf_sample_get(i, frame);
		FILE *f;

		snprintf(path, sizeof(path), "%s/sample-%d", dir, (int)i);
		f = fopen(path, "wb");
		if (!f || fwrite(frame, 1, len, f) != len || fclose(f) != 0) {
			fprintf(stderr, "cannot write '%s'\n", path);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t random = 1;
	unsigned int n = 0;
	int failed = 0;

	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_samples(argv[2]);
	for (int i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	if (argc > 1)
		return failed;
	for (enum wf_sample i = 0; i < WF_SAMPLE_COUNT; i++)
		n += run_sample(i, &random);
	printf("%u inputs\n", n);
	return n == 0;
}
