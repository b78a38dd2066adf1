// SPDX-License-Identifier: Apache-2.0
/*
 *   A ------- F ------- 4 ------- B         tenant red: web on A, db on B
 *   web ids   fw1       |         db        fw: eth0 in, eth1 out, on F and G
 *             G --------+                   ids: one arm, on A
 *             fw2
 */
#include "compile/wish_test.h"

#include "base/buf.h"
#include "compile/lanes.h"
#include "compile/proxies.h"
#include "dp/proof.h"
#include "wire/ipv6.h"
#include "wire/sid.h"
#include "wire/srh.h"

#define RED    1
#define POLICY 7
#define A      10
#define B      11
#define F      1
#define G      2

static const struct wish_arm arms[] = {
	{"red", "web", "A", "10.0.0.1", "app=web", "eth0", 1, 0, 100, false},
	{"red", "web2", "B", "10.0.0.4", "app=web", "eth0", 1, 0, 102, false},
	{"red", "db", "B", "10.0.0.2", "app=db", "eth0", 2, 0, 101, false},
	{"red", "fw1-in", "F", "10.0.1.1", "app=fw", "eth0", 3, 7, 200, false},
	{"red", "fw1-out", "F", "10.0.1.2", "app=fw", "eth1", 3, 8, 200, false},
	{"red", "fw2-in", "G", "10.0.1.3", "app=fw", "eth0", 3, 7, 200, false},
	{"red", "fw2-out", "G", "10.0.1.4", "app=fw", "eth1", 3, 9, 200, false},
	{"red", "ids", "A", "10.0.1.5", "app=ids", "eth0", 4, 5, 300, false},
	/* no instances: of no interface, no container, no number, or not attached */
	{"red", "x1", "F", "10.0.2.1", "app=fw", "eth2", 3, 11, 201, false},
	{"red", "x2", "F", "10.0.2.2", "app=fw", "eth0", 3, 12, 0, false},
	{"red", "x3", "F", "10.0.2.3", "app=fw", "eth0", 3, 0, 202, false},
	{"red", "x4", "", "10.0.2.4", "app=fw", "eth0", 3, 13, 203, false},
};

#define N_ARMS (sizeof(arms) / sizeof(*arms))

static void put_functions(struct wf_model *m, enum wf_mode fw, bool fw_is_bypass)
{
	wish_function(m, &(struct wish_function){"red", "fw", "app=fw", "eth0", "eth1", fw, false,
						 fw_is_bypass});
	wish_function(m, &(struct wish_function){"red", "ids", "app=ids", "eth0", "eth0",
						 WF_MODE_DYNAMIC, true, true});
}

static void put_policy(struct wf_model *m, enum wf_encoding encoding, const char *first,
		       const char *second)
{
	wish_policy(m, &(struct wish_policy){.tenant = "red",
					     .name = "p",
					     .id = POLICY,
					     .from = "app=web",
					     .to = "app=db",
					     .is_symmetric = true,
					     .encoding = encoding,
					     .via = {first, second}});
}

static struct wf_model *make_cluster(enum wf_mode fw, const char *via)
{
	static const char *const nodes[] = {"4", "A", "B", "F", "G"};
	static const uint16_t ids[] = {4, A, B, F, G};
	struct wf_model *m = wf_model_new();

	for (int i = 0; i < 5; i++)
		wish_node(m, nodes[i], ids[i]);
	wish_tenant(m, "red", RED, WF_ENCODING_UNSET);
	for (size_t i = 0; i < N_ARMS; i++)
		wish_arm(m, &arms[i]);
	put_functions(m, fw, false);
	put_policy(m, WF_ENCODING_UNSET, via, NULL);
	return m;
}

static void set_down(struct wf_model *m, const char *name, bool is_down)
{
	for (size_t i = 0; i < N_ARMS; i++) {
		struct wish_arm arm = arms[i];

		arm.is_down = is_down;
		if (strcmp(arm.name, name) == 0)
			wish_arm(m, &arm);
	}
}

/* Of a node where all that the model attaches there is. The third endpoint of the model has
 * interface 22. */
static struct wf_image *compile_at(const struct wf_model *m, const char *node)
{
	struct wf_here_port ports[N_ARMS] = {0};
	struct wf_here here = {.block = 0x5f000000, .underlay_mtu = 1500, .ports = ports};
	struct wf_object *const *endpoints;
	size_t n;

	snprintf(here.node, sizeof(here.node), "%s", node);
	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, "red", &n);
	for (size_t i = 0; i < n; i++) {
		struct wf_here_port *port = &ports[here.n_ports];

		if (strcmp(endpoints[i]->endpoint.node, node) != 0)
			continue;
		strcpy(port->tenant, "red");
		strcpy(port->name, endpoints[i]->name);
		port->ifindex = 20 + (int)i;
		here.n_ports++;
	}
	return wish_compile(m, &here);
}

static const struct wf_srh *srh_of(const struct wf_template *t)
{
	return t->len > WF_IPV6_LEN ? (const struct wf_srh *)(t->header + WF_IPV6_LEN) : NULL;
}

static void put_sid(struct wf_buf *b, const uint8_t sid[16])
{
	char text[WF_ADDR_STR_MAX];
	struct wf_addr a;

	memcpy(a.bytes, sid, sizeof(a.bytes));
	wf_buf_puts(b, wf_addr_str(&a, text));
}

/* "destination; the list as it stands; left"; without an SRH the destination. */
static void put_header(struct wf_buf *b, const struct wf_template *t)
{
	const struct wf_srh *srh = srh_of(t);

	put_sid(b, ((const struct wf_ipv6 *)t->header)->dst);
	for (unsigned int i = 0; srh && i <= srh->last_entry; i++) {
		wf_buf_puts(b, i ? " " : "; ");
		put_sid(b, t->header + wf_srh_segment_off(WF_IPV6_LEN, i));
	}
	if (srh)
		wf_buf_printf(b, "; %u", srh->segments_left);
}

/* The headers of the policy's paths to @node, a line each; those for a rest if @sid. */
static char *headers_of(const struct wf_image *img, uint16_t node, uint16_t sid)
{
	struct wf_buf b = {0};

	for (size_t i = 0; i < wf_image_count(img, WF_TABLE_PATH); i++) {
		const struct wf_path_key *key = wf_image_key(img, WF_TABLE_PATH, i);

		if (key->policy != POLICY || key->node != node || key->sid != sid)
			continue;
		put_header(&b, wf_image_value(img, WF_TABLE_PATH, i));
		wf_buf_puts(&b, "\n");
	}
	return b.data ? wf_buf_take(&b) : calloc(1, 1);
}

static void headers_visit_node_and_instance(void **state)
{
	static const struct {
		const char *via;
		enum wf_encoding encoding;
		enum wf_mode mode;
		const char *there, *back;
	} cases[] = {
		{"@fw", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:1:f007::; 1\n",
		 "5f00:0:1:f008::; 5f00:0:a:e046:: 5f00:0:1:f008::; 1\n"},
		{"@fw 4", WF_ENCODING_CSID, WF_MODE_NATIVE,
		 "5f00:0:1:f007:4::; 5f00:0:b:e046:: 5f00:0:1:f007:4::; 1\n",
		 "5f00:0:4:1:f008::; 5f00:0:a:e046:: 5f00:0:4:1:f008::; 1\n"},
		{"@fw 4", WF_ENCODING_SRH, WF_MODE_DYNAMIC,
		 "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:4:e001:: 5f00:0:1:f007::; 2\n",
		 "5f00:0:4:e001::; 5f00:0:a:e046:: 5f00:0:1:f008:: 5f00:0:4:e001::; 2\n"},
		/* what sees the headers gets whole ones */
		{"@fw 4", WF_ENCODING_CSID, WF_MODE_MASQUERADE,
		 "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:4:e001:: 5f00:0:1:f007::; 2\n",
		 "5f00:0:4:e001::; 5f00:0:a:e046:: 5f00:0:1:f008:: 5f00:0:4:e001::; 2\n"},
		/* six C-SIDs in a container, of which two stay together */
		{"4 4 4 4 4 @fw", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:4:4:4:4:4:0; 5f00:0:b:e046:: 5f00:0:1:f007:: 5f00:0:4:4:4:4:4:0; 2\n",
		 "5f00:0:1:f008:4:4:4:4; 5f00:0:a:e046:: 5f00:0:4:: 5f00:0:1:f008:4:4:4:4; 2\n"},
		/* the sender's own node is left out, a function on it is not */
		{"A @ids 4", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:a:f005:4::; 5f00:0:b:e046:: 5f00:0:a:f005:4::; 1\n",
		 "5f00:0:4:a:f005:a::; 5f00:0:a:e046:: 5f00:0:4:a:f005:a::; 1\n"},
		{"@ids @fw", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:a:f005:1:f007::; 5f00:0:b:e046:: 5f00:0:a:f005:1:f007::; 1\n",
		 "5f00:0:1:f008:a:f005::; 5f00:0:a:e046:: 5f00:0:1:f008:a:f005::; 1\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(cases[i].mode, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL;
		_cleanup_free_ char *there = NULL, *back = NULL;

		set_down(m, "fw2-in", true);
		put_policy(m, cases[i].encoding, cases[i].via, NULL);
		a = compile_at(m, "A");
		b = compile_at(m, "B");
		there = headers_of(a, B, 0);
		back = headers_of(b, A, 0);
		assert_string_equal(there, cases[i].there);
		assert_string_equal(back, cases[i].back);
	}
}

/* Both on B: through the firewall all the same. */
static void neighbours_go_through_the_function_too(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@fw");
	WF_CLEANUP(cleanup_image) struct wf_image *b = NULL;
	_cleanup_free_ char *there = NULL;

	set_down(m, "fw2-out", true);
	b = compile_at(m, "B");
	there = headers_of(b, B, 0);
	/* of both directions */
	assert_string_equal(there, "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:1:f007::; 1\n"
				   "5f00:0:1:f008::; 5f00:0:b:e046:: 5f00:0:1:f008::; 1\n");
}

static const struct wf_lanes *lanes_of(const struct wf_image *img, bool is_reverse)
{
	const struct wf_lanes_key key = {.tenant = RED, .policy = POLICY, .is_reverse = is_reverse};

	return wf_image_find(img, WF_TABLE_LANES, &key);
}

static void both_ends_call_a_lane_the_same(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@ids 4 @fw");
	WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A");
	WF_CLEANUP(cleanup_image) struct wf_image *b = compile_at(m, "B");
	const struct wf_lanes *there = lanes_of(a, false), *back = lanes_of(b, true);

	assert_non_null(there);
	assert_non_null(back);
	assert_int_equal(there->n, 2);
	assert_memory_equal(there, back, sizeof(*there));
	assert_int_not_equal(there->names[0], 0);
	assert_int_not_equal(there->names[0], there->names[1]);
}

/* The lane that @at has for the list of @t, whoever sent it. -1: not listed. */
static int64_t listed_lane(const struct wf_image *at, uint16_t source, const struct wf_template *t)
{
	const uint8_t *list = t->header + wf_srh_segment_off(WF_IPV6_LEN, 0);
	const struct wf_listed_key key = {
		.tenant = RED,
		.policy = POLICY,
		.source = source,
		.hash = wf_listed_hash(list, srh_of(t)->last_entry + 1u),
	};
	const struct wf_listed *listed = wf_image_find(at, WF_TABLE_LISTED, &key);

	return listed ? (int64_t)listed->lane : -1;
}

/* Each path of @from's that way to the node @to is listed at @at, as the lane that it is, for
 * packets of @source; returns how many. */
static unsigned int check_listed(const struct wf_image *from, uint16_t source, bool is_reverse,
				 const struct wf_image *at, uint16_t to)
{
	unsigned int n = 0;

	for (size_t i = 0; i < wf_image_count(from, WF_TABLE_PATH); i++) {
		const struct wf_path_key *key = wf_image_key(from, WF_TABLE_PATH, i);

		if (key->policy != POLICY || key->node != to || key->is_reverse != is_reverse ||
		    !key->lane)
			continue;
		assert_int_equal(listed_lane(at, source, wf_image_value(from, WF_TABLE_PATH, i)),
				 key->lane);
		n++;
	}
	return n;
}

static void receivers_read_the_lane_from_the_list(void **state)
{
	static const struct {
		const char *via;
		enum wf_mode mode;
		unsigned int n;
	} cases[] = {
		{"@fw", WF_MODE_DYNAMIC, 2},
		{"A @ids @fw", WF_MODE_DYNAMIC, 2},
		{"4 @fw 4", WF_MODE_MASQUERADE, 2},
		{"@ids", WF_MODE_NATIVE, 1},
		{"4 4 4 4 4 @fw @ids", WF_MODE_STATIC, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(cases[i].mode, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A");
		WF_CLEANUP(cleanup_image) struct wf_image *b = compile_at(m, "B");

		assert_int_equal(check_listed(a, A, false, b, B), cases[i].n);
		assert_int_equal(check_listed(b, B, true, a, A), cases[i].n);
	}
}

/* What is used after an instance has come or gone was accepted before. */
static void health_changes_nothing_for_receivers(void **state)
{
	static const char *const down[] = {"fw1-in", "fw1-out", "fw2-in", "ids"};
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@ids 4 @fw");
	WF_CLEANUP(cleanup_image) struct wf_image *before = compile_at(m, "B");

	for (size_t i = 0; i < sizeof(down) / sizeof(*down); i++) {
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL;

		set_down(m, down[i], true);
		a = compile_at(m, "A");
		b = compile_at(m, "B");
		check_listed(a, A, false, before, B);
		assert_int_equal(wf_image_count(b, WF_TABLE_LISTED),
				 wf_image_count(before, WF_TABLE_LISTED));
	}
}

static const struct wf_choice *choice_of(const struct wf_image *img)
{
	const struct wf_choice_key key = {.tenant = RED, .policy = POLICY, .node = B};

	return wf_image_find(img, WF_TABLE_CHOICE, &key);
}

static void without_an_instance_it_is_passed_by_or_there_is_no_way(void **state)
{
	static const char direct[] = "5f00:0:b:e046::\n",
			  by_4[] = "5f00:0:4::; 5f00:0:b:e046::; 1\n";
	static const struct {
		const char *via, *second;
		bool is_bypass;
		uint32_t n_lanes;
		int bound; /* -1: no choice */
		const char *headers;
	} cases[] = {
		{"@fw", NULL, false, 0, -1, ""},
		{"@fw", NULL, true, 1, 1, direct},
		{"4 @fw", NULL, true, 1, 1, by_4},
		/* only the other alternative has flows */
		{"@fw", "4", false, 0, 0, by_4},
		{"@unknown", NULL, true, 0, -1, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL;
		_cleanup_free_ char *headers = NULL;

		set_down(m, "fw1-out", true);
		set_down(m, "fw2-in", true);
		put_functions(m, WF_MODE_DYNAMIC, cases[i].is_bypass);
		put_policy(m, WF_ENCODING_UNSET, cases[i].via, cases[i].second);
		a = compile_at(m, "A");
		headers = headers_of(a, B, 0);
		assert_string_equal(headers, cases[i].headers);
		assert_int_equal(lanes_of(a, false) ? lanes_of(a, false)->n : 0, cases[i].n_lanes);
		if (cases[i].n_lanes)
			assert_int_equal(lanes_of(a, false)->names[0], WF_LANE_PASSED_BY);
		if (cases[i].bound < 0)
			assert_null(choice_of(a));
		else
			assert_int_equal(choice_of(a)->bound[0], cases[i].bound);
	}
}

/* The lines of the image that begin so, without the counters. */
static void assert_lines(const struct wf_image *img, const char *begin, const char *expected)
{
	_cleanup_free_ char *text = wf_image_str(img);
	struct wf_buf b = {0};
	char *rest, *line;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, begin, strlen(begin)) == 0)
			wf_buf_printf(&b, "%s\n", line);
	assert_string_equal(b.data ? b.data : "", expected);
	wf_buf_done(&b);
}

static void a_node_has_a_sid_for_each_arm(void **state)
{
	static const char sids[] =
		"sid 5f00:0:1:: = uN\n"
		"sid 5f00:0:1:e001:: = End\n"
		"sid 5f00:0:1:f007:: = End.AD tenant 1 interface 21 out 22 02:00:0a:00:01:01\n"
		"sid 5f00:0:1:f008:: = End.AD tenant 1 interface 22 out 21 02:00:0a:00:01:02\n"
		"sid 5f00:0:1:e046:: = End.DT46\n";
	static const char counters[] = "counter sid 5f00:0:1::\n"
				       "counter sid 5f00:0:1:e001::\n"
				       "counter sid 5f00:0:1:f007::\n"
				       "counter sid 5f00:0:1:f008::\n";
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@fw");
	WF_CLEANUP(cleanup_image) struct wf_image *f = compile_at(m, "F"), *down = NULL;
	WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A"), *passed = NULL;

	assert_lines(f, "sid", sids);
	assert_lines(f, "counter sid", counters);
	assert_lines(f, "port 21",
		     "port 21 = tenant 1 identity 3 sid 7 proxy End.AD 02:00:0a:00:01:01 "
		     "10.0.1.1\n");
	assert_lines(f, "port 22",
		     "port 22 = tenant 1 identity 3 sid 8 proxy End.AD 02:00:0a:00:01:02 "
		     "10.0.1.2\n");
	assert_lines(a, "sid 5f00:0:a:f",
		     "sid 5f00:0:a:f005:: = End.AD tenant 1 interface 25 02:57:65:66:74:01 "
		     "bridged\n");
	set_down(m, "fw1-out", true);
	down = compile_at(m, "F");
	assert_lines(down, "sid 5f00:0:1:f",
		     "sid 5f00:0:1:f007:: = End.AD tenant 1 02:00:0a:00:01:01 down\n"
		     "sid 5f00:0:1:f008:: = End.AD tenant 1 02:00:0a:00:01:02 down\n");
	put_functions(m, WF_MODE_NATIVE, true);
	passed = compile_at(m, "F");
	assert_lines(passed, "sid 5f00:0:1:f",
		     "sid 5f00:0:1:f007:: = End.AN tenant 1 02:00:0a:00:01:01 passed by\n"
		     "sid 5f00:0:1:f008:: = End.AN tenant 1 02:00:0a:00:01:02 passed by\n");
	assert_lines(passed, "port 22",
		     "port 22 = tenant 1 identity 3 sr-aware sid 8 proxy End.AN "
		     "02:00:0a:00:01:02 10.0.1.2\n");
}

static void a_static_function_has_the_rest_of_each_lane(void **state)
{
	static const struct {
		const char *via;
		enum wf_encoding encoding;
		const char *there, *back; /* from F on */
	} cases[] = {
		{"@fw", WF_ENCODING_CSID, "5f00:0:b:e046::; 5f00:0:b:e046:: 5f00:0:1:f007::; 0\n",
		 "5f00:0:a:e046::; 5f00:0:a:e046:: 5f00:0:1:f008::; 0\n"},
		{"A @fw 4", WF_ENCODING_CSID,
		 "5f00:0:4::; 5f00:0:b:e046:: 5f00:0:a:1:f007:4::; 1\n",
		 "5f00:0:a::; 5f00:0:a:e046:: 5f00:0:4:1:f008:a::; 1\n"},
		{"4 4 4 4 4 @fw @ids 4", WF_ENCODING_CSID,
		 "5f00:0:a:f005:4::; 5f00:0:b:e046:: 5f00:0:1:f007:a:f005:4:0 "
		 "5f00:0:4:4:4:4:4:0; 1\n",
		 "5f00:0:4::; 5f00:0:a:e046:: 5f00:0:4:4:4:4:: 5f00:0:4:a:f005:1:f008:4; 2\n"},
		{"4 @fw 4", WF_ENCODING_SRH,
		 "5f00:0:4:e001::; 5f00:0:b:e046:: 5f00:0:4:e001:: 5f00:0:1:f007:: "
		 "5f00:0:4:e001::; 1\n",
		 "5f00:0:4:e001::; 5f00:0:a:e046:: 5f00:0:4:e001:: 5f00:0:1:f008:: "
		 "5f00:0:4:e001::; 1\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(WF_MODE_STATIC, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *f = NULL, *b = NULL;
		_cleanup_free_ char *there = NULL, *back = NULL, *own = NULL;

		put_policy(m, cases[i].encoding, cases[i].via, NULL);
		f = compile_at(m, "F");
		b = compile_at(m, "B");
		there = headers_of(f, B, 7);
		back = headers_of(f, A, 8);
		own = headers_of(f, B, 0); /* nobody sends from here */
		assert_string_equal(there, cases[i].there);
		assert_string_equal(back, cases[i].back);
		assert_string_equal(own, "");
		assert_int_equal(check_listed(f, A, false, b, B), 1);
		assert_non_null(choice_of(f));
		assert_int_equal(lanes_of(f, false)->n, 2);
	}
}

/* The argument goes to where it is read: the final SID, in the list or already the destination. */
static void a_rest_tells_where_its_argument_is(void **state)
{
	static const struct {
		const char *via;
		unsigned int offset;
	} cases[] = {
		{"@fw", WF_IPV6_LEN - 8},
		{"@fw 4", WF_IPV6_LEN + WF_SRH_LEN + 8},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(WF_MODE_STATIC, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *f = compile_at(m, "F");
		unsigned int n = 0;

		for (size_t k = 0; k < wf_image_count(f, WF_TABLE_PATH); k++) {
			const struct wf_path_key *key = wf_image_key(f, WF_TABLE_PATH, k);
			const struct wf_template *t = wf_image_value(f, WF_TABLE_PATH, k);

			if (key->sid != 7)
				continue;
			assert_int_equal(t->arg_offset, cases[i].offset);
			n++;
		}
		assert_int_equal(n, 1);
	}
}

/* It sends in the name of anybody, so it needs to know what anybody may. */
static void a_static_function_knows_the_verdicts_of_all(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_STATIC, "@fw");
	WF_CLEANUP(cleanup_image)
	struct wf_image *f = compile_at(m, "F"), *b = compile_at(m, "B"), *dynamic = NULL;

	assert_int_equal(wf_image_count(f, WF_TABLE_VERDICT), wf_image_count(b, WF_TABLE_VERDICT));
	put_functions(m, WF_MODE_DYNAMIC, false);
	dynamic = compile_at(m, "F");
	assert_int_equal(wf_image_count(dynamic, WF_TABLE_VERDICT), 0);
}

static void connections_through_functions_are_tracked(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "4");
	WF_CLEANUP(cleanup_image) struct wf_image *without = compile_at(m, "A"), *with = NULL;
	const struct wf_set *set = wf_image_value(without, WF_TABLE_SET, 0);

	assert_false(set->is_tracked);
	put_policy(m, WF_ENCODING_UNSET, "4", "@fw");
	with = compile_at(m, "A");
	set = wf_image_value(with, WF_TABLE_SET, 0);
	assert_true(set->is_tracked);
}

/* On F: its two arms, and x1 to x3. */
static void who_sees_the_headers_gets_them_all(void **state)
{
	static const struct {
		enum wf_mode mode;
		uint32_t mtu;
	} cases[] = {
		{WF_MODE_DYNAMIC, 1500 - 80},
		{WF_MODE_STATIC, 1500 - 80},
		{WF_MODE_MASQUERADE, 1500},
		{WF_MODE_NATIVE, 1500},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(cases[i].mode, "@fw");
		WF_CLEANUP(cleanup_image) struct wf_image *f = compile_at(m, "F");
		WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A");
		const struct wf_image_mtu *mtus;
		size_t n;

		mtus = wf_image_mtus(f, &n);
		assert_int_equal(n, 5);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(mtus[k].mtu, cases[i].mtu);
		mtus = wf_image_mtus(a, &n);
		assert_int_equal(n, 2);
		assert_int_equal(mtus[0].mtu, 1500 - 80); /* of ids */
		assert_int_equal(mtus[1].mtu, 1500 - 80);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_visit_node_and_instance),
		cmocka_unit_test(neighbours_go_through_the_function_too),
		cmocka_unit_test(both_ends_call_a_lane_the_same),
		cmocka_unit_test(receivers_read_the_lane_from_the_list),
		cmocka_unit_test(health_changes_nothing_for_receivers),
		cmocka_unit_test(without_an_instance_it_is_passed_by_or_there_is_no_way),
		cmocka_unit_test(a_node_has_a_sid_for_each_arm),
		cmocka_unit_test(a_static_function_has_the_rest_of_each_lane),
		cmocka_unit_test(a_rest_tells_where_its_argument_is),
		cmocka_unit_test(a_static_function_knows_the_verdicts_of_all),
		cmocka_unit_test(connections_through_functions_are_tracked),
		cmocka_unit_test(who_sees_the_headers_gets_them_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
