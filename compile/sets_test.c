// SPDX-License-Identifier: Apache-2.0
/*
 * Tenant red (1): web (identity 1) on A, db (2) on B, app (3) on C. Tenant blue (2): front (1) on A
 * and C. On D there is nobody.
 */
#include "compile/gateway_test.h"

static const struct wf_side any = {WF_SIDE_ANY, 0};
static const struct wf_side internet = {WF_SIDE_INTERNET, 0};

static struct wf_side id(uint32_t tenant, uint32_t identity)
{
	return (struct wf_side){tenant, identity};
}

static struct wf_side zone(uint32_t number)
{
	return (struct wf_side){WF_SIDE_ZONE, number};
}

static const struct wish_tenant red = {.name = "red", .id = 1, .prefixes = "10.0.0.0/16"};
static const struct wish_tenant blue = {.name = "blue", .id = 2, .prefixes = "10.2.0.0/16"};

static struct wf_model *make_wish(void)
{
	struct wf_model *m = wf_model_new();

	wish_node(m, "A", 10);
	wish_node(m, "B", 11);
	wish_node(m, "C", 12);
	wish_node(m, "D", 13);
	wish_whole_tenant(m, &red);
	wish_whole_tenant(m, &blue);
	wish_endpoint(m, "red", "web", "A", "10.0.0.1", "app=web", 1);
	wish_endpoint(m, "red", "db", "B", "10.0.0.2", "app=db", 2);
	wish_endpoint(m, "red", "app", "C", "10.0.0.3", "app=app", 3);
	wish_endpoint(m, "blue", "front", "A", "10.2.0.1", "app=front", 1);
	wish_endpoint(m, "blue", "side", "C", "10.2.0.2", "app=side", 2);
	return m;
}

static void put_policy(struct wf_model *m, struct wish_policy w)
{
	if (!w.tenant)
		w.tenant = "red";
	if (!w.name)
		w.name = "p";
	if (!w.id)
		w.id = 1;
	wish_policy(m, &w);
}

static struct wf_image *compile_at(const struct wf_model *m, const char *node)
{
	static const struct wf_here_port ports[] = {
		{.tenant = "blue", .name = "front", .ifindex = 8},
		{.tenant = "red", .name = "web", .ifindex = 7},
	};
	struct wf_here here = {.block = 0x5f000000, .ports = ports};

	strcpy(here.node, node);
	here.n_ports = strcmp(node, "A") == 0 ? 2 : 0;
	return wish_compile(m, &here);
}

static uint64_t set_of(const struct wf_image *img, uint32_t tenant)
{
	const struct wf_tenant_entry *entry = wf_image_find(img, WF_TABLE_TENANT, &tenant);

	assert_non_null(entry);
	assert_int_not_equal(entry->set, 0);
	assert_int_equal(entry->set_out, entry->set);
	assert_int_equal(entry->set_was, 0);
	return entry->set;
}

static const struct wf_set *find_set(const struct wf_image *img, uint32_t tenant)
{
	const uint64_t number = set_of(img, tenant);
	const struct wf_set *set = wf_image_find(img, WF_TABLE_SET, &number);

	assert_non_null(set);
	return set;
}

/* What is said of all ports of a pair; NULL: nothing. */
static const struct wf_range *find_verdict(const struct wf_image *img, uint32_t tenant,
					   struct wf_side from, struct wf_side to)
{
	const struct wf_verdict_key key = {.set = set_of(img, tenant), .from = from, .to = to};
	const uint64_t *number = wf_image_find(img, WF_TABLE_VERDICT, &key);
	const struct wf_ranges *ranges;

	if (!number)
		return NULL;
	ranges = wf_image_find(img, WF_TABLE_RANGES, number);
	assert_non_null(ranges);
	return &ranges->items[0];
}

static void a_node_holds_the_pairs_that_meet_on_it(void **state)
{
	static const struct {
		const char *node;
		bool has[3]; /* web to db, web to app, app to db */
	} cases[] = {
		{"A", {true, true, false}},
		{"B", {true, false, true}},
		{"C", {false, true, true}},
		{"D", {false, false, false}},
	};
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();

	put_policy(m, (struct wish_policy){.name = "a", .from = "app=web", .to = "app=db"});
	put_policy(m,
		   (struct wish_policy){.name = "b", .id = 2, .from = "app=web", .to = "app=app"});
	put_policy(m,
		   (struct wish_policy){.name = "c", .id = 3, .from = "app=app", .to = "app=db"});
	for (size_t i = 0; i < 4; i++) {
		WF_CLEANUP(cleanup_image) struct wf_image *img = compile_at(m, cases[i].node);

		assert_int_equal(find_verdict(img, 1, id(1, 1), id(1, 2)) != NULL, cases[i].has[0]);
		assert_int_equal(find_verdict(img, 1, id(1, 1), id(1, 3)) != NULL, cases[i].has[1]);
		assert_int_equal(find_verdict(img, 1, id(1, 3), id(1, 2)) != NULL, cases[i].has[2]);
		assert_int_equal(wf_image_count(img, WF_TABLE_POLICY), i < 3 ? 3 : 0);
		assert_int_equal(find_set(img, 1)->has_verdicts, i < 3);
		assert_int_equal(find_set(img, 1)->has_zones, i < 3);
	}
}

static void what_a_waypoint_must_know_is_on_every_node(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	struct wish_tenant verified = red;

	verified.verify = "D";
	verified.require = WF_REQUIRE_HMAC;
	wish_whole_tenant(m, &verified);
	img = compile_at(m, "D");
	assert_int_equal(find_set(img, 1)->is_verified_here, 1);
	assert_int_equal(find_set(img, 1)->needs, WF_NEED_HMAC);
	assert_int_equal(find_set(img, 2)->is_verified_here, 0);
	assert_int_equal(find_set(img, 2)->needs, 0);
	assert_int_equal(wf_image_count(img, WF_TABLE_ZONE), 0);
}

/* The pair of sides that a policy's selectors make. */
static void selectors_are_sides(void **state)
{
	const struct {
		const char *from, *to;
		struct wf_side from_side, to_side;
	} cases[] = {
		{"any", "any", any, any},
		{"app=web", "any", id(1, 1), any},
		{"any", "app=web", any, id(1, 1)},
		{"10.0.0.0/24", "app=web", zone(1), id(1, 1)},
		{"10.0.0.1/32", "10.0.0.0/24", zone(2), zone(1)},
		{"internet", "app=web", internet, id(1, 1)},
		{"app=web", "internet", id(1, 1), internet},
		{"tenant/blue", "any", id(2, 1), any},
		{"tenant/blue/app=side", "app=web", id(2, 2), id(1, 1)},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		const struct wf_range *range;

		put_policy(m, (struct wish_policy){.from = cases[i].from, .to = cases[i].to});
		img = compile_at(m, "A");
		range = find_verdict(img, 1, cases[i].from_side, cases[i].to_side);
		assert_non_null(range);
		assert_int_equal(range->verdict, WF_VERDICT_ALLOW);
		assert_int_equal(range->policy, 1);
	}
}

static void what_makes_connections_tracked(void **state)
{
	static const struct {
		struct wish_policy policy;
		bool is_tracked, is_guest_tracked;
	} cases[] = {
		{{.from = "any", .to = "any"}, false, false},
		{{.from = "app=web", .to = "app=db", .is_symmetric = true}, false, false},
		{{.from = "app=web", .to = "app=db", .ports = "tcp/80"}, false, false},
		{{.from = "app=web", .to = "app=db", .ports = "tcp", .is_symmetric = true},
		 true,
		 false},
		{{.from = "any", .to = "any", .is_deny = true}, true, false},
		{{.from = "internet", .to = "any"}, true, false},
		{{.from = "any", .to = "internet"}, true, false},
		{{.from = "tenant/blue", .to = "any"}, true, true},
		{{.from = "tenant/blue", .to = "any", .is_deny = true}, true, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;

		put_policy(m, cases[i].policy);
		img = compile_at(m, "A");
		assert_int_equal(find_set(img, 1)->is_tracked, cases[i].is_tracked);
		assert_int_equal(find_set(img, 2)->is_tracked, cases[i].is_guest_tracked);
	}
}

/* Answers from the outside pass only as such; and what is inside must be known. */
static void a_tenant_that_gateways_serve_is_tracked_and_has_zones(void **state)
{
	static const struct wish_gateway gateways[] = {
		{.name = "gw", .node = "D", .egress = {"red 203.0.113.1/32"}},
		{.name = "gw", .node = "D", .publish = {"red/web 203.0.113.1"}},
	};

	for (size_t i = 0; i < 2; i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
		WF_CLEANUP(cleanup_image) struct wf_image *before = compile_at(m, "A");
		WF_CLEANUP(cleanup_image) struct wf_image *served = NULL;

		wish_gateway(m, &gateways[i]);
		served = compile_at(m, "A");
		assert_false(find_set(before, 1)->is_tracked);
		assert_true(find_set(served, 1)->is_tracked && find_set(served, 1)->has_zones);
		assert_int_equal(set_of(served, 2), set_of(before, 2));
	}
}

static void a_tenant_that_denies_by_default_says_so_and_tracks(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	struct wish_tenant closed = red;

	closed.is_deny_default = true;
	wish_whole_tenant(m, &closed);
	img = compile_at(m, "A");
	assert_true(find_set(img, 1)->is_deny_default && find_set(img, 1)->is_tracked);
	assert_false(find_set(img, 2)->is_deny_default || find_set(img, 2)->is_tracked);
}

static void what_policies_and_their_tenant_require_adds_up(void **state)
{
	enum {
		H = WF_NEED_HMAC,
		P = WF_NEED_PATH,
		T = WF_NEED_TRANSIT
	};
	static const struct {
		uint8_t of_tenant, of_policy;
		uint16_t every;
		uint8_t needs;
		uint16_t transit_every;
	} cases[] = {
		{0, 0, 0, 0, 0},
		{0, H, 0, H, 0},
		{H, 0, 0, H, 0},
		{0, P, 0, H | P, 0},
		{0, T, 100, H | T, 100},
		{0, T, 0, H | T, 1},
		{H, P | T, 1, H | P | T, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		struct wf_policy_key key = {.policy = 1};
		const struct wf_policy_entry *entry;
		struct wish_tenant tenant = red;

		tenant.require = cases[i].of_tenant;
		wish_whole_tenant(m, &tenant);
		put_policy(m, (struct wish_policy){.from = "any",
						   .to = "any",
						   .require = cases[i].of_policy,
						   .transit_every = cases[i].every});
		img = compile_at(m, "A");
		key.set = set_of(img, 1);
		entry = wf_image_find(img, WF_TABLE_POLICY, &key);
		assert_non_null(entry);
		assert_int_equal(entry->needs, cases[i].needs);
		assert_int_equal(entry->transit_every, cases[i].transit_every);
		assert_int_equal(find_set(img, 1)->needs, cases[i].of_tenant);
	}
}

static uint64_t number_with(const struct wish_policy *p, const struct wish_tenant *t)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;

	wish_whole_tenant(m, t);
	put_policy(m, *p);
	img = compile_at(m, "A");
	return set_of(img, 1);
}

static void every_change_of_a_policy_makes_another_set(void **state)
{
	static const struct wish_policy policies[] = {
		{.from = "any", .to = "any"},
		{.from = "any", .to = "any"}, /* the same */
		{.from = "any", .to = "any", .is_deny = true},
		{.from = "any", .to = "any", .ports = "tcp"},
		{.from = "any", .to = "any", .ports = "tcp/1-65535"},
		{.from = "any", .to = "any", .id = 2},
		{.from = "any", .to = "any", .is_symmetric = true},
		{.from = "any", .to = "any", .require = WF_REQUIRE_HMAC},
		{.from = "any", .to = "10.0.0.0/24"},
		{.from = "any", .to = "10.0.0.0/25"},
		{.from = "app=web", .to = "any"},
		{.from = "internet", .to = "any"},
		{.from = "tenant/blue", .to = "any"},
	};
	const size_t n = sizeof(policies) / sizeof(*policies);
	uint64_t numbers[sizeof(policies) / sizeof(*policies)];

	for (size_t i = 0; i < n; i++)
		numbers[i] = number_with(&policies[i], &red);
	assert_int_equal(numbers[0], numbers[1]);
	for (size_t i = 1; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			assert_int_not_equal(numbers[i], numbers[k]);
}

static void every_change_of_a_tenant_makes_another_set(void **state)
{
	static const struct wish_policy policy = {.from = "any", .to = "any"};
	const struct wish_tenant tenants[] = {
		red,
		{.name = "red", .id = 1, .prefixes = "10.0.0.0/16 fd00::/48"},
		{.name = "red", .id = 1, .prefixes = "10.0.0.0/16", .is_deny_default = true},
		{.name = "red", .id = 1, .prefixes = "10.0.0.0/16", .require = WF_REQUIRE_HMAC},
		{.name = "red", .id = 1, .prefixes = "10.0.0.0/16", .metadata = WF_METADATA_TLV},
		{.name = "red", .id = 1, .prefixes = "10.0.0.0/16", .verify = "A"},
	};
	const size_t n = sizeof(tenants) / sizeof(*tenants);
	uint64_t numbers[sizeof(tenants) / sizeof(*tenants)];

	for (size_t i = 0; i < n; i++)
		numbers[i] = number_with(&policy, &tenants[i]);
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			assert_int_not_equal(numbers[i], numbers[k]);
}

/* They would differ in nothing but the tenant. */
static void tenants_share_no_set(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	WF_CLEANUP(cleanup_image) struct wf_image *img = compile_at(m, "D");

	assert_int_not_equal(set_of(img, 1), set_of(img, 2));
	assert_int_equal(wf_image_count(img, WF_TABLE_SET), 2);
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

/* web becomes db. */
static void put_relabelled(struct wf_model *m, bool is_announced)
{
	struct wf_object *identity = wf_object_new(WF_KIND_IDENTITY, "red", "app=web");
	struct wf_object *o;

	identity->identity.id = 1;
	assert_int_equal(wf_labels_parse("app=web", &identity->identity.labels), 0);
	wish_put(m, identity);
	wish_endpoint(m, "red", "web", "A", "10.0.0.1", "app=db", 2);
	o = wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, "red", "web"));
	o->endpoint.identity_was = 1;
	o->endpoint.is_announced = is_announced;
	wish_put(m, o);
}

static void who_changes_labels_has_both_identities_for_a_while(void **state)
{
	for (int is_announced = 0; is_announced < 2; is_announced++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL;
		WF_CLEANUP(cleanup_image) struct wf_image *c = NULL;
		const uint32_t ifindex = 7;
		const struct wf_port *port;

		put_relabelled(m, is_announced);
		put_policy(m,
			   (struct wish_policy){.name = "was", .from = "app=web", .to = "app=app"});
		put_policy(m, (struct wish_policy){
				      .name = "is", .id = 2, .from = "app=db", .to = "app=app"});
		a = compile_at(m, "A");
		c = compile_at(m, "C");
		port = wf_image_find(a, WF_TABLE_PORT, &ifindex);
		assert_int_equal(port->identity, is_announced ? 1 : 2);
		assert_int_equal(find_dest(a, 1, "10.0.0.1")->identity, is_announced ? 1 : 2);
		assert_int_equal(find_dest(c, 1, "10.0.0.1")->identity_was, is_announced ? 2 : 1);
		assert_int_equal(find_verdict(a, 1, id(1, 1), id(1, 3))->policy, 1);
		assert_int_equal(find_verdict(a, 1, id(1, 2), id(1, 3))->policy, 2);
		assert_int_equal(find_verdict(c, 1, id(1, 1), id(1, 3))->policy, 1);
		assert_int_equal(find_verdict(c, 1, id(1, 2), id(1, 3))->policy, 2);
	}
}

static void an_extranet_knows_both_ways_what_its_policies_open(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	WF_CLEANUP(cleanup_image) struct wf_image *a = NULL;
	WF_CLEANUP(cleanup_image) struct wf_image *b = NULL;

	put_policy(m, (struct wish_policy){.from = "tenant/blue/app=front", .to = "app=db"});
	a = compile_at(m, "A");
	b = compile_at(m, "B");
	/* of blue: db, of red */
	assert_int_equal(find_dest(a, 2, "10.0.0.2")->home, 1);
	assert_int_equal(find_dest(a, 2, "10.0.0.2")->node, 11);
	assert_int_equal(find_dest(a, 2, "10.0.0.2")->identity, 2);
	assert_null(find_dest(a, 2, "10.0.0.3"));
	/* of red: front, of blue */
	assert_int_equal(find_dest(b, 1, "10.2.0.1")->home, 2);
	assert_int_equal(find_dest(b, 1, "10.2.0.1")->identity, 1);
	assert_null(find_dest(b, 1, "10.2.0.2"));
	assert_int_equal(find_dest(a, 1, "10.2.0.1")->ifindex, 8); /* it lives there */
	assert_int_equal(find_verdict(a, 1, id(2, 1), id(1, 2))->verdict, WF_VERDICT_ALLOW);
	assert_int_equal(find_verdict(b, 1, id(2, 1), id(1, 2))->verdict, WF_VERDICT_ALLOW);
}

static void a_denial_lets_nobody_in(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;

	put_policy(m, (struct wish_policy){.from = "tenant/blue", .to = "any", .is_deny = true});
	img = compile_at(m, "A");
	assert_null(find_dest(img, 1, "10.2.0.1"));
	assert_null(find_dest(img, 2, "10.0.0.2"));
}

/* Its number would mean another policy there. */
static void the_mirror_of_an_extranet_is_not_in_the_guests_set(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_wish();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	struct wf_policy_key key = {.policy = 1};

	put_policy(m,
		   (struct wish_policy){
			   .from = "tenant/blue", .to = "any", .is_symmetric = true, .via = {"D"}});
	img = compile_at(m, "A");
	key.set = set_of(img, 1);
	assert_int_equal(((const struct wf_policy_entry *)wf_image_find(img, WF_TABLE_POLICY, &key))
				 ->is_symmetric,
			 0);
	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_CHOICE); i++)
		assert_false(((const struct wf_choice_key *)wf_image_key(img, WF_TABLE_CHOICE, i))
				     ->is_reverse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_holds_the_pairs_that_meet_on_it),
		cmocka_unit_test(what_a_waypoint_must_know_is_on_every_node),
		cmocka_unit_test(selectors_are_sides),
		cmocka_unit_test(what_makes_connections_tracked),
		cmocka_unit_test(a_tenant_that_gateways_serve_is_tracked_and_has_zones),
		cmocka_unit_test(a_tenant_that_denies_by_default_says_so_and_tracks),
		cmocka_unit_test(what_policies_and_their_tenant_require_adds_up),
		cmocka_unit_test(every_change_of_a_policy_makes_another_set),
		cmocka_unit_test(every_change_of_a_tenant_makes_another_set),
		cmocka_unit_test(tenants_share_no_set),
		cmocka_unit_test(who_changes_labels_has_both_identities_for_a_while),
		cmocka_unit_test(an_extranet_knows_both_ways_what_its_policies_open),
		cmocka_unit_test(a_denial_lets_nobody_in),
		cmocka_unit_test(the_mirror_of_an_extranet_is_not_in_the_guests_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
