// SPDX-License-Identifier: Apache-2.0
#include "compile/services.h"

#include <string.h>

#include "compile/dests.h"
#include "model/member.h"
#include "wire/sid.h"

_Static_assert(WF_SLOTS_MAX <= UINT16_MAX, "slots fit an entry");

struct services {
	struct wf_image *img;
	const struct wf_view *view;
};

static uint16_t n_slots_of(const struct wf_service *s)
{
	return s->history.n ? s->history.items[0].n_slots : 0;
}

static uint16_t n_blocks_of(uint16_t n_slots)
{
	return (uint16_t)((n_slots + WF_SHARE_SLOTS - 1) / WF_SHARE_SLOTS);
}

/* For clients of @tenant. @home: the service's. */
static int add_address(const struct services *s, uint32_t tenant, const struct wf_addr *addr,
		       uint32_t home, const struct wf_service *service)
{
	struct wf_service_key key = {.tenant = tenant};
	struct wf_service_entry entry = {
		.home = home,
		.id = service->id,
		.n_blocks = n_blocks_of(n_slots_of(service)),
		.n_slots = n_slots_of(service),
		.is_by_client = service->is_by_client,
		.is_least_loaded = service->is_least_loaded,
		.capacity = service->capacity,
	};
	int r = 0;

	memcpy(key.addr, addr->bytes, sizeof(key.addr));
	for (unsigned int i = 0; i < service->n_ports && !r; i++) {
		key.proto = service->ports[i].proto;
		key.port = service->ports[i].port;
		entry.target = service->ports[i].target;
		r = wf_image_add(s->img, WF_TABLE_SERVICE, &key, &entry);
	}
	return r;
}

/* Addresses of a service. */
struct addrs {
	WF_VEC(struct wf_addr) list;
};

static int add_addr(struct addrs *addrs, const struct wf_addr *a)
{
	wf_vec_each (other, &addrs->list)
		if (wf_addr_cmp(other, a) == 0)
			return 0;
	return wf_vec_push(&addrs->list, *a);
}

/* Its own, and by which gateways publish it, each once: several may publish one. */
static int find_addrs(const struct services *s, const struct wf_object *service, struct addrs *ret)
{
	size_t n;
	const struct wf_outlet *outlets = wf_outlets_find(s->view->outlets, service->tenant, &n);
	int r = 0;

	for (unsigned int i = 0; i < service->service.n_addrs && !r; i++)
		r = add_addr(ret, &service->service.addrs[i]);
	for (size_t k = 0; k < n; k++) {
		const struct wf_publish *p = outlets[k].publish;

		if (!p || strcmp(p->service, service->name) != 0)
			continue;
		for (unsigned int i = 0; i < p->n_addrs && !r; i++)
			r = add_addr(ret, &p->addrs[i]);
	}
	return r;
}

static int add_addresses(const struct services *s, uint32_t tenant, uint32_t home,
			 const struct wf_object *service)
{
	struct addrs addrs = {0};
	int r = find_addrs(s, service, &addrs);

	for (size_t i = 0; i < addrs.list.n && !r; i++)
		r = add_address(s, tenant, &addrs.list.items[i], home, &service->service);
	wf_vec_done(&addrs.list);
	return r;
}

static int add_blocks(const struct services *s, uint32_t tenant, uint16_t id,
		      const struct wf_shares *shares)
{
	struct wf_share_key key = {.tenant = tenant, .service = id};
	int r = 0;

	for (; key.block < n_blocks_of(shares->n_slots) && !r; key.block++) {
		const uint32_t first = (uint32_t)key.block * WF_SHARE_SLOTS;
		const uint32_t rest = shares->n_slots - first;
		struct wf_share block = {0};

		memcpy(block.slots, shares->slots[first],
		       (rest < WF_SHARE_SLOTS ? rest : WF_SHARE_SLOTS) * sizeof(*block.slots));
		r = wf_image_add(s->img, WF_TABLE_SHARE, &key, &block);
	}
	return r;
}

static int add_service(const struct services *s, uint32_t tenant, const struct wf_seats *seats,
		       const struct wf_object *service, struct wf_target_list *targets)
{
	struct wf_shares shares = {0};
	int r = wf_shares_of(seats, &service->service, &shares);

	if (!r)
		r = add_addresses(s, tenant, tenant, service);
	if (!r)
		r = add_blocks(s, tenant, service->service.id, &shares);
	if (!r)
		r = wf_target_list_add_shares(targets, &shares);
	wf_shares_done(&shares);
	return r;
}

static void copy_addr(const struct wf_endpoint *e, bool is_v4, uint8_t ret[16])
{
	for (unsigned int i = 0; i < e->n_addrs; i++)
		if (wf_addr_is_v4(&e->addrs[i]) == is_v4) {
			memcpy(ret, e->addrs[i].bytes, 16);
			return;
		}
}

static struct wf_backend backend_of(const struct wf_view *v, uint32_t tenant,
				    const struct wf_seated *seated)
{
	const struct wf_here_port *port = seated->node == v->id
						  ? wf_here_find(v->here, seated->object)
						  : NULL;
	const struct wf_endpoint *e = &seated->object->endpoint;
	struct wf_backend backend = {
		.tenant = tenant,
		.identity = wf_endpoint_identity(e),
		.identity_was = wf_endpoint_other_identity(e),
		.ifindex = wf_here_ifindex(port),
	};

	copy_addr(e, true, backend.v4);
	copy_addr(e, false, backend.v6);
	memcpy(backend.mac, e->mac, sizeof(backend.mac));
	return backend;
}

/* Of a backend that is here. */
static int add_sid(const struct services *s, uint16_t sid, const struct wf_backend *backend)
{
	uint64_t key = wf_sid_head_make(s->view->here->block, s->view->id, WF_FN_ENDPOINT | sid);
	struct wf_sid_entry entry = {
		.behavior = WF_BEHAVIOR_DX,
		.tenant = backend->tenant,
		.ifindex = backend->ifindex,
	};
	struct wf_counter_key counter = {.kind = WF_COUNTER_SID};
	int r;

	memcpy(entry.mac, backend->mac, sizeof(entry.mac));
	r = wf_image_add(s->img, WF_TABLE_SID, &key, &entry);
	memcpy(counter.name, &key, sizeof(key));
	return r ? r : wf_image_add_counter(s->img, &counter);
}

static int add_backend(const struct services *s, uint32_t tenant, const struct wf_seated *seated,
		       struct wf_target_list *targets)
{
	const struct wf_backend backend = backend_of(s->view, tenant, seated);
	const uint16_t sid = seated->object->endpoint.sid;
	const uint32_t key = (uint32_t)seated->node << 16 | sid;
	int r = wf_image_add(s->img, WF_TABLE_BACKEND, &key, &backend);

	if (!r && backend.ifindex)
		r = add_sid(s, sid, &backend);
	return r ? r : wf_target_list_add(targets, (struct wf_candidate){seated->node, sid});
}

static int add_own(const struct services *s, const struct wf_object *tenant,
		   struct wf_object *const *services, size_t n, struct wf_target_list *targets)
{
	struct wf_seats seats = {0};
	int r = wf_seats_of(s->view->model, s->view->here, tenant->name, &seats);

	for (size_t i = 0; i < seats.n && !r; i++)
		r = add_backend(s, tenant->self.id, &seats.items[i], targets);
	for (size_t i = 0; i < n && !r; i++)
		if (services[i]->service.id)
			r = add_service(s, tenant->self.id, &seats, services[i], targets);
	wf_seats_done(&seats);
	return r;
}

/* Is one of its backends among the @n members? */
static bool is_known(const struct wf_service *service, const struct wf_member *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wf_service_backends_of(service, &members[i].object->endpoint))
			return true;
	return false;
}

/* Of the other tenant that the @n members belong to. */
static int add_others(const struct services *s, uint32_t tenant, const struct wf_member *members,
		      size_t n)
{
	struct wf_object *const *services;
	size_t n_services;
	int r = 0;

	services = wf_model_range(s->view->model, WF_KIND_SERVICE, members->object->tenant,
				  &n_services);
	for (size_t i = 0; i < n_services && !r; i++)
		if (services[i]->service.id && is_known(&services[i]->service, members, n))
			r = add_addresses(s, tenant, members->home, services[i]);
	return r;
}

int wf_services_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm,
		    struct wf_target_list *targets)
{
	const struct services s = {img, v};
	const struct wf_members *members = &realm->members;
	const uint32_t tenant = realm->tenant->self.id;
	struct wf_object *const *services;
	size_t n, end;
	int r = 0;

	if (!members->is_here)
		return 0;
	services = wf_model_range(v->model, WF_KIND_SERVICE, realm->tenant->name, &n);
	if (n)
		r = add_own(&s, realm->tenant, services, n, targets);
	for (size_t i = members->n_own; i < members->n && !r; i = end) {
		for (end = i;
		     end < members->n && members->items[end].home == members->items[i].home; end++)
			;
		r = add_others(&s, tenant, &members->items[i], end - i);
	}
	return r;
}
