// SPDX-License-Identifier: Apache-2.0
#include "agent/arm.h"
#include "base/buf.h"

static bool has_addr(const struct wf_room_wish *w, const struct wf_addr *a)
{
	wf_vec_each (b, &w->published)
		if (wf_addr_cmp(a, b) == 0)
			return true;
	return false;
}

/* Services may share addresses, and gateways publish the same. */
static int add_published(struct wf_room_wish *w, const struct wf_gateway *g, const char *tenant)
{
	int r = 0;

	for (unsigned int i = 0; i < g->n_publish; i++)
		for (unsigned int k = 0; k < g->publish[i].n_addrs && !r; k++)
			if (!strcmp(g->publish[i].tenant, tenant) &&
			    !has_addr(w, &g->publish[i].addrs[k]))
				r = wf_vec_push(&w->published, g->publish[i].addrs[k]);
	return r;
}

static int add_way(struct wf_room_wish *w, const struct wf_prefix *p)
{
	wf_vec_each (q, &w->ways)
		if (wf_prefix_cmp(p, q) == 0)
			return 0;
	return wf_vec_push(&w->ways, *p);
}

/* What this gateway has for the tenant: its pool or, routed, all; and what it publishes. */
static int add_ways(struct wf_room_wish *w, const struct wf_gateway *g, const char *tenant)
{
	const struct wf_room_spec *s = &w->spec;
	int r = 0;

	for (size_t i = 0; i < s->n_nat && !r; i++)
		r = add_way(w, &s->nat[i]);
	for (size_t i = 0; s->is_egress && !s->n_nat && i < s->n_prefixes && !r; i++)
		r = add_way(w, &s->prefixes[i]);
	for (unsigned int i = 0; i < g->n_publish; i++)
		for (unsigned int k = 0; k < g->publish[i].n_addrs && !r; k++)
			if (!strcmp(g->publish[i].tenant, tenant))
				r = add_way(w, &(struct wf_prefix){g->publish[i].addrs[k], 128});
	return r;
}

int wf_room_wish_make(const struct wf_model *m, const struct wf_object *gateway,
		      const struct wf_object *tenant, const struct wf_object *endpoint,
		      bool is_open, struct wf_room_wish *ret)
{
	const struct wf_egress *egress = wf_gateway_egress(&gateway->gateway, tenant->name);
	struct wf_room_wish w = {.spec = {
					 .tenant = tenant->self.id,
					 .outside = gateway->gateway.outside,
					 .prefixes = tenant->self.prefixes,
					 .n_prefixes = tenant->self.n_prefixes,
					 .is_egress = egress != NULL,
				 }};
	struct wf_object *const *gateways;
	size_t n;
	int r = 0;

	if (endpoint) {
		w.spec.addrs = endpoint->endpoint.addrs;
		w.spec.n_addrs = endpoint->endpoint.n_addrs;
	}
	if (egress) {
		w.spec.nat = egress->nat;
		w.spec.n_nat = egress->n_nat;
		w.spec.first_port = egress->first_port;
		w.spec.last_port = egress->last_port;
	}
	gateways = wf_model_range(m, WF_KIND_GATEWAY, NULL, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = add_published(&w, &gateways[i]->gateway, tenant->name);
	if (!r && is_open)
		r = add_ways(&w, &gateway->gateway, tenant->name);
	if (r) {
		wf_room_wish_done(&w);
		return r;
	}
	*ret = w;
	ret->spec.published = ret->published.items;
	ret->spec.n_published = ret->published.n;
	ret->spec.ways = ret->ways.items;
	ret->spec.n_ways = ret->ways.n;
	return 0;
}

void wf_room_wish_done(struct wf_room_wish *w)
{
	wf_vec_done(&w->published);
	wf_vec_done(&w->ways);
}

static void put_addrs(struct wf_buf *b, const char *what, const struct wf_addr *addrs, size_t n)
{
	char text[WF_ADDR_STR_MAX];

	wf_buf_printf(b, "\n%s", what);
	for (size_t i = 0; i < n; i++)
		wf_buf_printf(b, " %s", wf_addr_str(&addrs[i], text));
}

static void put_prefixes(struct wf_buf *b, const char *what, const struct wf_prefix *p, size_t n)
{
	char text[WF_PREFIX_STR_MAX];

	wf_buf_printf(b, "\n%s", what);
	for (size_t i = 0; i < n; i++)
		wf_buf_printf(b, " %s", wf_prefix_str(&p[i], text));
}

char *wf_room_wish_text(const struct wf_room_wish *w)
{
	const struct wf_room_spec *s = &w->spec;
	struct wf_buf b = {0};

	wf_buf_printf(&b, "%u %s %d %u-%u", s->tenant, s->outside, s->is_egress, s->first_port,
		      s->last_port);
	put_addrs(&b, "arm", s->addrs, s->n_addrs);
	put_prefixes(&b, "prefixes", s->prefixes, s->n_prefixes);
	put_prefixes(&b, "nat", s->nat, s->n_nat);
	put_addrs(&b, "published", s->published, s->n_published);
	put_prefixes(&b, "ways", s->ways, s->n_ways);
	return wf_buf_take(&b);
}
