// SPDX-License-Identifier: Apache-2.0
#include "kern/events.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

struct wf_events {
	int monitor_fd;		  /* borrowed */
	int ring_fd;		  /* borrowed */
	struct ring_buffer *ring; /* owned */
	bool is_on;
	wf_event_fn fn; /* while events are taken; NULL: throws them away */
	void *arg;
	unsigned int n_taken;
};

/* Below 0: the rest stays in the ring. */
static int take_one(void *ctx, void *data, size_t size)
{
	struct wf_events *e = ctx;

	if (size >= sizeof(struct wf_event) && e->fn)
		e->fn(e->arg, data);
	return ++e->n_taken < WF_EVENTS_AT_ONCE ? 0 : -EAGAIN;
}

void wf_events_take(struct wf_events *e, wf_event_fn fn, void *arg)
{
	e->fn = fn;
	e->arg = arg;
	e->n_taken = 0;
	ring_buffer__consume(e->ring); /* it says how many, or what take_one() said */
}

static void throw_away(struct wf_events *e)
{
	for (size_t i = 0; i < WF_EVENTS_BYTES / sizeof(struct wf_event); i += WF_EVENTS_AT_ONCE)
		wf_events_take(e, NULL, NULL);
}

static int write_monitor(const struct wf_events *e, const struct wf_monitor *wanted)
{
	uint32_t key = 0;

	return bpf_map_update_elem(e->monitor_fd, &key, wanted, BPF_ANY);
}

int wf_events_monitor(struct wf_events *e, const struct wf_monitor *wanted, struct wf_err *err)
{
	int r;

	if (!e->is_on)
		throw_away(e);
	r = write_monitor(e, wanted);
	if (r)
		return wf_err_errno(err, r, "cannot tell the programs what to tell");
	e->is_on = wanted->mask != 0;
	return 0;
}

int wf_events_fd(const struct wf_events *e)
{
	return e->ring_fd;
}

int wf_events_open(const struct wf_bpf *bpf, struct wf_events **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_events) struct wf_events *e = calloc(1, sizeof(*e));
	const struct wf_monitor off = {0};
	int r;

	if (!e)
		return wf_err_errno(err, -ENOMEM, "cannot listen to the programs");
	e->monitor_fd = wf_bpf_map(bpf, "monitor");
	e->ring_fd = wf_bpf_map(bpf, "events");
	e->ring = ring_buffer__new(e->ring_fd, take_one, e, NULL);
	if (!e->ring)
		return wf_err_errno(err, -errno, "cannot listen to the programs");
	r = wf_events_monitor(e, &off, err);
	if (!r)
		*ret = TAKE_PTR(e);
	return r;
}

void wf_events_free(struct wf_events *e)
{
	const struct wf_monitor off = {0};

	if (!e)
		return;
	if (e->ring) {
		(void)write_monitor(e, &off); /* if not, the next start() does it */
		ring_buffer__free(e->ring);
	}
	free(e);
}
