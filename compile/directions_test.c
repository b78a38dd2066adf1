// SPDX-License-Identifier: Apache-2.0
#include "compile/wish_test.h"

#include "compile/directions.h"

/* A direction by itself. */
struct sample {
	char name[8];
	struct wf_object object;
	struct wf_selector selectors[2];
	struct wf_selection selections[2];
	struct wf_direction direction;
};

/* @text: "name from to", and perhaps "reverse", "ports" or "reverse,ports". */
static void sample_init(struct sample *s, const char *text)
{
	char from[64], to[64], what[64] = "";

	memset(s, 0, sizeof(*s));
	assert_in_range(sscanf(text, "%7s %63s %63s %63s", s->name, from, to, what), 3, 4);
	s->object.name = s->name;
	s->object.policy.n_ports = strstr(what, "ports") != NULL;
	wish_selector(&s->selectors[0], from);
	wish_selector(&s->selectors[1], to);
	s->selections[0].selector = &s->selectors[0];
	s->selections[1].selector = &s->selectors[1];
	s->direction = (struct wf_direction){.object = &s->object,
					     .from = &s->selections[0],
					     .to = &s->selections[1],
					     .is_reverse = strstr(what, "reverse") != NULL};
}

static void sample_done(struct sample *s)
{
	wf_labels_done(&s->selectors[0].labels);
	wf_labels_done(&s->selectors[1].labels);
}

static void the_more_specific_goes_before(void **state)
{
	static const struct {
		const char *first, *then;
	} cases[] = {
		/* both sides, only from, only to, none */
		{"b app=a app=b", "a 10.0.0.0/8 any"},
		{"b app=a any", "a any 10.0.0.0/8"},
		{"b any app=a", "a any any"},
		{"b tenant/x any", "a any 10.0.0.1/32"},
		{"b internet any", "a any 10.0.0.1/32"},
		/* then the more specific from: the longer prefix, the more labels, a tenant */
		{"b 10.0.0.0/8 app=a", "a app=a,tier=x 10.0.0.1/32"},
		{"b ::/0 app=a", "a app=a,tier=x 10.0.0.1/32"},
		{"b 10.1.0.0/16 app=a", "a 10.0.0.0/8 10.0.0.1/32"},
		{"b app=a,tier=x app=a", "a app=a 10.0.0.1/32"},
		{"b app=a app=a", "a tenant/x 10.0.0.1/32"},
		{"b tenant/x/app=a app=a", "a tenant/x 10.0.0.1/32"},
		{"b tenant/x/app=a,b=c app=a", "a tenant/x/app=a 10.0.0.1/32"},
		/* then to */
		{"b app=a 10.0.0.0/8", "a app=b app=a,tier=x"},
		/* then one with ports, then as written before mirrored, then the name */
		{"b app=a app=b ports", "a app=a app=b"},
		{"b app=a app=b reverse,ports", "a app=a app=b"},
		{"b app=a app=b", "a app=b app=a reverse"},
		{"a app=a app=b", "b app=b app=a"},
		{"a any any reverse", "b any any reverse"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sample first, then;

		sample_init(&first, cases[i].first);
		sample_init(&then, cases[i].then);
		assert_true(wf_direction_cmp(&first.direction, &then.direction) < 0);
		assert_true(wf_direction_cmp(&then.direction, &first.direction) > 0);
		sample_done(&first);
		sample_done(&then);
	}
}

static int kind_of(const char *selector)
{
	return strcmp(selector, "any") == 0 ? 2 : strchr(selector, '.') ? 0 : 1;
}

/* The lists in the order in which the data path looks them up. */
static int look_up_of(const char *from, const char *to)
{
	static const int order[3][3] = {/* to: zone, id, any */
					{0, 1, 4},
					{2, 3, 5},
					{6, 7, 8}};

	return order[kind_of(from)][kind_of(to)];
}

/* Of two that stand in different lists, the data path knows ranks and the order of the lists. */
static void rank_and_order_of_look_ups_say_what_the_precedence_does(void **state)
{
	static const char *const selectors[] = {"any",	      "app=a",		"app=a,tier=x",
						"tenant/x",   "tenant/x/app=a", "internet",
						"10.0.0.0/8", "10.0.0.0/24"};
	const int n = sizeof(selectors) / sizeof(*selectors);
	unsigned int n_compared = 0;

	for (int i = 0; i < n * n * n * n; i++) {
		const char *const *s = selectors;
		const int first = look_up_of(s[i % n], s[i / n % n]);
		const int then = look_up_of(s[i / n / n % n], s[i / n / n / n]);
		char a[128], b[128];
		struct sample x, y;
		int by_rank;

		if (first == then)
			continue;
		snprintf(a, sizeof(a), "a %s %s", s[i % n], s[i / n % n]);
		snprintf(b, sizeof(b), "b %s %s", s[i / n / n % n], s[i / n / n / n]);
		sample_init(&x, a);
		sample_init(&y, b);
		by_rank = wf_direction_rank(&y.direction) - wf_direction_rank(&x.direction);
		if (!by_rank)
			by_rank = first - then;
		assert_int_equal(by_rank < 0, wf_direction_cmp(&x.direction, &y.direction) < 0);
		assert_true(wf_direction_rank(&x.direction) > 0);
		sample_done(&x);
		sample_done(&y);
		n_compared++;
	}
	assert_true(n_compared > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_more_specific_goes_before),
		cmocka_unit_test(rank_and_order_of_look_ups_say_what_the_precedence_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
