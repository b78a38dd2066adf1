# SPDX-License-Identifier: Apache-2.0
"""What others do to the kernel is undone: at once where the kernel tells, else at the next look.

    red-one --- [ node a ]---[ node b ]---[ node c ] --- red-two
"""
import subprocess

import pytest

from cluster import cluster, container, tenant, wait_for
from control import api, end, ip, log_of, pinned, start

CONTAINERS = [container("one", "a", "10.0.0.1"), container("two", "c", "10.0.0.2")]
REPAIR_PATIENCE_S = 60  # every 30 s; rarer, the more a look at the kernel takes


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster("abc", ["ab", "bc"], CONTAINERS, tenant("red", "10.0.0.0/16")) as lab:
        yield lab


@pytest.fixture(scope="module", name="nodes")
def nodes_(lab):
    """name -> its API"""
    return {name: api(lab, name) for name in "abc"}


def test_an_mtu_that_is_changed_by_hand_is_set_back_at_once(lab, nodes):
    name = nodes["a"].items("endpoints")["red/one"]["interface"]
    mtu = lab.mtu("a", name)
    subprocess.run(["ip", "-n", lab.netns("a"), "link", "set", name, "mtu", "1300"], check=True)
    wait_for(lambda: lab.mtu("a", name) == mtu, "the MTU to be set back", 5)
    assert lab.mtu("red-one") == mtu


def test_an_underlay_interface_that_is_made_anew_is_hooked_again(lab, nodes):
    """As the lab made it: its name and addresses, at either end."""
    ends = {"b": "to-c", "c": "to-b"}
    held = {node: [(a["local"], a["prefixlen"])
                   for a in ip(lab.netns(node), "addr", "show", "dev", name)[0]["addr_info"]
                   if not a["local"].startswith("fe80")] for node, name in ends.items()}
    routes = {node: [r for r in ip(lab.netns(node), "-6", "route") if r.get("dev") == name
                     and "gateway" in r] for node, name in ends.items()}
    b, c = lab.netns("b"), lab.netns("c")
    run_ip("-n", b, "link", "del", "to-c")
    wait_for(lambda: "there is no underlay interface 'to-c'" in str(nodes["b"].status()["problems"]),
             "weftd to tell that it is gone", 5)
    run_ip("-n", b, "link", "add", "to-c", "type", "veth", "peer", "name", "to-b", "netns", c)
    for node, name in ends.items():
        netns = lab.netns(node)
        run_ip("-n", netns, "link", "set", name, "up")
        for address, length in held[node]:
            run_ip("-n", netns, "addr", "add", f"{address}/{length}", "dev", name, "nodad")
        for route in routes[node]:
            run_ip("-n", netns, "-6", "route", "add", route["dst"], "via", route["gateway"], "dev",
                   name)
    for node, name in ends.items():
        index = ip(lab.netns(node), "link", "show", "dev", name)[0]["ifindex"]
        wait_for(lambda n=node, i=index: f"hook-{i}" in pinned(lab, n).programs(),
                 "the new interface to be hooked", 5)
    assert nodes["b"].status()["problems"] == []
    wait_for(lambda: lab.pings("red-one", "10.0.0.2"), "traffic over it", 5)


def run_ip(*words):
    subprocess.run(["ip", *words], check=True)


def test_what_was_deleted_is_put_back_by_a_restart(lab, nodes):
    pins = pinned(lab, "c")
    tables = pins.settled_tables()
    end(lab, "c")
    damage(pins)
    assert not lab.pings("red-one", "10.0.0.2")
    start(lab)
    assert nodes["c"].status()["problems"] == []
    assert pins.settled_tables() == tables
    assert lab.pings("red-one", "10.0.0.2")


def test_what_was_deleted_is_put_back_by_the_repair_in_time(lab, nodes):
    """Every 30 s. Nobody tells weftd of what happens to a map."""
    pins = pinned(lab, "c")
    tables, hooks = pins.settled_tables(), set(pins.links())
    damage(pins)
    port = next(iter(tables["ports"]))[:1]
    (pins.folder / f"hook-{port[0]}").unlink()
    assert set(pins.links()) != hooks
    wait_for(lambda: set(pins.links()) == hooks and pins.tables() == tables,
             "the kernel to hold what it should", REPAIR_PATIENCE_S)
    assert lab.pings("red-one", "10.0.0.2")
    assert "table entries were not as installed: repaired" in log_of(lab, "c")


def damage(pins):
    """Entries are gone, one is wrong, one is nobody's."""
    dests = pins.table("dests")
    here = next(key for key, value in dests.items() if value[16:20] != bytes(4))  # ifindex
    there = next(key for key in dests if key != here)
    pins.delete("dests", here)
    pins.put("dests", there, bytes([255] * 4) + dests[there][4:])
    pins.put("dests", here[:-1] + b"\x63", dests[here])
    pins.delete("sids", max(pins.table("sids")))
    pins.delete("tenants", next(iter(pins.table("tenants"))))
    pins.put("generation", bytes(4), [255, 0, 0, 127])  # and no flow is remembered


@pytest.mark.parametrize("harm", [("down",), ("address", "02:00:00:00:99:99")])
def test_a_containers_interface_is_mended_at_once(lab, nodes, harm):
    name = nodes["a"].items("endpoints")["red/one"]["interface"]
    netns = lab.netns("a")
    before = looks(netns, name)
    run_ip("-n", netns, "link", "set", name, *harm)
    wait_for(lambda: looks(netns, name) == before, "the interface to be as it was", 5)
    assert lab.pings("red-one", "10.0.0.2")
    assert f"interface '{name}' of endpoint 'one' of tenant 'red'" in log_of(lab, "a")


def looks(netns, name):
    link = ip(netns, "link", "show", "dev", name)[0]
    return link["address"], "UP" in link["flags"]


def node_settings(netns):
    lo = ip(netns, "-6", "addr", "show", "dev", "lo")[0]["addr_info"]
    forwarding = subprocess.run(
        ["ip", "netns", "exec", netns, "sysctl", "-n", "net.ipv6.conf.all.forwarding"],
        check=True, capture_output=True, text=True).stdout.strip()
    return (forwarding, sorted(a["local"] for a in lo),
            [r["dst"] for r in ip(netns, "-6", "route", "show", "type", "unreachable")])


def test_what_the_node_needs_is_put_back_by_the_repair_in_time(lab, nodes):
    """Its address, the rest of its locator, forwarding: each of them is told."""
    netns = lab.netns("b")
    before = node_settings(netns)
    address = next(a for a in before[1] if a.startswith("5f00"))
    run_ip("-n", netns, "addr", "del", f"{address}/128", "dev", "lo")
    run_ip("-n", netns, "-6", "route", "del", "unreachable", before[2][0])
    subprocess.run(["ip", "netns", "exec", netns, "sysctl", "-qw",
                    "net.ipv6.conf.all.forwarding=0"], check=True)
    assert node_settings(netns) != before
    wait_for(lambda: node_settings(netns) == before, "the node to be as it was", REPAIR_PATIENCE_S)
    for told in ("IPv6 forwarding was off", "the node's address on lo was gone",
                 "the unreachable route of the node's locator was gone"):
        assert log_of(lab, "b").count(f"{told}: repaired") == 1
    assert nodes["b"].status()["problems"] == []
    wait_for(lambda: lab.pings("red-one", "10.0.0.2"), "traffic through it", 5)
