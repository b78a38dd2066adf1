// SPDX-License-Identifier: Apache-2.0
/*
 * A container says what belongs to an endpoint itself (it has one, on eth0), or in a list
 * `interfaces`: never both.
 */
#include "lab/container.h"

#include <ctype.h>
#include <string.h>

#include "base/addr.h"
#include "lab/commands.h"
#include "lab/names.h"

struct container_reader {
	struct wf_lab *lab;
	struct wf_lab_container c;
	struct wf_lab_interface flat; /* of the container's own keys */
	const char *flat_key;	      /* the first of these, or NULL */
	bool has_list, is_bad;	      /* is_bad: has no name or host: it cannot stand in the lab */
};

static void read_name(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct container_reader *r = into;

	r->is_bad = !wf_lab_take_name(y, n, key, r->lab, r->c.name);
}

static void read_node(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	struct container_reader *r = into;
	const char *name = wf_yaml_text(y, n, key);
	int host = name ? wf_lab_find_host(r->lab, name) : -ENOENT;

	if (name && host < 0)
		wf_yaml_problem(y, wf_yaml_line(n), key, "there is no node '%.50s'", name);
	else if (name && r->lab->hosts.items[host].kind != WF_LAB_NODE)
		wf_yaml_problem(y, wf_yaml_line(n), key,
				"'%s' is %s: a container needs a node, with a weftd", name,
				r->lab->hosts.items[host].kind == WF_LAB_ROUTER
					? "a router"
					: "outside of the domain");
	if (host >= 0)
		r->c.host = (unsigned int)host;
}

/* A name of the model: of a tenant, of an endpoint. */
static void take_model_name(struct wf_yaml *y, yaml_node_t *n, const char *key, char *ret)
{
	const char *name = wf_yaml_text(y, n, key);
	bool is_right = name && isalnum((unsigned char)*name) && strlen(name) <= WF_NAME_MAX;

	for (const char *p = name; is_right && *p; p++)
		is_right = isalnum((unsigned char)*p) || strchr("-_.", *p);
	if (is_right)
		strcpy(ret, name);
	else if (name)
		wf_yaml_problem(y, wf_yaml_line(n), key,
				"'%.70s' is no name: letters, digits, '-', '_' and '.', at most %d",
				name, WF_NAME_MAX);
}

static void read_ifname(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	wf_lab_take_ifname(y, n, key, ((struct wf_lab_interface *)into)->name);
}

static void read_tenant(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	take_model_name(y, n, key, ((struct wf_lab_interface *)into)->tenant);
}

static void read_endpoint(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	take_model_name(y, n, key, ((struct wf_lab_interface *)into)->endpoint);
}

static void read_addresses(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct wf_lab_interface *i = into;
	yaml_node_t *item;

	for (size_t k = 0; (item = wf_yaml_item(y, list, key, k)); k++) {
		const char *text = wf_yaml_text(y, item, key);
		struct wf_addr a;

		if (text && wf_addr_parse(text, &a) < 0)
			wf_yaml_problem(y, wf_yaml_line(item), key,
					"'%.50s' is no address such as 10.0.0.1 or fd00::1", text);
		else if (i->n_addrs == WF_ENDPOINT_ADDR_MAX)
			wf_yaml_problem(y, wf_yaml_line(item), key, "more than %d addresses",
					WF_ENDPOINT_ADDR_MAX);
		else if (text)
			wf_addr_str(&a, i->addrs[i->n_addrs++]);
	}
}

static void read_labels(struct wf_yaml *y, yaml_node_t *map, const char *key, void *into)
{
	struct wf_lab_interface *i = into;

	if (map->type != YAML_MAPPING_NODE) {
		wf_yaml_problem(y, wf_yaml_line(map), key, "must be a mapping: {app: web}");
		return;
	}
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++) {
		yaml_node_t *k = yaml_document_get_node(y->doc, p->key);
		const char *name = wf_yaml_text(y, k, key);
		const char *value = wf_yaml_text(y, yaml_document_get_node(y->doc, p->value), key);

		if (name && value && wf_labels_set(&i->labels, name, value) < 0)
			wf_yaml_problem(y, wf_yaml_line(k), key, "'%.70s=%.70s' is no label", name,
					value);
	}
}

static void read_sr_aware(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into)
{
	const char *text = wf_yaml_text(y, n, key);

	if (text && strcmp(text, "true") && strcmp(text, "false"))
		wf_yaml_problem(y, wf_yaml_line(n), key, "'%.50s' is neither true nor false", text);
	else if (text)
		((struct wf_lab_interface *)into)->is_sr_aware = *text == 't';
}

/* The same keys in a container with one interface, and in each item of a list of them. */
#define FLAT(name)                                                                              \
	static void flat_##name(struct wf_yaml *y, yaml_node_t *n, const char *key, void *into) \
	{                                                                                       \
		struct container_reader *r = into;                                              \
                                                                                                \
		r->flat_key = r->flat_key ? r->flat_key : key;                                  \
		read_##name(y, n, key, &r->flat);                                               \
	}
FLAT(ifname)
FLAT(tenant)
FLAT(endpoint)
FLAT(addresses)
FLAT(labels)
FLAT(sr_aware)
#undef FLAT

static void add_interface(struct wf_yaml *y, struct container_reader *r, const char *key,
			  struct wf_lab_interface *i)
{
	if (!i->name[0])
		strcpy(i->name, "eth0");
	wf_vec_each (other, &r->c.interfaces)
		if (strcmp(other->name, i->name) == 0)
			wf_yaml_problem(y, i->line, key,
					"interface '%s' is there already, on line %u", i->name,
					other->line);
	if (wf_vec_push(&r->c.interfaces, *i) == 0)
		return;
	wf_labels_done(&i->labels);
	wf_yaml_problem(y, i->line, key, "out of memory");
}

static void read_interfaces(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	static const struct wf_yaml_key keys[] = {
		{"ifname", true, read_ifname},
		{"tenant", true, read_tenant},
		{"endpoint", true, read_endpoint},
		{"addresses", false, read_addresses},
		{"labels", false, read_labels},
		{"sr_aware", false, read_sr_aware},
		{NULL, false, NULL},
	};
	struct container_reader *r = into;
	yaml_node_t *item;

	r->has_list = true;
	for (size_t k = 0; (item = wf_yaml_item(y, list, key, k)); k++) {
		struct wf_lab_interface i = {.line = wf_yaml_line(item)};

		if (k == WF_LAB_INTERFACES_MAX) {
			wf_yaml_problem(y, i.line, key, "more than %d interfaces",
					WF_LAB_INTERFACES_MAX);
			return;
		}
		wf_yaml_map(y, item, key, keys, &i);
		add_interface(y, r, key, &i);
	}
	if (list->type == YAML_SEQUENCE_NODE && !r->c.interfaces.n)
		wf_yaml_problem(y, wf_yaml_line(list), key, "a container needs an interface");
}

static void read_commands(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	wf_lab_read_commands(y, list, key, &((struct container_reader *)into)->c.programs);
}

/* The interface that the container's own keys tell of, if there is no list. */
static void settle_flat(struct wf_yaml *y, struct container_reader *r, const char *key)
{
	if (r->has_list && r->flat_key)
		wf_yaml_problem(y, r->c.line, r->flat_key,
				"belongs to an interface: say it in the list 'interfaces'");
	if (r->has_list) {
		wf_labels_done(&r->flat.labels);
		return;
	}
	r->flat.line = r->c.line;
	if (!r->flat.tenant[0] && !r->is_bad)
		wf_yaml_problem(y, r->c.line, "tenant", "is missing");
	if (!r->flat.endpoint[0])
		strcpy(r->flat.endpoint, r->c.name);
	add_interface(y, r, key, &r->flat);
}

/* An endpoint is there once in a lab: @c is not in it yet. */
static void check_endpoints(struct wf_yaml *y, const struct wf_lab *lab,
			    const struct wf_lab_container *c, const char *key)
{
	wf_vec_each (mine, &c->interfaces) {
		const struct wf_lab_interface *twin = NULL;

		wf_vec_each (other, &lab->containers)
			wf_vec_each (i, &other->interfaces)
				if (!strcmp(i->tenant, mine->tenant) &&
				    !strcmp(i->endpoint, mine->endpoint))
					twin = i;
		for (const struct wf_lab_interface *i = c->interfaces.items; i < mine; i++)
			if (!strcmp(i->tenant, mine->tenant) &&
			    !strcmp(i->endpoint, mine->endpoint))
				twin = i;
		if (twin)
			wf_yaml_problem(y, mine->line, key,
					"endpoint '%s/%s' is there already, on line %u",
					mine->tenant, mine->endpoint, twin->line);
	}
}

void wf_lab_read_containers(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	static const struct wf_yaml_key keys[] = {
		{"name", true, read_name},
		{"node", true, read_node},
		{"tenant", false, flat_tenant},
		{"endpoint", false, flat_endpoint},
		{"ifname", false, flat_ifname},
		{"addresses", false, flat_addresses},
		{"labels", false, flat_labels},
		{"sr_aware", false, flat_sr_aware},
		{"interfaces", false, read_interfaces},
		{"run", false, read_commands},
		{"start", false, read_commands},
		{NULL, false, NULL},
	};
	struct wf_lab *lab = into;
	yaml_node_t *item;

	for (size_t i = 0; (item = wf_yaml_item(y, list, key, i)); i++) {
		struct container_reader r = {.lab = lab, .c = {.line = wf_yaml_line(item)}};

		if (lab->containers.n >= WF_LAB_CONTAINERS_MAX) {
			wf_yaml_problem(y, r.c.line, key, "more than %d containers",
					WF_LAB_CONTAINERS_MAX);
			return;
		}
		wf_yaml_map(y, item, key, keys, &r);
		r.is_bad = r.is_bad || !r.c.name[0];
		settle_flat(y, &r, key);
		check_endpoints(y, lab, &r.c, key);
		if (!r.is_bad && wf_vec_push(&lab->containers, r.c) == 0)
			continue;
		if (!r.is_bad)
			wf_yaml_problem(y, r.c.line, key, "out of memory");
		wf_lab_container_done(&r.c);
	}
}

void wf_lab_container_done(struct wf_lab_container *c)
{
	wf_vec_each (i, &c->interfaces)
		wf_labels_done(&i->labels);
	wf_vec_done(&c->interfaces);
	wf_lab_programs_done(&c->programs);
}
