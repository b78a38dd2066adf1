// SPDX-License-Identifier: Apache-2.0
#include "schema/random_object_test.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/ports.h"

static unsigned int below(unsigned int n)
{
	return (unsigned int)rand() % n;
}

static void random_word(char *buf, size_t max, const char *also)
{
	static const char alnum[] = "abcXYZ019";
	size_t n = 1 + below((unsigned int)max);

	for (size_t i = 0; i < n; i++)
		buf[i] = i && below(4) == 0 ? also[below((unsigned int)strlen(also))]
					    : alnum[below(sizeof(alnum) - 1)];
	buf[n] = '\0';
}

static void random_labels(struct wf_labels *l, unsigned int at_least)
{
	char key[WF_LABEL_KEY_MAX + 1], value[WF_LABEL_VALUE_MAX + 1] = "";
	unsigned int n = at_least + below(5);

	while (n--) {
		random_word(key, 20, "-_./");
		if (below(5))
			random_word(value, 20, "-_.");
		assert_int_equal(wf_labels_set(l, key, value), 0);
	}
}

/* 10.i.x.y or fdXX:i:..., so that different @i never meet. */
static struct wf_addr random_addr(unsigned int i, bool is_v4)
{
	struct wf_addr a;
	char text[64];

	if (is_v4)
		snprintf(text, sizeof(text), "10.%u.%u.%u", i, below(256), below(256));
	else
		snprintf(text, sizeof(text), "fd%02x:%x::%x:%x", i, below(65536), below(65536),
			 1 + below(65535));
	assert_int_equal(wf_addr_parse(text, &a), 0);
	return a;
}

static struct wf_prefix random_prefix(unsigned int i, bool is_v4)
{
	struct wf_prefix p = {.addr = random_addr(i, is_v4)};

	p.len = (uint8_t)(is_v4 ? 96 + 16 + below(17) : 16 + below(113));
	wf_addr_mask(&p.addr, p.len);
	return p;
}

/* @n_types: how many of the types it can be. */
static void random_selector(struct wf_selector *s, bool is_v4, unsigned int n_types)
{
	s->type = (enum wf_selector_type)below(n_types);
	if (s->type == WF_SELECT_LABELS)
		random_labels(&s->labels, 1);
	if (s->type == WF_SELECT_TENANT) {
		random_word(s->tenant, WF_NAME_MAX, "-_.");
		random_labels(&s->labels, 0);
	}
	if (s->type == WF_SELECT_PREFIX)
		s->prefix = random_prefix(1, is_v4);
}

static void random_node(struct wf_node *node)
{
	node->id = (uint16_t)below(WF_NODE_ID_MAX + 1);
	node->mtu = below(2) ? WF_UNDERLAY_MTU_MIN + below(9000) : 0;
	node->has_end_sid = below(2);
	if (node->has_end_sid)
		node->end_sid = random_addr(1, false);
}

static void random_tenant(struct wf_tenant *t)
{
	t->id = below(WF_TENANT_ID_MAX + 1);
	t->n_prefixes = 1 + below(WF_TENANT_PREFIX_MAX);
	for (unsigned int i = 0; i < t->n_prefixes; i++)
		t->prefixes[i] = random_prefix(i, below(2));
	t->encoding = (enum wf_encoding)below(WF_ENCODING_COUNT);
	t->metadata = (enum wf_metadata)below(WF_METADATA_COUNT);
	t->is_deny_default = below(2);
	t->is_host = below(2);
	t->require = below(2) ? WF_REQUIRE_HMAC : 0;
	t->n_verify = below(WF_VIA_MAX + 1);
	for (unsigned int i = 0; i < t->n_verify; i++)
		snprintf(t->verify[i], sizeof(t->verify[i]), "%u.%u", i, below(100));
}

static void random_endpoint(struct wf_endpoint *e)
{
	if (below(2))
		random_word(e->node, WF_NAME_MAX, "-_.");
	e->is_declared = below(2);
	for (size_t i = 0; i < sizeof(e->mac); i++)
		e->mac[i] = (uint8_t)below(256);
	e->n_addrs = below(WF_ENDPOINT_ADDR_MAX + 1);
	for (unsigned int i = 0; i < e->n_addrs; i++)
		e->addrs[i] = random_addr(i, below(2));
	random_labels(&e->labels, 0);
	e->identity = below(WF_IDENTITY_MAX + 1);
	e->identity_was = below(3);
	e->is_announced = below(2);
	e->is_sr_aware = below(2);
	e->is_host = below(2);
	e->is_gateway = below(2);
	e->sid = (uint16_t)below(WF_ENDPOINT_SID_MAX + 1);
	e->is_down = below(2);
	if (below(2))
		random_word(e->ifname, WF_ENDPOINT_IFNAME_MAX, "-_.");
	e->netns = below(2) ? 4026531840 + below(1000) : 0;
}

static void random_ports(struct wf_policy *p)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMP};

	p->n_ports = below(WF_POLICY_PORTS_MAX + 1);
	for (unsigned int i = 0; i < p->n_ports; i++) {
		struct wf_port_range *range = &p->ports[i];
		unsigned int last;

		range->proto = protos[below(4)];
		last = range->proto == IPPROTO_ICMP ? WF_ICMP_TYPE_MAX : WF_PORT_MAX;
		range->first = (uint16_t)(below(3) ? below(last + 1) : 0);
		range->last = (uint16_t)(below(3) ? range->first + below(last + 1 - range->first)
						  : last);
	}
}

/* A function is passed once. */
static bool is_new_function(const struct wf_path *path, unsigned int at)
{
	for (unsigned int i = 0; i < at; i++)
		if (path->is_function[i] && strcmp(path->via[i], path->via[at]) == 0)
			return false;
	return true;
}

static void random_paths(struct wf_policy *p)
{
	static const uint8_t needs[] = {0, WF_REQUIRE_HMAC, WF_REQUIRE_HMAC | WF_REQUIRE_PATH,
					WF_REQUIRE_HMAC | WF_REQUIRE_TRANSIT,
					WF_REQUIRE_HMAC | WF_REQUIRE_PATH | WF_REQUIRE_TRANSIT};

	p->require = needs[below(5)];
	if (p->require & WF_REQUIRE_TRANSIT)
		p->transit_every = (uint16_t)(1 + below(below(2) ? 1 : 65535));
	p->n_paths = 1 + below(WF_PATHS_MAX);
	p->paths = calloc(p->n_paths, sizeof(*p->paths));
	for (unsigned int i = 0; i < p->n_paths; i++) {
		p->paths[i].weight = 1 + below(WF_WEIGHT_MAX);
		p->paths[i].n_via = 1 + below(WF_VIA_MAX);
		for (unsigned int j = 0; j < p->paths[i].n_via; j++) {
			random_word(p->paths[i].via[j], WF_NAME_MAX, "-_.");
			p->paths[i].is_function[j] = below(2) && is_new_function(&p->paths[i], j);
		}
	}
	p->is_symmetric = below(2) && p->from.type != WF_SELECT_TENANT;
	p->encoding = (enum wf_encoding)below(WF_ENCODING_COUNT);
}

static void random_policy(struct wf_policy *p)
{
	bool is_v4 = below(2);

	p->id = (uint16_t)below(WF_POLICY_ID_MAX + 1);
	random_selector(&p->from, is_v4, WF_SELECT_COUNT);
	random_selector(&p->to, is_v4, WF_SELECT_TENANT);
	random_ports(p);
	p->is_deny = below(3) == 0;
	if (!p->is_deny)
		random_paths(p);
}

static void random_key(struct wf_hmac_key *key)
{
	key->id = 1 + (uint32_t)rand();
	key->secret_len = WF_SECRET_MIN + below(WF_SECRET_MAX - WF_SECRET_MIN + 1);
	for (unsigned int i = 0; i < key->secret_len; i++)
		key->secret[i] = (uint8_t)below(256);
	key->state = (enum wf_key_state)below(WF_KEY_STATE_COUNT);
	key->retires_ms = below(2) ? 1700000000000 + rand() : 0;
	key->is_linux = below(2);
}

static void random_argv(struct wf_probe *p)
{
	unsigned int n = 1 + below(WF_PROBE_ARGS_MAX);

	p->argv = calloc(n + 1, sizeof(*p->argv));
	for (unsigned int i = 0; i < n; i++) {
		p->argv[i] = calloc(1, WF_PROBE_ARG_MAX + 1);
		random_word(p->argv[i] + (i == 0), WF_PROBE_ARG_MAX - 1, "/ -_.=");
	}
	p->argv[0][0] = '/';
}

/* @n_types: how many of the types it can be. */
static void random_probe(struct wf_probe *p, unsigned int n_types)
{
	p->type = (enum wf_probe_type)below(n_types);
	if (p->type == WF_PROBE_NONE)
		return;
	if (p->type == WF_PROBE_COMMAND)
		random_argv(p);
	else
		p->port = (uint16_t)(1 + below(WF_PORT_MAX));
	if (p->type == WF_PROBE_HTTP) {
		p->path[0] = '/';
		random_word(p->path + 1, WF_PROBE_PATH_MAX - 1, "/?&=");
	}
	p->interval_ms = WF_PROBE_INTERVAL_MIN_MS + below(3) * 1000 + below(2) * 60000 + below(2);
	p->timeout_ms = WF_PROBE_TIMEOUT_MIN_MS + below(WF_PROBE_INTERVAL_MIN_MS / 2);
	p->rise = (uint8_t)(1 + below(WF_PROBE_TIMES_MAX));
	p->fall = (uint8_t)(1 + below(WF_PROBE_TIMES_MAX));
}

static void random_function(struct wf_function *f)
{
	random_labels(&f->instances, 1);
	f->mode = (enum wf_mode)below(WF_MODE_COUNT);
	random_word(f->in, WF_ENDPOINT_IFNAME_MAX, "-_.");
	strcpy(f->out, f->in);
	if (below(2))
		random_word(f->out, WF_ENDPOINT_IFNAME_MAX, "-_.");
	f->is_bridged = below(2);
	f->is_bypass = below(2);
	random_probe(&f->probe, WF_PROBE_TYPE_COUNT);
}

static void random_membership(struct wf_history *h)
{
	struct wf_seat seats[5];
	struct wf_membership m = {.n_slots = wf_slots_for(below(1000)), .seats = seats};

	for (m.n_seats = 0; m.n_seats < below(6) && m.n_seats < 5; m.n_seats++)
		seats[m.n_seats] = (struct wf_seat){
			.node = (uint16_t)(1 + m.n_seats * 10000 + below(10000)),
			.sid = (uint16_t)(1 + below(WF_ENDPOINT_SID_MAX)),
			.weight = (uint8_t)(1 + below(WF_BACKEND_WEIGHT_MAX)),
		};
	assert_int_equal(wf_history_begin(h, &m), 0);
}

static void random_service(struct wf_service *s)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP};

	s->id = (uint16_t)below(WF_SERVICE_ID_MAX + 1);
	s->n_addrs = 1 + below(WF_SERVICE_ADDR_MAX);
	for (unsigned int i = 0; i < s->n_addrs; i++)
		s->addrs[i] = random_addr(i, below(2));
	s->n_ports = 1 + below(WF_SERVICE_PORTS_MAX);
	for (unsigned int i = 0; i < s->n_ports; i++)
		s->ports[i] = (struct wf_service_port){
			.proto = protos[below(3)],
			.port = (uint16_t)(1 + i * 4000 + below(4000)),
			.target = (uint16_t)(1 + below(WF_PORT_MAX)),
		};
	s->n_backends = 1 + below(WF_SERVICE_BACKENDS_MAX);
	for (unsigned int i = 0; i < s->n_backends; i++) {
		char value[16];

		snprintf(value, sizeof(value), "v%u", i); /* none selects what another does */
		random_labels(&s->backends[i].labels, 0);
		assert_int_equal(wf_labels_set(&s->backends[i].labels, "app", value), 0);
		s->backends[i].weight = (uint8_t)below(WF_BACKEND_WEIGHT_MAX + 1);
	}
	s->is_by_client = below(2);
	s->is_least_loaded = below(2);
	s->capacity = s->is_least_loaded ? 1 + below(WF_CAPACITY_MAX) : 0;
	random_probe(&s->probe, WF_PROBE_COMMAND);
	s->drain_ms = below(4) * 500 + below(2) * 60000;
	for (unsigned int i = below(3); i; i--)
		random_membership(&s->history);
	if (s->history.n > 1 && below(2))
		wf_history_drain(&s->history, s->history.items[1].serial);
}

/* Pools of at most 4 addresses an entry; @first: the entries before. */
static void random_egress(struct wf_egress *e, unsigned int tenant, unsigned int first)
{
	snprintf(e->tenant, sizeof(e->tenant), "t%u.%u", tenant, below(100));
	e->n_nat = below(5);
	for (unsigned int i = 0; i < e->n_nat; i++) {
		e->nat[i].addr = random_addr(first + i, below(2));
		e->nat[i].len = (uint8_t)(126 + below(3));
		wf_addr_mask(&e->nat[i].addr, e->nat[i].len);
	}
	if (e->n_nat) {
		e->first_port = (uint16_t)(1 + below(WF_PORT_MAX));
		e->last_port = (uint16_t)(e->first_port +
					  below(2) * below(WF_PORT_MAX + 1u - e->first_port));
	}
}

static void random_publish(struct wf_publish *p, unsigned int service, unsigned int first)
{
	random_word(p->tenant, WF_NAME_MAX, "-_.");
	snprintf(p->service, sizeof(p->service), "s%u.%u", service, below(100));
	p->n_addrs = 1 + below(WF_SERVICE_ADDR_MAX);
	for (unsigned int i = 0; i < p->n_addrs; i++)
		p->addrs[i] = random_addr(first + i, below(2));
}

static void random_gateway(struct wf_gateway *g)
{
	random_word(g->node, WF_NAME_MAX, "-_.");
	random_word(g->outside, WF_ENDPOINT_IFNAME_MAX, "-_.");
	g->n_egress = below(4);
	g->egress = g->n_egress ? calloc(g->n_egress, sizeof(*g->egress)) : NULL;
	for (unsigned int i = 0; i < g->n_egress; i++)
		random_egress(&g->egress[i], i, i * 4);
	g->n_publish = below(4) + !g->n_egress;
	g->publish = g->n_publish ? calloc(g->n_publish, sizeof(*g->publish)) : NULL;
	for (unsigned int i = 0; i < g->n_publish; i++)
		random_publish(&g->publish[i], i, 100 + i * 4);
	g->as = below(2) ? 1 + (uint32_t)rand() * 2 : 0;
	g->n_peers = g->as ? 1 + below(WF_BGP_PEERS_MAX) : 0;
	for (unsigned int i = 0; i < g->n_peers; i++)
		g->peers[i] = (struct wf_bgp_peer){
			.addr = random_addr(200 + i, below(2)),
			.as = 1 + (uint32_t)rand() * 2,
		};
}

struct wf_object *random_object(void)
{
	enum wf_kind kind = (enum wf_kind)below(WF_KIND_COUNT);
	char name[WF_NAME_MAX + 1], tenant[WF_NAME_MAX + 1], text[WF_LABELS_STR_MAX];
	struct wf_object *o;

	random_word(name, kind == WF_KIND_GATEWAY ? WF_GATEWAY_NAME_MAX : WF_NAME_MAX, "-_.");
	random_word(tenant, WF_NAME_MAX, "-_.");
	o = wf_object_new(kind, wf_kind_has_tenant(kind) ? tenant : NULL, name);
	if (kind == WF_KIND_NODE)
		random_node(&o->node);
	else if (kind == WF_KIND_TENANT)
		random_tenant(&o->self);
	else if (kind == WF_KIND_ENDPOINT)
		random_endpoint(&o->endpoint);
	else if (kind == WF_KIND_POLICY)
		random_policy(&o->policy);
	else if (kind == WF_KIND_KEY)
		random_key(&o->key);
	else if (kind == WF_KIND_FUNCTION)
		random_function(&o->function);
	else if (kind == WF_KIND_SERVICE)
		random_service(&o->service);
	else if (kind == WF_KIND_GATEWAY)
		random_gateway(&o->gateway);
	if (kind == WF_KIND_IDENTITY) {
		o->identity.id = 1 + below(WF_IDENTITY_MAX);
		random_labels(&o->identity.labels, 0);
		free(o->name);
		o->name = strdup(wf_labels_str(&o->identity.labels, text));
	}
	return o;
}
