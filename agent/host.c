// SPDX-License-Identifier: Apache-2.0
#include "agent/host.h"

#include <stdio.h>

#include "agent/attach.h"
#include "kern/port.h"
#include "model/host.h"
#include "model/tenant.h"

struct wf_hosted {		  /* a tenant with host access */
	struct wf_object *tenant; /* owned; as it was when the inside was last looked at */
	int ifindex;		  /* the outside then; 0: none */
	struct wf_err err;	  /* code 0: it has it */
	bool is_wanted;		  /* in this pass */
};

/* Of a tenant, whatever its name. @buf: WF_IFNAME_MAX + 1 bytes. */
static const char *ifname_of(const struct wf_object *tenant, char *buf)
{
	snprintf(buf, WF_IFNAME_MAX + 1, "wfh%x", tenant->self.id);
	return buf;
}

static struct wf_prefix block_of(const struct wf_agent *a)
{
	uint32_t block = a->options.block;

	return (struct wf_prefix){
		.addr.bytes = {block >> 24, block >> 16 & 0xff, block >> 8 & 0xff, block & 0xff},
		.len = 32,
	};
}

int wf_host_may(struct wf_agent *a, const struct wf_object *tenant, struct wf_err *err)
{
	const struct wf_tenant *t = &tenant->self;
	const struct wf_prefix block = block_of(a), *taken = wf_tenant_overlaps(t, &block);
	char ifname[WF_IFNAME_MAX + 1], text[WF_PREFIX_STR_MAX], sids[WF_PREFIX_STR_MAX];
	struct wf_err why = {0};
	int r = 0;

	if (taken)
		return wf_err_set(err, -EEXIST,
				  "%s overlaps %s, the block of segment identifiers: a tenant with "
				  "host access cannot have it",
				  wf_prefix_str(taken, text), wf_prefix_str(&block, sids));
	r = a->kern->ops->own_check(a->kern, t->prefixes, t->n_prefixes, ifname_of(tenant, ifname),
				    &why);
	return r == -EEXIST ? wf_err_set(err, r,
					 "on node '%s' %s: give the tenant another prefix, or no "
					 "host access",
					 a->options.node, why.msg)
	       : r	    ? wf_err_set(err, r, "%s", why.msg)
			    : 0;
}

/* An interface of that name that is down, or gone, has lost its routes. */
static bool is_inside_up(const struct wf_agent *a, const char *ifname)
{
	for (size_t i = 0; i < a->links.n; i++)
		if (!strcmp(a->links.items[i].name, ifname))
			return a->links.items[i].is_up;
	return false;
}

static struct wf_hosted *find(struct wf_agent *a, const struct wf_object *tenant)
{
	wf_vec_each (h, &a->hosts)
		if (!strcmp(h->tenant->name, tenant->name))
			return h;
	return NULL;
}

/* NULL without memory: the next pass sees it, too. */
static struct wf_hosted *note(struct wf_agent *a, struct wf_object *tenant)
{
	struct wf_hosted *known = find(a, tenant);

	if (!known) {
		if (wf_vec_push(&a->hosts, ((struct wf_hosted){.tenant = tenant})) < 0)
			return NULL;
		wf_object_ref(tenant);
		known = &a->hosts.items[a->hosts.n - 1];
	}
	known->is_wanted = true;
	return known;
}

/* The endpoint and its interface, of which either may be there. */
static int make(struct wf_agent *a, const struct wf_object *tenant, const char *name,
		struct wf_err *err)
{
	char ifname[WF_IFNAME_MAX + 1], text[sizeof(WF_HOST_LABEL) + 1 + WF_NAME_MAX];
	struct wf_labels labels = {0};
	struct wf_attach wish = {.tenant = tenant->name,
				 .name = name,
				 .netns = WF_NETNS_OWN,
				 .ifname = ifname_of(tenant, ifname),
				 .labels = &labels};
	int r = wf_host_may(a, tenant, err);

	if (r)
		return r;
	snprintf(text, sizeof(text), WF_HOST_LABEL "=%s", a->options.node);
	r = wf_labels_parse(text, &labels);
	if (r)
		return wf_err_errno(err, r, "label %s", text);
	r = wf_attach_own(a, &wish, WF_ATTACH_HOST, err);
	wf_labels_done(&labels);
	return r ? r : wf_observe(a, err);
}

static int refresh(struct wf_agent *a, const struct wf_object *tenant,
		   const struct wf_object *endpoint, struct wf_err *err)
{
	char ifname[WF_IFNAME_MAX + 1];
	const struct wf_port_spec spec = {
		.ifname = ifname_of(tenant, ifname),
		.addrs = endpoint->endpoint.addrs,
		.n_addrs = endpoint->endpoint.n_addrs,
		.prefixes = tenant->self.prefixes,
		.n_prefixes = tenant->self.n_prefixes,
		.is_own = true,
	};

	return a->kern->ops->own_repair(a->kern, &spec, err);
}

static int keep(struct wf_agent *a, struct wf_hosted *h, struct wf_object *tenant, bool is_repair,
		struct wf_err *err)
{
	char name[WF_NAME_MAX + 1], ifname[WF_IFNAME_MAX + 1];
	const struct wf_object *endpoint;
	const struct wf_here_port *port;
	bool is_harmed;
	int r;

	if (wf_host_name(a->options.node, name) < 0)
		return wf_err_set(err, -ENAMETOOLONG,
				  "the name of node '%s' is longer than %d characters",
				  a->options.node, WF_HOST_NODE_MAX);
	endpoint = wf_model_find(a->model, WF_KIND_ENDPOINT, tenant->name, name);
	port = wf_observe_port(a, tenant->name, name);
	if (!endpoint || !endpoint->endpoint.is_host || !port)
		return make(a, tenant, name, err);
	is_harmed = !is_inside_up(a, ifname_of(tenant, ifname)) || is_repair;
	if (!is_harmed && h->tenant == tenant && h->ifindex == port->ifindex)
		return h->err.code ? wf_err_set(err, h->err.code, "%s", h->err.msg) : 0;
	r = wf_host_may(a, tenant, err);
	if (!r)
		r = refresh(a, tenant, endpoint, err);
	if (r < 0)
		return r;
	if (r && is_harmed)
		wf_agent_log(a, WF_LOG_WARN,
			     "addresses or routes of the node's interface '%s' in tenant '%s' were "
			     "gone: repaired",
			     ifname, tenant->name);
	h->ifindex = port->ifindex;
	return 0;
}

static void keep_one(struct wf_agent *a, struct wf_object *tenant, bool is_repair)
{
	struct wf_hosted *h = note(a, tenant);
	struct wf_err err = {0};

	if (!h)
		return;
	if (keep(a, h, tenant, is_repair, &err) == 0) {
		h->err = (struct wf_err){0};
	} else {
		if (strcmp(err.msg, h->err.msg) != 0)
			wf_agent_log(a, WF_LOG_WARN, "no host access to tenant '%s': %s",
				     tenant->name, err.msg);
		h->err = err;
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	}
	wf_object_ref(tenant);
	wf_object_unref(h->tenant);
	h->tenant = tenant;
}

static bool is_hosted(const struct wf_agent *a, const char *tenant)
{
	const struct wf_object *o = wf_model_find(a->model, WF_KIND_TENANT, NULL, tenant);

	return o && o->self.is_host;
}

static int detach(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct wf_object *o = req->arg;
	struct wf_current old = {0};
	int r = wf_current_read(e->agent, o->kind, o->tenant, o->name, &old, err);

	if (!r && old.object && old.object->endpoint.is_host && !is_hosted(e->agent, o->tenant))
		r = wf_detach_edit(e, &old, err);
	if (!r)
		r = wf_edit_commit(e, &req->outcome->revision, err);
	wf_current_done(&old);
	return r;
}

/* The object goes first: its interface alone is taken for left over. */
static void leave(struct wf_agent *a, struct wf_object *endpoint)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, detach, &outcome, endpoint};
	struct wf_err err = {0};

	if (wf_request_run(&req, &err) < 0) {
		wf_agent_log(a, WF_LOG_WARN,
			     "the node's endpoint '%s' of tenant '%s' does not go: %s",
			     endpoint->name, endpoint->tenant, err.msg);
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	}
	wf_outcome_done(&outcome);
}

struct objects {		  /* to be changed one by one, which changes the model, too */
	struct wf_object **items; /* owned, and each of them */
	size_t n;
	size_t cap;
};

static bool is_left(const struct wf_agent *a, const struct wf_object *o)
{
	return o->endpoint.is_host && !strcmp(o->endpoint.node, a->options.node) &&
	       !is_hosted(a, o->tenant);
}

static bool is_tenant_hosted(const struct wf_agent *a, const struct wf_object *o)
{
	return o->self.is_host;
}

static struct objects collect(const struct wf_agent *a, enum wf_kind kind,
			      bool (*is_one)(const struct wf_agent *a, const struct wf_object *o))
{
	struct objects found = {0};
	struct wf_object *const *all;
	size_t n;

	all = wf_model_range(a->model, kind, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (is_one(a, all[i]) && wf_vec_push(&found, all[i]) == 0)
			wf_object_ref(all[i]);
	return found;
}

static void objects_done(struct objects *o)
{
	wf_vec_each (item, o)
		wf_object_unref(*item);
	wf_vec_done(o);
}

/* Interfaces that were being made when a daemon died, and those of tenants without host access. */
static bool is_garbage(const struct wf_agent *a, const struct wf_link *l)
{
	wf_vec_each (p, &a->ports)
		if (p->ifindex == l->ifindex)
			return p->is_host && !is_hosted(a, p->tenant);
	return !strcmp(l->name, WF_PORT_UNDONE);
}

static int sweep(struct wf_agent *a, bool *ret_is_swept, struct wf_err *err)
{
	int r = 0;

	wf_vec_each (l, &a->links) {
		if (!is_garbage(a, l))
			continue;
		r = a->kern->ops->port_delete(a->kern, l->ifindex, err);
		if (r && r != -ENODEV)
			return r;
		*ret_is_swept = true;
	}
	return 0;
}

static void forget(struct wf_agent *a)
{
	size_t n = 0;

	wf_vec_each (h, &a->hosts) {
		if (h->is_wanted)
			a->hosts.items[n++] = *h;
		else
			wf_object_unref(h->tenant);
	}
	a->hosts.n = n;
}

int wf_hosts_check(struct wf_agent *a, bool is_repair, struct wf_err *err)
{
	struct objects left, tenants;
	bool is_swept = false;
	int r;

	if (!a->store)
		return 0;
	left = collect(a, WF_KIND_ENDPOINT, is_left);
	for (size_t i = 0; i < left.n; i++)
		leave(a, left.items[i]);
	objects_done(&left);
	r = sweep(a, &is_swept, err);
	if (!r && is_swept)
		r = wf_observe(a, err);
	if (r)
		return r;
	wf_vec_each (h, &a->hosts)
		h->is_wanted = false;
	tenants = collect(a, WF_KIND_TENANT, is_tenant_hosted);
	for (size_t i = 0; i < tenants.n; i++)
		keep_one(a, tenants.items[i], is_repair);
	objects_done(&tenants);
	forget(a);
	return 0;
}

void wf_hosts_done(struct wf_agent *a)
{
	wf_vec_each (h, &a->hosts)
		wf_object_unref(h->tenant);
	wf_vec_done(&a->hosts);
}

void wf_hosts_each_problem(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			   void *arg)
{
	char text[WF_ERR_MSG_MAX + WF_NAME_MAX + 64];

	wf_vec_each (h, &a->hosts) {
		if (!h->err.code)
			continue;
		snprintf(text, sizeof(text), "no host access to tenant '%s': %s", h->tenant->name,
			 h->err.msg);
		fn(arg, text);
	}
}
