/* SPDX-License-Identifier: Apache-2.0 */
/* The shares of red's service web. Backends are red's endpoints with app=web: the i-th is on node
 * i % 5 + 1. */
#pragma once

#include "compile/service_test.h"

#include "compile/shares.h"
#include "dp/share.h"
#include "wire/flow.h"

#define N_FLOWS 10000

static inline struct wf_model *make(unsigned int n, uint32_t capacity)
{
	static const char *const nodes[] = {"1", "2", "3", "4", "5"};
	const struct wish_service web = {.tenant = "red",
					 .name = "web",
					 .id = 1,
					 .addrs = "10.0.0.100",
					 .ports = "tcp/80",
					 .backends = {"app=old", "app=web"},
					 .weights = {0, 1},
					 .capacity = capacity};
	struct wf_model *m = wf_model_new();

	for (uint16_t i = 0; i < 5; i++)
		wish_node(m, nodes[i], i + 1);
	wish_tenant(m, "red", 1, WF_ENCODING_UNSET);
	for (unsigned int i = 0; i < n; i++) {
		char name[16], addr[32];

		snprintf(name, sizeof(name), "web%u", i);
		snprintf(addr, sizeof(addr), "10.0.%u.%u", 1 + i / 250, 1 + i % 250);
		wish_backend(m, &(struct wish_backend){"red", name, nodes[i % 5], addr, "app=web",
						       1, (uint16_t)(1 + i / 5), false});
	}
	wish_service(m, &web);
	wish_begin(m, "red", "web");
	return m;
}

static inline struct wf_shares shares_from(struct wf_model *m, const struct wf_here *here)
{
	const struct wf_object *o = wf_model_find(m, WF_KIND_SERVICE, "red", "web");
	struct wf_shares shares = {0};
	struct wf_seats seats = {0};

	assert_int_equal(wf_seats_of(m, here, "red", &seats), 0);
	assert_int_equal(wf_shares_of(&seats, &o->service, &shares), 0);
	wf_seats_done(&seats);
	return shares;
}

static inline struct wf_shares shares_of(struct wf_model *m)
{
	return shares_from(m, NULL);
}

static inline struct wf_object *edit(struct wf_model *m, const char *name)
{
	return wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, "red", name));
}

static inline void set_down(struct wf_model *m, const char *name)
{
	struct wf_object *o = edit(m, name);

	o->endpoint.is_down = true;
	wish_put(m, o);
}

static inline void set_labels(struct wf_model *m, const char *name, const char *labels)
{
	struct wf_object *o = edit(m, name);

	wf_labels_done(&o->endpoint.labels);
	assert_int_equal(wf_labels_parse(labels, &o->endpoint.labels), 0);
	wish_put(m, o);
}

static inline bool is_same(struct wf_candidate a, struct wf_candidate b)
{
	return a.node == b.node && a.sid == b.sid;
}

static const struct wf_candidate web0 = {1, 1};

static inline bool is_asked(const struct wf_candidate list[WF_CANDIDATES_MAX],
			    struct wf_candidate who)
{
	for (unsigned int i = 0; i < WF_CANDIDATES_MAX; i++)
		if (is_same(list[i], who))
			return true;
	return false;
}

/* As a client with many ports. */
static inline uint64_t hash_of(uint32_t i)
{
	struct wf_flow flow = {.proto = 6, .dport = wf_htons(80)};

	flow.src[15] = (uint8_t)(i / 50000 + 1);
	flow.sport = wf_htons((uint16_t)(10000 + i % 50000));
	flow.dst[15] = 100;
	return wf_flow_hash(&flow);
}

/* Who had a flow is asked for it, whatever else has changed. */
static inline void assert_kept(const struct wf_shares *before, const struct wf_shares *after,
			       struct wf_candidate gone)
{
	unsigned int n_moved = 0;

	for (uint32_t i = 0; i < N_FLOWS; i++) {
		uint64_t hash = hash_of(i);
		const struct wf_candidate *was =
			before->slots[wf_share_slot(hash, before->n_slots)];
		const struct wf_candidate *is = after->slots[wf_share_slot(hash, after->n_slots)];

		n_moved += !is_same(was[0], is[0]);
		if (is_same(was[0], gone))
			assert_false(is_asked(is, gone));
		else
			assert_true(is_asked(is, was[0]));
	}
	printf("%u slots, then %u: %u of %u flows have another owner, all are found\n",
	       before->n_slots, after->n_slots, n_moved, N_FLOWS);
	assert_in_range(n_moved, 1, N_FLOWS);
}
