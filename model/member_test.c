// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "model/member.h"
#include "model/sample.h"

/* The service of @tenant that has this port of this address. */
static struct wf_object *find_service(const struct wf_model *m, const char *tenant,
				      const struct wf_addr *addr, uint8_t proto, uint16_t port)
{
	const struct wf_claim claim = {.kind = WF_KIND_SERVICE,
				       .type = WF_CLAIM_PORT,
				       .scope = tenant,
				       .value = *addr,
				       .proto = proto,
				       .port = port};

	return wf_model_find_claim(m, &claim, NULL);
}

static struct wf_object *labelled(const char *labels)
{
	struct wf_object *o = sample_endpoint("red", "e", "10.0.0.1");

	assert_int_equal(wf_labels_parse(labels, &o->endpoint.labels), 0);
	return o;
}

static void the_first_selection_that_an_endpoint_fits_counts(void **state)
{
	static const struct {
		const char *labels;
		int selection; /* -1: no backend */
	} cases[] = {
		{"app=web,tier=a", 0}, {"app=web", 1}, {"app=web,tier=b", 1},
		{"app=db", -1},	       {"", -1},
	};
	WF_CLEANUP(cleanup_object)
	struct wf_object *o = sample_service("red", "s", "10.0.0.100", "tcp/80", "app=web,tier=a");
	struct wf_service *s = &o->service;

	assert_int_equal(wf_labels_parse("app=web", &s->backends[s->n_backends++].labels), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_object) struct wf_object *e = labelled(cases[i].labels);
		const struct wf_backends *found = wf_service_backends_of(s, &e->endpoint);

		assert_ptr_equal(found,
				 cases[i].selection < 0 ? NULL : &s->backends[cases[i].selection]);
	}
}

static void the_function_of_an_endpoint_is_of_its_tenant_and_the_first_in_order(void **state)
{
	static const struct {
		const char *labels, *function; /* NULL: of none */
	} cases[] = {
		{"app=fw", "fw"}, {"app=ids,tier=a", "ids"}, {"app=fw,app2=x", "fw"},
		{"tier=a", NULL}, {"app=nat", NULL},	     {"app=fw,z=1", "fw"},
	};
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();

	sample_put(m, sample_function("blue", "nat", "app=nat"));
	sample_put(m, sample_function("red", "ids", "app=ids"));
	sample_put(m, sample_function("red", "fw", "app=fw"));
	sample_put(m, sample_function("red", "zz", "z=1"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_object) struct wf_object *e = labelled(cases[i].labels);
		const struct wf_object *found = wf_model_function_of(m, e);

		if (cases[i].function)
			assert_string_equal(found ? found->name : "none", cases[i].function);
		else
			assert_null(found);
	}
}

static void a_port_of_a_service_is_found_and_its_address_is_no_endpoints(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	struct wf_addr shared, other;

	assert_int_equal(wf_addr_parse("10.0.0.100", &shared), 0);
	assert_int_equal(wf_addr_parse("10.0.0.1", &other), 0);
	sample_put(m, sample_service("red", "web", "10.0.0.100", "tcp/80->8080", "app=web"));
	sample_put(m, sample_service("red", "dns", "10.0.0.100", "udp/53", "app=dns"));
	assert_string_equal(find_service(m, "red", &shared, IPPROTO_TCP, 80)->name, "web");
	assert_string_equal(find_service(m, "red", &shared, IPPROTO_UDP, 53)->name, "dns");
	assert_null(find_service(m, "red", &shared, IPPROTO_TCP, 8080));
	assert_null(find_service(m, "red", &shared, IPPROTO_TCP, 53));
	assert_null(find_service(m, "red", &other, IPPROTO_TCP, 80));
	assert_null(find_service(m, "blue", &shared, IPPROTO_TCP, 80));
	assert_null(wf_model_find_address(m, "red", &shared));
	sample_put(m, sample_endpoint("red", "e", "10.0.0.100"));
	assert_string_equal(wf_model_find_address(m, "red", &shared)->name, "e");
	assert_int_equal(wf_model_remove(m, WF_KIND_SERVICE, "red", "web"), 0);
	assert_null(find_service(m, "red", &shared, IPPROTO_TCP, 80));
	assert_string_equal(find_service(m, "red", &shared, IPPROTO_UDP, 53)->name, "dns");
}

/* The largest there are: their claims fit, and each is found. */
static void many_services_of_all_ports_are_found_and_removed(void **state)
{
	enum {
		N = 300
	};
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	struct wf_addr addr;
	char text[32];

	for (int i = 0; i < N; i++) {
		struct wf_object *o = wf_object_new(WF_KIND_SERVICE, "red", "");
		struct wf_service *s = &o->service;

		free(o->name);
		snprintf(text, sizeof(text), "s%03d", i);
		o->name = strdup(text);
		s->id = (uint16_t)(i + 1);
		for (s->n_addrs = 0; s->n_addrs < WF_SERVICE_ADDR_MAX; s->n_addrs++) {
			snprintf(text, sizeof(text), "10.%u.0.%d", s->n_addrs, i % 250);
			assert_int_equal(wf_addr_parse(text, &s->addrs[s->n_addrs]), 0);
		}
		for (s->n_ports = 0; s->n_ports < WF_SERVICE_PORTS_MAX; s->n_ports++)
			s->ports[s->n_ports] = (struct wf_service_port){
				IPPROTO_TCP, (uint16_t)(1 + s->n_ports + 100 * (i / 250)), 1};
		sample_put(m, o);
	}
	assert_int_equal(wf_addr_parse("10.3.0.7", &addr), 0);
	assert_string_equal(find_service(m, "red", &addr, IPPROTO_TCP, 16)->name, "s007");
	assert_string_equal(find_service(m, "red", &addr, IPPROTO_TCP, 116)->name, "s257");
	for (int i = 0; i < N; i++) {
		snprintf(text, sizeof(text), "s%03d", i);
		assert_int_equal(wf_model_remove(m, WF_KIND_SERVICE, "red", text), 0);
		assert_null(find_service(m, "red", &addr, IPPROTO_TCP, 16 + 1000));
	}
	assert_null(find_service(m, "red", &addr, IPPROTO_TCP, 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_selection_that_an_endpoint_fits_counts),
		cmocka_unit_test(
			the_function_of_an_endpoint_is_of_its_tenant_and_the_first_in_order),
		cmocka_unit_test(a_port_of_a_service_is_found_and_its_address_is_no_endpoints),
		cmocka_unit_test(many_services_of_all_ports_are_found_and_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
