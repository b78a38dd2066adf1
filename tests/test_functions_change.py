# SPDX-License-Identifier: Apache-2.0
"""Instances of a function come and go: flows are spread over them, and keep theirs.

            +-- b: fw1, fw2 (two arms)
   one - a -+   |                      fw4 comes later
            +-- c: fw3, fw4
                 \\
                  d - two              one 10.0.0.1, two 10.0.0.2; v6: fd00:0:0:1::1, ::2
"""
import itertools

import pytest

from cluster import cluster, container, tenant, wait_for
from functions import (MARK, Passing, ask, echoing, ends, function, going_through, label, one_armed,
                       through, two_armed, two_arms, wait_up)

ONE, TWO, ONE6, TWO6 = "10.0.0.1", "10.0.0.2", "fd00:0:0:1::1", "fd00:0:0:1::2"
FAMILIES = pytest.mark.parametrize("address", [TWO, TWO6], ids=["v4", "v6"])
NODE = {"fw1": "b", "fw2": "b", "fw3": "c", "fw4": "c"}
OLD, NEW = ["fw1", "fw2", "fw3"], "fw4"
N_FLOWS = 60
_starts = itertools.count(20000, 100)  # a flow that is known stays where it was: each test has its own


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container("one", "a", ONE, ONE6, app="web"),
                  container("two", "d", TWO, TWO6, app="db")]
    containers += [two_armed(name, node, 1 + 10 * i, "fw" if name in OLD else "spare")
                   for i, (name, node) in enumerate(NODE.items())]
    containers.append(one_armed("ids", "c", 91, "ids"))
    with cluster("abcd", ["ab", "bd", "ac", "cd", "bc"], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64")) as lab, \
         echoing(lab, ("red-two", TWO), ("red-two", TWO6)):
        yield lab


def flows(n=N_FLOWS):
    """Source ports that no test has used."""
    start = next(_starts)
    return range(start, start + n)


def instances(lab, address, ports):
    """Of each flow the instance that its packets pass, there and back the same one."""
    found = {}
    for port in ports:
        data = MARK + port.to_bytes(2, "big")
        with Passing(lab, *NODE, mark=data) as passing:
            assert ask(lab, "red-one", address, port, data), f"flow from port {port}"
            steps = passing.steps()
        name = steps[0][0]
        assert steps == [(name, "eth0", "in"), (name, "eth1", "out"),
                         (name, "eth1", "in"), (name, "eth0", "out")]
        found[port] = name
    return found


def problems(lab):
    return lab.ask("status", node="a")["problems"]


def kill(lab, name):
    lab.run(f"red-{name}", "ip", "link", "set", "eth0", "down")
    wait_up(lab, f"{name}-in", is_wanted=False)


def revive(lab, name):
    """Its routes went with its link."""
    lab.run(f"red-{name}", "ip", "link", "set", "eth0", "up")
    for option, gateway in (("-4", "169.254.1.1"), ("-6", "fe80::1")):
        for table in ("main", "102"):
            lab.run(f"red-{name}", "ip", option, "route", "replace", "default", "via", gateway,
                    "dev", "eth0", "onlink", "table", table)
    wait_up(lab, f"{name}-in")


@FAMILIES
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_flows_are_spread_and_only_those_of_a_lost_instance_move(lab, address, mode):
    ports = flows()
    with going_through(lab, ends(*OLD), two_arms("fw", mode=mode), through("fw")):
        before = instances(lab, address, ports)
        spread = {name: list(before.values()).count(name) for name in OLD}
        assert min(spread.values()) >= N_FLOWS / 8, spread
        label(lab, NEW, "fw", NODE[NEW])
        try:
            wait_up(lab, *ends(NEW))
            assert instances(lab, address, ports) == before
            assert NEW in instances(lab, address, flows(40)).values()
            kill(lab, "fw2")
            try:
                after = instances(lab, address, ports)
            finally:
                revive(lab, "fw2")
            assert {port for port in ports if after[port] != before[port]} == \
                {port for port in ports if before[port] == "fw2"}
            assert "fw2" not in after.values()
        finally:
            label(lab, NEW, "spare", NODE[NEW])


def test_a_flow_without_an_instance_is_dropped_or_passes_by(lab):
    port = flows()[0]
    with going_through(lab, ends("fw4"), two_arms("spare"), through("spare")):
        assert ask(lab, "red-one", TWO, port)
        kill(lab, "fw4")
        try:
            with lab.dropping("a", "no-path"):
                assert not ask(lab, "red-one", TWO, port, timeout_s=0.3)
            said = "function red/spare has no instance that is up: "
            assert said + "what is to go through it is dropped" in problems(lab)
            lab.apply(two_arms("spare", on_failure="bypass"))
            assert said + "packets pass it by" in problems(lab)
            with Passing(lab, *NODE) as passing:
                assert ask(lab, "red-one", TWO, port)
                assert not passing.visited()
            lab.apply(two_arms("spare", on_failure="drop"))
            assert not ask(lab, "red-one", TWO, port, timeout_s=0.3)
            lab.apply(two_arms("spare", on_failure="bypass"))
            assert ask(lab, "red-one", TWO, port)
        finally:
            revive(lab, "fw4")
        wait_for(lambda: instances(lab, TWO, [port]) == {port: "fw4"},
                 "flows to take the way through the function again")
        assert not problems(lab)


def test_what_is_bypassed_leaves_the_other_functions_on_the_way(lab):
    with going_through(lab, ["ids", *ends("fw4")], two_arms("spare"),
                       function("ids", on_failure="bypass"), through("spare", "ids")):
        with Passing(lab, "fw4", "ids") as passing:
            assert ask(lab, "red-one", TWO)
            assert passing.visited() == {"fw4", "ids"}
        lab.run("red-ids", "ip", "link", "set", "eth0", "down")
        wait_up(lab, "ids", is_wanted=False)
        try:
            with Passing(lab, "fw4", "ids") as passing:
                assert ask(lab, "red-one", TWO)
                assert passing.visited() == {"fw4"}
        finally:
            lab.run("red-ids", "ip", "link", "set", "eth0", "up")
            wait_up(lab, "ids")
