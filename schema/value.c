// SPDX-License-Identifier: Apache-2.0
#include "schema/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/near.h"

/* "'web'", "5", "a list": what stands there. @buf: 80 bytes. */
static const char *describe(json_t *v, char *buf)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return "a map";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		snprintf(buf, 80, "'%.70s'", json_string_value(v));
		return buf;
	case JSON_INTEGER:
		snprintf(buf, 80, "%lld", (long long)json_integer_value(v));
		return buf;
	case JSON_REAL:
		snprintf(buf, 80, "%g", json_real_value(v));
		return buf;
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return "nothing";
	}
}

void wf_value_wrong(struct wf_reader *r, const char *key, const char *wanted, json_t *v)
{
	char buf[80];

	wf_problems_add(r->problems, r->index, key, "expected %s, not %s", wanted,
			describe(v, buf));
}

bool wf_value_text(struct wf_reader *r, const char *key, json_t *v, const char *wanted,
		   char ret[WF_VALUE_TEXT_MAX])
{
	if (json_is_integer(v)) {
		snprintf(ret, WF_VALUE_TEXT_MAX, "%lld", (long long)json_integer_value(v));
	} else if (json_is_boolean(v)) {
		strcpy(ret, json_is_true(v) ? "true" : "false");
	} else if (json_is_string(v) && json_string_length(v) < WF_VALUE_TEXT_MAX) {
		strcpy(ret, json_string_value(v));
	} else {
		wf_value_wrong(r, key, wanted, v);
		return false;
	}
	return true;
}

bool wf_value_name(struct wf_reader *r, const char *key, json_t *v, char ret[WF_NAME_MAX + 1])
{
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, "a name, like web-1", text))
		return false;
	if (!wf_name_is_valid(text)) {
		wf_problems_add(r->problems, r->index, key,
				"'%.70s' is not a name: 1 to %d letters, digits, '-', '_' or '.', "
				"the first a letter or digit",
				text, WF_NAME_MAX);
		return false;
	}
	strcpy(ret, text);
	return true;
}

bool wf_value_number(struct wf_reader *r, const char *key, json_t *v, uint32_t min, uint32_t max,
		     uint32_t *ret)
{
	char wanted[64];

	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
		snprintf(wanted, sizeof(wanted), "a number from %u to %u", min, max);
		wf_value_wrong(r, key, wanted, v);
		return false;
	}
	*ret = (uint32_t)json_integer_value(v);
	return true;
}

bool wf_value_bool(struct wf_reader *r, const char *key, json_t *v, bool *ret)
{
	if (!json_is_boolean(v)) {
		wf_value_wrong(r, key, "true or false", v);
		return false;
	}
	*ret = json_is_true(v);
	return true;
}

bool wf_value_addr(struct wf_reader *r, const char *key, json_t *v, struct wf_addr *ret)
{
	static const char wanted[] = "an address, like 10.0.0.5 or fd00::5";
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, wanted, text))
		return false;
	if (wf_addr_parse(text, ret) < 0) {
		wf_value_wrong(r, key, wanted, v);
		return false;
	}
	return true;
}

bool wf_value_ifname(struct wf_reader *r, const char *key, json_t *v,
		     char ret[WF_ENDPOINT_IFNAME_MAX + 1])
{
	static const char wanted[] = "an interface's name, like eth0";
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, wanted, text))
		return false;
	if (!*text || strlen(text) > WF_ENDPOINT_IFNAME_MAX || strpbrk(text, "/: \t\n") ||
	    strcmp(text, ".") == 0 || strcmp(text, "..") == 0) {
		wf_value_wrong(r, key, wanted, v);
		return false;
	}
	strcpy(ret, text);
	return true;
}

/* @text has bits right of its length: says which prefixes it could mean. */
static void has_host_bits(struct wf_reader *r, const char *key, const char *text)
{
	char addr[WF_VALUE_TEXT_MAX], meant[WF_PREFIX_STR_MAX], whole[WF_PREFIX_STR_MAX];
	size_t len = strcspn(text, "/");
	struct wf_prefix p, host = {.len = 128};

	memcpy(addr, text, len);
	addr[len] = '\0';
	if (wf_addr_parse(addr, &host.addr) < 0)
		return;
	p = host;
	p.len = (uint8_t)(atoi(text + len + 1) + (wf_addr_is_v4(&p.addr) ? 96 : 0));
	wf_addr_mask(&p.addr, p.len);
	wf_problems_add(r->problems, r->index, key,
			"%.60s has bits set right of its length; did you mean %s or %s?", text,
			wf_prefix_str(&p, meant), wf_prefix_str(&host, whole));
}

bool wf_value_prefix(struct wf_reader *r, const char *key, json_t *v, struct wf_prefix *ret)
{
	static const char wanted[] = "a prefix, like 10.0.0.0/16 or fd00::/48";
	char text[WF_VALUE_TEXT_MAX];
	int code;

	if (!wf_value_text(r, key, v, wanted, text))
		return false;
	code = wf_prefix_parse(text, ret);
	if (code == -EDOM)
		has_host_bits(r, key, text);
	else if (code)
		wf_value_wrong(r, key, wanted, v);
	return !code;
}

const char *wf_encoding_name(enum wf_encoding e)
{
	static const char *const names[WF_ENCODING_COUNT] = {
		[WF_ENCODING_CSID] = "csid",
		[WF_ENCODING_SRH] = "srh",
	};

	return names[e];
}

bool wf_value_encoding(struct wf_reader *r, const char *key, json_t *v, enum wf_encoding *ret)
{
	for (int e = WF_ENCODING_UNSET + 1; json_is_string(v) && e < WF_ENCODING_COUNT; e++)
		if (strcmp(json_string_value(v), wf_encoding_name((enum wf_encoding)e)) == 0) {
			*ret = (enum wf_encoding)e;
			return true;
		}
	wf_value_wrong(r, key, "csid or srh", v);
	return false;
}

int wf_value_word(struct wf_reader *r, const char *key, json_t *v, const char *const *words,
		  const char *wanted)
{
	for (int i = 0; json_is_string(v) && words[i]; i++)
		if (strcmp(json_string_value(v), words[i]) == 0)
			return i;
	wf_value_wrong(r, key, wanted, v);
	return -1;
}

static bool read_label(struct wf_reader *r, const char *at, const char *key, json_t *v,
		       struct wf_labels *l)
{
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, at, v, "text, like web", text))
		return false;
	switch (wf_labels_set(l, key, text)) {
	case 0:
		return true;
	case -ENOMEM:
		r->is_out_of_memory = true;
		return false;
	case -E2BIG:
		wf_problems_add(r->problems, r->index, at,
				"too many labels: at most %d, and %d bytes as text", WF_LABELS_MAX,
				WF_LABELS_TEXT_MAX);
		return false;
	default:
		wf_problems_add(
			r->problems, r->index, at,
			"'%.63s: %.63s' is not a label: letters, digits, '-', '_', '.' (and '/' "
			"in keys), first a letter or digit, at most %d each",
			key, text, WF_LABEL_KEY_MAX);
		return false;
	}
}

bool wf_value_labels(struct wf_reader *r, const char *key, json_t *v, struct wf_labels *ret)
{
	struct wf_labels l = {0};
	bool is_right = true;
	const char *name;
	json_t *value;

	if (!json_is_object(v)) {
		wf_value_wrong(r, key, "labels, like {app: web}", v);
		return false;
	}
	json_object_foreach(v, name, value)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%.20s.%.63s", key, name);
		is_right = read_label(r, at, name, value, &l) && is_right;
	}
	if (!is_right) {
		wf_labels_done(&l);
		return false;
	}
	*ret = l;
	return true;
}

json_t *wf_labels_to_json(const struct wf_labels *l)
{
	json_t *map = json_object();

	for (size_t i = 0; map && i < l->n; i++)
		if (json_object_set_new(map, l->items[i].key, json_string(l->items[i].value)) < 0) {
			json_decref(map);
			return NULL;
		}
	return map;
}

bool wf_value_list(struct wf_reader *r, const char *key, json_t *v, size_t max, const char *what)
{
	char wanted[96];

	if (!json_is_array(v)) {
		snprintf(wanted, sizeof(wanted), "a list of %s", what);
		wf_value_wrong(r, key, wanted, v);
		return false;
	}
	if (json_array_size(v) > max) {
		wf_problems_add(r->problems, r->index, key, "%zu %.*s; there can be at most %zu",
				json_array_size(v), (int)strcspn(what, ","), what, max);
		return false;
	}
	return true;
}

void wf_value_unknown_key(struct wf_reader *r, const char *key, const char *word,
			  const char *const *known)
{
	struct wf_near near = {.wanted = word};
	char words[WF_NEAR_STR_MAX];

	while (*known)
		wf_near_offer(&near, *known++);
	wf_problems_add(r->problems, r->index, key, "unknown key%s", wf_near_str(&near, words));
}
