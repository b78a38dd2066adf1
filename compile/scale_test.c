// SPDX-License-Identifier: Apache-2.0
/*
 * Many endpoints, many policies: that it is done, and done right. With arguments ENDPOINTS
 * IDENTITIES POLICIES it prints what CPU time compiling and comparing take instead.
 */
#include "compile/wish_test.h"

#include <sys/resource.h>
#include <time.h>

#define N_NODES	     100
#define N_IDENTITIES 50

struct size {
	unsigned int endpoints, identities, policies;
};

/* Names rise, so that each is appended. */
static void put_endpoint(struct wf_model *m, unsigned int i, unsigned int n_identities,
			 unsigned int node)
{
	char name[16], where[8], addr[32], labels[64];

	snprintf(name, sizeof(name), "e%07u", i);
	snprintf(where, sizeof(where), "n%02u", node);
	snprintf(addr, sizeof(addr), "fd%02x:%x::1", i >> 16 & 0xff, i & 0xffff);
	snprintf(labels, sizeof(labels), "app=a%u,tier=t%u", i % n_identities,
		 i % n_identities % 10);
	wish_endpoint(m, "red", name, where, addr, labels, 1 + i % n_identities);
}

/* Of each ten policies one is from a tenth of all identities, one to a prefix. */
static void put_policy(struct wf_model *m, unsigned int i, unsigned int n_identities)
{
	char name[16], from[32], to[32];

	snprintf(name, sizeof(name), "p%05u", i);
	snprintf(from, sizeof(from), "app=a%u", i % n_identities);
	snprintf(to, sizeof(to), "app=a%u", i * 31 % n_identities);
	if (i % 10 == 1)
		snprintf(from, sizeof(from), "tier=t%u", i / 10 % 10);
	if (i % 10 == 2)
		snprintf(to, sizeof(to), "fd00:%x::/32", i);
	wish_policy(m, &(struct wish_policy){.tenant = "red",
					     .name = name,
					     .id = (uint16_t)(i + 1),
					     .from = from,
					     .to = to,
					     .via = {"n01 n02"}});
}

static struct wf_model *make(struct size size)
{
	struct wf_model *m = wf_model_new();
	char name[16];

	for (unsigned int i = 0; i < N_NODES; i++) {
		snprintf(name, sizeof(name), "n%02u", i);
		wish_node(m, name, (uint16_t)(i + 1));
	}
	wish_tenant(m, "red", 1, WF_ENCODING_UNSET);
	for (unsigned int i = 0; i < size.endpoints; i++)
		put_endpoint(m, i, size.identities, (i * 2654435761u >> 16) % N_NODES);
	for (unsigned int i = 0; i < size.policies; i++)
		put_policy(m, i, size.identities);
	return m;
}

static const struct wf_here_port port = {.tenant = "red", .name = "e0000000", .ifindex = 5};
static const struct wf_here here = {
	.node = "n00", .block = 0x5f000000, .ports = &port, .n_ports = 1};

static void a_hundred_thousand_endpoints_and_one_that_moves(void **state)
{
	WF_CLEANUP(cleanup_model)
	struct wf_model *m = make((struct size){100000, N_IDENTITIES, 20});
	WF_CLEANUP(cleanup_image) struct wf_image *before = wish_compile(m, &here);
	WF_CLEANUP(cleanup_image) struct wf_image *after = NULL;
	_cleanup_free_ struct wf_table_change *changes = NULL;
	size_t n;

	assert_int_equal(wf_image_count(before, WF_TABLE_DEST), 100000);
	put_endpoint(m, 77777, N_IDENTITIES, 42); /* in no policy's prefix */
	after = wish_compile(m, &here);
	assert_int_equal(wf_image_diff(before, after, &changes, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(changes[0].table, WF_TABLE_DEST);
	assert_int_equal(((const struct wf_dest *)changes[0].value)->node, 43);
}

static const void *verdict(const struct wf_image *img, uint32_t from, uint32_t to)
{
	const uint32_t tenant = 1;
	const struct wf_tenant_entry *entry = wf_image_find(img, WF_TABLE_TENANT, &tenant);
	const struct wf_verdict_key key = {.set = entry->set, .from = {1, from}, .to = {1, to}};

	return wf_image_find(img, WF_TABLE_VERDICT, &key);
}

/* Policy i is from identity i % 1000 + 1 to i * 31 % 1000 + 1; here are 1, 129, 807, ... */
static void of_ten_thousand_policies_those_that_meet_here(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make((struct size){2000, 1000, 10000});
	WF_CLEANUP(cleanup_image) struct wf_image *img = wish_compile(m, &here);

	assert_int_equal(wf_image_count(img, WF_TABLE_POLICY), 10000);
	assert_non_null(verdict(img, 1, 1));
	assert_non_null(verdict(img, 129, 969)); /* leaves here */
	assert_non_null(verdict(img, 27, 807));	 /* arrives here */
	assert_null(verdict(img, 11, 311));
	assert_null(verdict(img, 1, 807));
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int print_times(struct size size)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make(size);
	double start = seconds(), compiled, compared;
	WF_CLEANUP(cleanup_image) struct wf_image *a = wish_compile(m, &here);
	WF_CLEANUP(cleanup_image) struct wf_image *none = wf_image_new();
	_cleanup_free_ struct wf_table_change *changes = NULL;
	struct rusage usage;
	size_t n;

	compiled = seconds();
	wf_image_seal(none, NULL);
	wf_image_diff(none, a, &changes, &n);
	compared = seconds();
	getrusage(RUSAGE_SELF, &usage);
	printf("%zu entries: compiled in %.3f s, compared in %.3f s, %ld MB in all\n", n,
	       compiled - start, compared - compiled, usage.ru_maxrss / 1024);
	for (int t = 0; t < WF_TABLE_COUNT; t++)
		printf("%9zu %s\n", wf_image_count(a, (enum wf_table)t),
		       wf_table_name((enum wf_table)t));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_endpoints_and_one_that_moves),
		cmocka_unit_test(of_ten_thousand_policies_those_that_meet_here),
	};

	if (argc == 4)
		return print_times((struct size){(unsigned int)atoi(argv[1]),
						 (unsigned int)atoi(argv[2]),
						 (unsigned int)atoi(argv[3])});
	return cmocka_run_group_tests(tests, NULL, NULL);
}
