/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Signed headers for tests. The signature is OpenSSL's, over bytes put together here: nothing of
 * wire/ can agree with its own mistakes.
 */
#pragma once

#include "bpf/packet_test.h"

#define SIGNING_KEY    0x0a0b0c0du
#define SIGNING_SECRET "a secret of Weft's tests"

/* What stands behind the segments. Zero is a default. */
struct signing {
	const char *secret; /* SIGNING_SECRET */
	uint32_t key;	    /* SIGNING_KEY */
	bool is_linux;
	bool is_reduced; /* the D bit */
	bool has_opaque;
	uint64_t arg; /* in it */
	bool has_transit;
	bool is_marked;
	uint64_t nonce, mark;
};

/* packet_from_underlay() with the TLVs of @s. */
void packet_signed(struct packet *p, const struct outer_spec *o, const struct signing *s,
		   const struct ip_spec *ip);

/* The key as a node holds it, by its id; NULL: the defaults. */
void signing_put_key(struct fixture *f, const struct signing *s);
void signing_put_key_unseen(struct fixture *f, const struct signing *s);
void signing_drop_key(struct fixture *f);

/* The bytes of the line of tests/goldens/encap_tlv.txt, argument and all. */
void signing_golden(const char *encoding, unsigned int n, const char *family, const char *extras,
		    struct packet *ret);

/* Of such bytes: what is baked in, and what is for the program to fill in. */
void signing_template(const struct packet *golden, const char *extras, uint16_t every,
		      struct wf_template *ret);
