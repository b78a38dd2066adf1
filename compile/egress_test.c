// SPDX-License-Identifier: Apache-2.0
/*
 * Ways out of tenants: EGRESS, and the SIDs of gateways. The cluster:
 * compile/gateways_world_test.h. The argument: the goldens' folder.
 */
#include "compile/gateways_world_test.h"

#include "compile/staging.h"

#define A_WORKS "node 20 sid 7 v4 v6 answers"
#define B_WORKS "node 21 sid 7 v4 answers"
#define RED_IS	"egress tenant 1 = "
#define BOTH	RED_IS A_WORKS ", " B_WORKS "\n"
#define ONLY_A	RED_IS A_WORKS "\n"
#define ONLY_B	RED_IS B_WORKS "\n"

static void assert_egress(const struct wf_model *m, const char *node, const char *expected)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = compile_at(m, node);

	assert_lines(img, "egress", expected);
}

static void endpoints_leave_by_all_gateways_of_their_tenant(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();

	assert_egress(m, "A", BOTH "egress tenant 2 = node 21 sid 8 v4\n");
	assert_egress(m, "B", BOTH); /* blue is not there */
	assert_egress(m, "F", BOTH);
	assert_egress(m, "1", "");
	assert_egress(m, "G", RED_IS A_WORKS " interface 30 02:00:0a:00:00:14, " B_WORKS "\n");
}

static void only_what_works_is_named(void **state)
{
	const struct { /* gw-a of red, as seen from B */
		struct wish_exit exit;
		struct wish_gateway gateway;
		uint16_t unreachable;
		const char *egress;
	} cases[] = {
		{red_a, gw_a, 0, BOTH},
		{red_a, gw_a, G, ONLY_B},
		{red_a, gw_a, H, ONLY_A},
		{{"red", "gw-a", "G", "10.0.0.20", GW_A, 7, true}, gw_a, 0, ONLY_B},
		{{"red", "gw-a", "G", "10.0.0.20", GW_A, 0, false}, gw_a, 0, ONLY_B},
		{{"red", "gw-a", "G", "10.0.0.20", 0, 7, false}, gw_a, 0, ONLY_B},
		{{"red", "gw-a", "", "10.0.0.20", GW_A, 7, false}, gw_a, 0, ONLY_B},
		{{"red", "gw-a", "x", "10.0.0.20", GW_A, 7, false}, gw_a, 0, ONLY_B},
		{{"red", "gw-a", "x", "10.0.0.20", GW_A, 7, false}, /* a node without an id */
		 {"gw-a", "x", {"red"}, {0}},
		 0,
		 ONLY_B},
		{red_a, {"gw-a", "1", {"red"}, {0}}, 0, ONLY_B}, /* it has moved */
		{red_a, {"gw-a", "G", {"blue"}, {0}}, 0, ONLY_B},
		{red_a, {"gw-a", "G", {0}, {0}}, 0, ONLY_B},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;

		wish_exit(m, &cases[i].exit);
		wish_gateway(m, &cases[i].gateway);
		img = compile_with(m, "B", NULL, cases[i].unreachable);
		assert_lines(img, "egress", cases[i].egress);
	}
}

static void an_endpoint_of_the_name_that_no_gateway_made_is_none(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	struct wf_object *o =
		wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, "red", "gateway-gw-a"));

	o->endpoint.is_gateway = false;
	wish_put(m, o);
	assert_egress(m, "A", ONLY_B "egress tenant 2 = node 21 sid 8 v4\n");
}

static void a_gateway_without_its_interface_is_not_used_at_home(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *img = compile_with(m, "G", "gateway-gw-a", 0);

	assert_lines(img, "egress", ONLY_B);
	assert_lines(img, "sid 5f00:0:14:f", "");
}

static void that_none_works_is_not_that_there_is_none(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	struct wish_exit a = red_a, b = red_b;

	a.is_down = b.is_down = true;
	wish_exit(m, &a);
	wish_exit(m, &b);
	assert_egress(m, "B", RED_IS "none\n");
	assert_int_equal(wf_model_remove(m, WF_KIND_GATEWAY, NULL, "gw-a"), 0);
	assert_egress(m, "B", RED_IS "none\n");
	assert_int_equal(wf_model_remove(m, WF_KIND_GATEWAY, NULL, "gw-b"), 0);
	assert_egress(m, "B", "");
}

static void flags_say_what_the_gateway_takes(void **state)
{
	static const struct {
		const char *egress, *publish, *flags;
	} cases[] = {
		{"blue 203.0.113.9/32", NULL, " v4"},
		{"blue 2001:db8::9/128", NULL, " v6"},
		{"blue 2001:db8::9/128 203.0.113.9/32", NULL, " v4 v6"},
		{"blue", NULL, " v4"}, /* as the tenant's prefixes */
		{"red", "blue/web 203.0.113.80", " answers"},
		{"blue", "blue/web 203.0.113.80", " v4 answers"},
		{"blue", "red/web 203.0.113.80", " v4"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		char expected[128];

		wish_gateway(m, &(struct wish_gateway){
					"gw-b", "H", {cases[i].egress}, {cases[i].publish}});
		img = compile_at(m, "A");
		snprintf(expected, sizeof(expected), "egress tenant 2 = node 21 sid 8%s\n",
			 cases[i].flags);
		assert_lines(img, "egress tenant 2", expected);
	}
}

/* Nodes 30 to 39 have gateways too, made in one order or the other. */
static void of_too_many_all_nodes_take_the_same(void **state)
{
	for (int step = 1; step <= 3; step += 2) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();

		for (int i = 0; i < 10; i++) {
			const int k = i * step % 10;
			char node[8], name[8], addr[16];

			snprintf(node, sizeof(node), "n%d", k);
			snprintf(name, sizeof(name), "gw%d", 9 - k);
			snprintf(addr, sizeof(addr), "10.0.1.%d", k);
			wish_node(m, node, (uint16_t)(30 + k));
			wish_gateway(m, &(struct wish_gateway){name, node, {"red"}, {0}});
			wish_exit(m, &(struct wish_exit){"red", name, node, addr, 6, 9, false});
		}
		assert_egress(m, "B",
			      RED_IS A_WORKS ", " B_WORKS
					     ", node 30 sid 9 v4 v6, node 31 sid 9 v4 v6, "
					     "node 32 sid 9 v4 v6, node 33 sid 9 v4 v6, "
					     "node 34 sid 9 v4 v6, node 35 sid 9 v4 v6\n");
	}
}

static void a_gateway_has_a_sid_in_each_of_its_tenants(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *h = compile_at(m, "H");
	WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A");

	assert_lines(h, "sid 5f00:0:15:f",
		     "sid 5f00:0:15:f007:: = End.DX46-out tenant 1 interface 31 "
		     "02:00:0a:00:00:15\n"
		     "sid 5f00:0:15:f008:: = End.DX46-out tenant 2 interface 30 "
		     "02:00:0a:01:00:15\n");
	assert_lines(h, "counter sid 5f00:0:15:f",
		     "counter sid 5f00:0:15:f007::\ncounter sid 5f00:0:15:f008::\n");
	assert_lines(h, "port",
		     "port 30 = tenant 2 identity 2 gateway sid 8 02:00:0a:01:00:15 10.1.0.21\n"
		     "port 31 = tenant 1 identity 5 gateway sid 7 02:00:0a:00:00:15 10.0.0.21 "
		     "fd00::21\n");
	assert_lines(a, "dest tenant 1 10.0.0.21",
		     "dest tenant 1 10.0.0.21 = home 1 identity 5 node 21\n");
}

/* Also with labels that a service or function selects. */
static void a_gateway_is_no_backend_and_no_instance(void **state)
{
	static const char *const labels[] = {"app=web", "app=fw"};

	for (int i = 0; i < 2; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		struct wf_object *o =
			wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, "red", "gateway-gw-a"));

		wf_labels_done(&o->endpoint.labels);
		assert_int_equal(wf_labels_parse(labels[i], &o->endpoint.labels), 0);
		strcpy(o->endpoint.ifname, "eth0");
		wish_put(m, o);
		wish_begin(m, "red", "web");
		img = compile_at(m, "G");
		assert_lines(img, "backend 20/", "");
		assert_lines(img, "sid 5f00:0:14:f",
			     "sid 5f00:0:14:f007:: = End.DX46-out tenant 1 interface 30 "
			     "02:00:0a:00:00:14\n");
	}
}

/* Paths to it stay, and others know its lists: nothing has to be learnt when it works again. */
static void that_a_gateway_fails_is_a_change_of_one_entry(void **state)
{
	static const char *const nodes[] = {"A", "F", "G"};

	for (int i = 0; i < 3; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *up = compile_at(m, nodes[i]);
		WF_CLEANUP(cleanup_image) struct wf_image *down = NULL;
		_cleanup_free_ struct wf_table_change *changes = NULL;
		struct wish_exit exit = red_a;
		size_t n;

		exit.is_down = true;
		wish_exit(m, &exit);
		down = compile_at(m, nodes[i]);
		assert_int_equal(wf_image_diff(up, down, &changes, &n), 0);
		assert_int_equal(n, 1);
		assert_int_equal(changes[0].table, WF_TABLE_EGRESS);
		assert_non_null(changes[0].value);
	}
}

static size_t place(const struct wf_table_change *changes, size_t n, enum wf_table t)
{
	size_t i = 0;

	while (i < n && changes[i].table != t)
		i++;
	assert_true(i < n);
	return i;
}

/* An exit is named when its paths are there, and paths go when it is not named any more. */
static void paths_are_there_as_long_as_an_entry_leads_to_them(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *with = compile_at(m, "A"), *without = NULL;
	_cleanup_free_ struct wf_table_change *comes = NULL, *goes = NULL;
	size_t n, k;

	assert_int_equal(wf_model_remove(m, WF_KIND_ENDPOINT, "blue", "gateway-gw-b"), 0);
	without = compile_at(m, "A");
	assert_int_equal(wf_image_diff(without, with, &comes, &n), 0);
	assert_int_equal(wf_image_diff(with, without, &goes, &k), 0);
	assert_true(place(comes, n, WF_TABLE_PATH) < place(comes, n, WF_TABLE_EGRESS));
	assert_true(place(goes, k, WF_TABLE_EGRESS) < place(goes, k, WF_TABLE_PATH));
	assert_non_null(goes[place(goes, k, WF_TABLE_EGRESS)].value);
	assert_null(goes[place(goes, k, WF_TABLE_PATH)].value);
}

/* Policies are staged; by a gateway that fails nothing is sent from the first step on. */
static void a_gateway_that_fails_is_out_in_the_first_step(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *before = compile_at(m, "B");
	WF_CLEANUP(cleanup_image) struct wf_image *same = compile_at(m, "B"), *after = NULL;
	struct wf_staging staging = {0};
	struct wf_staging_result result;
	struct wish_policy p = policy_in;
	struct wish_exit exit = red_a;

	assert_int_equal(wf_staging_step(&staging, before, same, 1000, &result), 0);
	exit.is_down = true;
	wish_exit(m, &exit);
	p.is_deny = true;
	wish_policy(m, &p);
	after = compile_at(m, "B");
	assert_int_equal(wf_staging_step(&staging, before, after, 1001, &result), 0);
	assert_false(result.is_settled);
	assert_lines(before, "egress", BOTH);
	assert_lines(after, "egress", ONLY_B);
	wf_staging_done(&staging);
}

/* But for shares, which are many and have nothing to do with gateways. */
static char *without_shares(const struct wf_image *img)
{
	_cleanup_free_ char *text = wf_image_str(img);
	struct wf_buf b = {0};
	char *rest, *line;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "share", 5) != 0)
			wf_buf_printf(&b, "%s\n", line);
	return wf_buf_take(&b);
}

static void check_golden(const char *dir, const char *node)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *img = compile_at(m, node);
	_cleanup_free_ char *got = without_shares(img), *wanted = NULL;
	char path[512];

	snprintf(path, sizeof(path), "%s/gateways_%s.txt", dir, node);
	if (getenv("WF_GOLDENS_WRITE")) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	wanted = wish_read(path);
	assert_string_equal(got, wanted);
}

static void the_images_of_sender_and_gateway_are_golden(void **state)
{
	check_golden(*state, "A");
	check_golden(*state, "G");
}

static void the_order_of_coming_changes_no_byte(void **state)
{
	static const char *const nodes[] = {"A", "G", "H"};

	for (int i = 0; i < 3; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, nodes[i]);
		_cleanup_free_ char *text = wf_image_str(a);

		for (int stride = 2; stride < N_PARTS; stride++) {
			WF_CLEANUP(cleanup_model) struct wf_model *other = make_in_order(stride);
			WF_CLEANUP(cleanup_image)
			struct wf_image *b = compile_at(other, nodes[i]);
			_cleanup_free_ struct wf_table_change *changes = NULL;
			_cleanup_free_ char *other_text = wf_image_str(b);
			size_t n;

			assert_string_equal(other_text, text);
			assert_int_equal(wf_image_diff(a, b, &changes, &n), 0);
			assert_int_equal(n, 0);
		}
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_leave_by_all_gateways_of_their_tenant),
		cmocka_unit_test(only_what_works_is_named),
		cmocka_unit_test(an_endpoint_of_the_name_that_no_gateway_made_is_none),
		cmocka_unit_test(a_gateway_without_its_interface_is_not_used_at_home),
		cmocka_unit_test(that_none_works_is_not_that_there_is_none),
		cmocka_unit_test(flags_say_what_the_gateway_takes),
		cmocka_unit_test(of_too_many_all_nodes_take_the_same),
		cmocka_unit_test(a_gateway_has_a_sid_in_each_of_its_tenants),
		cmocka_unit_test(a_gateway_is_no_backend_and_no_instance),
		cmocka_unit_test(that_a_gateway_fails_is_a_change_of_one_entry),
		cmocka_unit_test(paths_are_there_as_long_as_an_entry_leads_to_them),
		cmocka_unit_test(a_gateway_that_fails_is_out_in_the_first_step),
		cmocka_unit_test_prestate(the_images_of_sender_and_gateway_are_golden, argv[1]),
		cmocka_unit_test(the_order_of_coming_changes_no_byte),
	};

	return argc == 2 ? cmocka_run_group_tests_name("compile/egress", tests, NULL, NULL) : 2;
}
