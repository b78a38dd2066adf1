# SPDX-License-Identifier: Apache-2.0
"""Looks at one packet on the underlay and says what it is.

layers(frame) names the headers after Ethernet, from the outside in: "ipv6", "ipv4",
"srh[N]" (N segments; with "+hmac" and "+transit" for its TLVs), "vxlan" (with its UDP and inner
Ethernet), "udp".
"""
import socket
import struct

import netns

ETH_P_ALL = 3
PACKET_OUTGOING = 4
VXLAN_PORT = 4789
TLVS = {5: "+hmac", 252: "+transit"}
SO_RCVBUFFORCE = 33
BUFFER_BYTES = 4 << 20  # a generated frame occupies a whole page


class Capture:
    """A packet socket on one interface, open for the length of a `with` block."""

    def __init__(self, name, device):
        with netns.inside(name):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
            self.socket.bind((device, ETH_P_ALL))
            self.socket.setblocking(False)
            self.mac = self.socket.getsockname()[4]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def frames(self):
        """Yields the frames received so far that carry the interface's own MAC address.

        The kernel is not as strict: bpf_redirect_peer makes it take a packet with any address."""
        while True:
            try:
                frame, address = self.socket.recvfrom(2048)
            except BlockingIOError:
                return
            if address[2] != PACKET_OUTGOING and frame[:6] == self.mac:
                yield frame

    def first(self, wanted):
        """The layers of the first frame for which wanted(layers) holds, or None."""
        return next(filter(wanted, map(layers, self.frames())), None)


def layers(frame):
    try:
        return tuple(_ethernet(frame))
    except (struct.error, IndexError):
        return ("truncated",)


def _ethernet(data):
    proto = struct.unpack_from("!H", data, 12)[0]
    return {0x86dd: _ipv6, 0x0800: _ipv4}.get(proto, lambda _: [f"ethertype {proto:#x}"])(data[14:])


def _ipv6(data):
    return ["ipv6"] + _next(data[6], data[40:])


def _ipv4(data):
    return ["ipv4"] + _next(data[9], data[(data[0] & 15) * 4:])


def _next(proto, data):
    known = {41: _ipv6, 4: _ipv4, 43: _routing, 17: _udp}
    return known.get(proto, lambda _: [f"protocol {proto}"])(data)


def _routing(data):
    if data[2] != 4:
        return [f"routing type {data[2]}"]
    n_segments, end = data[4] + 1, 8 + 8 * data[1]
    tlv, name = 8 + 16 * n_segments, f"srh[{n_segments}]"
    while tlv < end:
        name += TLVS.get(data[tlv], "")
        tlv += 1 if data[tlv] == 0 else 2 + data[tlv + 1]
    return [name] + _next(data[0], data[end:])


def _udp(data):
    if struct.unpack_from("!H", data, 2)[0] == VXLAN_PORT:
        return ["vxlan"] + _ethernet(data[16:])
    return ["udp"]
