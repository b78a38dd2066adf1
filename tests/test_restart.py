# SPDX-License-Identifier: Apache-2.0
"""Daemons that die and come back; the data path does not notice.

    red-one --- [ node a ] ------ underlay ------ [ node b ] --- red-two
"""
import contextlib
import json
import pathlib
import signal
import subprocess

import pytest

from cluster import cluster, container, policy, tenant, wait_for
from control import (Solo, api, end, ip, is_running, log_of, namespace, namespaces, pid_of, pinned,
                     pings, remove_namespace, start)
from traffic import Numbered

V4, V6 = "10.0.0.2", "fd00:0:0:1::2"
CONTAINERS = [container("one", "a", "10.0.0.1", "fd00:0:0:1::1", app="web"),
              container("two", "b", V4, V6, app="db")]
RED = tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64")


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster("ab", ["ab"], CONTAINERS, RED) as lab:
        yield lab


@contextlib.contextmanager
def no_packet_lost(lab):
    """1000 packets a second, IPv4 and IPv6, red-one to red-two, numbered, for the time of a `with`."""
    ends = lab.netns("red-one"), lab.netns("red-two")
    with Numbered(*ends, V4) as v4, Numbered(*ends, V6) as v6:
        both = Both(v4, v6)
        both.wait_for(200)
        yield both
        both.wait_for(200)
    assert v4.sent > 400 and v6.sent > 400
    assert (v4.lost(), v6.lost()) == (0, 0)


class Both:
    def __init__(self, v4, v6):
        self.v4, self.v6 = v4, v6

    def wait_for(self, n):
        self.v4.wait_for(n)
        self.v6.wait_for(n)


def ifindexes(lab, node):
    return {link["ifname"]: link["ifindex"] for link in ip(lab.netns(node), "link")}


def counted(node, name):
    item = node.items("endpoints")[name]
    return item["tx"]["packets"] + item["rx"]["packets"]


def test_killing_and_restarting_every_daemon_loses_no_packet(lab):
    with no_packet_lost(lab) as traffic:
        end(lab, "a", "b")
        traffic.wait_for(300)
        assert not [node for node in "ab" if is_running(pid_of(lab, node))]
        start(lab)
    lab.sync()


def test_a_restart_adopts_what_runs_and_changes_nothing_but_the_programs(lab):
    assert lab.pings("red-one", V4)
    lab.sync()
    a, pins = api(lab, "a"), pinned(lab, "a")
    tables, generation, links = pins.settled_tables(), pins.generation(), pins.links()
    indexes, count = ifindexes(lab, "a"), counted(a, "red/one")
    drops = lab.drops("a")
    assert tables["dests"] and tables["paths"] and tables["ports"] and count > 0

    end(lab, "a")
    start(lab)

    assert pins.tables() == tables
    assert pins.generation() == generation, "a table was changed"
    assert ifindexes(lab, "a") == indexes
    assert counted(a, "red/one") >= count
    now = lab.drops("a")
    assert all(now[reason] >= drops[reason] for reason in drops)
    after = pins.links()
    assert after.keys() == links.keys() and len(links) == 2
    for hook, link in after.items():
        assert link["id"] == links[hook]["id"], "a link was made anew, not updated"
        assert link["prog_id"] != links[hook]["prog_id"], "an old program stays"
    status = a.status()
    assert status["problems"] == [] and status["passes"]["failed"] == 0
    assert status["installed_revision"] == status["revision"]
    assert "repaired" not in log_of(lab, "a")


def test_restarts_again_and_again_replace_the_programs_without_loss(lab):
    seen = {pinned(lab, "b").programs()["hook-2"]}
    with no_packet_lost(lab) as traffic:
        for _ in range(3):
            end(lab, "a", "b")
            start(lab)
            traffic.wait_for(100)
            seen.add(pinned(lab, "b").programs()["hook-2"])
    assert len(seen) == 4


def test_a_change_made_while_a_daemon_was_dead_is_taken_up_after_its_restart(lab):
    """By node b, that is; node a's packets to the new container come to it at once."""
    with namespace(lab) as extra:
        end(lab, "b")
        a = api(lab, "a")
        status, endpoint = a.attach(extra, "extra", addresses=["10.0.0.9"])
        assert status == 200
        assert a.apply(policy("detour", "a"))[0] == 200
        assert not lab.pings("red-two", "10.0.0.9")
        start(lab)
        lab.sync(endpoint["revision"])
        assert lab.pings("red-two", "10.0.0.9")
        assert "detour" in api(lab, "b").items("policies")

        end(lab, "b")
        assert a.detach("extra")[0] == 200
        revision = a.delete(policy("detour"))[1]["revision"]
        start(lab)
        lab.sync(revision)
        assert "red/extra" not in api(lab, "b").items("endpoints")
        key = bytes([1, 0, 0, 0]) + bytes(10) + bytes([255, 255, 10, 0, 0, 9])
        assert key not in pinned(lab, "b").table("dests")


def test_a_daemon_that_is_told_to_end_leaves_traffic_and_removes_its_socket(lab):
    with no_packet_lost(lab) as traffic:
        end(lab, "a", "b", how=signal.SIGTERM)
        assert not list(lab.folder.glob("*.sock"))
        assert log_of(lab, "a").rstrip().endswith("weftd ends; the data path stays")
        traffic.wait_for(200)
        start(lab)
    lab.sync()


@pytest.fixture(name="lost")
def lost_(lab):
    """A container on node a that goes without a word."""
    with namespace(lab) as netns:
        status, item = api(lab, "a").attach(netns, "lost", addresses=["10.0.0.77"])
        assert status == 200
        yield netns, item["interface"]


def check_given_back(lab):
    """Its endpoint goes everywhere, and another one can have its address."""
    for node in "ab":
        wait_for(lambda n=node: "red/lost" not in api(lab, n).items("endpoints"),
                 f"node {node} to know that the endpoint is gone")
    with namespace(lab) as netns:
        status, item = api(lab, "b").attach(netns, "heir", addresses=["10.0.0.77"])
        assert status == 200, item
        lab.sync(item["revision"])
        assert lab.pings("red-one", "10.0.0.77")
        assert api(lab, "b").detach("heir")[0] == 200


def test_a_container_that_disappears_is_detached_and_gives_its_address_back(lab, lost):
    netns, interface = lost
    remove_namespace(netns)
    wait_for(lambda: interface not in ifindexes(lab, "a"), "the kernel to take the interface away")
    wait_for(lambda: [problem for problem in api(lab, "a").status()["problems"] if
                      "endpoint 'lost' of tenant 'red' has lost its interface" in problem],
             "weftd to see it")
    check_given_back(lab)
    assert api(lab, "a").status()["problems"] == []


def test_so_it_is_when_it_disappears_while_the_daemon_is_dead(lab, lost):
    end(lab, "a")
    remove_namespace(lost[0])
    start(lab)
    check_given_back(lab)


def test_an_interface_that_is_deleted_is_made_again_by_attaching_again(lab):
    """By hand; its container is still there. Within the 5 s that it has it keeps its address."""
    with namespace(lab) as netns:
        a = api(lab, "a")
        first = a.attach(netns, "again")[1]
        subprocess.run(["ip", "-n", lab.netns("a"), "link", "del", first["interface"]], check=True)
        status, second = a.attach(netns, "again")
        assert status == 200, second
        assert second["addresses"] == first["addresses"]
        assert pings(netns, V4)
        assert a.detach("again")[0] == 200


def test_two_daemons_for_one_node_are_refused(lab):
    cmdline = pathlib.Path(f"/proc/{pid_of(lab, 'a')}/cmdline").read_text()
    command = cmdline.split("\0")[:-1]
    done = subprocess.run(command, capture_output=True, text=True, timeout=15, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        f"weftd: another weftd runs with pin directory '/sys/fs/bpf/weft/{lab.name}-a': stop it,"
        " or give this one another --node\n")
    assert is_running(pid_of(lab, "a"))
    assert lab.pings("red-one", V4)


def test_two_daemons_for_one_node_in_two_places_are_refused():
    """Until the first has ended, however long it lasts; what died goes on at once."""
    with Solo() as first, Solo() as second, namespace() as netns:
        second.options["store"] = first.options["store"]
        first.start()
        assert first.api.apply(RED)[0] == 200
        assert first.api.attach(netns, "one")[0] == 200
        for _ in range(2):
            said = second.fails_to_start()
            assert said.startswith("weftd: another weftd serves node 'n1' (pin directory "
                                   f"'{first.pins.folder}' on host '")
            assert said.endswith("): stop it, or give this one another --node; one that died is"
                                 " forgotten after 6 s\n")
            assert not second.pins.folder.exists()
            first.end(signal.SIGKILL)
            first.start()
        assert set(first.api.items("endpoints")) == {"red/one"}
        assert first.api.status()["problems"] == []
        first.end()
        second.start()
        assert "another weftd" in first.fails_to_start()


def test_a_daemon_that_slept_while_another_took_its_node_changes_nothing():
    with Solo() as first, Solo() as second, namespaces(2) as (x1, x2):
        second.options["store"] = first.options["store"]
        first.start()
        assert first.api.apply(RED)[0] == 200
        assert first.api.attach(x1, "one", addresses=["10.0.0.1"])[0] == 200
        first.process.send_signal(signal.SIGSTOP)
        wait_for(lambda: can_start(second), "the first to be forgotten", 20)
        first.process.send_signal(signal.SIGCONT)
        wait_for(lambda: [p for p in first.api.status()["problems"] if p.startswith(
            "nothing is changed any more: another weftd serves node 'n1' (pin directory "
            f"'{second.pins.folder}'")], "the first to see it")
        assert first.api.attach(x2, "two")[0] == 409
        assert second.api.attach(x2, "two", addresses=["10.0.0.2"])[0] == 200
        wait_for(lambda: set(second.api.items("endpoints")) == {"red/two"},
                 "the lost endpoint to be detached")
        assert "eth0" in {link["ifname"] for link in ip(x1, "link")}
        second.end()
        wait_for(lambda: first.api.status()["problems"] == [] or
                 "red/two" not in first.api.items("endpoints"), "the first to have its node again")
        assert "node 'n1' is this weftd's again" in first.log.read_text()


def can_start(solo):
    try:
        solo.start()
    except AssertionError:
        solo.process = None
        return False
    return True


def test_a_second_daemon_does_not_take_the_socket_of_the_first():
    with Solo() as first, Solo() as second:
        first.start()
        second.options["socket"] = first.options["socket"]
        said = second.fails_to_start()
        assert f"somebody serves on '{first.options['socket']}' already: is weftd running?" in said
        assert first.api.status()["node"] == "n1"


def test_the_same_pins_after_a_restart_with_another_id_are_refused():
    with Solo() as node:
        node.start()
        node.end()
        node.options["node-id"] = 77
        assert "77" in node.fails_to_start()
        del node.options["node-id"]
        node.start()
        assert node.api.status()["id"] == 1


def snapshot(netns):
    """Everything of a namespace that weftd could change, but for numbers that only grow."""
    links = [{key: link[key] for key in ("ifname", "ifindex", "flags", "mtu", "qdisc")}
             for link in ip(netns, "link")]
    addresses = [(link["ifname"], sorted(a["local"] for a in link["addr_info"]))
                 for link in ip(netns, "addr")]
    tc = subprocess.run(["ip", "netns", "exec", netns, "tc", "-j", "qdisc"], capture_output=True,
                        check=True).stdout
    routes = [sorted(json.dumps(route, sort_keys=True) for route in
                     ip(netns, family, "route", "show", "table", "all")) for family in ("-4", "-6")]
    return {"links": links, "addresses": addresses, "routes": routes, "tc": json.loads(tc)}


def settle(netns):
    """Forwarding is on, as weftd leaves it, and lo up; no address changes any more."""
    subprocess.run(["ip", "-n", netns, "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "netns", "exec", netns, "sysctl", "-qw", "net.ipv4.ip_forward=1",
                    "net.ipv6.conf.all.forwarding=1"], check=True)
    wait_for(lambda: not [a for link in ip(netns, "addr") for a in link["addr_info"]
                          if a.get("tentative")], "addresses to be settled")


def test_cleanup_leaves_the_namespace_as_it_was():
    with Solo() as node, namespaces(2) as (x1, x2):
        settle(node.netns)
        settle(x1)
        before, inside = snapshot(node.netns), snapshot(x1)
        node.start()
        assert node.api.apply(RED)[0] == 200
        assert node.api.attach(x1, "one")[0] == 200
        assert node.api.attach(x2, "two", addresses=["10.0.0.2"])[0] == 200
        assert pings(x1, "10.0.0.2")
        assert snapshot(node.netns) != before
        links = [link["id"] for link in node.pins.links().values()]
        assert len(links) == 4

        refused = subprocess.run(node.command("--cleanup"), capture_output=True, text=True,
                                 timeout=15, check=False)
        assert refused.returncode == 1
        assert "another weftd runs with pin directory" in refused.stderr
        assert pings(x1, "10.0.0.2")

        node.end()
        assert pings(x1, "10.0.0.2")
        subprocess.run(node.command("--cleanup"), check=True, timeout=15)
        assert not node.pins.folder.exists()
        assert snapshot(node.netns) == before
        assert snapshot(x1) == inside
        gone = subprocess.run(["bpftool", "link", "show", "id", str(links[0])], capture_output=True,
                              check=False)
        assert gone.returncode != 0, "a program is still attached"

        node.start()
        wait_for(lambda: node.api.items("endpoints") == {}, "the lost endpoints to be detached")
        assert node.api.attach(x1, "one")[0] == 200
