// SPDX-License-Identifier: Apache-2.0
#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "dp/config.h"
#include "model/object.h"

#define DEFAULT_SOCKET "/run/weft/weftd.sock"
#define DEFAULT_STORE  "sqlite:/var/lib/weft/weft.db"
#define PIN_PARENT     "/sys/fs/bpf/weft"

const char *wf_options_usage(void)
{
	return "usage: weftd [--node NAME] [--node-id N] [--store URL] --underlay IF[,IF...]\n"
	       "             [--socket PATH] [--pin-dir DIR] [--netns NAME|PATH] [--block PREFIX]\n"
	       "             [--verbose] [--cleanup] [--version] [--help]\n"
	       "\n"
	       "  --node NAME      this node's name (the host's)\n"
	       "  --node-id N      its id, 1 to 57343 (the one it has, or any free one)\n"
	       "  --store URL      what all nodes share (" DEFAULT_STORE ")\n"
	       "  --underlay IF    interfaces between nodes, part of the SR domain\n"
	       "  --socket PATH    where weft reaches it (" DEFAULT_SOCKET ")\n"
	       "  --pin-dir DIR    keeps the data path, on a bpffs (" PIN_PARENT "/NODE)\n"
	       "  --netns NS       the network namespace to serve (this one)\n"
	       "  --block PREFIX   of all SIDs, a /32 (5f00::/32)\n"
	       "  --cleanup        take everything of this node out of the kernel, and exit\n";
}

static int set_node(struct wf_options *o, const char *text, struct wf_err *err)
{
	if (!wf_name_is_valid(text))
		return wf_err_set(err, -EINVAL,
				  "--node '%.70s': a name has letters, digits, '-', "
				  "'_' and '.', at most %d",
				  text, WF_NAME_MAX);
	snprintf(o->node, sizeof(o->node), "%s", text);
	return 0;
}

static int set_node_id(struct wf_options *o, const char *text, struct wf_err *err)
{
	char *end;
	unsigned long id = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || id < WF_NODE_ID_MIN || id > WF_NODE_ID_MAX)
		return wf_err_set(err, -EINVAL, "--node-id '%.40s': a number from %d to %d", text,
				  WF_NODE_ID_MIN, WF_NODE_ID_MAX);
	o->node_id = (uint16_t)id;
	return 0;
}

static int set_underlay(struct wf_options *o, const char *text, struct wf_err *err)
{
	char *rest;

	free(o->underlay_text);
	o->underlay_text = rest = strdup(text);
	o->n_underlay = 0;
	for (char *name; rest && (name = strsep(&rest, ","));) {
		if (!*name || strlen(name) > 15 || o->n_underlay == WF_UNDERLAY_MAX)
			return wf_err_set(err, -EINVAL,
					  "--underlay '%.80s': 1 to %d names of "
					  "interfaces, with commas between",
					  text, WF_UNDERLAY_MAX);
		o->underlay[o->n_underlay++] = name;
	}
	return o->underlay_text ? 0 : wf_err_set(err, -ENOMEM, "out of memory");
}

static int set_block(struct wf_options *o, const char *text, struct wf_err *err)
{
	struct wf_prefix p;

	if (wf_prefix_parse(text, &p) < 0 || wf_prefix_is_v4(&p) || p.len != 32)
		return wf_err_set(err, -EINVAL,
				  "--block '%.60s': an IPv6 prefix of 32 bits, like "
				  "5f00::/32",
				  text);
	o->block = (uint32_t)p.addr.bytes[0] << 24 | (uint32_t)p.addr.bytes[1] << 16 |
		   (uint32_t)p.addr.bytes[2] << 8 | p.addr.bytes[3];
	return 0;
}

static int set_pin_dir(struct wf_options *o, const char *text, struct wf_err *err)
{
	if (text[0] != '/' || strlen(text) >= sizeof(o->pin_dir))
		return wf_err_set(err, -EINVAL,
				  "--pin-dir '%.80s': an absolute path, at most %zu "
				  "bytes",
				  text, sizeof(o->pin_dir) - 1);
	snprintf(o->pin_dir, sizeof(o->pin_dir), "%s", text);
	return 0;
}

enum {
	NODE = 256,
	NODE_ID,
	STORE,
	UNDERLAY,
	SOCKET,
	PIN_DIR,
	NETNS,
	BLOCK,
	VERBOSE,
	CLEANUP,
	VERSION,
	HELP
};

static const struct option words[] = {
	{"node", required_argument, NULL, NODE},
	{"node-id", required_argument, NULL, NODE_ID},
	{"store", required_argument, NULL, STORE},
	{"underlay", required_argument, NULL, UNDERLAY},
	{"socket", required_argument, NULL, SOCKET},
	{"pin-dir", required_argument, NULL, PIN_DIR},
	{"netns", required_argument, NULL, NETNS},
	{"block", required_argument, NULL, BLOCK},
	{"verbose", no_argument, NULL, VERBOSE},
	{"cleanup", no_argument, NULL, CLEANUP},
	{"version", no_argument, NULL, VERSION},
	{"help", no_argument, NULL, HELP},
	{0},
};

static int set(struct wf_options *o, int word, const char *value, const char *arg,
	       struct wf_err *err)
{
	switch (word) {
	case NODE:
		return set_node(o, value, err);
	case NODE_ID:
		return set_node_id(o, value, err);
	case UNDERLAY:
		return set_underlay(o, value, err);
	case BLOCK:
		return set_block(o, value, err);
	case PIN_DIR:
		return set_pin_dir(o, value, err);
	case STORE:
		o->store = value;
		return 0;
	case SOCKET:
		o->socket = value;
		return 0;
	case NETNS:
		o->netns = value;
		return 0;
	case VERBOSE:
		o->is_verbose = true;
		return 0;
	case CLEANUP:
		o->is_cleanup = true;
		return 0;
	case VERSION:
		o->is_version = true;
		return 0;
	case HELP:
		o->is_help = true;
		return 0;
	case ':':
		return wf_err_set(err, -EINVAL, "%.60s needs a value", arg);
	default:
		return wf_err_set(err, -EINVAL, "there is no option %.60s", arg);
	}
}

static int set_default_node(struct wf_options *o, struct wf_err *err)
{
	char host[WF_NAME_MAX + 1] = "";

	if (gethostname(host, sizeof(host) - 1) == 0 && wf_name_is_valid(host))
		return set_node(o, host, err);
	return wf_err_set(err, -EINVAL, "the host's name '%s' cannot be a node's: give --node",
			  host);
}

static int complete(struct wf_options *o, struct wf_err *err)
{
	int r = o->node[0] ? 0 : set_default_node(o, err);

	if (r)
		return r;
	if (!o->n_underlay && !o->is_cleanup)
		return wf_err_set(err, -EINVAL,
				  "--underlay is missing: name the interfaces that lead "
				  "to other nodes ('ip link' lists them)");
	if (!o->pin_dir[0])
		snprintf(o->pin_dir, sizeof(o->pin_dir), PIN_PARENT "/%s", o->node);
	return 0;
}

int wf_options_parse(int argc, char **argv, struct wf_options *ret, struct wf_err *err)
{
	int word, r = 0;

	*ret = (struct wf_options){.store = DEFAULT_STORE,
				   .socket = DEFAULT_SOCKET,
				   .block = WF_DEFAULT_BLOCK};
	optind = 1;
	while (!r && (word = getopt_long(argc, argv, "+:", words, NULL)) != -1)
		r = set(ret, word, optarg, argv[optind - 1], err);
	if (!r && optind < argc)
		r = wf_err_set(err, -EINVAL, "'%.60s' is no option", argv[optind]);
	if (!r && !ret->is_help && !ret->is_version)
		r = complete(ret, err);
	return r;
}

void wf_options_done(struct wf_options *o)
{
	free(o->underlay_text);
}
