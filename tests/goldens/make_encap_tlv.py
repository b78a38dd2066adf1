#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes encap_tlv.txt from docs/wire-format.md, with Python's own HMAC: none of Weft's code.

make_encap_tlv.py FILE          writes it
make_encap_tlv.py --check FILE  fails if it is not what would be written
"""
import hashlib
import hmac
import ipaddress
import struct
import sys

BLOCK = 0x5f000000
SOURCE_NODE, DEST_NODE, FIRST_WAYPOINT = 1, 2, 0x11
FN_END, FN_DT46 = 0xe001, 0xe046
ARG = struct.pack("!Q", 0xabcdef << 40 | 0x123456 << 16 | 0x7788)
KEY_ID, SECRET = 0xc0ffee07, bytes(range(1, 33))
TRANSIT_EVERY = 100
LINUX_FLAG = 8
EXTRAS = ["hmac", "linux", "tlv", "hmac+tlv", "hmac+transit", "linux+transit",
          "hmac+tlv+transit"]
HEAD = f"""\
# SPDX-License-Identifier: Apache-2.0
# Outer bytes of encapsulations with TLVs: encoding, waypoints, family inside, extras, header in hex.
# Written by make_encap_tlv.py. Nodes and argument as in encap.txt; HMAC key {KEY_ID:#x}, secret 0102..20.
# Payload length, traffic class and flow label are 0, and no packet is marked: these differ per packet.
"""


def sid(node, function, arg=bytes(8)):
    return struct.pack("!IHH", BLOCK, node, function) + arg


def waypoints(encoding, n):
    """Segments in the order of travel, without the final one."""
    nodes = [FIRST_WAYPOINT + i for i in range(n)]
    if encoding == "srh":
        return [sid(node, FN_END) for node in nodes]
    groups = [nodes[i:i + 6] for i in range(0, n, 6)]
    return [struct.pack("!I", BLOCK) + struct.pack("!6H", *(g + [0] * (6 - len(g)))) for g in groups]


def signature(source, last_entry, flags, listed, is_linux):
    """RFC 8754 section 2.1.2.1; Linux leaves out D and reserved."""
    text = source + bytes([last_entry, flags]) + (b"" if is_linux else bytes(2))
    text += struct.pack("!I", KEY_ID) + b"".join(listed)
    return hmac.new(SECRET, text, hashlib.sha256).digest()


def header(encoding, n, family, extras):
    words = extras.split("+")
    is_linux, has_tlv = "linux" in words, "tlv" in words
    is_signed = is_linux or "hmac" in words
    source = ipaddress.ip_address("5f00:0:1::1").packed
    final = sid(DEST_NODE, FN_DT46, bytes(8) if has_tlv else ARG)
    path = waypoints(encoding, n) + [final]
    listed = path[::-1] if is_signed or len(path) == 1 else path[:0:-1]
    flags = LINUX_FLAG if is_linux else 0
    tlvs = b""
    if is_signed:
        tlvs += struct.pack("!BBHI", 5, 38, 0, KEY_ID)
        tlvs += signature(source, len(listed) - 1, flags, listed, is_linux)
    if has_tlv:
        tlvs += struct.pack("!BBHI", 124, 14, 1, 0) + ARG
    if "transit" in words:
        tlvs += struct.pack("!BBBBIQQ", 252, 22, 0, 0, KEY_ID, 0, 0)
    body = b"".join(listed) + tlvs
    assert len(body) % 8 == 0
    srh = struct.pack("!BBBBBBH", {"v4": 4, "v6": 41}[family], len(body) // 8, 4, len(path) - 1,
                      len(listed) - 1, flags, 0)
    return struct.pack("!IHBB", 6 << 28, 0, 43, 64) + source + path[0] + srh + body


def text():
    lines = [f"{encoding} {n} {family} {extras} {header(encoding, n, family, extras).hex()}\n"
             for encoding, family in (("csid", "v4"), ("srh", "v6"))
             for n in (0, 1, 2, 6, 7, 16) for extras in EXTRAS]
    return HEAD + "".join(lines)


def main(args):
    if len(args) == 2 and args[0] == "--check":
        with open(args[1]) as file:
            return file.read() != text()
    with open(args[0], "w") as file:
        file.write(text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
