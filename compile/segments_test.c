// SPDX-License-Identifier: Apache-2.0
#include "compile/wish_test.h"

#include "base/buf.h"
#include "compile/segments.h"
#include "compile/template.h"

static struct wf_model *make_nodes(void)
{
	struct wf_model *m = wf_model_new();
	char name[8];

	for (uint16_t i = 1; i <= 16; i++) {
		snprintf(name, sizeof(name), "%u", i);
		wish_node(m, name, i);
	}
	wish_router(m, "R", "2001:db8::e");
	wish_node(m, "new", 0);
	return m;
}

/* "sid sid sid", or "none" if a waypoint has no SID. */
static char *segments_str(const struct wf_model *m, const char *via, enum wf_encoding encoding,
			  bool is_reverse, const char *self)
{
	struct wf_nodes nodes = wf_nodes_of(m);
	struct wf_waypoints waypoints;
	struct wf_segments segments;
	struct wf_buf b = {0};
	char text[WF_ADDR_STR_MAX];
	struct wf_path path;
	const struct wf_course course = {&path, NULL, is_reverse, self};
	struct wf_addr a;

	wish_path(&path, via, 1);
	if (wf_waypoints_find(&nodes, &course, &waypoints) == -ENOENT)
		return strdup("none");
	wf_segments_make(&waypoints, encoding, 0x5f000000, 9, &segments);
	for (unsigned int i = 0; i < segments.n; i++) {
		memcpy(a.bytes, segments.sids[i], 16);
		wf_buf_printf(&b, "%s%s", i ? " " : "", wf_addr_str(&a, text));
	}
	return wf_buf_take(&b);
}

static void waypoints_become_these_segments(void **state)
{
	static const struct {
		const char *via, *csid, *srh;
	} cases[] = {
		{"", "5f00:0:9:e046::", "5f00:0:9:e046::"},
		{"1 4",
		 "5f00:0:1:4:: 5f00:0:9:e046::", "5f00:0:1:e001:: 5f00:0:4:e001:: 5f00:0:9:e046::"},
		/* as written: one twice, and the end itself */
		{"1 1 9", "5f00:0:1:1:9:: 5f00:0:9:e046::",
		 "5f00:0:1:e001:: 5f00:0:1:e001:: 5f00:0:9:e001:: 5f00:0:9:e046::"},
		/* a foreign router ends the run */
		{"R", "2001:db8::e 5f00:0:9:e046::", "2001:db8::e 5f00:0:9:e046::"},
		{"1 2 R 3 4", "5f00:0:1:2:: 2001:db8::e 5f00:0:3:4:: 5f00:0:9:e046::",
		 "5f00:0:1:e001:: 5f00:0:2:e001:: 2001:db8::e 5f00:0:3:e001:: 5f00:0:4:e001:: "
		 "5f00:0:9:e046::"},
		{"1 2 3 4 5 6 R", "5f00:0:1:2:3:4:5:6 2001:db8::e 5f00:0:9:e046::",
		 "5f00:0:1:e001:: 5f00:0:2:e001:: 5f00:0:3:e001:: 5f00:0:4:e001:: "
		 "5f00:0:5:e001:: 5f00:0:6:e001:: 2001:db8::e 5f00:0:9:e046::"},
		{"1 new 2", "none", "none"},
		{"1 gone", "none", "none"},
	};
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_nodes();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *csid = segments_str(m, cases[i].via, WF_ENCODING_CSID, false,
							 NULL);
		_cleanup_free_ char *srh = segments_str(m, cases[i].via, WF_ENCODING_SRH, false,
							NULL);

		assert_string_equal(csid, cases[i].csid);
		assert_string_equal(srh, cases[i].srh);
	}
}

static void leading_waypoints_at_home_are_left_out_others_kept(void **state)
{
	static const struct {
		const char *via, *self;
		bool is_reverse;
		const char *expected;
	} cases[] = {
		{"1 4", "1", false, "5f00:0:4:: 5f00:0:9:e046::"},
		{"1 1 4 1", "1", false, "5f00:0:4:1:: 5f00:0:9:e046::"},
		{"1 1", "1", false, "5f00:0:9:e046::"},
		{"4 1", "1", false, "5f00:0:4:1:: 5f00:0:9:e046::"},
		{"4 1", "1", true, "5f00:0:4:: 5f00:0:9:e046::"},
		{"1 2 3", NULL, true, "5f00:0:3:2:1:: 5f00:0:9:e046::"},
	};
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_nodes();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *got = segments_str(m, cases[i].via, WF_ENCODING_CSID,
							cases[i].is_reverse, cases[i].self);

		assert_string_equal(got, cases[i].expected);
	}
}

static void headers_are_as_long_as_the_design_says(void **state)
{
	static const unsigned int csid[] = {40, 64, 64, 64, 64, 64, 64, 80, 80,
					    80, 80, 80, 80, 96, 96, 96, 96};
	static const struct wf_extras none;

	for (unsigned int n = 0; n <= WF_VIA_MAX; n++) {
		struct wf_waypoints waypoints = {.n = n};
		struct wf_segments segments;

		for (unsigned int i = 0; i < n; i++)
			waypoints.items[i].node.id = 7;
		wf_segments_make(&waypoints, WF_ENCODING_CSID, 0, 1, &segments);
		assert_int_equal(wf_template_bytes(segments.n, &none), csid[n]);
		wf_segments_make(&waypoints, WF_ENCODING_SRH, 0, 1, &segments);
		assert_int_equal(wf_template_bytes(segments.n, &none), n ? 48 + 16 * n : 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waypoints_become_these_segments),
		cmocka_unit_test(leading_waypoints_at_home_are_left_out_others_kept),
		cmocka_unit_test(headers_are_as_long_as_the_design_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
