# SPDX-License-Identifier: Apache-2.0
"""Gateways that come, die and go, and the flows that were there. The lab is drawn in gateways.py."""
import contextlib
import pathlib

import pytest

from cluster import wait_for
from control import api, end, ip as ip_of, start
from gateways import (FAMILIES, GATEWAYS, INET, MAY_ENTER, POOLS, PUBLIC, SERVICE, enter_by,
                      gateways_lab, internet, v4, v6, wait_for_exits)
from held import Held
from probes import Echoes, connected, speaks
from services import curl

EACH = pytest.mark.parametrize("family", FAMILIES)
ECHO, PORT = 4000, 7000
N_HELD = 10_000
STREAMS = {**SERVICE, "ports": [f"tcp/80->{PORT}"]}
VISITORS = {**MAY_ENTER, "ports": [f"tcp/{PORT}"]}
OUT = {"kind": "Policy", "name": "out", "tenant": "red", "from": {"app": "cli"}, "to": "internet"}
SERVERS = {family: {"web1": ("red-web1", at(11)), "web2": ("red-web2", at(12))}
           for family, at in (("v4", v4), ("v6", v6))}


@contextlib.contextmanager
def change_lab(default):
    with gateways_lab(*GATEWAYS, VISITORS, OUT, default=default) as lab:
        lab.apply(STREAMS)
        wait_for_exits(lab, "g1", "g2")
        with internet(lab), Echoes(lab, *(("inet", address, ECHO) for address in INET.values())):
            yield lab


@pytest.fixture(scope="module", name="lab", params=["allow", "deny"])
def lab_(request):
    """In a tenant that denies, nothing passes but what policies allow, and answers to that."""
    with change_lab(request.param) as lab:
        yield lab


@pytest.fixture(name="whole", autouse=True)
def whole_(request):
    """Every test leaves both gateways."""
    yield
    if "lab" in request.fixturenames:
        lab = request.getfixturevalue("lab")
        lab.apply(*GATEWAYS)
        wait_for_exits(lab, "g1", "g2")


def still_speak(socks):
    """How many of these do."""
    n = 0
    for sock in socks:
        sock.settimeout(2)
        with contextlib.suppress(OSError, AssertionError):
            speaks(sock)
            n += 1
    return n


@contextlib.contextmanager
def open_flows(lab, family, n=24):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(connected(lab, "red-cli", INET[family], ECHO))
               for _ in range(n)]


def pools_seen(lab, family, n=16):
    """The public addresses that new connections leave by."""
    return {curl(lab, "red-cli", INET[family]).split()[-1] for _ in range(n)}


def pool(family, *gateways):
    return {POOLS["red", name][FAMILIES.index(family)] for name in gateways}


def rooms(lab, node):
    """The interfaces of tenants' rooms in a gateway's namespace."""
    return {link["ifname"] for link in ip_of(lab.netns(node), "link", "show")
            if link["ifname"].startswith("wfg")}


def test_visitors_connections_outlive_a_change_of_the_gateway(lab):
    """10,000 of them: the Internet sends them by the other gateway from one packet to the next."""
    try:
        with Held(lab, SERVERS["v4"], PORT) as held:
            held.open("inet", PUBLIC["v4"], 80, N_HELD)
            for nodes in (("g2",), ("g1", "g2"), ("g1",)):
                enter_by(lab, *nodes)
                assert not any(held.ask_all().values()), held.why()
    finally:
        enter_by(lab, "g1")


@EACH
def test_a_gateway_that_goes_takes_its_own_connections_alone(lab, family):
    with open_flows(lab, family) as socks:
        assert still_speak(socks) == len(socks)
        lab.delete(GATEWAYS[1])
        wait_for_exits(lab, "g1")
        wait_for(lambda: not rooms(lab, "g2"), "the room to go")
        assert pools_seen(lab, family) == pool(family, "gw1")
        left = still_speak(socks)
        assert 0 < left < len(socks)
        lab.apply(GATEWAYS[1])
        wait_for_exits(lab, "g1", "g2")
        assert still_speak(socks) == left  # those of gw1 do not move to it
        assert pools_seen(lab, family) == pool(family, "gw1", "gw2")


@EACH
def test_without_daemons_packets_pass_and_rooms_are_found_again(lab, family):
    with open_flows(lab, family) as socks:
        before = rooms(lab, "g1")
        end(lab, "g1", "g2", "a")
        try:
            assert still_speak(socks) == len(socks)
            assert pools_seen(lab, family) == pool(family, "gw1", "gw2")
        finally:
            start(lab)
        lab.sync()
        wait_for_exits(lab, "g1", "g2")
        assert rooms(lab, "g1") == before
        assert still_speak(socks) == len(socks)


@EACH
def test_an_outside_interface_that_goes_down_is_not_used(lab, family):
    with open_flows(lab, family) as socks:
        lab.run("inet", "ip", "link", "set", "to-g2", "down")
        try:
            wait_for_exits(lab, "g1")
            wait_for(lambda: any("out0" in text for text in api(lab, "g2").status()["problems"]),
                     "g2 to say what is wrong")
            assert pools_seen(lab, family) == pool(family, "gw1")
        finally:
            lab.run("inet", "ip", "link", "set", "to-g2", "up")
            for address in ("192.0.2.6/30", "2001:db8:2::2/64"):
                lab.run("inet", "ip", "addr", "replace", address, "dev", "to-g2")
            for family_, address, via in (("-4", "203.0.113.20", "192.0.2.5"),
                                          ("-6", "2001:db8:a::20", "2001:db8:2::1")):
                lab.run("inet", "ip", family_, "route", "replace", address, "via", via)
            restore_default(lab, "g2")
        wait_for_exits(lab, "g1", "g2")
        assert still_speak(socks)


def restore_default(lab, node):
    """A link that went down took the routes by it along."""
    for via in ("192.0.2.6", "2001:db8:2::2"):
        family = "-6" if ":" in via else "-4"
        lab.run(node, "ip", family, "route", "replace", "default", "via", via)


def test_what_others_break_is_made_whole(lab):
    lab.run("g1", "nft", "delete", "table", "inet", "weft", check=False)
    for name in rooms(lab, "g1"):
        lab.run("g1", "ip", "link", "set", name, "down")
    wait_for(lambda: all(link["flags"].count("UP") for link in
                         ip_of(lab.netns("g1"), "link", "show") if link["ifname"].startswith("wfg")),
             "the rooms' interfaces to be up", 40)
    wait_for_exits(lab, "g1", "g2")
    assert pools_seen(lab, "v4") == pool("v4", "gw1", "gw2")


@EACH
def test_a_gateway_dies_as_without_power(family):
    """What visitors have goes on by the other one; who left by it comes back by the other."""
    with change_lab("allow") as lab, Held(lab, SERVERS[family], PORT) as held:
        held.open("inet", PUBLIC[family], 80, 500)
        end(lab, "g1")
        for link in ip_of(lab.netns("g1"), "link", "show"):
            if link["ifname"] != "lo" and not link["ifname"].startswith("wf"):
                lab.run("g1", "ip", "link", "set", link["ifname"], "down")
        enter_by(lab, "g2")
        wait_for_exits(lab, "g2", but=("g1",))
        assert not any(held.ask_all().values()), held.why()
        assert pools_seen(lab, family) == pool(family, "gw2")
        held.open("inet", PUBLIC[family], 80, 100)


def test_nothing_is_left_of_a_gateway(lab):
    lab.delete(*GATEWAYS)
    for node in ("g1", "g2"):
        wait_for(lambda n=node: not rooms(lab, n), f"{node} to have no rooms")
        wait_for(lambda n=node: "weft" not in lab.run(n, "nft", "list", "tables"),
                 f"{node} to have no rules of Weft's")
    assert not [e for e in lab.ask("endpoint", "list", node="a")
                if e["name"].startswith("gateway-")]
    assert not list(pathlib.Path(lab.folder).glob("**/rooms/*"))
