# SPDX-License-Identifier: Apache-2.0
"""weft about functions and services, against a fake weftd. WEFT: the program."""
import json

import pytest

from test_cli import ask, complete, daemon, items, rows  # noqa: F401

FUNCTION = {"kind": "Function", "tenant": "red", "name": "fw", "instances": {"app": "fw"},
            "mode": "dynamic", "in": "eth0", "out": "eth1", "frames": "routed",
            "on_failure": "bypass",
            "probe": {"http": {"port": 80, "path": "/health"}, "interval": "1s", "timeout": "1s",
                      "rise": 2, "fall": 3},
            "endpoints": [{"name": "fw-1", "node": "A", "ifname": "eth0", "is_up": True,
                           "packets": 1200, "bytes": 90000},
                          {"name": "fw-2", "node": "B", "ifname": "eth0", "is_up": False,
                           "packets": None, "bytes": None},
                          {"name": "fw-3", "node": None, "ifname": None, "is_up": False,
                           "packets": None, "bytes": None}]}
SERVICE = {"kind": "Service", "tenant": "red", "name": "web", "id": 1,
           "addresses": ["10.0.0.100", "fd00::100"], "ports": ["tcp/80->8080", "udp/53"],
           "backends": [{"labels": {"app": "web", "v": "2"}, "weight": 2},
                        {"labels": {"app": "web"}, "weight": 1}],
           "affinity": "client", "balance": "hash", "drain": "30s",
           "endpoints": [{"name": "w1", "node": "A", "ifname": "eth0", "is_up": True, "weight": 2,
                          "share": 0.6666, "share_before": 1.0, "flows": 12, "packets": 99,
                          "bytes": 9900},
                         {"name": "w2", "node": "B", "ifname": "eth0", "is_up": True, "weight": 1,
                          "share": 0.0, "hindrance": "no IPv6 address", "flows": None,
                          "packets": None, "bytes": None}]}


@pytest.fixture
def members(daemon):  # noqa: F811
    daemon.routes[("GET", "/v1/functions")] = items(FUNCTION)
    daemon.routes[("GET", "/v1/services")] = items(SERVICE)
    return daemon


TABLES = [
    (["function", "list"], ["TENANT NAME MODE IN OUT FRAMES ON FAILURE LABELS PROBE UP",
                            "red fw dynamic eth0 eth1 routed bypass app=fw http :80/health every 1s "
                            "1 of 3"]),
    (["service", "list"], ["TENANT NAME ID ADDRESSES PORTS LABELS AFFINITY BALANCE PROBE UP",
                           "red web 1 10.0.0.100, fd00::100 tcp/80->8080, udp/53 app=web, v=2 "
                           "(weight 2); app=web client hash - 2 of 2"]),
]


@pytest.mark.parametrize("args,want", TABLES)
def test_a_list_is_a_table(members, args, want):
    r = ask(members, *args)
    assert (r.returncode, r.stderr) == (0, "")
    assert rows(r.stdout) == want
    listed = json.loads(ask(members, *args, "--json").stdout)["items"]
    assert listed == [FUNCTION if args[0] == "function" else SERVICE]


SHOWS = [
    (["function", "show", "red/fw"], FUNCTION,
     ["UP 1 of 3", "INSTANCES fw-1 at A (up, eth0), fw-2 at B (down, eth0), fw-3 (not attached)",
      "PACKETS fw-1 1200, fw-2 -, fw-3 -"]),
    (["service", "show", "red", "web"], SERVICE,
     ["DRAIN 30s", "BACKENDS w1 at A (up, eth0, weight 2), w2 at B (up, eth0)",
      "SHARES w1 66.7 % (before 100.0 %), w2 0.0 % (no IPv6 address)",
      "FLOWS w1 12, w2 -", "PACKETS w1 99, w2 -"]),
]


@pytest.mark.parametrize("args,item,lines", SHOWS)
def test_show_prints_one_with_those_that_belong_to_it(members, args, item, lines):
    r = ask(members, *args)
    assert (r.returncode, r.stderr) == (0, "")
    for line in lines:
        assert line in rows(r.stdout)
    assert json.loads(ask(members, *args, "--json").stdout) == item


def test_what_is_there_is_offered_to_the_shell(members):
    assert complete(members, "function", "show", "r") == ["red/fw"]
    assert complete(members, "service", "show", "r") == ["red/web"]
    assert complete(members, "delete", "s") == ["service"]


SEGMENT = {"sid": "5f00:0:2:f00b::", "nodes": ["B"], "endpoints": ["w1"], "behavior": "End.DX46"}
WAY = {"policy": None, "is_reverse": False, "local": False,
       "paths": [{"share": 1.0, "overhead": 40, "segments": [SEGMENT], "header": "00"}]}
WAYS = {"tenant": "red", "from": {"name": "cli", "address": "10.0.0.1", "node": "A"},
        "to": {"tenant": "red", "name": "web", "address": "10.0.0.100", "node": None},
        "port": "tcp/80->8080", "mtu": 1388, "more": 2,
        "backends": [{"name": "w1", "node": "B", "others": [], "share": 0.5, "dropped": None, **WAY},
                     {"name": "w2", "node": "C", "others": ["w1", "w3"], "share": 0.3,
                      "dropped": None, **WAY, "policy": "p"},
                     {"name": "w3", "node": "C", "others": [], "share": 0.2, "dropped": "denied"}]}
WAYS_SHOWN = """\
tenant    red
from      cli  10.0.0.1  on node A
to        web  10.0.0.100  tcp/80->8080, a service
mtu       1388

backend   w1 at B  50 % of the flows
policy    none: the direct path
path      B(w1)  (100 % of the flows, 40 bytes of overhead)
  1. 5f00:0:2:f00b::                          End.DX46  B, through w1

backend   w2 at C  30 % of the flows; also asked: w1, w3
policy    p
path      B(w1)  (100 % of the flows, 40 bytes of overhead)
  1. 5f00:0:2:f00b::                          End.DX46  B, through w1

backend   w3 at C  20 % of the flows
dropped   denied

2 more lists of backends are not shown.
"""


def test_path_show_tells_the_way_to_each_backend(members):
    members.routes[("GET", "/v1/path")] = 200, WAYS
    r = ask(members, "path", "show", "red/cli", "red/web", "--port", "tcp/80")
    assert (r.returncode, r.stderr) == (0, "")
    assert r.stdout == WAYS_SHOWN
    assert members.asked == [("GET", "/v1/path", {"tenant": "red", "from": "cli", "to": "web",
                                                  "port": "tcp/80"})]
    assert json.loads(ask(members, "--json", "path", "show", "red/cli", "red/web").stdout) == WAYS
