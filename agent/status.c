// SPDX-License-Identifier: Apache-2.0
#include "agent/state.h"

#include <stdarg.h>
#include <stdio.h>

#include "agent/empty.h"
#include "agent/gateway.h"
#include "agent/health.h"
#include "agent/host.h"
#include "agent/printable.h"
#include "agent/reach.h"

void wf_agent_status(const struct wf_agent *a, struct wf_agent_status *ret)
{
	const struct wf_object *self = wf_node_self(a);

	*ret = (struct wf_agent_status){
		.node = a->options.node,
		.node_id = self ? self->node.id : a->config.node,
		.block = a->options.block,
		.store = a->options.store,
		.revision = a->revision,
		.installed_revision = a->installed_revision,
		.n_passes = a->n_passes,
		.n_failed_passes = a->n_failed_passes,
		.pass_seconds = a->pass_seconds,
		.store_error = &a->store_err,
		.pass_error = &a->pass_err,
		.links = &a->links,
		.underlay_mtu = a->here.underlay_mtu,
	};
}

struct teller {
	void (*fn)(void *arg, const char *text);
	void *arg;
};

static void tell(const struct teller *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(const struct teller *t, const char *fmt, ...)
{
	char text[1024], printable[4 * sizeof(text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t->fn(t->arg, wf_printable(text, printable, sizeof(printable)));
}

static void tell_store(const struct wf_agent *a, const struct teller *t)
{
	if (a->store_err.code)
		tell(t, "the store is lost: %s", a->store_err.msg);
	else if (a->write_err.code)
		tell(t, "the store takes no changes: %s", a->write_err.msg);
	if (a->owner.err.code)
		tell(t, "nothing is changed any more: %s", a->owner.err.msg);
	for (size_t i = 0; i < a->ignored.n; i++)
		tell(t, "store key '%s' is ignored: %s", a->ignored.items[i].key,
		     a->ignored.items[i].why);
	if (a->n_ignored_more)
		tell(t, "%zu more keys of the store are ignored", a->n_ignored_more);
	if (a->n_left_out)
		tell(t,
		     "%zu objects are left out: the ids or addresses they have belong to others; "
		     "delete them or apply them anew",
		     a->n_left_out);
}

static void tell_kernel(const struct wf_agent *a, const struct teller *t)
{
	struct wf_err err;

	if (a->pass_err.code)
		tell(t, "the kernel does not hold what it should: %s", a->pass_err.msg);
	if (wf_observe_underlay(a, &err) < 0)
		tell(t, "%s", err.msg);
	if (a->n_uncounted)
		tell(t, "%zu counters have no slot of their own: all %d are in use", a->n_uncounted,
		     WF_COUNTER_SLOTS - 1);
}

static void tell_ports(const struct wf_agent *a, const struct teller *t)
{
	for (size_t i = 0; i < a->ports.n; i++) {
		const struct wf_here_port *p = &a->ports.items[i];
		const struct wf_link *l = wf_observe_link(a, p->ifindex);

		if (!wf_model_find(a->model, WF_KIND_ENDPOINT, p->tenant, p->name))
			tell(t,
			     "interface '%s' is left of endpoint '%s' of tenant '%s', which does "
			     "not "
			     "exist: remove it with 'weft detach'",
			     l ? l->name : "?", p->name, p->tenant);
	}
	for (size_t i = 0; i < a->gone.n; i++)
		tell(t, "endpoint '%s' of tenant '%s' has lost its interface: it is detached soon",
		     a->gone.items[i].name, a->gone.items[i].tenant);
}

static void tell_text(void *arg, const char *text)
{
	tell(arg, "%s", text);
}

void wf_agent_each_problem(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			   void *arg)
{
	struct teller t = {fn, arg};

	tell_store(a, &t);
	tell_kernel(a, &t);
	tell_ports(a, &t);
	wf_hosts_each_problem(a, tell_text, &t);
	wf_gateways_each_problem(a, tell_text, &t);
	wf_health_each_down(a, tell_text, &t);
	wf_reach_each_silent(a, tell_text, &t);
	wf_empty_each_function(a, tell_text, &t);
}
