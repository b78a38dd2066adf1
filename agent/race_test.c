// SPDX-License-Identifier: Apache-2.0
/* Daemons in processes of their own ask one store at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/rig.h"

#define TENANT "[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/27\"]}]"
#define N_EACH 9 /* as many as there are namespaces; three nodes of them leave 3 of 30 free */

/* Ends the process: 0 if all were attached. */
static void attach_all(const char *url, int node)
{
	struct wf_rig rig;
	struct wf_agent *a;

	wf_rig_init(&rig);
	snprintf(rig.url, sizeof(rig.url), "%s", url);
	a = wf_rig_start(&rig, node);
	for (int i = 1; i <= N_EACH; i++) {
		char netns[16], name[32];
		struct wf_outcome outcome = {0};
		struct wf_err err = {0};

		snprintf(netns, sizeof(netns), "c%d", i);
		snprintf(name, sizeof(name), "e%d-%d", node, i);
		if (wf_rig_attach(a, "red", name, netns, &outcome, &err) < 0) {
			fprintf(stderr, "%s: %s\n", name, err.msg);
			_exit(1);
		}
		wf_outcome_done(&outcome);
	}
	wf_rig_done(&rig);
	_exit(0);
}

static void assert_no_duplicates(struct wf_agent *a)
{
	struct wf_object *const *o;
	size_t n;

	o = wf_model_range(a->model, WF_KIND_ENDPOINT, "red", &n);
	assert_int_equal(n, WF_RIG_NODES * N_EACH);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(wf_model_find_address(a->model, "red", &o[i]->endpoint.addrs[0]),
				 o[i]);
	wf_model_range(a->model, WF_KIND_IDENTITY, "red", &n);
	assert_int_equal(n, 1);
	wf_model_range(a->model, WF_KIND_NODE, NULL, &n);
	assert_int_equal(n, WF_RIG_NODES);
}

/* A store in a file, and the rig's agents 0, which makes the tenant and goes. */
struct race {
	char dir[32];
	char url[64];
};

static void race_init(struct race *race, struct wf_rig *rig)
{
	strcpy(race->dir, "/tmp/weft-race-XXXXXX");
	assert_non_null(mkdtemp(race->dir));
	snprintf(race->url, sizeof(race->url), "sqlite:%s/db", race->dir);
	wf_rig_init(rig);
	strcpy(rig->url, race->url);
	wf_rig_must_apply(wf_rig_start(rig, 0), TENANT);
	wf_rig_kill(rig, 0);
}

static void race_done(struct race *race, struct wf_rig *rig)
{
	char line[64];

	wf_rig_done(rig);
	snprintf(line, sizeof(line), "rm -r '%s'", race->dir);
	assert_int_equal(system(line), 0);
}

/* Each node in a process of its own; @run ends it: 0 if all was right. */
static void race_run(struct race *race, void (*run)(const char *url, int node))
{
	pid_t children[WF_RIG_NODES];

	for (int i = 0; i < WF_RIG_NODES; i++) {
		children[i] = fork();
		if (children[i] == 0)
			run(race->url, i);
	}
	for (int i = 0; i < WF_RIG_NODES; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

static void nobody_gets_what_another_has(void **state)
{
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};
	struct race race;
	struct wf_rig rig;
	struct wf_agent *a;

	race_init(&race, &rig);
	race_run(&race, attach_all);
	/* On a node whose containers are gone, but not yet for long enough. */
	rig.gone_after_ms = 60000;
	a = wf_rig_start(&rig, 0);
	assert_no_duplicates(a);
	for (int i = 1; i <= 3; i++) {
		char netns[16], name[16];

		snprintf(netns, sizeof(netns), "c%d", i);
		snprintf(name, sizeof(name), "last%d", i);
		wf_rig_must_attach(a, "red", name, netns);
	}
	assert_int_equal(wf_rig_attach(a, "red", "one-too-many", "c4", &outcome, &err),
			 -EADDRNOTAVAIL);
	wf_outcome_done(&outcome);
	race_done(&race, &rig);
}

#define N_ROUNDS 60

/* Is what the endpoint has the number of its labels, and nobody else's? */
static bool has_its_identity(const struct wf_agent *a, const struct wf_object *endpoint)
{
	struct wf_claim claim = wf_claim_id(WF_KIND_IDENTITY, "red", endpoint->endpoint.identity);
	const struct wf_object *o = wf_model_find_claim(a->model, &claim, NULL);

	return o && wf_labels_equal(&o->identity.labels, &endpoint->endpoint.labels) &&
	       !wf_model_find_claim(a->model, &claim, o);
}

/* An hour passes between any two steps, so each identity that is left goes in the next pass. */
static void come_and_go(const char *url, int node)
{
	struct wf_rig rig;
	struct wf_agent *a;

	wf_rig_init(&rig);
	snprintf(rig.url, sizeof(rig.url), "%s", url);
	a = wf_rig_start(&rig, node);
	for (int i = 0; i < N_ROUNDS; i++) {
		struct wf_outcome outcome = {0};
		char name[16], labels[16];

		snprintf(name, sizeof(name), "e%d", node);
		snprintf(labels, sizeof(labels), "app=%d", (i + node) % 4);
		if (!has_its_identity(a, wf_rig_must_attach_as(a, "red", name, "c1", labels)))
			_exit(1);
		a->later_ms += 3600000;
		if (wf_pass(a, NULL) < 0 || wf_agent_detach(a, "red", name, &outcome, NULL) < 0)
			_exit(2);
		wf_outcome_done(&outcome);
		for (int j = 0; j < 2; j++) {
			a->later_ms += 3600000;
			if (wf_pass(a, NULL) < 0)
				_exit(3);
		}
	}
	wf_rig_done(&rig);
	_exit(0);
}

static void identities_that_come_and_go_are_never_lost_and_never_double(void **state)
{
	struct race race;
	struct wf_rig rig;
	struct wf_agent *a;

	race_init(&race, &rig);
	race_run(&race, come_and_go);
	a = wf_rig_start(&rig, 0);
	for (int i = 0; i < 3; i++) {
		a->later_ms += 3600000;
		assert_int_equal(wf_pass(a, NULL), 0);
	}
	assert_int_equal(wf_rig_count(&rig, "/weft/v1/identity/"), 0);
	assert_int_equal(wf_rig_count(&rig, "/weft/v1-claims/identity/"), 0);
	race_done(&race, &rig);
}

/* All nodes want to be the one that adds, rotates, deletes. */
static void change_keys(const char *url, int node)
{
	struct wf_rig rig;
	struct wf_agent *a;

	wf_rig_init(&rig);
	snprintf(rig.url, sizeof(rig.url), "%s", url);
	a = wf_rig_start(&rig, node);
	for (int i = 0; i < N_ROUNDS; i++) {
		struct wf_outcome outcome = {0};
		unsigned int n_signing = 0;
		struct wf_object *const *keys;
		char json[200];
		size_t n;

		snprintf(json, sizeof(json),
			 "[{\"kind\":\"Key\",\"name\":\"k%d-%d\",\"id\":%d,\"secret\":"
			 "\"00112233445566778899aabbccddeeff\"}]",
			 node, i, 1 + node * N_ROUNDS + i);
		wf_rig_apply(a, json, &outcome, NULL); /* or there are two */
		wf_outcome_done(&outcome);
		keys = wf_model_range(a->model, WF_KIND_KEY, NULL, &n);
		for (size_t k = 0; k < n; k++)
			n_signing += keys[k]->key.state == WF_KEY_SIGNING;
		if (n < 1 || n > WF_LIVE_KEYS_MAX || n_signing != 1)
			_exit(1);
		wf_agent_key_rotate(a, &outcome, NULL); /* or another one did */
		wf_outcome_done(&outcome);
		a->later_ms += 3600000;
		if (wf_pass(a, NULL) < 0)
			_exit(2);
	}
	wf_rig_done(&rig);
	_exit(0);
}

#define SIGNED                                                                   \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/27\"]," \
	"\"require\":[\"hmac\"]}]"

static void try_apply(struct wf_agent *a, const char *json)
{
	struct wf_outcome outcome = {0};

	wf_rig_apply(a, json, &outcome, NULL);
	wf_outcome_done(&outcome);
}

static void try_delete_key(struct wf_agent *a, const char *name)
{
	struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, name);
	struct wf_outcome outcome = {0};

	wf_agent_delete(a, &o, 1, &outcome, NULL);
	wf_outcome_done(&outcome);
	wf_object_unref(o);
}

/* A tenant begins and ceases to require signatures, and the only key comes and goes. */
static void require_and_delete(const char *url, int node)
{
	struct wf_rig rig;
	struct wf_agent *a;

	wf_rig_init(&rig);
	snprintf(rig.url, sizeof(rig.url), "%s", url);
	a = wf_rig_start(&rig, node);
	for (int i = 0; i < N_ROUNDS; i++) {
		const struct wf_object *red;

		try_apply(a, "[{\"kind\":\"Key\",\"name\":\"k\",\"id\":1,\"secret\":"
			     "\"00112233445566778899aabbccddeeff\"}]");
		if (node)
			try_apply(a, i % 2 ? SIGNED : TENANT);
		else
			try_delete_key(a, "k");
		if (wf_watch_catch_up(a, NULL) < 0)
			_exit(1);
		red = wf_model_find(a->model, WF_KIND_TENANT, NULL, "red");
		if (red->self.require && !wf_model_find(a->model, WF_KIND_KEY, NULL, "k"))
			_exit(2);
	}
	wf_rig_done(&rig);
	_exit(0);
}

static void a_key_never_goes_while_somebody_begins_to_require_it(void **state)
{
	struct race race;
	struct wf_rig rig;

	race_init(&race, &rig);
	race_run(&race, require_and_delete);
	race_done(&race, &rig);
}

#define ENDPOINT                                                     \
	"[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"e\"," \
	"\"addresses\":[\"10.0.0.5\"]}]"

static void try_delete(struct wf_agent *a, enum wf_kind kind, const char *name)
{
	struct wf_object *o = wf_object_new(kind, "red", name);
	struct wf_outcome outcome = {0};

	wf_agent_delete(a, &o, 1, &outcome, NULL);
	wf_outcome_done(&outcome);
	wf_object_unref(o);
}

/* Two services share 10.0.0.5 in this round, or both want the same port of it. */
static void try_service(struct wf_agent *a, int node, bool is_shared)
{
	char json[256];

	snprintf(json, sizeof(json),
		 "[{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"s%d\",\"addresses\":["
		 "\"10.0.0.5\"],\"ports\":[\"tcp/%d\"],\"backends\":[{\"labels\":{\"a\":\"b\"}}]}]",
		 node, is_shared ? 9 + node : 9);
	try_apply(a, json);
}

/* Has every service what it says, and it alone? All want the address of the only endpoint. */
static bool are_services_right(const struct wf_agent *a)
{
	struct wf_object *const *services;
	struct wf_claim claim;
	size_t n;

	services = wf_model_range(a->model, WF_KIND_SERVICE, "red", &n);
	if (n && wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "e"))
		return false;
	for (size_t i = 0; i < n; i++)
		for (unsigned int j = 0; wf_object_claim(services[i], j, &claim); j++)
			if (wf_model_find_claim(a->model, &claim, services[i]))
				return false;
	return true;
}

/* One node's endpoint, and the others' services, want the same address. */
static void change_services(const char *url, int node)
{
	char name[16];
	struct wf_rig rig;
	struct wf_agent *a;

	wf_rig_init(&rig);
	snprintf(rig.url, sizeof(rig.url), "%s", url);
	snprintf(name, sizeof(name), "s%d", node);
	a = wf_rig_start(&rig, node);
	for (int i = 0; i < N_ROUNDS; i++) {
		if (node)
			try_service(a, node, i % 3);
		else
			try_apply(a, ENDPOINT);
		if (wf_watch_catch_up(a, NULL) < 0)
			_exit(1);
		if (!are_services_right(a))
			_exit(2);
		try_delete(a, node ? WF_KIND_SERVICE : WF_KIND_ENDPOINT, node ? name : "e");
	}
	wf_rig_done(&rig);
	_exit(0);
}

static void an_address_is_never_an_endpoints_and_a_services(void **state)
{
	struct race race;
	struct wf_rig rig;

	race_init(&race, &rig);
	race_run(&race, change_services);
	wf_rig_start(&rig, 0);
	assert_int_equal(wf_rig_count(&rig, "/weft/v1/service/"), 0);
	assert_int_equal(wf_rig_count(&rig, "/weft/v1-claims/address/"), 0);
	assert_int_equal(wf_rig_count(&rig, "/weft/v1-claims/port/"), 0);
	race_done(&race, &rig);
}

/* A policy begins to lead through a function that others remove. */
static void lead_and_remove(const char *url, int node)
{
	struct wf_rig rig;
	struct wf_agent *a;

	wf_rig_init(&rig);
	snprintf(rig.url, sizeof(rig.url), "%s", url);
	a = wf_rig_start(&rig, node);
	for (int i = 0; i < N_ROUNDS; i++) {
		if (node) {
			try_apply(a, "[{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\","
				     "\"from\":\"any\",\"to\":\"any\",\"via\":[\"fw\"]}]");
		} else {
			try_apply(a, "[{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"fw\","
				     "\"instances\":{\"app\":\"fw\"}}]");
			try_delete(a, WF_KIND_FUNCTION, "fw");
		}
		if (wf_watch_catch_up(a, NULL) < 0)
			_exit(1);
		if (wf_model_find(a->model, WF_KIND_POLICY, "red", "p") &&
		    !wf_model_find(a->model, WF_KIND_FUNCTION, "red", "fw"))
			_exit(2);
		if (node)
			try_delete(a, WF_KIND_POLICY, "p");
	}
	wf_rig_done(&rig);
	_exit(0);
}

static void a_function_never_goes_while_a_policy_begins_to_lead_through_it(void **state)
{
	struct race race;
	struct wf_rig rig;

	race_init(&race, &rig);
	race_run(&race, lead_and_remove);
	race_done(&race, &rig);
}

static void there_are_never_more_than_two_keys_and_always_one_signs(void **state)
{
	struct race race;
	struct wf_rig rig;

	race_init(&race, &rig);
	race_run(&race, change_keys);
	race_done(&race, &rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_gets_what_another_has),
		cmocka_unit_test(identities_that_come_and_go_are_never_lost_and_never_double),
		cmocka_unit_test(a_key_never_goes_while_somebody_begins_to_require_it),
		cmocka_unit_test(an_address_is_never_an_endpoints_and_a_services),
		cmocka_unit_test(a_function_never_goes_while_a_policy_begins_to_lead_through_it),
		cmocka_unit_test(there_are_never_more_than_two_keys_and_always_one_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
