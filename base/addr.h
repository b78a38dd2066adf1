/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and prefixes, both families in 16 bytes: IPv4 a.b.c.d is held as the IPv4-mapped
 * ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). That is also their form in the data path's maps.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WF_ADDR_STR_MAX	  46 /* INET6_ADDRSTRLEN */
#define WF_PREFIX_STR_MAX (WF_ADDR_STR_MAX + 4)

struct wf_addr {
	uint8_t bytes[16]; /* network order */
};

struct wf_prefix {
	struct wf_addr addr; /* host bits are zero */
	uint8_t len;	     /* in the 16-byte form: 96 + n for an IPv4 /n */
};

bool wf_addr_is_v4(const struct wf_addr *a);
int wf_addr_cmp(const struct wf_addr *a, const struct wf_addr *b);

/* Dotted quad or RFC 4291 text; an IPv4-mapped text is refused. 0 or -EINVAL. */
int wf_addr_parse(const char *text, struct wf_addr *ret);

/* Writes RFC 5952 text (dotted quad for IPv4) to @buf of WF_ADDR_STR_MAX bytes; returns @buf. */
const char *wf_addr_str(const struct wf_addr *a, char *buf);

/* "addr/len". -EINVAL: not a prefix; -EDOM: bits set right of the length. */
int wf_prefix_parse(const char *text, struct wf_prefix *ret);

/* Writes to @buf of WF_PREFIX_STR_MAX bytes; returns @buf. */
const char *wf_prefix_str(const struct wf_prefix *p, char *buf);

int wf_prefix_cmp(const struct wf_prefix *a, const struct wf_prefix *b);
bool wf_prefix_is_v4(const struct wf_prefix *p);
bool wf_prefix_has(const struct wf_prefix *p, const struct wf_addr *a);
bool wf_prefix_overlaps(const struct wf_prefix *a, const struct wf_prefix *b);

/* Clears all bits of @a right of the first @len (0..128). */
void wf_addr_mask(struct wf_addr *a, unsigned int len);
