// SPDX-License-Identifier: Apache-2.0
/* GET /v1/keys, without their secrets, and POST /v1/keys/rotate. */
#include "api/item.h"
#include "api/routes.h"
#include "schema/schema.h"

static json_t *make_key(void *arg, const struct wf_object *o)
{
	return wf_object_to_json(o);
}

void wf_show_keys(struct wf_call *c)
{
	wf_items_answer(c, WF_KIND_KEY, make_key, NULL);
}

void wf_do_key_rotate(struct wf_call *c)
{
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	if (wf_agent_key_rotate(c->agent, &outcome, &err) < 0)
		wf_call_fail_problems(c, &outcome.problems, &err);
	else
		wf_call_answer(c, 200,
			       json_pack("{s:I}", "revision", (json_int_t)outcome.revision));
	wf_outcome_done(&outcome);
}
