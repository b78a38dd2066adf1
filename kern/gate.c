// SPDX-License-Identifier: Apache-2.0
/*
 * The node's own part of a gateway: what it forwards, and what not. The rules are in a table of
 * Weft's own; those of others say what else must not pass.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kern/room.h"
#include "kern/room_rules.h"
#include "kern/rules.h"
#include "kern/run_dir.h"
#include "kern/sysctl.h"

/* What the rules can say as it is. */
static int check_name(const char *ifname, struct wf_err *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "._-@";

	if (*ifname && strlen(ifname) <= WF_IFNAME_MAX && !ifname[strspn(ifname, plain)])
		return 0;
	return wf_err_set(
		err, -EINVAL,
		"interface '%.40s' cannot be a gateway's: a name of letters, digits, '.', "
		"'_', '-' and '@'",
		ifname);
}

static int keep_rules(const char *path, const struct wf_gate_spec *spec, struct wf_err *err)
{
	_cleanup_free_ char *chains = NULL;
	struct wf_buf text = {0};

	wf_gate_rules(spec, &text);
	chains = wf_buf_take(&text);
	if (!chains)
		return wf_err_set(err, -ENOMEM, "out of memory for the rules of the gateway");
	return wf_rules_keep(-1, path, chains, err);
}

/* Of IPv4; the node forwards IPv6 anyway. An interface that is missing gets it when it comes. */
static int keep_forwarding(const char *ifname, struct wf_err *err)
{
	char path[96];
	int r;

	snprintf(path, sizeof(path), "net/ipv4/conf/%s/forwarding", ifname);
	r = wf_sysctl_is(path, 1, err);
	if (r)
		return r == -ENOENT ? 0 : r < 0 ? r : 0;
	r = wf_sysctl_set(path, 1, err);
	return r ? r : 1;
}

int wf_gate_keep(const char *dir, const struct wf_gate_spec *spec, struct wf_err *err)
{
	char path[WF_RUN_DIR_MAX + 16];
	int n, r;

	snprintf(path, sizeof(path), "%.320s/gate.rules", dir);
	if (!spec)
		return wf_rules_keep(-1, path, NULL, err);
	r = check_name(spec->outside, err);
	for (size_t i = 0; i < spec->n_underlay && !r; i++)
		r = check_name(spec->underlay[i], err);
	if (!r)
		r = wf_run_dir_make(dir, err);
	n = r ? r : keep_rules(path, spec, err);
	if (n < 0)
		return n;
	r = keep_forwarding(spec->outside, err);
	return r < 0 ? r : n || r;
}
