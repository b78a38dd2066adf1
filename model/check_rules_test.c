// SPDX-License-Identifier: Apache-2.0
/*
 * What is wrong with policies, keys and tenants that have to do with each other. Each case: a
 * world, a batch, and every problem that it must give, word for word.
 *
 * The world: nodes 1 and 2, router r (End SID); tenants red 10.0.0.0/16, blue 10.1.0.0/16, green
 * 10.0.0.0/8; policy red/p allows app=web -> any on tcp/80; red/in lets blue in, by node 1; key k
 * (id 1) signs.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/expect_test.h"
#include "model/sample.h"

static struct wf_object *router(const char *name)
{
	struct wf_object *o = sample_node(name, 0);

	o->node.has_end_sid = true;
	assert_int_equal(wf_addr_parse("5f00:0:9:1::", &o->node.end_sid), 0);
	return o;
}

/* From @labels ("": any) to any. */
static struct wf_object *policy(const char *name, const char *labels)
{
	struct wf_object *o = sample_policy("red", name, "");

	assert_int_equal(wf_labels_parse(labels, &o->policy.from.labels), 0);
	o->policy.from.type = *labels ? WF_SELECT_LABELS : WF_SELECT_ANY;
	return o;
}

static struct wf_object *on_port(struct wf_object *o, uint16_t first, uint16_t last)
{
	o->policy.ports[o->policy.n_ports++] = (struct wf_port_range){IPPROTO_TCP, first, last};
	return o;
}

static struct wf_object *denied(struct wf_object *o)
{
	free(o->policy.paths);
	o->policy.paths = NULL;
	o->policy.n_paths = 0;
	o->policy.is_deny = true;
	return o;
}

static struct wf_object *required(struct wf_object *o, uint8_t needs)
{
	*(o->kind == WF_KIND_TENANT ? &o->self.require : &o->policy.require) = needs;
	return o;
}

static struct wf_object *through(struct wf_object *o, const char *node)
{
	o->policy.paths[0].n_via = 1;
	strcpy(o->policy.paths[0].via[0], node);
	return o;
}

/* A policy of @tenant that lets @other in. */
static struct wf_object *extranet(const char *tenant, const char *name, const char *other)
{
	struct wf_object *o = sample_policy(tenant, name, "");

	o->policy.from.type = WF_SELECT_TENANT;
	strcpy(o->policy.from.tenant, other);
	return o;
}

static struct wf_object *verified(struct wf_object *o, const char *node)
{
	strcpy(o->self.verify[o->self.n_verify++], node);
	return o;
}

static struct wf_object *short_key(const char *name, unsigned int len)
{
	struct wf_object *o = sample_key(name, 9, WF_KEY_ACCEPTED);

	o->key.secret_len = len;
	return o;
}

static struct wf_model *world(void)
{
	struct wf_model *m = wf_model_new();

	sample_put(m, sample_node("1", 1));
	sample_put(m, sample_node("2", 2));
	sample_put(m, router("r"));
	sample_put(m, sample_tenant("red", "10.0.0.0/16"));
	sample_put(m, sample_tenant("blue", "10.1.0.0/16"));
	sample_put(m, sample_tenant("green", "10.0.0.0/8"));
	sample_put(m, on_port(policy("p", "app=web"), 80, 80));
	sample_put(m, through(extranet("red", "in", "blue"), "1"));
	sample_put(m, sample_key("k", 1, WF_KEY_SIGNING));
	return m;
}

static struct wf_model *world_without_keys(void)
{
	struct wf_model *m = world();

	assert_int_equal(wf_model_remove(m, WF_KIND_KEY, NULL, "k"), 0);
	return m;
}

static struct wf_model *world_that_requires(struct wf_object *o)
{
	struct wf_model *m = world();

	sample_put(m, o);
	return m;
}

static void put_takes_what_is_right(void **state)
{
	EXPECT_PUT("", denied(policy("d", "")), denied(policy("e", "app=web")));
	EXPECT_PUT("", on_port(denied(policy("d", "app=web")), 80, 81));
	EXPECT_PUT("", on_port(policy("q", "app=web"), 80, 80));
	EXPECT_PUT("",
		   required(through(policy("q", ""), "1"), WF_REQUIRE_HMAC | WF_REQUIRE_TRANSIT));
	EXPECT_PUT("", required(policy("q", ""), WF_REQUIRE_HMAC | WF_REQUIRE_PATH));
	EXPECT_PUT("",
		   verified(required(sample_tenant("red", "10.0.0.0/16"), WF_REQUIRE_HMAC), "2"));
	EXPECT_PUT("", sample_key("l", 2, WF_KEY_ACCEPTED));
	EXPECT_PUT("", extranet("blue", "in", "red"));
}

static void put_refuses_to_allow_and_deny_the_same(void **state)
{
	struct wf_object *green = on_port(denied(policy("d", "app=web")), 80, 80);
	struct wf_object *apart = on_port(on_port(policy("a", ""), 10, 19), 20, 29);
	struct wf_object *whole = on_port(denied(policy("b", "")), 10, 29);

	EXPECT_PUT("0 action: denies exactly what policy 'p' allows, the same from, to and ports: "
		   "one of them has to go\n",
		   on_port(denied(policy("d", "app=web")), 80, 80));
	EXPECT_PUT("1 action: allows exactly what policy 'x' denies, the same from, to and ports: "
		   "one of them has to go\n",
		   denied(policy("x", "")), policy("a", ""));
	EXPECT_PUT("1 action: denies exactly what policy 'a' allows, the same from, to and ports: "
		   "one of them has to go\n",
		   apart, whole);
	/* Not when the other one changes as well, nor in another tenant. */
	EXPECT_PUT("", denied(policy("p", "app=web")));
	EXPECT_PUT("", on_port(denied(policy("d", "app=web")), 80, 80), policy("p", "app=web"));
	strcpy(green->tenant, "green");
	EXPECT_PUT("", green);
}

static void put_refuses_what_no_key_signs(void **state)
{
	static const char expected[] = "0 require: there is no key that signs: add one with weft "
				       "key add, or a Key here\n";

	EXPECT_IN(wf_model_check_put, world_without_keys(), expected,
		  required(policy("q", ""), WF_REQUIRE_HMAC));
	EXPECT_IN(wf_model_check_put, world_without_keys(), expected,
		  required(policy("q", ""), WF_REQUIRE_PATH));
	EXPECT_IN(wf_model_check_put, world_without_keys(), expected,
		  required(through(policy("q", ""), "1"), WF_REQUIRE_TRANSIT));
	EXPECT_IN(wf_model_check_put, world_without_keys(), expected,
		  required(sample_tenant("red", "10.0.0.0/16"), WF_REQUIRE_HMAC));
	EXPECT_IN(wf_model_check_put, world_without_keys(), expected,
		  required(policy("q", ""), WF_REQUIRE_HMAC), sample_key("l", 2, WF_KEY_ACCEPTED));
	EXPECT_IN(wf_model_check_put, world_without_keys(), "",
		  required(policy("q", ""), WF_REQUIRE_HMAC), sample_key("l", 2, WF_KEY_SIGNING));
}

static void put_refuses_keys_that_are_wrong_or_too_many(void **state)
{
	EXPECT_PUT("0 id: id 1 is in use by key 'k'\n", sample_key("l", 1, WF_KEY_ACCEPTED));
	EXPECT_PUT("0 id: 0 is no id of a key\n", sample_key("l", 0, WF_KEY_ACCEPTED));
	EXPECT_PUT("0 secret: 15 bytes; a secret has 16 to 64, such as openssl rand -hex 32 "
		   "makes\n",
		   short_key("l", 15));
	EXPECT_PUT("0 secret: 65 bytes; a secret has 16 to 64, such as openssl rand -hex 32 "
		   "makes\n",
		   short_key("l", 65));
	EXPECT_PUT("1 : there are two keys already, 'k' and 'a', and there can be no more: delete "
		   "one, or rotate and wait until the last one is gone\n",
		   sample_key("a", 2, WF_KEY_ACCEPTED), sample_key("b", 3, WF_KEY_ACCEPTED));
	EXPECT_PUT("", sample_key("a", 2, WF_KEY_ACCEPTED), sample_key("k", 1, WF_KEY_RETIRING));
}

static void put_refuses_unknown_tenants_and_nodes(void **state)
{
	EXPECT_PUT("0 from: there is no tenant 'bleu'; did you mean 'blue'?\n",
		   extranet("red", "q", "bleu"));
	EXPECT_PUT("", extranet("red", "q", "new"), sample_tenant("new", "10.9.0.0/16"));
	EXPECT_PUT("0 verify[1]: there is no node '5'; there are '1', '2', 'r'\n",
		   verified(verified(sample_tenant("red", "10.0.0.0/16"), "1"), "5"));
	EXPECT_PUT("0 verify[0]: node 'r' does not run Weft (it has an `end`), so it cannot "
		   "verify\n",
		   verified(sample_tenant("red", "10.0.0.0/16"), "r"));
	EXPECT_PUT("0 via[0]: node 'r' does not run Weft (it has an `end`), so it cannot prove "
		   "transit\n",
		   required(through(policy("q", ""), "r"), WF_REQUIRE_TRANSIT));
	EXPECT_PUT("", required(through(policy("q", ""), "r"), WF_REQUIRE_PATH));
}

static void put_refuses_to_join_tenants_that_overlap(void **state)
{
	EXPECT_PUT("0 from: tenants 'green' and 'red' cannot be joined: 10.0.0.0/8 of the one "
		   "overlaps 10.0.0.0/16 of the other\n"
		   "0 from: tenants 'blue' and 'green' cannot be joined both with 'red': "
		   "10.1.0.0/16 of the one overlaps 10.0.0.0/8 of the other\n",
		   extranet("red", "q", "green"));
	/* One look-up for red would have to find both. */
	EXPECT_PUT("0 from: tenants 'blue' and 'new' cannot be joined both with 'red': 10.1.0.0/16 "
		   "of the one overlaps 10.1.2.0/24 of the other\n",
		   extranet("new", "q", "red"), sample_tenant("new", "10.1.2.0/24"));
	EXPECT_PUT(
		"0 from: tenants 'blue' and 'a' cannot be joined both with 'red': 10.1.0.0/16 of "
		"the one overlaps 10.1.2.0/24 of the other\n",
		extranet("a", "q", "red"), sample_tenant("a", "10.1.2.0/24"));
	EXPECT_PUT("", extranet("new", "q", "blue"), sample_tenant("new", "10.0.2.0/24"),
		   denied(extranet("red", "in", "blue")));
	EXPECT_PUT("0 prefixes: tenants 'blue' and 'red' cannot be joined: 10.0.1.0/24 of the one "
		   "overlaps 10.0.0.0/16 of the other\n",
		   sample_tenant("blue", "10.0.1.0/24"));
	EXPECT_PUT("", sample_tenant("blue", "10.0.1.0/24"), denied(extranet("red", "in", "blue")));
	EXPECT_PUT("", denied(extranet("red", "q", "green")));
	EXPECT_PUT("", extranet("new", "q", "green"), sample_tenant("new", "fd00::/64"));
}

static void put_refuses_to_stop_weft_on_nodes_that_are_needed(void **state)
{
	struct wf_object *stopped = router("1");

	assert_int_equal(wf_addr_parse("5f00:0:8:1::", &stopped->node.end_sid), 0);
	EXPECT_IN(wf_model_check_put,
		  world_that_requires(verified(sample_tenant("red", "10.0.0.0/16"), "1")),
		  "0 end: tenant 'red' wants this node to verify\n", wf_object_ref(stopped));
	EXPECT_IN(wf_model_check_put,
		  world_that_requires(required(through(policy("q", ""), "1"), WF_REQUIRE_TRANSIT)),
		  "0 end: policy 'q' of tenant 'red' requires transit of this node\n",
		  wf_object_ref(stopped));
	EXPECT_PUT("", stopped);
}

static void remove_refuses_what_others_need(void **state)
{
	EXPECT_REMOVE("0 : Tenant 'blue' is needed by Policy 'in' of tenant 'red'\n",
		      sample_tenant("blue", "10.1.0.0/16"));
	EXPECT_REMOVE("", sample_tenant("blue", "10.1.0.0/16"), extranet("red", "in", "blue"));
	EXPECT_IN(wf_model_check_remove,
		  world_that_requires(verified(sample_tenant("red", "10.0.0.0/16"), "2")),
		  "0 : Node '2' is needed by Tenant 'red'\n", sample_node("2", 2));
}

static void remove_refuses_the_key_that_signs_what_is_required(void **state)
{
	static const char by_policy[] =
		"0 : Key 'k' is needed by Policy 'q' of tenant 'red', which "
		"requires hmac: rotate first\n";

	EXPECT_REMOVE("", sample_key("k", 1, WF_KEY_ACCEPTED));
	EXPECT_IN(wf_model_check_remove,
		  world_that_requires(required(policy("q", ""), WF_REQUIRE_HMAC)), by_policy,
		  sample_key("k", 1, WF_KEY_ACCEPTED));
	EXPECT_IN(wf_model_check_remove,
		  world_that_requires(required(policy("q", ""), WF_REQUIRE_PATH)), by_policy,
		  sample_key("k", 1, WF_KEY_ACCEPTED));
	EXPECT_IN(wf_model_check_remove,
		  world_that_requires(
			  required(sample_tenant("red", "10.0.0.0/16"), WF_REQUIRE_HMAC)),
		  "0 : Key 'k' is needed by Tenant 'red', which requires hmac: rotate first\n",
		  sample_key("k", 1, WF_KEY_ACCEPTED));
	EXPECT_IN(wf_model_check_remove,
		  world_that_requires(required(policy("q", ""), WF_REQUIRE_HMAC)), "",
		  sample_key("k", 1, WF_KEY_ACCEPTED), policy("q", ""));
	EXPECT_IN(wf_model_check_remove, world_that_requires(sample_key("l", 2, WF_KEY_RETIRING)),
		  "", sample_key("l", 2, WF_KEY_ACCEPTED));
	EXPECT_REMOVE("0 name: there is no Key 'kk'; did you mean 'k'?\n",
		      sample_key("kk", 1, WF_KEY_ACCEPTED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_takes_what_is_right),
		cmocka_unit_test(put_refuses_to_allow_and_deny_the_same),
		cmocka_unit_test(put_refuses_what_no_key_signs),
		cmocka_unit_test(put_refuses_keys_that_are_wrong_or_too_many),
		cmocka_unit_test(put_refuses_unknown_tenants_and_nodes),
		cmocka_unit_test(put_refuses_to_join_tenants_that_overlap),
		cmocka_unit_test(put_refuses_to_stop_weft_on_nodes_that_are_needed),
		cmocka_unit_test(remove_refuses_what_others_need),
		cmocka_unit_test(remove_refuses_the_key_that_signs_what_is_required),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
