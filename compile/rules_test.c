// SPDX-License-Identifier: Apache-2.0
/* The image's rules against docs/policies.md, done the slow and obvious way for each pair. */
#include "compile/random_test.h"

#include "compile/rules.h"

#define N_CRITERIA 4

static int specificity(const struct wf_selector *s)
{
	switch (s->type) {
	case WF_SELECT_PREFIX:
		return 100 + s->prefix.len;
	case WF_SELECT_LABELS:
		return (int)s->labels.n;
	default:
		return 0;
	}
}

/* How well does a policy suit a pair? False: not at all. Bigger is better, first criterion first.
 */
static bool suits(const struct wf_selector *from, const struct wf_selector *to, bool is_reverse,
		  const struct wf_endpoint *a, const struct wf_endpoint *b, int ret[N_CRITERIA])
{
	int f = specificity(from), t = specificity(to);

	ret[0] = f && t ? 3 : f ? 2 : t ? 1 : 0;
	ret[1] = f;
	ret[2] = t;
	ret[3] = !is_reverse;
	return wf_selector_matches(from, a) && wf_selector_matches(to, b);
}

static bool is_better(const int a[N_CRITERIA], const int b[N_CRITERIA])
{
	for (int i = 0; i < N_CRITERIA; i++)
		if (a[i] != b[i])
			return a[i] > b[i];
	return false; /* the one with the lesser name came first */
}

static struct wf_rule best_rule(const struct wf_model *m, const struct wf_endpoint *a,
				const struct wf_endpoint *b)
{
	int best[N_CRITERIA] = {-1}, now[N_CRITERIA];
	struct wf_object *const *policies;
	struct wf_rule rule = {0};
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, "red", &n);
	for (size_t i = 0; i < n; i++) {
		const struct wf_policy *p = &policies[i]->policy;

		for (int reverse = 0; reverse <= p->is_symmetric; reverse++) {
			if (!suits(reverse ? &p->to : &p->from, reverse ? &p->from : &p->to,
				   reverse, a, b, now) ||
			    !is_better(now, best))
				continue;
			memcpy(best, now, sizeof(best));
			rule.policy = p->id;
			rule.is_reverse = (uint8_t)reverse;
		}
	}
	return rule;
}

static const void *find(const void *img, enum wf_table t, const void *key)
{
	return wf_image_find(img, t, key);
}

static void check_pair(const struct random_wish *w, const struct wf_image *img,
		       const struct wf_port *port, const struct wf_endpoint *from,
		       const struct wf_endpoint *to, size_t n_ruled[2])
{
	struct wf_rule wanted = best_rule(w->model, from, to);

	for (unsigned int i = 0; i < to->n_addrs; i++) {
		struct wf_dest_key key = {.tenant = 300};
		const struct wf_dest *dest;
		const struct wf_rule *rule;

		memcpy(key.addr, to->addrs[i].bytes, 16);
		dest = wf_image_find(img, WF_TABLE_DEST, &key);
		assert_non_null(dest);
		rule = random_rule(find, img, port->class, dest->class);
		assert_int_equal(rule ? rule->policy : 0, wanted.policy);
		assert_int_equal(rule ? rule->is_reverse : 0, wanted.is_reverse);
		n_ruled[!!rule]++;
		random_check_whole(find, img, port, dest);
	}
}

static void every_pair_takes_the_policy_that_the_precedence_says(void **state)
{
	size_t n_ruled[2] = {0};
	unsigned int seed = 1;

	for (int round = 0; round < 80; round++) {
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		struct wf_object *const *endpoints;
		struct random_wish w;
		size_t n;

		random_wish_init(&w, &seed);
		img = wish_compile(w.model, &w.here);
		endpoints = wf_model_range(w.model, WF_KIND_ENDPOINT, "red", &n);
		for (size_t p = 0; p < w.here.n_ports; p++) {
			uint32_t ifindex = (uint32_t)w.ports[p].ifindex;
			const struct wf_port *port = wf_image_find(img, WF_TABLE_PORT, &ifindex);
			const struct wf_object *from = wf_model_find(w.model, WF_KIND_ENDPOINT,
								     "red", w.ports[p].name);

			assert_non_null(port);
			for (size_t i = 0; i < n; i++)
				check_pair(&w, img, port, &from->endpoint, &endpoints[i]->endpoint,
					   n_ruled);
		}
		wf_model_free(w.model);
	}
	assert_true(n_ruled[0] > 100 && n_ruled[1] > 500);
}

/* The order of two policies "a" and "b" that match the same pair. */
static void the_more_specific_goes_before(void **state)
{
	static const struct {
		const char *first_from, *first_to, *then_from, *then_to;
		const char *first, *then; /* names */
		bool is_first_reverse, is_then_reverse;
	} cases[] = {
		/* both sides, only from, only to, none */
		{"app=a", "app=b", "10.0.0.0/8", "any", "b", "a", false, false},
		{"app=a", "any", "any", "10.0.0.0/8", "b", "a", false, false},
		{"any", "app=a", "any", "any", "b", "a", false, false},
		/* then the more specific from: a prefix before labels, the longer, the more */
		{"10.0.0.0/8", "app=a", "app=a,tier=x", "10.0.0.1/32", "b", "a", false, false},
		{"10.1.0.0/16", "app=a", "10.0.0.0/8", "10.0.0.1/32", "b", "a", false, false},
		{"app=a,tier=x", "app=a", "app=a", "10.0.0.1/32", "b", "a", false, false},
		/* then to, then as written before mirrored, then the name */
		{"app=a", "10.0.0.0/8", "app=b", "app=a,tier=x", "b", "a", false, false},
		{"app=a", "app=b", "app=b", "app=a", "b", "a", false, true},
		{"app=a", "app=b", "app=b", "app=a", "a", "b", false, false},
		{"any", "any", "any", "any", "a", "b", true, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_object first_object = {.name = (char *)cases[i].first};
		struct wf_object then_object = {.name = (char *)cases[i].then};
		struct wf_selector s[4] = {0};
		struct wf_ruling first = {.object = &first_object, .from = &s[0], .to = &s[1]};
		struct wf_ruling then = {.object = &then_object, .from = &s[2], .to = &s[3]};

		wish_selector(&s[0], cases[i].first_from);
		wish_selector(&s[1], cases[i].first_to);
		wish_selector(&s[2], cases[i].then_from);
		wish_selector(&s[3], cases[i].then_to);
		first.is_reverse = cases[i].is_first_reverse;
		then.is_reverse = cases[i].is_then_reverse;
		assert_true(wf_ruling_cmp(&first, &then) < 0);
		assert_true(wf_ruling_cmp(&then, &first) > 0);
		for (int k = 0; k < 4; k++)
			wf_labels_done(&s[k].labels);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_takes_the_policy_that_the_precedence_says),
		cmocka_unit_test(the_more_specific_goes_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
