/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random wishes and packets for the oracle, seeded: up to four tenants on nodes n0, n1, n2, whose
 * labels, addresses, prefixes and ports are from few values, so that policies meet; packets that
 * lie on the bounds of what policies name.
 *
 * red and blue may be twins, with equal prefixes and addresses; twins are joined with nobody.
 */
#pragma once

#include "compile/oracle_test.h"
#include "compile/wish_test.h"

#define ORACLE_NODES	 3
#define ORACLE_TENANTS	 4
#define ORACLE_ENDPOINTS 5 /* of a tenant */
#define ORACLE_PORTS	 (ORACLE_TENANTS * ORACLE_ENDPOINTS)
#define ORACLE_POLICIES	 8 /* of a tenant */

struct oracle_world {
	struct wf_model *model; /* owned */
	struct wf_here_port ports[ORACLE_NODES][ORACLE_PORTS];
	struct wf_here here[ORACLE_NODES];
	struct wf_image *images[ORACLE_NODES]; /* owned */
	unsigned int n_tenants;
	bool has_twins;
	bool has_key;	   /* headers may have to be signed */
	unsigned int seed; /* of what comes next */
	unsigned int first_seed;
};

static const char *const oracle_tenants[ORACLE_TENANTS] = {"red", "blue", "green", "grey"};
static const char *const oracle_nodes[ORACLE_NODES] = {"n0", "n1", "n2"};

#define oracle_pick(w, list) ((list)[oracle_below(w, sizeof(list) / sizeof(*(list)))])

static inline unsigned int oracle_below(struct oracle_world *w, unsigned int n)
{
	return (unsigned int)rand_r(&w->seed) / 7 % n;
}

/* The second octet of a tenant's addresses. */
static inline unsigned int oracle_net(const struct oracle_world *w, unsigned int tenant)
{
	return w->has_twins && tenant == 1 ? 0 : tenant;
}

static inline void oracle_make_tenant(struct oracle_world *w, unsigned int i)
{
	struct wf_object *o = wf_object_new(WF_KIND_TENANT, NULL, oracle_tenants[i]);
	struct wf_tenant *t = &o->self;
	char text[64];

	t->id = 300 + i;
	t->is_deny_default = oracle_below(w, 2);
	t->metadata = oracle_below(w, 4) ? WF_METADATA_SID : WF_METADATA_TLV;
	t->require = w->has_key && !oracle_below(w, 4) ? WF_REQUIRE_HMAC : 0;
	t->n_prefixes = 2;
	snprintf(text, sizeof(text), "10.%u.0.0/16", oracle_net(w, i));
	assert_int_equal(wf_prefix_parse(text, &t->prefixes[0]), 0);
	snprintf(text, sizeof(text), "fd00:%x::/32", oracle_net(w, i) + 1);
	assert_int_equal(wf_prefix_parse(text, &t->prefixes[1]), 0);
	wish_put(w->model, o);
}

/* v4 and v6, sometimes a second v4 in the other half of the prefix. */
static inline void oracle_make_endpoint(struct oracle_world *w, unsigned int tenant, unsigned int i)
{
	static const char *const labels[] = {
		"", "app=a", "app=b", "app=a,tier=x", "app=b,tier=x", "app=a,tier=y"};
	const unsigned int which = oracle_below(w, 6), net = oracle_net(w, tenant);
	const unsigned int half = oracle_below(w, 2);
	char name[8], addrs[64], second[24] = "";

	if (!oracle_below(w, 4))
		snprintf(second, sizeof(second), " 10.%u.%u.%u", net, !half, 11 + i);
	snprintf(name, sizeof(name), "e%u", i);
	snprintf(addrs, sizeof(addrs), "10.%u.%u.%u%s fd00:%x:%x::%x", net, half, i + 1, second,
		 net + 1, oracle_below(w, 2), i + 1);
	wish_endpoint(w->model, oracle_tenants[tenant], name, oracle_pick(w, oracle_nodes), addrs,
		      labels[which], which + 1);
}

static inline bool oracle_may_join(const struct oracle_world *w, unsigned int a, unsigned int b)
{
	return a != b && !(w->has_twins && (a < 2 || b < 2));
}

/* -1: there is no other tenant that may be joined. */
static inline int oracle_other_tenant(struct oracle_world *w, unsigned int tenant)
{
	const unsigned int start = oracle_below(w, w->n_tenants);

	for (unsigned int i = 0; i < w->n_tenants; i++) {
		const unsigned int other = (start + i) % w->n_tenants;

		if (oracle_may_join(w, tenant, other))
			return (int)other;
	}
	return -1;
}

/* A prefix around one of the tenant's own addresses, or of the world. */
static inline void oracle_make_prefix(struct oracle_world *w, unsigned int tenant,
				      struct wf_prefix *ret)
{
	static const unsigned int v4_lens[] = {8, 15, 16, 17, 23, 24, 25, 29, 31, 32};
	static const unsigned int v6_lens[] = {16, 31, 32, 33, 47, 48, 64, 120, 127, 128};
	static const char *const others[] = {"0.0.0.0/0",     "::/0",	       "192.0.2.0/24",
					     "2001:db8::/32", "10.0.0.0/8",    "198.51.100.7/32",
					     "::/1",	      "192.0.2.128/25"};
	const unsigned int net = oracle_net(w, tenant), host = 1 + oracle_below(w, 6);
	char text[64];

	if (!oracle_below(w, 5)) {
		assert_int_equal(wf_prefix_parse(oracle_pick(w, others), ret), 0);
		return;
	}
	if (oracle_below(w, 2)) {
		snprintf(text, sizeof(text), "10.%u.%u.%u", net, oracle_below(w, 2), host);
		ret->len = (uint8_t)(96 + oracle_pick(w, v4_lens));
	} else {
		snprintf(text, sizeof(text), "fd00:%x:%x::%x", net + 1, oracle_below(w, 2), host);
		ret->len = (uint8_t)oracle_pick(w, v6_lens);
	}
	assert_int_equal(wf_addr_parse(text, &ret->addr), 0);
	wf_addr_mask(&ret->addr, ret->len);
}

static inline void oracle_make_selector(struct oracle_world *w, unsigned int tenant, bool is_from,
					struct wf_selector *ret)
{
	static const char *const labels[] = {"app=a", "app=b", "tier=x", "app=a,tier=x", "app=z"};
	const int other = oracle_other_tenant(w, tenant);

	memset(ret, 0, sizeof(*ret));
	switch (oracle_below(w, is_from ? 8 : 6)) {
	case 0:
	case 1:
		ret->type = WF_SELECT_ANY;
		break;
	case 2:
	case 3:
		ret->type = WF_SELECT_LABELS;
		assert_int_equal(wf_labels_parse(oracle_pick(w, labels), &ret->labels), 0);
		break;
	case 6:
	case 7:
		if (other < 0) {
			ret->type = WF_SELECT_INTERNET;
			break;
		}
		ret->type = WF_SELECT_TENANT;
		strcpy(ret->tenant, oracle_tenants[other]);
		if (oracle_below(w, 2))
			assert_int_equal(wf_labels_parse(oracle_pick(w, labels), &ret->labels), 0);
		break;
	default:
		ret->type = WF_SELECT_PREFIX;
		oracle_make_prefix(w, tenant, &ret->prefix);
		break;
	}
}

static inline struct wf_port_range oracle_make_range(struct oracle_world *w)
{
	static const uint8_t protos[] = {6, 6, 17, 17, 132, 1, 0};
	static const uint16_t bounds[] = {0, 1, 53, 80, 81, 90, 443, 8000, 8001, 65534, 65535};
	struct wf_port_range r = {.proto = oracle_pick(w, protos)};
	uint16_t other;

	r.last = r.proto == 1 ? 255 : 65535;
	if (!r.proto || !oracle_below(w, 4))
		return r;
	if (r.proto == 1) {
		r.first = oracle_below(w, 2) ? 8 : (uint16_t)oracle_below(w, 16);
		r.last = (uint16_t)(r.first + oracle_below(w, 2));
		return r;
	}
	r.first = oracle_pick(w, bounds);
	r.last = r.first;
	other = oracle_pick(w, bounds);
	if (other > r.first)
		r.last = other;
	return r;
}

static inline void oracle_make_paths(struct oracle_world *w, struct wf_policy *p)
{
	static const char *const vias[] = {"", "n0", "n1", "n2", "n1 n2", "n2 n0 n1"};
	const unsigned int n = 1 + oracle_below(w, 2);

	p->paths = calloc(WF_PATHS_MAX, sizeof(*p->paths));
	for (unsigned int i = 0; i < n; i++)
		wish_path(&p->paths[p->n_paths++], oracle_pick(w, vias), 1 + oracle_below(w, 3));
}

static inline uint8_t oracle_make_require(struct oracle_world *w)
{
	static const uint8_t requires[] = {0, 0, 0, WF_REQUIRE_HMAC,
					   WF_REQUIRE_HMAC | WF_REQUIRE_PATH};

	return w->has_key ? oracle_pick(w, requires) : 0;
}

static inline void oracle_make_policy(struct oracle_world *w, unsigned int tenant, unsigned int i)
{
	struct wf_object *o;
	struct wf_policy *p;
	char name[8];

	snprintf(name, sizeof(name), "%c%u", 'a' + (int)oracle_below(w, 26), i);
	o = wf_object_new(WF_KIND_POLICY, oracle_tenants[tenant], name);
	p = &o->policy;
	p->id = (uint16_t)(i + 1);
	oracle_make_selector(w, tenant, true, &p->from);
	oracle_make_selector(w, tenant, false, &p->to);
	if (oracle_below(w, 2))
		p->n_ports = 1 + oracle_below(w, 3);
	for (unsigned int k = 0; k < p->n_ports; k++)
		p->ports[k] = oracle_make_range(w);
	p->is_deny = !oracle_below(w, 4);
	if (!p->is_deny) {
		p->is_symmetric = oracle_below(w, 2);
		p->encoding = (enum wf_encoding)oracle_below(w, WF_ENCODING_COUNT);
		p->require = oracle_make_require(w);
		oracle_make_paths(w, p);
	}
	wish_put(w->model, o);
}

static inline void oracle_make_key(struct oracle_world *w)
{
	struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, "k");

	o->key.id = 1 + oracle_below(w, 1000);
	o->key.state = WF_KEY_SIGNING;
	o->key.secret_len = WF_SECRET_MIN;
	memset(o->key.secret, 's', WF_SECRET_MIN);
	wish_put(w->model, o);
}

/* Every endpoint has its interface; indexes are those of @ifindexes, in the order of endpoints. */
static inline void oracle_look(struct oracle_world *w, const int *ifindexes)
{
	struct wf_object *const *endpoints;
	size_t n;

	for (unsigned int k = 0; k < ORACLE_NODES; k++) {
		w->here[k] = (struct wf_here){.block = 0x5f000000,
					      .underlay_mtu = 9000,
					      .ports = w->ports[k]};
		strcpy(w->here[k].node, oracle_nodes[k]);
	}
	endpoints = wf_model_range(w->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		const int k = endpoints[i]->endpoint.node[1] - '0';
		struct wf_here_port *port = &w->ports[k][w->here[k].n_ports++];

		strcpy(port->tenant, endpoints[i]->tenant);
		strcpy(port->name, endpoints[i]->name);
		port->ifindex = ifindexes ? ifindexes[i] : 100 + (int)i;
	}
}

/* The wish. */
static inline void oracle_world_make(struct oracle_world *w, unsigned int seed)
{
	memset(w, 0, sizeof(*w));
	w->seed = w->first_seed = seed;
	w->model = wf_model_new();
	w->n_tenants = 1 + oracle_below(w, ORACLE_TENANTS);
	w->has_twins = oracle_below(w, 2);
	w->has_key = oracle_below(w, 2);
	if (w->has_key)
		oracle_make_key(w);
	for (uint16_t i = 0; i < ORACLE_NODES; i++)
		wish_node(w->model, oracle_nodes[i], i + 1);
	for (unsigned int t = 0; t < w->n_tenants; t++) {
		const unsigned int n = 2 + oracle_below(w, ORACLE_ENDPOINTS - 1);

		oracle_make_tenant(w, t);
		for (unsigned int i = 0; i < n; i++)
			oracle_make_endpoint(w, t, i);
	}
	for (unsigned int t = 0; t < w->n_tenants; t++) {
		const unsigned int n = oracle_below(w, ORACLE_POLICIES + 1);

		for (unsigned int i = 0; i < n; i++)
			oracle_make_policy(w, t, i);
	}
}

/* Its images. @ifindexes: ORACLE_PORTS interfaces; NULL: any. */
static inline void oracle_world_compile(struct oracle_world *w, const int *ifindexes)
{
	oracle_look(w, ifindexes);
	for (unsigned int k = 0; k < ORACLE_NODES; k++)
		w->images[k] = wish_compile(w->model, &w->here[k]);
}

static inline void oracle_world_init(struct oracle_world *w, unsigned int seed,
				     const int *ifindexes)
{
	oracle_world_make(w, seed);
	oracle_world_compile(w, ifindexes);
}

static inline void oracle_world_done(struct oracle_world *w)
{
	for (unsigned int k = 0; k < ORACLE_NODES; k++)
		wf_image_free(w->images[k]);
	wf_model_free(w->model);
}

/* A port, often on a bound of some policy's range, or beside it. */
static inline uint16_t oracle_make_port(struct oracle_world *w, uint8_t proto)
{
	struct wf_object *const *policies;
	const struct wf_policy *p;
	const struct wf_port_range *r;
	uint16_t port;
	size_t n;

	policies = wf_model_range(w->model, WF_KIND_POLICY, NULL, &n);
	p = n ? &policies[oracle_below(w, (unsigned int)n)]->policy : NULL;
	if (!p || !p->n_ports || !oracle_below(w, 8))
		return (uint16_t)oracle_below(w, 65536);
	r = &p->ports[oracle_below(w, p->n_ports)];
	port = (uint16_t)((oracle_below(w, 2) ? r->first : r->last) + oracle_below(w, 3) - 1);
	return r->proto == 1 ? (uint16_t)(port << 8 | oracle_below(w, 256)) : port;
}

static inline const struct wf_object *oracle_any_endpoint(struct oracle_world *w)
{
	struct wf_object *const *endpoints;
	size_t n;

	endpoints = wf_model_range(w->model, WF_KIND_ENDPOINT, NULL, &n);
	return endpoints[oracle_below(w, (unsigned int)n)];
}

static inline void oracle_make_proto(struct oracle_world *w, struct oracle_packet *p)
{
	static const uint8_t protos[] = {6, 6, 6, 17, 17, 132, 1, 47};

	p->proto = oracle_pick(w, protos);
	p->port = p->proto == 47 ? 0 : oracle_make_port(w, p->proto);
	if (p->proto == 1 && !wf_addr_is_v4(&p->dst))
		p->proto = 58;
}

/* Address @i of an endpoint, or one of its others if that is of another family. */
static inline struct wf_addr oracle_addr_of(const struct wf_object *e, unsigned int i, bool is_v4)
{
	while (wf_addr_is_v4(&e->endpoint.addrs[i]) != is_v4)
		i = (i + 1) % e->endpoint.n_addrs;
	return e->endpoint.addrs[i];
}

/* From one endpoint to another, mostly of its own tenant. */
static inline void oracle_make_packet(struct oracle_world *w, struct oracle_packet *ret)
{
	const struct wf_object *from = oracle_any_endpoint(w), *to = from;
	const bool is_v4 = oracle_below(w, 2);

	for (int i = 0; i < 6 && (to == from || strcmp(from->tenant, to->tenant) != 0); i++)
		to = oracle_any_endpoint(w);
	if (to == from)
		return oracle_make_packet(w, ret);
	memset(ret, 0, sizeof(*ret));
	ret->sender = from;
	ret->tenant = from->tenant;
	ret->src = oracle_addr_of(from, oracle_below(w, from->endpoint.n_addrs), is_v4);
	ret->dst = oracle_addr_of(to, oracle_below(w, to->endpoint.n_addrs), is_v4);
	oracle_make_proto(w, ret);
}

/* Of nobody; of some tenant's prefixes, or of the world. */
static inline void oracle_make_address(struct oracle_world *w, bool is_v4, struct wf_addr *ret)
{
	static const char *const v4[] = {"192.0.2.1",	 "192.0.2.128", "198.51.100.7",
					 "10.0.0.99",	 "10.1.1.99",	"10.2.0.99",
					 "10.255.255.1", "8.8.8.8",	"10.0.255.255"};
	static const char *const v6[] = {"2001:db8::1",	 "fd00:1::99", "fd00:2:1::99",
					 "fd00:3:1::99", "fd99::1",    "4000::1",
					 "9000::1"};
	const char *text = is_v4 ? oracle_pick(w, v4) : oracle_pick(w, v6);

	assert_int_equal(wf_addr_parse(text, ret), 0);
}

/* From nobody that is known, as an outside router sends it, to an endpoint of a tenant. */
static inline void oracle_make_stranger(struct oracle_world *w, struct oracle_packet *ret)
{
	const struct wf_object *to = oracle_any_endpoint(w);

	memset(ret, 0, sizeof(*ret));
	ret->tenant = to->tenant;
	ret->dst = to->endpoint.addrs[oracle_below(w, to->endpoint.n_addrs)];
	oracle_make_address(w, wf_addr_is_v4(&ret->dst), &ret->src);
	oracle_make_proto(w, ret);
}

static inline void oracle_print_policy(const struct wf_object *o)
{
	const struct wf_policy *p = &o->policy;
	char from[WF_LABELS_STR_MAX + 80], to[WF_LABELS_STR_MAX + 80];

	fprintf(stderr, "  policy %u %s/%s: from type %d %s '%s' to type %d '%s'%s%s", p->id,
		o->tenant, o->name, p->from.type, p->from.tenant, wf_selector_str(&p->from, from),
		p->to.type, wf_selector_str(&p->to, to), p->is_deny ? " DENY" : "",
		p->is_symmetric ? " symmetric" : "");
	for (unsigned int i = 0; i < p->n_ports; i++)
		fprintf(stderr, " %u/%u-%u", p->ports[i].proto, p->ports[i].first,
			p->ports[i].last);
	for (unsigned int i = 0; i < p->n_paths; i++) {
		fprintf(stderr, " via[");
		for (unsigned int k = 0; k < p->paths[i].n_via; k++)
			fprintf(stderr, " %s", p->paths[i].via[k]);
		fprintf(stderr, " ]x%u", p->paths[i].weight);
	}
	fprintf(stderr, "\n");
}

static inline void oracle_print_endpoint(const struct wf_object *o)
{
	char labels[WF_LABELS_STR_MAX], addr[WF_ADDR_STR_MAX];

	fprintf(stderr, "  endpoint %s/%s on %s, identity %u '%s'", o->tenant, o->name,
		o->endpoint.node, o->endpoint.identity, wf_labels_str(&o->endpoint.labels, labels));
	for (unsigned int i = 0; i < o->endpoint.n_addrs; i++)
		fprintf(stderr, " %s", wf_addr_str(&o->endpoint.addrs[i], addr));
	fprintf(stderr, "\n");
}

/* The wish and the packet, on stderr: what a difference needs to be understood. */
static inline void oracle_print(const struct oracle_world *w, const struct oracle_packet *p,
				const struct oracle_answer *answer)
{
	char src[WF_ADDR_STR_MAX], dst[WF_ADDR_STR_MAX];
	struct wf_object *const *objects;
	size_t n;

	fprintf(stderr, "seed %u%s\n", w->first_seed, w->has_twins ? ", twins" : "");
	for (unsigned int i = 0; i < w->n_tenants; i++)
		fprintf(stderr, "  tenant %s: default %s\n", oracle_tenants[i],
			wf_model_find(w->model, WF_KIND_TENANT, NULL, oracle_tenants[i])
					->self.is_deny_default
				? "deny"
				: "allow");
	objects = wf_model_range(w->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		oracle_print_endpoint(objects[i]);
	objects = wf_model_range(w->model, WF_KIND_POLICY, NULL, &n);
	for (size_t i = 0; i < n; i++)
		oracle_print_policy(objects[i]);
	fprintf(stderr, "  packet %s/%s %s -> %s proto %u port %u\n", p->tenant,
		p->sender ? p->sender->name : "(nobody)", wf_addr_str(&p->src, src),
		wf_addr_str(&p->dst, dst), p->proto, p->port);
	fprintf(stderr, "  oracle: to %s/%s, %s by %s, way %s%s\n",
		answer->receiver ? answer->receiver->tenant : "",
		answer->receiver ? answer->receiver->name : "(nobody)",
		answer->is_allowed ? "allowed" : "denied",
		answer->why == ORACLE_BY_DENY	 ? "deny"
		: answer->why == ORACLE_BY_ALLOW ? "allow"
						 : "default",
		answer->way ? answer->way->name : "direct", answer->is_reverse ? " reverse" : "");
}
