// SPDX-License-Identifier: Apache-2.0
/* One look at the whole: what is there, what should be, and the steps between. */
#include "agent/state.h"

static int check_config(struct wf_agent *a, struct wf_image *wanted, struct wf_err *err)
{
	const struct wf_config *config = wf_image_config(wanted);

	if (!memcmp(config, &a->config, sizeof(*config)))
		return 0;
	return wf_err_set(err, -EBUSY,
			  "node '%s' had id %u when weftd started and has id %u now: restart weftd",
			  a->options.node, a->config.node, config->node);
}

/* While the store is lost, the node's object stays as it is, too. */
static int ensure_node(struct wf_agent *a, struct wf_err *err)
{
	return a->store ? wf_node_ensure(a, err) : 0;
}

static int make_it_so(struct wf_agent *a, bool is_repair, struct wf_err *err)
{
	struct wf_image *wanted = NULL;
	uint64_t revision;
	int r = wf_observe(a, err);

	if (r || wf_owner_check(a, NULL) < 0) /* the other one sees to it: that is in the status */
		return r;
	r = ensure_node(a, err);
	if (r == -ESTALE && !a->store)
		r = 0;
	if (!r)
		wf_gone_check(a);
	revision = a->revision;
	if (!r)
		r = wf_sane_compile(a, &wanted, err);
	if (!r)
		r = check_config(a, wanted, err);
	if (!r && (!a->installed || is_repair))
		r = wf_adopt(a, err);
	if (r) {
		wf_image_free(wanted);
		return r;
	}
	r = wf_install(a, wanted, is_repair, err);
	if (!r)
		r = wf_repair_ports(a, err);
	if (!r && is_repair)
		r = wf_repair_node(a, err);
	if (!r)
		a->installed_revision = revision;
	return r;
}

static void note_failure(struct wf_agent *a, const struct wf_err *err)
{
	if (strcmp(a->pass_err.msg, err->msg) != 0)
		wf_agent_log(a, WF_LOG_ERROR, "the kernel does not hold what it should: %s",
			     err->msg);
	a->pass_err = *err;
	a->n_failed_passes++;
	a->retry_ms = a->retry_ms ? a->retry_ms * 2 : WF_RETRY_MIN_MS;
	if (a->retry_ms > WF_RETRY_MAX_MS)
		a->retry_ms = WF_RETRY_MAX_MS;
	wf_agent_want_pass_in(a, a->retry_ms);
}

static void note_success(struct wf_agent *a)
{
	if (a->pass_err.code)
		wf_agent_log(a, WF_LOG_INFO, "the kernel holds what it should again");
	a->pass_err = (struct wf_err){0};
	a->retry_ms = 0;
}

static int run(struct wf_agent *a, bool is_repair, struct wf_err *err)
{
	int64_t start = wf_agent_now_ns();
	struct wf_err why = {0};
	int r = make_it_so(a, is_repair, &why);

	a->n_passes++;
	a->pass_seconds = (double)(wf_agent_now_ns() - start) / 1e9;
	if (r) {
		note_failure(a, &why);
		wf_err_set(err, r, "%s", why.msg);
	} else {
		note_success(a);
	}
	if (a->on_pass)
		a->on_pass(a->on_pass_arg);
	return r;
}

int wf_pass(struct wf_agent *a, struct wf_err *err)
{
	return run(a, false, err);
}

int wf_pass_repair(struct wf_agent *a, struct wf_err *err)
{
	return run(a, true, err);
}
