// SPDX-License-Identifier: Apache-2.0
#include "cli/path_dump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/own.h"
#include "cli/format.h"

#define IPV6_BYTES	 40
#define SRH_BYTES	 8
#define NEXT_HDR_ROUTING 43
#define TLV_PAD1	 0
#define TLV_HMAC	 5
#define TLV_OPAQUE	 124
#define TLV_TRANSIT	 252
#define FLAG_HMAC	 0x08 /* of Linux */
#define FINAL_BYTES	 8    /* locator and function of a SID */

struct dump {
	uint8_t bytes[WF_HEADER_MAX];
	size_t len;
	const json_t *segments;
	struct wf_buf *out;
};

static void row(struct dump *d, size_t at, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void row(struct dump *d, size_t at, size_t len, const char *fmt, ...)
{
	char hex[16 * 3 + 1] = "", text[256];
	size_t n = 0;
	va_list ap;

	for (size_t i = 0; i < len && i < 16; i++)
		n += snprintf(hex + n, sizeof(hex) - n, "%s%02x", i && i % 2 == 0 ? " " : "",
			      d->bytes[at + i]);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	wf_buf_printf(d->out, "  %4zu  %-39s  %s\n", at, hex, text);
}

static uint32_t number(const struct dump *d, size_t at, size_t len)
{
	uint32_t n = 0;

	for (size_t i = 0; i < len; i++)
		n = n << 8 | d->bytes[at + i];
	return n;
}

/*
 * ": A, End.DT46": what the API says about the SID at @at, by its first @len bytes (the argument of
 * a final SID is the packet's, not the path's). "" when it is none of the path's.
 */
static char *describe(const struct dump *d, size_t at, size_t len)
{
	struct wf_buf text = {0};
	const json_t *segment;
	size_t i;

	json_array_foreach(d->segments, i, segment)
	{
		const char *sid = json_string_value(json_object_get(segment, "sid"));
		struct wf_addr a;

		if (!sid || wf_addr_parse(sid, &a) < 0 || memcmp(a.bytes, d->bytes + at, len) != 0)
			continue;
		wf_buf_puts(&text, ": ");
		wf_format_plain(json_object_get(segment, "nodes"), &text);
		wf_buf_puts(&text, " ");
		wf_format_plain(json_object_get(segment, "behavior"), &text);
		break;
	}
	return wf_buf_take(&text);
}

static void sid_row(struct dump *d, size_t at, size_t len, const char *what)
{
	_cleanup_free_ char *about = describe(d, at, len);
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, d->bytes + at, text, sizeof(text));
	row(d, at, 16, "%s %s%s", what, text, about ? about : "");
}

/* 64 bits, wherever they are. */
static void argument_rows(struct dump *d, size_t at)
{
	row(d, at, 3, "  argument: tenant %u", number(d, at, 3));
	row(d, at + 3, 3, "  argument: identity of the sender %u%s", number(d, at + 3, 3),
	    number(d, at + 3, 3) ? "" : " (unknown)");
	row(d, at + 6, 2, "  argument: policy %u%s", number(d, at + 6, 2),
	    number(d, at + 6, 2) ? "" : " (none)");
}

/* The last SID of the way carries who is meant and who sends; or a TLV does. */
static void final_rows(struct dump *d, size_t at, const char *what)
{
	sid_row(d, at, FINAL_BYTES, what);
	row(d, at, 8, "  locator and function of the final SID");
	if (number(d, at + 8, 4) || number(d, at + 12, 4))
		argument_rows(d, at + 8);
	else
		row(d, at + 8, 8, "  no argument: it is in the opaque TLV");
}

static void ipv6_rows(struct dump *d)
{
	bool has_srh = d->bytes[6] == NEXT_HDR_ROUTING;

	row(d, 0, 4, "IPv6: version %u, traffic class and flow label from the inner packet",
	    d->bytes[0] >> 4);
	row(d, 4, 2, "payload length, set for each packet");
	row(d, 6, 1,
	    has_srh ? "next header 43 (routing)" : "next header, 4 or 41 as the packet is");
	row(d, 7, 1, "hop limit %u", d->bytes[7]);
	sid_row(d, 8, 16, "source");
	if (has_srh && d->bytes[IPV6_BYTES + 3])
		sid_row(d, 24, 16, "destination, the active segment");
	else
		final_rows(d, 24, "destination, the only segment");
}

static void hmac_rows(struct dump *d, size_t at)
{
	row(d, at, 2, "TLV 5, HMAC (RFC 8754 section 2.1.2): %u bytes", d->bytes[at + 1] + 2);
	row(d, at + 2, 2, "  D %u: the list is %s", d->bytes[at + 2] >> 7,
	    d->bytes[at + 2] >> 7 ? "reduced" : "whole");
	row(d, at + 4, 4, "  key %u", number(d, at + 4, 4));
	row(d, at + 8, 16, "  HMAC-SHA256 of source, last entry, flags, key and segment list");
	row(d, at + 24, 16, "  ... its second half");
}

static void opaque_rows(struct dump *d, size_t at)
{
	row(d, at, 2, "TLV 124, metadata of Weft: %u bytes", d->bytes[at + 1] + 2);
	row(d, at + 2, 6, "  version %u", number(d, at + 2, 2));
	argument_rows(d, at + 8);
}

static void transit_rows(struct dump *d, size_t at)
{
	row(d, at, 2, "TLV 252, proof of transit: %u bytes", d->bytes[at + 1] + 2);
	row(d, at + 2, 2, "  flags: set in packets that waypoints are to mark");
	row(d, at + 4, 4, "  key %u", number(d, at + 4, 4));
	row(d, at + 8, 8, "  nonce, set in these packets");
	row(d, at + 16, 8, "  mark, of each waypoint on the way");
}

static void other_rows(struct dump *d, size_t at, size_t len)
{
	row(d, at, len, "TLV type %u, %zu bytes%s", d->bytes[at], len,
	    len > 16 ? " (the first 16 are shown)" : "");
}

static void tlv_rows(struct dump *d, size_t at, size_t end)
{
	static const struct {
		uint8_t type;
		size_t len;
		void (*rows)(struct dump *d, size_t at);
	} known[] = {
		{TLV_HMAC, 40, hmac_rows},
		{TLV_OPAQUE, 16, opaque_rows},
		{TLV_TRANSIT, 24, transit_rows},
	};

	while (at < end) {
		size_t len = d->bytes[at] == TLV_PAD1 || at + 1 == end ? 1 : 2 + d->bytes[at + 1];
		size_t i = 0;

		len = at + len > end ? end - at : len;
		while (i < 3 && (known[i].type != d->bytes[at] || known[i].len != len))
			i++;
		if (i < 3)
			known[i].rows(d, at);
		else
			other_rows(d, at, len);
		at += len;
	}
}

static int srh_rows(struct dump *d)
{
	const uint8_t *srh = d->bytes + IPV6_BYTES;
	size_t bytes, n_segments;
	char what[32];

	if (d->len < IPV6_BYTES + SRH_BYTES)
		return -EINVAL;
	bytes = SRH_BYTES + srh[1] * 8u;
	n_segments = srh[4] + 1u;
	if (IPV6_BYTES + bytes > d->len || SRH_BYTES + n_segments * 16 > bytes)
		return -EINVAL;
	row(d, 40, 1, "SRH: next header, 4 or 41 as the packet is");
	row(d, 41, 1, "length %u: %zu bytes", srh[1], bytes);
	row(d, 42, 1, "routing type %u", srh[2]);
	row(d, 43, 1, "segments left %u", srh[3]);
	row(d, 44, 1, "last entry %u%s", srh[4],
	    srh[3] == n_segments ? " (reduced: the first segment is only the destination)" : "");
	row(d, 45, 1, "flags%s", srh[5] & FLAG_HMAC ? ": an HMAC TLV follows (Linux)" : "");
	row(d, 46, 2, "tag");
	for (size_t i = 0; i < n_segments; i++) {
		snprintf(what, sizeof(what), "segment list[%zu]", i);
		if (i == 0)
			final_rows(d, IPV6_BYTES + SRH_BYTES, what);
		else
			sid_row(d, IPV6_BYTES + SRH_BYTES + i * 16, 16, what);
	}
	tlv_rows(d, IPV6_BYTES + SRH_BYTES + n_segments * 16, IPV6_BYTES + bytes);
	return 0;
}

static int unhex(const char *hex, struct dump *d)
{
	size_t n = hex ? strlen(hex) : 0;
	unsigned int byte;
	int used;

	if (n % 2 || n / 2 > sizeof(d->bytes) || n / 2 < IPV6_BYTES)
		return -EINVAL;
	for (d->len = 0; d->len < n / 2; d->len++) {
		if (sscanf(hex + d->len * 2, "%2x%n", &byte, &used) != 1 || used != 2)
			return -EINVAL;
		d->bytes[d->len] = (uint8_t)byte;
	}
	return 0;
}

int wf_path_dump(const char *hex, const json_t *segments, struct wf_buf *out)
{
	struct dump d = {.segments = segments, .out = out};

	if (unhex(hex, &d) < 0 || d.bytes[0] >> 4 != 6)
		return -EINVAL;
	ipv6_rows(&d);
	return d.bytes[6] == NEXT_HDR_ROUTING ? srh_rows(&d) : 0;
}
