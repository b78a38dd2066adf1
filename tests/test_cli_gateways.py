# SPDX-License-Identifier: Apache-2.0
"""weft about gateways, against a fake weftd. WEFT: the program."""
import json

import pytest

from test_cli import ask, complete, daemon, items, rows  # noqa: F401

FAR = {"kind": "Gateway", "name": "far", "node": "g2", "outside": "out0",
       "egress": [{"tenant": "blue"}], "state": "down",
       "arms": [{"tenant": "blue", "is_up": False, "out": None, "in": None}]}
GW = {"kind": "Gateway", "name": "gw", "node": "g1", "outside": "out0",
      "egress": [{"tenant": "red", "nat": ["203.0.113.10", "203.0.113.16/30"],
                  "ports": "1024-65535"},
                 {"tenant": "blue"}, {"tenant": "green", "nat": ["203.0.113.9"], "ports": 4000}],
      "publish": [{"service": "red/web", "addresses": ["203.0.113.80", "2001:db8::80"]},
                  {"service": "new/db", "addresses": ["203.0.113.81"]}],
      "bgp": {"as": 65001, "peers": [{"address": "192.0.2.1", "as": 65000},
                                     {"address": "2001:db8::1", "as": 65001}]},
      "state": "partly",
      "arms": [{"tenant": "red", "name": "gateway-gw", "addresses": ["10.0.0.7", "fd00::7"],
                "is_up": True, "out": {"packets": 1200, "bytes": 90000},
                "in": {"packets": 7, "bytes": 700}, "flows": 12, "refused": 3},
               {"tenant": "blue", "name": "gateway-gw", "addresses": ["10.0.0.9"],
                "is_up": False, "out": {"packets": 0, "bytes": 0}, "in": None, "flows": 0,
                "refused": 0, "problem": "no carrier"},
               {"tenant": "green", "name": "gateway-gw", "addresses": [], "is_up": False,
                "out": None, "in": None},
               {"tenant": "new", "is_up": False, "out": None, "in": None}]}


@pytest.fixture
def gateways(daemon):  # noqa: F811
    daemon.routes[("GET", "/v1/gateways")] = items(FAR, GW)
    return daemon


def test_a_list_is_a_table(gateways):
    r = ask(gateways, "gateway", "list")
    assert (r.returncode, r.stderr) == (0, "")
    assert rows(r.stdout) == [
        "NAME NODE OUTSIDE EGRESS PUBLISH BGP STATE",
        "far g2 out0 blue (routed) - - down",
        "gw g1 out0 red, blue (routed), green red/web 203.0.113.80, 2001:db8::80; "
        "new/db 203.0.113.81 65001 with 192.0.2.1 (65000), 2001:db8::1 (65001) partly"]
    assert json.loads(ask(gateways, "gateway", "list", "--json").stdout)["items"] == [FAR, GW]


def test_show_prints_pools_and_arms(gateways):
    r = ask(gateways, "gateway", "show", "gw")
    assert (r.returncode, r.stderr) == (0, "")
    for line in ["EGRESS red, blue (routed), green",
                 "POOLS red 203.0.113.10, 203.0.113.16/30 (ports 1024-65535); "
                 "green 203.0.113.9 (ports 4000)",
                 "PUBLISH red/web 203.0.113.80, 2001:db8::80; new/db 203.0.113.81",
                 "STATE partly",
                 "ARMS red 10.0.0.7, fd00::7 (up); blue 10.0.0.9 (down: no carrier); green (down); "
                 "new (not there yet)",
                 "OUT red 1200, blue 0, green -, new -",
                 "IN red 7, blue -, green -, new -", "FLOWS red 12, blue 0, green -, new -",
                 "REFUSED red 3, blue 0, green -, new -"]:
        assert line in rows(r.stdout)
    assert json.loads(ask(gateways, "gateway", "show", "gw", "--json").stdout) == GW


def test_one_that_is_not_there(gateways):
    r = ask(gateways, "gateway", "show", "gx")
    assert (r.returncode, r.stderr) == (
        1, "weft: there is no gateway 'gx': list them with 'weft gateway list'\n")


def test_it_belongs_to_no_tenant(gateways):
    r = ask(gateways, "delete", "gateway", "red", "gw")
    assert r.returncode == 2
    assert "a gateway belongs to no tenant: give its NAME alone" in r.stderr


def test_what_is_there_is_offered_to_the_shell(gateways):
    assert complete(gateways, "gateway", "show", "g") == ["gw"]
    assert complete(gateways, "gateway", "") == ["list", "show"]
    assert complete(gateways, "delete", "g") == ["gateway"]


def exit_by(name, node, number, **more):
    segment = {"sid": f"5f00:0:{number}:f001::", "nodes": [node], "endpoints": [f"gateway-{name}"],
               "behavior": "End.DX46"}
    path = {"segments": [segment], "overhead": 40, "share": 1.0, "header": "00"}
    return {"name": name, "node": node, "share": 1 / 3, "dropped": None, "policy": None,
            "is_reverse": False, "local": False, "paths": [path], **more}


OUTSIDE = {
    "tenant": "red", "from": {"name": "cli", "address": "10.0.0.1", "node": "a"},
    "to": {"address": "198.51.100.1", "outside": True}, "mtu": 1404,
    "gateways": [exit_by("gw1", "g1", 1, policy="out"),
                 exit_by("gw2", "a", 3, local=True, paths=[]),
                 {"name": None, "node": None, "share": 1 / 3, "dropped": "denied"}]}
OUTSIDE_SHOWN = """\
tenant    red
from      cli  10.0.0.1  on node a
to        198.51.100.1, outside
mtu       1404

gateway   gw1 at g1  33 % of the flows
policy    out
path      g1(gateway-gw1)  (100 % of the flows, 40 bytes of overhead)
  1. 5f00:0:1:f001::                          End.DX46  g1, through gateway-gw1

gateway   gw2 at a  33 % of the flows
policy    none: the direct path
It is on this node: the packet stays there.

gateway   unknown  33 % of the flows
dropped   denied
"""


def test_path_show_tells_each_gateway_by_which_packets_leave(gateways):
    gateways.routes[("GET", "/v1/path")] = (200, OUTSIDE)
    r = ask(gateways, "path", "show", "red/cli", "198.51.100.1")
    assert (r.returncode, r.stderr) == (0, "")
    assert r.stdout == OUTSIDE_SHOWN
    assert gateways.asked == [("GET", "/v1/path", {"tenant": "red", "from": "cli",
                                                   "to": "198.51.100.1"})]
    r = ask(gateways, "path", "show", "red/cli", "198.51.100.1", "--json")
    assert json.loads(r.stdout) == OUTSIDE
