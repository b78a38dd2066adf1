/* SPDX-License-Identifier: Apache-2.0 */
/* A directory stream as an owning local: `WF_CLEANUP(cleanup_dir) DIR *dir = opendir(path);` */
#pragma once

#include <dirent.h>
#include <fcntl.h>

#include "base/own.h"

static inline void wf_dir_close(DIR *dir)
{
	if (dir)
		closedir(dir);
}
WF_DEFINE_CLEANUP(dir, DIR *, wf_dir_close)
