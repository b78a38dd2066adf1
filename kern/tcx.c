// SPDX-License-Identifier: Apache-2.0
#include "kern/tcx.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/own.h"

/* Of linux/bpf.h since Linux 6.6. */
#define TCX_INGRESS   46 /* BPF_TCX_INGRESS */
#define LINK_TYPE_TCX 11 /* BPF_LINK_TYPE_TCX */

bool wf_tcx_is_known(int prog_fd)
{
	/* An interface that there is not: only a kernel with tcx comes to look for it. */
	_cleanup_close_ int fd = bpf_link_create(prog_fd, INT_MAX, TCX_INGRESS, NULL);

	return fd == -ENODEV;
}

/*
 * Where @fd is attached and what; 0 in @ret_ifindex: the interface is gone. The link's tcx.ifindex,
 * unknown to Debian 12's headers, is at the same place as xdp.ifindex.
 */
static int inspect(int fd, int *ret_ifindex, uint32_t *ret_prog_id)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);
	int r = bpf_obj_get_info_by_fd(fd, &info, &len);

	if (r)
		return r;
	if (info.type != LINK_TYPE_TCX)
		return -EINVAL;
	*ret_ifindex = (int)info.xdp.ifindex;
	*ret_prog_id = info.prog_id;
	return 0;
}

static bool is_on(int link_fd, int ifindex)
{
	uint32_t prog_id;
	int found;

	return inspect(link_fd, &found, &prog_id) == 0 && found == ifindex;
}

static int attach_new(const char *pin, int ifindex, int prog_fd)
{
	_cleanup_close_ int fd = bpf_link_create(prog_fd, ifindex, TCX_INGRESS, NULL);

	return fd < 0 ? fd : bpf_obj_pin(fd, pin);
}

int wf_tcx_attach(const char *pin, int ifindex, int prog_fd)
{
	_cleanup_close_ int fd = bpf_obj_get(pin);
	int r;

	if (fd < 0 && fd != -ENOENT)
		return fd;
	if (fd >= 0 && is_on(fd, ifindex)) {
		r = bpf_link_update(fd, prog_fd, NULL);
		if (r != -ENOLINK) /* the interface went this moment */
			return r;
	}
	if (fd >= 0 && unlink(pin) && errno != ENOENT)
		return -errno;
	return attach_new(pin, ifindex, prog_fd);
}

int wf_tcx_detach(const char *pin)
{
	_cleanup_close_ int fd = bpf_obj_get(pin);

	if (fd == -ENOENT)
		return 0;
	if (fd >= 0)
		(void)bpf_link_detach(fd); /* else it goes with its last reference, here too */
	if (unlink(pin) && errno != ENOENT)
		return -errno;
	return 0;
}

int wf_tcx_get(const char *pin, int ifindex, uint32_t *ret_prog_id)
{
	_cleanup_close_ int fd = bpf_obj_get(pin);
	uint32_t prog_id;
	int found, r;

	*ret_prog_id = 0;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = inspect(fd, &found, &prog_id);
	if (!r && found == ifindex)
		*ret_prog_id = prog_id;
	return r;
}
