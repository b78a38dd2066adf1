// SPDX-License-Identifier: Apache-2.0
#include "schema/places.h"

#include <stdlib.h>
#include <string.h>

size_t wf_lines_count(json_t *v, size_t max)
{
	size_t n = 1, i;
	const char *name;
	json_t *item;

	if (json_is_array(v)) {
		json_array_foreach(v, i, item) if (n < max) n += wf_lines_count(item, max - n);
	} else if (json_is_object(v)) {
		json_object_foreach(v, name, item) if (n < max) n += wf_lines_count(item, max - n);
	}
	return n;
}

/* Bytes of @key that are @name, 0: it does not begin so. In keys '?' stands for odd characters. */
static size_t match(const char *key, const char *name)
{
	size_t n = 0;

	while (name[n]) {
		int is_odd = (uint8_t)name[n] < 0x20 || (uint8_t)name[n] >= 0x7f;

		if (key[n] != (is_odd ? '?' : name[n]))
			return 0;
		n++;
	}
	return !key[n] || key[n] == '.' || key[n] == '[' ? n : 0;
}

/* The member of @map that @key begins with; a name may have dots, so the longest one. */
static json_t *member(json_t *map, const char **key, size_t *at)
{
	size_t best = 0, here = *at + 1;
	json_t *found = NULL, *item;
	const char *name;

	json_object_foreach(map, name, item)
	{
		size_t n = match(*key, name);

		if (n > best) {
			best = n;
			found = item;
			*at = here;
		}
		here += wf_lines_count(item, SIZE_MAX);
	}
	*key += best;
	return found;
}

static json_t *element(json_t *list, const char **key, size_t *at)
{
	char *end;
	size_t wanted = strtoul(*key, &end, 10);

	if (wanted >= json_array_size(list) || *end != ']')
		return NULL;
	*key = end + 1;
	(*at)++;
	for (size_t i = 0; i < wanted; i++)
		*at += wf_lines_count(json_array_get(list, i), SIZE_MAX);
	return json_array_get(list, wanted);
}

uint32_t wf_lines_find(const struct wf_lines *lines, json_t *root, const char *key)
{
	json_t *v = root;
	size_t at = 0;

	while (v && *key) {
		if (*key == '[' && json_is_array(v)) {
			key++;
			v = element(v, &key, &at);
		} else if (json_is_object(v)) {
			key += *key == '.';
			v = member(v, &key, &at);
		} else {
			v = NULL;
		}
	}
	return at < lines->n ? lines->items[at] : 0;
}
