# SPDX-License-Identifier: Apache-2.0
"""Attacks on services, each with the reason it must die of. The lab is drawn in services.py."""
import struct

import pytest

from attack import (ADDRESS, GATEWAY_MAC, MARK, NODE, TCP, from_container, from_node, inner,
                    known_numbers, outer)
from cluster import wait_for
from frames import Frames, inject
from held import Held
from lab import Failed
from packets import FN_DT46, IPV4, IPV6, UDP, checksum, eth, ipv4, ipv6, packed, sid
from probes import connected
from services import (DNS, HOME, NUMBERS, VIP, WEBS, Tellers, by_names, equal, service,
                      services_lab, serving, tells, v4, v6)

FAMILIES = pytest.mark.parametrize("family", VIP)
CLIENT = {"v4": v4(1), "v6": v6(1)}
PORT, FLOOD_PORTS = 7000, (81, 82, 83, 84)
N_FLOOD = 1 << 18  # twice what a node's table of known flows holds


@pytest.fixture(scope="module", name="lab")
def lab_():
    with services_lab() as lab, Tellers(lab, *WEBS), serving(lab, service()):
        for client in ("cli", "near"):
            tells(lab, f"red-{client}", VIP["v4"])  # all neighbors are known from here on
            tells(lab, f"red-{client}", VIP["v6"])
        yield lab


@pytest.fixture(name="known")
def known_(lab):
    return known_numbers(lab)


def nothing_comes(lab):
    """To no container comes anything with the mark, while this is open."""
    containers = [f"red-{name}" for name in NUMBERS] + ["blue-cli", "blue-web"]
    return Frames({lab.netns(who): who for who in containers}, MARK)


def dies(lab, node, reason, send):
    with nothing_comes(lab) as frames:
        with lab.dropping(node, reason):
            send()
        assert not [f for f in frames.now() if not f.is_out]


@FAMILIES
@pytest.mark.parametrize("who, node", [("cli", "a"), ("web1", "b")])
def test_nobody_sends_by_the_virtual_address(lab, family, who, node):
    """Not even a backend, but to answer."""
    packet = inner(VIP[family], (v4 if family == "v4" else v6)(2), port=DNS)
    dies(lab, node, "source-address", lambda: from_container(lab, f"red-{who}", packet))


def port_of_web1(lab, family):
    """A port of the client by which it comes to web1, on node b."""
    return next(port for port in range(36000, 36100)
                if tells(lab, "red-cli", VIP[family], source_port=port)[0] == "web1")


FORGED = {
    "of another node": ("c", "web1", "source-node"),
    "of another backend on another node": ("c", "web2", "source-node"),
    "of another endpoint beside the backend": ("b", "near", "identity"),
    "of nobody": ("b", None, "identity"),
}


@FAMILIES
@pytest.mark.parametrize("node, whose, reason", FORGED.values(), ids=FORGED)
def test_forged_answers_of_a_node_are_stopped(lab, known, family, node, whose, reason):
    port = port_of_web1(lab, family)
    identity = known.identity["red", whose] if whose else 0
    final = sid(NODE["a"], FN_DT46, known.tenant["red"], identity)
    packet = answer(family, VIP[family], CLIENT[family], DNS, port)
    dies(lab, "a", reason, lambda: from_node(
        lab, node, outer(final, packet, IPV4 if family == "v4" else IPV6, node=node), to="a"))


def answer(family, src, dst, sport, dport, mark=MARK):
    """A datagram with its sum; those that inner() makes are all from port 4000."""
    body = struct.pack("!HHHH", sport, dport, 8 + len(mark), 0) + mark
    pseudo = packed(src) + packed(dst) + struct.pack("!II", len(body), UDP)
    body = body[:6] + struct.pack("!H", checksum(pseudo + body)) + body[8:]
    return (ipv4 if family == "v4" else ipv6)(src, dst, body)


def test_the_answer_of_the_backend_itself_is_taken(lab, known):
    """The same packet, without a lie."""
    port = port_of_web1(lab, "v4")
    final = sid(NODE["a"], FN_DT46, known.tenant["red"], known.identity["red", "web1"])
    packet = answer("v4", VIP["v4"], CLIENT["v4"], DNS, port)
    with nothing_comes(lab) as frames:
        from_node(lab, "b", outer(final, packet, node="b"), to="a")
        frames.wait(1, "red-cli")


@FAMILIES
def test_a_service_of_another_tenant_is_not_there(lab, family):
    packet = inner(CLIENT[family], VIP[family], DNS)
    dies(lab, "a", "no-endpoint", lambda: from_container(lab, "blue-cli", packet))


def test_a_tenant_does_not_reach_a_foreign_backend_by_its_sid(lab, known):
    """A compromised node sends to web1's End.DX as blue, and as a red that asks no service."""
    shown = lab.ask("service", "show", "red/web", node="a")
    number = next(e["sid"] for e in shown["endpoints"] if e["name"] == "web1")

    def to_web1(of, port):
        final = sid(NODE["b"], 0xf000 | number, known.tenant[of], known.identity[of, "cli"])
        return lambda: from_node(lab, "a", outer(final, inner(CLIENT["v4"], VIP["v4"], port)))
    dies(lab, "b", "no-backend", to_web1("blue", DNS))
    dies(lab, "b", "no-backend", to_web1("red", 99))


def test_a_container_does_not_reach_a_backend_by_its_sid(lab, known):
    final = sid(NODE["b"], 0xf001, known.tenant["red"], known.identity["red", "cli"])
    packet = outer(final).replace(packed(ADDRESS["a"]), packed(v6(1)))
    dies(lab, "a", "sid-destination", lambda: from_container(lab, "red-cli", packet))


@FAMILIES
def test_attaching_by_a_virtual_address_is_refused(lab, family):
    with pytest.raises(Failed, match="in use by service 'web'"):
        lab.weft("attach", "--netns", lab.netns("blue-cli"), "--tenant", "red", "--name", "thief",
                 "--ifname", "eth9", "--ip", VIP[family], node="a")
    assert "thief" not in [e["name"] for e in lab.ask("endpoint", "list", node="a")]


@FAMILIES
def test_a_container_that_takes_the_virtual_address_for_itself_gets_nothing(lab, family):
    """It announces it, too."""
    length = {"v4": 32, "v6": 128}[family]
    lab.run("red-near", "ip", "addr", "add", f"{VIP[family]}/{length}", "dev", "eth0", "nodad")
    try:
        lab.run("red-near", "arping", "-U", "-c", "1", "-I", "eth0", VIP["v4"], check=False)
        for port in range(37000, 37016):
            assert tells(lab, "red-cli", VIP[family], source_port=port)[0] in WEBS
    finally:
        lab.run("red-near", "ip", "addr", "del", f"{VIP[family]}/{length}", "dev", "eth0")


def test_established_flows_outlive_a_flood_of_new_ones(lab):
    """More flows than a node remembers; those that were there go on, as their backends stay."""
    servers = {name: (f"red-{name}", v4(NUMBERS[name])) for name in WEBS}
    wish = service(f"tcp/80->{PORT}", *(f"tcp/{port}" for port in FLOOD_PORTS), name="flooded",
                   addresses=[v4(101)], backends=by_names(**equal(*WEBS)))
    with Held(lab, servers, PORT) as held, serving(lab, wish):
        held.open("red-cli", v4(101), 80, 1000)
        flood(lab, v4(101))
        broken = held.ask_all()
        assert not any(broken.values()), (broken, held.why())
        with connected(lab, "red-cli", v4(101), 80):
            pass


def flood(lab, address):
    """SYNs of different flows, whose sums are wrong: servers do not answer them."""
    mac = lab.mac("red-near")
    frames = []
    for n in range(N_FLOOD):
        head = struct.pack("!HHIIBBHHH", n & 0xffff, FLOOD_PORTS[n >> 16], n, 0, 0x50, 2,
                           1024, 0, 0)
        frames.append(eth(GATEWAY_MAC, mac, ipv4(v4(2), address, head, proto=TCP)))
    before = came(lab)
    inject(lab.netns("red-near"), "eth0", *frames)
    wait_for(lambda: came(lab) - before >= N_FLOOD, "the flood to come to the backends", 60)


def came(lab):
    """Packets, to all backends."""
    return sum(lab.ask("endpoint", "show", f"red/{web}", node=HOME[web])["rx"]["packets"]
               for web in WEBS)
