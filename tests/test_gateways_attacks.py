# SPDX-License-Identifier: Apache-2.0
"""Attacks on gateways and through them, each with what it must come to. The lab is drawn in
gateways.py."""
import contextlib
import ipaddress
import struct

import pytest

from attack import GATEWAY_MAC, MARK
from cluster import wait_for
from control import ip as ip_of
from frames import Frames, inject
from gateways import (FAMILIES, GATE, GATEWAYS, HTTP, INET, MAY_ENTER, POOLS, PUBLIC, SERVICE, VIP,
                      gateways_lab, internet, v4, v6, wait_for_exits)
from packets import FN_DT46, IPV4, IPV6, checksum, eth, ipv4, ipv6, sid, udp
from probes import Echoes, connected, listener, speaks
from servers import udp_socket
from services import Tellers, curl

EACH = pytest.mark.parametrize("family", FAMILIES)
ECHO, DNS = 4000, 53
INSIDE = {"v4": v4(11), "v6": v6(11)}
CLIENT = {"v4": v4(1), "v6": v6(1)}
N_FLOOD = 1 << 17
NODE_ID = {"g1": 1, "g2": 2, "a": 3, "b": 4}
CONTAINERS = ("red-cli", "blue-cli", "red-web1", "red-web2", "green-cli")


@pytest.fixture(scope="module", name="lab")
def lab_():
    names = {**MAY_ENTER, "ports": [f"tcp/{HTTP}", f"udp/{DNS}"]}
    with gateways_lab(*GATEWAYS, names) as lab:
        lab.apply({**SERVICE, "ports": [*SERVICE["ports"], f"udp/{DNS}"]})
        wait_for_exits(lab, "g1", "g2")
        wait_for_exits(lab, "g1", of="blue")
        with internet(lab), Tellers(lab, "web1", "web2"), Echoes(
                lab, *(("inet", address, ECHO) for address in INET.values())):
            for family in FAMILIES:
                assert curl(lab, "red-cli", INET[family])
                wait_for(lambda f=family: is_answered(lab, f), "the service to answer visitors")
            yield lab


def is_answered(lab, family):
    """Does a visitor get an answer of the service?"""
    with udp_socket(lab.netns("inet"), INET[family]) as sock:
        sock.settimeout(1)
        sock.sendto(b"legal", (PUBLIC[family], DNS))
        with contextlib.suppress(OSError):
            return sock.recv(2048).endswith(b"legal")
    return False


@contextlib.contextmanager
def nothing_comes(lab, *places, but=None):
    """Nothing with the mark comes to a container (and these places) meanwhile, but errors to who
    sent it; what may, does."""
    watched = {lab.netns(name): name for name in (*CONTAINERS, *places) if name != but}
    with Frames(watched, MARK) as frames:
        yield
        assert all(is_answered(lab, family) for family in FAMILIES)
        assert not [(f.where, f.interface) for f in frames.now() if not f.is_out]


def packet(src, dst, port=DNS):
    return (ipv6 if ":" in src else ipv4)(src, dst, udp(src, dst, port, MARK))


def from_inet(lab, *packets, node="g1"):
    """As if a host of the Internet had sent them to the gateway."""
    macs = lab.mac(node, "out0"), lab.mac("inet", f"to-{node}")
    inject(lab.netns("inet"), f"to-{node}", *(eth(*macs, data) for data in packets))


def from_container(lab, who, *packets):
    mac = lab.mac(who)
    inject(lab.netns(who), "eth0", *(eth(GATEWAY_MAC, mac, data) for data in packets))


FORGED = {
    "an endpoint": CLIENT, "nobody of the tenant": {"v4": v4(99), "v6": v6(99)},
    "the virtual address": VIP, "the public address": PUBLIC}


@EACH
@pytest.mark.parametrize("src", FORGED.values(), ids=FORGED)
def test_nobody_on_the_internet_is_of_the_tenant(lab, family, src):
    with nothing_comes(lab):
        from_inet(lab, packet(src[family], PUBLIC[family]))


@EACH
@pytest.mark.parametrize("dst", [INSIDE, VIP], ids=["an endpoint", "the virtual address"])
def test_addresses_of_the_tenant_are_none_of_the_internet(lab, family, dst):
    with nothing_comes(lab):
        from_inet(lab, packet(INET[family], dst[family]))


@EACH
def test_segments_of_the_domain_are_none_of_the_internet(lab, family):
    """An SRv6 packet to an endpoint, as a node would send it."""
    red = next(t["id"] for t in lab.ask("tenant", "list", node="a") if t["name"] == "red")
    inner = packet(INET[family], INSIDE[family])
    outside = ipv6(INET["v6"], sid(NODE_ID["b"], FN_DT46, red), inner,
                   next_header=IPV4 if family == "v4" else IPV6)
    with nothing_comes(lab, "b"), lab.dropping("g1", "outside"):
        from_inet(lab, outside)


def underlay_address(lab, node):
    return next(item["local"] for link in ip_of(lab.netns(node), "-6", "addr", "show")
                if link["ifname"].startswith("to-") for item in link["addr_info"]
                if item["scope"] == "global")


@pytest.mark.parametrize("node", ["g1", "b"])
def test_the_underlay_is_none_of_the_internet(lab, node):
    dst = underlay_address(lab, node)
    with nothing_comes(lab, "b"):
        from_inet(lab, packet(INET["v6"], dst, 99))


@pytest.mark.parametrize("of", ["red", "green"])
def test_the_underlay_is_no_tenant_s(lab, of):
    """Neither by NAT nor routed does a gateway lead into it."""
    src = {"red": CLIENT["v6"], "green": "2001:db8:18::1"}[of]
    with nothing_comes(lab, "b", but=f"{of}-cli"):
        for node in ("g1", "b"):
            from_container(lab, f"{of}-cli", packet(src, underlay_address(lab, node), 99))


@EACH
def test_the_gateway_s_own_servers_are_no_tenant_s(lab, family):
    address = GATE["g1"][FAMILIES.index(family)]
    with listener(lab.netns("g1"), address, 2323), connected(lab, "inet", address, 2323):
        with pytest.raises(OSError):
            connected(lab, "green-cli", address, 2323, timeout_s=1)


@EACH
def test_a_container_leaves_by_no_address_but_its_own(lab, family):
    src = {"v4": v4(2), "v6": v6(2)}[family]
    with Frames({lab.netns("inet"): "inet"}, MARK) as frames:
        with lab.dropping("a", "source-address"):
            from_container(lab, "red-cli", packet(src, INET[family], ECHO))
        assert not frames.now()


def sid_of_exit(lab, of):
    return lab.ask("endpoint", "show", f"{of}/gateway-gw1", node="g1")["sid"]


def known(lab, of):
    tenants = {t["name"]: t["id"] for t in lab.ask("tenant", "list", node="a")}
    identity = lab.ask("endpoint", "show", f"{of}/cli", node="a")["identity"]
    return tenants[of], identity


FORGERIES = {
    "to inside": ("red", "red", CLIENT, INSIDE, "not-here"),
    "by another tenant's exit": ("blue", "red", CLIENT, INET, "unknown-sid"),
    "of the Internet": ("red", "red", {"v4": "198.51.100.9", "v6": "2001:db8:ff::9"}, INET,
                        "identity")}


@EACH
@pytest.mark.parametrize("of, whose, src, dst, reason", FORGERIES.values(), ids=FORGERIES)
def test_what_nodes_forge_does_not_leave(lab, family, of, whose, src, dst, reason):
    tenant_id, identity = known(lab, of)
    segment = sid(NODE_ID["g1"], 0xf000 | sid_of_exit(lab, whose), tenant_id, identity)
    data = ipv6(f"5f00:0:{NODE_ID['a']}::1", segment, packet(src[family], dst[family], ECHO),
                next_header=IPV4 if family == "v4" else IPV6)
    macs = lab.mac("g1", "to-a"), lab.mac("a", "to-g1")
    with Frames({lab.netns("inet"): "inet"}, MARK) as frames:
        with lab.dropping("g1", reason):
            inject(lab.netns("a"), "to-g1", eth(*macs, data))
        assert not [f for f in frames.now() if not f.is_out]


def error_about(src, dst, quoted):
    """Port unreachable, of IPv4."""
    body = struct.pack("!BBHI", 3, 3, 0, 0) + quoted
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    return ipv4(src, dst, body, proto=1)


@pytest.mark.parametrize("address", [PUBLIC["v4"], POOLS["red", "gw1"][0]],
                         ids=["published", "pool"])
def test_errors_about_what_was_never_sent_are_stopped(lab, address):
    quoted = packet(address, INET["v4"], 7777)
    with nothing_comes(lab):
        from_inet(lab, error_about("198.51.100.9", address, quoted))


def test_a_flood_of_flows_takes_nobody_else_s(lab):
    """Far more than the tables hold: who is connected stays so, in this tenant and in others."""
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(connected(lab, who, INET[family], ECHO))
                 for who in ("red-cli", "blue-cli") for family in FAMILIES]
        for first in range(0, N_FLOOD, 4096):
            from_container(lab, "red-cli", *(flood_packet(i) for i in range(first, first + 4096)))
        for sock in socks:
            speaks(sock)
        assert curl(lab, "blue-cli", INET["v4"])


def flood_packet(i):
    dst = str(ipaddress.IPv4Address("198.51.100.128") + i % 64)
    body = struct.pack("!HHHH", 1024 + i // 64 % 60000, 9, 8, 0)
    return ipv4(CLIENT["v4"], dst, body)
