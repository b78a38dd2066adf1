# SPDX-License-Identifier: Apache-2.0
"""A node dies as a whole, is cut off, or loses but its daemon. The lab is drawn in services.py: the
client on a; of the backends web1 is on b, web2 and web3 are on c."""
import contextlib
import sqlite3
import subprocess

import pytest

from cluster import wait_for
from control import api, end, log_of, start
from probes import Echoes, connected, speaks
from services import HTTP, NODES, NUMBERS, VIP, WEBS, service, services_lab, takers, v4, wait_for_takers

N_FLOWS = 24


@pytest.fixture(scope="module", name="lab")
def lab_():
    with services_lab(service()) as lab:
        wait_for_takers(lab, *WEBS)
        yield lab


@pytest.fixture(scope="module", name="echoes")
def echoes_(lab):
    with Echoes(lab, *((f"red-{web}", v4(NUMBERS[web]), HTTP) for web in WEBS)) as echoes:
        yield echoes


class Flows:
    """Connections of the client through the service, by the backends that have them."""

    def __init__(self, lab, echoes):
        self.echoes = echoes
        self.flows = []   # (socket, backend)
        for _ in range(N_FLOWS):
            sock = connected(lab, "red-cli", VIP["v4"], 80)
            self.flows.append((sock, self.ask(sock)))

    def ask(self, sock):
        """Who has this connection?"""
        word = f"{id(sock)} {len(self.echoes.got)}".encode()
        speaks(sock, word)
        return next(who for who, _, data in self.echoes.got if data == word).split("-")[1]

    def backends(self):
        return {backend for _, backend in self.flows}

    def expect_alive(self, but=()):
        for sock, backend in self.flows:
            if backend not in but:
                assert self.ask(sock) == backend

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock, _ in self.flows:
            sock.close()


def links(lab, node):
    return [item["name"] for item in api(lab, node).status()["interfaces"] if item["is_underlay"]]


def ways(lab, node, others=NODES):
    """(namespace, interface) of both ends of a node's links to others."""
    return [(lab.netns(x), f"to-{y}") for other in set(others) - {node}
            for x, y in ((node, other), (other, node))]


@contextlib.contextmanager
def cut(places):
    """Nothing goes out there any more, for the time of a `with`."""
    for netns, link in places:
        subprocess.run(["tc", "-n", netns, "qdisc", "add", "dev", link, "root", "blackhole"],
                       check=True)
    try:
        yield
    finally:
        for netns, link in places:
            subprocess.run(["tc", "-n", netns, "qdisc", "del", "dev", link, "root"], check=True)


def reach(lab, of, node="a"):
    return lab.ask("node", "show", of, node=node).get("reachable")


def wait_for_reach(lab, of, word, node="a"):
    wait_for(lambda: reach(lab, of, node) == word, f"{of} to be reached from {node}: {word}")


def health(lab, name, node="a"):
    return lab.ask("endpoint", "show", f"red/{name}", node=node)["health"]


def has_key(lab, node):
    """Does a daemon hold the node?"""
    with contextlib.closing(sqlite3.connect(lab.folder / "store.db")) as db:
        return bool(db.execute("SELECT 1 FROM keys WHERE key = ?",
                               (f"/weft/v1-daemons/{node}".encode(),)).fetchall())


def test_flows_go_to_what_is_left_until_the_node_is_back(lab, echoes):
    with Flows(lab, echoes) as flows:
        assert flows.backends() == set(WEBS)
        with cut(ways(lab, "b")):
            end(lab, "b")
            for node in "ac":
                wait_for(lambda n=node: takers(lab, node=n) == {"web2", "web3"},
                         f"{node} to give web1 nothing")
            wait_for_reach(lab, "b", "no")
            assert any("node 'b' does not answer" in text
                       for text in api(lab, "a").status()["problems"])
            with Flows(lab, echoes) as new:
                assert new.backends() == {"web2", "web3"}
            flows.expect_alive(but=("web1",))
            for node in "ac":
                wait_for(lambda n=node: health(lab, "web1", n) == "down", "all to know of web1")
            flows.expect_alive(but=("web1",))
        start(lab)
        wait_for_reach(lab, "b", "yes")
        wait_for_takers(lab, *WEBS)
        assert not api(lab, "a").status()["problems"]
        with Flows(lab, echoes) as new:
            assert new.backends() == set(WEBS)
        flows.expect_alive(but=("web1",))
    for text in ("node 'b' does not answer", "node 'b' answers again"):
        assert text in log_of(lab, "a")


def test_a_way_that_is_cut_concerns_who_needs_it(lab, echoes):
    """a and b do not see each other, c sees both; b's daemon is well."""
    with Flows(lab, echoes) as flows:
        with cut(ways(lab, "b", "a")):
            wait_for(lambda: takers(lab) == {"web2", "web3"}, "a to give web1 nothing")
            with Flows(lab, echoes) as new:
                assert new.backends() == {"web2", "web3"}
            assert takers(lab, node="c") == set(WEBS)
            assert reach(lab, "b", "c") == "yes"
            assert health(lab, "web1") == "up"
            flows.expect_alive(but=("web1",))
        wait_for_takers(lab, *WEBS)
        flows.expect_alive()


def test_a_node_that_is_cut_off_waits_for_the_network(lab, echoes):
    with Flows(lab, echoes) as flows:
        with cut(ways(lab, "a")):
            for other in "bc":
                wait_for_reach(lab, other, "silent")
            assert takers(lab) == set(WEBS)
        for other in "bc":
            wait_for_reach(lab, other, "yes")
        assert takers(lab) == set(WEBS)
        flows.expect_alive()


def test_without_its_daemon_a_node_is_there(lab, echoes):
    with Flows(lab, echoes) as flows:
        assert has_key(lab, "b")
        end(lab, "b")
        wait_for(lambda: not has_key(lab, "b"), "the lease of b's daemon to end")
        with cut(ways(lab, "c", "a")):   # so many pings are sent meanwhile
            wait_for_reach(lab, "c", "no")
        wait_for_reach(lab, "c", "yes")
        for node in "ac":
            assert reach(lab, "b", node) == "yes"
            assert takers(lab, node=node) == set(WEBS)
            assert health(lab, "web1", node) == "up"
        flows.expect_alive()
        with Flows(lab, echoes) as new:
            assert new.backends() == set(WEBS)
        start(lab)
        lab.sync()
        flows.expect_alive()


def test_a_node_dies_with_its_interfaces():
    """As without power: nothing of it comes back."""
    with services_lab(service()) as lab, Echoes(
            lab, *((f"red-{web}", v4(NUMBERS[web]), HTTP) for web in WEBS)) as echoes:
        wait_for_takers(lab, *WEBS)
        with Flows(lab, echoes) as flows:
            dead = links(lab, "c")
            end(lab, "c")
            for link in dead:
                lab.run("c", "ip", "link", "set", link, "down")
            for node in "ab":
                wait_for(lambda n=node: takers(lab, node=n) == {"web1"}, f"{node} to use web1 only")
                wait_for(lambda n=node: health(lab, "web2", n) == health(lab, "web3", n) == "down",
                         "all to know what is lost")
            with Flows(lab, echoes) as new:
                assert new.backends() == {"web1"}
            flows.expect_alive(but=("web2", "web3"))
