// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "lab/daemons.h"
#include "lab/lab.h"
#include "lab/plan.h"
#include "lab/programs.h"
#include "lab/state.h"

static bool does_answer(const char *socket)
{
	WF_CLEANUP(cleanup_client) struct wf_client *c = wf_client_new(socket);
	struct wf_err err;

	return c && wf_client_call(c, "GET", "/v1/status", NULL, NULL, &err) == 0;
}

/* How many programs it has, and how many of them run. */
static void set_programs(const struct wf_lab *lab, const char *who, const struct wf_lab_programs *p,
			 json_t *json)
{
	json_object_set_new(json, "programs", json_integer((json_int_t)p->start.n));
	json_object_set_new(json, "running", json_integer(wf_programs_running(lab, who, p)));
}

static json_t *node_json(const struct wf_lab *lab, unsigned int i)
{
	const char *name = lab->hosts.items[i].name, *state = "dead";
	char netns[WF_LAB_NETNS_MAX], socket[WF_LAB_PATH_MAX], prefix[WF_LAB_PREFIX_MAX];
	pid_t pid = 0;
	json_t *json;

	wf_state_path(lab->name, name, ".sock", socket);
	wf_plan_host_prefix(lab, i, prefix);
	if (wf_daemon_pid(lab, i, &pid, NULL) == 0)
		state = does_answer(socket) ? "up" : "silent";
	json = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "name", name, "id", i + 1, "locator",
			 prefix, "state", state, "netns", wf_state_netns(lab->name, name, netns),
			 "socket", socket);
	if (pid)
		json_object_set_new(json, "pid", json_integer(pid));
	set_programs(lab, name, &lab->hosts.items[i].programs, json);
	return json;
}

static json_t *router_json(const struct wf_lab *lab, unsigned int i)
{
	char netns[WF_LAB_NETNS_MAX], prefix[WF_LAB_PREFIX_MAX];
	const char *name = lab->hosts.items[i].name;
	json_t *json;

	wf_plan_host_prefix(lab, i, prefix);
	json = json_pack("{s:s, s:s, s:s}", "name", name, "address", prefix, "netns",
			 wf_state_netns(lab->name, name, netns));
	set_programs(lab, name, &lab->hosts.items[i].programs, json);
	return json;
}

/* Its addresses are those of its ends of links. */
static json_t *outside_json(const struct wf_lab *lab, unsigned int i)
{
	const char *name = lab->hosts.items[i].name;
	json_t *addresses = json_array(), *json;
	char netns[WF_LAB_NETNS_MAX];

	wf_vec_each (l, &lab->links)
		for (unsigned int end = 0; end < 2; end++)
			for (unsigned int k = 0; l->ends[end] == i && k < l->outside[end].n_addrs;
			     k++)
				json_array_append_new(addresses,
						      json_string(l->outside[end].addrs[k]));
	json = json_pack("{s:s, s:o, s:s}", "name", name, "addresses", addresses, "netns",
			 wf_state_netns(lab->name, name, netns));
	set_programs(lab, name, &lab->hosts.items[i].programs, json);
	return json;
}

static json_t *host_json(const struct wf_lab *lab, unsigned int i)
{
	static json_t *(*const of_kind[])(const struct wf_lab *,
					  unsigned int) = {node_json, router_json, outside_json};

	return of_kind[lab->hosts.items[i].kind](lab, i);
}

static json_t *end_json(const struct wf_lab *lab, const struct wf_lab_link *l, unsigned int end)
{
	json_t *addresses = json_array();
	char ifname[WF_LAB_IFNAME_MAX];

	for (unsigned int i = 0; i < l->outside[end].n_addrs; i++)
		json_array_append_new(addresses, json_string(l->outside[end].addrs[i]));
	wf_plan_ifname(lab, l, end, ifname);
	return json_pack("{s:s, s:s, s:o}", "host", lab->hosts.items[l->ends[end]].name, "ifname",
			 ifname, "addresses", addresses);
}

/* Of the underlay with its cost, of one to the outside with what the file says of its ends. */
static json_t *link_json(const struct wf_lab *lab, const struct wf_lab_link *l)
{
	json_t *json = json_pack("{s:[s, s], s:i}", "between", lab->hosts.items[l->ends[0]].name,
				 lab->hosts.items[l->ends[1]].name, "mtu", (int)l->mtu);

	if (l->is_outside)
		json_object_set_new(json, "outside",
				    json_pack("[o, o]", end_json(lab, l, 0), end_json(lab, l, 1)));
	else
		json_object_set_new(json, "cost", json_integer(l->cost));
	return json;
}

/* Of an interface, with what is its container's. */
static json_t *interface_json(const struct wf_lab *lab, const struct wf_lab_container *c,
			      const struct wf_lab_interface *i)
{
	json_t *addresses = json_array(), *labels = json_object();
	char netns[WF_LAB_NETNS_MAX];
	json_t *json;

	for (unsigned int k = 0; k < i->n_addrs; k++)
		json_array_append_new(addresses, json_string(i->addrs[k]));
	wf_vec_each (l, &i->labels)
		json_object_set_new(labels, l->key, json_string(l->value));
	json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s}", "name", c->name, "node",
			 lab->hosts.items[c->host].name, "ifname", i->name, "tenant", i->tenant,
			 "endpoint", i->endpoint, "addresses", addresses, "labels", labels, "netns",
			 wf_state_netns(lab->name, c->name, netns));
	set_programs(lab, c->name, &c->programs, json);
	return json;
}

int wf_lab_show(const struct wf_lab *lab, json_t **ret, struct wf_err *err)
{
	json_t *hosts[] = {json_array(), json_array(), json_array()};
	json_t *links = json_array(), *containers = json_array();

	for (unsigned int i = 0; i < lab->hosts.n; i++)
		json_array_append_new(hosts[lab->hosts.items[i].kind], host_json(lab, i));
	wf_vec_each (l, &lab->links)
		json_array_append_new(links, link_json(lab, l));
	wf_vec_each (c, &lab->containers)
		wf_vec_each (i, &c->interfaces)
			json_array_append_new(containers, interface_json(lab, c, i));
	*ret = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "name", lab->name, "nodes",
			 hosts[WF_LAB_NODE], "routers", hosts[WF_LAB_ROUTER], "outside",
			 hosts[WF_LAB_OUTSIDE], "links", links, "containers", containers);
	return *ret ? 0 : wf_err_set(err, -ENOMEM, "out of memory");
}

static json_t *summary(const char *name)
{
	unsigned int n_running = 0;
	struct wf_lab lab;
	pid_t pid;
	json_t *json;

	/* One that cannot be read is listed all the same: it is there to be taken down. */
	if (wf_lab_load(name, &lab, NULL) < 0) {
		wf_lab_done(&lab);
		lab = (struct wf_lab){0};
	}
	for (unsigned int i = 0; i < lab.n_nodes; i++)
		n_running += wf_daemon_pid(&lab, i, &pid, NULL) == 0;
	json = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i}", "name", name, "nodes", (int)lab.n_nodes,
			 "routers", (int)(lab.n_inside - lab.n_nodes), "outside",
			 (int)(lab.hosts.n - lab.n_inside), "containers", (int)lab.containers.n,
			 "running", (int)n_running);
	wf_lab_done(&lab);
	return json;
}

static int is_lab(const struct dirent *e)
{
	return wf_lab_name_is_valid(e->d_name);
}

int wf_lab_list(json_t **ret, struct wf_err *err)
{
	struct dirent **entries = NULL;
	int n = scandir(WF_LAB_RUN, &entries, is_lab, alphasort);
	json_t *labs;

	if (n < 0 && errno != ENOENT)
		return wf_err_errno(err, -errno, "%s", WF_LAB_RUN);
	labs = json_array();
	for (int i = 0; i < n; i++) {
		json_array_append_new(labs, summary(entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	*ret = labs;
	return labs ? 0 : wf_err_set(err, -ENOMEM, "out of memory");
}
