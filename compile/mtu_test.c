// SPDX-License-Identifier: Apache-2.0
#include "compile/wish_test.h"

static struct wf_model *make(enum wf_encoding tenant, enum wf_encoding policy, const char *via)
{
	struct wf_model *m = wf_model_new();

	wish_node(m, "1", 1);
	wish_router(m, "R", "2001:db8::e");
	wish_tenant(m, "red", 1, tenant);
	wish_policy(
		m, &(struct wish_policy){.tenant = "red", .name = "q", .from = "any", .to = "any"});
	if (via)
		wish_policy(m, &(struct wish_policy){.tenant = "red",
						     .name = "p",
						     .from = "any",
						     .to = "any",
						     .encoding = policy,
						     .via = {via, ""}});
	return m;
}

static void it_is_the_underlay_less_the_longest_header(void **state)
{
	static const char *const six = "1 1 1 1 1 1", *const seven = "1 1 1 1 1 1 1",
				 *const sixteen = "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1";
	const struct {
		enum wf_encoding tenant, policy;
		const char *via;
		uint32_t underlay, mtu;
	} cases[] = {
		{WF_ENCODING_UNSET, WF_ENCODING_UNSET, NULL, 1500, 1460},
		{WF_ENCODING_UNSET, WF_ENCODING_UNSET, NULL, 0, 1460},
		{WF_ENCODING_UNSET, WF_ENCODING_UNSET, NULL, 9000, 8960},
		{WF_ENCODING_UNSET, WF_ENCODING_UNSET, six, 1500, 1436},
		{WF_ENCODING_CSID, WF_ENCODING_UNSET, seven, 1500, 1420},
		{WF_ENCODING_SRH, WF_ENCODING_UNSET, six, 1500, 1356},
		{WF_ENCODING_SRH, WF_ENCODING_CSID, six, 1500, 1436},
		{WF_ENCODING_CSID, WF_ENCODING_SRH, six, 1500, 1356},
		{WF_ENCODING_CSID, WF_ENCODING_CSID, "1 R 1", 1500, 1404},
		/* what would be less than IPv6 needs */
		{WF_ENCODING_SRH, WF_ENCODING_SRH, sixteen, 1500, WF_MTU_MIN},
		{WF_ENCODING_SRH, WF_ENCODING_SRH, sixteen, 1584, 1280},
		{WF_ENCODING_SRH, WF_ENCODING_SRH, sixteen, 1585, 1281},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make(cases[i].tenant, cases[i].policy, cases[i].via);

		assert_int_equal(wf_compile_tenant_mtu(m, "red", cases[i].underlay), cases[i].mtu);
		assert_int_equal(wf_compile_tenant_mtu(m, "unknown", 1500), 1460);
	}
}

static void ports_get_it_for_the_narrowest_node(void **state)
{
	static const struct {
		uint32_t here, other, mtu;
	} cases[] = {
		{1500, 0, 1460}, {9000, 1600, 1560}, {1500, 9000, 1460},
		{0, 0, 1460},	 {0, 2000, 1960},
	};
	static const struct wf_here_port port = {.tenant = "red", .name = "x", .ifindex = 5};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make(0, 0, NULL);
		struct wf_object *other = wf_object_new(WF_KIND_NODE, NULL, "2");
		struct wf_here here = {
			.node = "1", .underlay_mtu = cases[i].here, .ports = &port, .n_ports = 1};
		WF_CLEANUP(cleanup_image) struct wf_image *img = NULL;
		const struct wf_image_mtu *mtus;
		size_t n;

		other->node.id = 2;
		other->node.mtu = cases[i].other;
		wish_put(m, other);
		img = wish_compile(m, &here);
		mtus = wf_image_mtus(img, &n);
		assert_int_equal(n, 1);
		assert_int_equal(mtus[0].ifindex, 5);
		assert_int_equal(mtus[0].mtu, cases[i].mtu);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_underlay_less_the_longest_header),
		cmocka_unit_test(ports_get_it_for_the_narrowest_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
