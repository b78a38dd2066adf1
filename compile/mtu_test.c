// SPDX-License-Identifier: Apache-2.0
#include "compile/service_test.h"

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

/* The owner, two former owners, and the owner again, in a full list. */
static void lists_of_candidates_count_where_there_is_a_service(void **state)
{
	const struct wish_service web = {.tenant = "red",
					 .name = "web",
					 .addrs = "10.0.0.100",
					 .ports = "tcp/80",
					 .backends = {"app=web"},
					 .weights = {1}};
	const struct {
		const char *via;
		uint32_t mtu;
	} cases[] = {
		{NULL, 1500 - 40 - 8 - 4 * 16},
		{"1 1 1 1 1 1", 1500 - 40 - 8 - 5 * 16},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make(WF_ENCODING_UNSET, WF_ENCODING_UNSET, cases[i].via);

		wish_tenant(m, "blue", 2, WF_ENCODING_UNSET);
		wish_service(m, &web);
		assert_int_equal(wf_compile_tenant_mtu(m, "red", 1500), cases[i].mtu);
		assert_int_equal(wf_compile_tenant_mtu(m, "blue", 1500), 1460);
	}
}

static void what_is_signed_and_told_in_tlvs_counts(void **state)
{
	static const struct {
		uint8_t tenant, policy;
		enum wf_metadata metadata;
		const char *via;
		uint32_t mtu;
	} cases[] = {
		/* direct: an SRH with its one segment, and the TLVs */
		{WF_REQUIRE_HMAC, 0, WF_METADATA_SID, NULL, 1500 - 40 - 24 - 40},
		{0, 0, WF_METADATA_TLV, NULL, 1500 - 40 - 24 - 16},
		{WF_REQUIRE_HMAC, 0, WF_METADATA_TLV, NULL, 1500 - 40 - 24 - 40 - 16},
		/* the list is whole, not reduced */
		{0, WF_REQUIRE_HMAC, WF_METADATA_SID, "1 1", 1500 - 40 - 40 - 40},
		{0, WF_REQUIRE_PATH, WF_METADATA_SID, "1 1", 1500 - 40 - 40 - 40},
		{0, WF_REQUIRE_TRANSIT, WF_METADATA_SID, "1 1", 1500 - 40 - 40 - 40 - 24},
		{0, 0, WF_METADATA_TLV, "1 1", 1500 - 40 - 24 - 16},
		{WF_REQUIRE_HMAC, WF_REQUIRE_TRANSIT, WF_METADATA_TLV, "1 1",
		 1500 - 40 - 40 - 40 - 16 - 24},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make(0, 0, cases[i].via);
		struct wf_object *tenant =
			wf_object_clone(wf_model_find(m, WF_KIND_TENANT, NULL, "red"));

		tenant->self.require = cases[i].tenant;
		tenant->self.metadata = cases[i].metadata;
		wish_put(m, tenant);
		if (cases[i].via) {
			struct wf_object *policy =
				wf_object_clone(wf_model_find(m, WF_KIND_POLICY, "red", "p"));

			policy->policy.require = cases[i].policy;
			wish_put(m, policy);
		}
		assert_int_equal(wf_compile_tenant_mtu(m, "red", 1500), cases[i].mtu);
	}
}

/* Whether there are instances or not: the list is whole, an instance two C-SIDs. */
static void lanes_of_functions_count(void **state)
{
	static const struct {
		const char *via;
		enum wf_mode mode;
		uint32_t mtu;
	} cases[] = {
		{"@fw", WF_MODE_DYNAMIC, 1500 - 48 - 2 * 16},
		{"@fw 1 1 1 1", WF_MODE_DYNAMIC, 1500 - 48 - 2 * 16},
		{"@fw 1 1 1 1 1", WF_MODE_DYNAMIC, 1500 - 48 - 3 * 16},
		{"1 1 1 1 1 @fw", WF_MODE_DYNAMIC, 1500 - 48 - 3 * 16},
		{"@fw 1", WF_MODE_MASQUERADE, 1500 - 48 - 3 * 16},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make(0, 0, cases[i].via);

		wish_function(m, &(struct wish_function){"red", "fw", "app=fw", "eth0", "eth0",
							 cases[i].mode, false, false});
		assert_int_equal(wf_compile_tenant_mtu(m, "red", 1500), cases[i].mtu);
	}
}

/* blue's endpoints are let into red, and get replies. */
static void an_extranet_counts_both_ways(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make(0, 0, "1");
	struct wf_object *policy = wf_object_clone(wf_model_find(m, WF_KIND_POLICY, "red", "p"));
	struct wf_object *blue = wf_object_new(WF_KIND_TENANT, NULL, "blue");

	blue->self.id = 2;
	blue->self.require = WF_REQUIRE_HMAC;
	wish_put(m, blue);
	assert_int_equal(wf_compile_tenant_mtu(m, "red", 1500), 1500 - 64);
	assert_int_equal(wf_compile_tenant_mtu(m, "blue", 1500), 1500 - 104);
	policy->policy.id = 5;
	policy->policy.from.type = WF_SELECT_TENANT;
	strcpy(policy->policy.from.tenant, "blue");
	policy->policy.require = WF_REQUIRE_TRANSIT;
	wish_put(m, policy);
	assert_int_equal(wf_compile_tenant_mtu(m, "blue", 1500), 1500 - 40 - 40 - 40 - 24);
	assert_int_equal(wf_compile_tenant_mtu(m, "red", 1500), 1500 - 104);
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
		cmocka_unit_test(lists_of_candidates_count_where_there_is_a_service),
		cmocka_unit_test(what_is_signed_and_told_in_tlvs_counts),
		cmocka_unit_test(lanes_of_functions_count),
		cmocka_unit_test(an_extranet_counts_both_ways),
		cmocka_unit_test(ports_get_it_for_the_narrowest_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
