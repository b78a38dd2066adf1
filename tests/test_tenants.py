# SPDX-License-Identifier: Apache-2.0
"""Tenants with the same addresses, on the same nodes.

     red-one  green-one  blue-one        red-two  green-two  blue-two
     red-near green-near blue-near          |         |         |
            \\      |     /                   \\        |        /
             [ node a ] ------ underlay ------ [ node b ]
"""
import itertools

import pytest

from cluster import cluster, container, tenant, wait_for
from servers import Names
from wire import Capture

TENANTS = ("red", "green", "blue")
PREFIXES = ("10.0.0.0/16", "fd00:0:0:1::/64")
ADDRESSES = {"one": ("10.0.0.1", "fd00:0:0:1::1"), "two": ("10.0.0.2", "fd00:0:0:1::2"),
             "near": ("10.0.0.3", "fd00:0:0:1::3")}
NODES = {"one": "a", "two": "b", "near": "a"}
CONTAINERS = [container(name, NODES[name], *addresses, tenant=of)
              for of in TENANTS for name, addresses in ADDRESSES.items()]
FAMILY = {"v4": 0, "v6": 1}


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster("ab", ["ab"], CONTAINERS, *(tenant(t, *PREFIXES) for t in TENANTS)) as lab:
        names = Names(lab, CONTAINERS)
        yield lab
        names.close()


@pytest.mark.parametrize("of", TENANTS)
@pytest.mark.parametrize("family", FAMILY)
def test_each_pair_reaches_its_own_tenant_and_no_other(lab, of, family):
    for source, destination in itertools.permutations(ADDRESSES, 2):
        address = ADDRESSES[destination][FAMILY[family]]
        assert Names.ask(lab, f"{of}-{source}", address) == [f"{of}-{destination}"]


@pytest.mark.parametrize("family", FAMILY)
def test_containers_of_one_node_talk_without_the_underlay(lab, family):
    address = ADDRESSES["near"][FAMILY[family]]
    namespaces = {lab.netns("a"): "a"}
    with Capture(namespaces) as capture:
        assert Names.ask(lab, "red-one", address) == ["red-near"]
        packets = [p for p in capture.packets() if p.inner_dst == address]
    assert packets
    assert not [p for p in packets if p.outer_len]


@pytest.mark.parametrize("family", FAMILY)
def test_a_packet_is_seen_by_its_destination_only(lab, family):
    address = ADDRESSES["two"][FAMILY[family]]
    namespaces = {lab.netns(c["name"]): c["name"] for c in CONTAINERS}
    with Capture(namespaces) as capture:
        Names.ask(lab, "green-one", address)
        seen = {p.node for p in capture.packets()
                if p.inner_dst == address and b"who are you?" in p.payload}
    assert seen == {"green-one", "green-two"}


@pytest.mark.parametrize("address", ["10.0.0.99", "fd00:0:0:1::99"])
def test_an_address_that_nobody_has_is_answered_host_unreachable(lab, address):
    with lab.dropping("a", "no-endpoint"):
        answers, said = lab.ping("red-one", address)
    assert answers == 0
    assert "Destination Host Unreachable" in said or "Address unreachable" in said, said


def test_an_address_of_another_tenant_is_unreachable(lab):
    """Only blue gets a fourth address."""
    lab.apply({"kind": "Endpoint", "name": "fourth", "tenant": "blue", "addresses": ["10.0.0.4"]})
    with lab.dropping("a", "no-endpoint"):
        assert not lab.pings("red-one", "10.0.0.4")


def test_each_tenant_has_an_id_of_its_own(lab):
    ids = {item["name"]: item["id"] for item in lab.ask("tenant", "list", node="a")}
    assert set(ids) == set(TENANTS)
    assert len(set(ids.values())) == len(TENANTS)


def test_counters_of_an_endpoint_count_its_packets_alone(lab):
    def counted(of):
        return lab.ask("endpoint", "show", f"{of}/two", node="b")["rx"]["packets"]

    before = {of: counted(of) for of in TENANTS}
    assert lab.ping("red-one", "10.0.0.2", count=5)[0] == 5
    wait_for(lambda: counted("red") >= before["red"] + 5, "red's packets to be counted")
    assert {of: counted(of) - before[of] for of in TENANTS} == {"red": 5, "green": 0, "blue": 0}
