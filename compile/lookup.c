// SPDX-License-Identifier: Apache-2.0
#include "compile/image.h"

#include "dp/world.h"

static const void *find(const void *img, enum wf_table t, const void *key)
{
	return wf_image_find(img, t, key);
}

const void *wf_image_lookup(const void *img, enum wf_table t, const void *key)
{
	return t == WF_TABLE_ZONE ? wf_zone_longest(find, img, key) : find(img, t, key);
}
