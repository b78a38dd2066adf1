// SPDX-License-Identifier: Apache-2.0
/* Headers against tests/goldens/encap.txt, whose path is the argument. */
#include "compile/wish_test.h"

#include "compile/template.h"
#include "wire/ipv6.h"
#include "wire/sid.h"

#define BLOCK 0x5f000000u

/* What the golden file's head says. */
static void make(enum wf_encoding encoding, unsigned int n_via, struct wf_template *ret)
{
	struct wf_waypoints waypoints = {.n = n_via};
	struct wf_segments segments;
	uint8_t source[16];

	for (unsigned int i = 0; i < n_via; i++)
		waypoints.nodes[i].id = (uint16_t)(0x11 + i);
	wf_sid_node_addr(source, BLOCK, 1);
	wf_segments_make(&waypoints, encoding, BLOCK, 2, &segments);
	wf_template_make(source, &segments, ret);
}

/* As the data path does it. */
static void patch(struct wf_template *t, bool is_v4)
{
	struct wf_sid_arg arg = {.tenant = 0xabcdef, .identity = 0x123456, .policy = 0x7788};

	wf_store_be64(t->header + t->arg_offset, wf_sid_arg_pack(&arg));
	t->header[t->next_header_offset] = is_v4 ? 4 : WF_PROTO_IPV6;
}

static void check_line(const char *line)
{
	char encoding[8], family[4], hex[2 * WF_TEMPLATE_MAX + 1], got[2 * WF_TEMPLATE_MAX + 1];
	struct wf_template t;
	unsigned int n_via;

	assert_int_equal(sscanf(line, "%7s %u %3s %608s", encoding, &n_via, family, hex), 4);
	make(strcmp(encoding, "srh") ? WF_ENCODING_CSID : WF_ENCODING_SRH, n_via, &t);
	patch(&t, strcmp(family, "v4") == 0);
	for (unsigned int i = 0; i < t.len; i++)
		sprintf(got + 2 * i, "%02x", t.header[i]);
	assert_string_equal(got, hex);
}

static void every_golden_header_comes_out_byte_by_byte(void **state)
{
	_cleanup_free_ char *text = wish_read(*state);
	char *rest, *line;
	int n = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*line == '#')
			continue;
		check_line(line);
		n++;
	}
	assert_int_equal(n, 24); /* 2 encodings, 6 lengths, 2 families */
}

static void offsets_point_at_the_final_sid_and_the_inner_next_header(void **state)
{
	struct wf_template t;

	make(WF_ENCODING_CSID, 0, &t);
	assert_int_equal(t.arg_offset, 32);
	assert_int_equal(t.next_header_offset, 6);
	make(WF_ENCODING_SRH, 16, &t);
	assert_int_equal(t.arg_offset, 56);
	assert_int_equal(t.next_header_offset, 40);
	assert_int_equal(t.len, WF_TEMPLATE_MAX);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(every_golden_header_comes_out_byte_by_byte, argv[1]),
		cmocka_unit_test(offsets_point_at_the_final_sid_and_the_inner_next_header),
	};

	return argc == 2 ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
