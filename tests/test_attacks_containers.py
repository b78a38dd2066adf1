# SPDX-License-Identifier: Apache-2.0
"""Attacks from containers, each with the reason it must die of: forged packets, a compromised
function, fragments, floods. The lab is drawn in attack.py."""
import select
import struct
import subprocess

import pytest
from scapy.layers.inet6 import (ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_Redirect,
                                ICMPv6NDOptDstLLAddr, ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr,
                                IPv6)
from scapy.layers.l2 import ARP, Ether

from attack import (ADDRESS, BAD_UDP, FN6, FRAGMENTS, GATEWAY_MAC, ICMP, MARK, ONE, ONE6, SQL, TWO,
                    TWO6, altered,  dying_of, final, fragment_v4, from_container, inner,
                    known_, lab_, mtu_to, nothing_delivered, outer, too_big_v4)
from cluster import wait_for
from frames import inject
from packets import FN_DT46, FN_END, IPV4, ROUTING, UDP, ipv4, ipv6, packed, sid, srh, udp
from servers import udp_socket


# ---- Forged packets -----------------------------------------------------------------------------

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

def test_an_icmp_error_about_nothing_poisons_no_mtu(lab):
    """Two tells one that its packets are too big, which it never sent."""
    error = ipv4(TWO, ONE, too_big_v4(inner(ONE, TWO, SQL)), proto=ICMP)
    with dying_of(lab, "b", "icmp-unrelated"):
        from_container(lab, "shut-two", error)
    assert "mtu" not in mtu_to(lab, "shut-one", TWO)


# ---- Fragments ----------------------------------------------------------------------------------

@pytest.mark.parametrize("reason, packets", FRAGMENTS.values(), ids=FRAGMENTS)
def test_fragments_that_hide_their_ports_are_dropped(lab, reason, packets):
    with dying_of(lab, "a", reason, len(packets)):
        from_container(lab, "shut-one", *packets)


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
    ready, _, _ = select.select([monitor.stdout], [], [], 0.2)
    return bool(ready and "source-address" in monitor.stdout.readline())
