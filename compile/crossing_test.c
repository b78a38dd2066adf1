// SPDX-License-Identifier: Apache-2.0
/*
 * Packets that cross the border of a tenant, as the data path decides on them by the images of both
 * ends. The cluster: compile/gateways_world_test.h.
 */
#include "compile/gateways_world_test.h"

#include "dp/memory_test.h"
#include "dp/world.h"
#include "dp/apply.h"
#include "dp/validate.h"

struct node {
	struct wf_image *img; /* owned */
	struct test_memory memory;
	uint16_t id;
};

enum {
	AT_A,
	AT_B,
	AT_G,
	AT_H,
	N_NODES,
};

static struct node nodes[N_NODES];

static const void *find(const void *tables, enum wf_table t, const void *key)
{
	return wf_image_lookup(tables, t, key);
}

static struct wf_world world_of(struct node *n)
{
	return (struct wf_world){
		.config = wf_image_config(n->img),
		.find = find,
		.tables = n->img,
		.recall = test_memory_recall,
		.remember = test_memory_remember,
		.memory = &n->memory,
		.now_s = 1000,
	};
}

static void look(const struct wf_model *m)
{
	static const char *const names[] = {"A", "B", "G", "H"};
	static const uint16_t ids[] = {A, B, G, H};

	for (int i = 0; i < N_NODES; i++) {
		wf_image_free(nodes[i].img);
		nodes[i].img = compile_at(m, names[i]);
		nodes[i].id = ids[i];
	}
}

static int setup(void **state)
{
	struct wf_model *m = make();

	for (int i = 0; i < N_NODES; i++)
		nodes[i].memory.n = 0;
	look(m);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	for (int i = 0; i < N_NODES; i++) {
		wf_image_free(nodes[i].img);
		nodes[i].img = NULL;
	}
	wf_model_free(*state);
	return 0;
}

static struct node *node_of(uint16_t id)
{
	for (int i = 0; i < N_NODES; i++)
		if (nodes[i].id == id)
			return &nodes[i];
	fail_msg("node %u is not looked at", id);
	return NULL;
}

/* The interface of the endpoint with this address. */
static uint32_t ifindex_of(const struct node *n, const char *addr)
{
	struct wf_addr a;

	assert_int_equal(wf_addr_parse(addr, &a), 0);
	for (size_t i = 0; i < wf_image_count(n->img, WF_TABLE_PORT); i++) {
		const struct wf_port *port = wf_image_value(n->img, WF_TABLE_PORT, i);

		if (wf_port_has_address(port, a.bytes))
			return *(const uint32_t *)wf_image_key(n->img, WF_TABLE_PORT, i);
	}
	fail_msg("%s is not there", addr);
	return 0;
}

/* Of TCP. */
struct packet {
	const char *src, *dst;
	uint16_t sport, dport;
	bool is_answer;
};

static void read_packet(const struct packet *p, struct wf_inner *in, struct wf_case *c)
{
	const uint8_t l4[WF_CASE_BYTES] = {[12] = 0x50, p->is_answer ? WF_TCP_ACK : WF_TCP_SYN};
	struct wf_addr src, dst;

	assert_int_equal(wf_addr_parse(p->src, &src), 0);
	assert_int_equal(wf_addr_parse(p->dst, &dst), 0);
	*in = (struct wf_inner){.flow = {.sport = wf_htons(p->sport),
					 .dport = wf_htons(p->dport),
					 .proto = WF_PROTO_TCP},
				.l3_off = 14,
				.l4_off = 34,
				.ip_len = 140,
				.upper = WF_PROTO_TCP,
				.flags = wf_addr_is_v4(&src) ? WF_INNER_V4 : 0};
	memcpy(in->flow.src, src.bytes, 16);
	memcpy(in->flow.dst, dst.bytes, 16);
	wf_case_fill(in, l4, WF_CASE_BYTES, c);
}

static struct wf_way way; /* of the last packet that was sent */
static struct wf_template path;

/* By the endpoint of @n with the address @by. */
static enum wf_drop leave(struct node *n, const char *by, const struct packet *p)
{
	const struct wf_world w = world_of(n);
	const uint32_t ifindex = ifindex_of(n, by);
	const struct wf_port *port = wf_image_find(n->img, WF_TABLE_PORT, &ifindex);
	struct wf_inner in;
	struct wf_case c;
	enum wf_drop drop;

	read_packet(p, &in, &c);
	drop = wf_apply_decide(&w, port, &in, &c, wf_flow_hash(&in.flow), &way);
	if (!drop)
		path = *way.path;
	return drop;
}

/* The last segment, as it stands in the header; the list's hash, 0: there is none. */
static const uint8_t *last_segment(__u64 *ret_list)
{
	const struct wf_srh *srh = (const struct wf_srh *)(path.header + WF_IPV6_LEN);
	const uint8_t *list = path.header + WF_IPV6_LEN + 8;

	*ret_list = 0;
	if (path.len == WF_IPV6_LEN)
		return path.header + 24;
	*ret_list = wf_listed_hash(list, srh->last_entry + 1u);
	return list;
}

/* The last packet, where its path ends: the interface it is given to into @ret. */
static enum wf_drop arrive(uint16_t source, const struct packet *p, struct node **ret_node,
			   uint32_t *ret)
{
	struct wf_listed_key key = {.source = source};
	const uint8_t *segment = last_segment(&key.hash);
	const struct wf_sid_arg arg = wf_sid_arg_unpack(way.sid_arg);
	struct node *n = node_of(wf_load_be16(segment + 4));
	const struct wf_world w = world_of(n);
	struct wf_proof proof = {.arg = way.sid_arg, .source = source};
	struct wf_outer o = {0};
	struct wf_inner in;
	struct wf_case c;
	const struct wf_arrival a = {.outer = &o, .proof = &proof, .in = &in};
	const struct wf_listed *listed;
	const struct wf_dest *dest = NULL;
	enum wf_drop drop;

	key.tenant = arg.tenant;
	key.policy = arg.policy;
	listed = wf_image_find(n->img, WF_TABLE_LISTED, &key);
	proof.lane = listed ? listed->lane : 0;
	wf_sid_make(o.dst, WF_DEFAULT_BLOCK, n->id, wf_load_be16(segment + 6), way.sid_arg);
	read_packet(p, &in, &c);
	drop = wf_validate_decide(&w, &a, &c, &dest);
	*ret_node = n;
	*ret = dest ? dest->ifindex : 0;
	return drop;
}

/* Of red: the address of its endpoint there. */
static const char *room_of(const struct node *gateway)
{
	return gateway->id == G ? "10.0.0.20" : "10.0.0.21";
}

/* It goes from one end to the other, of address @to (NULL: a gateway's); returns where it has come.
 */
static struct node *pass(struct node *from, const char *by, const struct packet *p, const char *to)
{
	struct node *n = NULL;
	uint32_t ifindex;

	assert_int_equal(leave(from, by, p), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_ENCAP);
	assert_int_equal(arrive(from->id, p, &n, &ifindex), WF_DROP_NONE);
	assert_int_equal(ifindex, ifindex_of(n, to ? to : room_of(n)));
	return n;
}

static void a_container_reaches_the_outside_and_gets_answers(void **state)
{
	unsigned int n_by[2] = {0};

	for (uint16_t port = 4000; port < 4020; port++) {
		const struct packet p = {"10.0.0.9", "8.8.8.8", port, 443, false};
		const struct packet answer = {"8.8.8.8", "10.0.0.9", 443, port, true};
		struct node *gateway = pass(&nodes[AT_A], "10.0.0.9", &p, NULL);

		assert_int_equal(way.path_key.policy, OUT);
		assert_int_equal(way.path_key.sid, 7);
		n_by[gateway->id == H]++;
		assert_ptr_equal(pass(gateway, room_of(gateway), &answer, "10.0.0.9"),
				 &nodes[AT_A]);
	}
	assert_true(n_by[0] && n_by[1]);
}

static void nobody_outside_reaches_whom_no_policy_names(void **state)
{
	const struct packet p = {"8.8.8.8", "10.0.0.9", 443, 4000, false};
	const struct packet answer = {"8.8.8.8", "10.0.0.9", 443, 4000, true};

	assert_int_equal(leave(&nodes[AT_G], "10.0.0.20", &p), WF_DROP_DENIED);
	assert_int_equal(leave(&nodes[AT_H], "10.0.0.21", &answer), WF_DROP_DENIED);
}

/* By the policy's way through the function, and back by its mirror and the same gateway. */
static void who_is_let_in_is_answered_by_the_same_gateway(void **state)
{
	for (uint16_t port = 5000; port < 5010; port++) {
		struct node *gateway = &nodes[port % 2 ? AT_G : AT_H];
		const struct packet p = {"8.8.8.8", "10.0.0.1", port, 8080, false};
		const struct packet answer = {"10.0.0.1", "8.8.8.8", 8080, port, true};
		uint32_t lane;

		pass(gateway, room_of(gateway), &p, "10.0.0.1");
		assert_int_equal(way.path_key.policy, IN);
		assert_false(way.path_key.is_reverse);
		lane = way.lane;
		assert_int_not_equal(lane, 0);
		assert_ptr_equal(pass(&nodes[AT_A], "10.0.0.1", &answer, NULL), gateway);
		assert_int_equal(way.path_key.policy, IN);
		assert_true(way.path_key.is_reverse);
		assert_int_equal(way.lane, lane);
	}
}

static void answers_leave_by_another_gateway_when_theirs_is_lost(void **state)
{
	const struct packet p = {"8.8.8.8", "10.0.0.1", 5000, 8080, false};
	const struct packet answer = {"10.0.0.1", "8.8.8.8", 8080, 5000, true};
	struct wish_exit exit = red_a;

	pass(&nodes[AT_G], "10.0.0.20", &p, "10.0.0.1");
	exit.is_down = true;
	wish_exit(*state, &exit);
	look(*state);
	assert_ptr_equal(pass(&nodes[AT_A], "10.0.0.1", &answer, NULL), &nodes[AT_H]);
}

/* At the gateway the published address is one of the service's. */
static void what_is_published_is_led_to_a_backend(void **state)
{
	unsigned int n_to[2] = {0};

	for (uint16_t port = 6000; port < 6020; port++) {
		const struct packet p = {"8.8.8.8", "203.0.113.80", port, 80, false};
		uint16_t first;

		assert_int_equal(leave(&nodes[AT_G], "10.0.0.20", &p), WF_DROP_NONE);
		first = way.path_key.node;
		assert_int_equal(way.path_key.policy, IN);
		assert_int_equal(way.path_key.sid, first == A ? 3 : 4);
		assert_int_equal(leave(&nodes[AT_H], "10.0.0.21", &p), WF_DROP_NONE);
		assert_int_equal(way.path_key.node, first);
		n_to[first == B]++;
	}
	assert_true(n_to[0] && n_to[1]);
}

static void without_a_policy_the_way_is_direct(void **state)
{
	const struct packet p = {"10.1.0.1", "8.8.8.8", 4000, 443, false};
	const struct packet answer = {"8.8.8.8", "10.1.0.1", 443, 4000, true};

	assert_ptr_equal(pass(&nodes[AT_A], "10.1.0.1", &p, "10.1.0.21"), &nodes[AT_H]);
	assert_int_equal(way.path_key.policy, 0);
	assert_int_equal(way.path_key.sid, 8);
	pass(&nodes[AT_H], "10.1.0.21", &answer, "10.1.0.1");
}

/* Each only to the outside of its own, and only by its own. */
static void tenants_do_not_meet_at_a_gateway(void **state)
{
	const struct packet into_red = {"8.8.8.8", "10.0.0.1", 443, 8080, false};
	const struct packet as_red = {"10.0.0.1", "10.1.0.1", 443, 8080, false};
	const struct packet as_service = {"203.0.113.80", "10.0.0.1", 80, 8080, true};

	assert_int_equal(leave(&nodes[AT_H], "10.1.0.21", &into_red), WF_DROP_NO_ENDPOINT);
	assert_int_equal(leave(&nodes[AT_H], "10.0.0.21", &as_red), WF_DROP_SOURCE_ADDRESS);
	assert_int_equal(leave(&nodes[AT_H], "10.0.0.21", &as_service), WF_DROP_SOURCE_ADDRESS);
}

static void without_a_gateway_that_works_it_is_said(void **state)
{
	const struct packet p = {"10.1.0.1", "8.8.8.8", 4000, 443, false};
	struct wish_exit exit = blue_b;

	exit.is_down = true;
	wish_exit(*state, &exit);
	look(*state);
	assert_int_equal(leave(&nodes[AT_A], "10.1.0.1", &p), WF_DROP_NO_GATEWAY);
	assert_int_equal(wf_model_remove(*state, WF_KIND_GATEWAY, NULL, "gw-b"), 0);
	look(*state);
	assert_int_equal(leave(&nodes[AT_A], "10.1.0.1", &p), WF_DROP_NO_ENDPOINT);
}

#define CROSSING(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CROSSING(a_container_reaches_the_outside_and_gets_answers),
		CROSSING(nobody_outside_reaches_whom_no_policy_names),
		CROSSING(who_is_let_in_is_answered_by_the_same_gateway),
		CROSSING(answers_leave_by_another_gateway_when_theirs_is_lost),
		CROSSING(what_is_published_is_led_to_a_backend),
		CROSSING(without_a_policy_the_way_is_direct),
		CROSSING(tenants_do_not_meet_at_a_gateway),
		CROSSING(without_a_gateway_that_works_it_is_said),
	};

	return cmocka_run_group_tests_name("compile/crossing", tests, NULL, NULL);
}
