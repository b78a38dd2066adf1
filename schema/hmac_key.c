// SPDX-License-Identifier: Apache-2.0
/* A Key. What is wrong with a secret is said without a byte of it. */
#include <errno.h>
#include <string.h>

#include "model/secret.h"
#include "schema/keys.h"

static void read_id(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_number(r, key, v, 1, UINT32_MAX, &o->key.id);
}

static int write_id(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->key.id, ret);
}

static void read_linux(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->key.is_linux);
}

static int write_linux(const struct wf_object *o, json_t **ret)
{
	return o->key.is_linux ? wf_key_wrote(json_true(), ret) : 0;
}

static const char *const states[] = {
	[WF_KEY_ACCEPTED] = "accepted",
	[WF_KEY_SIGNING] = "signing",
	[WF_KEY_RETIRING] = "retiring",
	[WF_KEY_STATE_COUNT] = NULL,
};

static void read_state(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	int state = wf_value_word(r, key, v, states, "accepted, signing or retiring");

	if (state >= 0)
		o->key.state = (enum wf_key_state)state;
}

static int write_state(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(states[o->key.state]), ret);
}

static void read_retires(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	if (json_is_integer(v))
		o->key.retires_ms = json_integer_value(v);
	else
		wf_value_wrong(r, key, "milliseconds since 1970", v);
}

static int write_retires(const struct wf_object *o, json_t **ret)
{
	return o->key.retires_ms ? wf_key_wrote(json_integer(o->key.retires_ms), ret) : 0;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* @ret: of @max bytes; more are only looked at. The number of bytes; -EINVAL: not base 16. */
static ssize_t read_base16(const char *text, uint8_t *ret, size_t max)
{
	size_t len = strlen(text);

	if (len % 2)
		return -EINVAL;
	for (size_t i = 0; i < len / 2; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		if (i < max)
			ret[i] = (uint8_t)(high << 4 | low);
	}
	return (ssize_t)(len / 2);
}

static void read_secret(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	const char *text = json_string_value(v);
	char fault[WF_SECRET_FAULT_STR_MAX];
	ssize_t len = text ? read_base16(text, o->key.secret, sizeof(o->key.secret)) : -EINVAL;

	if (r->is_manifest)
		wf_problems_add(r->problems, r->index, key,
				"a secret does not stand in a manifest: write it to a file that "
				"only you can read, and give the name of that as secret_file");
	else if (len < 0)
		wf_problems_add(r->problems, r->index, key,
				"is not base 16, two digits a byte (what it is, is not shown)");
	else if (wf_secret_fault((size_t)len, fault))
		wf_problems_add(r->problems, r->index, key, "%s", fault);
	else
		o->key.secret_len = (unsigned int)len;
}

static int write_secret(const struct wf_object *o, json_t **ret)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * WF_SECRET_MAX + 1];
	size_t n = 0;

	for (unsigned int i = 0; i < o->key.secret_len; i++) {
		text[n++] = digits[o->key.secret[i] >> 4];
		text[n++] = digits[o->key.secret[i] & 15];
	}
	*ret = json_stringn(text, n);
	explicit_bzero(text, sizeof(text));
	return wf_key_wrote(*ret, ret);
}

static void read_secret_file(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	if (!r->is_manifest)
		wf_problems_add(r->problems, r->index, key,
				"files are read by weft apply; send what is in it, as secret");
	else if (!json_is_string(v) || !json_string_length(v))
		wf_value_wrong(r, key, "the path of a file, like red.key", v);
}

static void finish(struct wf_reader *r, json_t *json, struct wf_object *o)
{
	const char *wanted = r->is_manifest ? "secret_file" : "secret";

	if (!json_object_get(json, "secret") && !json_object_get(json, "secret_file"))
		wf_problems_add(r->problems, r->index, wanted, "is missing");
}

static const struct wf_key keys[] = {
	{"id", WF_KEY_REQUIRED, read_id, write_id},
	{"linux", 0, read_linux, write_linux},
	{"secret", WF_KEY_SECRET, read_secret, write_secret},
	{"secret_file", WF_KEY_FILE, read_secret_file, NULL},
	{"state", WF_KEY_TRUSTED, read_state, write_state},
	{"retires", WF_KEY_TRUSTED, read_retires, write_retires},
	{0},
};

const struct wf_keys wf_hmac_key_keys = {.keys = keys, .finish = finish};
