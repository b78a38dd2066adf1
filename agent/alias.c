// SPDX-License-Identifier: Apache-2.0
#include "agent/alias.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/object.h"

#define MARK "weft:"

int wf_netns_path(const char *netns, char *buf)
{
	static const char *const var = "/var/run/";
	bool is_name = !strchr(netns, '/');
	int n;

	if (!netns[0] || strpbrk(netns, " \t\n") || (!is_name && netns[0] != '/') ||
	    !strcmp(netns, ".") || !strcmp(netns, ".."))
		return -EINVAL;
	if (is_name)
		n = snprintf(buf, WF_NETNS_MAX + 1, "/run/netns/%s", netns);
	else if (!strncmp(netns, var, strlen(var))) /* a link to /run on all of today's systems */
		n = snprintf(buf, WF_NETNS_MAX + 1, "/run/%s", netns + strlen(var));
	else
		n = snprintf(buf, WF_NETNS_MAX + 1, "%s", netns);
	return n > WF_NETNS_MAX ? -EINVAL : 0;
}

const char *wf_alias_str(const struct wf_alias *alias, char *buf)
{
	snprintf(buf, WF_ALIAS_MAX + 1, MARK "%s/%s %s %s", alias->tenant, alias->name,
		 alias->ifname, alias->netns);
	return buf;
}

/* Copies up to @end (or the end) and goes behind it. */
static int take(const char **text, char end, char *ret, size_t size)
{
	const char *stop = strchrnul(*text, end);
	size_t n = (size_t)(stop - *text);

	if (n >= size)
		return -EINVAL;
	memcpy(ret, *text, n);
	ret[n] = '\0';
	*text = *stop ? stop + 1 : stop;
	return 0;
}

int wf_alias_parse(const char *text, struct wf_alias *ret)
{
	struct wf_alias alias;

	if (strncmp(text, MARK, strlen(MARK)) != 0)
		return -EINVAL;
	text += strlen(MARK);
	if (take(&text, '/', alias.tenant, sizeof(alias.tenant)) < 0 ||
	    take(&text, ' ', alias.name, sizeof(alias.name)) < 0 ||
	    take(&text, ' ', alias.ifname, sizeof(alias.ifname)) < 0 ||
	    take(&text, '\0', alias.netns, sizeof(alias.netns)) < 0)
		return -EINVAL;
	if (!wf_name_is_valid(alias.tenant) || !wf_name_is_valid(alias.name))
		return -EINVAL;
	*ret = alias;
	return 0;
}
