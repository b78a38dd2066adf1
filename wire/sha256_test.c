// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void assert_digest(const void *message, uint32_t len, const char *want)
{
	uint8_t digest[WF_SHA256_LEN];
	char hex[2 * WF_SHA256_LEN + 1];

	wf_sha256(message, len, digest);
	for (size_t i = 0; i < WF_SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(hex, want);
}

/* FIPS 180-2, appendix B, and the empty message. */
static void digests_are_those_of_the_standard(void **state)
{
	static const struct {
		const char *message, *digest;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	char *million = malloc(1000000);

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_digest(cases[i].message, (uint32_t)strlen(cases[i].message),
			      cases[i].digest);
	assert_non_null(million);
	memset(million, 'a', 1000000);
	assert_digest(million, 1000000,
		      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
}

/* Of so many bytes 0, 1, 2, ...: where padding takes one block more. Made with Python's hashlib. */
static void padding_ends_where_it_should(void **state)
{
	static const struct {
		uint32_t len;
		const char *digest;
	} cases[] = {
		{1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"},
		{56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"},
		{63, "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"},
		{64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"},
		{65, "4bfd2c8b6f1eec7a2afeb48b934ee4b2694182027e6d0fc075074f2fabb31781"},
		{119, "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"},
		{120, "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"},
	};
	uint8_t message[128];

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_digest(message, cases[i].len, cases[i].digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(padding_ends_where_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
