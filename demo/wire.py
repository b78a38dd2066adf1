# SPDX-License-Identifier: Apache-2.0
"""Packets as really captured: raw sockets in every namespace of a lab, and the headers read off."""
import ctypes
import ipaddress
import os
import selectors
import socket
import struct
from dataclasses import dataclass, field

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
ETH_IPV6, ETH_IPV4 = 0x86dd, 0x0800
NH_ROUTING, NH_IPV4, NH_IPV6, NH_ICMP, NH_ICMPV6 = 43, 4, 41, 1, 58
PACKET_OUTGOING = 4
_libc = ctypes.CDLL(None, use_errno=True)


class in_netns:  # pylint: disable=invalid-name
    """The calling thread, for the time of a `with`, in a named network namespace."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self._move(f"/run/netns/{self.name}")

    def __exit__(self, *_):
        self._move(f"/proc/self/fd/{self.home}")
        os.close(self.home)

    @staticmethod
    def _move(path):
        fd = os.open(path, os.O_RDONLY)
        try:
            if _libc.setns(fd, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"cannot enter {path}")
        finally:
            os.close(fd)


@dataclass
class Packet:
    """One packet on one interface: outer header, segments if there are any, what is inside."""
    node: str
    interface: str
    is_out: bool
    src: str = ""
    dst: str = ""
    hop_limit: int = 0
    segments_left: int = -1   # -1: no SRH
    segments: list = field(default_factory=list)
    outer_len: int = 0        # bytes around the inner packet; 0: not encapsulated
    inner_src: str = ""
    inner_dst: str = ""
    inner_hop_limit: int = 0
    payload: bytes = b""      # from the inner upper layer on


def _inner(packet, data):
    if data[0] >> 4 == 4:
        packet.inner_src = str(ipaddress.IPv4Address(data[12:16]))
        packet.inner_dst = str(ipaddress.IPv4Address(data[16:20]))
        packet.inner_hop_limit, packet.payload = data[8], data[20:]
    else:
        packet.inner_src = str(ipaddress.IPv6Address(data[8:24]))
        packet.inner_dst = str(ipaddress.IPv6Address(data[24:40]))
        packet.inner_hop_limit, packet.payload = data[7], data[40:]


def parse(node, interface, is_out, frame):
    """A Packet, or None for what is not IP."""
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    data = frame[14:]
    packet = Packet(node, interface, is_out)
    if ethertype not in (ETH_IPV4, ETH_IPV6) or len(data) < 20:
        return None
    if ethertype == ETH_IPV4 or len(data) < 40:
        _inner(packet, data)
        return packet
    next_header, at = data[6], 40
    if next_header == NH_ROUTING:
        next_header, length, _, packet.segments_left, last = struct.unpack_from("!5B", data, at)
        packet.segments = [str(ipaddress.IPv6Address(data[at + 8 + 16 * i:at + 24 + 16 * i]))
                           for i in range(last + 1)]
        at += 8 + 8 * length
    if next_header not in (NH_IPV4, NH_IPV6):
        _inner(packet, data)
        return packet
    packet.src = str(ipaddress.IPv6Address(data[8:24]))
    packet.dst = str(ipaddress.IPv6Address(data[24:40]))
    packet.hop_limit, packet.outer_len = data[7], at
    _inner(packet, data[at:])
    return packet


class Capture:
    """Listens on all interfaces of the given namespaces (name -> label) until it is closed."""

    def __init__(self, namespaces):
        self.selector = selectors.DefaultSelector()
        for namespace, label in namespaces.items():
            with in_netns(namespace):
                sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            sock.setblocking(False)
            self.selector.register(sock, selectors.EVENT_READ, label)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def packets(self, quiet_s=0.3):
        """What has come so far, until nothing comes for a while."""
        found = []
        while ready := self.selector.select(quiet_s):
            for key, _ in ready:
                frame, address = key.fileobj.recvfrom(65535)
                packet = parse(key.data, address[0], address[2] == PACKET_OUTGOING, frame)
                if packet and address[0] != "lo":
                    found.append(packet)
        return found
