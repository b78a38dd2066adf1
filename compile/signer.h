/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the domain: which one signs, and what is derived from them (wire/hmac.h). */
#pragma once

#include "dp/table.h"
#include "model/model.h"

/* The key that signs. */
struct wf_signer {
	uint32_t id; /* HMAC Key ID */
	struct wf_key_entry key;
};

/* False: no key signs. */
bool wf_signer_of(const struct wf_model *m, struct wf_signer *ret);

void wf_key_entry_of(const struct wf_hmac_key *key, struct wf_key_entry *ret);

/*
 * What a node marks packets with (wire/transit.h): the first 16 bytes of HMAC-SHA256 with the key
 * of "weft transit" and the node's id, 16 bits in network order, as two little-endian numbers.
 */
void wf_transit_entry_of(const struct wf_key_entry *key, uint16_t node,
			 struct wf_transit_entry *ret);
