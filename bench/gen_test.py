#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""generator_writes_right_checksums, generator_spreads_flows_and_addresses: in both families.

    c1 eth0 --> h1 c1: captured here
"""
import struct
import sys
from dataclasses import replace

import netns
import topology
import udp_rate
from baseline import Ends
from capture import Capture

N_PACKETS, N_FLOWS, N_SRCS, N_DSTS, PORT = 192, 12, 7, 80, 1234
FAMILIES = {
    "IPv6": Ends("fd10:a::fffe", "fd10:b::ffc0"),  # both ranges cross a 16-bit boundary
    "IPv4": Ends("10.1.255.254", "10.2.255.192"),
}


def word_sum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total


def split(frame):
    """(addresses, UDP datagram) of a frame whose IPv4 header checksum, if any, is right."""
    if frame[12:14] == b"\x86\xdd":
        return frame[22:54], frame[54:]
    assert word_sum(frame[14:34]) == 0xffff, "wrong IPv4 header checksum"
    return frame[26:34], frame[34:]


def check_frame(frame):
    """Returns (source, destination, source port)."""
    addresses, udp = split(frame)
    assert len(frame) == 114, f"{len(frame)} bytes"
    assert struct.unpack_from("!HH", udp, 2) == (PORT, len(udp)), "wrong UDP port or length"
    pseudo = addresses + struct.pack("!HH", 17, len(udp))
    assert word_sum(pseudo + udp) == 0xffff, "wrong UDP checksum"
    middle = len(addresses) // 2
    return addresses[:middle], addresses[middle:], udp[:2]


def check(build, topo, ends):
    with Capture(topo.h1, "c1") as capture:
        udp_rate.send(build, topo, ends, N_PACKETS, N_FLOWS)
        frames = [f for f in capture.frames() if len(f) > 90]
    assert len(frames) == N_PACKETS, f"{len(frames)} of {N_PACKETS} packets seen"
    seen = [check_frame(f) for f in frames]
    counts = [len(set(values)) for values in zip(*seen)]
    assert counts == [N_SRCS, N_DSTS, N_FLOWS], f"{counts} sources, destinations, ports"


def main():
    topo = topology.Topology("gen")
    try:
        topo.up()
        topo.link_containers()
        for family, ends in FAMILIES.items():
            check(sys.argv[1], topo, replace(ends, n_srcs=N_SRCS, n_dsts=N_DSTS, port=PORT))
            print(f"{family}: {N_PACKETS} packets checked")
    except netns.Unsupported as e:
        print(f"skipped: {e}")
        return 77
    finally:
        topo.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
