// SPDX-License-Identifier: Apache-2.0
/*
 * Links of two sorts: the underlay's, which the lab numbers and routes over by itself, and those of
 * hosts outside, whose addresses and interface names the file says. Neither has the other's keys.
 */
#include "lab/link.h"

#include <stdio.h>
#include <string.h>

#include "lab/names.h"
#include "lab/plan.h"

struct link_reader {
	struct wf_lab *lab;
	struct wf_lab_link link;
	bool is_bad;
};

static void read_between(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct link_reader *r = into;
	yaml_node_t *item;
	size_t i;

	for (i = 0; (item = wf_yaml_item(y, list, key, i)); i++) {
		const char *name = wf_yaml_text(y, item, key);
		int host = name ? wf_lab_find_host(r->lab, name) : -ENOENT;

		if (name && host < 0)
			wf_yaml_problem(y, wf_yaml_line(item), key,
					"there is no node, router or outside host '%.50s'", name);
		if (host < 0)
			r->is_bad = true;
		else if (i < 2)
			r->link.ends[i] = (unsigned int)host;
		if (host >= 0 && r->lab->hosts.items[host].kind == WF_LAB_OUTSIDE)
			r->link.is_outside = true;
	}
	if (list->type == YAML_SEQUENCE_NODE && i != 2)
		wf_yaml_problem(y, wf_yaml_line(list), key, "a link has two ends: [A, B]");
	if (i != 2)
		r->is_bad = true;
}

static void read_mtu(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct link_reader *r = into;

	wf_yaml_number(y, n, key, WF_LAB_MTU_MIN, WF_UNDERLAY_MTU_MAX, &r->link.mtu);
}

static void read_cost(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct link_reader *r = into;

	wf_yaml_number(y, n, key, 1, WF_LAB_COST_MAX, &r->link.cost);
}

static void read_ifnames(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct link_reader *r = into;
	yaml_node_t *item;
	size_t i;

	for (i = 0; (item = wf_yaml_item(y, list, key, i)); i++)
		if (i < 2 && !wf_lab_take_ifname(y, item, key, r->link.outside[i].ifname))
			r->is_bad = true;
	if (list->type == YAML_SEQUENCE_NODE && i != 2)
		wf_yaml_problem(y, wf_yaml_line(list), key,
				"must be one for each end of 'between': [out0, eth0]");
}

/* "ADDRESS/LENGTH" of an interface: unlike a prefix it has bits behind its length. */
static int parse_addr(const char *text, char *ret)
{
	char addr[WF_ADDR_STR_MAX];
	size_t n = strcspn(text, "/");
	unsigned int len;
	struct wf_addr a;
	int end = 0;

	if (n >= sizeof(addr) || sscanf(text + n, "/%3u%n", &len, &end) != 1 || text[n + end])
		return -EINVAL;
	memcpy(addr, text, n);
	addr[n] = '\0';
	if (wf_addr_parse(addr, &a) < 0 || len > (wf_addr_is_v4(&a) ? 32 : 128))
		return -EINVAL;
	snprintf(ret, WF_PREFIX_STR_MAX, "%s/%u", wf_addr_str(&a, addr), len);
	return 0;
}

static void read_addr(struct wf_yaml *y, yaml_node_t *n, const char *key, struct wf_lab_end *end)
{
	const char *text = wf_yaml_text(y, n, key);

	if (!text)
		return;
	if (end->n_addrs == WF_LAB_ADDRS_MAX)
		wf_yaml_problem(y, wf_yaml_line(n), key, "more than %d addresses at one end",
				WF_LAB_ADDRS_MAX);
	else if (parse_addr(text, end->addrs[end->n_addrs]) < 0)
		wf_yaml_problem(y, wf_yaml_line(n), key,
				"'%.60s' is no address with its length, such as 192.0.2.1/30 or "
				"2001:db8::1/64",
				text);
	else
		end->n_addrs++;
}

/* Of each end one address, or a list of them. */
static void read_addresses(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct link_reader *r = into;
	yaml_node_t *item, *addr;
	size_t i;

	for (i = 0; (item = wf_yaml_item(y, list, key, i)); i++) {
		struct wf_lab_end *end = &r->link.outside[i % 2];

		if (item->type != YAML_SEQUENCE_NODE)
			read_addr(y, item, key, end);
		else
			for (size_t k = 0; (addr = wf_yaml_item(y, item, key, k)); k++)
				read_addr(y, addr, key, end);
	}
	if (list->type == YAML_SEQUENCE_NODE && i != 2)
		wf_yaml_problem(y, wf_yaml_line(list), key,
				"must be one item for each end of 'between': [192.0.2.1/30, "
				"[192.0.2.2/30, 2001:db8::2/64]]");
}

/* Keys of the other sort of links. */
static void check_sort(struct wf_yaml *y, yaml_node_t *item, const struct link_reader *r)
{
	static const struct {
		const char *key;
		bool is_outside;
		const char *why;
	} rules[] = {
		{"cost", true, "the lab computes no routes over a link to an outside host"},
		{"ifnames", false, "only of a link to an outside host"},
		{"addresses", false,
		 "only of a link to an outside host: the lab numbers the underlay by itself"},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		yaml_node_t *value = wf_yaml_get(y, item, rules[i].key);

		if (value && rules[i].is_outside == r->link.is_outside)
			wf_yaml_problem(y, wf_yaml_line(value), rules[i].key, "%s", rules[i].why);
	}
}

static void check_link(struct wf_yaml *y, struct link_reader *r, const char *key)
{
	const unsigned int *ends = r->link.ends;
	const struct wf_lab_host *hosts = r->lab->hosts.items;

	if (ends[0] == ends[1]) {
		wf_yaml_problem(y, r->link.line, key, "'%s' is linked to itself",
				hosts[ends[0]].name);
		r->is_bad = true;
	}
	if (r->link.mtu < WF_UNDERLAY_MTU_MIN && !r->link.is_outside &&
	    (hosts[ends[0]].kind == WF_LAB_NODE || hosts[ends[1]].kind == WF_LAB_NODE)) {
		wf_yaml_problem(
			y, r->link.line, key,
			"mtu %u is too small: a link of a node needs %d, so that containers "
			"get at least 1280",
			r->link.mtu, WF_UNDERLAY_MTU_MIN);
		r->is_bad = true;
	}
	wf_vec_each (l, &r->lab->links) {
		if ((l->ends[0] != ends[0] || l->ends[1] != ends[1]) &&
		    (l->ends[0] != ends[1] || l->ends[1] != ends[0]))
			continue;
		wf_yaml_problem(y, r->link.line, key,
				"'%s' and '%s' are linked already, on line %u", hosts[ends[0]].name,
				hosts[ends[1]].name, l->line);
		r->is_bad = true;
	}
}

/* The link on which the host has an interface of that name, or NULL. */
static const struct wf_lab_link *find_interface(const struct wf_lab *lab, unsigned int host,
						const char *name)
{
	char ifname[WF_LAB_IFNAME_MAX];

	wf_vec_each (l, &lab->links)
		for (unsigned int end = 0; end < 2; end++) {
			if (l->ends[end] != host)
				continue;
			wf_plan_ifname(lab, l, end, ifname);
			if (strcmp(ifname, name) == 0)
				return l;
		}
	return NULL;
}

static void check_ifnames(struct wf_yaml *y, const struct link_reader *r)
{
	char ifname[WF_LAB_IFNAME_MAX];

	for (unsigned int end = 0; end < 2; end++) {
		const struct wf_lab_link *other;

		wf_plan_ifname(r->lab, &r->link, end, ifname);
		other = find_interface(r->lab, r->link.ends[end], ifname);
		if (other)
			wf_yaml_problem(y, r->link.line, "ifnames",
					"'%s' has an interface '%s' already, by the link on line "
					"%u",
					r->lab->hosts.items[r->link.ends[end]].name, ifname,
					other->line);
	}
}

static void read_link(struct wf_yaml *y, yaml_node_t *item, const char *key, struct link_reader *r)
{
	static const struct wf_yaml_key keys[] = {
		{"between", true, read_between},  {"mtu", false, read_mtu},
		{"cost", false, read_cost},	  {"addresses", false, read_addresses},
		{"ifnames", false, read_ifnames}, {NULL, false, NULL},
	};

	if (item->type == YAML_SEQUENCE_NODE)
		read_between(y, item, key, r);
	else
		wf_yaml_map(y, item, key, keys, r);
	if (item->type != YAML_SEQUENCE_NODE && !wf_yaml_get(y, item, "between"))
		r->is_bad = true;
	if (r->is_bad)
		return;
	check_sort(y, item, r);
	check_link(y, r, key);
	if (!r->is_bad)
		check_ifnames(y, r);
}

void wf_lab_read_links(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct wf_lab *lab = into;
	yaml_node_t *item;

	for (size_t i = 0; (item = wf_yaml_item(y, list, key, i)); i++) {
		struct link_reader r = {
			.lab = lab,
			.link = {.mtu = lab->mtu, .cost = 1, .line = wf_yaml_line(item)}};

		if (lab->links.n >= WF_LAB_LINKS_MAX) {
			wf_yaml_problem(y, r.link.line, key, "more than %d links",
					WF_LAB_LINKS_MAX);
			return;
		}
		read_link(y, item, key, &r);
		if (!r.is_bad && wf_vec_push(&lab->links, r.link) < 0)
			wf_yaml_problem(y, r.link.line, key, "out of memory");
	}
}

/* Marks spread from the first host until nothing changes. */
static void spread(const struct wf_lab *lab, bool is_outside_too, bool *is_reached)
{
	bool has_changed = true;

	while (has_changed) {
		has_changed = false;
		wf_vec_each (l, &lab->links) {
			if ((l->is_outside && !is_outside_too) ||
			    is_reached[l->ends[0]] == is_reached[l->ends[1]])
				continue;
			is_reached[l->ends[0]] = is_reached[l->ends[1]] = true;
			has_changed = true;
		}
	}
}

void wf_lab_check_reachable(struct wf_yaml *y, const struct wf_lab *lab)
{
	bool is_reached[WF_LAB_HOSTS_MAX] = {true};

	spread(lab, false, is_reached);
	for (size_t i = 0; i < lab->hosts.n; i++) {
		const struct wf_lab_host *h = &lab->hosts.items[i];

		if (i == lab->n_inside)
			spread(lab, true, is_reached);
		if (!is_reached[i])
			wf_yaml_problem(y, h->line, "links", "no way from '%s' to '%s': add a link",
					lab->hosts.items[0].name, h->name);
	}
}
