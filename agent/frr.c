// SPDX-License-Identifier: Apache-2.0
/*
 * What a gateway announces by BGP, as the configuration of FRR, which is told of it by whoever runs
 * it. The file names all that the gateway may ever announce; FRR announces of that what the kernel
 * has a route to (import-check), and such a route is there while its room can be reached
 * (kern/room.h). So nothing has to be written when an interface goes down.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <unistd.h>

#include "agent/arm.h"
#include "base/buf.h"
#include "kern/run_dir.h"

#define FRR_GROUP "frr" /* who may read it, beside root */

struct prefixes {
	WF_VEC(struct wf_prefix) list;
	bool is_failed;
};

static void add(struct prefixes *p, const struct wf_prefix *prefix)
{
	p->is_failed |= wf_vec_push(&p->list, *prefix) < 0;
}

static int cmp(const void *a, const void *b)
{
	return wf_prefix_cmp(a, b);
}

/* Sorted, each once. */
static void settle(struct prefixes *p)
{
	size_t n = 0;

	wf_vec_sort(&p->list, cmp);
	wf_vec_each (prefix, &p->list)
		if (!n || wf_prefix_cmp(&p->list.items[n - 1], prefix) != 0)
			p->list.items[n++] = *prefix;
	p->list.n = n;
}

static void collect(const struct wf_model *m, const struct wf_gateway *g, struct prefixes *ret)
{
	for (unsigned int i = 0; i < g->n_egress; i++) {
		const struct wf_egress *e = &g->egress[i];
		const struct wf_object *t = wf_model_find(m, WF_KIND_TENANT, NULL, e->tenant);

		for (unsigned int k = 0; k < e->n_nat; k++)
			add(ret, &e->nat[k]);
		for (unsigned int k = 0; t && !e->n_nat && k < t->self.n_prefixes; k++)
			add(ret, &t->self.prefixes[k]);
	}
	for (unsigned int i = 0; i < g->n_publish; i++)
		for (unsigned int k = 0; k < g->publish[i].n_addrs; k++)
			add(ret, &(struct wf_prefix){g->publish[i].addrs[k], 128});
	settle(ret);
}

static const char *ip_of(bool is_v4)
{
	return is_v4 ? "ip" : "ipv6";
}

/* Names of FRR's lists hold both families apart. */
static const char *list_of(bool is_v4)
{
	return is_v4 ? "weft-out-4" : "weft-out-6";
}

static void put_list(const struct prefixes *p, bool is_v4, struct wf_buf *ret)
{
	char text[WF_PREFIX_STR_MAX];

	wf_vec_each (prefix, &p->list)
		if (wf_prefix_is_v4(prefix) == is_v4)
			wf_buf_printf(ret, "%s prefix-list %s permit %s\n", ip_of(is_v4),
				      list_of(is_v4), wf_prefix_str(prefix, text));
	wf_buf_printf(ret, "%s prefix-list %s deny any\n", ip_of(is_v4), list_of(is_v4));
}

/* Whoever is outside has nothing to say of SIDs. */
static void put_block(uint32_t block, struct wf_buf *ret)
{
	wf_buf_printf(ret,
		      "ipv6 prefix-list weft-in-6 deny %x:%x::/32 le 128\n"
		      "ipv6 prefix-list weft-in-6 permit any\n",
		      block >> 16, block & 0xffff);
}

static void put_family(const struct wf_gateway *g, const struct prefixes *p, bool is_v4,
		       struct wf_buf *ret)
{
	char text[WF_PREFIX_STR_MAX];

	wf_buf_printf(ret, " !\n address-family %s unicast\n", is_v4 ? "ipv4" : "ipv6");
	wf_vec_each (prefix, &p->list)
		if (wf_prefix_is_v4(prefix) == is_v4)
			wf_buf_printf(ret, "  network %s\n", wf_prefix_str(prefix, text));
	for (unsigned int i = 0; i < g->n_peers; i++) {
		if (wf_addr_is_v4(&g->peers[i].addr) != is_v4)
			continue;
		wf_addr_str(&g->peers[i].addr, text);
		wf_buf_printf(ret, "  neighbor %s activate\n  neighbor %s prefix-list %s out\n",
			      text, text, list_of(is_v4));
		if (!is_v4)
			wf_buf_printf(ret, "  neighbor %s prefix-list weft-in-6 in\n", text);
	}
	wf_buf_puts(ret, " exit-address-family\n");
}

static void put_router(const struct wf_gateway *g, uint16_t node, const struct prefixes *p,
		       struct wf_buf *ret)
{
	char text[WF_ADDR_STR_MAX];

	/* Any that no other router has (RFC 6286): a node may be without IPv4 addresses. */
	wf_buf_printf(ret, "router bgp %u\n bgp router-id 0.87.%u.%u\n", g->as, node >> 8,
		      node & 0xff);
	wf_buf_puts(ret, " no bgp ebgp-requires-policy\n no bgp default ipv4-unicast\n"
			 " bgp network import-check\n");
	for (unsigned int i = 0; i < g->n_peers; i++)
		wf_buf_printf(ret, " neighbor %s remote-as %u\n",
			      wf_addr_str(&g->peers[i].addr, text), g->peers[i].as);
	put_family(g, p, true, ret);
	put_family(g, p, false, ret);
	wf_buf_puts(ret, "exit\n");
}

char *wf_frr_text(const struct wf_model *m, const struct wf_object *gateway, uint32_t block)
{
	const struct wf_gateway *g = &gateway->gateway;
	const struct wf_object *node = wf_model_find(m, WF_KIND_NODE, NULL, g->node);
	struct prefixes p = {0};
	struct wf_buf b = {0};

	collect(m, g, &p);
	wf_buf_printf(
		&b,
		"! Written by weftd for gateway '%s': it will overwrite what is changed here.\n",
		gateway->name);
	put_list(&p, true, &b);
	put_list(&p, false, &b);
	put_block(block, &b);
	put_router(g, node ? node->node.id : 0, &p, &b);
	b.is_failed |= p.is_failed;
	wf_vec_done(&p.list);
	return wf_buf_take(&b);
}

/* A system without FRR has no such group, and the file is root's. */
static void give_to_frr(const char *path)
{
	const struct group *group = getgrnam(FRR_GROUP);

	if (group && chown(path, (uid_t)-1, group->gr_gid) < 0)
		return; /* FRR says so when it cannot read it */
}

/* Below run_dir. @text NULL: there is to be none. */
static int write_file(const struct wf_agent *a, const char *text, struct wf_err *err)
{
	char path[WF_RUN_DIR_MAX + 16];
	int r;

	snprintf(path, sizeof(path), "%.320s/" WF_FRR_FILE, a->options.run_dir);
	if (!text)
		return unlink(path) < 0 && errno != ENOENT
			       ? wf_err_errno(err, -errno, "cannot remove %.200s", path)
			       : 0;
	r = wf_run_dir_make(a->options.run_dir, err);
	if (!r)
		r = wf_run_write(path, text, 0640, err);
	if (!r)
		give_to_frr(path);
	return r;
}

static bool is_there(const struct wf_agent *a, const char *text)
{
	char path[WF_RUN_DIR_MAX + 16];
	_cleanup_free_ char *there = NULL;

	snprintf(path, sizeof(path), "%.320s/" WF_FRR_FILE, a->options.run_dir);
	there = wf_run_read(path);
	return there && !strcmp(there, text);
}

/* "": there is to be no file. */
static int check(struct wf_agent *a, bool is_repair, char **text, struct wf_err *err)
{
	struct wf_gateway_watch *w = a->gateways;
	const struct wf_object *o = w->gateway && w->gateway->gateway.as ? w->gateway : NULL;
	bool is_known;
	int r;

	*text = o ? wf_frr_text(a->model, o, a->options.block) : strdup("");
	if (!*text)
		return wf_err_set(err, -ENOMEM, "out of memory for the routing daemon's file");
	is_known = w->frr && !strcmp(w->frr, *text);
	if (is_known && (!is_repair || !**text || is_there(a, *text)))
		return 0;
	if (!is_known && **text && is_there(a, *text))
		return 1;
	r = write_file(a, **text ? *text : NULL, err);
	return r ? r : 1;
}

void wf_frr_check(struct wf_agent *a, bool is_repair)
{
	struct wf_gateway_watch *w = a->gateways;
	_cleanup_free_ char *text = NULL;
	struct wf_err err = {0};
	int r;

	if (!a->options.run_dir)
		return;
	r = check(a, is_repair, &text, &err);
	if (r < 0 && strcmp(err.msg, w->frr_err.msg) != 0)
		wf_agent_log(a, WF_LOG_WARN, "gateway announces nothing: %s", err.msg);
	w->frr_err = err;
	if (r <= 0)
		return;
	free(w->frr);
	w->frr = TAKE_PTR(text);
}
