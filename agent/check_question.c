// SPDX-License-Identifier: Apache-2.0
#include "agent/check_question.h"

#include "agent/state.h"
#include "model/near.h"
#include "model/ports.h"
#include "wire/icmp_type.h"

static int find_tenant(const struct wf_agent *a, const char *name, const struct wf_object **ret,
		       struct wf_err *err)
{
	struct wf_near near = {.wanted = name};
	struct wf_object *const *tenants;
	char words[WF_NEAR_STR_MAX];
	size_t n;

	*ret = wf_model_find(a->model, WF_KIND_TENANT, NULL, name);
	if (*ret)
		return 0;
	tenants = wf_model_range(a->model, WF_KIND_TENANT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		wf_near_offer(&near, tenants[i]->name);
	return wf_err_set(err, -ENOENT, "there is no tenant '%.63s'%.120s", name,
			  wf_near_str(&near, words));
}

static int find_endpoint(const struct wf_agent *a, const char *tenant, const char *name,
			 const struct wf_object **ret, struct wf_err *err)
{
	struct wf_near near = {.wanted = name};
	struct wf_object *const *endpoints;
	char words[WF_NEAR_STR_MAX];
	size_t n;

	*ret = wf_model_find(a->model, WF_KIND_ENDPOINT, tenant, name);
	if (*ret)
		return 0;
	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, tenant, &n);
	for (size_t i = 0; i < n; i++)
		wf_near_offer(&near, endpoints[i]->name);
	return wf_err_set(err, -ENOENT, "tenant '%.63s' has no endpoint '%.63s'%.100s", tenant,
			  name, wf_near_str(&near, words));
}

/* "TENANT/REST", or @text with @tenant. */
static int split(const char *text, const char *tenant, char buf[WF_NAME_MAX + 1],
		 const char **ret_tenant, const char **ret_rest, struct wf_err *err)
{
	const char *slash = strchr(text, '/');

	*ret_tenant = tenant;
	*ret_rest = text;
	if (slash && slash - text <= WF_NAME_MAX) {
		memcpy(buf, text, (size_t)(slash - text));
		buf[slash - text] = '\0';
		*ret_tenant = buf;
		*ret_rest = slash + 1;
	}
	if (*ret_tenant)
		return 0;
	return wf_err_set(err, -EINVAL, "'%.63s' is of which tenant? write TENANT/%.63s", text,
			  text);
}

static int check_attached(const struct wf_check_end *end, struct wf_err *err)
{
	const struct wf_object *o = end->endpoint;

	if (!o || o->endpoint.node[0])
		return 0;
	return wf_err_set(err, -EEXIST, "endpoint '%s' of tenant '%s' is not attached", o->name,
			  o->tenant);
}

/* @ret_is_addr: it was named by its address. */
static int read_end(const struct wf_agent *a, const char *text, const char *tenant,
		    struct wf_check_end *ret, bool *ret_is_addr, struct wf_err *err)
{
	char buf[WF_NAME_MAX + 1];
	const char *rest;
	int r = split(text, tenant, buf, &tenant, &rest, err);

	if (!r)
		r = find_tenant(a, tenant, &ret->tenant, err);
	if (r)
		return r;
	*ret_is_addr = wf_addr_parse(rest, &ret->addr) == 0;
	if (*ret_is_addr)
		ret->endpoint = wf_model_find_address(a->model, tenant, &ret->addr);
	else
		r = find_endpoint(a, tenant, rest, &ret->endpoint, err);
	return r ? r : check_attached(ret, err);
}

/* Takes an address of that family, if it may still be chosen. */
static bool choose(struct wf_check_end *end, bool is_given, bool is_v4)
{
	if (is_given)
		return wf_addr_is_v4(&end->addr) == is_v4;
	for (unsigned int i = 0; i < end->endpoint->endpoint.n_addrs; i++) {
		end->addr = end->endpoint->endpoint.addrs[i];
		if (wf_addr_is_v4(&end->addr) == is_v4)
			return true;
	}
	return false;
}

static int read_ends(const struct wf_agent *a, const struct wf_check_question *q,
		     struct wf_check *ret, struct wf_err *err)
{
	bool is_addr[2];
	int r = read_end(a, q->from, q->tenant, &ret->from, &is_addr[0], err);

	if (!r)
		r = read_end(a, q->to, q->tenant, &ret->to, &is_addr[1], err);
	if (r)
		return r;
	if (!ret->from.endpoint && !ret->to.endpoint)
		return wf_err_set(err, -EINVAL,
				  "nobody has '%.60s' nor '%.60s': no node would be asked", q->from,
				  q->to);
	for (int is_v4 = 1; is_v4 >= 0; is_v4--)
		if (choose(&ret->from, is_addr[0], is_v4) && choose(&ret->to, is_addr[1], is_v4))
			return 0;
	return wf_err_set(err, -EINVAL, "'%.60s' and '%.60s' have no addresses of the same family",
			  q->from, q->to);
}

static int read_port(const char *text, const struct wf_check *c, struct wf_port_range *ret,
		     struct wf_err *err)
{
	bool is_v4 = wf_addr_is_v4(&c->to.addr);
	uint8_t icmp = is_v4 ? WF_PROTO_ICMP : WF_PROTO_ICMPV6;

	if (wf_port_range_parse(text, ret) < 0 || ret->first != ret->last ||
	    (ret->proto == WF_PROTO_ICMP && ret->first > WF_ICMP_TYPE_MAX))
		return wf_err_set(err, -EINVAL,
				  "'%.40s' is not one port: write it like tcp/5432, udp/53 or "
				  "icmp/8 (a type)",
				  text);
	if (ret->proto == WF_PROTO_ICMP && wf_icmp_type_is_error(icmp, (uint8_t)ret->first))
		return wf_err_set(err, -EINVAL,
				  "%.40s is an error: it passes if what it is about does", text);
	return 0;
}

int wf_check_read(const struct wf_agent *a, const struct wf_check_question *q, struct wf_check *ret,
		  struct wf_err *err)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	r = read_ends(a, q, ret, err);
	return r ? r : read_port(q->port, ret, &ret->port, err);
}
