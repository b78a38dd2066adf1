#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes proxy.txt (make_proxy.py FILE, or --check FILE): what goes into functions and what comes back, by the pseudo-code of
draft-ietf-spring-sr-service-programming-10 (End.AN 5, End.AD 6.2, End.AM 6.3), byte by byte.

Each line: behavior, encoding, family, program, packet in, packet out (hex, with Ethernet). The function is node 1's,
enters by c0 (SID f005) and comes back by c1; it takes a hop from what it routes, and frames (next header 143; RFC 8986
4.11) pass it as they are. It shares no code with wire/.
"""
import ipaddress
import struct
import sys

GATEWAY, ARM_IN, ARM_OUT = '025745465401', '02000000000a', '02000000000b'
UNDERLAY, ROUTER = '020000000100', '020000000099'
FINAL = '5f00:0:3:e046:abcd:ef12:3456:7788'
FINAL_L2 = '5f00:0:3:e0d2:abcd:ef00::'  # End.DT2U of an outside node, with the tenant
LABEL = 0x12345


def addr(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total


def inner(family, hop_limit, tos):
    udp = struct.pack('!4H', 1000, 2000, 8 + 4, 0) + b'weft'
    if family == 'v6':
        return (struct.pack('!IHBB', 6 << 28 | tos << 20, len(udp), 17, hop_limit) + addr('fd00::3') + addr('fd00::9')
                + udp)
    head = struct.pack('!BBHHHBBH', 0x45, tos, 20 + len(udp), 7, 0, hop_limit, 17, 0) + addr('10.0.0.3') + addr('10.0.0.9')
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + udp


def outer(dst, left, segments, upper, payload, hop_limit, tos):
    srh = struct.pack('!8B', upper, 2 * len(segments), 4, left, len(segments) - 1, 0, 0, 0) + b''.join(map(addr, segments))
    return (struct.pack('!IHBB', 6 << 28 | tos << 20 | LABEL, len(srh) + len(payload), 43, hop_limit) + addr('5f00:0:2::1')
            + addr(dst) + srh + payload)


def frame(dst, src, packet):
    return bytes.fromhex(dst + src) + (b'\x86\xdd' if packet[0] >> 4 == 6 else b'\x08\x00') + packet


FRAMES = {
    'arp': bytes.fromhex('ffffffffffff' '0a0000000003' '0806' '0001080006040001') + bytes(38),
    'frame': bytes.fromhex('0a0000000009' '0a0000000003') + b'\x08\x00' + inner('v4', 64, 0),
    'tagged': bytes.fromhex('0a0000000009' '0a0000000003' '8100' '2064' '86dd') + inner('v6', 64, 0),
}


ENCODINGS = {  # destination and Segments Left as the packet comes, the list, both as it goes on
    'csid': ('5f00:0:1:f005:3::', 1, [FINAL, '5f00:0:1:f005:3::'], '5f00:0:3::', 1),
    'srh': ('5f00:0:1:f005::', 2, [FINAL, '5f00:0:3:e001::', '5f00:0:1:f005::'], '5f00:0:3:e001::', 1),
}


def lines():
    for behavior in ('ad', 'am', 'an'):
        for encoding, (dst, left, segments, next_dst, next_left) in ENCODINGS.items():
            for family, upper in (('v4', 4), ('v6', 41)):
                tos = 0xb8
                packet = inner(family, 64, tos)
                came = outer(dst, left, segments, upper, packet, 60, tos)
                if behavior == 'ad':  # S: decapsulate, hop limit of what is inside untouched
                    given, back = packet, inner(family, 63, tos)
                    sent = outer(next_dst, next_left, segments, upper, inner(family, 62, tos), 59, tos)
                else:  # decrement Hop Limit and Segments Left; the destination is the next or (AM) the last segment
                    seen = next_dst if behavior == 'an' else segments[0]
                    given = outer(seen, next_left, segments, upper, packet, 59, tos)
                    back = outer(seen, next_left, segments, upper, packet, 58, tos)
                    sent = outer(next_dst, next_left, segments, upper, packet, 57, tos)
                yield behavior, encoding, family, 'validate', frame(UNDERLAY, ROUTER, came), frame(ARM_IN, GATEWAY, given)
                yield behavior, encoding, family, 'apply', frame(GATEWAY, ARM_OUT, back), frame(ROUTER, UNDERLAY, sent)


def frame_lines():
    for behavior in ('ad', 'am'):
        for encoding, (dst, left, segments, next_dst, next_left) in ENCODINGS.items():
            segments = [FINAL_L2, *segments[1:]]
            for name, inside in FRAMES.items():
                came = frame(UNDERLAY, ROUTER, outer(dst, left, segments, 143, inside, 60, 0xb8))
                sent = outer(next_dst, next_left, segments, 143, inside, 59 if behavior == 'ad' else 57, 0xb8)
                if behavior == 'ad':
                    given = back = inside
                else:
                    given = frame(ARM_IN, GATEWAY, outer(segments[0], next_left, segments, 143, inside, 59, 0xb8))
                    back = frame(GATEWAY, ARM_OUT, outer(segments[0], next_left, segments, 143, inside, 58, 0xb8))
                yield behavior, encoding, name, 'validate', came, given
                yield behavior, encoding, name, 'apply', back, frame(ROUTER, UNDERLAY, sent)


def main(args):
    text = ''.join(' '.join([*names, before.hex(), after.hex()]) + '\n' for *names, before, after in (*lines(), *frame_lines()))
    if args[0] == '--check':
        with open(args[1], encoding='ascii') as file:
            return 0 if file.read() == text else f'{args[1]} is not what this writes'
    with open(args[0], 'w', encoding='ascii') as file:
        file.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
