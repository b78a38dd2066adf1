/* SPDX-License-Identifier: Apache-2.0 */
/* The network namespace of a room, and the mount that keeps it (kern/room.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Returns a descriptor; it is made, with its mount, if there is none. @ret_is_new: so it was. */
int wf_room_netns_make(const char *dir, uint32_t tenant, bool *ret_is_new, struct wf_err *err);
/* Returns a descriptor or -ENOENT. */
int wf_room_netns_open(const char *dir, uint32_t tenant, struct wf_err *err);
/* One that is not there is no error. */
int wf_room_netns_remove(const char *dir, uint32_t tenant, struct wf_err *err);
/* DIR/rooms/ID, and what is kept beside it (@suffix: "" or ".rules"). */
const char *wf_room_path(const char *dir, uint32_t tenant, const char *suffix, char *buf);
