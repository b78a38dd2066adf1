// SPDX-License-Identifier: Apache-2.0
/*
 * The cluster: nodes A, B, C (10 to 12), waypoints 1 to 4, a router R. Tenant red: web and app on
 * A, db on B; tenant blue: job on A. The images are those of A (who sends) and B (who receives).
 */
#include "compile/wish_test.h"

#include "dp/proof.h"
#include "wire/opaque.h"
#include "wire/sid.h"

#define RED  1
#define BLUE 2

enum {
	WEB = 1,
	APP = 2,
	DB = 3,
	JOB = 1
};

static struct wf_model *make_cluster(void)
{
	static const char *const nodes[] = {"1", "2", "3", "4", "A", "B", "C"};
	static const uint16_t ids[] = {1, 2, 3, 4, 10, 11, 12};
	struct wf_model *m = wf_model_new();

	for (int i = 0; i < 7; i++)
		wish_node(m, nodes[i], ids[i]);
	wish_router(m, "R", "2001:db8::e");
	wish_tenant(m, "red", RED, WF_ENCODING_UNSET);
	wish_tenant(m, "blue", BLUE, WF_ENCODING_UNSET);
	wish_endpoint(m, "red", "web", "A", "10.0.0.1", "app=web", WEB);
	wish_endpoint(m, "red", "app", "A", "10.0.0.2", "app=app", APP);
	wish_endpoint(m, "red", "db", "B", "10.0.0.3", "app=db", DB);
	wish_endpoint(m, "blue", "job", "A", "10.9.0.1", "app=job", JOB);
	return m;
}

/* A copy of what is there, to be changed and put. */
static struct wf_object *edit(struct wf_model *m, enum wf_kind kind, const char *tenant,
			      const char *name)
{
	struct wf_object *o = wf_object_clone(wf_model_find(m, kind, tenant, name));

	assert_non_null(o);
	return o;
}

static void require_of_tenant(struct wf_model *m, const char *name, uint8_t require,
			      enum wf_metadata metadata)
{
	struct wf_object *o = edit(m, WF_KIND_TENANT, NULL, name);

	o->self.require = require;
	o->self.metadata = metadata;
	wish_put(m, o);
}

static void require_of_policy(struct wf_model *m, const char *name, uint8_t require, uint16_t every)
{
	struct wf_object *o = edit(m, WF_KIND_POLICY, "red", name);

	o->policy.require = require;
	o->policy.transit_every = every;
	wish_put(m, o);
}

static void put_key(struct wf_model *m, const char *name, uint32_t id, enum wf_key_state state)
{
	struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, name);

	o->key.id = id;
	o->key.state = state;
	o->key.secret_len = 32;
	memset(o->key.secret, (int)id, 32);
	wish_put(m, o);
}

static struct wf_image *compile_at(const struct wf_model *m, const char *node)
{
	static const struct wf_here_port ports[] = {
		{.tenant = "blue", .name = "job", .ifindex = 8},
		{.tenant = "red", .name = "app", .ifindex = 6},
		{.tenant = "red", .name = "web", .ifindex = 7},
	};
	static const struct wf_here_port port_db = {.tenant = "red", .name = "db", .ifindex = 7};
	bool is_A = strcmp(node, "A") == 0;
	struct wf_here here = {.block = 0x5f000000,
			       .underlay_mtu = 1500,
			       .ports = is_A ? ports : &port_db,
			       .n_ports = is_A ? 3 : strcmp(node, "B") == 0};

	snprintf(here.node, sizeof(here.node), "%s", node);
	return wish_compile(m, &here);
}

static void put_policy(struct wf_model *m, const char *from, const char *to, bool is_symmetric,
		       const char *first, const char *second)
{
	wish_policy(m, &(struct wish_policy){.tenant = "red",
					     .name = "p",
					     .id = 7,
					     .from = from,
					     .to = to,
					     .is_symmetric = is_symmetric,
					     .via = {first, second}});
}

static const struct wf_template *find_path(const struct wf_image *img, uint32_t tenant,
					   uint16_t policy, uint16_t node, uint32_t identity)
{
	struct wf_path_key key = {
		.tenant = tenant, .policy = policy, .node = node, .identity = identity};

	return wf_image_find(img, WF_TABLE_PATH, &key);
}

static size_t count_paths(const struct wf_image *img, uint32_t tenant, uint16_t policy)
{
	size_t n = 0;

	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_PATH); i++) {
		const struct wf_path_key *key = wf_image_key(img, WF_TABLE_PATH, i);

		n += key->tenant == tenant && key->policy == policy;
	}
	return n;
}

static uint64_t arg_of(uint32_t tenant, uint32_t identity, uint16_t policy)
{
	struct wf_sid_arg arg = {.tenant = tenant, .identity = identity, .policy = policy};

	return wf_sid_arg_pack(&arg);
}

/* The signature is in the goldens of the template test: here is whose it is. */
static void assert_signed(const struct wf_template *t, uint64_t arg)
{
	assert_non_null(t);
	assert_true(t->is_signed);
	assert_int_equal(wf_load_be64(t->header + t->arg_offset), arg);
}

static void signed_paths_are_made_for_each_identity_that_sends(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *web = NULL, *all = NULL;

	put_key(m, "k", 9, WF_KEY_SIGNING);
	put_policy(m, "app=web", "app=db", false, "1 4", NULL);
	require_of_policy(m, "p", WF_REQUIRE_HMAC, 0);
	web = compile_at(m, "A");
	assert_signed(find_path(web, RED, 7, 11, WEB), arg_of(RED, WEB, 7));
	assert_int_equal(count_paths(web, RED, 7), 1);
	put_policy(m, "any", "app=db", false, "1 4", NULL);
	require_of_policy(m, "p", WF_REQUIRE_PATH, 0);
	all = compile_at(m, "A");
	assert_signed(find_path(all, RED, 7, 11, WEB), arg_of(RED, WEB, 7));
	assert_signed(find_path(all, RED, 7, 11, APP), arg_of(RED, APP, 7));
	assert_int_equal(count_paths(all, RED, 7), 2);
	assert_false(find_path(all, 0, 0, 11, 0)->is_signed);
}

static void an_identity_on_its_way_out_has_its_paths(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	struct wf_object *o = edit(m, WF_KIND_ENDPOINT, "red", "web");

	o->endpoint.identity_was = 5;
	o->endpoint.is_announced = true;
	wish_put(m, o);
	put_key(m, "k", 9, WF_KEY_SIGNING);
	require_of_tenant(m, "red", WF_REQUIRE_HMAC, WF_METADATA_SID);
	put_policy(m, "any", "app=db", false, "1", NULL);
	img = compile_at(m, "A");
	assert_signed(find_path(img, RED, 7, 11, 5), arg_of(RED, 5, 7));
	assert_signed(find_path(img, RED, 7, 11, WEB), arg_of(RED, WEB, 7));
	assert_signed(find_path(img, RED, 0, 11, 5), arg_of(RED, 5, 0));
	assert_signed(find_path(img, RED, 0, 11, WEB), arg_of(RED, WEB, 0));
}

static void a_tenant_that_requires_hmac_has_direct_paths_of_its_own(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL, *other = NULL;

	put_key(m, "k", 9, WF_KEY_SIGNING);
	require_of_tenant(m, "red", WF_REQUIRE_HMAC, WF_METADATA_SID);
	img = compile_at(m, "A");
	other = compile_at(m, "C");
	assert_int_equal(count_paths(other, RED, 0), 0);
	assert_signed(find_path(img, RED, 0, 11, WEB), arg_of(RED, WEB, 0));
	assert_signed(find_path(img, RED, 0, 11, APP), arg_of(RED, APP, 0));
	assert_signed(find_path(img, RED, 0, 11, 0), arg_of(RED, 0, 0)); /* of the node itself */
	assert_int_equal(count_paths(img, RED, 0), 3); /* to B only: A is here, nobody is on C */
	assert_int_equal(count_paths(img, BLUE, 0), 0);
}

static void metadata_in_a_tlv_is_a_direct_path_of_the_tenant(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
	const struct wf_template *t;

	require_of_tenant(m, "red", 0, WF_METADATA_TLV);
	img = compile_at(m, "A");
	t = find_path(img, RED, 0, 11, 0);
	assert_non_null(t);
	assert_false(t->is_signed);
	assert_true(wf_opaque_is((const struct wf_opaque_tlv *)(t->header + t->arg_offset - 8)));
	assert_int_equal(count_paths(img, RED, 0), 1);
}

/* blue's job is let into red; red's answers go to blue directly, by blue's paths. */
static void guests_send_by_the_hosts_paths_and_get_replies_by_their_own(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL;
	struct wf_object *o;

	put_key(m, "k", 9, WF_KEY_SIGNING);
	require_of_tenant(m, "red", WF_REQUIRE_HMAC, WF_METADATA_SID);
	require_of_tenant(m, "blue", WF_REQUIRE_HMAC, WF_METADATA_SID);
	put_policy(m, "any", "app=db", false, "1", NULL);
	o = edit(m, WF_KIND_POLICY, "red", "p");
	o->policy.from.type = WF_SELECT_TENANT;
	strcpy(o->policy.from.tenant, "blue");
	wish_put(m, o);
	a = compile_at(m, "A");
	assert_signed(find_path(a, RED, 7, 11, JOB), arg_of(RED, JOB, 7));
	assert_signed(find_path(a, RED, 0, 11, JOB), arg_of(RED, JOB, 0));
	b = compile_at(m, "B");
	assert_signed(find_path(b, BLUE, 0, 10, DB), arg_of(BLUE, DB, 0));
}

static void without_a_key_that_signs_there_is_no_way(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;

	put_key(m, "k", 9, WF_KEY_ACCEPTED);
	put_policy(m, "any", "app=db", false, "1", NULL);
	require_of_policy(m, "p", WF_REQUIRE_HMAC, 0);
	img = compile_at(m, "A");
	assert_int_equal(count_paths(img, RED, 7), 0);
	assert_int_equal(wf_image_count(img, WF_TABLE_CHOICE), 1);
}

/* @list: as it stands in an SRH, "final SID ... first segment". */
static uint64_t hash_of(const char *list)
{
	uint8_t sids[WF_VIA_SID_MAX + 1][16];
	char words[512], *rest, *word;
	unsigned int n = 0;
	struct wf_addr a;

	snprintf(words, sizeof(words), "%s", list);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_int_equal(wf_addr_parse(word, &a), 0);
		memcpy(sids[n++], a.bytes, 16);
	}
	return wf_listed_hash(sids, n);
}

static void assert_listed(const struct wf_image *img, uint16_t source, const char *list,
			  const char *marks)
{
	struct wf_listed_key key = {
		.tenant = RED, .policy = 7, .source = source, .hash = hash_of(list)};
	const struct wf_listed *listed = wf_image_find(img, WF_TABLE_LISTED, &key);
	char got[128] = "";
	size_t len = 0;

	if (!listed)
		fail_msg("from %u: not listed: %s", source, list);
	for (unsigned int i = 0; i < listed->n; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%u", i ? " " : "",
					listed->nodes[i]);
	assert_string_equal(got, marks);
}

static void every_way_that_may_come_here_is_listed(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL, *c = NULL;

	wish_endpoint(m, "red", "web2", "C", "10.0.0.9", "app=web", WEB);
	put_policy(m, "app=web", "app=db", true, "C 1 4", "3");
	require_of_policy(m, "p", WF_REQUIRE_PATH, 0);
	b = compile_at(m, "B");
	assert_listed(b, 10, "5f00:0:b:e046:: 5f00:0:c:1:4::", "12 1 4");
	assert_listed(b, 10, "5f00:0:b:e046:1:2:3:4 5f00:0:c:1:4::", "12 1 4"); /* any argument */
	assert_listed(b, 10,
		      "5f00:0:b:e046:: 5f00:0:4:e001:: 5f00:0:1:e001:: 5f00:0:c:e001::", "12 1 4");
	assert_listed(b, 10, "5f00:0:b:e046:: 5f00:0:3::", "3");
	/* from C itself, without C */
	assert_listed(b, 12, "5f00:0:b:e046:: 5f00:0:1:4::", "1 4");
	assert_int_equal(wf_image_count(b, WF_TABLE_LISTED), 2 * 2 * 2);
	/* the mirror, to A */
	a = compile_at(m, "A");
	assert_listed(a, 11, "5f00:0:a:e046:: 5f00:0:4:1:c::", "4 1 12");
	assert_int_equal(wf_image_count(a, WF_TABLE_LISTED), 2 * 2);
	c = compile_at(m, "1");
	assert_int_equal(wf_image_count(c, WF_TABLE_LISTED), 0);
}

static void equal_ways_are_listed_once(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *b = NULL;

	/* direct in both encodings; and mirrored, between all pairs of A and B */
	put_policy(m, "any", "any", true, "", "A");
	require_of_policy(m, "p", WF_REQUIRE_PATH, 0);
	b = compile_at(m, "B");
	assert_listed(b, 10, "5f00:0:b:e046::", "");
	assert_listed(b, 11, "5f00:0:b:e046:: 5f00:0:a::", "10");
	assert_int_equal(wf_image_count(b, WF_TABLE_LISTED), 1 + 3);
}

static void marks_are_of_visits_to_nodes_that_run_weft(void **state)
{
	static const struct {
		const char *via, *list, *marks;
	} cases[] = {
		{"1 1 4", "5f00:0:b:e046:: 5f00:0:1:1:4::", "1 4"},
		{"1 4 1", "5f00:0:b:e046:: 5f00:0:1:4:1::", "1 4 1"},
		{"A 1", "5f00:0:b:e046:: 5f00:0:1::", "1"},
		{"1 A", "5f00:0:b:e046:: 5f00:0:1:a::", "1 10"},
		{"1 B", "5f00:0:b:e046:: 5f00:0:1:b::", "1"},
		{"B 1 B B", "5f00:0:b:e046:: 5f00:0:b:1:b:b::", "11 1"},
		{"R", "5f00:0:b:e046:: 2001:db8::e", ""},
		{"1 R 1", "5f00:0:b:e046:: 5f00:0:1:: 2001:db8::e 5f00:0:1::", "1 1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
		WF_CLEANUP(cleanup_image) struct wf_image *b = NULL;

		put_policy(m, "app=web", "app=db", false, cases[i].via, NULL);
		require_of_policy(m, "p", WF_REQUIRE_TRANSIT, 1);
		b = compile_at(m, "B");
		assert_listed(b, 10, cases[i].list, cases[i].marks);
	}
}

static bool has_mark_key(const struct wf_image *img, uint32_t key, uint16_t node)
{
	const struct wf_transit_key k = {.key = key, .node = node};

	return wf_image_find(img, WF_TABLE_TRANSIT, &k);
}

static void a_node_holds_all_keys_and_the_mark_keys_that_it_needs(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster();
	WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL, *path = NULL;
	uint32_t ids[] = {8, 9};

	put_key(m, "old", 8, WF_KEY_RETIRING);
	put_key(m, "new", 9, WF_KEY_SIGNING);
	put_policy(m, "app=web", "app=db", false, "1 4", "4");
	require_of_policy(m, "p", WF_REQUIRE_PATH, 0);
	path = compile_at(m, "B");
	assert_int_equal(wf_image_count(path, WF_TABLE_TRANSIT), 2);
	require_of_policy(m, "p", WF_REQUIRE_TRANSIT, 50);
	a = compile_at(m, "A");
	b = compile_at(m, "B");
	assert_int_equal(find_path(a, RED, 7, 11, WEB)->transit_every, 50);
	for (int i = 0; i < 2; i++) {
		assert_non_null(wf_image_find(a, WF_TABLE_KEY, &ids[i]));
		assert_true(has_mark_key(a, ids[i], 10));
		assert_true(has_mark_key(b, ids[i], 11) && has_mark_key(b, ids[i], 1) &&
			    has_mark_key(b, ids[i], 4));
	}
	assert_int_equal(wf_image_count(a, WF_TABLE_TRANSIT), 2);
	assert_int_equal(wf_image_count(b, WF_TABLE_TRANSIT), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_paths_are_made_for_each_identity_that_sends),
		cmocka_unit_test(an_identity_on_its_way_out_has_its_paths),
		cmocka_unit_test(a_tenant_that_requires_hmac_has_direct_paths_of_its_own),
		cmocka_unit_test(metadata_in_a_tlv_is_a_direct_path_of_the_tenant),
		cmocka_unit_test(guests_send_by_the_hosts_paths_and_get_replies_by_their_own),
		cmocka_unit_test(without_a_key_that_signs_there_is_no_way),
		cmocka_unit_test(every_way_that_may_come_here_is_listed),
		cmocka_unit_test(equal_ways_are_listed_once),
		cmocka_unit_test(marks_are_of_visits_to_nodes_that_run_weft),
		cmocka_unit_test(a_node_holds_all_keys_and_the_mark_keys_that_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
