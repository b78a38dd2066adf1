// SPDX-License-Identifier: Apache-2.0
#include "lab/plan.h"

#include <stdio.h>
#include <string.h>

#define UNREACHED UINT32_MAX

struct wf_plan {
	const struct wf_lab *lab; /* borrowed */
	size_t n;
	uint32_t *distances; /* owned: n * n */
};

/* FNV-1a */
static uint32_t hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

void wf_plan_ifname(const struct wf_lab *lab, const struct wf_lab_link *link, unsigned int end,
		    char *ret)
{
	const char *peer = lab->hosts.items[link->ends[!end]].name;

	if (link->outside[end].ifname[0])
		strcpy(ret, link->outside[end].ifname);
	else if (snprintf(ret, WF_LAB_IFNAME_MAX, "to-%s", peer) >= WF_LAB_IFNAME_MAX)
		snprintf(ret, WF_LAB_IFNAME_MAX, "to-%08x", hash(peer));
}

void wf_plan_link_addr(const struct wf_lab *lab, const struct wf_lab_link *link, unsigned int end,
		       char *ret)
{
	uint32_t h = hash(lab->name);
	unsigned int id = (unsigned int)(link - lab->links.items) + 1;

	snprintf(ret, WF_LAB_PREFIX_MAX, "fd77:%x:%x:%x::%u", h >> 16, h & 0xffff, id, end + 1);
}

void wf_plan_host_prefix(const struct wf_lab *lab, unsigned int host, char *ret)
{
	uint32_t h = hash(lab->name);

	if (lab->hosts.items[host].kind == WF_LAB_ROUTER)
		snprintf(ret, WF_LAB_PREFIX_MAX, "fd77:%x:%x::%x/128", h >> 16, h & 0xffff,
			 host + 1);
	else
		snprintf(ret, WF_LAB_PREFIX_MAX, "5f00:0:%x::/48", host + 1);
}

/* Dijkstra from @from; with some hundred hosts the plain scan for the nearest is good enough. */
static void measure(struct wf_plan *p, unsigned int from)
{
	uint32_t *distance = p->distances + from * p->n;
	bool is_done[WF_LAB_HOSTS_MAX] = {false};

	for (size_t i = 0; i < p->n; i++)
		distance[i] = i == from ? 0 : UNREACHED;
	for (;;) {
		size_t near = p->n;

		for (size_t i = 0; i < p->n; i++)
			if (!is_done[i] && distance[i] != UNREACHED &&
			    (near == p->n || distance[i] < distance[near]))
				near = i;
		if (near == p->n)
			return;
		is_done[near] = true;
		wf_vec_each (l, &p->lab->links) {
			for (int end = 0; end < 2; end++)
				if (!l->is_outside && l->ends[end] == near &&
				    distance[near] + l->cost < distance[l->ends[!end]])
					distance[l->ends[!end]] = distance[near] + l->cost;
		}
	}
}

struct wf_plan *wf_plan_new(const struct wf_lab *lab)
{
	struct wf_plan *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->lab = lab;
	p->n = lab->n_inside;
	p->distances = calloc(p->n * p->n, sizeof(*p->distances));
	if (!p->distances) {
		wf_plan_free(p);
		return NULL;
	}
	for (unsigned int i = 0; i < p->n; i++)
		measure(p, i);
	return p;
}

void wf_plan_free(struct wf_plan *plan)
{
	if (!plan)
		return;
	free(plan->distances);
	free(plan);
}

uint32_t wf_plan_distance(const struct wf_plan *plan, unsigned int from, unsigned int to)
{
	return plan->distances[from * plan->n + to];
}

static void outside_addr_lines(const struct wf_lab_end *end, const char *ifname, struct wf_buf *out)
{
	for (unsigned int i = 0; i < end->n_addrs; i++)
		wf_buf_printf(out, "addr add %s dev %s%s\n", end->addrs[i], ifname,
			      strchr(end->addrs[i], ':') ? " nodad" : "");
}

static void underlay_addr_line(const struct wf_lab *lab, const struct wf_lab_link *link,
			       unsigned int end, const char *ifname, struct wf_buf *out)
{
	char addr[WF_LAB_PREFIX_MAX];

	wf_plan_link_addr(lab, link, end, addr);
	wf_buf_printf(out, "addr add %s/64 dev %s nodad\n", addr, ifname);
}

void wf_plan_addr_lines(const struct wf_lab *lab, unsigned int host, struct wf_buf *out)
{
	char ifname[WF_LAB_IFNAME_MAX], addr[WF_LAB_PREFIX_MAX];

	wf_buf_puts(out, "link set lo up\n");
	if (lab->hosts.items[host].kind == WF_LAB_ROUTER) {
		wf_plan_host_prefix(lab, host, addr);
		wf_buf_printf(out, "addr add %s dev lo nodad\n", addr);
	}
	wf_vec_each (l, &lab->links) {
		for (unsigned int end = 0; end < 2; end++) {
			if (l->ends[end] != host)
				continue;
			wf_plan_ifname(lab, l, end, ifname);
			if (l->is_outside)
				outside_addr_lines(&l->outside[end], ifname, out);
			else
				underlay_addr_line(lab, l, end, ifname, out);
			wf_buf_printf(out, "link set %s up\n", ifname);
		}
	}
}

/* Every link whose far end is nearer to @to, by just the link's cost, is a next hop. */
static void route_line(const struct wf_plan *p, unsigned int host, unsigned int to,
		       struct wf_buf *out)
{
	char ifname[WF_LAB_IFNAME_MAX], addr[WF_LAB_PREFIX_MAX];
	uint32_t distance = wf_plan_distance(p, host, to);

	wf_plan_host_prefix(p->lab, to, addr);
	wf_buf_printf(out, "route add %s", addr);
	wf_vec_each (l, &p->lab->links) {
		for (unsigned int end = 0; end < 2; end++) {
			unsigned int peer = l->ends[!end];

			if (l->is_outside || l->ends[end] != host ||
			    wf_plan_distance(p, peer, to) + l->cost != distance)
				continue;
			wf_plan_ifname(p->lab, l, end, ifname);
			wf_plan_link_addr(p->lab, l, !end, addr);
			wf_buf_printf(out, " nexthop via %s dev %s", addr, ifname);
		}
	}
	wf_buf_puts(out, "\n");
}

void wf_plan_route_lines(const struct wf_plan *p, unsigned int host, struct wf_buf *out)
{
	if (host >= p->n)
		return;
	for (unsigned int to = 0; to < p->n; to++)
		if (to != host)
			route_line(p, host, to, out);
}
