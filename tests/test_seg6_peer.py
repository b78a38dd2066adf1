# SPDX-License-Identifier: Apache-2.0
"""The Linux kernel's own SRv6 as the peer: as a headend, and as a waypoint. tshark reads the packets.

    [ h ] ---- [ k ] ---- [ w ] ---- [ b ]
   kernel     kernel     Weft |     Weft |
   headend    End            web        db        10.0.0.1, 10.0.0.2; fd00:0:0:1::1, ::2
"""
import ipaddress

import pytest

from cluster import cluster, container, policy, tenant
from packets import FN_DT46, FN_END, sid
from servers import udp_socket
from tshark import Tshark

PORT = 9
NODE_W, NODE_B = 1, 2
V4 = {"web": "10.0.0.1", "db": "10.0.0.2", "h": "192.0.2.9"}
V6 = {"web": "fd00:0:0:1::1", "db": "fd00:0:0:1::2", "h": "fd88::9"}
FAMILIES = (V4, V6)
K_LOCATOR, K_END = "5f00:0:9::/48", "5f00:0:9:1::"
W_END, W_UN = sid(NODE_W, FN_END), sid(NODE_W, 0)
NEXT_HEADER = {"10.0.0.2": "4", "fd00:0:0:1::2": "41"}
WEB_TO_DB = {"from": {"app": "web"}, "to": {"app": "db"}}


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container(name, node, V4[name], V6[name], app=name)
                  for name, node in (("web", "w"), ("db", "b"))]
    with cluster("wb", ["hk", "kw", "wb"], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64"),
                 {"kind": "Node", "name": "k9", "end": K_END},
                 policy("from-kernels", **{"from": "internet", "to": {"app": "db"}}),
                 routers="hk") as lab:
        make_kernel_peers(lab)
        yield lab


def make_kernel_peers(lab):
    """The End SID on k, the underlay's way to it, and h's addresses of its own."""
    lab.run("k", "ip", "-6", "route", "add", f"{K_END}/128", "encap", "seg6local", "action", "End",
            "dev", "to-h")
    for who, towards in (("h", "k"), ("w", "k"), ("b", "w")):
        beyond = lab.run(towards, "ip", "-6", "-o", "addr", "show", "dev", f"to-{who}", "scope",
                         "global").split()[3].split("/")[0]
        lab.run(who, "ip", "-6", "route", "add", K_LOCATOR, "via", beyond, "dev", f"to-{towards}")
    lab.run("h", "ip", "addr", "add", f"{V4['h']}/32", "dev", "lo")
    lab.run("h", "ip", "-6", "addr", "add", f"{V6['h']}/128", "dev", "lo", "nodad")


def dt46(lab):
    """End.DT46 of node b as one writes it into a router: the tenant's id, identity 0."""
    return sid(NODE_B, FN_DT46, lab.ask("tenant", "show", "red", node="w")["id"])


def encapsulate(lab, family, mode, segments):
    """The kernel's headend on h for packets to the container."""
    lab.run("h", "ip", "-6" if family is V6 else "-4", "route", "replace", family["db"], "encap",
            "seg6", "mode", mode, "segs", ",".join(segments), "dev", "to-k", "src", family["h"])


def send(lab, source, family, payload):
    """One way: nothing in the tenant has a way back to h. Returns whom the container has seen."""
    with udp_socket(lab.netns("red-db"), family["db"], PORT) as receiver, \
         udp_socket(lab.netns(source), family=receiver.family) as sender:
        sender.sendto(payload, (family["db"], PORT))
        data, address = receiver.recvfrom(64)
    assert data == payload
    return address[0]


def decoded(tshark):
    """(outer destination, Segments Left, segments) of each; inside must be the packet sent."""
    return [_decoded(p, V4 if p["v4_dst"] else V6) for p in tshark.packets]


def _decoded(packet, family):
    assert (packet["v4_dst"] or packet["dst"][1:]) == [family["db"]]
    assert packet["port"] == [str(PORT)]
    assert packet["bad"] == []
    assert packet["next"][0] == ("43" if packet["type"] else NEXT_HEADER[family["db"]])
    assert packet["type"] in ([], ["4"])
    left = int(packet["left"][0]) if packet["left"] else None
    return packet["dst"][0], left, packet["segments"]


# Mode, waypoints, and Segments Left where the packet ends; None: without an SRH.
HEADENDS = [("encap", [], 0), ("encap.red", [], None), ("encap", [K_END, W_END], 0),
            ("encap.red", [K_END, W_END], 0), ("encap", [K_END, W_UN], 0)]


@pytest.mark.parametrize("mode, waypoints, left", HEADENDS,
                         ids=["one-full", "one-reduced", "three-full", "three-reduced",
                              "three-with-uN"])
def test_a_kernel_headend_reaches_a_container(lab, mode, waypoints, left):
    segments = waypoints + [dt46(lab)]
    with Tshark(lab.netns("h"), "to-k", 2) as first, Tshark(lab.netns("b"), "to-w", 2) as last:
        for family in FAMILIES:
            encapsulate(lab, family, mode, segments)
            assert send(lab, "h", family, b"from a kernel") == family["h"]
    in_list = segments[1:] if mode == "encap.red" else segments
    at_first = (segments[0], len(segments) - 1 if in_list else None, in_list[::-1])
    assert decoded(first) == [at_first] * 2
    assert decoded(last) == [(segments[-1], left, in_list[::-1])] * 2


def test_the_sid_of_a_headend_names_no_sender(lab):
    """Identity and policy are 0: docs/wire-format.md."""
    red = lab.ask("tenant", "show", "red", node="w")["id"]
    assert dt46(lab) == f"5f00:0:2:e046:{red >> 8:x}:{(red & 0xff) << 8:x}::"


def test_a_headend_that_names_another_tenant_is_refused(lab):
    encapsulate(lab, V4, "encap", [sid(NODE_B, FN_DT46, 0x777777)])
    with lab.dropping("b", "unknown-tenant"), udp_socket(lab.netns("h")) as sender:
        sender.sendto(b"to nobody", (V4["db"], PORT))


WAYPOINTS = {"k9": [K_END], "k9-w": [K_END, W_UN], "b-k9": [sid(NODE_B, 0), K_END],
             "k9-k9": [K_END, K_END]}


@pytest.mark.parametrize("via, waypoints", WAYPOINTS.items(), ids=WAYPOINTS)
def test_a_kernel_end_is_a_waypoint_of_a_policy(lab, via, waypoints):
    with lab.having(policy("detour", via.split("-"), **WEB_TO_DB)):
        shown = lab.path("web", "db", node="w")["paths"][0]
        with Tshark(lab.netns("k"), "to-w", 4) as tshark:
            for family in FAMILIES:
                assert send(lab, "red-web", family, b"by a kernel") == family["web"]
    assert [s["sid"] for s in shown["segments"]] == waypoints + ["5f00:0:2:e046::"]
    final = str(ipaddress.IPv6Address(bytes.fromhex(shown["header"])[48:64]))  # SRH, list [0]
    assert final.startswith("5f00:0:2:e046:")
    segments = waypoints + [final]
    come, go = segments.index(K_END), segments[::-1].index(K_END)
    arrives = (K_END, len(segments) - 1 - come, segments[:0:-1])
    leaves = (segments[-go], go - 1, segments[:0:-1])
    assert decoded(tshark) == [arrives, leaves] * 2
