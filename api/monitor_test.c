// SPDX-License-Identifier: Apache-2.0
/* Answers that go on, and the counters of policies and drops. */
#include <event2/buffer.h>
#include <signal.h>

#include "agent/monitor.h"
#include "api/fixture_test.h"
#include "wire/flow.h"

#define FLOOD 4000 /* events, in text more than a slow client may leave unread */

static struct wf_agent *agent_of(struct fixture *f)
{
	return f->rig.nodes[0].agent;
}

static struct wf_event event(struct fixture *f, enum wf_event_type type)
{
	const struct wf_model *m = agent_of(f)->model;
	const struct wf_object *web = wf_model_find(m, WF_KIND_ENDPOINT, "red", "web"),
			       *db = wf_model_find(m, WF_KIND_ENDPOINT, "red", "db");
	struct wf_event e = {.type = type, .hook = WF_HOOK_APPLY};

	e.time_ns = (uint64_t)wf_agent_now_ns();
	e.tenant = wf_model_find(m, WF_KIND_TENANT, NULL, "red")->self.id;
	e.way = e.policy = wf_model_find(m, WF_KIND_POLICY, "red", "p")->policy.id;
	e.node = wf_model_find(m, WF_KIND_NODE, NULL, "n2")->node.id;
	memcpy(e.flow.src, web->endpoint.addrs[0].bytes, 16);
	memcpy(e.flow.dst, db->endpoint.addrs[0].bytes, 16);
	e.flow.proto = WF_PROTO_TCP;
	e.flow.dport = wf_htons(5432);
	return e;
}

static void tell(struct fixture *f, const struct wf_event *e)
{
	wf_kern_fake_tell(f->rig.nodes[0].world, e);
}

struct until {
	struct fixture *f;
	struct answer *a;
	const char *text;
	size_t n_listeners;
};

static bool has_text(void *arg)
{
	struct until *u = arg;
	struct evbuffer *in = bufferevent_get_input(u->a->conn);

	return evbuffer_search(in, u->text, strlen(u->text), NULL).pos >= 0;
}

static bool so_many_listen(void *arg)
{
	struct until *u = arg;

	return agent_of(u->f)->listeners.n == u->n_listeners;
}

static void wait_for_text(struct fixture *f, struct answer *a, const char *text)
{
	struct until u = {.f = f, .a = a, .text = text};

	if (!wf_rig_wait(&f->rig, has_text, &u))
		fail_msg("'%s' did not come", text);
}

static void wait_for_listeners(struct fixture *f, size_t n)
{
	struct until u = {.f = f, .n_listeners = n};

	assert_true(wf_rig_wait(&f->rig, so_many_listen, &u));
}

static void listen_to(struct fixture *f, struct answer *a, const char *query, const char *accept)
{
	char request[512];

	snprintf(request, sizeof(request),
		 "GET /v1/monitor%s HTTP/1.1\r\nHost: weft\r\nConnection: close\r\nAccept: "
		 "%s\r\n\r\n",
		 query, accept);
	ask(f, a, request, strlen(request));
	wait_for_text(f, a, "\r\n\r\n");
}

/* The @nth line of the answer that is JSON. */
static json_t *line_of(struct answer *a, int nth)
{
	struct evbuffer *in = bufferevent_get_input(a->conn);
	char *text = strndup((const char *)evbuffer_pullup(in, -1), evbuffer_get_length(in));
	char *line = strchr(text, '{');
	json_t *json;

	while (line && nth--)
		line = strstr(line + 1, "\n{");
	json = line ? json_loads(strchr(line, '{'), JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	free(text);
	return json;
}

static void events_come_as_lines_until_the_limit(void **state)
{
	struct fixture *f = *state;
	const char *type, *node, *tenant, *from, *to, *protocol, *policy, *way, *first, *reason;
	struct wf_event verdict, drop;
	int port, code;
	struct answer a;
	json_t *json;

	fill(f);
	verdict = event(f, WF_EVENT_VERDICT);
	drop = event(f, WF_EVENT_DROP);
	drop.drop = WF_DROP_DENIED;
	drop.policy = 0;
	drop.flow.proto = WF_PROTO_ICMP;
	drop.flow.dport = wf_htons(8 << 8 | 1);
	listen_to(f, &a, "?limit=2", "*/*");
	tell(f, &verdict);
	wait_for_text(f, &a, "verdict");
	assert_false(a.is_done);
	tell(f, &drop);
	wait_for_text(f, &a, "\r\n0\r\n");
	wait_for_listeners(f, 0);
	wait_for_text(f, &a, "application/x-ndjson");
	json = line_of(&a, 0);
	assert_int_equal(json_unpack(json, "{s:s,s:s,s:s,s:{s:s},s:{s:s},s:s,s:i,s:s,s:s,s:[s]}",
				     "type", &type, "node", &node, "tenant", &tenant, "from",
				     "name", &from, "to", "name", &to, "protocol", &protocol,
				     "port", &port, "policy", &policy, "way", &way, "path", &first),
			 0);
	assert_string_equal(type, "verdict");
	assert_string_equal(node, "n1");
	assert_string_equal(tenant, "red");
	assert_string_equal(from, "web");
	assert_string_equal(to, "db");
	assert_string_equal(protocol, "tcp");
	assert_int_equal(port, 5432);
	assert_string_equal(policy, "p");
	assert_string_equal(way, "p");
	assert_string_equal(first, "n2");
	json_decref(json);
	json = line_of(&a, 1);
	assert_int_equal(json_unpack(json, "{s:s,s:s,s:n,s:s,s:i,s:i}", "type", &type, "reason",
				     &reason, "policy", "protocol", &protocol, "port", &port,
				     "code", &code),
			 0);
	assert_string_equal(type, "drop");
	assert_string_equal(reason, "denied");
	assert_string_equal(protocol, "icmp");
	assert_int_equal(port, 8);
	assert_int_equal(code, 1);
	json_decref(json);
	bufferevent_free(a.conn);
}

static void events_come_as_server_sent_ones_if_wanted(void **state)
{
	struct fixture *f = *state;
	struct wf_event drop;
	struct answer a;

	fill(f);
	drop = event(f, WF_EVENT_DROP);
	listen_to(f, &a, "?type=drop", "text/event-stream");
	tell(f, &drop);
	wait_for_text(f, &a, "Content-Type: text/event-stream");
	wait_for_text(f, &a, "event: drop\ndata: {\"time_ms\":");
	wait_for_text(f, &a, "}\n\n");
	bufferevent_free(a.conn);
	wait_for_listeners(f, 0);
}

static json_t *lines_of(struct fixture *f, struct answer *a, const struct wf_news *news, size_t n)
{
	json_t *all = json_array();

	listen_to(f, a, "?type=health,drop", "*/*");
	assert_int_equal(wf_kern_fake_monitor(f->rig.nodes[0].world).mask, 1 << WF_EVENT_DROP);
	for (size_t i = 0; i < n; i++)
		wf_monitor_tell(agent_of(f), &news[i]);
	wait_for_text(f, a, "reachable");
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, line_of(a, (int)i));
	bufferevent_free(a->conn);
	wait_for_listeners(f, 0);
	return all;
}

static void changes_of_health_come_as_lines(void **state)
{
	static const char *const expected =
		"[{\"at\":\"n1\",\"health\":\"down\",\"name\":\"web\",\"node\":\"n1\",\"of\":"
		"\"endpoint\",\"reason\":\"no \\\\xff\",\"tenant\":\"red\",\"time_ms\":7,\"type\":"
		"\"health\"},{\"at\":\"n1\",\"health\":\"up\",\"name\":\"web\",\"node\":\"n1\","
		"\"of\":\"endpoint\",\"reason\":null,\"tenant\":\"red\",\"time_ms\":8,\"type\":"
		"\"health\"},{\"name\":\"n2\",\"node\":\"n1\",\"of\":\"node\",\"reachable\":"
		"\"silent\",\"time_ms\":9,\"type\":\"health\"}]";
	struct fixture *f = *state;
	_cleanup_free_ char *text = NULL;
	struct answer a;
	json_t *all;

	fill(f);
	const struct wf_model *m = agent_of(f)->model;
	const struct wf_object *web = wf_model_find(m, WF_KIND_ENDPOINT, "red", "web"),
			       *n2 = wf_model_find(m, WF_KIND_NODE, NULL, "n2");
	const struct wf_news news[] = {
		{.time_ms = 7, .object = web, .health = WF_HEALTH_DOWN, .why = "no \xff"},
		{.time_ms = 8, .object = web, .health = WF_HEALTH_UP},
		{.time_ms = 9, .object = n2, .reach = WF_REACH_SILENT},
	};

	all = lines_of(f, &a, news, 3);
	text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, expected);
	json_decref(all);
}

static void a_client_that_leaves_ends_it(void **state)
{
	struct fixture *f = *state;
	struct answer a, b;

	fill(f);
	listen_to(f, &a, "?type=drop", "*/*");
	listen_to(f, &b, "", "*/*");
	assert_int_equal(wf_kern_fake_monitor(f->rig.nodes[0].world).mask,
			 1 << WF_EVENT_DROP | 1 << WF_EVENT_VERDICT);
	bufferevent_free(b.conn);
	wait_for_listeners(f, 1);
	assert_int_equal(wf_kern_fake_monitor(f->rig.nodes[0].world).mask, 1 << WF_EVENT_DROP);
	bufferevent_free(a.conn);
	wait_for_listeners(f, 0);
	assert_int_equal(wf_kern_fake_monitor(f->rig.nodes[0].world).mask, 0);
}

static void a_daemon_that_ends_ends_its_listeners(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	fill(f);
	listen_to(f, &a, "", "*/*");
	wf_api_free(f->api);
	f->api = NULL;
	assert_int_equal(agent_of(f)->listeners.n, 0);
	bufferevent_free(a.conn);
}

/* What waits for it in the daemon is bounded. */
static void a_client_that_reads_slowly_is_told_what_it_missed(void **state)
{
	struct fixture *f = *state;
	json_int_t slow = 0, rate, lost;
	struct wf_event drop;
	struct answer a;
	json_t *json;

	fill(f);
	drop = event(f, WF_EVENT_DROP);
	listen_to(f, &a, "?type=drop&rate=100000", "*/*");
	bufferevent_disable(a.conn, EV_READ);
	for (int i = 0; i < FLOOD; i++)
		tell(f, &drop);
	for (int i = 0; i < 2 * FLOOD / WF_EVENTS_AT_ONCE; i++)
		event_base_loop(f->rig.base, EVLOOP_NONBLOCK);
	bufferevent_enable(a.conn, EV_READ);
	wait_for_text(f, &a, "\"type\":\"missed\"");
	for (int i = 0; !slow && (json = line_of(&a, i)); i++) {
		json_unpack(json, "{s:I,s:I,s:I}", "slow", &slow, "rate", &rate, "lost", &lost);
		json_decref(json);
	}
	assert_in_range(slow, 1, FLOOD - 1);
	assert_int_equal(rate, 0);
	assert_int_equal(lost, 0);
	bufferevent_free(a.conn);
	wait_for_listeners(f, 0);
}

static void more_than_the_rate_is_told_as_missed(void **state)
{
	struct fixture *f = *state;
	struct wf_event drop;
	struct answer a;

	fill(f);
	drop = event(f, WF_EVENT_DROP);
	listen_to(f, &a, "?rate=1", "*/*");
	for (int i = 0; i < 100; i++)
		tell(f, &drop);
	wait_for_text(f, &a, "\"type\":\"missed\",\"rate\":");
	bufferevent_free(a.conn);
	wait_for_listeners(f, 0);
}

static void wrong_questions_are_refused(void **state)
{
	static const struct {
		const char *query, *says;
		int status;
	} cases[] = {
		{"type=drops", "drop, verdict, health or all, not 'drops'", 422},
		{"type=drop,", "health or all, not ''", 422},
		{"type=drop,dro", "not 'dro'", 422},
		{"type=health&policy=p", "health has none", 422},
		{"type=health&reason=denied", "is for drops", 422},
		{"reason=no-rout", "did you mean 'no-route'", 422},
		{"reason=no-route&type=verdict", "is for drops", 422},
		{"tenant=rde", "did you mean 'red'", 404},
		{"endpoint=wev", "did you mean 'web'", 404},
		{"policy=q", "no policy 'q'", 404},
		{"tenant=%ff", "not UTF-8", 422},
		{"endpoint=", "cannot be the name of an endpoint", 422},
		{"rate=0", "from 1 to", 422},
		{"rate=x", "from 1 to", 422},
		{"rate=100001", "from 1 to 100000", 422},
		{"limit=-1", "from 1 to", 422},
	};
	struct fixture *f = *state;

	fill(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char path[128];
		const char *message = "";
		json_t *json;

		snprintf(path, sizeof(path), "/v1/monitor?%s", cases[i].query);
		assert_int_equal(call(f, "GET", path, "", &json), cases[i].status);
		json_unpack(json, "{s:{s:s}}", "error", "message", &message);
		if (!strstr(message, cases[i].says))
			fail_msg("%s: %s", cases[i].query, message);
		json_decref(json);
	}
	assert_int_equal(agent_of(f)->listeners.n, 0);
}

static void one_listener_too_many_is_503(void **state)
{
	struct answer a[WF_LISTENERS_MAX];
	struct fixture *f = *state;
	json_t *json;

	for (int i = 0; i < WF_LISTENERS_MAX; i++)
		listen_to(f, &a[i], "", "*/*");
	assert_int_equal(call(f, "GET", "/v1/monitor", "", &json), 503);
	json_decref(json);
	for (int i = 0; i < WF_LISTENERS_MAX; i++)
		bufferevent_free(a[i].conn);
	wait_for_listeners(f, 0);
}

static void count(struct fixture *f, enum wf_counter_kind kind, const void *name, size_t bytes,
		  uint64_t n)
{
	struct wf_counter_key key = {.kind = kind};
	const struct wf_slot *slot;

	memcpy(key.name, name, bytes);
	slot = wf_slots_find(&agent_of(f)->slots, &key);
	assert_non_null(slot);
	wf_kern_fake_count(f->rig.nodes[0].world, slot->number, n, 100 * n);
}

/* The number at "KEY/KEY/0/...". */
static json_int_t number_at(struct fixture *f, const char *path, const char *keys)
{
	char text[128], *rest, *key;
	json_t *json, *at;
	json_int_t n;

	assert_int_equal(call(f, "GET", path, "", &json), 200);
	snprintf(text, sizeof(text), "%s", keys);
	at = json;
	for (key = strtok_r(text, "/", &rest); key; key = strtok_r(NULL, "/", &rest))
		at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10))
				       : json_object_get(at, key);
	assert_true(json_is_integer(at));
	n = json_integer_value(at);
	json_decref(json);
	return n;
}

static void counters_of_policies_and_drops_are_shown(void **state)
{
	static const struct {
		const char *path, *keys;
		json_int_t n;
	} cases[] = {
		{"/v1/policies?name=p", "items/0/in/packets", 1},
		{"/v1/policies?name=p", "items/0/in/bytes", 100},
		{"/v1/policies?name=p", "items/0/denied_in/packets", 2},
		{"/v1/policies?name=p", "items/0/denied_out/packets", 0},
		{"/v1/policies?name=p", "items/0/out/packets", 0},
		{"/v1/drops", "endpoints/0/tx", 4},
		{"/v1/drops", "endpoints/0/rx", 0},
		{"/v1/drops", "policies/0/out", 8}, /* the default */
		{"/v1/drops", "policies/0/in", 0},
		{"/v1/drops", "policies/1/in", 2},
		{"/v1/sids", "items/2/packets", 17}, /* End.DT46 */
		{"/v1/sids", "items/2/bytes", 1700},
	};
	struct fixture *f = *state;
	struct wf_policy_name policy, none;
	struct wf_dest_key web = {0};
	const struct wf_model *m;

	fill(f);
	m = agent_of(f)->model;
	none = (struct wf_policy_name){
		.tenant = wf_model_find(m, WF_KIND_TENANT, NULL, "red")->self.id};
	policy = none;
	policy.policy = wf_model_find(m, WF_KIND_POLICY, "red", "p")->policy.id;
	web.tenant = none.tenant;
	memcpy(web.addr, wf_model_find(m, WF_KIND_ENDPOINT, "red", "web")->endpoint.addrs[0].bytes,
	       16);
	count(f, WF_COUNTER_POLICY_IN, &policy, sizeof(policy), 1);
	count(f, WF_COUNTER_POLICY_IN, &none, sizeof(none), 16);
	count(f, WF_COUNTER_POLICY_DENY_IN, &policy, sizeof(policy), 2);
	count(f, WF_COUNTER_POLICY_DENY_OUT, &none, sizeof(none), 8);
	count(f, WF_COUNTER_ENDPOINT_TX_DROP, &web, sizeof(web), 4);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(number_at(f, cases[i].path, cases[i].keys) * 100 + (int)i,
				 cases[i].n * 100 + (int)i);
}

static void metrics_have_what_was_counted(void **state)
{
	static const char *const lines[] = {
		"\nweft_policy_packets_total{tenant=\"red\",policy=\"\",what=\"denied_out\"} 8\n",
		"\nweft_policy_bytes_total{tenant=\"red\",policy=\"\",what=\"denied_out\"} 800\n",
		"\nweft_endpoint_drops_total{tenant=\"red\",endpoint=\"web\",direction=\"rx\"} 0\n",
	};
	static const char request[] =
		"GET /metrics HTTP/1.1\r\nHost: weft\r\nConnection: close\r\n\r\n";
	struct fixture *f = *state;
	struct wf_policy_name none;
	struct answer a;

	fill(f);
	none = (struct wf_policy_name){
		.tenant = wf_model_find(agent_of(f)->model, WF_KIND_TENANT, NULL, "red")->self.id};
	count(f, WF_COUNTER_POLICY_DENY_OUT, &none, sizeof(none), 8);
	ask(f, &a, request, sizeof(request) - 1);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		wait_for_text(f, &a, lines[i]);
	bufferevent_free(a.conn);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(events_come_as_lines_until_the_limit),
		CASE(events_come_as_server_sent_ones_if_wanted),
		CASE(changes_of_health_come_as_lines),
		CASE(a_client_that_leaves_ends_it),
		CASE(a_daemon_that_ends_ends_its_listeners),
		CASE(a_client_that_reads_slowly_is_told_what_it_missed),
		CASE(more_than_the_rate_is_told_as_missed),
		CASE(wrong_questions_are_refused),
		CASE(one_listener_too_many_is_503),
		CASE(counters_of_policies_and_drops_are_shown),
		CASE(metrics_have_what_was_counted),
	};

	signal(SIGPIPE, SIG_IGN); /* as in weftd: clients go away */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
