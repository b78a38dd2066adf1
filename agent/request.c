// SPDX-License-Identifier: Apache-2.0
#include "agent/request.h"

static int attempt(struct wf_request *r, struct wf_err *err)
{
	struct wf_edit e;
	int code = wf_watch_catch_up(r->agent, err);

	if (!code)
		code = wf_owner_check(r->agent, err);
	if (code)
		return code;
	wf_outcome_done(r->outcome);
	wf_edit_init(&e, r->agent);
	code = r->attempt(r, &e, err);
	wf_edit_done(&e);
	return code;
}

int wf_request_run(struct wf_request *r, struct wf_err *err)
{
	int code = -EAGAIN;

	for (int i = 0; i < WF_CHANGE_ATTEMPTS && code == -EAGAIN; i++)
		code = attempt(r, err);
	if (code == -EAGAIN)
		return wf_err_set(err, -EBUSY,
				  "others change the same objects all the time: try again");
	if (!code)
		wf_watch_catch_up(r->agent,
				  NULL); /* the change is made; the status tells the rest */
	return code;
}
