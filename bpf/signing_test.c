// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/signing_test.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "wire/hmac.h"

#ifndef GOLDENS_TLV
#error "GOLDENS_TLV is the path of tests/goldens/encap_tlv.txt"
#endif

#define TLVS_MAX (40 + 16 + 24)

struct text {
	uint8_t bytes[512];
	size_t len;
};

static void text_add(struct text *t, const void *bytes, size_t len)
{
	assert_true(t->len + len <= sizeof(t->bytes));
	memcpy(t->bytes + t->len, bytes, len);
	t->len += len;
}

static const char *secret_of(const struct signing *s)
{
	return s && s->secret ? s->secret : SIGNING_SECRET;
}

static uint32_t key_of(const struct signing *s)
{
	return s && s->key ? s->key : SIGNING_KEY;
}

/* RFC 8754 2.1.2.1, or as Linux has it. @tlv: of 8 bytes, up to the signature. */
static void sign(const struct outer_spec *o, const struct signing *s, const uint8_t *tlv,
		 uint8_t ret[32])
{
	const uint8_t counts[2] = {(uint8_t)(o->n_segments - 1), s->is_linux ? 8 : 0};
	struct text t = {.len = 0};
	unsigned int len = 32;
	uint8_t addr[16];

	addr_of(o->src ? o->src : "5f00:0:2::1", addr);
	text_add(&t, addr, 16);
	text_add(&t, counts, 2);
	text_add(&t, s->is_linux ? tlv + 4 : tlv + 2, s->is_linux ? 4 : 6);
	for (int i = 0; i < o->n_segments; i++) {
		addr_of(o->segments[i], addr);
		text_add(&t, addr, 16);
	}
	assert_non_null(HMAC(EVP_sha256(), secret_of(s), (int)strlen(secret_of(s)), t.bytes, t.len,
			     ret, &len));
}

static uint32_t tlvs_make(const struct outer_spec *o, const struct signing *s, uint8_t *ret)
{
	uint8_t *next = ret + 40;

	memset(ret, 0, TLVS_MAX);
	ret[0] = 5;
	ret[1] = 38;
	ret[2] = s->is_reduced ? 0x80 : 0;
	wf_store_be32(ret + 4, key_of(s));
	sign(o, s, ret, ret + 8);
	if (s->has_opaque) {
		memcpy(next, (uint8_t[]){124, 14, 0, 1}, 4);
		wf_store_be64(next + 8, s->arg);
		next += 16;
	}
	if (s->has_transit) {
		memcpy(next, (uint8_t[]){252, 22, s->is_marked}, 3);
		wf_store_be32(next + 4, key_of(s));
		wf_store_be64(next + 8, s->nonce);
		wf_store_be64(next + 16, s->mark);
		next += 24;
	}
	return (uint32_t)(next - ret);
}

void packet_signed(struct packet *p, const struct outer_spec *o, const struct signing *s,
		   const struct ip_spec *ip)
{
	struct outer_spec with = *o;
	uint8_t tlvs[TLVS_MAX];

	with.tlvs_len = tlvs_make(o, s, tlvs);
	with.tlvs = tlvs;
	packet_from_underlay(p, &with, ip);
	if (s->is_linux)
		p->bytes[ETH_LEN + 45] = 8;
}

static struct wf_key_entry key_entry(const struct signing *s)
{
	struct wf_key_entry entry = {.is_linux = s && s->is_linux};

	wf_hmac_pads(secret_of(s), (uint32_t)strlen(secret_of(s)), entry.inner, entry.outer);
	return entry;
}

void signing_put_key(struct fixture *f, const struct signing *s)
{
	const struct wf_key_entry entry = key_entry(s);
	const uint32_t id = key_of(s);

	fixture_put(f, WF_TABLE_KEY, &id, &entry);
}

void signing_put_key_unseen(struct fixture *f, const struct signing *s)
{
	const struct wf_key_entry entry = key_entry(s);
	const uint32_t id = key_of(s);

	fixture_put_unseen(f, WF_TABLE_KEY, &id, &entry);
}

void signing_drop_key(struct fixture *f)
{
	const uint32_t id = SIGNING_KEY;

	fixture_drop(f, WF_TABLE_KEY, &id);
}

void signing_golden(const char *encoding, unsigned int n, const char *family, const char *extras,
		    struct packet *ret)
{
	char line[1024], want[64], got[64];
	FILE *file = fopen(GOLDENS_TLV, "r");
	unsigned int byte;
	int at = 0;

	assert_non_null(file);
	snprintf(want, sizeof(want), "%s %u %s %s ", encoding, n, family, extras);
	ret->len = 0;
	while (!ret->len && fgets(line, sizeof(line), file)) {
		snprintf(got, sizeof(got), "%.*s", (int)strlen(want), line);
		if (strcmp(got, want) != 0)
			continue;
		for (at = (int)strlen(want); sscanf(line + at, "%2x", &byte) == 1; at += 2)
			ret->bytes[ret->len++] = (uint8_t)byte;
	}
	fclose(file);
	assert_true(ret->len >= 64);
}

void signing_template(const struct packet *golden, const char *extras, uint16_t every,
		      struct wf_template *ret)
{
	const uint16_t transit = strstr(extras, "transit") ? 24 : 0;

	memset(ret, 0, sizeof(*ret));
	ret->len = (uint16_t)golden->len;
	memcpy(ret->header, golden->bytes, golden->len);
	ret->next_header_offset = 40;
	ret->header[40] = 0;
	ret->is_signed = !strstr(extras, "tlv");
	ret->arg_offset = (uint16_t)(golden->len - transit - 8);
	if (!ret->is_signed)
		memset(ret->header + ret->arg_offset, 0, 8);
	ret->transit_offset = transit ? ret->len - transit : 0;
	ret->transit_every = every;
}
