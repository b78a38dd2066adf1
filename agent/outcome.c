// SPDX-License-Identifier: Apache-2.0
#include "agent/agent.h"

void wf_outcome_done(struct wf_outcome *o)
{
	free(o->changes);
	wf_problems_done(&o->problems);
	wf_object_unref(o->endpoint);
	memset(o, 0, sizeof(*o));
}
