# SPDX-License-Identifier: Apache-2.0
"""Signed headers made by hand, so that they can be wrong (RFC 8754 section 2.1.2)."""
import hashlib
import hmac
import struct

from packets import packed, srh

HMAC_TYPE, OPAQUE_TYPE, TRANSIT_TYPE = 5, 124, 252


def signature(secret, source, segments, key, *, flags=0, d_reserved=0, last_entry=None):
    text = packed(source) + struct.pack("!BBHI", len(segments) - 1 if last_entry is None
                                        else last_entry, flags, d_reserved, key)
    return hmac.new(secret, text + b"".join(packed(s) for s in segments), hashlib.sha256).digest()


def hmac_tlv(key, digest, d_reserved=0):
    return struct.pack("!BBHI", HMAC_TYPE, 38, d_reserved, key) + digest


def opaque_tlv(argument):
    return struct.pack("!BBHIQ", OPAQUE_TYPE, 14, 1, 0, argument)


def transit_tlv(key, *, flags=0, nonce=0, mark=0):
    return struct.pack("!BBBBIQQ", TRANSIT_TYPE, 22, flags, 0, key, nonce, mark)


def signed_srh(next_header, segments, segments_left, *, secret, source, key, more=b"", **options):
    """An SRH with a right signature; `more` TLVs behind it."""
    digest = signature(secret, source, segments, key, **options)
    return srh(next_header, segments, segments_left, tlvs=hmac_tlv(key, digest) + more)
