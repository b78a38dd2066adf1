# SPDX-License-Identifier: Apache-2.0
"""Packets go through functions that know nothing of SRv6, both ways, and come back into their path.

            +-- b: router (two arms), bridge, drop, nat
   one - a -+   |
            +-- c: stick (one arm), second (two arms)
                 \\
                  d - two            one 10.0.0.1, two 10.0.0.2; v6: fd00:0:0:1::1, ::2
"""
import pytest

from cluster import cluster, container, tenant
from functions import (ECHO, MARK, Passing, arms, ask, bridged, echoing, function, going_through,
                       one_armed, through, two_armed, two_arms)
from frames import inject
from packets import FN_DT46, eth, ipv4, ipv6, sid, udp
from servers import stream

V4 = {"one": "10.0.0.1", "two": "10.0.0.2"}
V6 = {"one": "fd00:0:0:1::1", "two": "fd00:0:0:1::2"}
FAMILIES = pytest.mark.parametrize("family", [V4, V6], ids=["v4", "v6"])
GATEWAY_MAC = "02:57:45:46:54:01"
N_BYTES = 5_000_000
NFT = "/usr/sbin/nft"


def nft(*rules):
    return [[NFT, rule] for rule in rules]


DROPPER = nft("add table inet f", "add chain inet f through { type filter hook forward priority 0; }",
              f"add rule inet f through udp dport {ECHO} drop")
TRANSLATOR = nft("add table inet f", "add chain inet f leaving { type nat hook postrouting priority 100; }",
                 'add rule inet f leaving oifname "eth1" masquerade')


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container("one", "a", V4["one"], V6["one"], app="web"),
                  container("two", "d", V4["two"], V6["two"], app="db"),
                  two_armed("router", "b", 1, "router"), bridged("bridge", "b", 11, "bridge"),
                  two_armed("drop", "b", 21, "drop", DROPPER),
                  two_armed("nat", "b", 31, "nat", TRANSLATOR),
                  one_armed("stick", "c", 41, "stick"), two_armed("second", "c", 51, "second")]
    with cluster("abcd", ["ab", "bd", "ac", "cd", "bc"], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64"),
                 tenant("blue", "10.0.0.0/16")) as lab, \
         echoing(lab, ("red-two", V4["two"]), ("red-two", V6["two"])):
        yield lab


# Name: function, endpoints, and how both directions pass it.
ROUND = {
    "two arms": ("router", ["in", "out"], ["eth0", "eth1", "eth1", "eth0"]),
    "bridge": ("bridge", ["in", "out"], ["eth0", "eth1", "eth1", "eth0"]),
    "one arm": ("stick", None, ["eth0", "eth0", "eth0", "eth0"]),
}


def made(kind, mode="dynamic", **more):
    """(endpoints, Function)"""
    name, ends, _ = ROUND[kind]
    make = two_arms if ends else function
    frames = {"frames": "bridged"} if kind == "bridge" else {}
    return [f"{name}-{end}" for end in ends] if ends else [name], make(name, mode=mode, **frames,
                                                                       **more)


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static", "masquerade", "native"])
@pytest.mark.parametrize("kind", ROUND)
def test_both_directions_pass_the_function(lab, family, kind, mode):
    name, _, interfaces = ROUND[kind]
    endpoints, fn = made(kind, mode)
    with going_through(lab, endpoints, fn, through(name)), Passing(lab, name) as passing:
        for _ in range(3):
            assert ask(lab, "red-one", family["two"])
        assert passing.steps() == 3 * list(zip([name] * 4, interfaces, ["in", "out"] * 2))
    assert ask(lab, "red-one", family["two"])
