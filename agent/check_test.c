// SPDX-License-Identifier: Apache-2.0
/*
 * What would happen: asked on n1, of endpoints on n1 (web, batch) and n2 (db), and of tenant blue's
 * endpoint app on n2. Endpoints have their own name as label app.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/check.h"
#include "agent/drop.h"
#include "agent/rig.h"
#include "model/labels.h"

#define RED  "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\",\"fd00::/64\"]}"
#define BLUE "{\"kind\":\"Tenant\",\"name\":\"blue\",\"prefixes\":[\"10.1.0.0/16\"]}"
#define IN(tenant, name, more) \
	"{\"kind\":\"Policy\",\"tenant\":\"" tenant "\",\"name\":\"" name "\"," more "}"

static void attach(struct wf_rig *rig, int node, const char *tenant, const char *name,
		   const char *netns)
{
	struct wf_labels labels = {0};
	struct wf_attach request = {
		.tenant = tenant, .name = name, .netns = netns, .labels = &labels};
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	assert_int_equal(wf_labels_set(&labels, "app", name), 0);
	if (wf_agent_attach(rig->nodes[node].agent, &request, &outcome, &err) < 0)
		fail_msg("%s", err.msg);
	wf_outcome_done(&outcome);
	wf_labels_done(&labels);
}

static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 3);

	wf_rig_must_apply(rig->nodes[0].agent, "[" RED "," BLUE "]");
	attach(rig, 0, "red", "web", "c1");
	attach(rig, 0, "red", "batch", "c2");
	attach(rig, 1, "red", "db", "c1");
	attach(rig, 1, "blue", "app", "c2");
	wf_rig_settle(rig);
	return 0;
}

static void apply(struct wf_rig *rig, const char *json)
{
	wf_rig_must_apply(rig->nodes[0].agent, json);
	wf_rig_settle(rig);
}

static void put_ruling(char *text, const char *at, const struct wf_check_ruling *r)
{
	if (!r->node)
		return;
	sprintf(text + strlen(text), " %s %s:%s/%s", at, r->node, r->judge->name,
		r->policy ? r->policy->name : "-");
	if (r->drop)
		sprintf(text + strlen(text), "!%s", wf_drop_name(r->drop));
	if (r->way)
		sprintf(text + strlen(text), " way %s%s", r->way->name, r->is_reverse ? "<" : "");
}

/* "allowed s n1:red/p way p r n2:red/p way p; reply s n2:red/- ..." */
static void expect(struct wf_rig *rig, const char *from, const char *to, const char *port,
		   const char *wanted)
{
	struct wf_check_question q = {.from = from, .to = to, .port = port, .tenant = "red"};
	struct wf_err err = {0};
	struct wf_check c;
	char text[512];

	if (wf_check_policy(rig->nodes[0].agent, &q, &c, &err) < 0)
		fail_msg("%s", err.msg);
	strcpy(text, wf_check_drop(&c) ? "dropped" : "allowed");
	put_ruling(text, "s", &c.sender);
	put_ruling(text, "r", &c.receiver);
	if (c.has_reply) {
		strcat(text, c.is_by_connection ? "; connection" : "; reply");
		put_ruling(text, "s", &c.reply_sender);
		put_ruling(text, "r", &c.reply_receiver);
	}
	assert_string_equal(text, wanted);
}

static void without_policies_the_default_decides(void **state)
{
	expect(*state, "web", "db", "tcp/80",
	       "allowed s n1:red/- r n2:red/-; reply s n2:red/- r n1:red/-");
	expect(*state, "red/db", "red/web", "icmp/8",
	       "allowed s n2:red/- r n1:red/-; reply s n1:red/- r n2:red/-");
	expect(*state, "web", "batch", "udp/53", "allowed s n1:red/-; reply s n1:red/-");
}

static void a_denial_names_its_policy_at_the_sender(void **state)
{
	apply(*state, "[" IN("red", "no",
			     "\"from\":{\"app\":\"web\"},\"to\":\"any\","
			     "\"ports\":[\"tcp/80-90\"],\"action\":\"deny\"") "]");
	expect(*state, "web", "db", "tcp/85", "dropped s n1:red/no!denied");
	expect(*state, "web", "db", "tcp/91",
	       "allowed s n1:red/- r n2:red/-; reply s n2:red/- r n1:red/-");
	expect(*state, "web", "batch", "tcp/80", "dropped s n1:red/no!denied");
	expect(*state, "db", "web", "tcp/80",
	       "allowed s n2:red/- r n1:red/-; reply s n1:red/- r n2:red/-");
}

static void answers_of_a_closed_tenant_pass_as_such(void **state)
{
	apply(*state,
	      "[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\",\"fd00::/64\"],"
	      "\"default\":\"deny\"}," IN("red", "p",
					  "\"from\":{\"app\":\"web\"},"
					  "\"to\":{\"app\":\"db\"},"
					  "\"ports\":[\"tcp/5432\",\"icmp/8\"]") "]");
	expect(*state, "web", "db", "tcp/5432",
	       "allowed s n1:red/p way p r n2:red/p way p; connection s n2:red/p r n1:red/p");
	expect(*state, "web", "db", "icmp/8",
	       "allowed s n1:red/p way p r n2:red/p way p; connection s n2:red/p r n1:red/p");
	expect(*state, "web", "db", "tcp/5433", "dropped s n1:red/-!denied");
	expect(*state, "db", "web", "tcp/5432", "dropped s n2:red/-!denied");
	expect(*state, "web", "batch", "tcp/5432", "dropped s n1:red/-!denied");
}

static void ways_are_named_with_their_direction(void **state)
{
	apply(*state, "[" IN("red", "detour",
			     "\"from\":{\"app\":\"web\"},\"to\":{\"app\":\"db\"},"
			     "\"via\":[\"node/n3\"],\"reverse\":\"symmetric\"") "]");
	expect(*state, "web", "db", "tcp/80",
	       "allowed s n1:red/detour way detour r n2:red/detour way detour; "
	       "reply s n2:red/- way detour< r n1:red/- way detour<");
}

static void what_the_header_must_prove_is_told(void **state)
{
	struct wf_check_question q = {
		.from = "red/web", .to = "red/db", .port = "tcp/80", .tenant = NULL};
	struct wf_rig *rig = *state;
	struct wf_err err = {0};
	struct wf_check c;

	apply(rig,
	      "[{\"kind\":\"Key\",\"name\":\"k\",\"id\":7,\"secret\":"
	      "\"000102030405060708090a0b0c0d0e0f\"}," IN("red", "p",
							  "\"from\":\"any\",\"to\":\"any\","
							  "\"via\":[\"node/n3\"],"
							  "\"require\":[\"transit/100\"]") "]");
	if (wf_check_policy(rig->nodes[0].agent, &q, &c, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(c.needs, WF_NEED_HMAC | WF_NEED_TRANSIT);
	assert_int_equal(c.transit_every, 100);
}

static void other_tenants_need_a_policy_that_lets_them_in(void **state)
{
	expect(*state, "red/web", "blue/app", "tcp/80", "dropped s n1:blue/-!no-endpoint");
	apply(*state, "[" IN("blue", "let",
			     "\"from\":\"tenant/red\",\"to\":\"any\","
			     "\"ports\":[\"tcp/80\"]") "]");
	expect(*state, "red/web", "blue/app", "tcp/80",
	       "allowed s n1:blue/let way let r n2:blue/let way let; connection s n2:blue/let r "
	       "n1:blue/let");
	expect(*state, "red/web", "blue/app", "tcp/81", "dropped s n1:blue/-!denied");
	expect(*state, "blue/app", "red/web", "tcp/80", "dropped s n2:red/-!denied");
}

static void an_address_of_nobody_is_judged_where_it_arrives(void **state)
{
	expect(*state, "10.0.99.1", "db", "tcp/80", "allowed r n2:red/-");
	expect(*state, "192.0.2.1", "db", "tcp/80", "dropped r n2:red/-!denied");
	expect(*state, "web", "10.0.99.1", "tcp/80", "dropped s n1:red/-!no-endpoint");
}

static void wrong_questions_say_what_is_wrong(void **state)
{
	static const struct {
		struct wf_check_question q;
		int code;
		const char *says;
	} cases[] = {
		{{"rde/web", "red/db", NULL, "tcp/1"}, -ENOENT, "did you mean 'red'?"},
		{{"red/wbe", "red/db", NULL, "tcp/1"}, -ENOENT, "did you mean 'web'?"},
		{{"web", "red/db", NULL, "tcp/1"}, -EINVAL, "write TENANT/web"},
		{{"web", "db", "red", "tcp"}, -EINVAL, "like tcp/5432"},
		{{"web", "db", "red", "tcp/1-2"}, -EINVAL, "like tcp/5432"},
		{{"web", "db", "red", "icmp/256"}, -EINVAL, "icmp/8"},
		{{"web", "db", "red", "icmp/3"}, -EINVAL, "is an error"},
		{{"web", "db", "red", "gre/1"}, -EINVAL, "like tcp/5432"},
		{{"web", "fd00::99", "red", "tcp/1"}, 0, NULL},
		{{"fd00::99", "blue/app", "red", "tcp/1"}, -EINVAL, "same family"},
		{{"10.0.99.1", "10.0.99.2", "red", "tcp/1"}, -EINVAL, "no node would be asked"},
		{{"web", "idle", "red", "tcp/1"}, -EEXIST, "is not attached"},
	};
	struct wf_rig *rig = *state;

	apply(rig, "[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"idle\"}]");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_err err = {0};
		struct wf_check c;

		assert_int_equal(wf_check_policy(rig->nodes[0].agent, &cases[i].q, &c, &err),
				 cases[i].code);
		if (cases[i].says && !strstr(err.msg, cases[i].says))
			fail_msg("case %zu: %s", i, err.msg);
	}
}

static void no_answer_while_the_kernel_is_not_known(void **state)
{
	struct wf_check_question q = {"web", "db", "red", "tcp/1"};
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_err err = {0};
	struct wf_check c;

	wf_image_free(a->installed);
	a->installed = NULL;
	assert_int_equal(wf_check_policy(a, &q, &c, &err), -EIO);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(without_policies_the_default_decides),
		CASE(a_denial_names_its_policy_at_the_sender),
		CASE(answers_of_a_closed_tenant_pass_as_such),
		CASE(ways_are_named_with_their_direction),
		CASE(what_the_header_must_prove_is_told),
		CASE(other_tenants_need_a_policy_that_lets_them_in),
		CASE(an_address_of_nobody_is_judged_where_it_arrives),
		CASE(wrong_questions_say_what_is_wrong),
		CASE(no_answer_while_the_kernel_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
