// SPDX-License-Identifier: Apache-2.0
/* Headers against encap.txt and encap_tlv.txt of tests/goldens, whose path is the argument. */
#include "compile/wish_test.h"

#include "compile/template.h"
#include "wire/hmac.h"
#include "wire/ipv6.h"
#include "wire/sid.h"

#define BLOCK  0x5f000000u
#define KEY_ID 0xc0ffee07

/* What the golden files' heads say. */
static void make(enum wf_encoding encoding, unsigned int n_via, const struct wf_extras *extras,
		 struct wf_template *ret)
{
	struct wf_waypoints waypoints = {.n = n_via};
	struct wf_segments segments;
	uint8_t source[16];

	for (unsigned int i = 0; i < n_via; i++)
		waypoints.items[i].node.id = (uint16_t)(0x11 + i);
	wf_sid_node_addr(source, BLOCK, 1);
	wf_segments_make(&waypoints, encoding, BLOCK, 2, &segments);
	wf_template_make(source, &segments, extras, ret);
	assert_int_equal(ret->len, wf_template_bytes(segments.n, extras));
}

static uint64_t golden_arg(void)
{
	struct wf_sid_arg arg = {.tenant = 0xabcdef, .identity = 0x123456, .policy = 0x7788};

	return wf_sid_arg_pack(&arg);
}

static struct wf_signer golden_signer(bool is_linux)
{
	struct wf_signer signer = {.id = KEY_ID};
	struct wf_hmac_key key = {.id = KEY_ID, .secret_len = 32, .is_linux = is_linux};

	for (uint8_t i = 0; i < 32; i++)
		key.secret[i] = i + 1;
	wf_key_entry_of(&key, &signer.key);
	return signer;
}

/* As the data path does it. */
static void patch(struct wf_template *t, bool is_v4)
{
	if (!t->is_signed)
		wf_store_be64(t->header + t->arg_offset, golden_arg());
	t->header[t->next_header_offset] = is_v4 ? 4 : WF_PROTO_IPV6;
}

static void check_header(const char *encoding, unsigned int n_via, const char *family,
			 const struct wf_extras *extras, const char *hex)
{
	char got[2 * WF_TEMPLATE_MAX + 1];
	struct wf_template t;

	make(strcmp(encoding, "srh") ? WF_ENCODING_CSID : WF_ENCODING_SRH, n_via, extras, &t);
	patch(&t, strcmp(family, "v4") == 0);
	for (unsigned int i = 0; i < t.len; i++)
		sprintf(got + 2 * i, "%02x", t.header[i]);
	assert_string_equal(got, hex);
}

static void check_plain(const char *line)
{
	char encoding[8], family[4], hex[2 * WF_TEMPLATE_MAX + 1];
	static const struct wf_extras none;
	unsigned int n_via;

	assert_int_equal(sscanf(line, "%7s %u %3s %800s", encoding, &n_via, family, hex), 4);
	check_header(encoding, n_via, family, &none, hex);
}

static void check_extras(const char *line)
{
	char encoding[8], family[4], words[32], hex[2 * WF_TEMPLATE_MAX + 1];
	bool is_linux;
	struct wf_signer signer;
	struct wf_extras extras = {.arg = golden_arg()};
	unsigned int n_via;

	assert_int_equal(
		sscanf(line, "%7s %u %3s %31s %800s", encoding, &n_via, family, words, hex), 5);
	is_linux = strstr(words, "linux");
	signer = golden_signer(is_linux);
	extras.signer = is_linux || strstr(words, "hmac") ? &signer : NULL;
	extras.has_opaque = strstr(words, "tlv");
	extras.transit_every = strstr(words, "transit") ? 100 : 0;
	check_header(encoding, n_via, family, &extras, hex);
}

static void check_lines(const char *dir, const char *name, void (*check)(const char *line),
			int n_expected)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line, path[512];
	int n = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	text = wish_read(path);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*line == '#')
			continue;
		check(line);
		n++;
	}
	assert_int_equal(n, n_expected);
}

static void every_golden_header_comes_out_byte_by_byte(void **state)
{
	check_lines(*state, "encap.txt", check_plain, 24); /* 2 encodings, 6 lengths, 2 families */
}

/* The file is written by tests/goldens/make_encap_tlv.py. */
static void every_header_with_tlvs_comes_out_byte_by_byte(void **state)
{
	check_lines(*state, "encap_tlv.txt", check_extras, 84); /* 7 extras */
}

static void offsets_point_at_what_a_packet_changes(void **state)
{
	struct wf_signer signer = golden_signer(false);
	const struct {
		unsigned int n_via;
		struct wf_extras extras;
		unsigned int arg, next_header, transit, len;
		bool is_signed;
	} cases[] = {
		{0, {0}, 32, 6, 0, 40, false},
		{16, {0}, 56, 40, 0, 304, false},
		{0, {.has_opaque = true}, 72, 40, 0, 80, false},
		{2, {.has_opaque = true}, 88, 40, 0, 96, false},
		{0, {.signer = &signer}, 56, 40, 0, 104, true},
		{2, {.signer = &signer}, 56, 40, 0, 136, true},
		{2, {.signer = &signer, .transit_every = 9}, 56, 40, 136, 160, true},
		{2, {&signer, 0, true, 9, false}, 144, 40, 152, 176, true},
		{16, {&signer, 0, true, 9, false}, 368, 40, 376, WF_TEMPLATE_MAX, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_template t;

		make(WF_ENCODING_SRH, cases[i].n_via, &cases[i].extras, &t);
		assert_int_equal(t.arg_offset, cases[i].arg);
		assert_int_equal(t.next_header_offset, cases[i].next_header);
		assert_int_equal(t.transit_offset, cases[i].transit);
		assert_int_equal(t.transit_every, cases[i].extras.transit_every);
		assert_int_equal(t.len, cases[i].len);
		assert_int_equal(t.is_signed, cases[i].is_signed);
		assert_int_equal(wf_srh_check(t.header, t.header + t.len, WF_IPV6_LEN),
				 t.len > 40 ? WF_SRH_OK : WF_SRH_TRUNCATED);
	}
}

/* From Python: hmac.new(secret, b"weft transit" + bytes([0x12, 0x34]), sha256).digest()[:16] */
static void marks_are_made_with_keys_derived_for_each_node(void **state)
{
	struct wf_signer signer = golden_signer(false);
	struct wf_transit_entry entry;

	wf_transit_entry_of(&signer.key, 0x1234, &entry);
	assert_int_equal(entry.k[0], 0x94e6c3389b36ef48);
	assert_int_equal(entry.k[1], 0xf00490a5623f0263);
}

static void the_key_that_signs_is_the_one_in_that_state(void **state)
{
	static const enum wf_key_state states[] = {WF_KEY_ACCEPTED, WF_KEY_RETIRING,
						   WF_KEY_SIGNING};
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	struct wf_signer signer;
	char name[2] = "a";

	for (uint32_t i = 0; i < 3; i++) {
		struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, name);

		assert_false(wf_signer_of(m, &signer));
		o->key.id = 10 + i;
		o->key.state = states[i];
		o->key.secret_len = 16;
		wish_put(m, o);
		name[0]++;
	}
	assert_true(wf_signer_of(m, &signer));
	assert_int_equal(signer.id, 12);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(every_golden_header_comes_out_byte_by_byte, argv[1]),
		cmocka_unit_test_prestate(every_header_with_tlvs_comes_out_byte_by_byte, argv[1]),
		cmocka_unit_test(offsets_point_at_what_a_packet_changes),
		cmocka_unit_test(marks_are_made_with_keys_derived_for_each_node),
		cmocka_unit_test(the_key_that_signs_is_the_one_in_that_state),
	};

	return argc == 2 ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
