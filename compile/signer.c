// SPDX-License-Identifier: Apache-2.0
#include "compile/signer.h"

#include <endian.h>
#include <string.h>

#include "wire/hmac.h"

_Static_assert(WF_SECRET_MAX <= WF_SHA256_BLOCK, "secrets need not be hashed first");

void wf_key_entry_of(const struct wf_hmac_key *key, struct wf_key_entry *ret)
{
	memset(ret, 0, sizeof(*ret));
	wf_hmac_pads(key->secret, key->secret_len, ret->inner, ret->outer);
	ret->is_linux = key->is_linux;
}

bool wf_signer_of(const struct wf_model *m, struct wf_signer *ret)
{
	struct wf_object *const *keys;
	size_t n;

	keys = wf_model_range(m, WF_KIND_KEY, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		const struct wf_hmac_key *key = &keys[i]->key;

		if (key->state != WF_KEY_SIGNING || !key->id)
			continue;
		ret->id = key->id;
		wf_key_entry_of(key, &ret->key);
		return true;
	}
	return false;
}

void wf_transit_entry_of(const struct wf_key_entry *key, uint16_t node,
			 struct wf_transit_entry *ret)
{
	static const char label[] = "weft transit";
	uint8_t text[sizeof(label) - 1 + 2], mac[WF_SHA256_LEN];

	memcpy(text, label, sizeof(label) - 1);
	wf_store_be16(text + sizeof(label) - 1, node);
	wf_hmac_sign(key->inner, key->outer, text, sizeof(text), mac);
	memcpy(ret->k, mac, sizeof(ret->k));
	ret->k[0] = le64toh(ret->k[0]);
	ret->k[1] = le64toh(ret->k[1]);
}
