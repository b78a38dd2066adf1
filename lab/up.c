// SPDX-License-Identifier: Apache-2.0
/*
 * A lab comes up as a whole or not at all: check everything, write down what will be made, make it,
 * and on any failure - or SIGINT, SIGTERM - take it away again. Signals are held back and asked for
 * between two steps, so no step is cut in half.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "client/apply.h"
#include "lab/daemons.h"
#include "lab/down.h"
#include "lab/netns.h"
#include "lab/programs.h"
#include "lab/state.h"

#define SYNC_TIMEOUT_MS "30000"

struct up {
	const char *file;
	char *text; /* owned */
	size_t len;
	struct wf_lab lab;
	struct wf_manifest *manifest; /* owned */
	char program[PATH_MAX];
	int lock;
	pid_t pids[WF_LAB_HOSTS_MAX];
	json_int_t revision; /* the last that was made */
	int blamed;	     /* the node whose log may tell more; -1: none */
	struct wf_buf *detail;
	struct wf_err *err;
};

typedef int (*step_fn)(struct up *u);

/* The manifests behind the first document, which is made blank: so lines keep their numbers. */
static int read_manifests(struct up *u)
{
	_cleanup_free_ char *blank = NULL, *problems = NULL;

	if (u->lab.manifests_at == u->len)
		return 0;
	blank = strdup(u->text);
	if (!blank)
		return wf_err_set(u->err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < u->lab.manifests_at; i++)
		if (blank[i] != '\n')
			blank[i] = ' ';
	wf_manifest_add(u->manifest, u->file, blank, u->len);
	problems = wf_manifest_problems_str(u->manifest);
	if (!problems)
		return 0;
	wf_buf_puts(u->detail, problems);
	u->err->msg[0] = '\0';
	return -EINVAL;
}

static int check(struct up *u)
{
	int r = wf_read_file(u->file, WF_LAB_FILE_MAX, &u->text, &u->len, u->err);

	if (r < 0)
		return r;
	if (memchr(u->text, 0, u->len))
		return wf_err_set(u->err, -EINVAL, "%s: there are NUL bytes in it", u->file);
	r = wf_lab_parse(u->file, u->text, u->len, &u->lab, u->detail);
	if (r < 0) {
		u->err->msg[0] = '\0';
		return r;
	}
	u->manifest = wf_manifest_new();
	r = u->manifest ? read_manifests(u) : wf_err_set(u->err, -ENOMEM, "out of memory");
	if (r == 0 && geteuid() != 0)
		r = wf_err_set(u->err, -EPERM, "weft lab needs root: it makes network namespaces");
	if (r == 0)
		r = wf_daemon_find(u->program, u->err);
	return r;
}

static int record(struct up *u)
{
	char path[WF_LAB_PATH_MAX];
	int r = 0;

	/* Before the namespaces: of a lab that is up those are there, and the lab is the reason. */
	if (access(wf_state_dir(u->lab.name, path), F_OK) < 0)
		r = wf_netns_check_free(&u->lab, u->err);
	if (r < 0)
		return r;
	u->lock = wf_state_create(&u->lab, u->file, u->text, u->len, u->err);
	return u->lock < 0 ? u->lock : 0;
}

static int make_netns(struct up *u)
{
	return wf_netns_make_all(&u->lab, u->err);
}

static int start_daemons(struct up *u)
{
	int r = 0;

	for (unsigned int i = 0; i < u->lab.n_nodes && r == 0; i++)
		r = wf_daemon_start(&u->lab, i, u->program, u->lock, &u->pids[i], u->err);
	return r;
}

static int wait_daemons(struct up *u)
{
	for (unsigned int i = 0; i < u->lab.n_nodes; i++) {
		int r = wf_daemon_wait(&u->lab, i, u->pids[i], u->err);

		if (r < 0) {
			u->blamed = (int)i;
			return r;
		}
	}
	return 0;
}

static struct wf_client *client_of(struct up *u, unsigned int node)
{
	char path[WF_LAB_PATH_MAX];

	u->blamed = (int)node;
	return wf_client_new(
		wf_state_path(u->lab.name, u->lab.hosts.items[node].name, ".sock", path));
}

static void note_revision(struct up *u, const json_t *answer)
{
	json_int_t revision = json_integer_value(json_object_get(answer, "revision"));

	u->revision = revision > u->revision ? revision : u->revision;
}

static int apply_manifests(struct up *u)
{
	WF_CLEANUP(cleanup_client) struct wf_client *c = client_of(u, 0);
	_cleanup_json_ json_t *answer = NULL;
	char *problems;
	size_t n;
	int r;

	wf_manifest_objects(u->manifest, &n);
	if (!n)
		return 0;
	if (!c)
		return wf_err_set(u->err, -ENOMEM, "out of memory");
	r = wf_client_apply(c, u->manifest, false, &answer, u->err);
	if (r == 0)
		note_revision(u, answer);
	else if (!u->err->msg[0] && (problems = wf_manifest_problems_str(u->manifest))) {
		u->blamed = -1;
		wf_buf_puts(u->detail, problems);
		free(problems);
	}
	return r;
}

static json_t *attach_body(const struct wf_lab_interface *i, const char *netns)
{
	json_t *addresses = json_array(), *labels = json_object();

	for (unsigned int k = 0; k < i->n_addrs; k++)
		json_array_append_new(addresses, json_string(i->addrs[k]));
	wf_vec_each (l, &i->labels)
		json_object_set_new(labels, l->key, json_string(l->value));
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "tenant", i->tenant, "name",
			 i->endpoint, "netns", netns, "ifname", i->name, "addresses", addresses,
			 "labels", labels, "sr_aware", i->is_sr_aware);
}

static int attach(struct up *u, const struct wf_lab_container *container,
		  const struct wf_lab_interface *i)
{
	WF_CLEANUP(cleanup_client) struct wf_client *c = client_of(u, container->host);
	_cleanup_json_ json_t *body = NULL, *answer = NULL;
	char netns[WF_LAB_NETNS_MAX];
	struct wf_err why;
	int r;

	body = attach_body(i, wf_state_netns(u->lab.name, container->name, netns));
	if (!c || !body)
		return wf_err_set(u->err, -ENOMEM, "out of memory");
	r = wf_client_call(c, "POST", "/v1/attach", body, &answer, &why);
	if (r < 0)
		return wf_err_set(u->err, r, "%s:%u: container '%s': %.160s", u->file, i->line,
				  container->name, why.msg);
	note_revision(u, answer);
	return 0;
}

static int attach_all(struct up *u)
{
	int r = 0;

	wf_vec_each (c, &u->lab.containers)
		wf_vec_each (i, &c->interfaces)
			if (r == 0)
				r = attach(u, c, i);
	return r;
}

static int run_programs(struct up *u)
{
	u->blamed = -1;
	return wf_programs_run_all(&u->lab, u->file, u->detail, u->err);
}

static int start_programs(struct up *u)
{
	unsigned int started;

	return wf_programs_start_all(&u->lab, u->file, u->detail, &started, u->err);
}

static int sync_all(struct up *u)
{
	char path[128];
	int r = 0;

	snprintf(path, sizeof(path),
		 "/v1/sync?revision=%" JSON_INTEGER_FORMAT "&timeout_ms=" SYNC_TIMEOUT_MS,
		 u->revision);
	for (unsigned int i = 0; i < u->lab.n_nodes && r == 0; i++) {
		WF_CLEANUP(cleanup_client) struct wf_client *c = client_of(u, i);
		struct wf_err why;

		r = c ? wf_client_call(c, "GET", path, NULL, NULL, &why) : -ENOMEM;
		if (r < 0)
			wf_err_set(u->err, r,
				   "node '%s' does not come to the last revision: %.160s",
				   u->lab.hosts.items[i].name, c ? why.msg : "out of memory");
	}
	return r;
}

static const struct {
	const char *what;
	step_fn run;
} steps[] = {
	{"checking", check},
	{"recording", record},
	{"making namespaces and links", make_netns},
	{"starting the daemons", start_daemons},
	{"waiting for the daemons", wait_daemons},
	{"applying the manifests", apply_manifests},
	{"waiting for all nodes to hold them", sync_all},
	{"attaching the containers", attach_all},
	{"running the commands of hosts and containers", run_programs},
	{"starting their programs", start_programs},
	{"waiting for all nodes to hold it", sync_all},
};

static int check_signals(struct wf_err *err)
{
	sigset_t pending;

	sigpending(&pending);
	if (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM))
		return wf_err_set(err, -EINTR, "interrupted");
	return 0;
}

static int run_steps(struct up *u, const struct wf_lab_progress *progress)
{
	const unsigned int n = sizeof(steps) / sizeof(*steps);
	int r = 0;

	for (unsigned int i = 0; i < n && r == 0; i++) {
		if (progress)
			progress->step(progress->arg, steps[i].what, i, n);
		u->blamed = -1;
		r = steps[i].run(u);
		if (r == 0)
			r = check_signals(u->err);
	}
	if (progress)
		progress->step(progress->arg, "", n, n);
	return r;
}

static void give_up(struct up *u)
{
	struct wf_err left = {0};

	if (u->blamed >= 0)
		wf_lab_log_tail(&u->lab, u->lab.hosts.items[u->blamed].name, u->detail);
	if (u->lock >= 0 && wf_lab_take_away(&u->lab, &left) < 0)
		wf_buf_printf(u->detail, "not all could be taken away: %s\n", left.msg);
}

int wf_lab_up(const char *file, const struct wf_lab_progress *progress, struct wf_buf *detail,
	      struct wf_err *err)
{
	struct up u = {.file = file, .lock = -1, .blamed = -1, .detail = detail, .err = err};
	sigset_t held, before;
	int r;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigprocmask(SIG_BLOCK, &held, &before);
	r = run_steps(&u, progress);
	if (r < 0)
		give_up(&u);
	if (u.lock >= 0)
		close(u.lock);
	wf_manifest_free(u.manifest);
	wf_lab_done(&u.lab);
	free(u.text);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}
