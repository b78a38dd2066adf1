// SPDX-License-Identifier: Apache-2.0
#include "kern/hook.h"

#include <errno.h>
#include <net/if.h>
#include <sys/stat.h>

#include "kern/bpf_log.h"
#include "kern/clsact.h"
#include "kern/pin.h"
#include "kern/tcx.h"

#define TCX_PREFIX    "hook-"
#define CLSACT_PREFIX "clsact-"

static bool is_interface(int ifindex)
{
	char name[IF_NAMESIZE];

	return ifindex > 0 && if_indextoname((unsigned int)ifindex, name);
}

static int attach(const struct wf_hooks *hooks, int ifindex, int prog_fd)
{
	char pin[WF_PIN_PATH_MAX];

	if (!hooks->use_clsact)
		return wf_tcx_attach(wf_pin_path(hooks->pin_dir, TCX_PREFIX, ifindex, pin), ifindex,
				     prog_fd);
	if (mkdir(wf_pin_path(hooks->pin_dir, CLSACT_PREFIX, ifindex, pin), 0700) &&
	    errno != EEXIST)
		return -errno;
	return wf_clsact_attach(ifindex, prog_fd);
}

static int detach(const struct wf_hooks *hooks, int ifindex)
{
	char pin[WF_PIN_PATH_MAX];
	int r;

	if (!hooks->use_clsact)
		return wf_tcx_detach(wf_pin_path(hooks->pin_dir, TCX_PREFIX, ifindex, pin));
	r = wf_clsact_detach(ifindex);
	if (!r && rmdir(wf_pin_path(hooks->pin_dir, CLSACT_PREFIX, ifindex, pin)) &&
	    errno != ENOENT)
		return -errno;
	return r;
}

static int attached(const struct wf_hooks *hooks, int ifindex, uint32_t *ret_prog_id)
{
	char pin[WF_PIN_PATH_MAX];

	if (hooks->use_clsact)
		return wf_clsact_get(ifindex, ret_prog_id);
	return wf_tcx_get(wf_pin_path(hooks->pin_dir, TCX_PREFIX, ifindex, pin), ifindex,
			  ret_prog_id);
}

int wf_hook_attach(const struct wf_hooks *hooks, int ifindex, enum wf_hook hook, struct wf_err *err)
{
	int r;

	wf_bpf_log_begin();
	if (!is_interface(ifindex)) {
		(void)detach(hooks, ifindex); /* nothing is attached; a pin left is only untidy */
		return wf_err_set(err, -ENODEV, "no interface has index %d", ifindex);
	}
	if (hook == WF_HOOK_NONE)
		r = detach(hooks, ifindex);
	else
		r = attach(hooks, ifindex, wf_bpf_program(hooks->bpf, hook));
	return r ? wf_err_errno(err, r, "cannot change the program on interface %d", ifindex) : 0;
}

int wf_hook_get(const struct wf_hooks *hooks, int ifindex, enum wf_hook *ret, struct wf_err *err)
{
	uint32_t prog_id = 0;
	int r;

	wf_bpf_log_begin();
	r = attached(hooks, ifindex, &prog_id);
	if (r)
		return wf_err_errno(err, r, "cannot see the program on interface %d", ifindex);
	*ret = prog_id ? wf_bpf_hook_of(prog_id) : WF_HOOK_NONE;
	return 0;
}

static int detach_each(void *arg, int ifindex)
{
	return detach(arg, ifindex);
}

static int forget_gone(void *arg, int ifindex)
{
	return is_interface(ifindex) ? 0 : detach(arg, ifindex);
}

static const char *prefix_of(const struct wf_hooks *hooks)
{
	return hooks->use_clsact ? CLSACT_PREFIX : TCX_PREFIX;
}

int wf_hook_start(struct wf_hooks *hooks, struct wf_err *err)
{
	int r;

	wf_bpf_log_begin();
	if (!hooks->use_clsact)
		hooks->use_clsact = !wf_tcx_is_known(wf_bpf_program(hooks->bpf, WF_HOOK_EDGE));
	r = wf_pin_each(hooks->pin_dir, prefix_of(hooks), forget_gone, hooks);
	return r ? wf_err_errno(err, r, "cannot tidy %s", hooks->pin_dir) : 0;
}

int wf_hook_detach_all(const struct wf_hooks *hooks, struct wf_err *err)
{
	int r;

	wf_bpf_log_begin();
	r = wf_pin_each(hooks->pin_dir, prefix_of(hooks), detach_each, (void *)hooks);
	return r ? wf_err_errno(err, r, "cannot detach the programs of %s", hooks->pin_dir) : 0;
}
