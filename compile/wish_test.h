/* SPDX-License-Identifier: Apache-2.0 */
/* Wishes for the tests of this room: each call puts one object; text says what is in it. */
#pragma once

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/compile.h"

static inline void wish_put(struct wf_model *m, struct wf_object *o)
{
	assert_int_equal(wf_model_put(m, o), 0);
	wf_object_unref(o);
}

static inline void wish_node(struct wf_model *m, const char *name, uint16_t id)
{
	struct wf_object *o = wf_object_new(WF_KIND_NODE, NULL, name);

	o->node.id = id;
	wish_put(m, o);
}

/* A router without Weft. */
static inline void wish_router(struct wf_model *m, const char *name, const char *end_sid)
{
	struct wf_object *o = wf_object_new(WF_KIND_NODE, NULL, name);

	o->node.has_end_sid = true;
	assert_int_equal(wf_addr_parse(end_sid, &o->node.end_sid), 0);
	wish_put(m, o);
}

static inline void wish_tenant(struct wf_model *m, const char *name, uint32_t id,
			       enum wf_encoding encoding)
{
	struct wf_object *o = wf_object_new(WF_KIND_TENANT, NULL, name);

	o->self.id = id;
	o->self.encoding = encoding;
	wish_put(m, o);
}

/* @addrs: "10.0.0.1 fd00::1"; the MAC is 02:00 and the end of the first one. */
static inline void wish_endpoint(struct wf_model *m, const char *tenant, const char *name,
				 const char *node, const char *addrs, const char *labels,
				 uint32_t identity)
{
	struct wf_object *o = wf_object_new(WF_KIND_ENDPOINT, tenant, name);
	struct wf_endpoint *e = &o->endpoint;
	char word[64], *rest, *text;

	snprintf(e->node, sizeof(e->node), "%s", node);
	snprintf(word, sizeof(word), "%s", addrs);
	for (text = strtok_r(word, " ", &rest); text; text = strtok_r(NULL, " ", &rest))
		assert_int_equal(wf_addr_parse(text, &e->addrs[e->n_addrs++]), 0);
	e->mac[0] = 2;
	memcpy(e->mac + 2, e->addrs[0].bytes + 12, 4);
	assert_int_equal(wf_labels_parse(labels, &e->labels), 0);
	e->identity = identity;
	wish_put(m, o);
}

/* "any", a prefix or labels. */
static inline void wish_selector(struct wf_selector *s, const char *text)
{
	if (strcmp(text, "any") == 0) {
		s->type = WF_SELECT_ANY;
	} else if (strchr(text, '/')) {
		s->type = WF_SELECT_PREFIX;
		assert_int_equal(wf_prefix_parse(text, &s->prefix), 0);
	} else {
		s->type = WF_SELECT_LABELS;
		assert_int_equal(wf_labels_parse(text, &s->labels), 0);
	}
}

/* "1 4": a path by these. */
static inline void wish_path(struct wf_path *path, const char *via, unsigned int weight)
{
	char words[256], *rest, *word;

	memset(path, 0, sizeof(*path));
	path->weight = weight;
	snprintf(words, sizeof(words), "%s", via);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		strcpy(path->via[path->n_via++], word);
}

struct wish_policy {
	const char *tenant, *name, *from, *to;
	uint16_t id;
	bool is_symmetric;
	enum wf_encoding encoding;
	const char *via[WF_PATHS_MAX]; /* up to the first NULL; the first, if NULL, is direct */
	unsigned int weights[WF_PATHS_MAX]; /* 0: 1 */
};

static inline void wish_policy(struct wf_model *m, const struct wish_policy *w)
{
	struct wf_object *o = wf_object_new(WF_KIND_POLICY, w->tenant, w->name);
	struct wf_policy *p = &o->policy;

	p->id = w->id;
	p->is_symmetric = w->is_symmetric;
	p->encoding = w->encoding;
	wish_selector(&p->from, w->from);
	wish_selector(&p->to, w->to);
	p->paths = calloc(WF_PATHS_MAX, sizeof(*p->paths));
	do {
		unsigned int i = p->n_paths++;

		wish_path(&p->paths[i], w->via[i] ? w->via[i] : "",
			  w->weights[i] ? w->weights[i] : 1);
	} while (p->n_paths < WF_PATHS_MAX && w->via[p->n_paths]);
	wish_put(m, o);
}

static inline struct wf_image *wish_compile(const struct wf_model *m, const struct wf_here *here)
{
	struct wf_image *img = NULL;
	struct wf_err err;

	if (wf_compile(m, here, &img, &err) < 0)
		fail_msg("%s", err.msg);
	return img;
}

/* The file's text; the caller frees. */
static inline char *wish_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	if (!f)
		fail_msg("cannot read %s", path);
	assert_in_range(fread(text, 1, (1 << 16) - 1, f), 1, (1 << 16) - 2);
	fclose(f);
	return text;
}
