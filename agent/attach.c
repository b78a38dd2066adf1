// SPDX-License-Identifier: Apache-2.0
/*
 * An endpoint comes: its object is worked out, its interface is made, the object is written, and a
 * pass tells the kernel. Each step that fails takes back those before it.
 */
#include "agent/attach.h"

#include <stdio.h>

#include "agent/address.h"
#include "agent/alias.h"
#include "agent/hash.h"
#include "agent/identity.h"
#include "compile/compile.h"

enum {
	SALT_ADDRESS,
	SALT_MAC,
	SALT_IFNAME
};

struct attach {
	const struct wf_attach *wish;
	struct wf_alias alias; /* says who and where, completely */
	int ifindex;	       /* of the port made; 0: none */
	bool is_there;	       /* was attached already, just so */
	enum wf_attach_kind kind;
};

_Static_assert(WF_ENDPOINT_IFNAME_MAX == WF_IFNAME_MAX, "an endpoint's name is an interface's");

static int check_ifname(const char *ifname, struct wf_err *err)
{
	size_t n = strlen(ifname);

	if (n >= 1 && n <= WF_IFNAME_MAX && !strpbrk(ifname, "/: \t\n") && strcmp(ifname, ".") &&
	    strcmp(ifname, ".."))
		return 0;
	return wf_err_set(err, -EINVAL,
			  "'%.40s' cannot be an interface's name: 1 to %d characters, "
			  "no space, '/' or ':'",
			  ifname, WF_IFNAME_MAX);
}

static int copy_name(const char *what, const char *name, char *ret, struct wf_err *err)
{
	if (!wf_name_is_valid(name))
		return wf_err_set(err, -EINVAL,
				  "'%.70s' cannot be the name of %s: letters, digits, "
				  "'-', '_' and '.', at most %d",
				  name, what, WF_NAME_MAX);
	strcpy(ret, name);
	return 0;
}

static int check_wish(struct attach *at, struct wf_err *err)
{
	const struct wf_attach *wish = at->wish;
	const char *ifname = wish->ifname ? wish->ifname : "eth0", *slash;
	int r;

	if (wf_netns_path(wish->netns, at->alias.netns) < 0)
		return wf_err_set(err, -EINVAL,
				  "netns '%.80s' is neither a name under /run/netns nor "
				  "an absolute path of at most %d bytes without spaces",
				  wish->netns, WF_NETNS_MAX);
	if (at->kind != WF_ATTACH_HOST && !strcmp(at->alias.netns, WF_NETNS_OWN))
		return wf_err_set(
			err, -EINVAL,
			"netns '%s' is the node's own: give the tenant host: true instead",
			WF_NETNS_OWN);
	slash = strrchr(wish->netns, '/');
	r = check_ifname(ifname, err);
	if (!r)
		r = copy_name("a tenant", wish->tenant, at->alias.tenant, err);
	if (!r)
		r = copy_name("an endpoint",
			      wish->name ? wish->name
			      : slash	 ? slash + 1
					 : wish->netns,
			      at->alias.name, err);
	if (!r && wish->n_addrs > WF_ENDPOINT_ADDR_MAX)
		r = wf_err_set(err, -EINVAL, "%zu addresses, at most %d", wish->n_addrs,
			       WF_ENDPOINT_ADDR_MAX);
	if (!r)
		strcpy(at->alias.ifname, ifname);
	return r;
}

/* 1: it is here, just as wished; 0: it is free; -EEXIST. */
static int check_place(const struct wf_agent *a, const struct attach *at,
		       const struct wf_endpoint *old, struct wf_err *err)
{
	const struct wf_link *link = wf_agent_link(a, at->alias.tenant, at->alias.name);
	struct wf_alias there;

	if (!old->node[0])
		return 0;
	if (strcmp(old->node, a->options.node) != 0)
		return wf_err_set(
			err, -EEXIST,
			"endpoint '%s' is attached to node '%s': detach it there first, or "
			"choose another name",
			at->alias.name, old->node);
	if (!link || wf_alias_parse(link->alias, &there) < 0)
		return 0; /* its container is gone: it comes back */
	if (!strcmp(there.netns, at->alias.netns) && !strcmp(there.ifname, at->alias.ifname))
		return 1;
	return wf_err_set(err, -EEXIST,
			  "endpoint '%s' is attached already, as %s of %.80s: detach it first, or "
			  "choose another name",
			  at->alias.name, there.ifname, there.netns);
}

static bool has_address(const struct wf_endpoint *e, const struct wf_addr *a)
{
	for (unsigned int i = 0; i < e->n_addrs; i++)
		if (wf_addr_cmp(&e->addrs[i], a) == 0)
			return true;
	return false;
}

/* What is attached is not changed by attaching it again. */
static int check_same(const struct attach *at, const struct wf_endpoint *old, struct wf_err *err)
{
	const struct wf_attach *wish = at->wish;

	for (size_t i = 0; i < wish->n_addrs; i++)
		if (!has_address(old, &wish->addrs[i]))
			return wf_err_set(err, -EEXIST,
					  "endpoint '%s' is attached already, with other "
					  "addresses: detach it first, or leave addresses out",
					  at->alias.name);
	if (wish->labels && wish->labels->n && !wf_labels_equal(wish->labels, &old->labels))
		return wf_err_set(err, -EEXIST,
				  "endpoint '%s' is attached already, with other labels: "
				  "change them with 'weft endpoint label', or leave labels out",
				  at->alias.name);
	if (wish->is_sr_aware && !old->is_sr_aware)
		return wf_err_set(err, -EEXIST,
				  "endpoint '%s' is attached already, and not SR-aware: detach it "
				  "first, or apply an Endpoint that is",
				  at->alias.name);
	return 0;
}

/* What the wish says must agree with what was declared. */
static int merge(const struct attach *at, const struct wf_endpoint *old, struct wf_endpoint *now,
		 struct wf_err *err)
{
	const struct wf_attach *wish = at->wish;

	for (size_t i = 0; i < wish->n_addrs; i++)
		if (old->n_addrs && !has_address(old, &wish->addrs[i]))
			return wf_err_set(err, -EEXIST,
					  "endpoint '%s' is declared with other addresses: leave "
					  "addresses out, or change its manifest",
					  at->alias.name);
	if (!old->n_addrs && wish->n_addrs)
		memcpy(now->addrs, wish->addrs, wish->n_addrs * sizeof(*wish->addrs));
	if (!old->n_addrs)
		now->n_addrs = (unsigned int)wish->n_addrs;
	if (wish->is_sr_aware && old->is_declared && !old->is_sr_aware)
		return wf_err_set(err, -EEXIST,
				  "endpoint '%s' is declared, and not as SR-aware: leave that out, "
				  "or add sr_aware: true to its manifest",
				  at->alias.name);
	now->is_sr_aware |= wish->is_sr_aware;
	if (!wish->labels || !wish->labels->n)
		return 0;
	if (old->is_declared && !wf_labels_equal(wish->labels, &old->labels))
		return wf_err_set(
			err, -EEXIST,
			"endpoint '%s' is declared with other labels: leave labels out, or "
			"change its manifest",
			at->alias.name);
	wf_labels_done(&now->labels);
	return wf_labels_copy(wish->labels, &now->labels) < 0 ? wf_edit_no_memory(err) : 0;
}

/* What other nodes, and this one after a restart, are to know of where it is. */
static int place(const struct wf_agent *a, const struct attach *at, struct wf_object *o,
		 struct wf_err *err)
{
	uint64_t h = wf_endpoint_hash(o->tenant, o->name, SALT_MAC);
	int r = a->kern->ops->netns_inode(a->kern, at->wish->netns, &o->endpoint.netns, err);

	if (r)
		return r;
	memcpy(o->endpoint.ifname, at->alias.ifname, sizeof(o->endpoint.ifname));
	o->endpoint.is_down = at->kind == WF_ATTACH_GATEWAY;
	o->endpoint.is_host = at->kind == WF_ATTACH_HOST;
	o->endpoint.is_gateway = at->kind == WF_ATTACH_GATEWAY;
	snprintf(o->endpoint.node, sizeof(o->endpoint.node), "%s", a->options.node);
	for (int i = 0; i < 6; i++)
		o->endpoint.mac[i] = (uint8_t)(h >> 8 * i);
	o->endpoint.identity_was = 0; /* of an interface that is gone */
	o->endpoint.is_announced = false;
	o->endpoint.mac[0] = (o->endpoint.mac[0] & 0xfc) | 0x02; /* local, of one station */
	return 0;
}

static int find_tenant(const struct wf_agent *a, const char *name, const struct wf_object **ret,
		       struct wf_err *err)
{
	*ret = wf_model_find(a->model, WF_KIND_TENANT, NULL, name);
	if (*ret)
		return 0;
	return wf_err_set(err, -ENOENT,
			  "tenant '%s' does not exist: create it first, or list those "
			  "there are with 'weft tenant list'",
			  name);
}

static int check(const struct wf_agent *a, struct wf_object *o, struct wf_problems *problems,
		 struct wf_err *err)
{
	int r = wf_model_check_put(a->model, &o, 1, problems);

	if (r == -ENOMEM)
		return wf_edit_no_memory(err);
	return r ? wf_err_set(err, -EINVAL, "%s",
			      problems->n ? problems->items[0].msg : "the endpoint is wrong")
		 : 0;
}

/* Everything of the object that the request leaves open. */
static int complete(struct wf_edit *e, const struct attach *at, struct wf_object *o,
		    struct wf_problems *problems, struct wf_err *err)
{
	const struct wf_object *tenant;
	int r = find_tenant(e->agent, o->tenant, &tenant, err);

	if (!r)
		r = place(e->agent, at, o, err);
	if (!r)
		r = wf_address_allocate(e, tenant, o, err);
	if (!r)
		r = check(e->agent, o, problems, err);
	if (!r)
		r = wf_identity_take(e, o, err);
	if (!r && wf_edit_need(e, WF_KIND_TENANT, NULL, o->tenant, err) < 0)
		r = -EAGAIN;
	return r;
}

static bool is_ifname_used(const struct wf_agent *a, const char *name)
{
	for (size_t i = 0; i < a->links.n; i++)
		if (!strcmp(a->links.items[i].name, name))
			return true;
	return false;
}

/* "wf" and 40 bits of a hash: there are always some that nobody has. */
static void choose_ifname(const struct wf_agent *a, const struct wf_object *o, char *buf)
{
	uint32_t salt = SALT_IFNAME;

	do {
		uint64_t h = wf_endpoint_hash(o->tenant, o->name, salt++);

		snprintf(buf, WF_IFNAME_MAX + 1, "wf%010llx",
			 (unsigned long long)(h & 0xffffffffff));
	} while (is_ifname_used(a, buf));
}

static int make_port(struct wf_agent *a, struct attach *at, const struct wf_object *o,
		     struct wf_err *err)
{
	const struct wf_object *tenant = wf_model_find(a->model, WF_KIND_TENANT, NULL, o->tenant);
	char host[WF_IFNAME_MAX + 1], alias[WF_ALIAS_MAX + 1];
	struct wf_port_spec spec = {
		.netns = at->wish->netns,
		.ifname = at->alias.ifname,
		.host_ifname = host,
		.alias = wf_alias_str(&at->alias, alias),
		.addrs = o->endpoint.addrs,
		.n_addrs = o->endpoint.n_addrs,
		.prefixes = tenant ? tenant->self.prefixes : NULL,
		.n_prefixes = tenant ? tenant->self.n_prefixes : 0,
		.mtu = wf_compile_tenant_mtu(a->model, o->tenant, a->here.underlay_mtu),
		.is_own = at->kind == WF_ATTACH_HOST,
		.is_arm = at->kind == WF_ATTACH_GATEWAY,
	};
	int r = wf_detach_port(a, o->tenant, o->name, err); /* of an attach that was interrupted */

	if (r)
		return r;
	choose_ifname(a, o, host);
	memcpy(spec.mac, o->endpoint.mac, sizeof(spec.mac));
	return a->kern->ops->port_create(a->kern, &spec, &at->ifindex, err);
}

static void unmake_port(struct wf_agent *a, struct attach *at)
{
	struct wf_err err;

	if (!at->ifindex)
		return;
	if (a->kern->ops->port_delete(a->kern, at->ifindex, &err) < 0 && err.code != -ENODEV)
		wf_agent_log(a, WF_LOG_WARN, "interface %d is left of a failed attach: %s",
			     at->ifindex, err.msg);
	at->ifindex = 0;
}

static int check_kind(const struct attach *at, const struct wf_object *old, struct wf_err *err)
{
	enum wf_attach_kind was = !old			     ? at->kind
				  : old->endpoint.is_host    ? WF_ATTACH_HOST
				  : old->endpoint.is_gateway ? WF_ATTACH_GATEWAY
							     : WF_ATTACH_CONTAINER;

	if (was == at->kind)
		return 0;
	if (at->kind == WF_ATTACH_CONTAINER)
		return wf_err_set(err, -EEXIST, "endpoint '%s' is %s own: choose another name",
				  at->alias.name,
				  was == WF_ATTACH_HOST ? "the node's" : "a gateway's");
	return wf_err_set(err, -EEXIST,
			  "there is an endpoint '%s' already, which is not the %s's: delete it",
			  at->alias.name, at->kind == WF_ATTACH_HOST ? "node" : "gateway");
}

/* The gateway has moved: its endpoint follows, if its last node does not see to that itself. */
static int take_over(struct wf_edit *e, const struct attach *at, const struct wf_endpoint *old,
		     struct wf_object *now, struct wf_err *err)
{
	if (at->kind != WF_ATTACH_GATEWAY || !old->node[0] ||
	    !strcmp(old->node, e->agent->options.node) || wf_edit_need_dead(e, old->node, NULL) < 0)
		return check_place(e->agent, at, old, err);
	now->endpoint.sid = 0; /* was one of that node */
	return 0;
}

/* Takes @old. */
static int add(struct wf_edit *e, struct attach *at, struct wf_current *old,
	       struct wf_outcome *outcome, struct wf_err *err)
{
	const struct wf_endpoint none = {0};
	const struct wf_endpoint *was = old->object ? &old->object->endpoint : &none;
	struct wf_object *now;
	int r = check_kind(at, old->object, err);

	if (r)
		return r;
	now = old->object ? wf_object_clone(old->object)
			  : wf_object_new(WF_KIND_ENDPOINT, at->alias.tenant, at->alias.name);
	outcome->endpoint = now;
	if (!now)
		return wf_edit_no_memory(err);
	r = take_over(e, at, was, now, err);
	if (r < 0)
		return r;
	at->is_there = r == 1;
	if (at->is_there)
		return check_same(at, was, err);
	r = merge(at, was, &now->endpoint, err);
	if (!r)
		r = complete(e, at, now, &outcome->problems, err);
	if (!r && wf_edit_add(e, old, now) < 0)
		r = wf_edit_no_memory(err);
	return r;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	struct attach *at = req->arg;
	struct wf_agent *a = req->agent;
	struct wf_outcome *outcome = req->outcome;
	struct wf_current old = {0};
	int r = wf_observe(a, err);

	if (!r)
		r = wf_current_read(a, WF_KIND_ENDPOINT, at->alias.tenant, at->alias.name, &old,
				    err);
	if (!r)
		r = add(e, at, &old, outcome, err);
	wf_current_done(&old);
	outcome->revision = a->revision;
	if (r || at->is_there)
		return r;
	r = make_port(a, at, outcome->endpoint, err);
	if (!r)
		r = wf_edit_commit(e, &outcome->revision, err);
	if (r)
		unmake_port(a, at);
	return r;
}

/* The kernel does not take it: as if it had never been asked for. */
static void take_back(struct wf_agent *a, const struct attach *at)
{
	struct wf_outcome outcome = {0};
	struct wf_err err;

	if (wf_agent_detach(a, at->alias.tenant, at->alias.name, &outcome, &err) < 0)
		wf_agent_log(a, WF_LOG_WARN, "a failed attach could not be taken back: %s",
			     err.msg);
	wf_outcome_done(&outcome);
}

int wf_agent_attach(struct wf_agent *a, const struct wf_attach *request, struct wf_outcome *ret,
		    struct wf_err *err)
{
	struct attach at = {.wish = request};
	struct wf_request req = {a, attempt, ret, &at};
	int r = check_wish(&at, err);

	if (!r)
		r = wf_request_run(&req, err);
	if (r || at.is_there)
		return r;
	r = wf_pass(a, err);
	if (r)
		take_back(a, &at);
	return r;
}

int wf_attach_own(struct wf_agent *a, const struct wf_attach *wish, enum wf_attach_kind kind,
		  struct wf_err *err)
{
	struct wf_outcome outcome = {0};
	struct attach at = {.wish = wish, .kind = kind};
	struct wf_request req = {a, attempt, &outcome, &at};
	int r = check_wish(&at, err);

	if (!r)
		r = wf_request_run(&req, err);
	wf_outcome_done(&outcome);
	return r;
}
