// SPDX-License-Identifier: Apache-2.0
#include "compile/wish_test.h"

#include "base/buf.h"
#include "compile/hash.h"
#include "compile/image_put.h"
#include "compile/ranges.h"

#define MOST_SPEAKERS 8

/* Policies of one pair of sides, highest precedence first; their ids are 1, 2, ... */
struct choir {
	struct wf_object objects[MOST_SPEAKERS];
	struct wf_direction directions[MOST_SPEAKERS];
	const struct wf_direction *speakers[MOST_SPEAKERS];
	size_t n;
};

static const struct wf_selector any = {.type = WF_SELECT_ANY};
static const struct wf_selection anybody = {.selector = &any};

/* "allow tcp/80", "deny", "mirror". */
static void add_speaker(struct choir *c, const char *text)
{
	struct wf_object *o = &c->objects[c->n];
	struct wf_direction *d = &c->directions[c->n];
	const char *ports = strchr(text, ' ');

	memset(o, 0, sizeof(*o));
	o->policy.id = (uint16_t)(c->n + 1);
	o->policy.is_deny = strncmp(text, "deny", 4) == 0;
	if (ports)
		wish_ports(&o->policy, ports);
	*d = (struct wf_direction){.object = o,
				   .from = &anybody,
				   .to = &anybody,
				   .is_reverse = strcmp(text, "mirror") == 0};
	c->speakers[c->n++] = d;
}

static char *text_of(const struct wf_ranges *ranges)
{
	const uint64_t number = 0;
	struct wf_buf b = {0};

	wf_put_ranges(&b, &number, ranges);
	return wf_buf_take(&b);
}

static void what_is_said_of_each_port(void **state)
{
	static const struct {
		const char *said[MOST_SPEAKERS], *text;
	} cases[] = {
		{{"allow"}, "to 255/65535 allow by 1 way 1 rank 1.0"},
		{{"deny"}, "to 255/65535 deny by 1"},
		{{"mirror"}, "to 255/65535 none way 1 reverse rank 1.0"},
		{{"allow tcp/80"},
		 "to 6/79 none, to 6/80 allow by 1 way 1 rank 1.0, to 255/65535 none"},
		{{"allow tcp"},
		 "to 5/65535 none, to 6/65535 allow by 1 way 1 rank 1.0, to 255/65535 none"},
		/* the whole of a type, of both families */
		{{"deny icmp/8"},
		 "to 1/2047 none, to 1/2303 deny by 1, to 58/2047 none, to 58/2303 deny by 1, "
		 "to 255/65535 none"},
		{{"deny icmp"},
		 "to 0/65535 none, to 1/65535 deny by 1, to 57/65535 none, to 58/65535 deny by 1, "
		 "to 255/65535 none"},
		/* what touches is one */
		{{"deny tcp/80 tcp/81-90"}, "to 6/79 none, to 6/90 deny by 1, to 255/65535 none"},
		/* a denial wins however late it comes, and leaves the way of the permission */
		{{"allow", "deny"}, "to 255/65535 deny by 2 way 1 rank 1.0"},
		{{"allow udp", "deny udp/53"},
		 "to 16/65535 none, to 17/52 allow by 1 way 1 rank 1.0, "
		 "to 17/53 deny by 2 way 1 rank 1.0, to 17/65535 allow by 1 way 1 rank 1.0, "
		 "to 255/65535 none"},
		/* of permissions the first has verdict and way */
		{{"allow", "allow"}, "to 255/65535 allow by 1 way 1 rank 1.0"},
		{{"allow tcp/80-90", "allow tcp/85-95"},
		 "to 6/79 none, to 6/90 allow by 1 way 1 rank 1.0, "
		 "to 6/95 allow by 2 way 2 rank 1.0, to 255/65535 none"},
		/* a mirror before has the way, and leaves the verdict */
		{{"mirror", "allow"}, "to 255/65535 allow by 2 way 1 reverse rank 1.0"},
		{{"allow", "mirror"}, "to 255/65535 allow by 1 way 1 rank 1.0"},
		{{"deny", "mirror"}, "to 255/65535 deny by 1 way 2 reverse rank 1.0"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *text = NULL;
		struct choir choir = {.n = 0};
		struct wf_ranges ranges;

		for (size_t k = 0; k < MOST_SPEAKERS && cases[i].said[k]; k++)
			add_speaker(&choir, cases[i].said[k]);
		assert_int_equal(wf_ranges_of(choir.speakers, choir.n, &ranges), 0);
		text = text_of(&ranges);
		assert_string_equal(text + strlen(" 0000000000000000 = "), cases[i].text);
	}
}

/* Another way to say whether a policy names a port. */
static bool names(const struct wf_policy *p, uint32_t point)
{
	uint32_t proto = point >> 16, port = point & 0xffff;

	for (unsigned int i = 0; i < p->n_ports; i++) {
		if (p->ports[i].proto == 1 && (proto == 1 || proto == 58)) {
			if (port >> 8 >= p->ports[i].first && port >> 8 <= p->ports[i].last)
				return true;
		} else if (p->ports[i].proto == proto && port >= p->ports[i].first &&
			   port <= p->ports[i].last) {
			return true;
		}
	}
	return p->n_ports == 0;
}

static const struct wf_range *range_at(const struct wf_ranges *r, uint32_t point)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (point <= r->items[i].last)
			return &r->items[i];
	fail_msg("the ranges end before %u", point);
	return NULL;
}

static void check_point(const struct choir *c, const struct wf_ranges *ranges, uint32_t point)
{
	const struct wf_range *got = range_at(ranges, point);
	unsigned int allow = 0, deny = 0, way = 0;

	for (size_t i = c->n; i-- > 0;) {
		const struct wf_direction *d = c->speakers[i];

		if (!names(&d->object->policy, point))
			continue;
		if (d->object->policy.is_deny)
			deny = d->object->policy.id;
		else
			way = d->object->policy.id;
		if (!d->object->policy.is_deny && !d->is_reverse)
			allow = d->object->policy.id;
	}
	assert_int_equal(got->verdict, deny    ? WF_VERDICT_DENY
				       : allow ? WF_VERDICT_ALLOW
					       : WF_VERDICT_NONE);
	assert_int_equal(got->policy, deny ? deny : allow);
	assert_int_equal(got->way, way);
	assert_int_equal(got->is_reverse, way && c->directions[way - 1].is_reverse);
}

static uint32_t random_port(unsigned int *seed)
{
	static const uint16_t ports[] = {0, 1, 79, 80, 81, 255, 256, 2048, 65534, 65535};

	return ports[rand_r(seed) / 7 % 10];
}

static void random_speaker(struct choir *c, unsigned int *seed)
{
	static const char *const protos[] = {"tcp", "udp", "sctp", "icmp"};
	static const char *const kinds[] = {"allow", "deny", "mirror"};
	int kind = rand_r(seed) / 7 % 3, n = kind == 2 ? 0 : rand_r(seed) / 7 % 4;
	char text[128];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", kinds[kind]);

	for (int i = 0; i < n; i++) {
		const char *proto = protos[rand_r(seed) / 7 % 4];
		uint32_t a = random_port(seed), b = random_port(seed);

		if (proto[0] == 'i')
			a %= 256, b %= 256;
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %s/%u-%u", proto,
					a < b ? a : b, a < b ? b : a);
	}
	add_speaker(c, text);
}

static void every_point_has_what_a_look_at_all_of_them_says(void **state)
{
	static const uint32_t protos[] = {0, 1, 2, 6, 17, 58, 132, 255};
	unsigned int seed = 1;

	for (int round = 0; round < 3000; round++) {
		struct choir choir = {.n = 0};
		struct wf_ranges ranges;

		for (int n = 1 + rand_r(&seed) / 7 % 4; n; n--)
			random_speaker(&choir, &seed);
		assert_int_equal(wf_ranges_of(choir.speakers, choir.n, &ranges), 0);
		assert_in_range(ranges.n, 1, WF_RANGES_MAX);
		assert_int_equal(ranges.items[ranges.n - 1].last, WF_RANGE_LAST);
		for (int i = 0; i < 40; i++)
			check_point(&choir, &ranges,
				    protos[rand_r(&seed) / 7 % 8] << 16 | random_port(&seed));
		for (uint32_t i = 0; i + 1 < ranges.n; i++)
			check_point(&choir, &ranges, ranges.items[i].last + 1);
	}
}

/* @n ports that do not touch, from one on: 2 * @n + 1 ranges. */
static void add_single_ports(struct choir *c, unsigned int n, unsigned int from)
{
	char text[512] = "allow";

	for (unsigned int i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " tcp/%u", from + 2 * i);
	add_speaker(c, text);
}

static void more_ranges_than_a_list_holds_are_too_many(void **state)
{
	struct choir choir = {.n = 0};
	struct wf_ranges ranges;

	add_single_ports(&choir, 31, 1);
	assert_int_equal(wf_ranges_of(choir.speakers, choir.n, &ranges), 0);
	assert_int_equal(ranges.n, 63);
	add_single_ports(&choir, 1, 1001);
	assert_int_equal(wf_ranges_of(choir.speakers, choir.n, &ranges), -E2BIG);
}

static struct wf_ranges ranges_to(uint32_t last)
{
	return (struct wf_ranges){.n = 1, .items = {{.last = last}}};
}

static void equal_lists_have_one_number(void **state)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	struct wf_ranges_pool pool = {.img = img};
	uint64_t numbers[1000], again;

	for (uint32_t i = 0; i < 1000; i++) {
		struct wf_ranges ranges = ranges_to(i);

		assert_int_equal(wf_ranges_pool_add(&pool, &ranges, &numbers[i]), 0);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		struct wf_ranges ranges = ranges_to(i);

		assert_int_equal(wf_ranges_pool_add(&pool, &ranges, &again), 0);
		assert_int_equal(again, numbers[i]);
	}
	assert_int_equal(wf_image_seal(img, NULL), 0); /* no number twice */
	assert_int_equal(wf_image_count(img, WF_TABLE_RANGES), 1000);
	wf_ranges_pool_done(&pool);
}

/* As if another list had the same hash. */
static void a_number_that_is_taken_is_counted_up(void **state)
{
	WF_CLEANUP(cleanup_image) struct wf_image *img = wf_image_new();
	struct wf_ranges_pool pool = {.img = img};
	struct wf_ranges a = ranges_to(1), b = ranges_to(2);
	uint64_t number, other;

	assert_int_equal(wf_ranges_pool_add(&pool, &a, &number), 0);
	for (size_t i = 0; i < pool.cap; i++)
		if (pool.slots[i].number)
			memcpy(pool.slots[i].ranges, &b, wf_ranges_bytes(&b));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(wf_ranges_pool_add(&pool, &a, &other), 0);
		assert_int_equal(other, wf_hash_next(number));
	}
	wf_ranges_pool_done(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_each_port),
		cmocka_unit_test(every_point_has_what_a_look_at_all_of_them_says),
		cmocka_unit_test(more_ranges_than_a_list_holds_are_too_many),
		cmocka_unit_test(equal_lists_have_one_number),
		cmocka_unit_test(a_number_that_is_taken_is_counted_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
