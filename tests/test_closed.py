# SPDX-License-Identifier: Apache-2.0
"""What must not get through, does not, and says why.

    one 10.0.0.1 --[ a ]---- underlay ----[ b ]-- two 10.0.0.2
                     ^                      ^ |
       forged by containers        injected |  +-- out0: not part of the domain, added later
                                   by the neighbor
"""
import contextlib
import subprocess

import pytest

from cluster import cluster, container, tenant, wait_for
from frames import Frames, inject
from packets import (FN_DT46, FN_END, IPV4, IPV6, NONE, ROUTING, UDP, eth, ipv4, ipv6, packed, sid,
                     srh, udp)
from servers import udp_socket

PORT = 9
MARK = b"must not arrive"
V4 = {"one": "10.0.0.1", "two": "10.0.0.2"}
V6 = {"one": "fd00:0:0:1::1", "two": "fd00:0:0:1::2"}
GATEWAY_MAC = "02:57:45:46:54:01"
NODE_A, NODE_B = 1, 2
ADDRESS_A, ADDRESS_B = "5f00:0:1::1", "5f00:0:2::1"


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container("one", "a", V4["one"], V6["one"]),
                  container("two", "b", V4["two"], V6["two"])]
    with cluster("ab", ["ab"], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64")) as lab:
        lab.pings("red-one", V4["two"])  # all neighbors are known from here on
        yield lab


def inner_v4(src=V4["one"], dst=V4["two"], mark=MARK, **more):
    return ipv4(src, dst, udp(src, dst, PORT, mark), **more)


def inner_v6(src=V6["one"], dst=V6["two"], mark=MARK, **more):
    return ipv6(src, dst, udp(src, dst, PORT, mark), **more)


@contextlib.contextmanager
def nothing_delivered(lab):
    """No marked packet reaches a container meanwhile; one that may, does."""
    others = {lab.netns(c): c for c in ("red-one", "red-two")}
    with Frames(others, MARK) as frames:
        yield
        with udp_socket(lab.netns("red-two"), V4["two"], PORT) as receiver, \
             udp_socket(lab.netns("red-one")) as sender:
            sender.sendto(b"may arrive", (V4["two"], PORT))
            assert receiver.recv(64) == b"may arrive"
        assert not [f for f in frames.now() if not f.is_out]


# From a container: the reason, and the packet (a function of the gateway's and its own MAC).
V4_TO_TWO, V6_TO_TWO = inner_v4(), inner_v6()
FORGED = {
    "v4 source of another": ("source-address", inner_v4("10.0.0.9")),
    "v4 source of the destination": ("source-address", inner_v4(V4["two"])),
    "v6 source of another": ("source-address", inner_v6("fd00:0:0:1::9")),
    "v6 source in the SID block": ("source-address", inner_v6(ADDRESS_A)),
    "SRH": ("routing-header", ipv6(V6["one"], V6["two"], srh(UDP, [V6["two"]], 0)
                                   + V6_TO_TWO[40:], next_header=ROUTING)),
    "SRH to a SID": ("routing-header", ipv6(
        V6["one"], sid(NODE_B, FN_END), srh(IPV4, [sid(NODE_B, FN_DT46, 1)], 1) + V4_TO_TWO,
        next_header=ROUTING)),
    "routing header of type 0": ("routing-header", ipv6(
        V6["one"], V6["two"], srh(UDP, [V6["two"]], 1, routing_type=0) + V6_TO_TWO[40:],
        next_header=ROUTING)),
    "routing header behind options": ("routing-header", ipv6(
        V6["one"], V6["two"], bytes([ROUTING, 0, 1, 4, 0, 0, 0, 0]) + srh(UDP, [V6["two"]], 0)
        + V6_TO_TWO[40:], next_header=60)),
    "to a SID": ("sid-destination", ipv6(V6["one"], sid(NODE_B, FN_DT46, 1), V4_TO_TWO,
                                         next_header=IPV4)),
    "to a node": ("sid-destination", inner_v6(dst=ADDRESS_B)),
    "to a group": ("multicast", inner_v4(dst="224.0.0.5")),
    "UDP to the gateway": ("gateway", inner_v4(dst="169.254.1.1")),
    "v4 cut off": ("malformed", V4_TO_TWO[:19]),
    "v4 longer than its frame": ("malformed", inner_v4(length=200)),
    "v6 longer than its frame": ("malformed", inner_v6(length=200)),
    "v4 header too short": ("malformed", inner_v4(vihl=0x44)),
}


@pytest.mark.parametrize("reason, packet", FORGED.values(), ids=FORGED)
def test_what_a_container_may_not_send_is_dropped(lab, reason, packet):
    with nothing_delivered(lab), lab.dropping("a", reason):
        inject(lab.netns("red-one"), "eth0", eth(GATEWAY_MAC, lab.mac("red-one"), packet))


@pytest.mark.parametrize("packet", [V4_TO_TWO, V6_TO_TWO], ids=["v4", "v6"])
def test_a_foreign_mac_is_dropped(lab, packet):
    with nothing_delivered(lab), lab.dropping("a", "source-mac"):
        inject(lab.netns("red-one"), "eth0", eth(GATEWAY_MAC, "02:00:00:00:00:99", packet))


def test_what_is_not_ip_is_dropped(lab):
    with nothing_delivered(lab), lab.dropping("a", "not-ip"):
        inject(lab.netns("red-one"), "eth0",
               eth(GATEWAY_MAC, lab.mac("red-one"), MARK, proto=0x88b5))


def tenant_id(lab):
    return lab.ask("tenant", "show", "red", node="a")["id"]


def final_sid(lab, **more):
    """Of what node a sends for one."""
    one = lab.ask("endpoint", "show", "red/one", node="a")["identity"]
    return sid(NODE_B, FN_DT46, **{"tenant": tenant_id(lab), "identity": one, **more})


def from_underlay(lab, *packets):
    """As if node a, or whoever stands on the link, had sent them to node b."""
    macs = lab.mac("b", "to-a"), lab.mac("a", "to-b")
    inject(lab.netns("a"), "to-b", *(eth(*macs, packet) for packet in packets))


def outer(dst, payload=V4_TO_TWO, next_header=IPV4, **more):
    return ipv6(ADDRESS_A, dst, payload, next_header=next_header, **more)


def with_srh(lab, dst=None, payload=V4_TO_TWO, segments_left=0, next_header=IPV4, **more):
    end = final_sid(lab)
    return outer(dst or end, srh(next_header, [end], segments_left, **more) + payload, ROUTING)


# From the underlay: the reason, and the packet as a function of the lab.
UNDERLAY = {
    "function that is no SID": ("unknown-sid", lambda lab: outer(sid(NODE_B, 0xe999))),
    "function of another behavior": ("unknown-sid", lambda lab: outer(sid(NODE_B, 0xe047, 1))),
    "tenant that is not": ("unknown-tenant", lambda lab: outer(final_sid(lab, tenant=0xabcdef))),
    "tenant 0": ("unknown-tenant", lambda lab: outer(final_sid(lab, tenant=0))),
    "endpoint of another node": ("not-here", lambda lab: outer(
        final_sid(lab), inner_v4(V4["two"], V4["one"]))),
    "endpoint that is not": ("not-here", lambda lab: outer(final_sid(lab),
                                                           inner_v4(dst="10.0.0.77"))),
    "address that would be the node's": ("nested", lambda lab: outer(
        final_sid(lab), inner_v6(dst=ADDRESS_B), IPV6)),
    "UDP to End.DT46": ("upper-layer", lambda lab: outer(
        final_sid(lab), udp(ADDRESS_A, ADDRESS_B, PORT, MARK), UDP)),
    "nothing to End.DT46": ("upper-layer", lambda lab: outer(final_sid(lab), b"", NONE)),
    "IPv4 to End": ("upper-layer", lambda lab: outer(sid(NODE_B, FN_END))),
    "IPv4 to the end of a C-SID container": ("upper-layer", lambda lab: outer(sid(NODE_B, 0))),
    "type 0": ("routing-type", lambda lab: with_srh(lab, routing_type=0)),
    "type 0 with a segment left": ("routing-type", lambda lab: with_srh(
        lab, routing_type=0, segments_left=1)),
    "type 2": ("routing-type", lambda lab: with_srh(lab, routing_type=2)),
    "SRH that goes on behind the packet": ("srh-truncated", lambda lab: with_srh(
        lab, ext_len=200, payload=b"")),
    "SRH with Last Entry behind its end": ("srh-last-entry", lambda lab: with_srh(
        lab, last_entry=1)),
    "SRH without a segment": ("srh-last-entry", lambda lab: with_srh(lab, ext_len=0)),
    "SRH with too many segments left": ("srh-segments-left", lambda lab: with_srh(
        lab, segments_left=2)),
    "SRH with all segments left": ("srh-segments-left", lambda lab: with_srh(
        lab, segments_left=255)),
    "End.DT46 with a segment left": ("srh-segments-left", lambda lab: with_srh(
        lab, segments_left=1)),
    "TLV that overruns the SRH": ("srh-tlv", lambda lab: with_srh(
        lab, tlvs=bytes([5, 7, 0, 0, 0, 0, 0, 0]))),
    "TLV without a length": ("srh-tlv", lambda lab: with_srh(
        lab, tlvs=bytes([4, 5, 0, 0, 0, 0, 0, 5]))),
    "no such version inside": ("inner-malformed", lambda lab: outer(
        final_sid(lab), b"\x75" + V4_TO_TWO[1:])),
    "IPv4 announced, IPv6 inside": ("inner-malformed", lambda lab: outer(
        final_sid(lab), V6_TO_TWO)),
    "inside longer than outside": ("inner-malformed", lambda lab: outer(
        final_sid(lab), inner_v4(length=200))),
    "routing header inside": ("routing-header", lambda lab: outer(
        final_sid(lab), ipv6(V6["one"], V6["two"], srh(UDP, [V6["two"]], 0) + V6_TO_TWO[40:],
                             next_header=ROUTING), IPV6)),
    "packet-too-big about somebody else's packet": ("icmp-unmatched", lambda lab: too_big(
        outer(ADDRESS_B))),
}


def too_big(about):
    body = bytes([2, 0, 0, 0, 0, 0, 5, 0]) + about
    return ipv6(ADDRESS_A, ADDRESS_B, body, next_header=58)


@pytest.mark.parametrize("reason, make", UNDERLAY.values(), ids=UNDERLAY)
def test_what_the_underlay_may_not_send_is_dropped(lab, reason, make):
    with nothing_delivered(lab), lab.dropping("b", reason):
        from_underlay(lab, make(lab))


def test_the_same_packets_without_a_mistake_are_delivered(lab):
    """Else all of the above would prove nothing."""
    for packet in (outer(final_sid(lab)), with_srh(lab),
                   with_srh(lab, tlvs=bytes([4, 6, 0, 0, 0, 0, 0, 0])),
                   with_srh(lab, dst=sid(NODE_B, FN_END), segments_left=1)):
        with Frames({lab.netns("red-two"): "two"}, MARK) as frames:
            from_underlay(lab, packet)
            frames.wait(1)


def test_a_packet_cut_off_at_any_byte_is_never_delivered(lab):
    whole = with_srh(lab, dst=sid(NODE_B, FN_END), segments_left=1)
    n_srh, n_inner = 24, len(whole) - 64
    before = lab.drops("b")

    def grown(reason):
        return lab.drops("b").get(reason, 0) - before.get(reason, 0)
    with nothing_delivered(lab):
        from_underlay(lab, *(whole[:n] for n in range(1, len(whole))))
        wait_for(lambda: grown("srh-truncated") == n_srh, f"{n_srh} truncated SRHs")
        wait_for(lambda: grown("inner-malformed") == n_inner, f"{n_inner} truncated packets")


def test_a_packet_that_comes_to_the_wrong_node_goes_to_the_right_one_and_no_further(lab):
    """Node b routes it on, like any router; node a has no such endpoint."""
    with nothing_delivered(lab), lab.dropping("a", "not-here"):
        from_underlay(lab, outer(sid(NODE_A, FN_DT46, tenant_id(lab))))


def test_an_outer_hop_limit_that_ends_at_a_waypoint_is_told_to_the_headend(lab):
    """The next segment is node a's, so that the packet would come back."""
    ends = sid(NODE_A, FN_DT46, tenant_id(lab))
    packet = ipv6(ADDRESS_A, sid(NODE_B, FN_END), srh(IPV4, [ends], 1) + V4_TO_TWO,
                  next_header=ROUTING, hop_limit=1)
    with nothing_delivered(lab), Frames({lab.netns("a"): "a"}, MARK) as frames:
        from_underlay(lab, packet)
        told = [f.data[14:] for f in frames.wait(2) if not f.is_out]
    assert [(data[6], data[40], data[24:40]) for data in told] == [(58, 3, packed(ADDRESS_A))]


@pytest.mark.parametrize("address", ["5f00:0:2::1", "5f00:0:2::", "5f00:0:2:e001::",
                                     "5f00:0:2:e046::"])
def test_a_sid_answers_ping_from_the_underlay(lab, address):
    answers, said = lab.ping("a", address)
    assert answers == 1, said


@pytest.fixture(scope="module", name="outside")
def outside_(lab):
    """A network namespace that hangs off node b by an interface added while weftd runs."""
    name = f"{lab.name}x"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "link", "add", "out0", "netns", lab.netns("b"), "type", "veth",
                        "peer", "name", "eth0", "netns", name], check=True)
        for netns, interface, address in ((lab.netns("b"), "out0", "fd99::1/64"),
                                          (name, "eth0", "fd99::2/64")):
            for words in (["addr", "add", address, "dev", interface, "nodad"],
                          ["link", "set", interface, "up"]):
                subprocess.run(["ip", "-n", netns, *words], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def from_outside(lab, outside, packet):
    inject(outside, "eth0", eth(lab.mac("b", "out0"), "02:00:00:00:00:02", packet))


OUTSIDE = {
    "to a SID": lambda lab: ipv6("fd99::2", final_sid(lab), V4_TO_TWO, next_header=IPV4),
    "to a SID with an SRH": lambda lab: ipv6(
        "fd99::2", sid(NODE_B, FN_END), srh(IPV4, [final_sid(lab)], 1) + V4_TO_TWO,
        next_header=ROUTING),
    "to a node": lambda lab: inner_v6("fd99::2", ADDRESS_A),
    "to a SID that is not": lambda lab: ipv6("fd99::2", sid(NODE_B, 0xe999), V4_TO_TWO,
                                             next_header=IPV4),
    "from a node": lambda lab: inner_v6(ADDRESS_A, "fd99::1"),
    "from a SID": lambda lab: inner_v6(sid(NODE_A, FN_END), "fd99::1"),
}


def test_a_new_interface_is_outside_of_the_domain_by_itself(lab, outside):
    def is_closed():
        from_outside(lab, outside, OUTSIDE["to a SID that is not"](lab))
        return lab.drops("b").get("outside")

    wait_for(is_closed, "weftd to close the new interface")
    for make in OUTSIDE.values():
        with nothing_delivered(lab), lab.dropping("b", "outside"):
            from_outside(lab, outside, make(lab))


def test_other_traffic_from_outside_is_left_alone(lab, outside):
    said = subprocess.run(["ip", "netns", "exec", outside, "ping", "-c", "1", "-W", "2",
                           "fd99::1"], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout
