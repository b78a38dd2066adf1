// SPDX-License-Identifier: Apache-2.0
#include "compile/wish_test.h"

#include "compile/zones.h"

#define MOST 8

/* Policies that name these prefixes; a tenant that has those. */
struct named {
	struct wf_object policies[MOST], *pointers[MOST];
	struct wf_tenant tenant;
	size_t n;
};

static void add_prefix(struct named *n, const struct wf_prefix *p, bool is_own)
{
	struct wf_object *o = &n->policies[n->n];

	if (is_own) {
		n->tenant.prefixes[n->tenant.n_prefixes++] = *p;
		return;
	}
	memset(o, 0, sizeof(*o));
	o->policy.id = 1;
	o->policy.to = (struct wf_selector){.type = WF_SELECT_PREFIX, .prefix = *p};
	n->pointers[n->n++] = o;
}

static void add_text(struct named *n, const char *text, bool is_own)
{
	char words[256], *rest, *word;
	struct wf_prefix p;

	snprintf(words, sizeof(words), "%s", text);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_int_equal(wf_prefix_parse(word, &p), 0);
		add_prefix(n, &p, is_own);
	}
}

static void an_address_is_in_the_smallest_zone_that_holds_it(void **state)
{
	static const struct {
		const char *named, *own, *addr;
		uint32_t number;
		bool is_inside;
	} cases[] = {
		{"", "10.0.0.0/16", "10.0.0.1", 0, true},
		{"", "10.0.0.0/16", "10.1.0.1", 0, false},
		{"10.0.0.0/24", "10.0.0.0/16", "10.0.0.1", 1, true},
		{"10.0.0.0/24", "10.0.0.0/16", "10.0.1.1", 0, true},
		/* numbers rise with the prefix, and each has one, however often it is named */
		{"10.0.1.0/24 10.0.0.0/24 10.0.1.0/24", "", "10.0.1.1", 2, false},
		{"10.0.0.0/24 10.0.0.0/16", "", "10.0.0.1", 2, false},
		{"10.0.0.0/24 10.0.0.0/16", "", "10.0.1.1", 1, false},
		/* the tenant's own within a named one keeps its number */
		{"10.0.0.0/8", "10.0.0.0/16", "10.0.0.1", 1, true},
		{"10.0.0.0/8", "10.0.0.0/16", "10.1.0.1", 1, false},
		{"10.0.0.0/8 10.0.5.0/24", "10.0.0.0/16", "10.0.5.1", 2, true},
		{"10.0.0.0/16", "10.0.0.0/16", "10.0.0.1", 1, true},
		/* families do not mix */
		{"::/0", "", "fd00::1", 1, false},
		{"::/0", "", "10.0.0.1", 0, false},
		{"::/0 0.0.0.0/0", "", "10.0.0.1", 2, false},
		{"::/0 10.0.0.0/8", "", "fd00::1", 1, false},
		{"::/0 10.0.0.0/8", "", "::2", 1, false},
		{"::/0 10.0.0.0/8", "", "11.0.0.1", 0, false},
		{"0.0.0.0/0", "10.0.0.0/8 fd00::/16", "fd00::1", 0, true},
		{"10.0.0.0/8", "::/0", "10.0.0.1", 1, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct named named = {.n = 0};
		const struct wf_zone *zone;
		struct wf_zones z;
		struct wf_addr a;

		add_text(&named, cases[i].named, false);
		add_text(&named, cases[i].own, true);
		assert_int_equal(wf_addr_parse(cases[i].addr, &a), 0);
		assert_int_equal(wf_zones_of(&named.tenant, named.pointers, named.n, &z), 0);
		zone = wf_zones_find(&z, &a);
		assert_int_equal(zone ? zone->value & WF_ZONE_NUMBER : 0, cases[i].number);
		assert_int_equal(zone && zone->value & WF_ZONE_INSIDE, cases[i].is_inside);
		wf_zones_done(&z);
	}
}

/* Few values for each byte and all lengths, so that many lie inside one another. */
static struct wf_prefix random_prefix(unsigned int *seed)
{
	const bool is_v4 = rand_r(seed) / 7 % 2;
	struct wf_prefix p = {.len = (uint8_t)(rand_r(seed) / 7 % 25)};
	const int at = is_v4 ? 12 : 0;

	if (is_v4)
		assert_int_equal(wf_addr_parse("0.0.0.0", &p.addr), 0);
	for (int i = 0; i < 3; i++)
		p.addr.bytes[at + i] = (uint8_t)(rand_r(seed) / 7 % 3 * 0x41);
	p.len += is_v4 ? 96 : 0;
	wf_addr_mask(&p.addr, p.len);
	return p;
}

/* The longest of the prefixes of the same family that has the address. */
static const struct wf_prefix *find_slowly(const struct named *n, const struct wf_addr *a)
{
	const struct wf_prefix *best = NULL;

	for (size_t i = 0; i < n->n; i++) {
		const struct wf_prefix *p = &n->policies[i].policy.to.prefix;

		if (wf_prefix_is_v4(p) == wf_addr_is_v4(a) && wf_prefix_has(p, a) &&
		    (!best || p->len > best->len))
			best = p;
	}
	return best;
}

static bool is_inside(const struct wf_tenant *t, const struct wf_addr *a)
{
	for (unsigned int i = 0; i < t->n_prefixes; i++)
		if (wf_prefix_is_v4(&t->prefixes[i]) == wf_addr_is_v4(a) &&
		    wf_prefix_has(&t->prefixes[i], a))
			return true;
	return false;
}

static const struct wf_zone *numbered(const struct wf_zones *z, uint32_t number)
{
	for (size_t i = 0; i < z->n; i++)
		if (z->items[i].is_named && (z->items[i].value & WF_ZONE_NUMBER) == number)
			return &z->items[i];
	return NULL;
}

static size_t check_address(const struct named *named, const struct wf_zones *z,
			    const struct wf_addr *a)
{
	const struct wf_prefix *wanted = find_slowly(named, a);
	const struct wf_zone *zone = wf_zones_find(z, a);
	uint32_t number = zone ? zone->value & WF_ZONE_NUMBER : 0;

	assert_int_equal(zone && zone->value & WF_ZONE_INSIDE, is_inside(&named->tenant, a));
	assert_int_equal(!wanted, !number);
	if (wanted)
		assert_int_equal(wf_prefix_cmp(&numbered(z, number)->prefix, wanted), 0);
	return wanted != NULL;
}

/* Those inside a prefix are the named ones that a look at all of them finds. */
static void check_inside(const struct named *named, const struct wf_zones *z,
			 const struct wf_prefix *p)
{
	size_t n, first = wf_zones_inside(z, p, &n), n_found = 0, n_wanted = 0;

	for (size_t i = 0; i < z->n; i++) {
		const struct wf_zone *zone = &z->items[i];
		bool is_of = zone->is_named &&
			     wf_prefix_is_v4(&zone->prefix) == wf_prefix_is_v4(p) &&
			     zone->prefix.len >= p->len && wf_prefix_has(p, &zone->prefix.addr);

		n_wanted += is_of;
		n_found += is_of && i >= first && i < first + n;
	}
	assert_int_equal(n_found, n_wanted);
	assert_true(n_wanted > 0);
}

static void zones_are_what_a_look_at_all_prefixes_finds(void **state)
{
	unsigned int seed = 1;
	size_t n_found = 0;

	for (int round = 0; round < 1000; round++) {
		struct named named = {.n = 0};
		struct wf_zones z;

		for (int i = 0; i < MOST; i++) {
			struct wf_prefix p = random_prefix(&seed);

			add_prefix(&named, &p, i < 3);
		}
		assert_int_equal(wf_zones_of(&named.tenant, named.pointers, named.n, &z), 0);
		for (int i = 0; i < 10; i++) {
			struct wf_prefix p = random_prefix(&seed);

			n_found += check_address(&named, &z, &p.addr);
		}
		for (size_t i = 0; i < named.n; i++)
			check_inside(&named, &z, &named.policies[i].policy.to.prefix);
		wf_zones_done(&z);
	}
	assert_in_range(n_found, 2000, 9000); /* it was not all about nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_in_the_smallest_zone_that_holds_it),
		cmocka_unit_test(zones_are_what_a_look_at_all_prefixes_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
