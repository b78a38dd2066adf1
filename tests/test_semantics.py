# SPDX-License-Identifier: Apache-2.0
"""What a packet looks like on its way and when it arrives: like after any router.

                   +-- r1 --+
    one --[ a ]----|        |----[ b ]-- two          two equal ways over plain routers
    near --/       +-- r2 --+

 one 10.0.0.1, two 10.0.0.2, near 10.0.0.3; v6: fd00:0:0:1::1, ::2, ::3
"""
import json
import socket

import pytest
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether

import packets
from cluster import cluster, container, tenant
from frames import OUTER_OFF, Frames, inject
from packets import FN_DT46, eth, ipv4, ipv6, sid, udp
from servers import udp_socket
from wire import in_netns

PORT = 9
V4 = {"one": "10.0.0.1", "two": "10.0.0.2", "near": "10.0.0.3", "gateway": "169.254.1.1"}
V6 = {"one": "fd00:0:0:1::1", "two": "fd00:0:0:1::2", "near": "fd00:0:0:1::3",
      "gateway": "fe80::1%eth0"}
FAMILIES = pytest.mark.parametrize("family", [V4, V6], ids=["v4", "v6"])
HOME = {"one": "a", "two": "b", "near": "a"}
GATEWAY_MAC = "02:57:45:46:54:01"
NOT_ECT, ECT1, ECT0, CE = range(4)
IP_RECVTTL = 12  # linux/in.h
DSCP = 0x28


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container(name, node, V4[name], V6[name]) for name, node in HOME.items()]
    with cluster("ab", [("a", "r1"), ("r1", "b"), ("a", "r2"), ("r2", "b")], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64"), routers=("r1", "r2")) as lab:
        yield lab


def sender_of(lab, address, *, tos=None, ttl=None, port=0, who="one"):
    """A UDP socket of a container with that traffic class, that hop limit."""
    own = (V6 if ":" in address else V4)[who]
    sock = udp_socket(lab.netns(f"red-{who}"), own, port)
    is_v6 = sock.family == socket.AF_INET6
    if tos is not None:
        sock.setsockopt(*((socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if is_v6
                          else (socket.IPPROTO_IP, socket.IP_TOS)), tos)
    if ttl is not None:
        sock.setsockopt(*((socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if is_v6
                          else (socket.IPPROTO_IP, socket.IP_TTL)), ttl)
    return sock


def received(lab, family, destination, payload, **options):
    """(hop limit, traffic class) of the packet when it has arrived."""
    address = family[destination]
    with udp_socket(lab.netns(f"red-{destination}"), address, PORT) as receiver, \
         sender_of(lab, address, **options) as sender:
        want_all(receiver)
        sender.sendto(payload, (address, PORT))
        return hop_limit_and_tc(receiver, payload)


def want_all(sock):
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)


def hop_limit_and_tc(sock, payload):
    data, told, _, _ = sock.recvmsg(64, 256)
    assert data == payload
    by_type = {kind: value[0] for _, kind, value in told}
    if sock.family == socket.AF_INET6:
        return by_type[socket.IPV6_HOPLIMIT], by_type[socket.IPV6_TCLASS]
    return by_type[socket.IP_TTL], by_type[socket.IP_TOS]


@FAMILIES
@pytest.mark.parametrize("destination, n_routing", [("two", 2), ("near", 1)])
def test_each_node_that_routes_takes_one_off_the_hop_limit(lab, family, destination, n_routing):
    assert received(lab, family, destination, b"ttl", ttl=33)[0] == 33 - n_routing
    assert received(lab, family, destination, b"ttl", ttl=n_routing + 1)[0] == 1


@FAMILIES
@pytest.mark.parametrize("size", [16, 57, 1300])
def test_the_node_where_the_hop_limit_ends_says_so_as_the_gateway(lab, family, size):
    """Also about packets that must be cut to be quoted."""
    gateway = family["gateway"].split("%")[0]
    for hops, node in ((1, "a"), (2, "b")):
        with lab.dropping(node, "hop-limit"):
            answers, said = lab.ping("red-one", family["two"], "-t", str(hops), "-s", str(size))
        assert answers == 0
        assert f"From {gateway}" in said and "Time" in said and "exceeded" in said, said
    assert lab.ping("red-one", family["two"], "-t", "3")[0] == 1


@FAMILIES
def test_the_hop_limit_ends_on_the_same_node_as_well(lab, family):
    with lab.dropping("a", "hop-limit"):
        assert "exceeded" in lab.ping("red-one", family["near"], "-t", "1")[1]


def underlay(lab, family, payload, **options):
    """The outer header of one packet as it leaves node a, and what arrived inside."""
    with Frames({lab.netns("a"): "a"}, payload) as frames:
        arrived = received(lab, family, "two", payload, **options)
        outs = [f for f in frames.now() if f.is_out and f.interface.startswith("to-r")]
    assert len(outs) == 1
    return IPv6(outs[0].data[OUTER_OFF:]), arrived


@FAMILIES
@pytest.mark.parametrize("tos", [0x00, 0xb8, 0x2a, 0x01])
def test_dscp_and_ecn_are_copied_out_and_arrive_inside(lab, family, tos):
    outer, (_, arrived) = underlay(lab, family, b"dscp", tos=tos)
    assert outer.tc == tos
    assert arrived == tos


@FAMILIES
def test_the_outer_flow_label_is_the_flows(lab, family):
    labels = []
    for port in range(21000, 21016):
        same = {underlay(lab, family, b"flow label", port=port)[0].fl for _ in range(2)}
        assert len(same) == 1
        labels += same
    assert 0 not in labels
    assert len(set(labels)) == len(labels)


@FAMILIES
def test_equal_ways_of_the_underlay_share_the_flows(lab, family):
    with Frames({lab.netns(r): r for r in ("r1", "r2")}, b"spread me") as frames:
        for port in range(22000, 22064):
            received(lab, family, "two", b"spread me", port=port)
        ways = [f.where for f in frames.now() if f.is_out]
    assert len(ways) == 64
    assert min(ways.count("r1"), ways.count("r2")) > 12  # 32, less five times its deviation


# RFC 6040 section 4.2: inner, outer -> what arrives; None: dropped.
ECN_COMBINED = {
    (NOT_ECT, NOT_ECT): NOT_ECT, (NOT_ECT, ECT0): NOT_ECT, (NOT_ECT, ECT1): NOT_ECT,
    (NOT_ECT, CE): None,
    (ECT0, NOT_ECT): ECT0, (ECT0, ECT0): ECT0, (ECT0, ECT1): ECT1, (ECT0, CE): CE,
    (ECT1, NOT_ECT): ECT1, (ECT1, ECT0): ECT1, (ECT1, ECT1): ECT1, (ECT1, CE): CE,
    (CE, NOT_ECT): CE, (CE, ECT0): CE, (CE, ECT1): CE, (CE, CE): CE,
}


@FAMILIES
def test_congestion_marked_on_the_underlay_arrives_inside(lab, family):
    """Packets as node a sends them, but for the mark, which routers may set."""
    final = sid(2, FN_DT46, lab.ask("tenant", "show", "red", node="a")["id"],
                lab.ask("endpoint", "show", "red/one", node="a")["identity"])
    frame = {"dst": lab.mac("b", "to-r1"), "src": lab.mac("r1", "to-b")}
    for (inner, outer), expected in ECN_COMBINED.items():
        packet = marked(family, final, DSCP | inner, DSCP | outer)
        with udp_socket(lab.netns("red-two"), family["two"], PORT) as receiver:
            want_all(receiver)
            if expected is None:
                with lab.dropping("b", "ecn"):
                    inject(lab.netns("r1"), "to-b", eth(payload=packet, **frame))
            else:
                inject(lab.netns("r1"), "to-b", eth(payload=packet, **frame))
                assert hop_limit_and_tc(receiver, b"mark me")[1] == DSCP | expected


def marked(family, final, inner_tc, outer_tc):
    src, dst = family["one"], family["two"]
    body = udp(src, dst, PORT, b"mark me")
    inside = ipv4(src, dst, body, tos=inner_tc) if family is V4 else \
        ipv6(src, dst, body, tc=inner_tc)
    return ipv6("5f00:0:1::1", final, inside, tc=outer_tc,
                next_header=packets.IPV4 if family is V4 else packets.IPV6)


@FAMILIES
def test_the_gateway_answers_ping(lab, family):
    answers, said = lab.ping("red-one", family["gateway"], count=3)
    assert answers == 3, said


def test_the_gateway_answers_arp_and_neighbor_solicitations(lab):
    lab.run("red-one", "ip", "neigh", "flush", "dev", "eth0")
    lab.run("red-one", "ip", "-6", "neigh", "flush", "dev", "eth0")
    assert lab.pings("red-one", V4["two"]) and lab.pings("red-one", V6["two"])
    for family, gateway in (("-4", "169.254.1.1"), ("-6", "fe80::1")):
        said = lab.run("red-one", "ip", family, "-j", "neigh", "show", gateway, "dev", "eth0")
        assert [n["lladdr"] for n in json.loads(said)] == [GATEWAY_MAC]


def test_arp_for_anybody_else_is_not_answered(lab):
    request = Ether(src=lab.mac("red-one"), dst="ff:ff:ff:ff:ff:ff") / \
        ARP(op=1, hwsrc=lab.mac("red-one"), psrc=V4["one"], pdst=V4["near"])
    with lab.dropping("a", "arp"):
        inject(lab.netns("red-one"), "eth0", request)


def test_containers_have_their_addresses_and_one_way_out(lab):
    for name in HOME:
        said = json.loads(lab.run(f"red-{name}", "ip", "-j", "addr", "show", "dev", "eth0"))
        assert {V4[name], V6[name]} <= {a["local"] for a in said[0]["addr_info"]}
        for family, gateway in (("-4", "169.254.1.1"), ("-6", "fe80::1")):
            routes = json.loads(lab.run(f"red-{name}", "ip", family, "-j", "route", "show",
                                        "default"))
            assert [r["gateway"] for r in routes] == [gateway]


def test_errors_about_a_burst_are_limited_and_its_drops_all_counted(lab):
    """RFC 4443 section 2.4 (f)."""
    n = 2000
    with in_netns(lab.netns("red-one")):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        errors = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    with sender, errors:
        with lab.dropping("a", "no-endpoint", n):
            for _ in range(n):
                sender.sendto(b"nobody is", ("10.0.0.99", PORT))
        errors.setblocking(False)
        n_errors = 0
        while n_errors < n:
            try:
                n_errors += b"nobody" in errors.recv(256)
            except BlockingIOError:
                break
    assert 0 < n_errors < n / 2
