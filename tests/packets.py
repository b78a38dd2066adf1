# SPDX-License-Identifier: Apache-2.0
"""Packets built byte by byte, so that they can be wrong."""
import ipaddress
import struct

IPV4, IPV6, ROUTING, UDP, NONE = 4, 41, 43, 17, 59
SRH_TYPE = 4
FN_END, FN_DT46 = 0xe001, 0xe046


def packed(address):
    return ipaddress.ip_address(address).packed


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def eth(dst, src, payload, proto=None):
    """A frame; the type by the payload's version, unless given."""
    if proto is None:
        proto = 0x0800 if payload[:1] and payload[0] >> 4 == 4 else 0x86dd
    return mac_bytes(dst) + mac_bytes(src) + struct.pack("!H", proto) + payload


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def ipv4(src, dst, payload, *, proto=UDP, vihl=0x45, length=None, ttl=64, tos=0):
    head = struct.pack("!BBHHHBBH4s4s", vihl, tos, 20 + len(payload) if length is None else length,
                       0, 0, ttl, proto, 0, packed(src), packed(dst))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(src, dst, payload, *, next_header=UDP, length=None, hop_limit=64, version=6, tc=0):
    n = len(payload) if length is None else length
    return struct.pack("!IHBB16s16s", version << 28 | tc << 20, n,
                       next_header, hop_limit, packed(src), packed(dst)) + payload


def udp(src, dst, port, payload):
    """With its checksum."""
    body = struct.pack("!HHHH", 4000, port, 8 + len(payload), 0) + payload
    pseudo = packed(src) + packed(dst) + struct.pack("!II", len(body), UDP)
    return body[:6] + struct.pack("!H", checksum(pseudo + body)) + body[8:]


def srh(next_header, segments, segments_left, *, tlvs=b"", last_entry=None, ext_len=None,
        routing_type=SRH_TYPE):
    """Segments as they stand in the header: the last of the path first."""
    body = b"".join(packed(s) for s in segments) + tlvs
    return struct.pack("!BBBBBBH", next_header, len(body) // 8 if ext_len is None else ext_len,
                       routing_type, segments_left,
                       len(segments) - 1 if last_entry is None else last_entry, 0, 0) + body


def sid(node, function, tenant=0, identity=0, policy=0):
    """docs/wire-format.md, in the default block."""
    value = (0x5f000000 << 96 | node << 80 | function << 64 | tenant << 40 | identity << 16
             | policy)
    return str(ipaddress.IPv6Address(value))
