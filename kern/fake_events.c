// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <errno.h>
#include <sys/eventfd.h>

#include "kern/fake_world.h"

static void set_readable(struct wf_fake_world *w)
{
	eventfd_t n;

	(void)eventfd_read(w->told_fd, &n); /* empty already: as good */
	if (w->told.n)
		(void)eventfd_write(w->told_fd, 1);
}

int wf_fake_monitor(struct wf_kern *k, const struct wf_monitor *wanted, struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	assert(wf_fake_of(k)->is_started);
	WF_FAKE_CALL(k, err);
	if (!w->monitor.mask)
		w->told.n = 0;
	set_readable(w);
	w->monitor = *wanted;
	return 0;
}

int wf_fake_events_fd(struct wf_kern *k)
{
	return wf_fake_world_of(k)->told_fd;
}

void wf_fake_events(struct wf_kern *k, wf_event_fn fn, void *arg)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	size_t n = w->told.n < WF_EVENTS_AT_ONCE ? w->told.n : WF_EVENTS_AT_ONCE;

	for (size_t i = 0; i < n; i++)
		fn(arg, &w->told.items[i]);
	if (n)
		memmove(w->told.items, w->told.items + n, (w->told.n - n) * sizeof(*w->told.items));
	w->told.n -= n;
	set_readable(w);
}

int wf_fake_events_lost(struct wf_kern *k, uint64_t *ret, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	*ret = wf_fake_world_of(k)->n_lost;
	return 0;
}

void wf_kern_fake_tell(struct wf_kern *k, const struct wf_event *event)
{
	struct wf_fake_world *w = wf_fake_world_of(k);

	if (!(w->monitor.mask >> event->type & 1))
		return;
	if (w->told.n == WF_KERN_FAKE_RING || wf_vec_push(&w->told, *event))
		w->n_lost++;
	set_readable(w);
}

struct wf_monitor wf_kern_fake_monitor(const struct wf_kern *k)
{
	return wf_fake_world_of(k)->monitor;
}
