// SPDX-License-Identifier: Apache-2.0
/* Ways to the outside and from there. The cluster: compile/gateways_world_test.h. */
#include "compile/gateways_world_test.h"

#include "dp/proof.h"
#include "wire/ipv6.h"
#include "wire/srh.h"

static bool has_choice(const struct wf_image *img, uint16_t policy, uint16_t node)
{
	const struct wf_choice_key key = {.tenant = RED, .policy = policy, .node = node};

	return wf_image_find(img, WF_TABLE_CHOICE, &key);
}

static const struct wf_template *find_path(const struct wf_image *img, uint16_t policy,
					   uint16_t node, uint16_t sid, uint32_t identity)
{
	const struct wf_path_key key = {
		.tenant = RED, .policy = policy, .node = node, .sid = sid, .identity = identity};

	return wf_image_find(img, WF_TABLE_PATH, &key);
}

/* Which selectors may mean what is outside of 10.0.0.0/16 and fd00::/48. Those that do not mean no
 * gateway's own addresses either. */
static const struct {
	const char *selector;
	bool is_outside;
} selectors[] = {
	{"internet", true},  {"203.0.113.0/24", true}, {"8.8.8.8/32", true},
	{"0.0.0.0/0", true}, {"10.0.0.0/8", true},     {"fd00::/47", true},
	{"::/0", true},	     {"10.0.5.0/24", false},   {"fd00:0:0:5::/64", false},
	{"app=cli", false},
};

#define N_SELECTORS (sizeof(selectors) / sizeof(*selectors))

static void policies_to_the_outside_lead_to_every_gateway(void **state)
{
	for (size_t i = 0; i < N_SELECTORS; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *g = NULL;
		struct wish_policy p = policy_out;

		p.to = selectors[i].selector;
		wish_policy(m, &p);
		a = compile_at(m, "A");
		g = compile_at(m, "G");
		for (uint16_t node = G; node <= H; node++) {
			const struct wf_template *t = find_path(a, OUT, node, 7, 0);

			assert_int_equal(has_choice(a, OUT, node), selectors[i].is_outside);
			assert_int_equal(t != NULL, selectors[i].is_outside);
			assert_true(!t || t->len > WF_IPV6_LEN);
			assert_false(has_choice(g, OUT, node));
		}
	}
}

static void policies_from_the_outside_begin_at_every_gateway(void **state)
{
	static const char *const gateways[] = {"G", "H"};

	for (size_t i = 0; i < 2 * N_SELECTORS; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		const bool is_outside = selectors[i / 2].is_outside;
		struct wish_policy p = policy_in;

		p.via[0] = "1";
		p.from = selectors[i / 2].selector;
		wish_policy(m, &p);
		img = compile_at(m, gateways[i % 2]);
		assert_int_equal(has_choice(img, IN, A), is_outside);
		assert_int_equal(has_choice(img, IN, B), is_outside);
		assert_int_equal(find_path(img, IN, A, 3, 0) != NULL, is_outside);
		assert_int_equal(find_path(img, IN, B, 0, 0) != NULL, is_outside);
	}
}

/* ... and no other node that is neither end. */
static void a_gateway_knows_what_is_said_of_the_outside(void **state)
{
	static const struct {
		const char *selector, *side;
	} cases[] = {
		{"internet", "internet"},
		{"203.0.113.0/24", "zone 1"},
	};
	/* on F, and speaks for nobody else */
	static const struct wish_function silent = {.tenant = "red",
						    .name = "fw",
						    .instances = "app=fw",
						    .in = "eth0",
						    .out = "eth1",
						    .mode = WF_MODE_NATIVE};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *g = NULL, *f = NULL;
		_cleanup_free_ char *at_g = NULL, *at_f = NULL;
		struct wish_policy p = policy_in;
		char from[64], to[64];

		assert_int_equal(wf_model_remove(m, WF_KIND_POLICY, "red", "out"), 0);
		p.from = cases[i].selector;
		wish_policy(m, &p);
		wish_function(m, &silent);
		g = compile_at(m, "G");
		f = compile_at(m, "F");
		at_g = lines_of(g, "verdict");
		at_f = lines_of(f, "verdict");
		snprintf(from, sizeof(from), " from %s to identity 1/1 =", cases[i].side);
		snprintf(to, sizeof(to), " from identity 1/1 to %s =", cases[i].side);
		assert_non_null(strstr(at_g, from));
		assert_non_null(strstr(at_g, to));
		assert_null(strstr(at_f, from));
		assert_null(strstr(at_f, to));
		assert_false(has_choice(f, IN, A));
	}
}

static void add_key(struct wf_model *m)
{
	struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, "k");

	o->key.id = 9;
	o->key.state = WF_KEY_SIGNING;
	o->key.secret_len = 32;
	wish_put(m, o);
}

/* Both policies require it. */
static void require(struct wf_model *m, uint8_t needs)
{
	struct wish_policy policies[] = {policy_in, policy_out};

	add_key(m);
	for (int i = 0; i < 2; i++) {
		policies[i].require = needs;
		wish_policy(m, &policies[i]);
	}
}

static void what_comes_from_the_outside_is_signed_in_nobodys_name(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *g = NULL, *a = NULL;
	const struct wf_lanes_key name = {.tenant = RED, .policy = IN};
	struct wf_path_key key = {.tenant = RED, .policy = IN, .node = A, .sid = 3};
	const struct wf_template *t;
	const struct wf_lanes *lanes;

	require(m, WF_REQUIRE_HMAC);
	g = compile_at(m, "G");
	a = compile_at(m, "A");
	lanes = wf_image_find(g, WF_TABLE_LANES, &name);
	assert_non_null(lanes);
	key.lane = lanes->names[0];
	t = wf_image_find(g, WF_TABLE_PATH, &key);
	assert_true(t && t->is_signed);
	key.identity = GW_A;
	assert_null(wf_image_find(g, WF_TABLE_PATH, &key));
	t = find_path(a, OUT, G, 7, CLI);
	assert_true(t && t->is_signed);
	assert_null(find_path(a, OUT, G, 7, 0));
}

static bool is_listed(const struct wf_image *at, uint16_t source, const struct wf_path_key *path,
		      const struct wf_template *t)
{
	const uint8_t *list = t->header + wf_srh_segment_off(WF_IPV6_LEN, 0);
	const struct wf_srh *srh = (const struct wf_srh *)(t->header + WF_IPV6_LEN);
	const struct wf_listed_key key = {
		.tenant = RED,
		.policy = path->policy,
		.source = source,
		.hash = wf_listed_hash(list, srh->last_entry + 1u),
	};

	return wf_image_find(at, WF_TABLE_LISTED, &key);
}

/* All of @from's ways by the policies to the node @to are known at @at; returns how many. */
static unsigned int check_listed(const struct wf_image *from, uint16_t source,
				 const struct wf_image *at, uint16_t to)
{
	unsigned int n = 0;

	for (size_t i = 0; i < wf_image_count(from, WF_TABLE_PATH); i++) {
		const struct wf_path_key *key = wf_image_key(from, WF_TABLE_PATH, i);

		if (!key->policy || key->node != to)
			continue;
		assert_true(is_listed(at, source, key, wf_image_value(from, WF_TABLE_PATH, i)));
		n++;
	}
	return n;
}

/* Also while it does not work yet: when it does, others may send at once. */
static void both_ends_know_the_lists_before_they_are_used(void **state)
{
	for (int is_down = 0; is_down < 2; is_down++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL, *g = NULL;
		struct wish_exit exit = red_a;

		exit.is_down = is_down;
		wish_exit(m, &exit);
		require(m, WF_REQUIRE_HMAC | WF_REQUIRE_PATH);
		a = compile_at(m, "A");
		b = compile_at(m, "B");
		g = compile_at(m, "G");
		/* `out` of cli and the mirror of `in` of web1; each to node and gateway */
		assert_int_equal(check_listed(a, A, g, G), 4);
		assert_int_equal(check_listed(b, B, g, G), 2);
		assert_int_equal(check_listed(g, G, a, A), 2);
		assert_int_equal(check_listed(g, G, b, B), 2);
	}
}

/* What a function sends on in the name of others ends at the gateway's endpoint as well. */
static void the_rest_of_a_way_leads_outside_too(void **state)
{
	static const uint8_t end[8] = {0x5f, 0, 0, 0, 0, G, 0xf0, 7};
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *f = compile_at(m, "F");
	const struct wf_lanes_key name = {.tenant = RED, .policy = IN, .is_reverse = 1};
	const struct wf_lanes *lanes = wf_image_find(f, WF_TABLE_LANES, &name);
	struct wf_path_key key = {
		.tenant = RED, .policy = IN, .is_reverse = 1, .node = G, .sid = 6};
	const struct wf_template *t;

	assert_non_null(lanes);
	key.lane = lanes->names[0];
	t = wf_image_find(f, WF_TABLE_PATH, &key);
	assert_non_null(t);
	assert_memory_equal(t->header + wf_srh_segment_off(WF_IPV6_LEN, 0), end, sizeof(end));
	assert_memory_equal(((const struct wf_ipv6 *)t->header)->dst, end, sizeof(end));
}

static void signed_tenants_have_direct_paths_of_their_own(void **state)
{
	static const struct wish_tenant signed_red = {.name = "red",
						      .id = RED,
						      .prefixes = "10.0.0.0/16 fd00::/48",
						      .require = WF_REQUIRE_HMAC};
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *g = NULL;
	const struct wf_template *t;

	wish_whole_tenant(m, &signed_red);
	add_key(m);
	a = compile_at(m, "A");
	g = compile_at(m, "G");
	t = find_path(a, 0, G, 7, WEB);
	assert_true(t && t->is_signed);
	t = find_path(g, 0, A, 3, 0);
	assert_true(t && t->is_signed);
	t = find_path(g, 0, A, 0, 0);
	assert_true(t && t->is_signed);
}

/* What fits into the longest header of the tenant's policies fits into those to the outside. */
static void no_way_out_is_longer_than_containers_know(void **state)
{
	static const char *const nodes[] = {"A", "B", "G", "H"};
	const uint8_t needs[] = {0, WF_REQUIRE_HMAC};

	for (int i = 0; i < 8; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		uint32_t mtu, longest = 0;

		if (needs[i % 2])
			require(m, needs[i % 2]);
		assert_int_equal(wf_model_remove(m, WF_KIND_SERVICE, "red", "web"), 0);
		mtu = wf_compile_tenant_mtu(m, "red", 1500);
		img = compile_at(m, nodes[i / 2]);
		for (size_t k = 0; k < wf_image_count(img, WF_TABLE_PATH); k++) {
			const struct wf_template *t = wf_image_value(img, WF_TABLE_PATH, k);

			longest = t->len > longest ? t->len : longest;
		}
		assert_int_equal(mtu + longest, 1500);
	}
}

/* A service has its published addresses beside its own, whoever publishes them. */
static void what_is_published_is_found_as_the_service(void **state)
{
	static const char is[] =
		" protocol 6 port 80 = home 1 service 5 port 8080, 1021 slots in 32 blocks\n";
	static const char *const addrs[] = {"10.0.0.100", "203.0.113.80", "2001:db8:1::80"};
	static const char *const nodes[] = {"A", "B", "F", "G"};
	char expected[1024] = "";

	for (int i = 0; i < 3; i++)
		snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
			 "service tenant 1 %s%s", addrs[i], is);
	for (int i = 0; i < 4; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make();
		WF_CLEANUP(cleanup_image) struct wf_image *img = compile_at(m, nodes[i]);

		assert_lines(img, "service", expected);
	}
}

static void it_goes_with_the_last_gateway_that_publishes_it(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	static const char *const left[] = {"service tenant 1 203.0.113.80 ", ""};
	static const char *const gateways[] = {"gw-a", "gw-b"};

	for (int i = 0; i < 2; i++) {
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		_cleanup_free_ char *text = NULL;

		assert_int_equal(wf_model_remove(m, WF_KIND_GATEWAY, NULL, gateways[i]), 0);
		img = compile_at(m, "A");
		assert_lines(img, "service tenant 1 2001:", "");
		text = lines_of(img, "service tenant 1 203.");
		assert_int_equal(strncmp(text, left[i], strlen(left[i]) + !*left[i]), 0);
	}
}

static void guests_find_what_is_published_too(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;

	wish_policy(m, &(struct wish_policy){.tenant = "red",
					     .name = "open",
					     .id = 3,
					     .from = "tenant/blue",
					     .to = "app=web"});
	img = compile_at(m, "A");
	assert_lines(img, "service tenant 2 203.",
		     "service tenant 2 203.0.113.80 protocol 6 port 80 = home 1 service 5 port "
		     "8080, 1021 slots in 32 blocks\n");
}

/* A service of the same name in another tenant is another one. */
static void only_the_named_service_is_published(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;

	wish_service(m, &(struct wish_service){.tenant = "blue",
					       .name = "web",
					       .id = 6,
					       .addrs = "10.1.0.100",
					       .ports = "tcp/80",
					       .backends = {"app=job"},
					       .weights = {1}});
	wish_service(m, &(struct wish_service){.tenant = "red",
					       .name = "dns",
					       .id = 7,
					       .addrs = "10.0.0.101",
					       .ports = "udp/53",
					       .backends = {"app=cli"},
					       .weights = {1}});
	img = compile_at(m, "A");
	assert_lines(img, "service tenant 1 203.",
		     "service tenant 1 203.0.113.80 protocol 6 port 80 = home 1 service 5 port "
		     "8080, 1021 slots in 32 blocks\n");
	assert_lines(img, "service tenant 2",
		     "service tenant 2 10.1.0.100 protocol 6 port 80 = home 2 service 6 port 80, "
		     "0 slots in 0 blocks\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_to_the_outside_lead_to_every_gateway),
		cmocka_unit_test(policies_from_the_outside_begin_at_every_gateway),
		cmocka_unit_test(a_gateway_knows_what_is_said_of_the_outside),
		cmocka_unit_test(what_comes_from_the_outside_is_signed_in_nobodys_name),
		cmocka_unit_test(both_ends_know_the_lists_before_they_are_used),
		cmocka_unit_test(the_rest_of_a_way_leads_outside_too),
		cmocka_unit_test(signed_tenants_have_direct_paths_of_their_own),
		cmocka_unit_test(no_way_out_is_longer_than_containers_know),
		cmocka_unit_test(what_is_published_is_found_as_the_service),
		cmocka_unit_test(it_goes_with_the_last_gateway_that_publishes_it),
		cmocka_unit_test(guests_find_what_is_published_too),
		cmocka_unit_test(only_the_named_service_is_published),
	};

	return cmocka_run_group_tests_name("compile/outside", tests, NULL, NULL);
}
