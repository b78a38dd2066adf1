// SPDX-License-Identifier: Apache-2.0
#include "agent/drop.h"

#include <errno.h>
#include <string.h>

#include "model/near.h"

static const struct {
	const char *name, *text;
} drops[WF_DROP_COUNT] = {
#define DROP(id, name, text) {name, text},
	WF_DROPS(DROP)
#undef DROP
};

const char *wf_drop_name(unsigned int drop)
{
	return drop < WF_DROP_COUNT ? drops[drop].name : "unknown";
}

const char *wf_drop_text(unsigned int drop)
{
	return drop < WF_DROP_COUNT ? drops[drop].text : "of another version of Weft";
}

int wf_drop_parse(const char *name, enum wf_drop *ret, struct wf_err *err)
{
	struct wf_near near = {.wanted = name};
	char words[WF_NEAR_STR_MAX];

	for (int i = WF_DROP_NONE + 1; i < WF_DROP_COUNT; i++) {
		if (!strcmp(drops[i].name, name)) {
			*ret = (enum wf_drop)i;
			return 0;
		}
		wf_near_offer(&near, drops[i].name);
	}
	return wf_err_set(err, -EINVAL,
			  "'%.60s' is no reason to drop a packet%.120s: list them all with 'weft "
			  "drops --all'",
			  name, wf_near_str(&near, words));
}
