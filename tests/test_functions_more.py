# SPDX-License-Identifier: Apache-2.0
"""What is not everyday goes through functions, too: fragments, signed headers, the largest packets,
and errors about all of them.

            +-- b: router (two arms), bridge, reject, nat, fw1
   one - a -+   |
            +-- c: stick (one arm), fw2
                 \\
                  d - two            one 10.0.0.1, two 10.0.0.2; v6: fd00:0:0:1::1, ::2
"""
import contextlib
import itertools
import json
import re
import struct

import pytest

from attack import secret_file
from cluster import cluster, container, tenant
from frames import Frames, inject
from functions import (ECHO, MARK, Passing, ask, bridged, echoing, function, going_through,
                       one_armed, through, two_armed, two_arms)
from lab import Failed
from packets import eth, ipv4, ipv6, packed, sid, srh, udp
from probes import connected, connects
from servers import family_of, udp_socket

V4 = {"one": "10.0.0.1", "two": "10.0.0.2"}
V6 = {"one": "fd00:0:0:1::1", "two": "fd00:0:0:1::2"}
FAMILIES = pytest.mark.parametrize("family", [V4, V6], ids=["v4", "v6"])
CLOSED = 9
NFT = "/usr/sbin/nft"
_ports = itertools.count(21000)


def nft(*rules):
    return [[NFT, rule] for rule in ("add table inet f", *rules)]


REJECTER = nft("add chain inet f through { type filter hook forward priority 0; }",
               "add rule inet f through tcp dport 80 reject with tcp reset",
               "add rule inet f through udp dport 80 reject")
TRANSLATOR = nft("add chain inet f leaving { type nat hook postrouting priority 100; }",
                 'add rule inet f leaving oifname "eth1" masquerade')


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container("one", "a", V4["one"], V6["one"], app="web"),
                  container("two", "d", V4["two"], V6["two"], app="db"),
                  two_armed("router", "b", 1, "router"), bridged("bridge", "b", 11, "bridge"),
                  two_armed("reject", "b", 21, "reject", REJECTER),
                  two_armed("nat", "b", 31, "nat", TRANSLATOR),
                  two_armed("fw1", "b", 41, "fw"), two_armed("fw2", "c", 51, "fw"),
                  one_armed("stick", "c", 61, "stick")]
    with cluster("abcd", ["ab", "bd", "ac", "cd", "bc"], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64")) as lab, \
         echoing(lab, ("red-two", V4["two"]), ("red-two", V6["two"])):
        yield lab


# Name: endpoints.
ENDS = {"stick": ["stick"], "fw": [f"fw{i}-{end}" for i in (1, 2) for end in ("in", "out")]}


def made(name, mode="dynamic", **more):
    """(endpoints, Function)"""
    frames = {"frames": "bridged"} if name == "bridge" else {}
    make = function if name == "stick" else two_arms
    ends = ENDS.get(name, [f"{name}-in", f"{name}-out"])
    return ends, make(name, mode=mode, **frames, **more)


def with_function(lab, name, mode="dynamic", *, via=None, **more):
    """A policy through this function alone."""
    ends, fn = made(name, mode)
    return going_through(lab, ends, fn, through(*(via or [name]), **more))


def arms_passed(passing):
    return {(step[0], step[1], step[2]) for step in passing.steps()}


BOTH_ARMS = [("eth0", "in"), ("eth1", "out"), ("eth1", "in"), ("eth0", "out")]


def passes_whole(lab, name, family, size, data=b""):
    """A datagram of this size and its answer, all fragments of both through the function."""
    data = (data + MARK * (size // len(MARK) + 1))[:size]
    with Passing(lab, name) as passing:
        answered = ask(lab, "red-one", family["two"], next(_ports), data)
        assert answered
        steps = passing.steps()
    sides = BOTH_ARMS if name != "stick" else [("eth0", "in"), ("eth0", "out")]
    return {side: sum((name, *side) == step for step in steps) for side in sides}


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static", "masquerade", "native"])
@pytest.mark.parametrize("name", ["router", "bridge", "stick"])
def test_fragments_pass_a_function(lab, family, mode, name):
    with with_function(lab, name, mode):
        answers, said = lab.ping("red-one", family["two"], "-M", "dont", "-s", "4000")
        assert answers == 1, said
        found = passes_whole(lab, name, family, 4000)
        assert min(found.values()) == max(found.values()) >= 3, found


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_fragments_are_translated_and_back(lab, family, mode):
    with with_function(lab, "nat", mode), Passing(lab, "two") as arriving:
        assert ask(lab, "red-one", family["two"], next(_ports), MARK * 250)
        answers, said = lab.ping("red-one", family["two"], "-M", "dont", "-s", "4000")
        assert answers == 1, said
        assert arriving.visited() == {"two"}


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_all_fragments_of_a_datagram_pass_one_instance(lab, family, mode):
    with with_function(lab, "fw", mode):
        seen = set()
        for _ in range(16):
            with Passing(lab, "fw1", "fw2", mark=b"") as passing:
                assert ask(lab, "red-one", family["two"], next(_ports), MARK * 250)
                names = {f.where for f in passing.now() if len(f.data) > 200}
            assert len(names) == 1, names
            seen |= names
        assert seen == {"fw1", "fw2"}


@pytest.fixture(scope="module", name="keyed")
def keyed_(lab):
    with secret_file(b"functions do not know this") as path:
        lab.apply({"kind": "Key", "name": "k1", "id": 77, "secret_file": path})
    return lab


@FAMILIES
@pytest.mark.parametrize("require", [["hmac"], ["path"], ["transit"]], ids=lambda r: r[0])
@pytest.mark.parametrize("mode", ["dynamic", "masquerade", "native"])
def test_what_is_signed_passes_a_function_and_is_taken(keyed, family, mode, require):
    with with_function(keyed, "router", mode, require=require):
        with Passing(keyed, "router") as passing:
            for _ in range(3):
                assert ask(keyed, "red-one", family["two"])
            assert arms_passed(passing) == {("router", *arm) for arm in BOTH_ARMS}
        fits_and_not(keyed, family)


@FAMILIES
@pytest.mark.parametrize("name", ["router", "bridge", "stick"])
def test_functions_of_a_tenant_that_signs_all(keyed, family, name):
    prefixes = ["10.0.0.0/16", "fd00:0:0:1::/64"]
    keyed.apply(tenant("red", *prefixes, require=["hmac"]))
    try:
        with with_function(keyed, name):
            assert ask(keyed, "red-one", family["two"])
            assert min(passes_whole(keyed, name, family, 4000).values()) >= 3
    finally:
        keyed.apply(tenant("red", *prefixes))


def test_nobody_signs_for_another_node(keyed):
    with pytest.raises(Failed, match="static"):
        with with_function(keyed, "router", "static", require=["hmac"]):
            pass
    with with_function(keyed, "nat", require=["hmac"]):
        with keyed.dropping("b", "no-path"):
            assert not ask(keyed, "red-one", V4["two"], timeout_s=0.5)


@contextlib.contextmanager
def wider(lab, *names):
    """Containers that believe in 4 bytes more than there are: their node must tell them."""
    mtus = {name: lab.mtu(name) for name in names}
    for name, mtu in mtus.items():
        lab.run(name, "ip", "link", "set", "eth0", "mtu", str(mtu + 4))
    try:
        yield
    finally:
        for name, mtu in mtus.items():
            lab.run(name, "ip", "link", "set", "eth0", "mtu", str(mtu))
            for option in ("-4", "-6"):
                lab.run(name, "ip", option, "route", "flush", "cache")


def fits_and_not(lab, family):
    """The largest packet passes, both ways; of one byte more the sender is told."""
    mtu = lab.path("one", "two", node="a")["mtu"]
    assert lab.mtu("red-one") == mtu
    size = mtu - (20 if family is V4 else 40) - 8
    with wider(lab, "red-one", "red-two"):
        answers, said = lab.ping("red-one", family["two"], "-M", "do", "-s", str(size))
        assert answers == 1, said
        answers, said = lab.ping("red-one", family["two"], "-M", "do", "-s", str(size + 1))
        assert answers == 0 and f"mtu={mtu}" in said.replace(" ", ""), said


# Where a function sees the headers, they say whose packet it is: there is no NAT.
EVERY = [(name, mode) for name in ("router", "bridge", "stick")
         for mode in ("dynamic", "static", "masquerade", "native")]
EVERY += [("nat", "dynamic"), ("nat", "static")]


@FAMILIES
@pytest.mark.parametrize("name, mode", EVERY)
def test_the_largest_packet_passes_and_its_sender_is_told_of_more(lab, family, mode, name):
    with with_function(lab, name, mode):
        fits_and_not(lab, family)


HOPS = {"router": 4, "bridge": 3, "stick": 4}  # node a, the function if it routes, b or c, d


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("name", HOPS)
def test_every_hop_on_the_way_tells_where_packets_end(lab, family, mode, name):
    with with_function(lab, name, mode):
        for hops in range(1, HOPS[name] + 2):
            answers, said = lab.ping("red-one", family["two"], "-t", str(hops))
            assert answers == (hops > HOPS[name]), said
            assert ("xceeded" in said) == (hops <= HOPS[name]), (hops, said)


def is_refused(lab, who, address, port, timeout_s=2):
    """An ICMP error comes back to who sends there, not an answer."""
    with udp_socket(lab.netns(who), family=family_of(address)) as sock:
        sock.settimeout(timeout_s)
        sock.connect((address, port))
        sock.send(MARK)
        try:
            sock.recv(65535)
        except ConnectionRefusedError:
            return True
        except TimeoutError:
            pass
        return False


@FAMILIES
@pytest.mark.parametrize("name, mode", EVERY)
def test_the_error_of_the_other_end_comes_back(lab, family, mode, name):
    with with_function(lab, name, mode):
        assert is_refused(lab, "red-one", family["two"], CLOSED)


@FAMILIES
@pytest.mark.parametrize("name, mode", [("router", "dynamic"), ("router", "static"), ("nat", "dynamic")])
def test_the_error_of_one_port_comes_back(lab, family, mode, name):
    """Of the error itself, which has none, the policy says nothing."""
    with with_function(lab, name, mode, ports=[f"udp/{CLOSED}"]):
        assert is_refused(lab, "red-one", family["two"], CLOSED)


@FAMILIES
@pytest.mark.parametrize("mode, ports", [("dynamic", None), ("dynamic", ["udp/80", "tcp/80"]),
                                         ("static", None)])
def test_a_firewall_may_refuse_in_anothers_name(lab, family, mode, ports):
    with with_function(lab, "reject", mode, **({"ports": ports} if ports else {})):
        assert is_refused(lab, "red-one", family["two"], 80)
        with pytest.raises(ConnectionRefusedError):
            connected(lab, "red-one", family["two"], 80, timeout_s=2)
        if not ports:
            assert connects(lab, "red-one", family["two"], ECHO)


def frames():
    """What one Ethernet host says to another, and to all."""
    hosts = ["0a:00:00:00:00:01", "0a:00:00:00:00:02"]
    packet = ipv4("192.0.2.1", "192.0.2.2", udp("192.0.2.1", "192.0.2.2", 9, MARK))
    tag = struct.pack("!HH", 0x0064, 0x0800)
    return {
        "ipv4": eth(hosts[1], hosts[0], packet),
        "tagged": eth(hosts[1], hosts[0], tag + packet, 0x8100),
        "to all": eth("ff:ff:ff:ff:ff:ff", hosts[0], MARK + bytes(46), 0x0806),
        "of nobody": eth(hosts[1], hosts[0], MARK + bytes(46), 0x88b5),
    }


def entered(lab, *, reverse):
    """The SID of the instance on the way from one to two, or back."""
    ends = ("two", "one") if reverse else ("one", "two")
    path = json.dumps(lab.path(*ends, node="d" if reverse else "a"))
    return sid(2, int(re.search(r"5f00:0:2:(f[0-9a-f]{3})", path)[1], 16))


@pytest.mark.parametrize("reverse", [False, True], ids=["there", "back"])
@pytest.mark.parametrize("mode", ["dynamic", "masquerade"])
def test_frames_of_an_outside_node_pass_a_bridge(lab, mode, reverse):
    """Node a stands for it, past its weftd; what comes out of the function goes on to node d."""
    red = next(item["id"] for item in lab.ask("tenant", "list", node="a") if item["name"] == "red")
    arms = BOTH_ARMS[2:] if reverse else BOTH_ARMS[:2]
    with with_function(lab, "bridge", mode):
        first, last = entered(lab, reverse=reverse), sid(4, 0xe0d2, tenant=red)
        for name, frame in frames().items():
            header = srh(143, [last, first], 1)
            packet = ipv6("5f00:0:1::1", first, header + frame, next_header=43)
            with Passing(lab, "bridge") as passing, Frames({lab.netns("d"): "d"}, frame) as far:
                inject(lab.netns("a"), "to-b", eth(lab.mac("b", "to-a"), lab.mac("a", "to-b"), packet))
                arrived = far.wait(1)[0].data
                steps = passing.steps()
            assert [step[1:] for step in steps] == arms, name
            assert arrived[54:] == srh(143, [last, first], 0) + frame, name
            assert arrived[38:54] == packed(last), name
