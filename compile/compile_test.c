// SPDX-License-Identifier: Apache-2.0
/*
 * The cluster of the golden images (goldens/, whose path is the argument):
 *
 *        +--- 2 ---+            tenants red and blue, same addresses: web on A, db on B
 *   A -- 1         5 -- B       red also app on C; blue denies by default
 *        +- 3 - 4 -+            red web-to-db: via 1, 4 and back; red to-app: srh, via 2 or direct
 *             2 -- C            red no-ssh; red lets blue's web in to app, port 80
 */
#include "compile/wish_test.h"

#include "wire/sid.h"

#define N_OBJECTS 19

/* Object @i of the cluster: puts it into @m. */
static void put_part(struct wf_model *m, int i)
{
	static const char *const nodes[] = {"1", "2", "3", "4", "5", "A", "B", "C"};
	static const uint16_t ids[] = {1, 2, 3, 4, 5, 10, 11, 12};
	static const struct {
		const char *tenant, *name, *node, *addrs, *labels;
		uint32_t identity;
	} endpoints[] = {
		{"red", "web", "A", "10.0.0.1 fd00::1", "app=web", 1},
		{"red", "db", "B", "10.0.0.2 fd00::2", "app=db", 2},
		{"red", "app", "C", "10.0.0.3", "app=app", 3},
		{"red", "idle", "", "10.0.0.4", "app=web", 1}, /* declared, not attached */
		{"blue", "web", "A", "10.1.0.1", "app=web", 1},
	};
	static const struct wish_policy policies[] = {
		{.tenant = "red",
		 .name = "web-to-db",
		 .id = 1,
		 .from = "app=web",
		 .to = "app=db",
		 .is_symmetric = true,
		 .via = {"1 4"}},
		{.tenant = "red",
		 .name = "to-app",
		 .id = 2,
		 .from = "any",
		 .to = "10.0.0.3/32",
		 .encoding = WF_ENCODING_SRH,
		 .via = {"2", ""},
		 .weights = {3, 1}},
		{.tenant = "red",
		 .name = "no-ssh",
		 .id = 3,
		 .from = "any",
		 .to = "app=db",
		 .ports = "tcp/22",
		 .is_deny = true},
		{.tenant = "red",
		 .name = "open",
		 .id = 4,
		 .from = "tenant/blue/app=web",
		 .to = "app=app",
		 .ports = "tcp/80 icmp/8"},
	};
	static const struct wish_tenant tenants[] = {
		{.name = "red", .id = 1, .prefixes = "10.0.0.0/16 fd00::/48"},
		{.name = "blue", .id = 2, .prefixes = "10.1.0.0/16", .is_deny_default = true},
	};

	if (i < 8)
		wish_node(m, nodes[i], ids[i]);
	else if (i < 10)
		wish_whole_tenant(m, &tenants[i - 8]);
	else if (i < 15)
		wish_endpoint(m, endpoints[i - 10].tenant, endpoints[i - 10].name,
			      endpoints[i - 10].node, endpoints[i - 10].addrs,
			      endpoints[i - 10].labels, endpoints[i - 10].identity);
	else
		wish_policy(m, &policies[i - 15]);
}

static struct wf_model *make_cluster(void)
{
	struct wf_model *m = wf_model_new();

	for (int i = 0; i < N_OBJECTS; i++)
		put_part(m, i);
	return m;
}

static const struct wf_here_port ports_A[] = {
	{.tenant = "blue", .name = "web", .ifindex = 8},
	{.tenant = "red", .name = "leftover", .ifindex = 9}, /* not in the wish any more */
	{.tenant = "red", .name = "web", .ifindex = 7},
};
static const struct wf_here_port ports_B[] = {{.tenant = "red", .name = "db", .ifindex = 7}};
static const struct wf_here_link links[] = {{.ifindex = 2, .is_underlay = true}, {.ifindex = 3}};

static const struct wf_here here_A = {.node = "A",
				      .block = 0x5f000000,
				      .underlay_mtu = 1500,
				      .ports = ports_A,
				      .n_ports = 3,
				      .links = links,
				      .n_links = 2};
static const struct wf_here here_B = {.node = "B",
				      .block = 0x5f000000,
				      .underlay_mtu = 1500,
				      .ports = ports_B,
				      .n_ports = 1,
				      .links = links,
				      .n_links = 2};

static void check_golden(const char *dir, const struct wf_here *here)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = wish_compile(m, here);
	_cleanup_free_ char *got = wf_image_str(img), *wanted = NULL;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.txt", dir, here->node);
	if (getenv("WF_GOLDENS_WRITE")) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	wanted = wish_read(path);
	assert_string_equal(got, wanted);
}

static void the_image_of_each_end_is_golden(void **state)
{
	check_golden(*state, &here_A);
	check_golden(*state, &here_B);
}

static void the_order_of_coming_changes_no_byte(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *a = wish_compile(m, &here_A);
	_cleanup_free_ char *text = wf_image_str(a);

	for (int stride = 2; stride < N_OBJECTS; stride++) { /* N_OBJECTS is prime */
		WF_CLEANUP(cleanup_model) struct wf_model *other = wf_model_new();
		WF_CLEANUP(cleanup_image) struct wf_image *b = NULL;
		_cleanup_free_ struct wf_table_change *changes = NULL;
		_cleanup_free_ char *other_text = NULL;
		size_t n;

		for (int i = 0; i < N_OBJECTS; i++)
			put_part(other, i * stride % N_OBJECTS);
		b = wish_compile(other, &here_A);
		other_text = wf_image_str(b);
		assert_string_equal(other_text, text);
		assert_int_equal(wf_image_diff(a, b, &changes, &n), 0);
		assert_int_equal(n, 0);
	}
}

static void a_node_without_an_id_gets_hooks_only(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	static const char *const names[] = {"A", "unknown"};

	wish_node(m, "A", 0);
	for (int i = 0; i < 2; i++) {
		struct wf_here here = here_A;
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		_cleanup_free_ char *text = NULL;

		strcpy(here.node, names[i]);
		img = wish_compile(m, &here);
		text = wf_image_str(img);
		assert_string_equal(text, "config = block 00000000 node 0 ::\n"
					  "hook 2 = validate\nhook 3 = edge\n"
					  "hook 7 = apply\nhook 8 = apply\nhook 9 = apply\n");
	}
}

static const struct wf_dest *find_dest(const struct wf_image *img, uint32_t tenant,
				       const char *addr)
{
	struct wf_dest_key key = {.tenant = tenant};
	struct wf_addr a;

	assert_int_equal(wf_addr_parse(addr, &a), 0);
	memcpy(key.addr, a.bytes, 16);
	return wf_image_find(img, WF_TABLE_DEST, &key);
}

static void what_has_no_id_yet_is_left_out(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	uint32_t tenant = 1;

	wish_node(m, "C", 0);
	wish_tenant(m, "blue", 0, WF_ENCODING_UNSET);
	wish_endpoint(m, "red", "new", "B", "10.0.0.9", "app=web", 0);
	wish_policy(m, &(struct wish_policy){.tenant = "red",
					     .name = "web-to-db",
					     .from = "app=web",
					     .to = "app=db",
					     .via = {"1"}});
	img = wish_compile(m, &here_A);
	assert_null(find_dest(img, 1, "10.0.0.3"));
	assert_null(find_dest(img, 1, "10.0.0.9"));
	assert_non_null(find_dest(img, 1, "10.0.0.2"));
	assert_int_equal(wf_image_count(img, WF_TABLE_TENANT), 1);
	assert_non_null(wf_image_find(img, WF_TABLE_TENANT, &tenant));
	assert_int_equal(wf_image_count(img, WF_TABLE_PORT), 1);
	assert_int_equal(wf_image_count(img, WF_TABLE_POLICY), 3); /* of red's four */
	assert_int_equal(wf_image_count(img, WF_TABLE_CHOICE), 0);
}

/* It cannot take packets for tenants, even if it has an id. */
static void a_router_without_weft_is_no_end(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	struct wf_path_key direct = {.node = 12};
	struct wf_object *o = wf_object_new(WF_KIND_NODE, NULL, "C");

	o->node.id = 12;
	o->node.has_end_sid = true;
	wish_put(m, o);
	img = wish_compile(m, &here_A);
	assert_null(wf_image_find(img, WF_TABLE_PATH, &direct));
	assert_null(find_dest(img, 1, "10.0.0.3"));
	direct.node = 11;
	assert_non_null(wf_image_find(img, WF_TABLE_PATH, &direct));
}

static const struct wf_choice *find_choice(const struct wf_image *img, uint16_t policy,
					   uint16_t node)
{
	struct wf_choice_key key = {.tenant = 1, .policy = policy, .node = node};

	return wf_image_find(img, WF_TABLE_CHOICE, &key);
}

static void an_alternative_with_a_waypoint_without_a_sid_has_no_share(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	struct wf_path_key lost = {.tenant = 1, .policy = 2, .node = 12};
	const struct wf_choice *choice;

	wish_node(m, "2", 0);
	wish_node(m, "4", 0);
	img = wish_compile(m, &here_A);
	choice = find_choice(img, 2, 12); /* to-app */
	assert_non_null(choice);
	assert_int_equal(choice->n, 2);
	assert_int_equal(choice->bound[0], 0);
	assert_int_equal(choice->bound[1], 1);
	assert_null(wf_image_find(img, WF_TABLE_PATH, &lost));
	assert_null(find_choice(img, 1, 11)); /* web-to-db: it is in force, but has no way */
	assert_int_equal(wf_image_count(img, WF_TABLE_POLICY), 4);
}

static void two_tenants_with_one_id_are_refused(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	struct wf_image *img = NULL;
	struct wf_err err;

	wish_tenant(m, "blue", 1, WF_ENCODING_UNSET);
	assert_int_equal(wf_compile(m, &here_A, &img, &err), -EEXIST);
	assert_null(img);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(the_image_of_each_end_is_golden, argv[1]),
		cmocka_unit_test(the_order_of_coming_changes_no_byte),
		cmocka_unit_test(a_node_without_an_id_gets_hooks_only),
		cmocka_unit_test(what_has_no_id_yet_is_left_out),
		cmocka_unit_test(a_router_without_weft_is_no_end),
		cmocka_unit_test(an_alternative_with_a_waypoint_without_a_sid_has_no_share),
		cmocka_unit_test(two_tenants_with_one_id_are_refused),
	};

	return argc == 2 ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
