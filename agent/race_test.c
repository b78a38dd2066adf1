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

static void nobody_gets_what_another_has(void **state)
{
	char dir[] = "/tmp/weft-race-XXXXXX", line[64], url[64];
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};
	pid_t children[WF_RIG_NODES];
	struct wf_rig rig;
	struct wf_agent *a;

	assert_non_null(mkdtemp(dir));
	snprintf(url, sizeof(url), "sqlite:%s/db", dir);
	wf_rig_init(&rig);
	strcpy(rig.url, url);
	wf_rig_must_apply(wf_rig_start(&rig, 0), TENANT);
	wf_rig_kill(&rig, 0);
	for (int i = 0; i < WF_RIG_NODES; i++) {
		children[i] = fork();
		if (children[i] == 0)
			attach_all(url, i);
	}
	for (int i = 0; i < WF_RIG_NODES; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
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
	wf_rig_done(&rig);
	snprintf(line, sizeof(line), "rm -r '%s'", dir);
	assert_int_equal(system(line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_gets_what_another_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
