// SPDX-License-Identifier: Apache-2.0
#include "lab/names.h"

#include <ctype.h>
#include <string.h>

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

bool wf_lab_take_ifname(struct wf_yaml *y, yaml_node_t *n, const char *key, char *ret)
{
	const char *name = wf_yaml_text(y, n, key);

	if (!name)
		return false;
	if (!*name || strlen(name) >= WF_LAB_IFNAME_MAX || strpbrk(name, "/: \t\n\"'\\#,") ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "lo") == 0) {
		wf_yaml_problem(y, wf_yaml_line(n), key,
				"'%.50s' cannot be an interface's name: 1 to %d characters, no "
				"space or quote, none of '/:,#', and not lo",
				name, WF_LAB_IFNAME_MAX - 1);
		return false;
	}
	strcpy(ret, name);
	return true;
}
