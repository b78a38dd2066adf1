// SPDX-License-Identifier: Apache-2.0
#include "agent/rig.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>

#include "dp/config.h"
#include "schema/schema.h"

static void world_init(struct wf_rig_node *n, int number)
{
	const struct wf_link eth0 = {
		.name = "eth0", .mtu = WF_RIG_MTU, .is_up = true, .is_ethernet = true};
	char netns[16];

	snprintf(n->name, sizeof(n->name), "n%d", number + 1);
	n->world = wf_kern_fake_new();
	assert(n->world);
	wf_kern_fake_link_set(n->world, &eth0);
	for (int i = 1; i <= 9; i++) {
		snprintf(netns, sizeof(netns), "c%d", i);
		wf_kern_fake_netns_add(n->world, netns);
	}
}

void wf_rig_init(struct wf_rig *rig)
{
	static unsigned int n_rigs; /* each has a store of its own */
	struct wf_err err;

	memset(rig, 0, sizeof(*rig));
	snprintf(rig->url, sizeof(rig->url), "mem:rig-%u", n_rigs++);
	rig->base = event_base_new();
	assert(rig->base);
	if (wf_store_open(rig->url, &rig->store, &err) < 0)
		abort();
	for (int i = 0; i < WF_RIG_NODES; i++)
		world_init(&rig->nodes[i], i);
}

void wf_rig_end(struct wf_rig *rig, int i)
{
	struct wf_rig_node *n = &rig->nodes[i];

	wf_agent_free(n->agent);
	wf_kern_free(n->kern);
	n->agent = NULL;
	n->kern = NULL;
}

void wf_rig_kill(struct wf_rig *rig, int i)
{
	if (rig->nodes[i].agent)
		rig->nodes[i].agent->owner.lease = 0; /* nobody gives it back */
	wf_rig_end(rig, i);
}

void wf_rig_done(struct wf_rig *rig)
{
	for (int i = 0; i < WF_RIG_NODES; i++) {
		wf_rig_kill(rig, i);
		wf_kern_free(rig->nodes[i].world);
	}
	wf_store_close(rig->store);
	event_base_free(rig->base);
}

int wf_rig_try_start(struct wf_rig *rig, int i, uint16_t node_id, struct wf_err *err)
{
	static const char *const underlay[] = {"eth0"};
	struct wf_rig_node *n = &rig->nodes[i];
	char place[32];
	struct wf_agent_options options = {
		.node = n->name,
		.place = place,
		.node_id = node_id,
		.store = rig->url,
		.underlay = underlay,
		.n_underlay = 1,
		.block = WF_DEFAULT_BLOCK,
		.gone_after_ms = rig->gone_after_ms,
		.repair_ms = WF_REPAIR_MS,
	};
	int r;

	snprintf(place, sizeof(place), "rig's node %d; of a test", i);
	n->kern = wf_kern_fake_reopen(n->world);
	r = wf_agent_new(&options, rig->base, n->kern, &n->agent, err);
	if (r) {
		wf_kern_free(n->kern);
		n->kern = NULL;
	}
	return r;
}

struct wf_agent *wf_rig_start(struct wf_rig *rig, int i)
{
	struct wf_err err = {0};

	if (wf_rig_try_start(rig, i, 0, &err) < 0) {
		fprintf(stderr, "node %d does not start: %s\n", i, err.msg);
		abort();
	}
	return rig->nodes[i].agent;
}

void *wf_rig_setup(void **state, size_t bytes, int n_nodes)
{
	struct wf_rig *rig = calloc(1, bytes);

	assert(rig);
	wf_rig_init(rig);
	for (int i = 0; i < n_nodes; i++)
		wf_rig_start(rig, i);
	*state = rig;
	return rig;
}

int wf_rig_teardown(void **state)
{
	wf_rig_done(*state);
	free(*state);
	return 0;
}

bool wf_rig_wait(struct wf_rig *rig, bool (*is_true)(void *arg), void *arg)
{
	int64_t end = wf_agent_now_ms() + WF_RIG_WAIT_MS;

	while (!is_true(arg)) {
		struct timeval tick = {.tv_usec = 20000};

		if (wf_agent_now_ms() > end)
			return false;
		event_base_loopexit(rig->base, &tick);
		event_base_loop(rig->base, EVLOOP_ONCE);
	}
	return true;
}

static bool is_settled(void *arg)
{
	struct wf_rig *rig = arg;
	struct wf_store_list l = {0};
	uint64_t wanted;

	if (wf_store_list(rig->store, WF_OBJECT_KEY_PREFIX, &l, NULL) < 0)
		abort();
	wanted = l.revision;
	wf_store_list_done(&l);
	for (int i = 0; i < WF_RIG_NODES; i++) {
		struct wf_agent *a = rig->nodes[i].agent;

		if (a && (a->installed_revision < wanted || a->installed_revision != a->revision ||
			  event_pending(a->pass_event, EV_TIMEOUT, NULL)))
			return false;
	}
	return true;
}

void wf_rig_settle(struct wf_rig *rig)
{
	if (!wf_rig_wait(rig, is_settled, rig)) {
		fprintf(stderr, "the agents do not settle\n");
		abort();
	}
}

void wf_rig_stop_clock(struct wf_rig *rig)
{
	for (int i = 0; i < WF_RIG_NODES; i++)
		if (rig->nodes[i].agent)
			rig->nodes[i].agent->still_ms = wf_agent_now_ms();
}

void wf_rig_later(struct wf_rig *rig, int64_t ms)
{
	for (int i = 0; i < WF_RIG_NODES; i++)
		if (rig->nodes[i].agent) {
			rig->nodes[i].agent->later_ms += ms;
			wf_agent_want_pass(rig->nodes[i].agent);
		}
}

struct count {
	struct wf_rig *rig;
	const char *prefix;
	size_t n;
};

static bool has_count(void *arg)
{
	const struct count *c = arg;

	return wf_rig_count(c->rig, c->prefix) == c->n;
}

bool wf_rig_wait_count(struct wf_rig *rig, const char *prefix, size_t n)
{
	struct count c = {rig, prefix, n};

	return wf_rig_wait(rig, has_count, &c);
}

#define OBJECTS_MAX 5000

int wf_rig_apply(struct wf_agent *a, const char *json, struct wf_outcome *ret, struct wf_err *err)
{
	static struct wf_object *objects[OBJECTS_MAX];
	json_t *list = json_loads(json, 0, NULL), *item;
	struct wf_problems problems = {0};
	size_t i;
	int r;

	json_array_foreach(list, i, item)
	{
		if (i == OBJECTS_MAX ||
		    wf_object_from_json(item, false, i, &problems, &objects[i]) < 0) {
			fprintf(stderr, "the test's object %zu is wrong: %s\n", i,
				problems.n ? problems.items[0].msg : "");
			abort();
		}
	}
	r = wf_agent_apply(a, objects, json_array_size(list), false, ret, err);
	for (i = 0; i < json_array_size(list); i++)
		wf_object_unref(objects[i]);
	wf_problems_done(&problems);
	json_decref(list);
	return r;
}

void wf_rig_must_apply(struct wf_agent *a, const char *json)
{
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	if (wf_rig_apply(a, json, &outcome, &err) < 0) {
		fprintf(stderr, "not applied: %s\n", err.msg);
		abort();
	}
	wf_outcome_done(&outcome);
}

int wf_rig_attach(struct wf_agent *a, const char *tenant, const char *name, const char *netns,
		  struct wf_outcome *ret, struct wf_err *err)
{
	struct wf_attach request = {.tenant = tenant, .name = name, .netns = netns};

	return wf_agent_attach(a, &request, ret, err);
}

const struct wf_object *wf_rig_must_attach(struct wf_agent *a, const char *tenant, const char *name,
					   const char *netns)
{
	return wf_rig_must_attach_as(a, tenant, name, netns, "");
}

const struct wf_object *wf_rig_must_attach_as(struct wf_agent *a, const char *tenant,
					      const char *name, const char *netns,
					      const char *labels)
{
	struct wf_labels set = {0};
	struct wf_attach request = {.tenant = tenant, .name = name, .netns = netns, .labels = &set};
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	if (wf_labels_parse(labels, &set) < 0 || wf_agent_attach(a, &request, &outcome, &err) < 0) {
		fprintf(stderr, "'%s' is not attached: %s\n", name, err.msg);
		abort();
	}
	wf_outcome_done(&outcome);
	wf_labels_done(&set);
	return wf_model_find(a->model, WF_KIND_ENDPOINT, tenant, name);
}

void wf_rig_put(struct wf_rig *rig, const char *key, const char *value)
{
	const struct wf_store_op op = {
		.type = value ? WF_STORE_PUT : WF_STORE_DELETE,
		.key = key,
		.value = value,
		.value_len = value ? strlen(value) : 0,
	};
	const struct wf_store_txn txn = {.ops = &op, .n_ops = 1};

	if (wf_store_commit(rig->store, &txn, NULL, NULL) < 0)
		abort();
}

size_t wf_rig_count(struct wf_rig *rig, const char *prefix)
{
	struct wf_store_list l = {0};
	size_t n;

	if (wf_store_list(rig->store, prefix, &l, NULL) < 0)
		abort();
	n = l.n;
	wf_store_list_done(&l);
	return n;
}
