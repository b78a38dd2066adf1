// SPDX-License-Identifier: Apache-2.0
/*
 * Services in images. Nodes A, B, C (10 to 12), waypoint 1, bystander D (13). Tenant red: cli on A;
 * web1 on B, web2 on C, both SID 7, web3 on A, SID 3; service web, tcp/80->8080. Tenant blue: job
 * on A. The argument is the folder of the goldens.
 */
#include "compile/service_test.h"

#include "base/buf.h"
#include "compile/staging.h"
#include "compile/targets.h"
#include "dp/lane.h"
#include "dp/proof.h"
#include "wire/sid.h"

#define RED  1
#define BLUE 2

enum {
	CLI = 1,
	WEB = 2,
	JOB = 1
};

static const struct wish_service web = {.tenant = "red",
					.name = "web",
					.id = 5,
					.addrs = "10.0.0.100",
					.ports = "tcp/80->8080 udp/53",
					.backends = {"app=web"},
					.weights = {1}};

#define N_PARTS 14

static void put_part(struct wf_model *m, int i)
{
	static const char *const nodes[] = {"1", "A", "B", "C", "D"};
	static const uint16_t ids[] = {1, 10, 11, 12, 13};
	static const struct wish_backend backends[] = {
		{"red", "web1", "B", "10.0.0.1", "app=web", WEB, 7, false},
		{"red", "web2", "C", "10.0.0.2", "app=web", WEB, 7, false},
		{"red", "web3", "A", "10.0.0.3", "app=web", WEB, 3, false},
		{"red", "cli", "A", "10.0.0.9", "app=cli", CLI, 0, false},
		{"blue", "job", "A", "10.9.0.1", "app=job", JOB, 0, false},
	};

	if (i < 5)
		wish_node(m, nodes[i], ids[i]);
	else if (i == 5)
		wish_tenant(m, "red", RED, WF_ENCODING_UNSET);
	else if (i == 6)
		wish_tenant(m, "blue", BLUE, WF_ENCODING_UNSET);
	else if (i < 12)
		wish_backend(m, &backends[i - 7]);
	else if (i == 12)
		wish_policy(m, &(struct wish_policy){.tenant = "red",
						     .name = "by-1",
						     .id = 1,
						     .from = "app=cli",
						     .to = "app=web",
						     .via = {"1"}});
	else
		wish_service(m, &web);
}

static struct wf_model *make(void)
{
	struct wf_model *m = wf_model_new();

	for (int i = 0; i < N_PARTS; i++)
		put_part(m, i);
	wish_begin(m, "red", "web");
	return m;
}

static struct wf_image *compile(const struct wf_model *m, const char *node)
{
	static const struct wf_here_port ports[] = {
		{.tenant = "red", .name = "cli", .ifindex = 5},
		{.tenant = "red", .name = "web1", .ifindex = 6},
		{.tenant = "red", .name = "web2", .ifindex = 7},
		{.tenant = "red", .name = "web3", .ifindex = 8}};
	struct wf_here here = {
		.block = WF_DEFAULT_BLOCK, .underlay_mtu = 1500, .ports = ports, .n_ports = 4};

	strcpy(here.node, node);
	return wish_compile(m, &here);
}

/* Its segments in order of travel: "b:f007 c:f007", of those of the node, without the block. */
static const char *travel(const struct wf_image *img, struct wf_path_key key)
{
	static char text[512];
	const struct wf_template *t = wf_image_find(img, WF_TABLE_PATH, &key);
	const uint8_t *at;
	char *p = text;
	unsigned int n = 0;

	if (!t || !t->len)
		return t ? "here" : "none";
	if (t->len > 40)
		n = t->header[40 + 4] + 1u;
	for (unsigned int i = n ? n : 1; i--;) {
		at = n ? t->header + 48 + 16 * i : t->header + 24;
		p += sprintf(p, "%s%x:%x", p == text ? "" : " ", at[4] << 8 | at[5],
			     at[6] << 8 | at[7]);
	}
	if (n) /* the list is full, and the first segment is where it goes */
		assert_memory_equal(t->header + 24, t->header + 48 + 16 * (n - 1), 16);
	assert_int_equal(t->arg_offset, n ? 40 + 8 + 8 : 24 + 8);
	return text;
}

static struct wf_path_key direct(uint16_t node, uint16_t sid, uint32_t lane)
{
	return (struct wf_path_key){.node = node, .sid = sid, .lane = lane};
}

static struct wf_path_key by_1(uint16_t node, uint16_t sid, uint32_t lane)
{
	return (struct wf_path_key){
		.tenant = RED, .policy = 1, .node = node, .sid = sid, .lane = lane};
}

static uint32_t lane_of(struct wf_candidate a, struct wf_candidate b)
{
	const struct wf_candidate list[WF_CANDIDATES_MAX] = {a, b};

	return wf_lane_of_candidates(list);
}

static const struct wf_candidate web1 = {11, 7}, web2 = {12, 7}, web3 = {10, 3};

static void relabel(struct wf_model *m, const char *name, const char *labels)
{
	struct wf_object *o = wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, "red", name));

	wf_labels_done(&o->endpoint.labels);
	assert_int_equal(wf_labels_parse(labels, &o->endpoint.labels), 0);
	wish_put(m, o);
}

static void a_service_is_found_by_address_and_port(void **state)
{
	struct wf_model *m = make();
	struct wf_image *img = compile(m, "A");
	struct wf_service_key key = {.tenant = RED, .port = 80, .proto = 6};
	const struct wf_service_entry *s;
	struct wf_addr addr;

	(void)state;
	wf_addr_parse("10.0.0.100", &addr);
	memcpy(key.addr, addr.bytes, 16);
	s = wf_image_find(img, WF_TABLE_SERVICE, &key);
	assert_non_null(s);
	assert_int_equal(s->home, RED);
	assert_int_equal(s->id, 5);
	assert_int_equal(s->target, 8080);
	assert_int_equal(s->n_slots, 1021);
	assert_int_equal(s->n_blocks, 32);
	assert_int_equal(wf_image_count(img, WF_TABLE_SHARE), 32);
	assert_int_equal(wf_image_count(img, WF_TABLE_SERVICE), 2);
	wf_image_free(img);
	wf_model_free(m);
}

static void assert_table_equal(const struct wf_image *a, const struct wf_image *b, enum wf_table t)
{
	assert_in_range(wf_image_count(a, t), 1, 1000);
	assert_int_equal(wf_image_count(a, t), wf_image_count(b, t));
	for (size_t i = 0; i < wf_image_count(a, t); i++) {
		assert_memory_equal(wf_image_key(a, t, i), wf_image_key(b, t, i),
				    wf_table_key_bytes(t));
		assert_memory_equal(wf_image_value(a, t, i), wf_image_value(b, t, i),
				    wf_table_value_bytes(t));
	}
}

static void all_nodes_have_the_same_tables_whatever_the_order(void **state)
{
	struct wf_model *m = make(), *back = wf_model_new();
	struct wf_image *a, *b, *again;

	(void)state;
	for (int i = N_PARTS; i--;)
		put_part(back, i);
	wish_begin(back, "red", "web");
	a = compile(m, "A");
	b = compile(m, "B");
	again = compile(back, "B");
	assert_table_equal(a, b, WF_TABLE_SERVICE);
	assert_table_equal(a, b, WF_TABLE_SHARE);
	assert_table_equal(b, again, WF_TABLE_SHARE);
	assert_table_equal(b, again, WF_TABLE_PATH);
	wf_image_free(a);
	wf_image_free(b);
	wf_image_free(again);
	wf_model_free(m);
	wf_model_free(back);
}

static void who_takes_no_part_holds_nothing(void **state)
{
	struct wf_model *m = make();
	struct wf_image *img = compile(m, "D");

	(void)state;
	assert_int_equal(wf_image_count(img, WF_TABLE_SERVICE), 0);
	assert_int_equal(wf_image_count(img, WF_TABLE_SHARE), 0);
	assert_int_equal(wf_image_count(img, WF_TABLE_BACKEND), 0);
	assert_string_equal(travel(img, direct(11, 7, 0)), "none");
	wf_image_free(img);
	wf_model_free(m);
}

static const struct wf_sid_entry *find_sid(const struct wf_image *img, uint16_t node, uint16_t sid)
{
	uint64_t key = wf_sid_head_make(WF_DEFAULT_BLOCK, node, WF_FN_ENDPOINT | sid);

	return wf_image_find(img, WF_TABLE_SID, &key);
}

static void a_backend_has_its_sid_at_home(void **state)
{
	struct wf_model *m = make();
	struct wf_image *a = compile(m, "A"), *b = compile(m, "B");
	const struct wf_sid_entry *sid = find_sid(b, 11, 7);
	const uint32_t key = 11 << 16 | 7;
	const struct wf_backend *backend = wf_image_find(a, WF_TABLE_BACKEND, &key);

	(void)state;
	assert_non_null(sid);
	assert_int_equal(sid->behavior, WF_BEHAVIOR_DX);
	assert_int_equal(sid->tenant, RED);
	assert_int_equal(sid->ifindex, 6);
	assert_null(find_sid(a, 11, 7));
	assert_non_null(find_sid(a, 10, 3));
	assert_int_equal(backend->identity, WEB);
	assert_int_equal(backend->ifindex, 0);
	assert_int_equal(backend->v4[15], 1);
	assert_int_equal(backend->v6[15], 0);
	backend = wf_image_find(b, WF_TABLE_BACKEND, &key);
	assert_int_equal(backend->ifindex, 6);
	wf_image_free(a);
	wf_image_free(b);
	wf_model_free(m);
}

/* It has a number: it is known before the history says that it gets flows. */
static void a_backend_is_known_before_it_is_used(void **state)
{
	struct wf_model *m = make();
	struct wf_image *img;
	uint32_t key = 11 << 16 | 8;

	(void)state;
	wish_backend(m, &(struct wish_backend){"red", "web4", "B", "10.0.0.4", "app=web", WEB, 8,
					       false});
	img = compile(m, "A");
	assert_non_null(wf_image_find(img, WF_TABLE_BACKEND, &key));
	assert_string_equal(travel(img, direct(11, 8, 0)), "b:f008");
	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_SHARE); i++) {
		const struct wf_share *share = wf_image_value(img, WF_TABLE_SHARE, i);

		for (unsigned int k = 0; k < WF_SHARE_SLOTS; k++)
			assert_int_not_equal(share->slots[k][0].sid, 8);
	}
	wf_image_free(img);
	wf_model_free(m);
}

static void every_way_leads_to_each_backend(void **state)
{
	struct wf_model *m = make();
	struct wf_image *img = compile(m, "A");

	(void)state;
	assert_string_equal(travel(img, direct(11, 7, 0)), "b:f007");
	assert_string_equal(travel(img, direct(12, 7, 0)), "c:f007");
	assert_string_equal(travel(img, direct(10, 3, 0)), "a:f003");
	assert_string_equal(travel(img, direct(10, 0, 0)), "here");
	assert_int_equal(
		((const struct wf_template *)wf_image_find(
			 img, WF_TABLE_PATH,
			 &(struct wf_path_key){.tenant = RED, .policy = 1, .node = 11, .sid = 7}))
			->len,
		40 + 8 + 16); /* reduced: the waypoint is the destination */
	wf_image_free(img);
	wf_model_free(m);
}

/* web2 drains: B and A have its slots now, and ask it for what they do not know. */
static void candidates_are_asked_in_turn(void **state)
{
	struct wf_model *m = make();
	struct wf_image *a, *c;

	(void)state;
	relabel(m, "web2", "app=old");
	wish_begin(m, "red", "web");
	a = compile(m, "A");
	c = compile(m, "C");
	assert_string_equal(travel(a, direct(11, 7, lane_of(web1, web2))), "b:f007 c:f007 b:f007");
	assert_string_equal(travel(a, by_1(11, 7, lane_of(web1, web2))),
			    "1:0 b:f007 c:f007 b:f007");
	assert_string_equal(travel(a, direct(10, 3, lane_of(web3, web2))), "a:f003 c:f007 a:f003");
	assert_string_equal(travel(a, by_1(10, 3, lane_of(web3, web2))),
			    "1:0 a:f003 c:f007 a:f003");
	assert_string_equal(travel(c, direct(11, 7, lane_of(web1, web2))), "b:f007 c:f007 b:f007");
	assert_string_equal(travel(a, direct(12, 7, lane_of(web2, web1))), "none");
	wf_image_free(a);
	wf_image_free(c);
	wf_model_free(m);
}

static void add_key(struct wf_model *m)
{
	struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, "k");

	o->key.id = 9;
	o->key.state = WF_KEY_SIGNING;
	o->key.secret_len = 32;
	wish_put(m, o);
}

static void signed_headers_name_the_backend_and_the_sender(void **state)
{
	struct wf_model *m = make();
	struct wf_object *o = wf_object_clone(wf_model_find(m, WF_KIND_TENANT, NULL, "red"));
	struct wf_path_key key = {
		.tenant = RED, .node = 11, .sid = 7, .identity = CLI, .lane = lane_of(web1, web2)};
	const struct wf_template *t;
	struct wf_image *img;

	(void)state;
	o->self.require = WF_REQUIRE_HMAC;
	wish_put(m, o);
	add_key(m);
	relabel(m, "web2", "app=old");
	wish_begin(m, "red", "web");
	img = compile(m, "A");
	t = wf_image_find(img, WF_TABLE_PATH, &key);
	assert_non_null(t);
	assert_true(t->is_signed);
	assert_int_equal(t->len, 40 + 8 + 3 * 16 + 40);
	key.lane = 0;
	t = wf_image_find(img, WF_TABLE_PATH, &key);
	assert_true(t->is_signed);
	key = (struct wf_path_key){
		.tenant = RED, .node = 10, .sid = 3, .identity = CLI, .lane = lane_of(web3, web2)};
	t = wf_image_find(img, WF_TABLE_PATH, &key);
	assert_non_null(t); /* the owner is here, but the packet may leave to ask the other */
	assert_true(t->is_signed);
	wf_image_free(img);
	wf_model_free(m);
}

/* As the receiver hashes it: the last segment first. */
static bool is_listed(const struct wf_image *img, const struct wf_template *t)
{
	const struct wf_listed_key key = {
		.tenant = RED,
		.policy = 1,
		.source = 10,
		.hash = wf_listed_hash(t->header + 48, t->header[40 + 4] + 1u),
	};

	return wf_image_find(img, WF_TABLE_LISTED, &key);
}

static void lists_of_candidates_are_listed_where_they_may_end(void **state)
{
	struct wf_model *m = make();
	struct wf_object *o = wf_object_clone(wf_model_find(m, WF_KIND_POLICY, "red", "by-1"));
	struct wf_path_key key = by_1(11, 7, lane_of(web1, web2));
	struct wf_image *a, *b, *c;
	const struct wf_template *t;

	(void)state;
	o->policy.require = WF_REQUIRE_PATH;
	wish_put(m, o);
	add_key(m);
	relabel(m, "web2", "app=old");
	wish_begin(m, "red", "web");
	relabel(m, "web2", "app=web"); /* the policy speaks of it still */
	a = compile(m, "A");
	b = compile(m, "B");
	c = compile(m, "C");
	key.identity = CLI;
	t = wf_image_find(a, WF_TABLE_PATH, &key);
	assert_non_null(t);
	assert_true(is_listed(b, t));
	assert_true(is_listed(c, t));
	assert_false(is_listed(a, t));
	key.lane = 0;
	t = wf_image_find(a, WF_TABLE_PATH, &key);
	assert_true(is_listed(b, t));
	assert_false(is_listed(c, t));
	wf_image_free(a);
	wf_image_free(b);
	wf_image_free(c);
	wf_model_free(m);
}

static void guests_find_a_service_under_their_own_id(void **state)
{
	struct wf_model *m = make();
	struct wf_service_key key = {.tenant = BLUE, .port = 80, .proto = 6};
	const struct wf_service_entry *s;
	struct wf_image *img = compile(m, "A");
	struct wf_addr addr;

	(void)state;
	wf_addr_parse("10.0.0.100", &addr);
	memcpy(key.addr, addr.bytes, 16);
	assert_null(wf_image_find(img, WF_TABLE_SERVICE, &key));
	wf_image_free(img);
	wish_policy(m, &(struct wish_policy){.tenant = "red",
					     .name = "open",
					     .id = 2,
					     .from = "tenant/blue",
					     .to = "app=web"});
	img = compile(m, "A");
	s = wf_image_find(img, WF_TABLE_SERVICE, &key);
	assert_non_null(s);
	assert_int_equal(s->home, RED);
	assert_int_equal(wf_image_count(img, WF_TABLE_SHARE), 32); /* once, the home's */
	wf_image_free(img);
	wf_model_free(m);
}

static void an_instance_of_a_function_is_no_backend(void **state)
{
	struct wf_model *m = make();
	struct wf_image *img;
	uint32_t key = 11 << 16 | 7;

	(void)state;
	wish_function(m, &(struct wish_function){.tenant = "red",
						 .name = "fw",
						 .instances = "app=web",
						 .in = "eth0",
						 .out = "eth0"});
	img = compile(m, "B");
	assert_null(wf_image_find(img, WF_TABLE_BACKEND, &key));
	wf_image_free(img);
	wf_model_free(m);
}

static void a_list_that_is_too_long_loses_its_last_candidates(void **state)
{
	const struct wf_target target = {.list = {{11, 7}, {12, 7}, {10, 3}}};
	struct wf_segments s = {.n = WF_VIA_SID_MAX};

	(void)state;
	wf_target_end(&target, WF_DEFAULT_BLOCK, &s);
	assert_int_equal(s.n, WF_VIA_SID_MAX + 1);
	assert_int_equal(s.sids[WF_VIA_SID_MAX - 1][5], 11);
	assert_int_equal(s.sids[WF_VIA_SID_MAX][5], 11);
	s.n = WF_VIA_SID_MAX + 1;
	wf_target_end(&target, WF_DEFAULT_BLOCK, &s);
	assert_int_equal(s.n, WF_VIA_SID_MAX + 1);
	assert_int_equal(s.sids[WF_VIA_SID_MAX][5], 11);
}

/* Policies and signatures are staged; who is down gets nothing more from the first step on. */
static void the_dead_are_out_in_the_first_step(void **state)
{
	struct wf_model *m = make();
	struct wf_image *before = compile(m, "A"), *after, *wish;
	struct wf_staging staging = {0};
	struct wf_staging_result result;
	struct wf_object *o;

	(void)state;
	wish = compile(m, "A");
	assert_int_equal(wf_staging_step(&staging, before, wish, 1000, &result), 0);
	wf_image_free(wish);
	o = wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, "red", "web1"));
	o->endpoint.is_down = true;
	wish_put(m, o);
	wish = compile(m, "A");
	after = compile(m, "A");
	assert_int_equal(wf_staging_step(&staging, before, after, 1001, &result), 0);
	assert_table_equal(wish, after, WF_TABLE_SHARE);
	assert_memory_not_equal(wf_image_value(before, WF_TABLE_SHARE, 0),
				wf_image_value(after, WF_TABLE_SHARE, 0), sizeof(struct wf_share));
	wf_staging_done(&staging);
	wf_image_free(before);
	wf_image_free(wish);
	wf_image_free(after);
	wf_model_free(m);
}

/* What services add to an image, byte by byte. */
static char *service_lines(const struct wf_image *img)
{
	_cleanup_free_ char *text = wf_image_str(img);
	struct wf_buf b = {0};
	char *rest, *line;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (!strncmp(line, "service", 7) || !strncmp(line, "share", 5) ||
		    !strncmp(line, "backend", 7) || strstr(line, " sid ") ||
		    strstr(line, "End.DX46"))
			wf_buf_printf(&b, "%s\n", line);
	return wf_buf_take(&b);
}

static const char *goldens;

static void images_are_as_recorded(void **state)
{
	struct wf_model *m = make();
	_cleanup_free_ char *text = NULL, *golden = NULL;
	struct wf_image *img;
	char path[512];

	(void)state;
	relabel(m, "web2", "app=old");
	wish_begin(m, "red", "web");
	img = compile(m, "A");
	text = service_lines(img);
	snprintf(path, sizeof(path), "%s/services.txt", goldens);
	golden = wish_read(path);
	assert_string_equal(text, golden);
	wf_image_free(img);
	wf_model_free(m);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_is_found_by_address_and_port),
		cmocka_unit_test(all_nodes_have_the_same_tables_whatever_the_order),
		cmocka_unit_test(who_takes_no_part_holds_nothing),
		cmocka_unit_test(a_backend_has_its_sid_at_home),
		cmocka_unit_test(a_backend_is_known_before_it_is_used),
		cmocka_unit_test(every_way_leads_to_each_backend),
		cmocka_unit_test(candidates_are_asked_in_turn),
		cmocka_unit_test(signed_headers_name_the_backend_and_the_sender),
		cmocka_unit_test(lists_of_candidates_are_listed_where_they_may_end),
		cmocka_unit_test(guests_find_a_service_under_their_own_id),
		cmocka_unit_test(an_instance_of_a_function_is_no_backend),
		cmocka_unit_test(a_list_that_is_too_long_loses_its_last_candidates),
		cmocka_unit_test(the_dead_are_out_in_the_first_step),
		cmocka_unit_test(images_are_as_recorded),
	};

	assert(argc == 2);
	goldens = argv[1];
	return cmocka_run_group_tests_name("compile/services", tests, NULL, NULL);
}
