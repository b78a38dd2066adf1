// SPDX-License-Identifier: Apache-2.0
/* Asks the data path's decisions what flows to a service would get: one flow for each list of
 * candidates that slots of its table have. */
#include <stdio.h>

#include "agent/drop.h"
#include "agent/explaining.h"
#include "compile/shares.h"
#include "model/service_port.h"

#define SOURCE_PORT 49152 /* the first that nobody has (RFC 6335 section 6) */

static const struct wf_object *by_id(const struct wf_agent *a, enum wf_kind kind,
				     const char *tenant, uint32_t id)
{
	struct wf_claim claim = wf_claim_id(kind, tenant, id);

	return wf_model_find_claim(a->model, &claim, NULL);
}

static const struct wf_object *service_of(const struct wf_agent *a,
					  const struct wf_service_entry *entry)
{
	const struct wf_object *home = by_id(a, WF_KIND_TENANT, "", entry->home);

	return home ? by_id(a, WF_KIND_SERVICE, home->name, entry->id) : NULL;
}

/* One that the tenant knows by that address, whatever its ports. */
static const struct wf_object *by_address(const struct wf_agent *a, const struct wf_object *tenant,
					  const struct wf_addr *addr)
{
	const size_t n = a->installed ? wf_image_count(a->installed, WF_TABLE_SERVICE) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct wf_service_key *key = wf_image_key(a->installed, WF_TABLE_SERVICE, i);

		if (key->tenant == tenant->self.id && !memcmp(key->addr, addr->bytes, 16))
			return service_of(a, wf_image_value(a->installed, WF_TABLE_SERVICE, i));
	}
	return NULL;
}

/* NULL: it is none, or an endpoint's. @ret_addr: as wf_explaining_endpoint(). */
static const struct wf_object *find_service(const struct wf_agent *a,
					    const struct wf_object *tenant, const char *text,
					    struct wf_addr *addr, const struct wf_addr **ret_addr)
{
	*ret_addr = wf_addr_parse(text, addr) == 0 ? addr : NULL;
	if (*ret_addr)
		return wf_model_find_address(a->model, tenant->name, addr)
			       ? NULL
			       : by_address(a, tenant, addr);
	return wf_model_find(a->model, WF_KIND_ENDPOINT, tenant->name, text)
		       ? NULL
		       : wf_model_find(a->model, WF_KIND_SERVICE, tenant->name, text);
}

bool wf_path_is_to_service(const struct wf_agent *a, const char *tenant, const char *to)
{
	const struct wf_object *of = wf_model_find(a->model, WF_KIND_TENANT, NULL, tenant);
	const struct wf_addr *given;
	struct wf_addr addr;

	return of && find_service(a, of, to, &addr, &given);
}

static int no_such_port(const struct wf_object *service, const char *text, struct wf_err *err)
{
	char buf[WF_SERVICE_PORT_STR_MAX], all[WF_SERVICE_PORTS_MAX * WF_SERVICE_PORT_STR_MAX + 64];
	size_t len = 0;

	for (unsigned int i = 0; i < service->service.n_ports; i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", i ? ", " : "",
					wf_service_port_front_str(&service->service.ports[i], buf));
	return wf_err_set(err, -EINVAL, "service '%.63s' has no port '%.20s': it has %.120s",
			  service->name, text, all);
}

static int find_service_port(const struct wf_object *service, const char *text,
			     struct wf_service_port *ret, struct wf_err *err)
{
	const struct wf_service *s = &service->service;
	struct wf_service_port asked;

	if (!text) {
		*ret = s->ports[0];
		return 0;
	}
	if (wf_service_port_parse(text, &asked) < 0)
		return no_such_port(service, text, err);
	for (unsigned int i = 0; i < s->n_ports; i++)
		if (s->ports[i].proto == asked.proto && s->ports[i].port == asked.port) {
			*ret = s->ports[i];
			return 0;
		}
	return no_such_port(service, text, err);
}

static const struct wf_addr *virtual_address(const struct wf_service *s, bool is_v4)
{
	for (unsigned int i = 0; i < s->n_addrs; i++)
		if (wf_addr_is_v4(&s->addrs[i]) == is_v4)
			return &s->addrs[i];
	return NULL;
}

/* One address of each, of the same family; those given are kept. */
static int pair(struct wf_service_explanation *x, const struct wf_addr *from,
		const struct wf_addr *to, struct wf_err *err)
{
	for (int is_v4 = 1; is_v4 >= 0; is_v4--) {
		const struct wf_addr *f = from ? from
					       : wf_explaining_first(&x->from->endpoint, is_v4);
		const struct wf_addr *t = to ? to : virtual_address(&x->service->service, is_v4);

		if (!f || !t || wf_addr_is_v4(f) != is_v4 || wf_addr_is_v4(t) != is_v4)
			continue;
		x->from_addr = *f;
		x->to_addr = *t;
		return 0;
	}
	return wf_err_set(err, -EINVAL,
			  "'%.63s' and service '%.63s' have no addresses of the same family",
			  x->from->name, x->service->name);
}

/* What is asked: by names and numbers. */
struct question {
	const struct wf_agent *agent;
	const struct wf_port *port;
	const struct wf_service_entry *entry;
	struct wf_service_explanation *x;
};

static int find_entry(struct question *q, const struct wf_object *tenant, struct wf_err *err)
{
	struct wf_service_key key = {.tenant = tenant->self.id,
				     .port = q->x->port.port,
				     .proto = q->x->port.proto};

	memcpy(key.addr, q->x->to_addr.bytes, sizeof(key.addr));
	q->entry = wf_image_find(q->agent->installed, WF_TABLE_SERVICE, &key);
	if (!q->entry)
		return wf_err_set(err, -EIO,
				  "the kernel does not hold service '%s' (yet): see 'weft status'",
				  q->x->service->name);
	if (q->entry->n_slots)
		return 0;
	return wf_err_set(err, -EEXIST,
			  "service '%s' has no backend that works, and never had one: see 'weft "
			  "service show'",
			  q->x->service->name);
}

static int read_question(struct question *q, const char *tenant, const char *from, const char *to,
			 const char *port, struct wf_err *err)
{
	const struct wf_addr *from_given, *to_given;
	struct wf_service_explanation *x = q->x;
	const struct wf_object *of;
	struct wf_addr f, t;
	int r = wf_explaining_tenant(q->agent, tenant, &of, err);

	if (!r)
		r = wf_explaining_endpoint(q->agent, tenant, from, &x->from, &from_given, &f, err);
	if (r)
		return r;
	x->service = find_service(q->agent, of, to, &t, &to_given);
	if (!x->service)
		return wf_err_set(err, -ENOENT,
				  "tenant '%.63s' has no service '%.63s': list those there are "
				  "with 'weft service list'",
				  tenant, to);
	r = find_service_port(x->service, port, &x->port, err);
	if (!r)
		r = pair(x, from_given, to_given, err);
	if (!r)
		r = wf_explaining_port(q->agent, x->from, &q->port, err);
	return r ? r : find_entry(q, of, err);
}

struct lists {
	struct wf_candidate (*items)[WF_CANDIDATES_MAX]; /* owned; one for each slot */
	size_t n;
};

static int lists_cmp(const void *a, const void *b)
{
	return wf_candidates_cmp(a, b);
}

/* Slots that are not in the kernel have no candidates. */
static int read_lists(const struct question *q, struct lists *ret)
{
	ret->items = calloc(q->entry->n_slots, sizeof(*ret->items));
	ret->n = q->entry->n_slots;
	if (!ret->items)
		return -ENOMEM;
	for (size_t i = 0; i < ret->n; i += WF_SHARE_SLOTS) {
		const struct wf_share_key key = {.tenant = q->entry->home,
						 .service = q->entry->id,
						 .block = (uint16_t)(i / WF_SHARE_SLOTS)};
		const struct wf_share *share = wf_image_find(q->agent->installed, WF_TABLE_SHARE,
							     &key);
		const size_t left = ret->n - i;

		if (share)
			memcpy(ret->items[i], share->slots,
			       (left < WF_SHARE_SLOTS ? left : WF_SHARE_SLOTS) *
				       sizeof(*ret->items));
	}
	qsort(ret->items, ret->n, sizeof(*ret->items), lists_cmp);
	return 0;
}

/* The first packet of a flow, which the slot's owner is to get. */
static struct wf_case case_of(const struct question *q, const struct wf_candidate *slot)
{
	struct wf_case c = {.kind = WF_CASE_WHOLE, .tcp_flags = WF_TCP_SYN};
	struct wf_flow *flow = &c.ahead.flow;

	memcpy(flow->src, q->x->from_addr.bytes, 16);
	memcpy(flow->dst, q->x->to_addr.bytes, 16);
	flow->proto = q->x->port.proto;
	flow->sport = wf_htons(SOURCE_PORT);
	flow->dport = wf_htons(q->x->port.port);
	c.has_back = wf_flow_answer(flow, &c.back.flow);
	c.ahead.tenant = q->port->tenant;
	c.request = c.ahead;
	c.backend = slot[0];
	c.others = wf_lane_of_candidates(slot);
	return c;
}

static enum wf_drop decide(const struct question *q, const struct wf_candidate *slot,
			   struct wf_way *ret)
{
	const struct wf_world world = wf_explaining_world(q->agent);
	const struct wf_backend *backend = wf_backend_find(&world, slot[0]);
	struct wf_case c = case_of(q, slot);
	const uint8_t *addr = backend ? wf_backend_addr(backend, &c.request.flow) : NULL;
	const struct wf_dest *dest = addr ? wf_dest_find(&world, q->port->tenant, addr) : NULL;
	enum wf_drop drop;

	if (!dest)
		return WF_DROP_NO_BACKEND;
	if (!memcmp(addr, c.request.flow.src, 16))
		return WF_DROP_HAIRPIN;
	wf_service_alias(&c, addr, q->entry->target, WF_ALIAS_TO);
	drop = wf_apply_judge(&world, q->port, dest, &c);
	return drop ? drop
		    : wf_route_decide(&world, wf_case_leg(&c, q->port->identity), dest, 0, ret);
}

/* @n slots have that list. */
static int add_slots(const struct question *q, const struct wf_candidate *list, size_t n)
{
	struct wf_explained_slots *s = &q->x->slots[q->x->n_slots];
	struct wf_way way;

	s->n_slots = (unsigned int)n;
	s->share = (double)n / q->entry->n_slots;
	for (unsigned int i = 0; i < WF_CANDIDATES_MAX; i++) {
		s->candidates[i] = list[i];
		s->backends[i] = wf_explaining_entered(q->agent, list[i].node, list[i].sid);
	}
	s->drop = decide(q, list, &way);
	if (!s->drop) {
		s->way = calloc(1, sizeof(*s->way));
		if (!s->way)
			return -ENOMEM;
		wf_explaining_way(q->agent, &way, wf_lane_of_candidates(list), s->way);
	}
	q->x->n_slots++;
	return 0;
}

static int add_lists(const struct question *q, const struct lists *lists)
{
	size_t i = 0, n;
	int r = 0;

	q->x->slots = calloc(WF_EXPLAINED_SLOTS_MAX, sizeof(*q->x->slots));
	if (!q->x->slots)
		return -ENOMEM;
	for (; i < lists->n && !r; i += n) {
		for (n = 1; i + n < lists->n; n++)
			if (wf_candidates_cmp(lists->items[i], lists->items[i + n]) != 0)
				break;
		if (q->x->n_slots == WF_EXPLAINED_SLOTS_MAX)
			q->x->n_more++;
		else
			r = add_slots(q, lists->items[i], n);
	}
	return r;
}

void wf_service_explanation_done(struct wf_service_explanation *x)
{
	for (size_t i = 0; i < x->n_slots; i++)
		free(x->slots[i].way);
	free(x->slots);
	memset(x, 0, sizeof(*x));
}

int wf_path_explain_service(const struct wf_agent *a, const char *tenant, const char *from,
			    const char *to, const char *port, struct wf_service_explanation *ret,
			    struct wf_err *err)
{
	struct wf_service_explanation x = {.n_slots = 0};
	struct question q = {.agent = a, .x = &x};
	const struct wf_link *link;
	struct lists lists = {0};
	int r = read_question(&q, tenant, from, to, port, err);

	if (r)
		return r;
	r = read_lists(&q, &lists);
	if (!r)
		r = add_lists(&q, &lists);
	free(lists.items);
	if (r) {
		wf_service_explanation_done(&x);
		return wf_err_set(err, r, "out of memory for the paths to '%.63s'", to);
	}
	link = wf_agent_link(a, x.from->tenant, x.from->name);
	x.mtu = link ? link->mtu : 0;
	*ret = x;
	return 0;
}
