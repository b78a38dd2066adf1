// SPDX-License-Identifier: Apache-2.0
#include "model/object.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/word.h"

static const struct {
	const char *name, *key; /* in manifests; in the store */
	bool has_tenant;
} kinds[WF_KIND_COUNT] = {
	[WF_KIND_NODE] = {"Node", "node", false},
	[WF_KIND_TENANT] = {"Tenant", "tenant", false},
	[WF_KIND_IDENTITY] = {"Identity", "identity", true},
	[WF_KIND_ENDPOINT] = {"Endpoint", "endpoint", true},
	[WF_KIND_POLICY] = {"Policy", "policy", true},
	[WF_KIND_KEY] = {"Key", "key", false},
	[WF_KIND_FUNCTION] = {"Function", "function", true},
	[WF_KIND_SERVICE] = {"Service", "service", true},
	[WF_KIND_GATEWAY] = {"Gateway", "gateway", false},
};

const char *wf_kind_name(enum wf_kind kind)
{
	return kinds[kind].name;
}

int wf_kind_parse(const char *text, enum wf_kind *ret)
{
	for (int kind = 0; kind < WF_KIND_COUNT; kind++)
		if (strcmp(text, kinds[kind].name) == 0) {
			*ret = (enum wf_kind)kind;
			return 0;
		}
	return -EINVAL;
}

bool wf_kind_has_tenant(enum wf_kind kind)
{
	return kinds[kind].has_tenant;
}

bool wf_name_is_valid(const char *name)
{
	return wf_word_is_valid(name, "-_.", WF_NAME_MAX);
}

struct wf_object *wf_object_new(enum wf_kind kind, const char *tenant, const char *name)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->kind = kind;
	o->refs = 1;
	if (tenant) {
		assert(strlen(tenant) <= WF_NAME_MAX);
		strcpy(o->tenant, tenant);
	}
	o->name = strdup(name);
	if (!o->name)
		return NULL;
	return TAKE_PTR(o);
}

struct wf_object *wf_object_ref(struct wf_object *o)
{
	o->refs++;
	return o;
}

#define LABELS_OF_MAX (WF_SERVICE_BACKENDS_MAX + 1)

/* The labels that an object owns, NULL-terminated. */
static void labels_of(struct wf_object *o, struct wf_labels *ret[LABELS_OF_MAX])
{
	memset(ret, 0, LABELS_OF_MAX * sizeof(*ret));
	if (o->kind == WF_KIND_IDENTITY) {
		ret[0] = &o->identity.labels;
	} else if (o->kind == WF_KIND_ENDPOINT) {
		ret[0] = &o->endpoint.labels;
	} else if (o->kind == WF_KIND_POLICY) {
		ret[0] = &o->policy.from.labels;
		ret[1] = &o->policy.to.labels;
	} else if (o->kind == WF_KIND_FUNCTION) {
		ret[0] = &o->function.instances;
	} else if (o->kind == WF_KIND_SERVICE) {
		for (unsigned int i = 0; i < o->service.n_backends; i++)
			ret[i] = &o->service.backends[i].labels;
	}
}

/* NULL: it has none. */
static struct wf_probe *probe_of(struct wf_object *o)
{
	return o->kind == WF_KIND_FUNCTION  ? &o->function.probe
	       : o->kind == WF_KIND_SERVICE ? &o->service.probe
					    : NULL;
}

void wf_object_unref(struct wf_object *o)
{
	struct wf_labels *labels[LABELS_OF_MAX];

	if (!o || --o->refs)
		return;
	labels_of(o, labels);
	for (int i = 0; labels[i]; i++)
		wf_labels_done(labels[i]);
	if (o->kind == WF_KIND_POLICY)
		free(o->policy.paths);
	if (probe_of(o))
		wf_probe_done(probe_of(o));
	if (o->kind == WF_KIND_SERVICE)
		wf_history_done(&o->service.history);
	if (o->kind == WF_KIND_GATEWAY)
		wf_gateway_done(&o->gateway);
	if (o->kind == WF_KIND_KEY)
		explicit_bzero(&o->key, sizeof(o->key));
	free(o->name);
	free(o);
}

/* Takes over the plain values of @from; what would be owned twice is left empty. */
static void copy_plain(const struct wf_object *from, struct wf_object *o)
{
	struct wf_object own = *o;
	struct wf_labels *labels[LABELS_OF_MAX];

	*o = *from;
	o->refs = own.refs;
	o->name = own.name;
	labels_of(o, labels);
	for (int i = 0; labels[i]; i++)
		*labels[i] = (struct wf_labels){0};
	if (probe_of(o))
		*probe_of(o) = (struct wf_probe){0};
	if (o->kind == WF_KIND_SERVICE)
		o->service.history = (struct wf_history){0};
	if (o->kind == WF_KIND_GATEWAY)
		o->gateway = (struct wf_gateway){0};
	if (o->kind == WF_KIND_POLICY) {
		o->policy.paths = NULL;
		o->policy.n_paths = 0;
	}
}

static int copy_paths(const struct wf_policy *from, struct wf_policy *to)
{
	if (!from->n_paths)
		return 0;
	to->paths = reallocarray(NULL, from->n_paths, sizeof(*to->paths));
	if (!to->paths)
		return -ENOMEM;
	memcpy(to->paths, from->paths, from->n_paths * sizeof(*to->paths));
	to->n_paths = from->n_paths;
	return 0;
}

struct wf_object *wf_object_clone(const struct wf_object *o)
{
	WF_CLEANUP(cleanup_object)
	struct wf_object *clone = wf_object_new(o->kind, o->tenant, o->name);
	struct wf_labels *from[LABELS_OF_MAX], *to[LABELS_OF_MAX];

	if (!clone)
		return NULL;
	copy_plain(o, clone);
	/* The casts: they are only read. */
	if (probe_of(clone) && wf_probe_copy(probe_of((struct wf_object *)o), probe_of(clone)) < 0)
		return NULL;
	labels_of((struct wf_object *)o, from);
	labels_of(clone, to);
	for (int i = 0; from[i]; i++)
		if (wf_labels_copy(from[i], to[i]) < 0)
			return NULL;
	if (o->kind == WF_KIND_POLICY && copy_paths(&o->policy, &clone->policy) < 0)
		return NULL;
	if (o->kind == WF_KIND_SERVICE &&
	    wf_history_copy(&o->service.history, &clone->service.history) < 0)
		return NULL;
	if (o->kind == WF_KIND_GATEWAY && wf_gateway_copy(&o->gateway, &clone->gateway) < 0)
		return NULL;
	return TAKE_PTR(clone);
}

/* As in the store's keys, where a '/' follows: tenant "a-b" stands before tenant "a". */
static int tenant_cmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (*a ? *a : '/') - (*b ? *b : '/');
}

int wf_object_cmp(const struct wf_object *a, const struct wf_object *b)
{
	int c = (int)a->kind - (int)b->kind;

	if (!c)
		c = tenant_cmp(a->tenant, b->tenant);
	return c ? c : strcmp(a->name, b->name);
}

const char *wf_object_key(enum wf_kind kind, const char *tenant, const char *name, char *buf)
{
	char *p = stpcpy(buf, WF_OBJECT_KEY_PREFIX);

	assert(strlen(name) <= WF_LABELS_TEXT_MAX);
	p = stpcpy(p, kinds[kind].key);
	*p++ = '/';
	if (kinds[kind].has_tenant) {
		p = stpcpy(p, tenant);
		*p++ = '/';
	}
	strcpy(p, name);
	return buf;
}

/* Moves *@key behind the next '/', the text before it copied to @part. */
static bool take_part(const char **key, char *part, size_t part_bytes)
{
	size_t len = strcspn(*key, "/");

	if ((*key)[len] != '/' || len >= part_bytes)
		return false;
	memcpy(part, *key, len);
	part[len] = '\0';
	*key += len + 1;
	return true;
}

int wf_object_key_parse(const char *key, enum wf_kind *ret_kind, char ret_tenant[WF_NAME_MAX + 1],
			const char **ret_name)
{
	char word[WF_NAME_MAX + 1], tenant[WF_NAME_MAX + 1] = "";
	struct wf_labels labels;
	int kind = 0;

	if (strncmp(key, WF_OBJECT_KEY_PREFIX, strlen(WF_OBJECT_KEY_PREFIX)) != 0)
		return -EINVAL;
	key += strlen(WF_OBJECT_KEY_PREFIX);
	if (!take_part(&key, word, sizeof(word)))
		return -EINVAL;
	while (kind < WF_KIND_COUNT && strcmp(word, kinds[kind].key) != 0)
		kind++;
	if (kind == WF_KIND_COUNT)
		return -EINVAL;
	if (kinds[kind].has_tenant &&
	    (!take_part(&key, tenant, sizeof(tenant)) || !wf_name_is_valid(tenant)))
		return -EINVAL;
	if (kind == WF_KIND_IDENTITY) {
		if (wf_labels_parse(key, &labels) < 0)
			return -EINVAL;
		wf_labels_done(&labels);
	} else if (!wf_name_is_valid(key)) {
		return -EINVAL;
	}
	*ret_kind = (enum wf_kind)kind;
	strcpy(ret_tenant, tenant);
	*ret_name = key;
	return 0;
}
