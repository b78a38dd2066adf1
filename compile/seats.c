// SPDX-License-Identifier: Apache-2.0
#include "compile/seats.h"

#include "model/member.h"

static int seated_cmp(const void *a, const void *b)
{
	const struct wf_seated *x = a, *y = b;

	return x->node != y->node ? (int)x->node - (int)y->node
				  : (int)x->object->endpoint.sid - (int)y->object->endpoint.sid;
}

int wf_seats_of(const struct wf_model *m, const struct wf_here *here, const char *tenant,
		struct wf_seats *ret)
{
	const struct wf_nodes nodes = wf_nodes_of(m);
	struct wf_object *const *endpoints;
	struct wf_seats seats = {0};
	size_t n;
	int r = 0;

	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, tenant, &n);
	for (size_t i = 0; i < n && !r; i++) {
		const struct wf_endpoint *e = &endpoints[i]->endpoint;
		struct wf_seated seated = {.object = endpoints[i]};

		if (!e->sid || !e->identity || e->is_gateway ||
		    wf_model_function_of(m, endpoints[i]))
			continue;
		seated.node = wf_nodes_id(&nodes, e->node);
		seated.is_up = !e->is_down && wf_here_reaches(here, seated.node);
		if (seated.node)
			r = wf_vec_push(&seats, seated);
	}
	if (r) {
		wf_seats_done(&seats);
		return r;
	}
	wf_vec_sort(&seats, seated_cmp);
	*ret = seats;
	return 0;
}

void wf_seats_done(struct wf_seats *s)
{
	wf_vec_done(s);
}

const struct wf_seated *wf_seats_find(const struct wf_seats *s, uint16_t node, uint16_t sid)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct wf_seated *seated = &s->items[middle];
		int c = (int)node - (int)seated->node;

		if (!c)
			c = (int)sid - (int)seated->object->endpoint.sid;
		if (c == 0)
			return seated;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool has_family(const struct wf_addr *addrs, unsigned int n, bool is_v4)
{
	for (unsigned int i = 0; i < n; i++)
		if (wf_addr_is_v4(&addrs[i]) == is_v4)
			return true;
	return false;
}

static bool lacks_family(const struct wf_service *s, const struct wf_endpoint *e, bool is_v4)
{
	return has_family(s->addrs, s->n_addrs, is_v4) && !has_family(e->addrs, e->n_addrs, is_v4);
}

const char *wf_seat_hindrance(const struct wf_service *service, const struct wf_endpoint *e)
{
	const struct wf_backends *selection = wf_service_backends_of(service, e);

	if (!selection)
		return "not selected";
	if (!e->node[0])
		return "not attached";
	if (!e->sid)
		return "no SID yet";
	if (e->is_down)
		return "down";
	if (!selection->weight)
		return "weight 0";
	if (lacks_family(service, e, true))
		return "no IPv4 address";
	return lacks_family(service, e, false) ? "no IPv6 address" : NULL;
}

/* While the labels of an endpoint change it is sent to as what it was: who was no backend is none
 * yet, or the policies for what it was would deny what comes to it (agent/relabel.h). */
static bool is_early(const struct wf_history *h, const struct wf_seated *seated)
{
	const struct wf_endpoint *e = &seated->object->endpoint;

	return e->is_announced &&
	       (!h->n || !wf_membership_find(&h->items[0], seated->node, e->sid));
}

int wf_membership_now(const struct wf_seats *s, const struct wf_service *service,
		      struct wf_membership *ret)
{
	struct wf_membership now = {.seats = calloc(s->n + 1, sizeof(*now.seats))};

	if (!now.seats)
		return -ENOMEM;
	wf_vec_each (seated, s) {
		const struct wf_endpoint *e = &seated->object->endpoint;

		if (now.n_seats < WF_SEATS_MAX && !wf_seat_hindrance(service, e) &&
		    !is_early(&service->history, seated))
			now.seats[now.n_seats++] = (struct wf_seat){
				.node = seated->node,
				.sid = e->sid,
				.weight = wf_service_backends_of(service, e)->weight,
			};
	}
	now.n_slots = wf_slots_for(now.n_seats);
	for (unsigned int i = 0; i < service->history.n; i++)
		if (service->history.items[i].n_slots > now.n_slots)
			now.n_slots = service->history.items[i].n_slots;
	*ret = now;
	return 0;
}
