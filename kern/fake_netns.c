// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "kern/fake_world.h"

/* A namespace has one name here, whatever folder it is looked for in. */
static const char *name_of(const struct wf_netns_place *place)
{
	const char *slash = place->path ? strrchr(place->path, '/') : NULL;

	return slash ? slash + 1 : place->path;
}

static int check_place(struct wf_fake_world *w, const struct wf_netns_place *place,
		       struct wf_err *err)
{
	if (place->path && (!strcmp(place->path, WF_NETNS_OWN) || wf_fake_netns(w, place->path) ||
			    wf_fake_netns(w, name_of(place))))
		return 0;
	return wf_err_set(err, -ENOENT, "the container's network namespace (%.100s) is gone",
			  place->path ? place->path : "no path");
}

/* Of the name: the same for ever, and likely no other's. */
int wf_fake_netns_inode(struct wf_kern *k, const char *netns, uint64_t *ret, struct wf_err *err)
{
	const struct wf_netns_place place = {.path = netns};
	uint64_t inode = 4026531840; /* such numbers the kernel's have */
	int r;

	WF_FAKE_CALL(k, err);
	r = check_place(wf_fake_world_of(k), &place, err);
	if (r)
		return r;
	for (const char *c = name_of(&place); *c; c++)
		inode = inode * 31 + (unsigned char)*c;
	*ret = inode & INT64_MAX;
	return 0;
}

static struct wf_fake_server *find_server(struct wf_fake_world *w, const char *netns, uint16_t port)
{
	wf_vec_each (s, &w->servers)
		if (s->port == port && !strcmp(s->netns, netns))
			return s;
	return NULL;
}

int wf_fake_netns_connect(struct wf_kern *k, const struct wf_netns_place *place,
			  const struct wf_addr *addr, uint16_t port, struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	int ends[2], r;

	WF_FAKE_CALL(k, err);
	r = check_place(w, place, err);
	if (r)
		return r;
	if (!find_server(w, name_of(place), port))
		return wf_err_set(err, -ECONNREFUSED, "%s", strerror(ECONNREFUSED));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
		return wf_err_errno(err, -errno, "no socket");
	if (wf_vec_push(&w->accepted, ends[1]) < 0) {
		close(ends[0]);
		close(ends[1]);
		return wf_err_errno(err, -ENOMEM, "no socket");
	}
	return ends[0];
}

int wf_fake_netns_start(struct wf_kern *k, const struct wf_netns_place *place, char *const *argv,
			struct wf_child *ret, struct wf_err *err)
{
	int r;

	WF_FAKE_CALL(k, err);
	r = check_place(wf_fake_world_of(k), place, err);
	return r ? r : wf_child_start(-1, argv, ret, err);
}

int wf_kern_fake_listen(struct wf_kern *k, const char *netns, uint16_t port)
{
	struct wf_fake_server server = {strdup(netns), port};

	if (server.netns && wf_vec_push(&wf_fake_world_of(k)->servers, server) == 0)
		return 0;
	free(server.netns);
	return -ENOMEM;
}

void wf_kern_fake_unlisten(struct wf_kern *k, const char *netns, uint16_t port)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	struct wf_fake_server *server = find_server(w, netns, port);

	if (!server)
		return;
	free(server->netns);
	*server = w->servers.items[--w->servers.n];
}

int wf_kern_fake_accept(struct wf_kern *k)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	int fd;

	if (!w->accepted.n)
		return -EAGAIN;
	fd = w->accepted.items[0];
	w->accepted.n--;
	memmove(w->accepted.items, w->accepted.items + 1, w->accepted.n * sizeof(fd));
	return fd;
}

void wf_fake_servers_done(struct wf_fake_world *w)
{
	wf_vec_each (s, &w->servers)
		free(s->netns);
	wf_vec_done(&w->servers);
	wf_vec_each (fd, &w->accepted)
		close(*fd);
	wf_vec_done(&w->accepted);
}
