// SPDX-License-Identifier: Apache-2.0
/* One look at the whole: what is there, what should be, and the steps between. */
#include "agent/due.h"
#include "agent/gateway.h"
#include "agent/health.h"
#include "agent/host.h"
#include "agent/membership.h"
#include "agent/news.h"
#include "agent/reach.h"
#include "agent/sids.h"

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

/* What is known to have been installed tells what others have changed since. */
static void note_damage(struct wf_agent *a, const struct wf_image *before)
{
	_cleanup_free_ struct wf_table_change *changes = NULL;
	size_t n = 0;

	if (wf_image_diff(a->installed, before, &changes, &n) == 0 && n)
		wf_agent_log(a, WF_LOG_WARN, "%zu table entries were not as installed: repaired",
			     n);
}

static int look_at_tables(struct wf_agent *a, bool is_repair, struct wf_err *err)
{
	WF_CLEANUP(cleanup_image) struct wf_image *before = NULL;
	int r;

	if (a->installed && !is_repair)
		return 0;
	before = TAKE_PTR(a->installed);
	r = wf_adopt(a, err);
	if (r)
		a->installed = TAKE_PTR(before);
	else if (before)
		note_damage(a, before);
	return r;
}

/* @wanted becomes what is to be installed now on the way there. */
static int stage(struct wf_agent *a, struct wf_image *wanted, struct wf_staging_result *ret,
		 struct wf_err *err)
{
	int r = wf_staging_step(&a->staging, a->installed, wanted, wf_agent_later_ms(a), ret);

	if (!r)
		return 0;
	wf_staging_done(&a->staging);
	return wf_err_set(err, r, "out of memory for the stages of a change");
}

static int compile(struct wf_agent *a, struct wf_image **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_image) struct wf_image *wanted = NULL;
	int r = wf_sane_compile(a, &wanted, err);

	if (!r)
		r = check_config(a, wanted, err);
	if (!r)
		*ret = TAKE_PTR(wanted);
	return r;
}

static int install(struct wf_agent *a, bool is_repair, bool *ret_is_settled, struct wf_err *err)
{
	WF_CLEANUP(cleanup_image) struct wf_image *wanted = NULL;
	struct wf_staging_result staged;
	int r = compile(a, &wanted, err);

	if (!r)
		r = look_at_tables(a, is_repair, err);
	if (!r)
		r = stage(a, wanted, &staged, err);
	if (!r)
		r = wf_install(a, TAKE_PTR(wanted), is_repair, err);
	if (r)
		return r;
	if (staged.again_in_ms >= 0)
		wf_agent_want_pass_in(a, (uint32_t)staged.again_in_ms);
	*ret_is_settled = staged.is_settled;
	return 0;
}

static int make_it_so(struct wf_agent *a, bool is_repair, struct wf_err *err)
{
	bool is_settled = false;
	uint64_t revision;
	int r = wf_observe(a, err);

	if (r || wf_owner_check(a, NULL) < 0) /* the other one sees to it: that is in the status */
		return r;
	r = ensure_node(a, err);
	if (r == -ESTALE && !a->store)
		r = 0;
	if (r)
		return r;
	r = wf_hosts_check(a, is_repair, err);
	if (!r)
		r = wf_gateways_check(a, is_repair, err);
	if (r)
		return r;
	wf_gone_check(a);
	wf_due_check(a);
	wf_health_check(a);
	wf_reach_check(a);
	wf_memberships_check(a);
	wf_sids_check(a);
	revision = a->revision;
	r = install(a, is_repair, &is_settled, err);
	if (!r)
		r = wf_repair_ports(a, err);
	if (!r && is_repair)
		r = wf_repair_node(a, err);
	if (r)
		return r;
	if (is_settled)
		a->installed_revision = revision;
	wf_reach_look(a);
	wf_due_begin(a);
	wf_memberships_begin(a);
	return 0;
}

static void note_failure(struct wf_agent *a, const struct wf_err *err)
{
	if (strcmp(a->pass_err.msg, err->msg) != 0)
		wf_agent_log(a, WF_LOG_ERROR, "the kernel does not hold what it should: %s",
			     err->msg);
	a->pass_err = *err;
	a->n_failed_passes++;
	wf_due_delay(a);
	wf_memberships_delay(a);
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
	int r;

	a->pass_at_ms = 0;
	r = make_it_so(a, is_repair, &why);
	wf_news_check(a);
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
