// SPDX-License-Identifier: Apache-2.0
/* weftd: one node's daemon. It comes and goes; the data path stays. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/alias.h"
#include "agent/gateway.h"
#include "api/api.h"
#include "base/log.h"
#include "daemon/options.h"
#include "daemon/place.h"
#include "kern/run_dir.h"
#include "model/limits.h"
#include "wire/sid.h"

enum {
	EXIT_USAGE = 2
};

struct daemon {
	struct wf_options options;
	struct event_base *base;  /* owned */
	struct wf_kern *kern;	  /* owned */
	struct wf_agent *agent;	  /* owned */
	struct wf_api *api;	  /* owned */
	struct event *signals[2]; /* owned */
};

static void on_log(void *arg, enum wf_log_level level, const char *msg)
{
	const struct wf_options *o = arg;

	if (level != WF_LOG_DEBUG || o->is_verbose)
		wf_log(level, "%s", msg);
}

static void on_signal(int fd, short what, void *arg)
{
	event_base_loopbreak(arg);
}

static int open_kern(const struct wf_options *o, struct wf_kern **ret, struct wf_err *err)
{
	int r = o->netns ? wf_place_enter_netns(o->netns, err) : 0;

	if (!r)
		r = wf_place_mount_bpffs(o->pin_dir, err);
	if (!r)
		r = wf_kern_linux_open(o->pin_dir, ret, err);
	return r ? r : wf_place_lock(o->pin_dir, err);
}

static int make_directories(const struct wf_options *o, struct wf_err *err)
{
	int r = wf_place_make_parent(o->socket, err);

	if (!r && !strncmp(o->store, "sqlite:", 7))
		r = wf_place_make_parent(o->store + 7, err);
	return r;
}

static int start_loop(struct daemon *d, struct wf_err *err)
{
	static const int numbers[] = {SIGTERM, SIGINT};

	signal(SIGPIPE, SIG_IGN);
	d->base = event_base_new();
	for (int i = 0; d->base && i < 2; i++) {
		d->signals[i] = evsignal_new(d->base, numbers[i], on_signal, d->base);
		if (!d->signals[i] || event_add(d->signals[i], NULL) < 0)
			return wf_err_set(err, -ENOMEM, "out of memory for the loop");
	}
	return d->base ? 0 : wf_err_set(err, -ENOMEM, "out of memory for the loop");
}

static int start_agent(struct daemon *d, struct wf_err *err)
{
	const struct wf_options *o = &d->options;
	char place[WF_PLACE_MAX], run_dir[WF_RUN_DIR_MAX];
	struct wf_agent_options options = {
		.node = o->node,
		.node_id = o->node_id,
		.store = o->store,
		.place = place,
		.run_dir = wf_run_dir(o->pin_dir, run_dir),
		.underlay = o->underlay,
		.n_underlay = o->n_underlay,
		.block = o->block,
		.gone_after_ms = WF_GONE_AFTER_MS,
		.repair_ms = WF_REPAIR_MS,
		.log = on_log,
		.log_arg = &d->options,
	};
	int r = wf_place_describe(o->pin_dir, place, sizeof(place), err);

	if (!r)
		r = wf_agent_new(&options, d->base, d->kern, &d->agent, err);
	if (r)
		(void)rmdir(o->pin_dir); /* if it is empty, it is only untidy */
	return r;
}

static int start(struct daemon *d, struct wf_err *err)
{
	int r = open_kern(&d->options, &d->kern, err);

	if (!r)
		r = make_directories(&d->options, err);
	if (!r)
		r = start_loop(d, err);
	if (!r)
		r = start_agent(d, err);
	if (!r)
		r = wf_api_new(d->agent, d->base, d->options.socket, &d->api, err);
	return r;
}

static void stop(struct daemon *d)
{
	wf_api_free(d->api);
	wf_agent_free(d->agent);
	wf_kern_free(d->kern);
	for (int i = 0; i < 2; i++)
		if (d->signals[i])
			event_free(d->signals[i]);
	if (d->base)
		event_base_free(d->base);
}

static int run(struct daemon *d, struct wf_err *err)
{
	int r = start(d, err);

	if (!r) {
		wf_log(WF_LOG_INFO, "weftd " WF_VERSION ": node '%s' serves on '%s'",
		       d->options.node, d->options.socket);
		event_base_dispatch(d->base);
		wf_log(WF_LOG_INFO, "weftd ends; the data path stays");
	}
	stop(d);
	return r;
}

static int delete_ports(struct wf_kern *k, struct wf_err *err)
{
	struct wf_links links = {0};
	struct wf_alias alias;
	int r = k->ops->links(k, &links, err);

	for (size_t i = 0; i < links.n && !r; i++)
		if (wf_alias_parse(links.items[i].alias, &alias) == 0) {
			r = k->ops->port_delete(k, links.items[i].ifindex, err);
			r = r == -ENODEV ? 0 : r;
		}
	wf_links_done(&links);
	return r;
}

/* Nothing can be taken away that was not started: as a node that nobody is, for a moment. */
static int start_and_stop(struct wf_kern *kern, uint32_t block, struct wf_err *err)
{
	struct wf_config config = {.block = block, .node = WF_NODE_ID_MAX};
	int r;

	wf_sid_node_addr(config.addr, block, config.node);
	r = kern->ops->start(kern, &config, err);
	return r ? r : kern->ops->stop(kern, err);
}

/* Rooms go with the rest of the kernel's. */
static int delete_files(const struct wf_options *o, struct wf_err *err)
{
	char run_dir[WF_RUN_DIR_MAX], path[WF_RUN_DIR_MAX + 16];

	snprintf(path, sizeof(path), "%s/" WF_FRR_FILE, wf_run_dir(o->pin_dir, run_dir));
	return unlink(path) < 0 && errno != ENOENT
		       ? wf_err_errno(err, -errno, "cannot remove %.200s", path)
		       : 0;
}

static int cleanup(const struct wf_options *o, struct wf_err *err)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *kern = NULL;
	int r = open_kern(o, &kern, err);

	if (!r)
		r = delete_ports(kern, err);
	if (!r)
		r = delete_files(o, err);
	return r ? r : start_and_stop(kern, o->block, err);
}

int main(int argc, char **argv)
{
	struct daemon d = {0};
	struct wf_err err = {0};
	int r = wf_options_parse(argc, argv, &d.options, &err);

	if (r) {
		fprintf(stderr, "weftd: %s\n%s", err.msg, "try 'weftd --help'\n");
		wf_options_done(&d.options);
		return EXIT_USAGE;
	}
	if (d.options.is_help)
		fputs(wf_options_usage(), stdout);
	else if (d.options.is_version)
		puts("weftd " WF_VERSION);
	else
		r = d.options.is_cleanup ? cleanup(&d.options, &err) : run(&d, &err);
	if (r)
		fprintf(stderr, "weftd: %s\n", err.msg);
	wf_options_done(&d.options);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
