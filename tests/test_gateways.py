# SPDX-License-Identifier: Apache-2.0
"""From tenants to the Internet and back, through gateways. The lab is drawn in gateways.py."""
import errno
import hashlib
import socket

import pytest

from frames import Frames
from gateways import (FAMILIES, GATE, GATEWAYS, INET, MAY_ENTER, POOLS, PUBLIC, HTTP, VIP, enter_by,
                      gateway, gateways_lab, internet, ip, stats, v4, v6, wait_for_exits)
from cluster import policy, wait_for
from lab import Failed
from probes import Echoes, asks, connected, connects, is_refused_silently, says
from servers import random_bytes, udp_socket
from services import curl, webs
from wire import in_netns, parse

EACH = pytest.mark.parametrize("family", FAMILIES)
ECHO = 4000


@pytest.fixture(scope="module", name="lab")
def lab_():
    with gateways_lab(*GATEWAYS, MAY_ENTER) as lab:
        wait_for_exits(lab, "g1", "g2")
        wait_for_exits(lab, "g1", of="blue")
        wait_for_exits(lab, "g1", of="green")
        with internet(lab), Echoes(lab, *(("inet", address, ECHO) for address in INET.values())), \
                webs(lab, "web1", "web2"):
            yield lab


def seen(lab, who, family):
    """By which address the Internet sees a new connection."""
    return curl(lab, who, INET[family]).split()[-1]


# ---- Out ----------------------------------------------------------------------------------------

@EACH
def test_tenants_with_the_same_addresses_leave_by_their_own_public_ones(lab, family):
    red = {seen(lab, "red-cli", family) for _ in range(16)}
    at = FAMILIES.index(family)
    assert red == {POOLS["red", "gw1"][at], POOLS["red", "gw2"][at]}
    assert {seen(lab, "blue-cli", family) for _ in range(4)} == {POOLS["blue", "gw1"][at]}


@EACH
def test_routed_tenants_leave_by_their_own_addresses(lab, family):
    own = {"v4": "198.18.0.1", "v6": "2001:db8:18::1"}[family]
    assert seen(lab, "green-cli", family) == own
    assert lab.pings("green-cli", INET[family])


@EACH
@pytest.mark.parametrize("who", ["red-cli", "blue-cli"])
def test_pings_are_answered(lab, family, who):
    assert lab.ping(who, INET[family], count=5)[0] == 5


@EACH
@pytest.mark.parametrize("n_bytes", [1, 1459, 10_000_000])
def test_what_is_transferred_arrives_unchanged(lab, family, n_bytes, tmp_path):
    got = tmp_path / "got"
    curl(lab, "red-cli", INET[family], f"/{n_bytes}", "-o", str(got))
    assert got.stat().st_size == n_bytes


@EACH
@pytest.mark.parametrize("n_bytes", [1, 1300, 3000, 9000])
def test_datagrams_of_all_sizes_and_their_answers_pass(lab, family, n_bytes):
    """The first large answer may be too big for the way in: then its sender learns that."""
    def is_answered():
        return asks(lab, "red-cli", INET[family], ECHO, random_bytes(n_bytes), timeout_s=2)
    assert is_answered() or is_answered() or is_answered()


@EACH
def test_a_connection_stays_with_its_gateway(lab, family):
    with connected(lab, "red-cli", INET[family], ECHO) as sock:
        for i in range(20):
            sock.sendall(b"%d" % i)
            assert sock.recv(64) == b"%d" % i


@EACH
def test_who_is_refused_there_hears_of_it(lab, family):
    with pytest.raises(ConnectionRefusedError):
        connected(lab, "red-cli", INET[family], 81)
    with udp_socket(lab.netns("red-cli"), family=socket.AF_INET6 if family == "v6"
                    else socket.AF_INET) as sock:
        sock.connect((INET[family], 4444))
        sock.send(b"nobody there")
        with pytest.raises(ConnectionRefusedError):
            sock.recv(64)


@EACH
def test_a_narrow_way_on_the_internet_is_found_out(lab, family):
    """Packet-too-big from beyond the gateway, translated back."""
    options = ("-6",) if family == "v6" else ()
    for node in ("g1", "g2"):
        lab.run(node, "ip", *options, "route", "add", INET[family], "via",
                {"g1": {"v4": "192.0.2.2", "v6": "2001:db8:1::2"},
                 "g2": {"v4": "192.0.2.6", "v6": "2001:db8:2::2"}}[node][family], "mtu", "1300")
    try:
        said = lab.ping("red-cli", INET[family], "-M", "do", "-s", "1320")[1]
        assert "mtu" in said.lower() and "1300" in said, said
        assert lab.pings("red-cli", INET[family], "-M", "do", "-s", "1200")
    finally:
        for node in ("g1", "g2"):
            lab.run(node, "ip", *options, "route", "del", INET[family])
        lab.run("red-cli", "ip", *options, "route", "flush", "cache")


@EACH
def test_hops_beyond_the_gateway_tell_who_they_are(lab, family):
    said = lab.ping("red-cli", INET[family], "-t", "3")[1]
    assert "exceeded" in said.lower() or "bytes from" in said, said


def test_addresses_of_the_tenant_never_leave_it(lab):
    """Nobody has 10.0.0.77: that is said at once, and no gateway sees it."""
    with Frames({lab.netns("inet"): "inet"}, b"to nobody") as frames:
        with lab.dropping("a", "no-endpoint"):
            says(lab, "red-cli", v4(77), 99, b"to nobody")
        assert not frames.now()


# ---- In -----------------------------------------------------------------------------------------

@EACH
def test_a_published_service_sees_its_visitors(lab, family):
    said = [curl(lab, "inet", PUBLIC[family], "/who").split()
            for _ in range(12)]
    assert {name for name, _ in said} == {"web1", "web2"}
    assert {visitor for _, visitor in said} == {INET[family]}


@EACH
def test_both_gateways_lead_in(lab, family):
    try:
        for node in ("g2", "g1"):
            enter_by(lab, node)
            assert curl(lab, "inet", PUBLIC[family], "/who")
    finally:
        enter_by(lab, "g1")


@EACH
def test_large_transfers_from_inside_arrive_unchanged(lab, family, tmp_path):
    got = tmp_path / "got"
    curl(lab, "inet", PUBLIC[family], "/10000000", "-o", str(got))
    assert hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(
        random_bytes(10_000_000)).digest()


@EACH
def test_answers_of_a_service_find_out_a_narrow_way(lab, family, tmp_path):
    options = ("-6",) if family == "v6" else ()
    for node, at in (("g1", {"v4": "192.0.2.2", "v6": "2001:db8:1::2"}),
                     ("g2", {"v4": "192.0.2.6", "v6": "2001:db8:2::2"})):
        lab.run(node, "ip", *options, "route", "add", INET[family], "via", at[family], "mtu", "1300")
    try:
        got = tmp_path / "got"
        curl(lab, "inet", PUBLIC[family], "/1000000", "-o", str(got))
        assert got.stat().st_size == 1_000_000
    finally:
        for node in ("g1", "g2"):
            lab.run(node, "ip", *options, "route", "del", INET[family])


@EACH
def test_inside_the_public_address_is_reached_without_any_gateway(lab, family):
    with Frames({lab.netns("inet"): "inet"}, b"GET /who") as frames:
        assert curl(lab, "red-cli", PUBLIC[family]).split()[0] in ("web1", "web2")
        assert not frames.now()


@EACH
def test_other_tenants_reach_it_from_outside(lab, family):
    name, visitor = curl(lab, "blue-cli", PUBLIC[family]).split()
    assert name in ("web1", "web2")
    assert visitor == POOLS["blue", "gw1"][FAMILIES.index(family)]


@EACH
def test_nobody_comes_in_uninvited(lab, family):
    """Neither to a routed tenant's endpoint nor to a public address that is for leaving."""
    own = {"v4": "198.18.0.1", "v6": "2001:db8:18::1"}[family]
    assert is_refused_silently(lab, "g1", "inet", own, 22)
    pool = POOLS["red", "gw1"][FAMILIES.index(family)]
    with pytest.raises(OSError):
        connected(lab, "inet", pool, 22, timeout_s=2)


@EACH
def test_a_port_that_is_not_published_is_refused(lab, family):
    with pytest.raises(OSError):
        connected(lab, "inet", PUBLIC[family], 8081, timeout_s=2)


@EACH
def test_a_policy_lets_visitors_in_by_a_way_of_choice(lab, family):
    """Ingress path control: from the gateway over g2 to b, and back the same way."""
    way = {**MAY_ENTER, "via": ["node/g2"], "reverse": "symmetric"}
    with lab.having(way):
        with Frames({lab.netns("g2"): "g2"}, b"GET /who") as frames:
            def goes_by_g2():
                curl(lab, "inet", PUBLIC[family], "/who")
                return any(parse("g2", f.interface, f.is_out, f.data).outer_len
                           for f in frames.now())
            wait_for(goes_by_g2, "visitors to come by g2")
    lab.apply(MAY_ENTER)


@EACH
def test_a_routed_tenant_lets_in_whom_it_wants(lab, family):
    own = {"v4": "198.18.0.1", "v6": "2001:db8:18::1"}[family]
    wish = policy("ssh", in_tenant="green", **{"from": "internet"}, ports=["tcp/2222"])
    with lab.having(wish), Echoes(lab, ("green-cli", own, 2222)):
        wait_for(lambda: _reaches(lab, own, 2222), "the policy to let in")
        assert is_refused_silently(lab, "g1", "inet", own, 22)


def _reaches(lab, address, port):
    try:
        return connects(lab, "inet", address, port)
    except OSError:
        return False


# ---- What may leave -----------------------------------------------------------------------------

@EACH
def test_a_policy_sends_by_a_way_of_choice(lab, family):
    wish = policy("out", ["b"], **{"from": {"app": "cli"}, "to": "internet"})
    with lab.having(wish):
        with Frames({lab.netns("b"): "b"}, b"GET /who") as frames:
            def goes_by_b():
                seen(lab, "red-cli", family)
                return frames.now()
            wait_for(goes_by_b, "packets to come by b")


@EACH
def test_a_policy_forbids_the_internet(lab, family):
    deny = policy("no-internet", **{"from": {"app": "cli"}, "to": "internet"}, action="deny")
    with lab.having(deny):
        assert is_refused_silently(lab, "a", "red-cli", INET[family], 80)
        assert seen(lab, "blue-cli", family)
    wait_for(lambda: _leaves(lab, family), "red to leave again")


def _leaves(lab, family):
    try:
        return bool(seen(lab, "red-cli", family))
    except Failed:
        return False


# ---- Pools --------------------------------------------------------------------------------------

@EACH
def test_when_the_pool_is_exhausted_new_flows_are_refused_and_counted(lab, family):
    small = gateway("gw1", "red", "green", publish=True)
    small["egress"].append({"tenant": "blue", "nat": list(POOLS["blue", "gw1"]),
                            "ports": "40000-40003"})
    lab.apply(small)
    wait_for_exits(lab, "g1", of="blue")
    try:
        socks = []
        try:
            with pytest.raises(OSError) as refused:
                for _ in range(8):
                    socks.append(connected(lab, "blue-cli", INET[family], ECHO, timeout_s=3))
            assert len(socks) == 4
            assert refused.value.errno in (errno.EHOSTUNREACH, errno.EACCES, errno.ECONNREFUSED)
            wait_for(lambda: stats(lab, "gw1", "blue", "g1")["refused"] >= 1, "the refusal to count")
            for i, sock in enumerate(socks):
                sock.sendall(b"%d" % i)
                assert sock.recv(64) == b"%d" % i
        finally:
            for sock in socks:
                sock.close()
    finally:
        lab.apply(GATEWAYS[0])


# ---- What one sees ------------------------------------------------------------------------------

def test_a_gateway_is_listed_with_what_it_does(lab):
    items = {item["name"]: item for item in lab.ask("gateway", "list", node="a")}
    assert set(items) == {"gw1", "gw2"}
    assert items["gw1"]["node"] == "g1" and items["gw1"]["outside"] == "out0"
    with connected(lab, "red-cli", INET["v4"], ECHO):
        flows = sum(stats(lab, f"gw{i}", "red", f"g{i}")["flows"] for i in (1, 2))
        assert flows >= 1


@EACH
def test_path_show_explains_the_way_out(lab, family):
    told = lab.ask("path", "show", "red/cli", INET[family], node="a")
    assert told["to"] == {"address": INET[family], "outside": True}
    assert [(item["name"], item["node"], item["share"], item["dropped"], item["policy"])
            for item in told["gateways"]] == [("gw1", "g1", 0.5, None, None),
                                              ("gw2", "g2", 0.5, None, None)]
    for i, item in enumerate(told["gateways"], 1):
        (path,) = item["paths"]
        (segment,) = path["segments"]
        assert (segment["behavior"], segment["nodes"], segment["endpoints"]) == \
            ("End.DX46", [f"g{i}"], [f"gateway-gw{i}"])
        assert path["overhead"] == 40 and len(path["header"]) == 80
    shown = lab.weft("path", "show", "red/cli", INET[family], node="a")
    assert "gateway   gw1 at g1  50 % of the flows" in shown, shown
    assert "End.DX46  g2, through gateway-gw2" in shown, shown


def test_path_show_says_why_nothing_leaves(lab):
    with pytest.raises(Failed, match="no endpoint '10.0.0.77'"):
        lab.weft("path", "show", "red/cli", v4(77), node="a")
    with pytest.raises(Failed, match="gateway's own endpoint"):
        lab.weft("path", "show", "red/gateway-gw1", INET["v4"], node="g1")
    for item in lab.ask("path", "show", "blue/cli", INET["v6"], node="a")["gateways"]:
        assert (item["name"], item["share"]) == ("gw1", 1)
