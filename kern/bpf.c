// SPDX-License-Identifier: Apache-2.0
#include "kern/bpf.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kern/bpf_log.h"
#include "bpf/load.h"

/* The verifier gives up when it is interrupted, by whatever signal; libbpf's own five attempts are
 * over soon where somebody stops and continues everything. */
#define LOAD_ATTEMPTS 10

struct wf_bpf {
	struct weft_bpf *skel; /* owned */
};

static const char *const program_names[WF_HOOK_COUNT] = {
	[WF_HOOK_APPLY] = "apply",
	[WF_HOOK_VALIDATE] = "validate",
	[WF_HOOK_EDGE] = "edge",
};

static bool has_layout(int fd, const struct bpf_map *map)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) &&
	       info.max_entries == bpf_map__max_entries(map) &&
	       info.map_flags == bpf_map__map_flags(map);
}

static int check_pins(struct bpf_object *obj, const char *pin_dir, struct wf_err *err)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		const char *path = bpf_map__pin_path(map);
		_cleanup_close_ int fd = path ? bpf_obj_get(path) : -1;

		if (fd >= 0 && !has_layout(fd, map))
			return wf_err_set(
				err, -ESTALE,
				"the map '%s' that is pinned in %s has another layout, of "
				"another version: stop that node, then start this one",
				bpf_map__name(map), pin_dir);
	}
	return 0;
}

/* libbpf pins no section by itself. */
static int pin_generation(struct weft_bpf *skel, const char *pin_dir)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/generation", pin_dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return bpf_map__set_pin_path(skel->maps.data_generation, path);
}

static int load(const char *pin_dir, const struct wf_config *config, struct wf_bpf **ret,
		struct wf_err *err)
{
	WF_CLEANUP(cleanup_bpf) struct wf_bpf *bpf = calloc(1, sizeof(*bpf));
	LIBBPF_OPTS(bpf_object_open_opts, opts, .pin_root_path = pin_dir);
	int r;

	if (!bpf)
		return wf_err_errno(err, -ENOMEM, "cannot load the programs");
	wf_bpf_log_begin();
	bpf->skel = weft_bpf__open_opts(&opts);
	if (!bpf->skel)
		return wf_bpf_log_error(err, -errno, "open the programs");
	bpf->skel->rodata->config = *config;
	r = wf_load_size_maps(bpf->skel);
	if (r)
		return wf_bpf_log_error(err, r, "size the maps for the CPUs");
	r = pin_generation(bpf->skel, pin_dir);
	if (r)
		return wf_bpf_log_error(err, r, "pin the generation");
	r = check_pins(bpf->skel->obj, pin_dir, err);
	if (r)
		return r;
	r = weft_bpf__load(bpf->skel);
	if (r)
		return wf_bpf_log_error(err, r, "load the programs");
	*ret = TAKE_PTR(bpf);
	return 0;
}

int wf_bpf_load(const char *pin_dir, const struct wf_config *config, struct wf_bpf **ret,
		struct wf_err *err)
{
	int r = -EAGAIN;

	for (int i = 0; i < LOAD_ATTEMPTS && r == -EAGAIN; i++)
		r = load(pin_dir, config, ret, err);
	return r;
}

void wf_bpf_free(struct wf_bpf *bpf)
{
	if (!bpf)
		return;
	weft_bpf__destroy(bpf->skel);
	free(bpf);
}

int wf_bpf_program(const struct wf_bpf *bpf, enum wf_hook hook)
{
	const struct bpf_program *prog;

	assert(hook > WF_HOOK_NONE && hook < WF_HOOK_COUNT);
	prog = bpf_object__find_program_by_name(bpf->skel->obj, program_names[hook]);
	assert(prog);
	return bpf_program__fd(prog);
}

int wf_bpf_tally(const struct wf_bpf *bpf)
{
	return bpf_program__fd(bpf->skel->progs.tally);
}

int wf_bpf_map(const struct wf_bpf *bpf, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(bpf->skel->obj, name);

	assert(fd >= 0);
	return fd;
}

enum wf_hook wf_bpf_hook_of(uint32_t id)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return WF_HOOK_NONE;
	for (int hook = WF_HOOK_NONE + 1; hook < WF_HOOK_COUNT; hook++)
		if (!strcmp(info.name, program_names[hook]))
			return hook;
	return WF_HOOK_NONE;
}
