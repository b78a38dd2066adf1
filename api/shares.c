// SPDX-License-Identifier: Apache-2.0
#include "api/shares.h"

#include "compile/shares.h"

struct spread {
	const struct wf_model *model;
	const struct wf_here *here;
	const struct wf_object *service;
	struct wf_shares now;	 /* owned */
	struct wf_shares before; /* owned; n_slots 0: there was nothing else */
};

static double part(const struct wf_shares *s, uint16_t node, uint16_t sid)
{
	return s->n_slots && sid ? (double)wf_shares_count(s, node, sid) / s->n_slots : 0;
}

static int tell(const struct spread *s, const struct wf_object *endpoint, json_t *item)
{
	const struct wf_endpoint *e = &endpoint->endpoint;
	const struct wf_nodes nodes = wf_nodes_of(s->model);
	const uint16_t node = wf_nodes_id(&nodes, e->node);
	const char *hindrance = wf_seat_hindrance(&s->service->service, e);
	int r;

	if (!hindrance && !wf_here_reaches(s->here, node))
		hindrance = "node not reached";
	r = json_object_set_new(item, "share", json_real(part(&s->now, node, e->sid)));

	if (!r && e->sid)
		r = json_object_set_new(item, "sid", json_integer(e->sid));
	if (!r && s->before.n_slots)
		r = json_object_set_new(item, "share_before",
					json_real(part(&s->before, node, e->sid)));
	if (!r && hindrance)
		r = json_object_set_new(item, "hindrance", json_string(hindrance));
	return r ? -ENOMEM : 0;
}

static int tell_all(const struct spread *s, json_t *endpoints)
{
	json_t *item;
	size_t i;
	int r = 0;

	json_array_foreach(endpoints, i, item)
	{
		const char *name = json_string_value(json_object_get(item, "name"));
		const struct wf_object *o = wf_model_find(s->model, WF_KIND_ENDPOINT,
							  s->service->tenant, name);

		if (o && !r)
			r = tell(s, o, item);
	}
	return r;
}

int wf_shares_tell(const struct wf_agent *a, const struct wf_object *service, json_t *endpoints)
{
	const struct wf_model *m = wf_agent_model(a);
	struct spread s = {.model = m, .here = wf_agent_here(a), .service = service};
	struct wf_seats seats = {0};
	int r = wf_seats_of(m, s.here, service->tenant, &seats);

	if (!r)
		r = wf_shares_of(&seats, &service->service, &s.now);
	if (!r)
		r = wf_shares_before(&service->service, &s.before);
	if (!r)
		r = tell_all(&s, endpoints);
	wf_shares_done(&s.now);
	wf_shares_done(&s.before);
	wf_seats_done(&seats);
	return r;
}
