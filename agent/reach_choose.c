// SPDX-License-Identifier: Apache-2.0
#include "agent/hash.h"
#include "agent/reaching.h"
#include "compile/hash.h"
#include "compile/nodes.h"

enum mark {
	SENT_TO = 1,  /* by the image */
	HAS_SIDS = 2, /* of endpoints */
};

/* By node id. */
static uint8_t *mark_all(const struct wf_agent *a)
{
	const struct wf_nodes nodes = wf_nodes_of(a->model);
	uint8_t *marks = calloc(WF_NODE_ID_MAX + 1, sizeof(*marks));
	struct wf_object *const *endpoints;
	size_t n;

	if (!marks)
		return NULL;
	for (size_t i = 0; i < wf_image_count(a->installed, WF_TABLE_DEST); i++) {
		const struct wf_dest *dest = wf_image_value(a->installed, WF_TABLE_DEST, i);

		if (dest->node <= WF_NODE_ID_MAX)
			marks[dest->node] |= SENT_TO;
	}
	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (endpoints[i]->endpoint.sid)
			marks[wf_nodes_id(&nodes, endpoints[i]->endpoint.node)] |= HAS_SIDS;
	marks[0] = marks[a->config.node] = 0;
	return marks;
}

static int add(struct wf_peers *peers, uint16_t node, bool is_witness)
{
	const struct wf_peer peer = {.node = node, .is_witness = is_witness};

	return wf_vec_push(peers, peer);
}

static bool has(const struct wf_peers *peers, uint16_t node)
{
	wf_vec_each (p, peers)
		if (p->node == node)
			return true;
	return false;
}

static int add_witnesses(const struct wf_agent *a, struct wf_peers *peers)
{
	const struct wf_nodes nodes = wf_nodes_of(a->model);
	int r = 0;

	for (size_t i = 0; i < nodes.n && peers->n < WF_PEERS_MIN && !r; i++) {
		const struct wf_node *node = &nodes.items[i]->node;

		if (wf_node_can_end(node) && node->id != a->config.node && !has(peers, node->id))
			r = add(peers, node->id, true);
	}
	return r;
}

/* Each node has another order. */
static uint64_t weight_of(const struct wf_agent *a, uint16_t node)
{
	const uint16_t pair[] = {a->config.node, node};

	return wf_hash_of(pair, sizeof(pair));
}

static void drop_lightest(const struct wf_agent *a, struct wf_peers *peers)
{
	size_t lightest = 0;

	for (size_t i = 1; i < peers->n; i++)
		if (weight_of(a, peers->items[i].node) < weight_of(a, peers->items[lightest].node))
			lightest = i;
	peers->items[lightest] = peers->items[--peers->n];
}

static int peer_cmp(const void *a, const void *b)
{
	return (int)((const struct wf_peer *)a)->node - (int)((const struct wf_peer *)b)->node;
}

static int choose(const struct wf_agent *a, struct wf_peers *ret)
{
	_cleanup_free_ uint8_t *marks = mark_all(a);
	int r = marks ? 0 : -ENOMEM;

	for (uint32_t node = 0; node <= WF_NODE_ID_MAX && !r; node++) {
		if (marks[node] != (SENT_TO | HAS_SIDS))
			continue;
		r = add(ret, (uint16_t)node, false);
		if (ret->n > WF_PEERS_MAX)
			drop_lightest(a, ret);
	}
	if (!r && ret->n)
		r = add_witnesses(a, ret);
	wf_vec_sort(ret, peer_cmp);
	return r;
}

int wf_reaching_choose(struct wf_agent *a)
{
	struct wf_peers peers = {0};
	int r = choose(a, &peers);

	if (r) {
		wf_vec_done(&peers);
		return r;
	}
	wf_vec_each (p, &peers) {
		const struct wf_peer *before = wf_reaching_find(a, p->node);
		const bool is_witness = p->is_witness;

		if (before)
			*p = *before;
		p->is_witness = is_witness;
	}
	wf_vec_done(&a->reaching->peers);
	a->reaching->peers = peers;
	return 0;
}
