// SPDX-License-Identifier: Apache-2.0
/* Paths that end at backends, alone or asked in turn. The cluster: compile/served_test.h. */
#include "compile/served_test.h"

#include "compile/targets.h"
#include "dp/lane.h"
#include "dp/proof.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_leads_to_each_backend),
		cmocka_unit_test(candidates_are_asked_in_turn),
		cmocka_unit_test(signed_headers_name_the_backend_and_the_sender),
		cmocka_unit_test(lists_of_candidates_are_listed_where_they_may_end),
		cmocka_unit_test(a_list_that_is_too_long_loses_its_last_candidates),
	};

	return cmocka_run_group_tests_name("compile/targets", tests, NULL, NULL);
}
