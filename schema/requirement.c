// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/near.h"
#include "schema/rules.h"

#define TRANSIT_EVERY_MAX 65535

static const struct {
	const char *name;
	uint8_t needs;
} words[] = {
	{"hmac", WF_REQUIRE_HMAC},
	{"path", WF_REQUIRE_PATH | WF_REQUIRE_HMAC},
	{"transit", WF_REQUIRE_TRANSIT | WF_REQUIRE_HMAC},
};

#define N_WORDS (sizeof(words) / sizeof(*words))

static void unknown(struct wf_reader *r, const char *key, const char *text)
{
	struct wf_near near = {.wanted = text};
	char buf[WF_NEAR_STR_MAX];

	for (size_t i = 0; i < N_WORDS; i++)
		wf_near_offer(&near, words[i].name);
	wf_problems_add(r->problems, r->index, key, "there is no requirement '%.60s'%s", text,
			wf_near_str(&near, buf));
}

/* @text: "", or "/100". */
static bool read_every(const char *text, uint16_t *ret)
{
	unsigned long every = 1;

	if (*text) {
		size_t n = strspn(text + 1, "0123456789");

		if (text[0] != '/' || !n || n > 5 || text[1 + n])
			return false;
		every = strtoul(text + 1, NULL, 10);
	}
	if (every < 1 || every > TRANSIT_EVERY_MAX)
		return false;
	*ret = (uint16_t)every;
	return true;
}

static void read_word(struct wf_reader *r, const char *key, json_t *v, struct wf_requirement *ret)
{
	char text[WF_VALUE_TEXT_MAX], name[WF_VALUE_TEXT_MAX];
	uint16_t every;
	size_t i = 0;

	if (!wf_value_text(r, key, v, "hmac, path or transit", text))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "/"), text);
	while (i < N_WORDS && strcmp(name, words[i].name) != 0)
		i++;
	if (i == N_WORDS) {
		unknown(r, key, text);
	} else if (!(words[i].needs & WF_REQUIRE_TRANSIT)) {
		if (strcmp(name, text) == 0)
			ret->needs |= words[i].needs;
		else
			wf_value_wrong(r, key,
				       "hmac, path or transit, and only transit like "
				       "transit/100",
				       v);
	} else if (ret->transit_every) {
		wf_problems_add(r->problems, r->index, key, "transit is there twice");
	} else if (!read_every(text + strlen(name), &every)) {
		wf_value_wrong(r, key,
			       "transit, or transit/100 for one packet in 100 (at most "
			       "65535)",
			       v);
	} else {
		ret->needs |= words[i].needs;
		ret->transit_every = every;
	}
}

void wf_requirement_from_json(struct wf_reader *r, const char *key, json_t *v,
			      struct wf_requirement *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, N_WORDS, "requirements, like [hmac]"))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_word(r, at, item, ret);
	}
}

json_t *wf_requirement_to_json(const struct wf_requirement *requirement)
{
	uint8_t needs = requirement->needs;
	json_t *list = json_array();
	int bad = list ? 0 : -1;

	if (needs & WF_REQUIRE_PATH)
		bad |= json_array_append_new(list, json_string("path"));
	if (needs & WF_REQUIRE_TRANSIT)
		bad |= json_array_append_new(
			list, requirement->transit_every > 1
				      ? json_sprintf("transit/%u", requirement->transit_every)
				      : json_string("transit"));
	if (needs == WF_REQUIRE_HMAC)
		bad |= json_array_append_new(list, json_string("hmac"));
	if (bad) {
		json_decref(list);
		return NULL;
	}
	return list;
}
