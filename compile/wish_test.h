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
#include "model/ports.h"

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

struct wish_tenant {
	const char *name, *prefixes; /* "10.0.0.0/16 fd00::/48" */
	uint32_t id;
	bool is_deny_default;
	uint8_t require;
	enum wf_metadata metadata;
	const char *verify; /* one node; NULL: none */
};

static inline void wish_whole_tenant(struct wf_model *m, const struct wish_tenant *w)
{
	struct wf_object *o = wf_object_new(WF_KIND_TENANT, NULL, w->name);
	struct wf_tenant *t = &o->self;
	char words[512], *rest, *word;

	t->id = w->id;
	t->is_deny_default = w->is_deny_default;
	t->require = w->require;
	t->metadata = w->metadata;
	if (w->verify)
		strcpy(t->verify[t->n_verify++], w->verify);
	snprintf(words, sizeof(words), "%s", w->prefixes);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		assert_int_equal(wf_prefix_parse(word, &t->prefixes[t->n_prefixes++]), 0);
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

/* Where an endpoint is attached, as an arm of a function. */
struct wish_arm {
	const char *tenant, *name, *node, *addr, *labels, *ifname;
	uint32_t identity;
	uint16_t sid;
	uint64_t netns;
	bool is_down;
};

static inline void wish_arm(struct wf_model *m, const struct wish_arm *w)
{
	struct wf_object *o;

	wish_endpoint(m, w->tenant, w->name, w->node, w->addr, w->labels, w->identity);
	o = wf_object_clone(wf_model_find(m, WF_KIND_ENDPOINT, w->tenant, w->name));
	snprintf(o->endpoint.ifname, sizeof(o->endpoint.ifname), "%s", w->ifname);
	o->endpoint.sid = w->sid;
	o->endpoint.netns = w->netns;
	o->endpoint.is_down = w->is_down;
	wish_put(m, o);
}

struct wish_function {
	const char *tenant, *name, *instances, *in, *out;
	enum wf_mode mode;
	bool is_bridged, is_bypass;
};

static inline void wish_function(struct wf_model *m, const struct wish_function *w)
{
	struct wf_object *o = wf_object_new(WF_KIND_FUNCTION, w->tenant, w->name);
	struct wf_function *f = &o->function;

	assert_int_equal(wf_labels_parse(w->instances, &f->instances), 0);
	snprintf(f->in, sizeof(f->in), "%s", w->in);
	snprintf(f->out, sizeof(f->out), "%s", w->out);
	f->mode = w->mode;
	f->is_bridged = w->is_bridged;
	f->is_bypass = w->is_bypass;
	wish_put(m, o);
}

/* "any", "internet", "tenant/red", "tenant/red/app=web", a prefix or labels. */
static inline void wish_selector(struct wf_selector *s, const char *text)
{
	if (strcmp(text, "any") == 0) {
		s->type = WF_SELECT_ANY;
	} else if (strcmp(text, "internet") == 0) {
		s->type = WF_SELECT_INTERNET;
	} else if (strncmp(text, "tenant/", 7) == 0) {
		const char *labels = strchr(text + 7, '/');

		s->type = WF_SELECT_TENANT;
		snprintf(s->tenant, sizeof(s->tenant), "%.*s", (int)strcspn(text + 7, "/"),
			 text + 7);
		if (labels)
			assert_int_equal(wf_labels_parse(labels + 1, &s->labels), 0);
	} else if (strchr(text, '/')) {
		s->type = WF_SELECT_PREFIX;
		assert_int_equal(wf_prefix_parse(text, &s->prefix), 0);
	} else {
		s->type = WF_SELECT_LABELS;
		assert_int_equal(wf_labels_parse(text, &s->labels), 0);
	}
}

/* "1 @fw 4": a path by these, nodes and (behind an @) functions. */
static inline void wish_path(struct wf_path *path, const char *via, unsigned int weight)
{
	char words[256], *rest, *word;

	memset(path, 0, sizeof(*path));
	path->weight = weight;
	snprintf(words, sizeof(words), "%s", via);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		path->is_function[path->n_via] = *word == '@';
		strcpy(path->via[path->n_via++], word + (*word == '@'));
	}
}

/* "tcp/80 icmp/8" */
static inline void wish_ports(struct wf_policy *p, const char *ports)
{
	char words[512], *rest, *word;

	snprintf(words, sizeof(words), "%s", ports);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		assert_int_equal(wf_port_range_parse(word, &p->ports[p->n_ports++]), 0);
}

struct wish_policy {
	const char *tenant, *name, *from, *to;
	uint16_t id;
	bool is_symmetric;
	bool is_deny;	   /* then it has no paths */
	const char *ports; /* NULL: all */
	uint8_t require;
	uint16_t transit_every;
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
	p->is_deny = w->is_deny;
	p->require = w->require;
	p->transit_every = w->transit_every;
	wish_selector(&p->from, w->from);
	wish_selector(&p->to, w->to);
	if (w->ports)
		wish_ports(p, w->ports);
	if (w->is_deny) {
		wish_put(m, o);
		return;
	}
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
