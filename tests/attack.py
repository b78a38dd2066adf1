# SPDX-License-Identifier: Apache-2.0
"""The lab that is attacked, what attacks are made of, and what they must come to: nothing of one
arrives, and it is counted.

    one  10.0.0.1 --[ a ]-----[ b ]-- two 10.0.0.2        in each tenant, with equal addresses
                       \\       /
                        [  c  ]-- red-fn 10.0.0.3         an SR-aware function

    red, blue   open               sec    signed headers; udp/7000 must pass c, udp/7001 prove it
    shut        default: deny; one may send two udp and tcp 5432 and UDP 10000-60000

What a container sends is injected behind its eth0, what a node sends behind its own interface.
"""
import contextlib
import struct
import tempfile
import types

import pytest

from cluster import cluster, container, policy, tenant
from frames import Frames, inject
from packets import FN_DT46, IPV4, UDP, checksum, eth, ipv4, ipv6, packed, sid, udp
from servers import udp_socket

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


@contextlib.contextmanager
def attacked():
    """The lab of the picture."""
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


def known_numbers(lab):
    """Numbers that a compromised node knows."""
    def ids(what):
        return {(item["tenant"], item["name"]): item for item in lab.ask(what, "list", node="a")}

    return types.SimpleNamespace(
        tenant={item["name"]: item["id"] for item in lab.ask("tenant", "list", node="a")},
        identity={key: item["identity"] for key, item in ids("endpoint").items()},
        policy={key: item["id"] for key, item in ids("policy").items()})


@pytest.fixture(scope="module", name="lab")
def lab_():
    with attacked() as lab:
        yield lab


@pytest.fixture(scope="module", name="known")
def known_(lab):
    return known_numbers(lab)


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


def altered(packet, at, value):
    """With other bytes at an offset."""
    return packet[:at] + value + packet[at + len(value):]


def tcp_segment(port, mark=MARK, flags=2):
    head = struct.pack("!HHIIBBHHH", 4000, port, 1, 0, 0x50, flags, 1024, 0, 0)
    pseudo = packed(ONE) + packed(TWO) + struct.pack("!HH", TCP, len(head + mark))
    return head[:16] + struct.pack("!H", checksum(pseudo + head + mark)) + head[18:] + mark


def too_big_v4(about, mtu=600):
    body = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + about
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def mtu_to(lab, who, address):
    return lab.run(who, "ip", "route", "get", address)


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
