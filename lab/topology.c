// SPDX-License-Identifier: Apache-2.0
#include "lab/topology.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lab/container.h"

bool wf_lab_name_is_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return isalnum((unsigned char)name[0]) && !name[n] && n < WF_LAB_NAME_MAX;
}

int wf_lab_find_host(const struct wf_lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->hosts.n; i++)
		if (strcmp(lab->hosts.items[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}

static const struct wf_lab_container *find_container(const struct wf_lab *lab, const char *name)
{
	wf_vec_each (c, &lab->containers)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

bool wf_lab_take_name(struct wf_yaml *y, yaml_node_t *n, const char *key, const struct wf_lab *lab,
		      char *ret)
{
	const char *name = wf_yaml_text(y, n, key);
	const struct wf_lab_container *c;
	int host;

	if (!name)
		return false;
	if (!wf_lab_name_is_valid(name) ||
	    strlen(lab->name) + 1 + strlen(name) >= WF_LAB_NAME_MAX) {
		wf_yaml_problem(y, wf_yaml_line(n), key,
				"'%.50s' is no name: letters, digits, '-' and '_', and with the "
				"lab's name at most %d bytes",
				name, WF_LAB_NAME_MAX - 1);
		return false;
	}
	host = wf_lab_find_host(lab, name);
	c = find_container(lab, name);
	if (host >= 0 || c) {
		wf_yaml_problem(y, wf_yaml_line(n), key, "'%s' is there already, on line %u", name,
				c ? c->line : lab->hosts.items[host].line);
		return false;
	}
	strcpy(ret, name);
	return true;
}

static void read_lab_name(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct wf_lab *lab = into;
	const char *name = wf_yaml_text(y, n, key);

	if (name && !wf_lab_name_is_valid(name))
		wf_yaml_problem(
			y, wf_yaml_line(n), key,
			"'%.50s' is no name: letters, digits, '-' and '_', at most %d bytes", name,
			WF_LAB_NAME_MAX - 1);
	else if (name)
		strcpy(lab->name, name);
}

static void read_lab_mtu(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct wf_lab *lab = into;

	wf_yaml_number(y, n, key, WF_LAB_MTU_MIN, WF_UNDERLAY_MTU_MAX, &lab->mtu);
}

static void read_hosts(struct wf_yaml *y, yaml_node_t *list, const char *key, struct wf_lab *lab,
		       bool is_router)
{
	yaml_node_t *item;

	for (size_t i = 0; (item = wf_yaml_item(y, list, key, i)); i++) {
		struct wf_lab_host h = {.is_router = is_router, .line = wf_yaml_line(item)};

		if (lab->hosts.n >= WF_LAB_HOSTS_MAX) {
			wf_yaml_problem(y, h.line, key, "more than %d nodes and routers",
					WF_LAB_HOSTS_MAX);
			return;
		}
		if (wf_lab_take_name(y, item, key, lab, h.name) && wf_vec_push(&lab->hosts, h) < 0)
			wf_yaml_problem(y, h.line, key, "out of memory");
	}
}

static void read_nodes(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct wf_lab *lab = into;

	read_hosts(y, list, key, lab, false);
	lab->n_nodes = (unsigned int)lab->hosts.n;
	if (list->type == YAML_SEQUENCE_NODE && !wf_yaml_item(y, list, key, 0))
		wf_yaml_problem(y, wf_yaml_line(list), key, "a lab needs a node");
}

static void read_routers(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	read_hosts(y, list, key, into, true);
}

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
					"there is no node or router '%.50s'", name);
		if (host < 0)
			r->is_bad = true;
		else if (i < 2)
			r->link.ends[i] = (unsigned int)host;
	}
	if (list->type == YAML_SEQUENCE_NODE && i != 2)
		wf_yaml_problem(y, wf_yaml_line(list), key, "a link has two ends: [A, B]");
	if (i != 2)
		r->is_bad = true;
}

static void read_link_mtu(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct link_reader *r = into;

	wf_yaml_number(y, n, key, WF_LAB_MTU_MIN, WF_UNDERLAY_MTU_MAX, &r->link.mtu);
}

static void read_cost(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct link_reader *r = into;

	wf_yaml_number(y, n, key, 1, WF_LAB_COST_MAX, &r->link.cost);
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
	if (r->link.mtu < WF_UNDERLAY_MTU_MIN &&
	    (!hosts[ends[0]].is_router || !hosts[ends[1]].is_router)) {
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

static void read_links(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	static const struct wf_yaml_key keys[] = {
		{"between", true, read_between},
		{"mtu", false, read_link_mtu},
		{"cost", false, read_cost},
		{NULL, false, NULL},
	};
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
		if (item->type == YAML_SEQUENCE_NODE)
			read_between(y, item, key, &r);
		else
			wf_yaml_map(y, item, key, keys, &r);
		if (!r.is_bad &&
		    (item->type == YAML_SEQUENCE_NODE || wf_yaml_get(y, item, "between")))
			check_link(y, &r, key);
		else
			r.is_bad = true;
		if (!r.is_bad && wf_vec_push(&lab->links, r.link) < 0)
			wf_yaml_problem(y, r.link.line, key, "out of memory");
	}
}

/* Every host must be reached from the first one: marks spread over links until nothing changes. */
static void check_reachable(struct wf_yaml *y, const struct wf_lab *lab)
{
	bool is_reached[WF_LAB_HOSTS_MAX] = {true}, has_changed = true;

	while (has_changed) {
		has_changed = false;
		wf_vec_each (l, &lab->links) {
			if (is_reached[l->ends[0]] == is_reached[l->ends[1]])
				continue;
			is_reached[l->ends[0]] = is_reached[l->ends[1]] = true;
			has_changed = true;
		}
	}
	for (size_t i = 0; i < lab->hosts.n; i++) {
		const struct wf_lab_host *h = &lab->hosts.items[i];

		if (!is_reached[i])
			wf_yaml_problem(y, h->line, "links", "no way from '%s' to '%s': add a link",
					lab->hosts.items[0].name, h->name);
	}
}

/* "---" at the start of a line ends a document wherever it stands, so no parser is needed. */
static size_t find_second(const char *text, size_t len, size_t first_line)
{
	size_t line = 0;

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);

		if (line > first_line && len - at >= 3 && memcmp(text + at, "---", 3) == 0 &&
		    (len - at == 3 || isspace((unsigned char)text[at + 3])))
			return at;
		if (!newline)
			break;
		at = (size_t)(newline - text) + 1;
		line++;
	}
	return len;
}

static void read_document(struct wf_yaml *y, yaml_node_t *root, struct wf_lab *lab)
{
	static const struct wf_yaml_key keys[] = {
		{"kind", true, NULL},
		{"name", true, read_lab_name},
		{"mtu", false, read_lab_mtu},
		{"nodes", true, read_nodes},
		{"routers", false, read_routers},
		{"links", false, read_links},
		{"containers", false, wf_lab_read_containers},
		{NULL, false, NULL},
	};
	yaml_node_t *kind = root ? wf_yaml_get(y, root, "kind") : NULL;

	if (!kind || kind->type != YAML_SCALAR_NODE ||
	    strcmp((char *)kind->data.scalar.value, "Lab") != 0) {
		wf_yaml_problem(y, root ? wf_yaml_line(root) : 1, "kind",
				"the first document of a topology must be of kind Lab");
		return;
	}
	wf_yaml_map(y, root, "", keys, lab);
	if (!y->problems.n)
		check_reachable(y, lab);
}

int wf_lab_parse(const char *file, const char *text, size_t len, struct wf_lab *ret,
		 struct wf_buf *problems)
{
	struct wf_yaml y = {0};
	yaml_document_t doc;
	yaml_parser_t parser;
	yaml_node_t *root;
	bool is_right;

	memset(ret, 0, sizeof(*ret));
	ret->mtu = WF_LAB_MTU_DEFAULT;
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &doc)) {
		wf_buf_printf(problems, "%s:%zu: %s\n", file, parser.problem_mark.line + 1,
			      parser.problem ? parser.problem : "this is not YAML");
		yaml_parser_delete(&parser);
		return -EINVAL;
	}
	y.doc = &doc;
	root = yaml_document_get_root_node(&doc);
	read_document(&y, root, ret);
	ret->manifests_at = find_second(text, len, root ? root->start_mark.line : 0);
	wf_yaml_print(&y, file, problems);
	is_right = !y.problems.n && ret->name[0] && ret->hosts.n;
	wf_vec_done(&y.problems);
	yaml_document_delete(&doc);
	yaml_parser_delete(&parser);
	return is_right ? 0 : -EINVAL;
}

void wf_lab_done(struct wf_lab *lab)
{
	wf_vec_each (c, &lab->containers)
		wf_lab_container_done(c);
	wf_vec_done(&lab->hosts);
	wf_vec_done(&lab->links);
	wf_vec_done(&lab->containers);
}
