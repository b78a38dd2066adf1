// SPDX-License-Identifier: Apache-2.0
/* Services in images. The cluster: compile/served_test.h. The argument: the goldens' folder. */
#include "compile/served_test.h"

#include "base/buf.h"
#include "compile/staging.h"

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

/* To backends. */
static size_t count_paths(const struct wf_image *img)
{
	size_t n = 0;

	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_PATH); i++)
		n += ((const struct wf_path_key *)wf_image_key(img, WF_TABLE_PATH, i))->sid != 0;
	return n;
}

static void who_takes_no_part_holds_nothing(void **state)
{
	struct wf_model *m = make();
	struct wf_image *img = compile(m, "D");

	(void)state;
	assert_int_equal(wf_image_count(img, WF_TABLE_SERVICE), 0);
	assert_int_equal(wf_image_count(img, WF_TABLE_SHARE), 0);
	assert_int_equal(wf_image_count(img, WF_TABLE_BACKEND), 0);
	assert_int_equal(count_paths(img), 0);
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
	assert_int_equal(count_paths(img), 2 * 4); /* direct, and by the policy */
	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_SHARE); i++) {
		const struct wf_share *share = wf_image_value(img, WF_TABLE_SHARE, i);

		for (unsigned int k = 0; k < WF_SHARE_SLOTS; k++)
			assert_int_not_equal(share->slots[k][0].sid, 8);
	}
	wf_image_free(img);
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
		cmocka_unit_test(guests_find_a_service_under_their_own_id),
		cmocka_unit_test(an_instance_of_a_function_is_no_backend),
		cmocka_unit_test(the_dead_are_out_in_the_first_step),
		cmocka_unit_test(images_are_as_recorded),
	};

	assert(argc == 2);
	goldens = argv[1];
	return cmocka_run_group_tests_name("compile/services", tests, NULL, NULL);
}
