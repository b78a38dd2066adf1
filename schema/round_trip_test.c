// SPDX-License-Identifier: Apache-2.0
/*
 * Random objects, to JSON and back, and cloned: nothing is lost. Seeded, so a failure can be
 * repeated.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "schema/object_text_test.h"
#include "schema/random_object_test.h"

#define N_RANDOM 2000

static bool is_equal_selector(const struct wf_selector *a, const struct wf_selector *b)
{
	return a->type == b->type && strcmp(a->tenant, b->tenant) == 0 &&
	       wf_labels_equal(&a->labels, &b->labels) &&
	       memcmp(&a->prefix, &b->prefix, sizeof(a->prefix)) == 0;
}

static bool are_equal_ports(const struct wf_policy *a, const struct wf_policy *b)
{
	for (unsigned int i = 0; i < a->n_ports; i++)
		if (a->ports[i].proto != b->ports[i].proto ||
		    a->ports[i].first != b->ports[i].first || a->ports[i].last != b->ports[i].last)
			return false;
	return a->n_ports == b->n_ports;
}

static bool is_equal_function(const struct wf_function *a, const struct wf_function *b)
{
	return wf_labels_equal(&a->instances, &b->instances) && a->mode == b->mode &&
	       strcmp(a->in, b->in) == 0 && strcmp(a->out, b->out) == 0 &&
	       a->is_bridged == b->is_bridged && a->is_bypass == b->is_bypass &&
	       wf_probe_equal(&a->probe, &b->probe);
}

static bool are_equal_backends(const struct wf_service *a, const struct wf_service *b)
{
	for (unsigned int i = 0; i < a->n_backends; i++)
		if (!wf_labels_equal(&a->backends[i].labels, &b->backends[i].labels) ||
		    a->backends[i].weight != b->backends[i].weight)
			return false;
	return a->n_backends == b->n_backends;
}

static bool are_equal_service_ports(const struct wf_service *a, const struct wf_service *b)
{
	for (unsigned int i = 0; i < a->n_ports; i++)
		if (a->ports[i].proto != b->ports[i].proto ||
		    a->ports[i].port != b->ports[i].port ||
		    a->ports[i].target != b->ports[i].target)
			return false;
	return a->n_ports == b->n_ports;
}

static bool is_equal_service(const struct wf_service *a, const struct wf_service *b)
{
	return a->id == b->id && a->n_addrs == b->n_addrs &&
	       memcmp(a->addrs, b->addrs, sizeof(a->addrs)) == 0 && are_equal_service_ports(a, b) &&
	       are_equal_backends(a, b) && a->is_by_client == b->is_by_client &&
	       a->is_least_loaded == b->is_least_loaded && a->capacity == b->capacity &&
	       wf_probe_equal(&a->probe, &b->probe) && a->drain_ms == b->drain_ms &&
	       wf_history_equal(&a->history, &b->history);
}

static bool are_equal_egresses(const struct wf_gateway *a, const struct wf_gateway *b)
{
	for (unsigned int i = 0; i < a->n_egress; i++) {
		const struct wf_egress *x = &a->egress[i], *y = &b->egress[i];

		if (strcmp(x->tenant, y->tenant) != 0 || x->n_nat != y->n_nat ||
		    memcmp(x->nat, y->nat, sizeof(x->nat)) != 0 || x->first_port != y->first_port ||
		    x->last_port != y->last_port)
			return false;
	}
	return true;
}

static bool is_equal_gateway(const struct wf_gateway *a, const struct wf_gateway *b)
{
	return strcmp(a->node, b->node) == 0 && strcmp(a->outside, b->outside) == 0 &&
	       a->n_egress == b->n_egress && are_equal_egresses(a, b) &&
	       a->n_publish == b->n_publish &&
	       (!a->n_publish ||
		memcmp(a->publish, b->publish, a->n_publish * sizeof(*a->publish)) == 0) &&
	       a->as == b->as && a->n_peers == b->n_peers &&
	       memcmp(a->peers, b->peers, sizeof(a->peers)) == 0;
}

static bool is_equal(const struct wf_object *a, const struct wf_object *b)
{
	if (wf_object_cmp(a, b) != 0)
		return false;
	switch (a->kind) {
	case WF_KIND_NODE:
		return a->node.id == b->node.id && a->node.mtu == b->node.mtu &&
		       a->node.has_end_sid == b->node.has_end_sid &&
		       wf_addr_cmp(&a->node.end_sid, &b->node.end_sid) == 0;
	case WF_KIND_TENANT:
		return a->self.id == b->self.id && a->self.n_prefixes == b->self.n_prefixes &&
		       memcmp(a->self.prefixes, b->self.prefixes, sizeof(a->self.prefixes)) == 0 &&
		       a->self.encoding == b->self.encoding &&
		       a->self.metadata == b->self.metadata &&
		       a->self.is_deny_default == b->self.is_deny_default &&
		       a->self.is_host == b->self.is_host && a->self.require == b->self.require &&
		       a->self.n_verify == b->self.n_verify &&
		       memcmp(a->self.verify, b->self.verify, sizeof(a->self.verify)) == 0;
	case WF_KIND_IDENTITY:
		return a->identity.id == b->identity.id &&
		       wf_labels_equal(&a->identity.labels, &b->identity.labels);
	case WF_KIND_ENDPOINT:
		return strcmp(a->endpoint.node, b->endpoint.node) == 0 &&
		       a->endpoint.is_declared == b->endpoint.is_declared &&
		       memcmp(a->endpoint.mac, b->endpoint.mac, 6) == 0 &&
		       a->endpoint.n_addrs == b->endpoint.n_addrs &&
		       memcmp(a->endpoint.addrs, b->endpoint.addrs, sizeof(a->endpoint.addrs)) ==
			       0 &&
		       wf_labels_equal(&a->endpoint.labels, &b->endpoint.labels) &&
		       a->endpoint.identity == b->endpoint.identity &&
		       a->endpoint.identity_was == b->endpoint.identity_was &&
		       a->endpoint.is_announced == b->endpoint.is_announced &&
		       a->endpoint.is_sr_aware == b->endpoint.is_sr_aware &&
		       a->endpoint.is_host == b->endpoint.is_host &&
		       a->endpoint.is_gateway == b->endpoint.is_gateway &&
		       a->endpoint.sid == b->endpoint.sid &&
		       a->endpoint.is_down == b->endpoint.is_down &&
		       strcmp(a->endpoint.ifname, b->endpoint.ifname) == 0 &&
		       a->endpoint.netns == b->endpoint.netns;
	case WF_KIND_FUNCTION:
		return is_equal_function(&a->function, &b->function);
	case WF_KIND_SERVICE:
		return is_equal_service(&a->service, &b->service);
	case WF_KIND_GATEWAY:
		return is_equal_gateway(&a->gateway, &b->gateway);
	case WF_KIND_KEY:
		return memcmp(&a->key, &b->key, sizeof(a->key)) == 0;
	default:
		return a->policy.id == b->policy.id &&
		       is_equal_selector(&a->policy.from, &b->policy.from) &&
		       is_equal_selector(&a->policy.to, &b->policy.to) &&
		       a->policy.n_paths == b->policy.n_paths &&
		       (!a->policy.n_paths ||
			memcmp(a->policy.paths, b->policy.paths,
			       a->policy.n_paths * sizeof(*a->policy.paths)) == 0) &&
		       a->policy.is_deny == b->policy.is_deny &&
		       a->policy.require == b->policy.require &&
		       a->policy.transit_every == b->policy.transit_every &&
		       are_equal_ports(&a->policy, &b->policy) &&
		       a->policy.is_symmetric == b->policy.is_symmetric &&
		       a->policy.encoding == b->policy.encoding;
	}
}

static void random_objects_come_back_equal(void **state)
{
	srand(2);
	for (int i = 0; i < N_RANDOM; i++) {
		WF_CLEANUP(cleanup_object) struct wf_object *o = random_object();
		WF_CLEANUP(cleanup_object) struct wf_object *clone = wf_object_clone(o);
		WF_CLEANUP(cleanup_object) struct wf_object *back = NULL;
		_cleanup_free_ char *text = to_text(o);

		back = from_text(text, true);
		if (!is_equal(o, back))
			fail_msg("%d: %s", i, text);
		assert_true(is_equal(o, clone));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_objects_come_back_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
