// SPDX-License-Identifier: Apache-2.0
#include "compile/pairs.h"

#include <string.h>

bool wf_pairs_next(struct wf_pairs *p, struct wf_pair *ret)
{
	bool has_from = p->i < wf_image_count(p->from, p->table);
	bool has_to = p->k < wf_image_count(p->to, p->table);
	int c = has_from ? -1 : 1;

	if (!has_from && !has_to)
		return false;
	if (has_from && has_to)
		c = memcmp(wf_image_key(p->from, p->table, p->i),
			   wf_image_key(p->to, p->table, p->k), wf_table_key_bytes(p->table));
	ret->key = c <= 0 ? wf_image_key(p->from, p->table, p->i)
			  : wf_image_key(p->to, p->table, p->k);
	ret->from = c <= 0 ? wf_image_value(p->from, p->table, p->i++) : NULL;
	ret->to = c >= 0 ? wf_image_value(p->to, p->table, p->k++) : NULL;
	return true;
}
