/* SPDX-License-Identifier: Apache-2.0 */
/* Services in wishes for tests. */
#pragma once

#include "compile/seats.h"
#include "compile/wish_test.h"
#include "model/service_port.h"

struct wish_service {
	const char *tenant, *name, *addrs, *ports; /* "10.0.0.100 fd00::100", "tcp/80->8080" */
	uint16_t id;
	const char *backends[WF_SERVICE_BACKENDS_MAX]; /* labels; up to the first NULL */
	uint8_t weights[WF_SERVICE_BACKENDS_MAX];
	uint32_t capacity; /* 0: not least-loaded */
};

static inline void wish_service(struct wf_model *m, const struct wish_service *w)
{
	struct wf_object *o = wf_object_new(WF_KIND_SERVICE, w->tenant, w->name);
	struct wf_service *s = &o->service;
	char words[512], *rest, *word;

	s->id = w->id;
	s->capacity = w->capacity;
	s->is_least_loaded = w->capacity;
	s->drain_ms = WF_DRAIN_MS;
	snprintf(words, sizeof(words), "%s", w->addrs);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		assert_int_equal(wf_addr_parse(word, &s->addrs[s->n_addrs++]), 0);
	snprintf(words, sizeof(words), "%s", w->ports);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		assert_int_equal(wf_service_port_parse(word, &s->ports[s->n_ports++]), 0);
	for (; s->n_backends < WF_SERVICE_BACKENDS_MAX && w->backends[s->n_backends];
	     s->n_backends++) {
		assert_int_equal(wf_labels_parse(w->backends[s->n_backends],
						 &s->backends[s->n_backends].labels),
				 0);
		s->backends[s->n_backends].weight = w->weights[s->n_backends];
	}
	wish_put(m, o);
}

/* An endpoint with a SID. */
struct wish_backend {
	const char *tenant, *name, *node, *addrs, *labels;
	uint32_t identity;
	uint16_t sid;
	bool is_down;
};

static inline void wish_backend(struct wf_model *m, const struct wish_backend *w)
{
	struct wf_object *o;

	wish_endpoint(m, w->tenant, w->name, w->node, w->addrs, w->labels, w->identity);
	o = wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, w->tenant, w->name));
	o->endpoint.sid = w->sid;
	o->endpoint.is_down = w->is_down;
	wish_put(m, o);
}

/* The history of a service goes on with who is usable now, as an agent would write it. */
static inline void wish_begin(struct wf_model *m, const char *tenant, const char *name)
{
	struct wf_object *o = wf_object_clone(wf_model_find(m, WF_KIND_SERVICE, tenant, name));
	struct wf_membership now = {0};
	struct wf_seats seats = {0};

	assert_int_equal(wf_seats_of(m, NULL, tenant, &seats), 0);
	assert_int_equal(wf_membership_now(&seats, &o->service, &now), 0);
	assert_int_equal(wf_history_begin(&o->service.history, &now), 0);
	wf_membership_done(&now);
	wf_seats_done(&seats);
	wish_put(m, o);
}
