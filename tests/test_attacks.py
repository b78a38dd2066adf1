# SPDX-License-Identifier: Apache-2.0
"""Attacks, each with the reason it must die of: nothing of it arrives, and it is counted.

    one  10.0.0.1 --[ a ]-----[ b ]-- two 10.0.0.2        in each tenant, with equal addresses
                       \\       /
                        [  c  ]-- red-fn 10.0.0.3         an SR-aware function
                           :
                    a compromised node, or a router of the domain, that injects what it likes

    red, blue   open               sec    signed headers; udp/7000 must pass c, udp/7001 prove it
    shut        default: deny; one may send two udp and tcp 5432 and UDP 10000-60000

What a container sends is injected behind its eth0, what a node sends behind its own interface.
"""
import contextlib
import struct
import subprocess
import tempfile
import time
import types

import pytest
from scapy.layers.inet6 import (ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_Redirect,
                                ICMPv6NDOptDstLLAddr, ICMPv6NDOptPrefixInfo,
                                ICMPv6NDOptSrcLLAddr, IPv6)
from scapy.layers.l2 import ARP, Ether

from cluster import cluster, container, policy, tenant, wait_for
from frames import OUTER_OFF, Frames, inject
from packets import (FN_DT46, FN_END, IPV4, IPV6, ROUTING, UDP, checksum, eth, ipv4, ipv6,
                     mac_bytes, packed, sid, srh, udp)
from servers import udp_socket
from signing import HMAC_TYPE, signed_srh, transit_tlv

TCP, ICMP, ICMPV6, FRAGMENT = 6, 1, 58, 44
MARK, LEGAL = b"must not arrive", b"may arrive"
ONE, TWO, FN = "10.0.0.1", "10.0.0.2", "10.0.0.3"
ONE6, TWO6, FN6 = "fd00:0:0:1::1", "fd00:0:0:1::2", "fd00:0:0:1::3"
PREFIXES = ("10.0.0.0/16", "fd00:0:0:1::/64")
GATEWAY_MAC = "02:57:45:46:54:01"
NODE = {"a": 1, "b": 2, "c": 3}
ADDRESS = {name: f"5f00:0:{number}::1" for name, number in NODE.items()}
KEY, SECRET = 77, b"nobody knows what stands in here."
OPEN, PATH_PORT, TRANSIT_PORT, SQL = 9, 7000, 7001, 5432
TENANTS = ("red", "blue", "sec", "shut")
WEB_TO_DB = {"from": {"app": "web"}, "to": {"app": "db"}}
POLICIES = [
    policy("passes-c", "c", in_tenant="sec", ports=[f"udp/{PATH_PORT}"], require=["path"],
           **WEB_TO_DB),
    policy("proves-c", "c", in_tenant="sec", ports=[f"udp/{TRANSIT_PORT}", f"tcp/{TRANSIT_PORT}"],
           require=["transit"], **WEB_TO_DB),
    policy("sql", in_tenant="shut", ports=[f"udp/{SQL}", f"tcp/{SQL}", "udp/10000-60000"],
           **WEB_TO_DB),
]


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = []
    for of in TENANTS:
        containers += [container("one", "a", ONE, ONE6, tenant=of, app="web"),
                       container("two", "b", TWO, TWO6, tenant=of, app="db")]
    containers.append(container("fn", "c", FN, FN6, app="fn"))
    function = {"kind": "Endpoint", "name": "fn", "tenant": "red", "addresses": [FN, FN6],
                "labels": {"app": "fn"}, "sr_aware": True}
    with cluster("abc", ["ab", "bc", "ca"], containers, tenant("red", *PREFIXES),
                 tenant("blue", *PREFIXES), tenant("sec", *PREFIXES),
                 tenant("shut", *PREFIXES, default="deny"), function) as lab, \
         secret_file(SECRET) as path:
        lab.apply({"kind": "Key", "name": "k1", "id": KEY, "secret_file": path})
        lab.apply(tenant("sec", *PREFIXES, require=["hmac"]), *POLICIES)
        for of in TENANTS[:3]:
            lab.pings(f"{of}-one", TWO)  # all neighbors are known from here on
        yield lab


@contextlib.contextmanager
def secret_file(secret):
    """A file that only its owner can read."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(secret)
        file.flush()
        yield file.name


@pytest.fixture(scope="module", name="known")
def known_(lab):
    """Numbers that a compromised node knows."""
    def ids(what):
        return {(item["tenant"], item["name"]): item for item in lab.ask(what, "list", node="a")}

    return types.SimpleNamespace(
        tenant={item["name"]: item["id"] for item in lab.ask("tenant", "list", node="a")},
        identity={key: item["identity"] for key, item in ids("endpoint").items()},
        policy={key: item["id"] for key, item in ids("policy").items()})


@contextlib.contextmanager
def nothing_delivered(lab):
    """No marked packet reaches a container meanwhile; one that may, does."""
    others = {lab.netns(f"{of}-{name}"): f"{of}-{name}" for of in TENANTS for name in ("one", "two")}
    others[lab.netns("red-fn")] = "red-fn"
    with Frames(others, MARK) as frames:
        yield
        with udp_socket(lab.netns("red-two"), TWO, OPEN) as receiver, \
             udp_socket(lab.netns("red-one")) as sender:
            sender.sendto(LEGAL, (TWO, OPEN))
            assert receiver.recv(64) == LEGAL
        assert not [f for f in frames.now() if not f.is_out]


@contextlib.contextmanager
def dying_of(lab, node, reason, n=1):
    """Nothing is delivered; the node drops `n` for that reason, and for no other."""
    with nothing_delivered(lab), lab.dropping(node, reason, n):
        yield


def inner(src=ONE, dst=TWO, port=OPEN, mark=MARK, **more):
    make = ipv6 if ":" in src else ipv4
    return make(src, dst, udp(src, dst, port, mark), **more)


def from_container(lab, who, *packets, src=None):
    mac = src or lab.mac(who)
    inject(lab.netns(who), "eth0", *(eth(GATEWAY_MAC, mac, packet) for packet in packets))


def from_node(lab, node, *packets, to="b"):
    """Out of a node's interface, past its weftd."""
    macs = lab.mac(to, f"to-{node}"), lab.mac(node, f"to-{to}")
    inject(lab.netns(node), f"to-{to}", *(eth(*macs, packet) for packet in packets))


def final(known, of="red", who="one", node="b", **more):
    """The final SID of a packet of that endpoint, with nothing forged."""
    return sid(NODE[node], FN_DT46, **{"tenant": known.tenant[of],
                                       "identity": known.identity[of, who], **more})


def outer(dst, payload=None, next_header=IPV4, node="a", **more):
    return ipv6(ADDRESS[node], dst, inner() if payload is None else payload,
                next_header=next_header, **more)


# ---- From a container ---------------------------------------------------------------------------

SPOOFED = {
    "v4 source": ("source-address", inner("10.0.0.9")),
    "v4 source of the destination": ("source-address", inner(TWO)),
    "v6 source": ("source-address", inner("fd00:0:0:1::9", TWO6)),
    "v6 source in the SID block": ("source-address", inner(ADDRESS["a"], TWO6)),
    "v4 source written as v6": ("malformed", inner("::ffff:10.0.0.1", TWO6)),
    "SRH": ("routing-header", ipv6(ONE6, TWO6, srh(UDP, [TWO6], 0) + inner(ONE6, TWO6)[40:],
                                   next_header=ROUTING)),
    "SRH to a SID": ("routing-header", ipv6(ONE6, sid(2, FN_END), srh(
        IPV4, [sid(2, FN_DT46, 1)], 1) + inner(), next_header=ROUTING)),
    "RH0": ("routing-header", ipv6(ONE6, TWO6, srh(UDP, [TWO6], 1, routing_type=0)
                                   + inner(ONE6, TWO6)[40:], next_header=ROUTING)),
    "a SID, without SRH": ("sid-destination", outer(sid(2, FN_DT46, 1)).replace(
        packed(ADDRESS["a"]), packed(ONE6))),
    "an address of a node": ("sid-destination", inner(ONE6, ADDRESS["b"])),
}


@pytest.mark.parametrize("of", ["red", "shut"])
@pytest.mark.parametrize("reason, packet", SPOOFED.values(), ids=SPOOFED)
def test_a_container_that_forges_is_stopped_at_its_node(lab, of, reason, packet):
    with dying_of(lab, "a", reason):
        from_container(lab, f"{of}-one", packet)


@pytest.mark.parametrize("packet", [inner(), inner(ONE6, TWO6)], ids=["v4", "v6"])
def test_a_spoofed_mac_is_stopped(lab, packet):
    for mac in ("02:00:00:00:00:99", GATEWAY_MAC, lab.mac("blue-one")):
        with dying_of(lab, "a", "source-mac"):
            from_container(lab, "red-one", packet, src=mac)


def arp(lab, **fields):
    own = lab.mac("red-one")
    return Ether(src=own, dst="ff:ff:ff:ff:ff:ff") / ARP(**{"hwsrc": own, **fields})


ARP_SPOOFED = {
    "answer for the gateway": dict(op=2, psrc="169.254.1.1", pdst=TWO),
    "answer for another": dict(op=2, psrc=TWO, pdst=ONE),
    "gratuitous": dict(op=1, psrc=TWO, pdst=TWO),
    "question about another": dict(op=1, psrc=ONE, pdst=TWO),
}


@pytest.mark.parametrize("fields", ARP_SPOOFED.values(), ids=ARP_SPOOFED)
def test_spoofed_arp_is_heard_by_nobody(lab, fields):
    with dying_of(lab, "a", "arp"):
        inject(lab.netns("red-one"), "eth0", arp(lab, **fields) / MARK)


def nd_spoofed(lab):
    own = lab.mac("red-one")
    link = Ether(src=own, dst="33:33:00:00:00:01")
    everyone = "ff02::1"
    return {
        "advertisement of the gateway": link / IPv6(src=ONE6, dst=everyone, hlim=255) / ICMPv6ND_NA(
            tgt="fe80::1", R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=own),
        "advertisement of another": link / IPv6(src=ONE6, dst=TWO6, hlim=255) / ICMPv6ND_NA(
            tgt=TWO6, R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=own),
        "advertisement as the gateway": link / IPv6(src="fe80::1", dst=everyone, hlim=255)
            / ICMPv6ND_NA(tgt="fe80::1", O=1) / ICMPv6NDOptDstLLAddr(lladdr=own),
        "solicitation of another": link / IPv6(src=ONE6, dst="ff02::1:ff00:2", hlim=255)
            / ICMPv6ND_NS(tgt=TWO6) / ICMPv6NDOptSrcLLAddr(lladdr=own),
        "router advertisement": link / IPv6(src="fe80::99", dst=everyone, hlim=255) / ICMPv6ND_RA()
            / ICMPv6NDOptPrefixInfo(prefix="fd99::", prefixlen=64),
        "redirect": link / IPv6(src="fe80::1", dst=everyone, hlim=255) / ICMPv6ND_Redirect(
            tgt=ONE6, dst=TWO6),
    }


def test_spoofed_nd_is_heard_by_nobody(lab):
    """Kernels send discovery on their own as well: the count grows by one at least."""
    for name, frame in nd_spoofed(lab).items():
        before = lab.drops("a")
        with nothing_delivered(lab):
            inject(lab.netns("red-one"), "eth0", bytes(frame) + MARK)
            wait_for(lambda b=before: lab.drops("a")["nd"] > b.get("nd", 0), f"{name} to die")


# ---- From a compromised node, or a router of the domain ------------------------------------------

FORGED = {
    "tenant that is not": ("unknown-tenant", lambda k: outer(final(k, tenant=0xabcdef))),
    "tenant 0": ("unknown-tenant", lambda k: outer(final(k, tenant=0))),
    "identity of another": ("identity", lambda k: outer(final(
        k, identity=k.identity["red", "two"]))),
    "identity that is not": ("identity", lambda k: outer(final(k, identity=0xabcdef))),
    "identity 0 for one that is known": ("identity", lambda k: outer(final(k, identity=0))),
    "policy that is not": ("unknown-policy", lambda k: outer(final(k, policy=0xfffe))),
    "policy of another tenant": ("unknown-policy", lambda k: outer(final(
        k, policy=k.policy["shut", "sql"]))),
    "sender of another node": ("source-node", lambda k: outer(final(k), node="c")),
    "sender of the receiver's node": ("source-node", lambda k: outer(
        final(k, identity=k.identity["red", "two"]), inner(TWO, TWO))),
    "outer source that is no node's": ("source-node", lambda k: ipv6(
        "fd99::1", final(k), inner(), next_header=IPV4)),
    "foreign tenant's SID": ("source-node", lambda k: outer(
        final(k, "blue"), inner(), node="c")),
    "function that is no SID": ("unknown-sid", lambda k: outer(sid(2, 0xe999))),
    "receiver of another node": ("not-here", lambda k: outer(final(k), inner(TWO, ONE))),
    "nested, to a SID": ("nested", lambda k: outer(final(k), ipv6(
        ONE6, final(k), inner(), next_header=IPV4), IPV6)),
    "nested, to a node": ("nested", lambda k: outer(final(k), inner(ONE6, ADDRESS["b"]), IPV6)),
    "RH0": ("routing-type", lambda k: outer(final(k), srh(
        IPV4, [final(k)], 1, routing_type=0) + inner(), ROUTING)),
    "routing header inside": ("routing-header", lambda k: outer(final(k), ipv6(
        ONE6, TWO6, srh(UDP, [TWO6], 0) + inner(ONE6, TWO6)[40:], next_header=ROUTING), IPV6)),
    "TLV overrun": ("srh-tlv", lambda k: outer(final(k), srh(
        IPV4, [final(k)], 0, tlvs=bytes([HMAC_TYPE, 38, 0, 0, 0, 0, 0, 0])) + inner(), ROUTING)),
    "what the policies deny": ("denied", lambda k: outer(final(k, "shut"))),
    "what they deny, as an allowed policy's": ("denied", lambda k: outer(final(
        k, "shut", policy=k.policy["shut", "sql"]))),
    "what they deny, from outside": ("denied", lambda k: ipv6(
        "fd99::1", final(k, "shut", identity=0), inner("192.0.2.1"), next_header=IPV4)),
}


@pytest.mark.parametrize("reason, make", FORGED.values(), ids=FORGED)
def test_a_node_that_forges_is_stopped_at_the_receivers(lab, known, reason, make):
    packet = make(known)
    node = "c" if packet[8:24] == packed(ADDRESS["c"]) else "a"
    with dying_of(lab, "b", reason):
        from_node(lab, node, packet)


def test_the_same_without_a_lie_is_delivered(lab, known):
    with Frames({lab.netns("red-two"): "two"}, LEGAL) as frames:
        from_node(lab, "a", outer(final(known), inner(mark=LEGAL)))
        frames.wait(1)


# ---- Signed headers -----------------------------------------------------------------------------

def signed(known, *, port=OPEN, source="a", key=KEY, secret=SECRET, mark=MARK, list_=None,
           policy_id=0, more=b"", identity=None, **options):
    """A packet of sec's one, signed by hand. `list_`: the segments less the final SID, last first."""
    extra = {} if identity is None else {"identity": identity}
    segments = [final(known, "sec", policy=policy_id, **extra), *(list_ or [])]
    head = signed_srh(IPV4, segments, 0, secret=secret, source=ADDRESS[source], key=key, more=more,
                      **options)
    return outer(segments[0], head + inner(port=port, mark=mark), ROUTING, node=source)


def altered(packet, at, value):
    """With other bytes at an offset."""
    return packet[:at] + value + packet[at + len(value):]


SRH_AT, FLAGS_AT, SEGMENTS_AT = 40, 45, 48
TLV_AT = SEGMENTS_AT + 16  # of a list of one

UNSIGNED = {
    "no SRH": ("hmac-missing", lambda k: outer(final(k, "sec"))),
    "no HMAC": ("hmac-missing", lambda k: outer(final(k, "sec"), srh(
        IPV4, [final(k, "sec")], 0) + inner(), ROUTING)),
    "wrong secret": ("hmac", lambda k: signed(k, secret=bytes(32))),
    "unknown key": ("hmac-key", lambda k: signed(k, key=KEY + 1)),
    "key 0": ("hmac-key", lambda k: signed(k, key=0)),
    "altered flags": ("hmac", lambda k: altered(signed(k), FLAGS_AT, b"\x08")),
    "altered D bit": ("hmac", lambda k: altered(signed(k), TLV_AT + 2, b"\x80\0")),
    "altered signature": ("hmac", lambda k: altered(signed(k), TLV_AT + 39, b"?")),
    "altered identity": ("hmac", lambda k: rearranged(signed(k), known_arg(
        k, identity=k.identity["sec", "two"]))),
    "altered policy": ("hmac", lambda k: rearranged(signed(k), known_arg(
        k, policy=k.policy["sec", "passes-c"]))),
    "altered segment list": ("hmac", lambda k: altered(
        signed(k, list_=["5f00:0:3::"]), SEGMENTS_AT + 16, packed("5f00:0:1::"))),
    "replayed from another source": ("hmac", lambda k: altered(
        signed(k), 8, packed(ADDRESS["c"]))),
    "TLV overrun": ("srh-tlv", lambda k: altered(signed(k), TLV_AT + 1, b"\x27")),
    "list without the waypoint": ("path", lambda k: signed(
        k, port=PATH_PORT, policy_id=k.policy["sec", "passes-c"])),
    "list with another waypoint": ("path", lambda k: signed(
        k, port=PATH_PORT, policy_id=k.policy["sec", "passes-c"], list_=["5f00:0:1::"])),
    "the direct way instead of the policy's": ("path", lambda k: signed(k, port=PATH_PORT)),
    "transit without a mark": ("transit", lambda k: signed(
        k, port=TRANSIT_PORT, policy_id=k.policy["sec", "proves-c"], list_=["5f00:0:3::"])),
    "transit with a made up mark": ("transit", lambda k: signed(
        k, port=TRANSIT_PORT, policy_id=k.policy["sec", "proves-c"], list_=["5f00:0:3::"],
        more=transit_tlv(KEY, flags=1, nonce=4711, mark=4711))),
}


def known_arg(known, **more):
    return packed(final(known, "sec", **more))


def rearranged(packet, final_sid):
    """With that final SID, in the destination and in the list."""
    return altered(altered(packet, 24, final_sid), SEGMENTS_AT, final_sid)


@pytest.mark.parametrize("reason, make", UNSIGNED.values(), ids=UNSIGNED)
def test_a_header_that_proves_nothing_is_dropped(lab, known, reason, make):
    packet = make(known)
    node = "c" if packet[8:24] == packed(ADDRESS["c"]) else "a"
    with dying_of(lab, "b", reason):
        from_node(lab, node, packet)
    with dying_of(lab, "b", reason):  # now perhaps remembered
        from_node(lab, node, packet)


def test_a_header_with_a_right_signature_is_taken(lab, known):
    with Frames({lab.netns("sec-two"): "two"}, LEGAL) as frames:
        from_node(lab, "a", signed(known, mark=LEGAL), signed(known, mark=LEGAL))
        frames.wait(2)


def caught(lab, port, at, mark):
    """A real packet of sec's one to two, as it comes to a node."""
    with Frames({lab.netns(at): at}, mark) as frames:
        with udp_socket(lab.netns("sec-one")) as sender:
            sender.sendto(mark, (TWO, port))
        return next(f.data[OUTER_OFF:] for f in frames.wait(1) if not f.is_out)


def test_a_waypoint_that_is_left_out_lacks_in_the_proof_of_transit(lab):
    """A node that was to send it by c sends it straight to b: the signature does not cover that."""
    before_c = caught(lab, TRANSIT_PORT, "c", MARK)
    last = before_c[SEGMENTS_AT:SEGMENTS_AT + 16]
    skipped = altered(altered(before_c, 24, last), SRH_AT + 3, b"\0")
    with dying_of(lab, "b", "transit"):
        from_node(lab, "a", skipped)


def test_a_mark_is_of_one_flow_alone(lab):
    """Another protocol between the same two, and the same mark."""
    marked = caught(lab, TRANSIT_PORT, "b", MARK)
    at = marked.index(packed(ONE) + packed(TWO)) - 12
    segment = tcp_segment(TRANSIT_PORT)
    with dying_of(lab, "b", "transit"):
        from_node(lab, "c", with_length(marked[:at] + ipv4(ONE, TWO, segment, proto=TCP)))


def with_length(packet):
    return packet[:4] + struct.pack("!H", len(packet) - 40) + packet[6:]


def tcp_segment(port, mark=MARK, flags=2):
    head = struct.pack("!HHIIBBHHH", 4000, port, 1, 0, 0x50, flags, 1024, 0, 0)
    pseudo = packed(ONE) + packed(TWO) + struct.pack("!HH", TCP, len(head + mark))
    return head[:16] + struct.pack("!H", checksum(pseudo + head + mark)) + head[18:] + mark


# ---- A compromised function ---------------------------------------------------------------------

FUNCTION = {
    "foreign tenant's SID": ("foreign-sid", lambda k: srh(IPV4, [final(k, "blue", "one")], 0)),
    "foreign tenant behind a waypoint": ("foreign-sid", lambda k: srh(
        IPV4, [final(k, "blue", "one"), sid(1, FN_END)], 1)),
    "shut tenant as its policy": ("foreign-sid", lambda k: srh(
        IPV4, [final(k, "shut", policy=k.policy["shut", "sql"])], 0)),
    "RH0": ("routing-type", lambda k: srh(IPV4, [final(k)], 1, routing_type=0)),
}


@pytest.mark.parametrize("reason, make", FUNCTION.values(), ids=FUNCTION)
def test_a_function_that_rewrites_tenant_or_path_is_stopped(lab, known, reason, make):
    head = make(known)
    dst = head[8 + 16 * head[3] * (head[2] == 4):][:16]
    packet = altered(ipv6(FN6, "::", head + inner(), next_header=ROUTING), 24, dst)
    with dying_of(lab, "c", reason):
        from_container(lab, "red-fn", packet)


def test_a_function_may_not_use_anothers_address(lab, known):
    packet = ipv6(ONE6, final(known), srh(IPV4, [final(known)], 0) + inner(), next_header=ROUTING)
    with dying_of(lab, "c", "source-address"):
        from_container(lab, "red-fn", packet)


# ---- ICMP errors --------------------------------------------------------------------------------

def too_big_v4(about, mtu=600):
    body = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + about
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def mtu_to(lab, who, address):
    return lab.run(who, "ip", "route", "get", address)


def test_an_icmp_error_about_nothing_poisons_no_mtu(lab):
    """Two tells one that its packets are too big, which it never sent."""
    error = ipv4(TWO, ONE, too_big_v4(inner(ONE, TWO, SQL)), proto=ICMP)
    with dying_of(lab, "b", "icmp-unrelated"):
        from_container(lab, "shut-two", error)
    assert "mtu" not in mtu_to(lab, "shut-one", TWO)


def test_an_icmp_error_from_a_compromised_node_poisons_no_mtu(lab, known):
    error = ipv4(TWO, ONE, too_big_v4(inner(ONE, TWO, SQL)), proto=ICMP)
    packet = ipv6(ADDRESS["b"], final(known, "shut", "two", node="a"), error, next_header=IPV4)
    with dying_of(lab, "a", "icmp-unrelated"):
        from_node(lab, "b", packet, to="a")
    assert "mtu" not in mtu_to(lab, "shut-one", TWO)


def test_an_icmp_error_in_the_gateways_name_poisons_no_mtu(lab, known):
    """As programs of Weft send it, but about what was never sent."""
    error = ipv4("169.254.1.1", ONE, too_big_v4(inner(ONE, TWO, SQL)), proto=ICMP)
    packet = outer(final(known, "shut", node="a", identity=0), error, node="b")
    with dying_of(lab, "a", "icmp-unrelated"):
        from_node(lab, "b", packet, to="a")
    assert "mtu" not in mtu_to(lab, "shut-one", TWO)


def test_packet_too_big_about_what_a_node_did_not_send_is_dropped(lab, known):
    others = ipv6(ADDRESS["b"], final(known), inner(), next_header=IPV4)
    for about in (inner(ADDRESS["a"], ADDRESS["b"]), outer(final(known), b""), others,
                  outer(final(known), inner(TWO, ONE))):
        body = struct.pack("!BBHI", 2, 0, 0, 1290) + about
        packet = ipv6(ADDRESS["b"], ADDRESS["a"], body, next_header=ICMPV6)
        with dying_of(lab, "a", "icmp-unmatched"):
            from_node(lab, "b", packet, to="a")
    assert "mtu" not in mtu_to(lab, "red-one", TWO)


# ---- Fragments ----------------------------------------------------------------------------------

def fragment_v4(body, *, offset, more, ident=4711, proto=UDP):
    """`offset` in 8 bytes."""
    packet = ipv4(ONE, TWO, body, proto=proto)
    head = altered(packet[:20], 4, struct.pack("!HH", ident, more << 13 | offset))
    head = altered(head, 10, b"\0\0")
    return altered(head, 10, struct.pack("!H", checksum(head))) + body


def fragment_v6(body, *, offset, more, ident=4711, proto=UDP):
    head = struct.pack("!BBHI", proto, 0, offset << 3 | more, ident)
    return ipv6(ONE6, TWO6, head + body, next_header=FRAGMENT)


BAD_UDP = udp(ONE, TWO, 22, MARK)
BAD_UDP6 = udp(ONE6, TWO6, 22, MARK)
OPTIONS = bytes([UDP, 0, 1, 4, 0, 0, 0, 0])
FRAGMENTS = {
    "later ones alone": ("fragment", [fragment_v4(MARK * 2, offset=10, more=0)]),
    "later ones alone, v6": ("fragment", [fragment_v6(MARK * 2, offset=10, more=0)]),
    "first of a port that is denied": ("denied", [fragment_v4(BAD_UDP[:16], offset=0, more=1)]),
    "first without ports": ("fragment", [fragment_v6(OPTIONS, offset=0, more=1, proto=60, ident=5)]),
    "tiny first of TCP, flags hidden": ("fragment", [fragment_v4(
        tcp_segment(SQL)[:8], offset=0, more=1, proto=TCP, ident=6)]),
    "over the TCP header": ("fragment", [fragment_v4(
        tcp_segment(SQL)[8:], offset=1, more=0, proto=TCP, ident=6)]),
}


@pytest.mark.parametrize("reason, packets", FRAGMENTS.values(), ids=FRAGMENTS)
def test_fragments_that_hide_their_ports_are_dropped(lab, reason, packets):
    with dying_of(lab, "a", reason, len(packets)):
        from_container(lab, "shut-one", *packets)


@pytest.mark.parametrize("reason, packets", FRAGMENTS.values(), ids=FRAGMENTS)
def test_such_fragments_from_a_compromised_node_are_dropped(lab, known, reason, packets):
    with dying_of(lab, "b", reason, len(packets)):
        from_node(lab, "a", *(outer(final(known, "shut", policy=known.policy["shut", "sql"]), p,
                                    IPV6 if p[0] >> 4 == 6 else IPV4) for p in packets))


def test_a_second_first_fragment_does_not_ride_on_the_allowed_one(lab):
    allowed = fragment_v4(udp(ONE, TWO, SQL, bytes(32))[:16], offset=0, more=1, ident=7)
    overlap = fragment_v4(BAD_UDP[:16], offset=0, more=1, ident=7)
    with dying_of(lab, "a", "denied"):
        from_container(lab, "shut-one", allowed, overlap)


def test_fragments_after_a_denied_first_one_are_dropped(lab):
    with nothing_delivered(lab):
        before = lab.drops("a")
        from_container(lab, "shut-one", fragment_v4(BAD_UDP[:16], offset=0, more=1, ident=8),
                       fragment_v4(MARK * 2, offset=2, more=0, ident=8))
        wait_for(lambda: sum(lab.drops("a")[r] - before[r] for r in ("denied", "fragment")) == 2,
                 "both fragments to die")


# ---- Exhaustion ---------------------------------------------------------------------------------

def exchange(lab, source_port, port=SQL):
    """A new allowed flow, and its reply."""
    with udp_socket(lab.netns("shut-two"), TWO, port) as two, \
         udp_socket(lab.netns("shut-one"), ONE, source_port) as one:
        one.sendto(b"question", (TWO, port))
        data, sender = two.recvfrom(64)
        assert data == b"question"
        two.sendto(b"answer", sender)
        assert one.recv(64) == b"answer"


def n_connections_most(lab):
    """What the table of connections holds at most."""
    path = f"/sys/fs/bpf/weft/{lab.name}-a/conns"
    said = subprocess.run(["bpftool", "-j", "map", "show", "pinned", path], check=True,
                          capture_output=True, text=True).stdout
    return int(said.split('"max_entries":')[1].split(",")[0])


def test_new_allowed_flows_pass_while_the_table_of_connections_is_full(lab):
    most = n_connections_most(lab)
    exchange(lab, 40000)
    sent = 0
    while sent < most + most // 4:
        batch = [ipv4(ONE, TWO, struct.pack("!HHHH", 1024 + (sent + i) % 60000,
                                            10000 + (sent + i) // 60000, 8, 0))
                 for i in range(5000)]
        from_container(lab, "shut-one", *batch)
        sent += len(batch)
        exchange(lab, 41000 + sent // 5000 % 1000)
    for i in range(50):
        exchange(lab, 42000 + i)
    with dying_of(lab, "a", "denied"):
        from_container(lab, "shut-one", inner(port=22))


def test_a_flood_of_events_neither_slows_nor_hides(lab):
    """A monitor listens while 20000 packets are dropped: each is counted, and others pass."""
    n = 20000
    with subprocess.Popen([lab.weft_path, "--lab", f"{lab.name}/a", "--json", "monitor"],
                          stdout=subprocess.PIPE, text=True) as monitor:
        try:
            wait_for(lambda: is_heard(lab, monitor), "the monitor to listen")
            with dying_of(lab, "a", "source-address", n):
                for _ in range(n // 5000):
                    from_container(lab, "red-one", *[inner("10.0.0.9")] * 5000)
                exchange(lab, 43000)
        finally:
            monitor.terminate()


def is_heard(lab, monitor):
    """One forged packet has been told of."""
    from_container(lab, "red-one", inner("10.0.0.9"))
    import select  # pylint: disable=import-outside-toplevel
    ready, _, _ = select.select([monitor.stdout], [], [], 0.2)
    return bool(ready and "source-address" in monitor.stdout.readline())


# ---- From outside of the domain -----------------------------------------------------------------

@pytest.fixture(scope="module", name="outside")
def outside_(lab):
    """A network namespace that hangs off node b by an interface added while weftd runs."""
    name = f"{lab.name}x"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "link", "add", "out0", "netns", lab.netns("b"), "type", "veth",
                        "peer", "name", "eth0", "netns", name], check=True)
        for netns, interface in ((lab.netns("b"), "out0"), (name, "eth0")):
            subprocess.run(["ip", "-n", netns, "link", "set", interface, "up"], check=True)
        wait_for(lambda: is_closed(lab, name), "weftd to close the new interface")
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def from_outside(lab, outside, packet):
    inject(outside, "eth0", eth(lab.mac("b", "out0"), "02:00:00:00:00:02", packet))


def is_closed(lab, outside):
    from_outside(lab, outside, inner("fd99::2", sid(2, 0xe999)))
    return lab.drops("b").get("outside")


OUTSIDE = {
    "a SID of an open tenant": lambda k: ipv6("fd99::2", final(k), inner(), next_header=IPV4),
    "as if from a node": lambda k: outer(final(k)),
    "a source in the SID block": lambda k: inner(sid(1, FN_END), "fd99::1"),
    "a signed header": lambda k: signed(k),
    "packet-too-big about a header of the node's": lambda k: ipv6(
        "fd99::2", ADDRESS["b"], struct.pack("!BBHI", 2, 0, 0, 1290) + outer(final(k), node="b"),
        next_header=ICMPV6),
    "an SRH by a waypoint": lambda k: ipv6("fd99::2", sid(2, FN_END), srh(
        IPV4, [final(k)], 1) + inner(), next_header=ROUTING),
}


@pytest.mark.parametrize("make", OUTSIDE.values(), ids=OUTSIDE)
def test_nothing_comes_in_from_outside(lab, known, outside, make):
    with dying_of(lab, "b", "outside"):
        from_outside(lab, outside, make(known))


# ---- The last one: the key is gone ---------------------------------------------------------------

def test_an_old_key_signs_nothing_any_more(lab, known):
    """A header that was taken, and is remembered, until its key was rotated away."""
    with Frames({lab.netns("sec-two"): "two"}, LEGAL) as frames:
        from_node(lab, "a", signed(known, mark=LEGAL))
        frames.wait(1)
    with secret_file(b"another secret, by which it goes on") as path:
        lab.apply({"kind": "Key", "name": "k2", "id": KEY + 1, "secret_file": path})
    lab.weft("key", "rotate", node="a")
    wait_for(lambda: [k["name"] for k in lab.ask("key", "list", node="b")] == ["k2"],
             "the old key to go", 30)
    lab.sync()
    wait_for(lambda: lab.pings("sec-one", TWO), "headers with the new key")
    wait_for(lambda: is_forgotten(lab, known), "node b to forget the key")
    with dying_of(lab, "b", "hmac-key"):
        from_node(lab, "a", signed(known))


def is_forgotten(lab, known):
    before = lab.drops("b").get("hmac-key", 0)
    from_node(lab, "a", signed(known, mark=b"is it known?"))
    time.sleep(0.05)
    return lab.drops("b").get("hmac-key", 0) > before
