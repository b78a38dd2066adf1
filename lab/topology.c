// SPDX-License-Identifier: Apache-2.0
#include "lab/topology.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lab/commands.h"
#include "lab/container.h"
#include "lab/link.h"
#include "lab/names.h"

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

struct host_reader {
	const struct wf_lab *lab;
	struct wf_lab_host host;
	bool is_right; /* it has a name */
};

static void read_host_name(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct host_reader *r = into;

	r->is_right = wf_lab_take_name(y, n, key, r->lab, r->host.name);
}

static void read_host_commands(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	wf_lab_read_commands(y, list, key, &((struct host_reader *)into)->host.programs);
}

/* A name, or a mapping of more than that. */
static void read_host(struct wf_yaml *y, yaml_node_t *item, const char *key, struct host_reader *r)
{
	static const struct wf_yaml_key keys[] = {
		{"name", true, read_host_name},
		{"run", false, read_host_commands},
		{"start", false, read_host_commands},
		{NULL, false, NULL},
	};

	if (item->type == YAML_MAPPING_NODE)
		wf_yaml_map(y, item, key, keys, r);
	else
		read_host_name(y, item, key, r);
}

static void read_hosts(struct wf_yaml *y, yaml_node_t *list, const char *key, struct wf_lab *lab,
		       enum wf_lab_host_kind kind)
{
	yaml_node_t *item;

	for (size_t i = 0; (item = wf_yaml_item(y, list, key, i)); i++) {
		struct host_reader r = {.lab = lab,
					.host = {.kind = kind, .line = wf_yaml_line(item)}};

		if (lab->hosts.n >= WF_LAB_HOSTS_MAX) {
			wf_yaml_problem(y, r.host.line, key, "more than %d hosts",
					WF_LAB_HOSTS_MAX);
			return;
		}
		read_host(y, item, key, &r);
		if (r.is_right && wf_vec_push(&lab->hosts, r.host) == 0)
			continue;
		if (r.is_right)
			wf_yaml_problem(y, r.host.line, key, "out of memory");
		wf_lab_programs_done(&r.host.programs);
	}
}

static void read_nodes(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct wf_lab *lab = into;

	read_hosts(y, list, key, lab, WF_LAB_NODE);
	lab->n_nodes = lab->n_inside = (unsigned int)lab->hosts.n;
	if (list->type == YAML_SEQUENCE_NODE && !wf_yaml_item(y, list, key, 0))
		wf_yaml_problem(y, wf_yaml_line(list), key, "a lab needs a node");
}

static void read_routers(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct wf_lab *lab = into;

	read_hosts(y, list, key, lab, WF_LAB_ROUTER);
	lab->n_inside = (unsigned int)lab->hosts.n;
}

static void read_outside(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	read_hosts(y, list, key, into, WF_LAB_OUTSIDE);
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
		{"outside", false, read_outside},
		{"links", false, wf_lab_read_links},
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
		wf_lab_check_reachable(y, lab);
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
	wf_vec_each (h, &lab->hosts)
		wf_lab_programs_done(&h->programs);
	wf_vec_done(&lab->hosts);
	wf_vec_done(&lab->links);
	wf_vec_done(&lab->containers);
}
