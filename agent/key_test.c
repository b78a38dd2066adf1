// SPDX-License-Identifier: Apache-2.0
/* Keys come, change places and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/key.h"
#include "agent/rig.h"

#define SECRET(digit) digit "0112233445566778899aabbccddeef" digit
#define KEY(name, id, secret) \
	"[{\"kind\":\"Key\",\"name\":\"" name "\",\"id\":" id ",\"secret\":\"" secret "\"}]"
#define A     KEY("a", "1", SECRET("a"))
#define B     KEY("b", "2", SECRET("b"))
#define C     KEY("c", "3", SECRET("c"))
#define A_KEY "/weft/v1/key/a"

static char log_text[65536]; /* all that was logged */

static int setup(void **state)
{
	wf_rig_setup(state, sizeof(struct wf_rig), 2);
	return 0;
}

static struct wf_agent *agent(void **state, int i)
{
	return ((struct wf_rig *)*state)->nodes[i].agent;
}

static const struct wf_hmac_key *key(struct wf_agent *a, const char *name)
{
	const struct wf_object *o;

	assert_int_equal(wf_watch_catch_up(a, NULL), 0);
	o = wf_model_find(a->model, WF_KIND_KEY, NULL, name);
	return o ? &o->key : NULL;
}

static int rotate(struct wf_agent *a, struct wf_err *err)
{
	struct wf_outcome outcome = {0};
	int r = wf_agent_key_rotate(a, &outcome, err);

	if (!r)
		assert_true(outcome.revision >= a->revision);
	wf_outcome_done(&outcome);
	return r;
}

static int apply(struct wf_agent *a, const char *json, struct wf_err *err)
{
	struct wf_outcome outcome = {0};
	int r = wf_rig_apply(a, json, &outcome, err);

	wf_outcome_done(&outcome);
	return r;
}

static int delete (struct wf_agent *a, const char *name, struct wf_err *err)
{
	struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, name);
	struct wf_outcome outcome = {0};
	int r = wf_agent_delete(a, &o, 1, &outcome, err);

	wf_outcome_done(&outcome);
	wf_object_unref(o);
	return r;
}

static bool is_a_gone(void *arg)
{
	return wf_rig_count(arg, A_KEY) == 0;
}

static void the_first_key_signs_and_the_second_is_accepted(void **state)
{
	struct wf_err err = {0};

	wf_rig_must_apply(agent(state, 0), A);
	wf_rig_must_apply(agent(state, 1), B);
	assert_int_equal(key(agent(state, 0), "a")->state, WF_KEY_SIGNING);
	assert_int_equal(key(agent(state, 0), "b")->state, WF_KEY_ACCEPTED);
	assert_int_equal(apply(agent(state, 0), C, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "two keys already, 'a' and 'b'"));
}

static void of_two_at_once_one_signs(void **state)
{
	wf_rig_must_apply(agent(state, 0),
			  "[{\"kind\":\"Key\",\"name\":\"a\",\"id\":1,\"secret\":"
			  "\"" SECRET("a") "\"},{\"kind\":\"Key\",\"name\":\"b\","
					   "\"id\":2,\"secret\":\"" SECRET("b") "\"}]");
	assert_int_equal(key(agent(state, 0), "a")->state, WF_KEY_SIGNING);
	assert_int_equal(key(agent(state, 0), "b")->state, WF_KEY_ACCEPTED);
}

static void a_rotation_changes_places_and_the_last_one_goes_by_itself(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_err err = {0};

	wf_rig_must_apply(agent(state, 0), A);
	wf_rig_must_apply(agent(state, 0), B);
	assert_int_equal(rotate(agent(state, 1), NULL), 0);
	assert_int_equal(key(agent(state, 0), "b")->state, WF_KEY_SIGNING);
	assert_int_equal(key(agent(state, 0), "a")->state, WF_KEY_RETIRING);
	assert_true(key(agent(state, 0), "a")->retires_ms > 0);
	assert_int_equal(rotate(agent(state, 0), &err), -EEXIST);
	assert_non_null(strstr(err.msg, "'a' is retiring: add the next one, and rotate, in "));
	assert_int_equal(apply(agent(state, 0), C, NULL), -EINVAL);
	assert_int_equal(delete (agent(state, 0), "a", &err), -EEXIST);
	wf_rig_settle(rig);
	wf_rig_later(rig, WF_RETIRE_MS - 3000);
	wf_rig_settle(rig);
	assert_non_null(key(agent(state, 0), "a"));
	wf_rig_later(rig, 4000);
	assert_true(wf_rig_wait(rig, is_a_gone, rig));
	wf_rig_must_apply(agent(state, 0), C);
	assert_int_equal(rotate(agent(state, 0), NULL), 0);
	assert_int_equal(key(agent(state, 0), "c")->state, WF_KEY_SIGNING);
}

static void it_goes_also_if_all_daemons_were_away(void **state)
{
	struct wf_rig *rig = *state;

	wf_rig_must_apply(agent(state, 0), A);
	wf_rig_must_apply(agent(state, 0), B);
	assert_int_equal(rotate(agent(state, 0), NULL), 0);
	wf_rig_kill(rig, 0);
	wf_rig_kill(rig, 1);
	wf_rig_start(rig, 1);
	wf_rig_later(rig, WF_RETIRE_MS + 1000);
	assert_true(wf_rig_wait(rig, is_a_gone, rig));
}

static void there_must_be_a_next_one_to_rotate(void **state)
{
	struct wf_err err = {0};

	assert_int_equal(rotate(agent(state, 0), &err), -ENOENT);
	assert_non_null(strstr(err.msg, "weft key add"));
	wf_rig_must_apply(agent(state, 0), A);
	assert_int_equal(rotate(agent(state, 0), &err), -EEXIST);
	assert_non_null(strstr(err.msg, "no key after 'a'"));
}

static void a_key_that_is_there_stays_what_it_is(void **state)
{
	struct wf_agent *a = agent(state, 0);
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	wf_rig_must_apply(a, A);
	wf_rig_must_apply(a, B);
	assert_int_equal(rotate(a, NULL), 0);
	wf_rig_must_apply(a, A); /* unchanged, also what rotating did */
	assert_int_equal(key(a, "a")->state, WF_KEY_RETIRING);
	assert_int_equal(wf_rig_apply(a, KEY("b", "2", SECRET("d")), &outcome, &err), -EINVAL);
	assert_string_equal(outcome.problems.items[0].key, "secret");
	assert_null(strstr(err.msg, "d011"));
	assert_int_equal(apply(a, KEY("b", "7", SECRET("b")), NULL), -EINVAL);
	wf_outcome_done(&outcome);
}

static void when_the_signing_one_is_deleted_the_other_one_signs(void **state)
{
	wf_rig_must_apply(agent(state, 0), A);
	wf_rig_must_apply(agent(state, 0), B);
	assert_int_equal(delete (agent(state, 1), "a", NULL), 0);
	assert_int_equal(key(agent(state, 0), "b")->state, WF_KEY_SIGNING);
	assert_int_equal(delete (agent(state, 1), "b", NULL), 0);
	wf_rig_must_apply(agent(state, 0), C);
	assert_int_equal(key(agent(state, 0), "c")->state, WF_KEY_SIGNING);
}

#define RED                                                                      \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]," \
	"\"require\":[\"hmac\"]}]"

/* The first of the ready-made headers that are signed. */
static struct wf_template signed_header(struct wf_agent *a)
{
	for (size_t i = 0; i < wf_image_count(a->installed, WF_TABLE_PATH); i++) {
		const struct wf_template *t = wf_image_value(a->installed, WF_TABLE_PATH, i);

		if (t->is_signed)
			return *t;
	}
	fail_msg("no header is signed");
	return (struct wf_template){0};
}

static void headers_are_signed_by_the_next_key_a_while_after_the_rotation(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = agent(state, 0);
	struct wf_template before, after;

	wf_rig_must_apply(a, A);
	wf_rig_must_apply(a, B);
	wf_rig_must_apply(a, RED);
	wf_rig_must_attach(a, "red", "web", "c1");
	wf_rig_must_attach(agent(state, 1), "red", "db", "c1");
	wf_rig_settle(rig);
	wf_rig_stop_clock(rig);
	before = signed_header(a);
	assert_int_equal(rotate(a, NULL), 0);
	assert_int_equal(wf_pass(a, NULL), 0);
	after = signed_header(a);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_true(a->installed_revision < a->revision);
	a->later_ms += WF_SETTLE_MS;
	assert_int_equal(wf_pass(a, NULL), 0);
	after = signed_header(a);
	assert_memory_not_equal(&before, &after, sizeof(before));
	assert_int_equal(a->installed_revision, a->revision);
	assert_int_equal(wf_kern_fake_table_size(rig->nodes[1].world, WF_TABLE_KEY), 2);
	wf_rig_later(rig, WF_RETIRE_MS + 1000);
	assert_true(wf_rig_wait(rig, is_a_gone, rig));
	for (int i = 0; i < 2; i++) {
		wf_rig_later(rig, WF_SETTLE_MS + WF_FORGET_MS);
		wf_rig_settle(rig);
	}
	assert_int_equal(wf_kern_fake_table_size(rig->nodes[1].world, WF_TABLE_KEY), 1);
}

static void a_key_that_is_required_cannot_go(void **state)
{
	struct wf_agent *a = agent(state, 0);
	struct wf_err err = {0};

	assert_int_equal(apply(a, RED, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "weft key add"));
	wf_rig_must_apply(a, A);
	wf_rig_must_apply(a, B);
	wf_rig_must_apply(a, RED);
	assert_int_equal(delete (a, "a", &err), -EEXIST);
	assert_non_null(strstr(err.msg, "requires hmac"));
	assert_int_equal(delete (a, "b", NULL), 0);
}

/* An edit of agent 0 is between its reading and its writing while agent 1 does the same. */
static void of_two_changes_of_keys_at_once_one_begins_again(void **state)
{
	struct wf_object *c = wf_object_new(WF_KIND_KEY, NULL, "c");
	struct wf_current none = {0};
	struct wf_edit e;
	uint64_t revision;

	wf_rig_must_apply(agent(state, 0), A);
	c->key = (struct wf_hmac_key){.id = 3, .secret = "0123456789abcdef", .secret_len = 16};
	wf_edit_init(&e, agent(state, 0));
	assert_int_equal(wf_key_come(&e, c, NULL), 0);
	assert_int_equal(wf_edit_add(&e, &none, c), 0);
	wf_rig_must_apply(agent(state, 1), B);
	assert_int_equal(wf_edit_commit(&e, &revision, NULL), -EAGAIN);
	wf_edit_done(&e);

	/* And with a model that does not know yet, it does not even begin. */
	wf_edit_init(&e, agent(state, 0));
	agent(state, 0)->revision -= 1;
	assert_int_equal(wf_key_come(&e, c, NULL), -EAGAIN);
	agent(state, 0)->revision += 1;
	wf_edit_done(&e);
	wf_object_unref(c);
}

static void note(void *arg, enum wf_log_level level, const char *msg)
{
	strncat(log_text, msg, sizeof(log_text) - strlen(log_text) - 1);
}

static void append(void *arg, const char *text)
{
	note(arg, WF_LOG_WARN, text);
}

static void a_secret_is_in_no_log_and_no_status(void **state)
{
	static const char *const values[] = {
		"{\"kind\":\"Key\",\"name\":\"a\",\"id\":1,\"secret\":topsecret}",
		"{\"kind\":\"Key\",\"name\":\"a\",\"id\":1,\"secret\":\"topsecret\"}",
		"{\"kind\":\"Key\",\"name\":\"a\",\"id\":1,\"topsecret\":1}",
		"topsecret",
	};
	struct wf_agent *a = agent(state, 0);

	a->options.log = note;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		wf_rig_put(*state, A_KEY, values[i]);
		assert_null(key(a, "a"));
		wf_agent_each_problem(a, append, NULL);
	}
	assert_non_null(strstr(log_text, A_KEY));
	assert_null(strstr(log_text, "topsec"));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(the_first_key_signs_and_the_second_is_accepted),
		CASE(of_two_at_once_one_signs),
		CASE(a_rotation_changes_places_and_the_last_one_goes_by_itself),
		CASE(it_goes_also_if_all_daemons_were_away),
		CASE(there_must_be_a_next_one_to_rotate),
		CASE(a_key_that_is_there_stays_what_it_is),
		CASE(when_the_signing_one_is_deleted_the_other_one_signs),
		CASE(headers_are_signed_by_the_next_key_a_while_after_the_rotation),
		CASE(a_key_that_is_required_cannot_go),
		CASE(of_two_changes_of_keys_at_once_one_begins_again),
		CASE(a_secret_is_in_no_log_and_no_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
