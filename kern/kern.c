// SPDX-License-Identifier: Apache-2.0
#include "kern/kern.h"

#include "base/vec.h"

void wf_links_done(struct wf_links *l)
{
	wf_vec_done(l);
}
