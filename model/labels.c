// SPDX-License-Identifier: Apache-2.0
#include "model/labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/word.h"

static size_t label_bytes(const struct wf_label *label)
{
	return strlen(label->key) + strlen(label->value) + 2; /* '=' and ',' */
}

static size_t text_bytes(const struct wf_labels *l)
{
	size_t bytes = 0;

	for (size_t i = 0; i < l->n; i++)
		bytes += label_bytes(&l->items[i]);
	return bytes ? bytes - 1 : 0;
}

/* The first label whose key is not below @key. */
static size_t lower_bound(const struct wf_labels *l, const char *key)
{
	size_t i = 0;

	while (i < l->n && strcmp(l->items[i].key, key) < 0)
		i++;
	return i;
}

/* Exact, not doubling: there are as many sets as endpoints, and few labels in each. */
static int insert(struct wf_labels *l, size_t at, const struct wf_label *label)
{
	struct wf_label *grown;

	if (l->n == WF_LABELS_MAX || text_bytes(l) + label_bytes(label) > WF_LABELS_TEXT_MAX)
		return -E2BIG;
	grown = reallocarray(l->items, l->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memmove(grown + at + 1, grown + at, (l->n - at) * sizeof(*grown));
	grown[at] = *label;
	l->items = grown;
	l->cap = ++l->n;
	return 0;
}

static int replace(struct wf_labels *l, size_t at, const struct wf_label *label)
{
	if (text_bytes(l) - label_bytes(&l->items[at]) + label_bytes(label) > WF_LABELS_TEXT_MAX)
		return -E2BIG;
	l->items[at] = *label;
	return 0;
}

int wf_labels_set(struct wf_labels *l, const char *key, const char *value)
{
	struct wf_label label = {0};
	size_t at;

	if (!wf_word_is_valid(key, "-_./", WF_LABEL_KEY_MAX))
		return -EINVAL;
	if (*value && !wf_word_is_valid(value, "-_.", WF_LABEL_VALUE_MAX))
		return -EINVAL;
	strcpy(label.key, key);
	strcpy(label.value, value);
	at = lower_bound(l, key);
	if (at < l->n && strcmp(l->items[at].key, key) == 0)
		return replace(l, at, &label);
	return insert(l, at, &label);
}

void wf_labels_unset(struct wf_labels *l, const char *key)
{
	size_t at = lower_bound(l, key);

	if (at == l->n || strcmp(l->items[at].key, key) != 0)
		return;
	l->n--;
	memmove(l->items + at, l->items + at + 1, (l->n - at) * sizeof(*l->items));
}

static int parse_one(struct wf_labels *l, const char *text, size_t len)
{
	char pair[WF_LABEL_KEY_MAX + WF_LABEL_VALUE_MAX + 2], *equals;
	size_t before = l->n;
	int r;

	if (len >= sizeof(pair))
		return -EINVAL;
	memcpy(pair, text, len);
	pair[len] = '\0';
	equals = strchr(pair, '=');
	if (!equals)
		return -EINVAL;
	*equals = '\0';
	r = wf_labels_set(l, pair, equals + 1);
	return !r && l->n == before ? -EINVAL : r; /* a key twice */
}

int wf_labels_parse(const char *text, struct wf_labels *ret)
{
	struct wf_labels l = {0};
	int r = 0;

	while (*text && !r) {
		size_t len = strcspn(text, ",");

		r = parse_one(&l, text, len);
		text += len;
		if (*text == ',' && !*++text)
			r = -EINVAL;
	}
	if (r) {
		wf_labels_done(&l);
		return r;
	}
	*ret = l;
	return 0;
}

const char *wf_labels_str(const struct wf_labels *l, char *buf)
{
	char *p = buf;

	*p = '\0';
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			*p++ = ',';
		p = stpcpy(p, l->items[i].key);
		*p++ = '=';
		p = stpcpy(p, l->items[i].value);
	}
	return buf;
}

int wf_labels_copy(const struct wf_labels *from, struct wf_labels *ret)
{
	struct wf_labels l = {0};

	if (from->n) {
		l.items = reallocarray(NULL, from->n, sizeof(*l.items));
		if (!l.items)
			return -ENOMEM;
		memcpy(l.items, from->items, from->n * sizeof(*l.items));
		l.n = l.cap = from->n;
	}
	*ret = l;
	return 0;
}

bool wf_labels_equal(const struct wf_labels *a, const struct wf_labels *b)
{
	return a->n == b->n && wf_labels_have(a, b);
}

bool wf_labels_have(const struct wf_labels *l, const struct wf_labels *wanted)
{
	size_t at = 0;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct wf_label *label = &wanted->items[i];

		while (at < l->n && strcmp(l->items[at].key, label->key) < 0)
			at++;
		if (at == l->n || strcmp(l->items[at].key, label->key) != 0 ||
		    strcmp(l->items[at].value, label->value) != 0)
			return false;
	}
	return true;
}

void wf_labels_done(struct wf_labels *l)
{
	wf_vec_done(l);
}
