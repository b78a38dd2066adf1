// SPDX-License-Identifier: Apache-2.0
/* What a node cannot hold is refused as a whole, in a sentence that says whose it is. */
#include "compile/wish_test.h"

/* Tenant red with web, on node A. */
static struct wf_model *make_wish(void)
{
	struct wf_model *m = wf_model_new();

	wish_node(m, "A", 10);
	wish_tenant(m, "red", 1, WF_ENCODING_UNSET);
	wish_endpoint(m, "red", "web", "A", "10.0.0.1", "app=web", 1);
	return m;
}

static void put_policy(struct wf_model *m, struct wish_policy w)
{
	w.tenant = "red";
	wish_policy(m, &w);
}

static void assert_refused(const struct wf_model *m, const char *const *words)
{
	struct wf_here here = {.node = "A", .block = 0x5f000000};
	struct wf_image *img = NULL;
	struct wf_err err;

	assert_int_equal(wf_compile(m, &here, &img, &err), -E2BIG);
	assert_null(img);
	for (; *words; words++)
		if (!strstr(err.msg, *words))
			fail_msg("'%s' is not in: %s", *words, err.msg);
}

static void too_many_ports_are_refused_with_the_policies_and_the_limit(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	char ports[512] = "";

	for (int i = 0; i < 20; i++)
		snprintf(ports + strlen(ports), sizeof(ports) - strlen(ports), " tcp/%d",
			 2 * i + 1);
	put_policy(m,
		   (struct wish_policy){
			   .name = "odd", .id = 1, .from = "app=web", .to = "any", .ports = ports});
	for (char *p = ports; (p = strstr(p, "tcp")); p++)
		memcpy(p, "udp", 3);
	put_policy(m, (struct wish_policy){.name = "even",
					   .id = 2,
					   .from = "app=web",
					   .to = "any",
					   .ports = ports});
	assert_refused(m, (const char *const[]){"tenant 'red'", "'odd'", "'even'", "64", NULL});
}

/* @n identities of role r, all on A. */
static void put_crowd(struct wf_model *m, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		char name[16], addr[32], labels[64];

		snprintf(name, sizeof(name), "x%04u", i);
		snprintf(addr, sizeof(addr), "10.0.%u.%u", 1 + i / 200, 1 + i % 200);
		snprintf(labels, sizeof(labels), "app=x%u,role=r", i);
		wish_endpoint(m, "red", name, "A", addr, labels, 10 + i);
	}
}

static void too_many_pairs_are_refused_with_the_limit(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();

	put_crowd(m, 730); /* 730 * 730 > 1 << 19 */
	put_policy(m, (struct wish_policy){.name = "p", .id = 1, .from = "role=r", .to = "role=r"});
	assert_refused(m, (const char *const[]){"tenant 'red'", "524288", NULL});
}

static void too_much_work_is_refused_with_the_limit(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();

	put_crowd(m, 1000);
	for (uint16_t i = 0; i < 8400; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%04u", i);
		put_policy(m, (struct wish_policy){
				      .name = name, .id = i + 1, .from = "any", .to = "role=r"});
	}
	assert_refused(m, (const char *const[]){"tenant 'red'", "8388608", NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_ports_are_refused_with_the_policies_and_the_limit),
		cmocka_unit_test(too_many_pairs_are_refused_with_the_limit),
		cmocka_unit_test(too_much_work_is_refused_with_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
