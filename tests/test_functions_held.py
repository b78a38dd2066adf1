# SPDX-License-Identifier: Apache-2.0
"""10,000 connections through firewalls that know their connections: one that moves to another
instance is reset there.

            +-- b: fw1, fw2 (two arms)
   one - a -+   |                      fw4 comes later
            +-- c: fw3, fw4
                 \\
                  d - two              one 10.0.0.1, two 10.0.0.2
"""
import pytest

from cluster import cluster, container, tenant, wait_for
from functions import ends, going_through, label, through, two_armed, two_arms, wait_up
from held import Held

ONE, TWO = "10.0.0.1", "10.0.0.2"
NODE = {"fw1": "b", "fw2": "b", "fw3": "c", "fw4": "c"}
OLD, NEW = ["fw1", "fw2", "fw3"], "fw4"
N_HELD, PORT = 10_000, 7000
STATEFUL = [["sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0"],
            ["nft", "add table inet f { chain c { type filter hook forward priority 0; policy drop;"
                    " ct state established,related accept; ct state new tcp flags syn accept;"
                    " reject with tcp reset; }; }"]]


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container("one", "a", ONE, app="web"), container("two", "d", TWO, app="db")]
    containers += [two_armed(name, node, 1 + 10 * i, "fw" if name in OLD else "spare",
                             run=STATEFUL[::-1])
                   for i, (name, node) in enumerate(NODE.items())]
    with cluster("abcd", ["ab", "bd", "ac", "cd", "bc"], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64")) as lab:
        yield lab


def is_instance(lab, name, node):
    shown = lab.ask("function", "show", "red/fw", node=node)
    return any(item["name"] in ends(name) for item in shown["endpoints"])


def n_known(lab, name):
    """Connections that the firewall follows."""
    entries = lab.run(f"red-{name}", "cat", "/proc/net/nf_conntrack")
    return sum(f"dst={TWO} " in line and f"dport={PORT}" in line for line in entries.splitlines())


def test_connections_keep_their_instances_and_end_with_them_alone(lab):
    with going_through(lab, ends(*OLD), two_arms("fw"), through("fw")), \
         Held(lab, {"two": ("red-two", TWO)}, PORT) as held:
        held.open("red-one", TWO, PORT, N_HELD)
        known = {name: n_known(lab, name) for name in OLD}
        assert sum(known.values()) == N_HELD and min(known.values()) > N_HELD / 6, known
        label(lab, NEW, "fw", NODE[NEW])
        wait_up(lab, *ends(NEW))
        assert held.ask_all() == {"two": 0}, held.why()
        assert n_known(lab, NEW) == 0
        held.open("red-one", TWO, PORT, 200)
        taken = n_known(lab, NEW)
        assert taken > 0
        lab.run("red-fw2", "ip", "link", "set", "eth0", "down")
        lost = n_known(lab, "fw2")
        wait_up(lab, "fw2-in", is_wanted=False)
        assert held.ask_all() == {"two": lost}, held.why()
        label(lab, NEW, "spare", NODE[NEW])
        wait_for(lambda: not any(is_instance(lab, NEW, node) for node in lab.nodes()),
                 "nobody to take it for an instance")
        lab.sync()
        assert held.ask_all() == {"two": taken}, held.why()
