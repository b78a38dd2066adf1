# SPDX-License-Identifier: Apache-2.0
"""Packets go through functions that know nothing of SRv6, both ways, and come back into their path.

            +-- b: router (two arms), bridge, drop, nat
   one - a -+   |
            +-- c: stick (one arm), second (two arms)
                 \\
                  d - two            one 10.0.0.1, two 10.0.0.2; v6: fd00:0:0:1::1, ::2
"""
import pytest

from attack import ICMP, too_big_v4
from cluster import cluster, container, tenant
from functions import (ECHO, MARK, Passing, ask, bridged, echoing, function, going_through,
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
                  container("other", "a", "10.0.0.3", app="other"),
                  container("far", "c", "10.0.0.4", app="other"),
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


@FAMILIES
@pytest.mark.parametrize("encoding", ["csid", "srh"])
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_a_stream_passes_two_functions_whole(lab, family, encoding, mode):
    endpoints = ["bridge-in", "bridge-out", "second-in", "second-out"]
    functions = (two_arms("bridge", frames="bridged", mode=mode), two_arms("second", mode=mode))
    with going_through(lab, endpoints, *functions,
                       through("bridge", "second", encoding=encoding)), \
         Passing(lab, "bridge", "second", mark=b"") as passing:
        for source, destination in (("one", "two"), ("two", "one")):
            sent, received = stream(lab, f"red-{source}", f"red-{destination}",
                                    family[destination], N_BYTES)
            assert received == sent
            assert {(f.where, f.interface) for f in passing.found + passing.now()
                    if len(f.data) > 1000} >= {("bridge", "eth0"), ("second", "eth1")}


@FAMILIES
@pytest.mark.parametrize("via", ["router", "node/c router second node/b"])
@pytest.mark.parametrize("mode", ["dynamic", "static", "masquerade"])
def test_full_size_passes_and_one_byte_more_is_told(lab, family, via, mode):
    endpoints = ["router-in", "router-out", "second-in", "second-out"]
    with going_through(lab, endpoints, two_arms("router", mode=mode), two_arms("second", mode=mode),
                       through(*via.split())):
        mtu = lab.path("one", "two", node="a")["mtu"]
        assert lab.mtu("red-one") == mtu
        size = mtu - (20 if family is V4 else 40) - 8
        answers, said = lab.ping("red-one", family["two"], "-M", "do", "-s", str(size))
        assert answers == 1, said
        answers, said = lab.ping("red-one", family["two"], "-M", "do", "-s", str(size + 1))
        assert answers == 0 and "+1 errors" in said, said


@FAMILIES
def test_a_function_tells_the_sender_of_a_smaller_mtu_behind_it(lab, family):
    with going_through(lab, ["router-in", "router-out"], two_arms("router"), through("router")):
        lab.run("red-router", "ip", "link", "set", "eth1", "mtu", "1300")
        try:
            answers, said = lab.ping("red-one", family["two"], "-M", "do", "-s", "1340")
            assert answers == 0 and "mtu=1300" in said.replace(" ", ""), said
            answers, said = lab.ping("red-one", family["two"], "-M", "do", "-s", "1200")
            assert answers == 1, said
        finally:
            lab.run("red-router", "ip", "link", "set", "eth1", "mtu", str(lab.mtu("red-router")))
            for name in ("one", "two"):
                for option in ("-4", "-6"):
                    lab.run(f"red-{name}", "ip", option, "route", "flush", "cache")


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_what_a_function_drops_is_gone_and_nothing_else(lab, family, mode):
    with going_through(lab, ["drop-in", "drop-out"], two_arms("drop", mode=mode), through("drop")):
        assert lab.pings("red-one", family["two"])
        assert not ask(lab, "red-one", family["two"], timeout_s=0.5)


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_a_function_may_translate_to_its_own_address(lab, family, mode):
    with going_through(lab, ["nat-in", "nat-out"], two_arms("nat", mode=mode), through("nat")):
        with Passing(lab, "two") as arriving:
            assert ask(lab, "red-one", family["two"])
            assert arriving.visited() == {"two"}


@pytest.mark.parametrize("who, address, node", [("other", "10.0.0.3", "a"), ("far", "10.0.0.4", "c")])
def test_nobody_but_a_function_tells_of_packets_that_were_not_sent_to_it(lab, who, address, node):
    with going_through(lab, ["router-in", "router-out"], two_arms("router"), through("router")):
        quoted = datagram(V4["one"], V4["two"])
        assert ask(lab, "red-one", V4["two"], source_port=int.from_bytes(quoted[20:22], "big"))
        error = ipv4(address, V4["one"], too_big_v4(quoted[:28]), proto=ICMP)
        with lab.dropping(node, "icmp-unrelated"):
            inject(lab.netns(f"red-{who}"), "eth0", eth(GATEWAY_MAC, lab.mac(f"red-{who}"), error))


OWN, OWN6 = "10.0.9.2", "fd00:0:0:1::9:2"


def datagram(source, destination, make=ipv4, port=ECHO):
    return make(source, destination, udp(source, destination, port, MARK))


def forged(lab):
    """name: reason, packet that leaves the router by eth1."""
    tenants = {item["name"]: item["id"] for item in lab.ask("tenant", "list", node="a")}
    foreign = sid(4, FN_DT46, tenant=tenants["blue"], identity=1)
    unknown = 9  # the port of a flow that was never given to it
    return {
        "in another's name": ("source-address", datagram(V4["one"], V4["two"], port=unknown)),
        "in nobody's name": ("source-address", datagram("10.0.77.77", V4["two"])),
        "in another's name, v6": ("source-address", datagram(V6["one"], V6["two"], ipv6, unknown)),
        "to a SID": ("sid-destination", datagram(OWN6, sid(4, FN_DT46, tenant=tenants["red"]), ipv6)),
        "into another tenant": ("sid-destination", ipv6(OWN6, foreign, datagram(OWN, V4["two"]),
                                                  next_header=4)),
        "to an instance's SID": ("sid-destination", ipv6(OWN6, sid(2, 0xf001), datagram(OWN, V4["two"]),
                                                   next_header=4)),
    }


def test_what_a_function_forges_is_dropped_and_counted(lab):
    with going_through(lab, ["router-in", "router-out"], two_arms("router"), through("router")):
        assert ask(lab, "red-one", V4["two"])
        mac = lab.mac("red-router", "eth1")
        for what, (reason, packet) in forged(lab).items():
            print(what)
            with Passing(lab, "one", "two") as arriving:
                with lab.dropping("b", reason):
                    inject(lab.netns("red-router"), "eth1", eth(GATEWAY_MAC, mac, packet))
                assert not arriving.visited()
        with Passing(lab, "two") as arriving:
            inject(lab.netns("red-router"), "eth1", eth(GATEWAY_MAC, mac, datagram(OWN, V4["two"])))
            assert arriving.wait(1, "two")


@pytest.fixture(scope="module", name="narrow")
def narrow_():
    """one --[ a ]--[ b: router ]--[ r1 ]--[ r2 ]--[ d ]-- two, with 1400 bytes between r1 and r2"""
    containers = [container("one", "a", V4["one"], V6["one"], app="web"),
                  container("two", "d", V4["two"], V6["two"], app="db"),
                  two_armed("router", "b", 1, "router")]
    links = [["a", "b"], ["b", "r1"], {"between": ["r1", "r2"], "mtu": 1400}, ["r2", "d"]]
    with cluster("abd", links, containers, tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64"),
                 routers=("r1", "r2")) as lab:
        yield lab


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static", "masquerade", "native"])
def test_a_router_behind_a_function_is_heard_by_the_sender(narrow, family, mode):
    with going_through(narrow, ["router-in", "router-out"], two_arms("router", mode=mode),
                       through("router")):
        path = narrow.path("one", "two", node="a")
        mtu = 1400 - (1500 - path["mtu"])
        head = (20 if family is V4 else 40) + 8
        for option in ("-4", "-6"):
            narrow.run("red-one", "ip", option, "route", "flush", "cache")
        answers, said = narrow.ping("red-one", family["two"], "-M", "do", "-s", str(mtu + 1 - head))
        assert answers == 0 and f"mtu={mtu}" in said.replace(" ", ""), said
        answers, said = narrow.ping("red-one", family["two"], "-M", "do", "-s", str(mtu - head))
        assert answers == 1, said
