// SPDX-License-Identifier: Apache-2.0
/*
 * Many endpoints: that it is done, and done right. With arguments COUNT POLICIES it prints what CPU
 * time compiling and comparing take instead.
 */
#include "compile/wish_test.h"

#include <time.h>

#define N_NODES	     100
#define N_IDENTITIES 50

/* Names rise, so that each is appended. */
static void put_endpoint(struct wf_model *m, unsigned int i, unsigned int node)
{
	char name[16], where[8], addr[32], labels[16];

	snprintf(name, sizeof(name), "e%07u", i);
	snprintf(where, sizeof(where), "n%02u", node);
	snprintf(addr, sizeof(addr), "fd%02x:%x::1", i >> 16 & 0xff, i & 0xffff);
	snprintf(labels, sizeof(labels), "app=a%u", i % N_IDENTITIES);
	wish_endpoint(m, "red", name, where, addr, labels, 1 + i % N_IDENTITIES);
}

static struct wf_model *make(unsigned int n_endpoints, unsigned int n_policies)
{
	struct wf_model *m = wf_model_new();
	char name[16], from[16], to[32];

	for (unsigned int i = 0; i < N_NODES; i++) {
		snprintf(name, sizeof(name), "n%02u", i);
		wish_node(m, name, (uint16_t)(i + 1));
	}
	wish_tenant(m, "red", 1, WF_ENCODING_UNSET);
	for (unsigned int i = 0; i < n_endpoints; i++)
		put_endpoint(m, i, i * 7919 % N_NODES);
	for (unsigned int i = 0; i < n_policies; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		snprintf(from, sizeof(from), "app=a%u", i % N_IDENTITIES);
		snprintf(to, sizeof(to), "fd00:%x::/32", i);
		wish_policy(m, &(struct wish_policy){.tenant = "red",
						     .name = name,
						     .id = (uint16_t)(i + 1),
						     .from = from,
						     .to = to,
						     .via = {"n01 n02"}});
	}
	return m;
}

static const struct wf_here_port port = {.tenant = "red", .name = "e0000000", .ifindex = 5};
static const struct wf_here here = {
	.node = "n00", .block = 0x5f000000, .ports = &port, .n_ports = 1};

static void a_hundred_thousand_endpoints_and_one_that_moves(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make(100000, 20);
	WF_CLEANUP(cleanup_image) struct wf_image *before = wish_compile(m, &here);
	WF_CLEANUP(cleanup_image) struct wf_image *after = NULL;
	_cleanup_free_ struct wf_table_change *changes = NULL;
	size_t n;

	assert_int_equal(wf_image_count(before, WF_TABLE_DEST), 100000);
	put_endpoint(m, 77777, 42); /* in no policy's prefix */
	after = wish_compile(m, &here);
	assert_int_equal(wf_image_diff(before, after, &changes, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(changes[0].table, WF_TABLE_DEST);
	assert_int_equal(((const struct wf_dest *)changes[0].value)->node, 43);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int print_times(unsigned int n_endpoints, unsigned int n_policies)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make(n_endpoints, n_policies);
	double start = seconds(), compiled, compared;
	WF_CLEANUP(cleanup_image) struct wf_image *a = wish_compile(m, &here);
	WF_CLEANUP(cleanup_image) struct wf_image *none = wf_image_new();
	_cleanup_free_ struct wf_table_change *changes = NULL;
	size_t n;

	compiled = seconds();
	wf_image_seal(none, NULL);
	wf_image_diff(none, a, &changes, &n);
	compared = seconds();
	printf("%zu entries: compiled in %.3f s, compared in %.3f s\n", n, compiled - start,
	       compared - compiled);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_endpoints_and_one_that_moves),
	};

	if (argc == 3)
		return print_times((unsigned int)atoi(argv[1]), (unsigned int)atoi(argv[2]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
