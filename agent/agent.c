// SPDX-License-Identifier: Apache-2.0
/* Life of an agent: what it owns, what wakes it up. */
#include "agent/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "agent/due.h"
#include "agent/gateway.h"
#include "agent/health.h"
#include "agent/host.h"
#include "agent/membership.h"
#include "agent/monitor.h"
#include "agent/printable.h"
#include "agent/reach.h"
#include "wire/sid.h"

/* So that comparing the whole kernel never takes more than so much of the time. */
#define REPAIR_SHARE 100

void wf_agent_log(struct wf_agent *a, enum wf_log_level level, const char *fmt, ...)
{
	char msg[1024], text[4 * sizeof(msg)];
	va_list ap;

	if (!a->options.log)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	a->options.log(a->options.log_arg, level, wf_printable(msg, text, sizeof(text)));
}

int64_t wf_agent_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t wf_agent_now_ms(void)
{
	return wf_agent_now_ns() / 1000000;
}

int64_t wf_agent_later_ms(const struct wf_agent *a)
{
	return (a->still_ms ? a->still_ms : wf_agent_now_ms()) + a->later_ms;
}

void wf_agent_arm(struct event *e, uint64_t ms)
{
	struct timeval wait = {.tv_sec = (time_t)(ms / 1000),
			       .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

	if (e)
		event_add(e, &wait);
}

void wf_agent_want_pass(struct wf_agent *a)
{
	if (a->pass_event && !event_pending(a->pass_event, EV_TIMEOUT, NULL))
		wf_agent_arm(a->pass_event, 0);
}

void wf_agent_want_pass_in(struct wf_agent *a, uint32_t ms)
{
	int64_t at_ms = wf_agent_now_ms() + ms;

	if (a->pass_at_ms && a->pass_at_ms <= at_ms)
		return;
	a->pass_at_ms = at_ms;
	wf_agent_arm(a->retry_event, ms);
}

static void on_pass(int fd, short what, void *arg)
{
	wf_pass(arg, NULL); /* a failure is in the status, and tried again */
}

static void on_kern(int fd, short what, void *arg)
{
	struct wf_agent *a = arg;

	a->kern->ops->dispatch(a->kern);
	wf_agent_want_pass(a);
}

static void on_repair(int fd, short what, void *arg)
{
	struct wf_agent *a = arg;
	uint64_t rest_ms;

	wf_pass_repair(a, NULL);
	rest_ms = (uint64_t)(a->pass_seconds * 1000 * REPAIR_SHARE);
	wf_agent_arm(a->repair_event,
		     rest_ms > a->options.repair_ms ? rest_ms : a->options.repair_ms);
}

static void on_reopen(int fd, short what, void *arg)
{
	struct wf_agent *a = arg;
	struct wf_err err = {0};

	if (wf_watch_open(a, &err) == 0) {
		wf_agent_log(a, WF_LOG_INFO, "store '%s' is back", a->options.store);
		wf_owner_claim(a, NULL); /* if another one has it, the status says so */
		wf_agent_want_pass(a);
		return;
	}
	a->store_err = err;
	a->reopen_ms = a->reopen_ms * 2 > WF_RETRY_MAX_MS ? WF_RETRY_MAX_MS : a->reopen_ms * 2;
	wf_agent_arm(a->reopen_event, a->reopen_ms);
}

static int make_events(struct wf_agent *a, struct wf_err *err)
{
	int fd = a->kern->ops->fd(a->kern);

	a->pass_event = evtimer_new(a->base, on_pass, a);
	a->retry_event = evtimer_new(a->base, on_pass, a);
	a->repair_event = evtimer_new(a->base, on_repair, a);
	a->reopen_event = evtimer_new(a->base, on_reopen, a);
	if (fd >= 0)
		a->kern_event = event_new(a->base, fd, EV_READ | EV_PERSIST, on_kern, a);
	if (!a->pass_event || !a->retry_event || !a->repair_event || !a->reopen_event ||
	    wf_owner_watch(a) < 0 ||
	    (fd >= 0 && (!a->kern_event || event_add(a->kern_event, NULL) < 0)))
		return wf_err_set(err, -ENOMEM, "out of memory for the loop's events");
	wf_agent_arm(a->repair_event, a->options.repair_ms);
	return 0;
}

static void free_options(struct wf_agent_options *o)
{
	free((char *)o->node);
	free((char *)o->store);
	free((char *)o->place);
	free((char *)o->run_dir);
	for (size_t i = 0; o->underlay && i < o->n_underlay; i++)
		free((char *)o->underlay[i]);
	free((void *)o->underlay);
}

static int copy_options(const struct wf_agent_options *from, struct wf_agent_options *to)
{
	const char **underlay = calloc(from->n_underlay + 1, sizeof(*underlay));

	*to = *from;
	to->node = strdup(from->node);
	to->store = strdup(from->store);
	to->place = strdup(from->place);
	to->run_dir = from->run_dir ? strdup(from->run_dir) : NULL;
	to->underlay = underlay;
	for (size_t i = 0; underlay && i < from->n_underlay; i++) {
		underlay[i] = strdup(from->underlay[i]);
		if (!underlay[i])
			return -ENOMEM;
	}
	return to->node && to->store && to->place && underlay && !from->run_dir == !to->run_dir
		       ? 0
		       : -ENOMEM;
}

void wf_agent_free(struct wf_agent *a)
{
	struct event *events[6] = {NULL};

	if (!a)
		return;
	events[0] = a->pass_event;
	events[1] = a->retry_event;
	events[2] = a->repair_event;
	events[3] = a->reopen_event;
	events[4] = a->kern_event;
	events[5] = a->owner_event;
	a->reopen_event = NULL;
	for (int i = 0; i < 6; i++)
		if (events[i])
			event_free(events[i]);
	wf_health_done(a);
	wf_reach_done(a);
	wf_monitor_done(a);
	wf_owner_release(a);
	wf_watch_close(a);
	wf_vec_each (i, &a->ignored) {
		free(i->key);
		free(i->why);
	}
	wf_vec_done(&a->ignored);
	wf_model_free(a->model);
	wf_links_done(&a->links);
	wf_vec_done(&a->ports);
	wf_vec_done(&a->others);
	wf_vec_done(&a->hooked);
	wf_vec_done(&a->gone);
	wf_due_done(a);
	wf_hosts_done(a);
	wf_gateways_done(a);
	wf_memberships_done(a);
	wf_staging_done(&a->staging);
	wf_image_free(a->installed);
	wf_slots_done(&a->slots);
	free_options(&a->options);
	free(a);
}

/* The programs know their node by constants, so its object comes first. */
static int start_kernel(struct wf_agent *a, struct wf_err *err)
{
	a->config = (struct wf_config){.block = a->options.block, .node = wf_node_self(a)->node.id};
	wf_sid_node_addr(a->config.addr, a->config.block, a->config.node);
	return a->kern->ops->start(a->kern, &a->config, err);
}

static int start(struct wf_agent *a, struct wf_err *err)
{
	int r = wf_observe(a, err);

	if (!r)
		r = wf_observe_underlay(a, err);
	if (!r)
		r = wf_watch_open(a, err);
	if (!r)
		r = wf_owner_claim(a, err);
	if (!r)
		r = wf_node_ensure(a, err);
	if (!r)
		r = start_kernel(a, err);
	if (!r)
		r = make_events(a, err);
	return r;
}

static int check_options(const struct wf_agent_options *o, struct wf_err *err)
{
	if (!wf_name_is_valid(o->node))
		return wf_err_set(err, -EINVAL,
				  "'%.70s' cannot be a node's name: letters, digits, '-', '_' and "
				  "'.', at most %d; choose another --node",
				  o->node, WF_NAME_MAX);
	if (o->node_id > WF_NODE_ID_MAX)
		return wf_err_set(err, -EINVAL, "a node's id is %d to %d, not %d", WF_NODE_ID_MIN,
				  WF_NODE_ID_MAX, o->node_id);
	return 0;
}

int wf_agent_new(const struct wf_agent_options *options, struct event_base *base,
		 struct wf_kern *kern, struct wf_agent **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_agent) struct wf_agent *a = NULL;
	int r = check_options(options, err);

	if (r)
		return r;
	a = calloc(1, sizeof(*a));
	if (!a || copy_options(options, &a->options) < 0)
		return wf_err_set(err, -ENOMEM, "out of memory");
	a->base = base;
	a->kern = kern;
	strcpy(a->here.node, options->node);
	r = start(a, err);
	if (r)
		return r;
	wf_pass(a, NULL); /* a failure is in the status, and tried again */
	*ret = TAKE_PTR(a);
	return 0;
}

void wf_agent_on_pass(struct wf_agent *a, void (*fn)(void *arg), void *arg)
{
	a->on_pass = fn;
	a->on_pass_arg = arg;
}

const struct wf_model *wf_agent_model(const struct wf_agent *a)
{
	return a->model;
}

const struct wf_here *wf_agent_here(const struct wf_agent *a)
{
	return &a->here;
}

const struct wf_image *wf_agent_image(const struct wf_agent *a)
{
	return a->installed;
}
