# SPDX-License-Identifier: Apache-2.0
"""Attacks from the underlay, each with the reason it must die of: a compromised node, or a router
of the domain, injects what it likes; and so does who is outside. The lab is drawn in attack.py."""
import struct
import subprocess
import time

import pytest

from attack import (ADDRESS, FRAGMENTS, ICMP, ICMPV6, KEY, LEGAL, MARK, ONE, ONE6, OPEN, PATH_PORT,
                    SECRET, SQL, TCP, TRANSIT_PORT, TWO, TWO6, altered,  dying_of, final,
                    from_node, inner, known_, lab_, mtu_to, outer, secret_file, tcp_segment,
                    too_big_v4)
from cluster import wait_for
from frames import OUTER_OFF, Frames, inject
from packets import FN_END, IPV4, IPV6, ROUTING, UDP, eth, ipv4, ipv6, packed, sid, srh
from servers import udp_socket
from signing import HMAC_TYPE, signed_srh, transit_tlv


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


# ---- ICMP errors --------------------------------------------------------------------------------

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

@pytest.mark.parametrize("reason, packets", FRAGMENTS.values(), ids=FRAGMENTS)
def test_such_fragments_from_a_compromised_node_are_dropped(lab, known, reason, packets):
    with dying_of(lab, "b", reason, len(packets)):
        from_node(lab, "a", *(outer(final(known, "shut", policy=known.policy["shut", "sql"]), p,
                                    IPV6 if p[0] >> 4 == 6 else IPV4) for p in packets))


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
