// SPDX-License-Identifier: Apache-2.0
/* The prefixes that hold an address, against looking at each of them. */
#include "compile/wish_test.h"

#include "base/buf.h"
#include "compile/prefixes.h"

#define N_PREFIXES 12

/* Few values for each byte and all lengths, so that many lie inside one another. */
static struct wf_addr random_addr(unsigned int *seed)
{
	struct wf_addr a = {.bytes = {0xfd}};

	for (int i = 1; i < 4; i++)
		a.bytes[i] = (uint8_t)(rand_r(seed) / 7 % 3 * 0x40);
	return a;
}

static struct wf_prefix random_prefix(unsigned int *seed)
{
	struct wf_prefix p = {.addr = random_addr(seed),
			      .len = (uint8_t)(4 + rand_r(seed) / 7 % 29)};

	wf_addr_mask(&p.addr, p.len);
	return p;
}

static int prefix_cmp(const void *a, const void *b)
{
	return wf_prefix_cmp(a, b);
}

/* @all: sorted. Each that holds an address, once. */
static char *print_slowly(const struct wf_prefix *all, size_t n, const struct wf_endpoint *e)
{
	char text[WF_PREFIX_STR_MAX];
	struct wf_buf b = {0};

	for (size_t i = 0; i < n; i++) {
		if (i && wf_prefix_cmp(&all[i - 1], &all[i]) == 0)
			continue;
		if (wf_prefix_has(&all[i], &e->addrs[0]) || wf_prefix_has(&all[i], &e->addrs[1]))
			wf_buf_printf(&b, " %s", wf_prefix_str(&all[i], text));
	}
	return wf_buf_take(&b);
}

static void all_that_hold_an_address_are_printed_sorted_and_once(void **state)
{
	unsigned int seed = 1;
	size_t n_long = 0;

	for (int round = 0; round < 500; round++) {
		struct wf_object policies[N_PREFIXES] = {0}, *pointers[N_PREFIXES];
		struct wf_prefix all[N_PREFIXES];
		struct wf_prefixes p;

		for (int i = 0; i < N_PREFIXES; i++) {
			pointers[i] = &policies[i];
			all[i] = random_prefix(&seed);
			policies[i].policy.to.type = WF_SELECT_PREFIX;
			policies[i].policy.to.prefix = all[i];
		}
		qsort(all, N_PREFIXES, sizeof(*all), prefix_cmp);
		assert_int_equal(wf_prefixes_of(pointers, N_PREFIXES, &p), 0);
		for (int i = 0; i < 10; i++) {
			struct wf_endpoint e = {.n_addrs = 2};
			_cleanup_free_ char *wanted = NULL, *got = NULL;
			struct wf_buf b = {0};

			e.addrs[0] = random_addr(&seed);
			e.addrs[1] = random_addr(&seed);
			wf_prefixes_print(&p, &e, &b);
			got = wf_buf_take(&b);
			wanted = print_slowly(all, N_PREFIXES, &e);
			assert_string_equal(got, wanted);
			n_long += strlen(got) > 40;
		}
		wf_prefixes_done(&p);
	}
	assert_true(n_long > 500); /* it was not all about nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_hold_an_address_are_printed_sorted_and_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
