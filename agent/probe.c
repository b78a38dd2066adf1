// SPDX-License-Identifier: Apache-2.0
/*
 * Turns and runs.
 *
 *   IDLE --turn--> RUNNING --result, timeout--> IDLE
 *     '--too many--> WAITING --one is over--> RUNNING --killed--> ENDING --gone--> IDLE
 *
 * A command is known to be gone when its pidfd says so, which the loop waits for: one that the
 * kernel cannot end holds up nothing but its own probing. Its probing is freed only then.
 */
#include "agent/probe.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/probing.h"

struct wf_prober {
	struct event_base *base;
	struct wf_kern *kern;
	unsigned int n_running;
	struct event *serve; /* owned; begins those that wait */
	TAILQ_HEAD(, wf_probing) waiting;
	LIST_HEAD(, wf_probing) all; /* orphans, too */
};

static const struct wf_probe_method *const methods[WF_PROBE_TYPE_COUNT] = {
	[WF_PROBE_TCP] = &wf_probe_tcp,
	[WF_PROBE_HTTP] = &wf_probe_http,
	[WF_PROBE_COMMAND] = &wf_probe_command,
};

const char *wf_probe_str(const struct wf_probe *probe, char *buf)
{
	if (probe->type == WF_PROBE_TCP)
		snprintf(buf, WF_PROBE_STR_MAX, "tcp/%u", probe->port);
	else if (probe->type == WF_PROBE_HTTP)
		snprintf(buf, WF_PROBE_STR_MAX, "http/%u%s", probe->port, probe->path);
	else
		snprintf(buf, WF_PROBE_STR_MAX, "command %.255s", probe->argv[0]);
	return buf;
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool wf_probe_target_equal(const struct wf_probe_target *a, const struct wf_probe_target *b)
{
	return wf_probe_equal(&a->probe, &b->probe) && is_same_text(a->place.path, b->place.path) &&
	       a->place.inode == b->place.inode && a->has_addr == b->has_addr &&
	       wf_addr_cmp(&a->addr, &b->addr) == 0 && a->seed == b->seed;
}

static void arm(struct event *e, uint32_t ms)
{
	event_add(e, &(struct timeval){ms / 1000, ms % 1000 * 1000});
}

static void tell(const struct wf_probing *p, const char *why)
{
	if (p->fn)
		p->fn(p->arg, !why, why ? why : "");
}

static void free_probing(struct wf_probing *p)
{
	struct event *const events[] = {p->turn, p->timeout, p->io};

	LIST_REMOVE(p, all);
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (events[i])
			event_free(events[i]);
	if (p->fd >= 0)
		close(p->fd);
	if (p->child.pid)
		close(p->child.fd);
	wf_probe_done(&p->target.probe);
	free((char *)p->target.place.path);
	free(p);
}

/* Gives back what the run had. A command that still runs does not for long. */
static void stop(struct wf_probing *p)
{
	p->prober->n_running--;
	if (!TAILQ_EMPTY(&p->prober->waiting))
		arm(p->prober->serve, 0);
	event_del(p->timeout);
	p->state = p->child.pid ? WF_PROBING_ENDING : WF_PROBING_IDLE;
	if (p->child.pid) {
		wf_child_kill(&p->child);
		return;
	}
	if (p->io)
		event_free(TAKE_PTR(p->io));
	if (p->fd >= 0)
		close(TAKE_FD(p->fd));
}

void wf_probing_end(struct wf_probing *p, const char *fmt, ...)
{
	char why[WF_ERR_MSG_MAX];
	va_list ap;

	assert(p->state == WF_PROBING_RUNNING);
	stop(p);
	if (!fmt) {
		tell(p, NULL);
		return;
	}
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	tell(p, why);
}

/* Before its descriptor is closed the loop has let go of it. */
int wf_probing_reap(struct wf_probing *p)
{
	int status;

	if (p->io)
		event_del(p->io);
	status = wf_child_reap(&p->child);
	if (status == -EAGAIN && p->io)
		event_add(p->io, NULL);
	return status;
}

static void begin(struct wf_probing *p)
{
	struct wf_err err = {0};

	p->state = WF_PROBING_RUNNING;
	p->prober->n_running++;
	p->n_head = 0;
	p->is_asked = p->is_due = false;
	arm(p->timeout, p->target.probe.timeout_ms);
	if (p->method->start(p, &err) < 0)
		wf_probing_end(p, "%s", err.msg);
}

static void take_turn(struct wf_probing *p)
{
	if (p->prober->n_running < WF_PROBES_AT_ONCE) {
		begin(p);
		return;
	}
	p->state = WF_PROBING_WAITING;
	TAILQ_INSERT_TAIL(&p->prober->waiting, p, queue);
}

static void be_gone(struct wf_probing *p)
{
	if (wf_probing_reap(p) == -EAGAIN)
		return;
	if (p->io)
		event_free(TAKE_PTR(p->io));
	p->state = WF_PROBING_IDLE;
	if (!p->fn)
		free_probing(p);
	else if (p->is_due)
		take_turn(p);
}

static void on_io(int fd, short what, void *arg)
{
	struct wf_probing *p = arg;

	if (p->state == WF_PROBING_ENDING)
		be_gone(p);
	else
		p->method->on_io(p);
}

int wf_probing_await(struct wf_probing *p, int fd, short what)
{
	if (p->io)
		event_free(p->io);
	p->io = event_new(p->prober->base, fd, what | EV_PERSIST, on_io, p);
	return p->io && event_add(p->io, NULL) == 0 ? 0 : -ENOMEM;
}

static void on_serve(int fd, short what, void *arg)
{
	struct wf_prober *prober = arg;
	struct wf_probing *p;

	while (prober->n_running < WF_PROBES_AT_ONCE && (p = TAILQ_FIRST(&prober->waiting))) {
		TAILQ_REMOVE(&prober->waiting, p, queue);
		begin(p);
	}
}

static void on_timeout(int fd, short what, void *arg)
{
	struct wf_probing *p = arg;

	wf_probing_end(p, p->child.pid ? "not over after %u ms" : "no answer after %u ms",
		       p->target.probe.timeout_ms);
}

static void on_turn(int fd, short what, void *arg)
{
	struct wf_probing *p = arg;

	arm(p->turn, p->target.probe.interval_ms + p->late_ms);
	p->late_ms = 0;
	if (p->state == WF_PROBING_RUNNING) /* its timeout is as long as the interval, and next */
		on_timeout(-1, EV_TIMEOUT, p);
	else if (p->state == WF_PROBING_ENDING && p->is_due) /* for a whole interval */
		tell(p, "the last command was killed and has not ended");
	if (p->state == WF_PROBING_IDLE)
		take_turn(p);
	else if (p->state == WF_PROBING_ENDING)
		p->is_due = true;
}

static int copy_target(const struct wf_probe_target *from, struct wf_probe_target *to)
{
	_cleanup_free_ char *path = from->place.path ? strdup(from->place.path) : NULL;

	if (from->place.path && !path)
		return -ENOMEM;
	*to = *from;
	to->place.path = NULL;
	memset(&to->probe, 0, sizeof(to->probe));
	if (wf_probe_copy(&from->probe, &to->probe) < 0)
		return -ENOMEM;
	to->place.path = TAKE_PTR(path);
	return 0;
}

/* The first turn is soon; if not all can be spread over that time, the later ones are. */
static void arm_first(struct wf_probing *p)
{
	uint32_t interval_ms = p->target.probe.interval_ms;
	uint32_t soon_ms = interval_ms < WF_PROBE_FIRST_MAX_MS ? interval_ms
							       : WF_PROBE_FIRST_MAX_MS;
	uint32_t first_ms = p->target.seed % interval_ms % soon_ms;

	p->late_ms = p->target.seed % interval_ms - first_ms;
	arm(p->turn, first_ms);
}

struct wf_probing *wf_probing_new(struct wf_prober *prober, const struct wf_probe_target *target,
				  wf_probe_fn fn, void *arg)
{
	struct wf_probing *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->prober = prober;
	p->kern = prober->kern;
	p->fn = fn;
	p->arg = arg;
	p->method = methods[target->probe.type];
	p->fd = -1;
	LIST_INSERT_HEAD(&prober->all, p, all);
	p->turn = evtimer_new(prober->base, on_turn, p);
	p->timeout = evtimer_new(prober->base, on_timeout, p);
	if (!p->turn || !p->timeout || copy_target(target, &p->target) < 0) {
		free_probing(p);
		return NULL;
	}
	arm_first(p);
	return p;
}

void wf_probing_free(struct wf_probing *p)
{
	if (!p)
		return;
	p->fn = NULL;
	event_del(p->turn);
	if (p->state == WF_PROBING_WAITING)
		TAILQ_REMOVE(&p->prober->waiting, p, queue);
	if (p->state == WF_PROBING_RUNNING)
		stop(p);
	if (p->state != WF_PROBING_ENDING)
		free_probing(p);
}

const struct wf_probe_target *wf_probing_target(const struct wf_probing *p)
{
	return &p->target;
}

struct wf_prober *wf_prober_new(struct event_base *base, struct wf_kern *kern)
{
	struct wf_prober *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->base = base;
	p->kern = kern;
	TAILQ_INIT(&p->waiting);
	LIST_INIT(&p->all);
	p->serve = evtimer_new(base, on_serve, p);
	if (!p->serve) {
		free(p);
		return NULL;
	}
	return p;
}

void wf_prober_free(struct wf_prober *prober)
{
	struct wf_probing *p;

	if (!prober)
		return;
	while ((p = LIST_FIRST(&prober->all))) {
		assert(!p->fn);
		wf_probing_reap(p); /* else whoever is our parent does */
		free_probing(p);
	}
	event_free(prober->serve);
	free(prober);
}
