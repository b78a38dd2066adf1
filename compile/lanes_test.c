// SPDX-License-Identifier: Apache-2.0
/* Tenant red: functions fw (one arm) and ids; their instances are put by each test. */
#include "compile/wish_test.h"

#include "compile/lanes.h"

static void put_function(struct wf_model *m, const char *name, bool is_bypass)
{
	char labels[32];

	snprintf(labels, sizeof(labels), "app=%s", name);
	wish_function(m, &(struct wish_function){.tenant = "red",
						 .name = name,
						 .instances = labels,
						 .in = "eth0",
						 .out = "eth0",
						 .is_bypass = is_bypass});
}

static void put_instance(struct wf_model *m, const char *function, unsigned int sid, bool is_down)
{
	char name[32], addr[32], labels[32];

	snprintf(name, sizeof(name), "%s%u", function, sid);
	snprintf(addr, sizeof(addr), "10.%u.0.%u", (unsigned char)function[0], sid);
	snprintf(labels, sizeof(labels), "app=%s", function);
	wish_arm(m, &(struct wish_arm){.tenant = "red",
				       .name = name,
				       .node = sid % 2 ? "1" : "2",
				       .addr = addr,
				       .labels = labels,
				       .ifname = "eth0",
				       .identity = (unsigned char)function[0],
				       .sid = (uint16_t)sid,
				       .netns = sid,
				       .is_down = is_down});
}

static void remove_instance(struct wf_model *m, const char *name)
{
	assert_int_equal(wf_model_remove(m, WF_KIND_ENDPOINT, "red", name), 0);
}

static struct wf_model *make(bool fw_is_bypass, bool ids_is_bypass)
{
	struct wf_model *m = wf_model_new();

	wish_node(m, "1", 1);
	wish_node(m, "2", 2);
	wish_tenant(m, "red", 1, WF_ENCODING_UNSET);
	put_function(m, "fw", fw_is_bypass);
	put_function(m, "ids", ids_is_bypass);
	return m;
}

/* Names, as numbers. */
struct names {
	uint32_t items[WF_LANES_MAX];
	unsigned int n;
};

/* "fw1 ids2, fw3 -": the lanes by their instances, each '-' passed by; sorted as they come. */
static char *lanes_str(const struct wf_model *m, const char *via, enum wf_lane_kind kind,
		       struct names *ret)
{
	struct wf_functions functions = {0};
	struct wf_lane_list lanes = {0};
	char *text = calloc(1, 8192);
	struct wf_path path;

	wish_path(&path, via, 1);
	assert_int_equal(wf_functions_of(m, NULL, "red", &functions), 0);
	assert_int_equal(wf_lanes_find(&functions, &path, kind, &lanes), 0);
	*ret = (struct names){.n = (unsigned int)lanes.lanes.n};
	for (unsigned int i = 0; i < ret->n; i++) {
		const struct wf_lane *lane = &lanes.lanes.items[i];

		ret->items[i] = lane->name;
		strcat(text, i ? ", " : "");
		for (unsigned int k = 0; k < path.n_via; k++)
			if (path.is_function[k])
				sprintf(text + strlen(text), "%s%s", k ? " " : "",
					lane->at[k] ? lane->at[k]->in->name : "-");
	}
	wf_lanes_done(&lanes);
	wf_functions_done(&functions);
	return text;
}

static bool have(const struct names *names, uint32_t name)
{
	for (unsigned int i = 0; i < names->n; i++)
		if (names->items[i] == name)
			return true;
	return false;
}

/* All of @few, which are @n, are among @many. */
static void assert_subset(const struct names *few, const struct names *many, unsigned int n)
{
	assert_int_equal(few->n, n);
	for (unsigned int i = 0; i < n; i++)
		assert_true(have(many, few->items[i]));
}

static void a_lane_is_a_choice_of_instances(void **state)
{
	static const struct {
		const char *via;
		bool is_down, fw_is_bypass, ids_is_bypass;
		unsigned int n_up;
		const char *up; /* NULL: by number only */
		unsigned int n_possible;
	} cases[] = {
		{"", false, false, false, 1, "", 1},
		{"1 2", false, false, false, 1, "", 1},
		{"@fw", false, false, false, 2, NULL, 2},
		{"@ids", false, false, false, 1, "ids7", 1},
		{"@fw 1 @ids", false, false, false, 2, NULL, 2},
		{"@fw @ids", true, false, true, 2, NULL, 4},
		{"@ids", true, false, true, 1, "-", 2},
		{"@ids", true, false, false, 0, "", 1},
		{"@fw @ids", true, true, false, 0, "", 3},
		{"@unknown", false, false, false, 0, "", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make(cases[i].fw_is_bypass, cases[i].ids_is_bypass);
		_cleanup_free_ char *up = NULL, *possible = NULL;
		struct names now, then;

		put_instance(m, "fw", 1, false);
		put_instance(m, "fw", 2, false);
		put_instance(m, "ids", 7, cases[i].is_down);
		up = lanes_str(m, cases[i].via, WF_LANES_UP, &now);
		if (cases[i].up)
			assert_string_equal(up, cases[i].up);
		possible = lanes_str(m, cases[i].via, WF_LANES_POSSIBLE, &then);
		assert_int_equal(then.n, cases[i].n_possible);
		assert_subset(&now, &then, cases[i].n_up);
	}
}

static void an_instance_lost_takes_only_its_lanes(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make(false, false);
	_cleanup_free_ char *all = NULL, *fewer = NULL, *more = NULL;
	struct names before, lost, come;

	for (unsigned int i = 1; i <= 4; i++)
		put_instance(m, "fw", i, false);
	for (unsigned int i = 5; i <= 8; i++)
		put_instance(m, "ids", i, false);
	all = lanes_str(m, "@fw @ids", WF_LANES_UP, &before);
	assert_int_equal(before.n, 16);
	put_instance(m, "fw", 2, true);
	fewer = lanes_str(m, "@fw @ids", WF_LANES_UP, &lost);
	assert_subset(&lost, &before, 12);
	assert_null(strstr(fewer, "fw2"));
	put_instance(m, "fw", 2, false);
	put_instance(m, "ids", 9, false);
	more = lanes_str(m, "@fw @ids", WF_LANES_UP, &come);
	assert_int_equal(come.n, 20);
	assert_subset(&before, &come, 16);
	remove_instance(m, "ids9");
	free(more);
	more = lanes_str(m, "@fw @ids", WF_LANES_UP, &come);
	assert_subset(&come, &before, 16);
}

static void names_tell_order_and_place(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make(false, false);
	_cleanup_free_ char *a = NULL, *b = NULL, *c = NULL;
	struct names one, two, both;

	put_instance(m, "fw", 1, false);
	put_instance(m, "ids", 7, false);
	a = lanes_str(m, "@fw @ids", WF_LANES_UP, &one);
	b = lanes_str(m, "@ids @fw", WF_LANES_UP, &two);
	c = lanes_str(m, "2 @fw 1 2 @ids", WF_LANES_UP, &both); /* nodes between say nothing */
	assert_int_not_equal(one.items[0], two.items[0]);
	assert_int_equal(one.items[0], both.items[0]);
}

/* 12 x 12: all instances of both get a part, and one more or less changes few lanes. */
static void of_too_many_lanes_a_stable_part_is_taken(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make(false, false);
	_cleanup_free_ char *all = NULL, *fewer = NULL;
	struct names before, lost;
	unsigned int n_kept = 0, n_used = 0;

	for (unsigned int i = 1; i <= 12; i++) {
		put_instance(m, "fw", i, false);
		put_instance(m, "ids", 100 + i, false);
	}
	all = lanes_str(m, "@fw @ids", WF_LANES_UP, &before);
	assert_in_range(before.n, WF_LANES_MAX / 2, WF_LANES_MAX);
	for (unsigned int i = 1; i <= 12; i++) {
		char name[16];

		snprintf(name, sizeof(name), "fw%u ", i);
		n_used += strstr(all, name) != NULL;
		snprintf(name, sizeof(name), "ids%u", 100 + i);
		n_used += strstr(all, name) != NULL;
	}
	assert_in_range(n_used, 23, 24);
	put_instance(m, "fw", 5, true);
	fewer = lanes_str(m, "@fw @ids", WF_LANES_UP, &lost);
	for (unsigned int i = 0; i < before.n; i++)
		n_kept += have(&lost, before.items[i]);
	assert_in_range(n_kept, before.n - 16, before.n - 1);
	assert_null(strstr(fewer, "fw5 "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lane_is_a_choice_of_instances),
		cmocka_unit_test(an_instance_lost_takes_only_its_lanes),
		cmocka_unit_test(names_tell_order_and_place),
		cmocka_unit_test(of_too_many_lanes_a_stable_part_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
