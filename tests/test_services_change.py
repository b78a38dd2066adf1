# SPDX-License-Identifier: Apache-2.0
"""Services while something changes: who comes, goes, dies, drains; and the flows that were there.
The lab is drawn in services.py; red-web4 10.0.0.14 is on node b."""
import contextlib

import pytest

from cluster import container, wait_for
from control import api, end, start
from frames import Frames
from held import Held
from services import (HTTP, NODES, NUMBERS, VIP, WEBS, Tellers, by_names, curl, equal, flows,
                      service, services_lab, serving, tells, v4, v6, wait_for_no_flows,
                      wait_for_takers, webs)
from servers import random_bytes
from wire import parse

FAMILIES = pytest.mark.parametrize("family", VIP)
QUICK = {"interval": "300ms", "timeout": "300ms", "rise": 1, "fall": 2}
PORT = 7000
N_HELD = 10_000
ALL = (*WEBS, "web4")
SERVERS = {name: (f"red-{name}", v4(n)) for name, n in
           {**{w: NUMBERS[w] for w in WEBS}, "web4": 14}.items()}


@pytest.fixture(scope="module", name="lab")
def lab_():
    web4 = container("web4", "b", v4(14), v6(14), app="spare", own="web4")
    with services_lab(containers=[web4]) as lab:
        yield lab


@contextlib.contextmanager
def holding(lab, wish, servers=None):
    """Flows through a service of all webs, which end before the service does."""
    with serving(lab, wish), Held(lab, servers or SERVERS, PORT) as held:
        yield held


def stream_service(drain="60s", /, port=80, more=(), **weights):
    return service(f"tcp/{port}->{PORT}", backends=by_names(**weights), drain=drain, **dict(more))


def change(lab, wish, *backends):
    """To another wish, until all know who gets what is new."""
    lab.apply(wish)
    wait_for_takers(lab, *backends)


def attach(lab, name, node, number, **labels):
    words = [f"--label={key}={value}" for key, value in {**labels, "own": name}.items()]
    lab.weft("attach", "--netns", lab.netns(f"red-{name}"), "--tenant", "red", "--name", name,
             "--ip", v4(number), "--ip", v6(number), *words, node=node)


# ---- Health -------------------------------------------------------------------------------------

@pytest.mark.parametrize("probe", [{"tcp": HTTP}, {"http": {"port": HTTP, "path": "/health"}}],
                         ids=["tcp", "http"])
def test_a_server_that_dies_leaves_the_service_and_comes_back(lab, probe):
    with webs(lab, "web1", "web2"):
        with contextlib.ExitStack() as third:
            third.enter_context(webs(lab, "web3"))
            with serving(lab, service(probe={**probe, **QUICK})):
                third.close()
                wait_for_takers(lab, "web1", "web2")
                shown = lab.weft("service", "show", "red/web", node="a")
                assert "2 of 3" in shown and "web3 at c (down" in shown, shown
                names = {curl(lab, "red-cli", VIP["v4"]).split()[0] for _ in range(16)}
                assert names == {"web1", "web2"}
                with webs(lab, "web3"):
                    wait_for_takers(lab, *WEBS)
                    names = {curl(lab, "red-cli", VIP["v6"]).split()[0] for _ in range(32)}
                    assert names == set(WEBS)


def test_a_container_that_goes_leaves_the_service(lab):
    with serving(lab, service()), Tellers(lab, "web1", "web2"):
        lab.weft("detach", "red/web3", node="c")
        try:
            wait_for_takers(lab, "web1", "web2")
            for port in range(32000, 32032):
                assert tells(lab, "red-cli", VIP["v4"], source_port=port)[0] in ("web1", "web2")
        finally:
            attach(lab, "web3", "c", 13, app="web")
        wait_for_takers(lab, *WEBS)


def test_a_backend_that_gets_the_labels_is_one(lab):
    with serving(lab, service()):
        for app, takers in (("web", ALL), ("spare", WEBS)):
            wait_for(lambda a=app: label(lab, "web4", app=a, own="web4") == 200,
                     "the last change of labels to be over")
            wait_for_takers(lab, *takers)


def label(lab, name, **labels):
    return api(lab, "a").post(f"/v1/endpoints/red/{name}/labels", {"labels": labels})[0]


# ---- Drain --------------------------------------------------------------------------------------

@FAMILIES
@pytest.mark.parametrize("weights", [equal("web1", "web3"), {"web1": 1, "web2": 0, "web3": 1}],
                         ids=["removed", "weight 0"])
def test_who_drains_keeps_its_flows_and_gets_no_new_ones(lab, family, weights):
    at = {"v4": v4, "v6": v6}[family]
    servers = {name: (f"red-{name}", at(NUMBERS[name])) for name in WEBS}
    with holding(lab, stream_service(**equal(*WEBS)), servers) as held:
        before = held.open("red-cli", VIP[family], 80, 300)
        assert min(before.values()) > 50, before
        change(lab, stream_service(**weights), "web1", "web3")
        now = held.open("red-cli", VIP[family], 80, 300)
        assert now["web2"] == before["web2"]
        assert not any(held.ask_all().values()), held.why()


def test_when_the_drain_is_over_only_who_was_removed_loses_flows(lab):
    with holding(lab, stream_service("2s", **equal(*WEBS))) as held:
        counts = held.open("red-cli", VIP["v4"], 80, 300)
        change(lab, stream_service("2s", **equal("web1", "web3")), "web1", "web3")
        wait_for(lambda: memberships(lab)[1].get("drained"), "the drain to be over")
        lab.sync()
        broken = held.ask_all()
        assert broken.pop("web2") == counts["web2"], held.why()
        assert not any(broken.values()), held.why()


def memberships(lab):
    return lab.ask("service", "show", "red/web", node="a")["memberships"]


# ---- Very many flows ----------------------------------------------------------------------------

def test_of_10000_flows_none_breaks_whose_server_stays(lab):
    """The figures are in docs/services.md. Each slot has room for two former owners: of who drains,
    flows may be lost from the third change on, but of no other."""
    gone, told = [], []

    def probed(*names):
        return stream_service(more={"probe": {"tcp": PORT}}, **equal(*names))

    def expect_whole(what):
        broken = held.ask_all(but=gone)
        drains = broken.pop("web2") if "web3" in gone else 0
        told.append(f"{what}: {sum(held.counts().values())} flows work, broken of servers that"
                    f" stay: {sum(broken.values())}, of who drains: {drains}")
        assert not any(broken.values()), (told, broken, held.why())
        assert drains < N_HELD / 100, told

    with Held(lab, SERVERS, PORT) as held, serving(lab, probed(*WEBS)):
        counts = held.open("red-cli", VIP["v4"], 80, N_HELD)
        told.append(f"by server: {counts}")
        assert all(abs(counts[web] - N_HELD / 3) <= N_HELD / 50 for web in WEBS), counts
        expect_whole("nothing changes")
        change(lab, probed(*ALL), *ALL)
        expect_whole("web4 comes")
        change(lab, probed("web1", "web3", "web4"), "web1", "web3", "web4")
        expect_whole("web2 drains")
        told.append(f"and 1000 new ones: {held.open('red-cli', VIP['v4'], 80, 1000)}")
        held.kill("web3")
        gone.append("web3")
        wait_for_takers(lab, "web1", "web4")
        expect_whole("web3 is dead")
        held.start("web3")
        wait_for_takers(lab, "web1", "web3", "web4")
        expect_whole("web3 is back")
        held.close_all()
    print("\n" + "\n".join(told))


# ---- Another node is the head -------------------------------------------------------------------

def test_flows_go_on_by_another_node(lab):
    """The client moves from node a to node c, with its connections, after a change of backends."""
    with holding(lab, stream_service(**equal(*WEBS))) as held:
        held.open("red-cli", VIP["v4"], 80, 600)
        change(lab, stream_service(**equal(*ALL)), *ALL)
        with client_on(lab, "c"):
            broken = held.ask_all()
            assert not any(broken.values()), (broken, held.why())
            held.open("red-cli", VIP["v4"], 80, 100)
        assert not any(held.ask_all().values()), held.why()


@contextlib.contextmanager
def client_on(lab, node):
    """Its container is attached to that node, for the time of a `with`."""
    def move(there, here):
        lab.weft("detach", "red/cli", node=there)
        attach(lab, "cli", here, 1, app="cli")
        lab.sync()
    move("a", node)
    try:
        yield
    finally:
        move(node, "a")


def test_flows_go_on_and_new_ones_come_while_no_daemon_lives(lab):
    with holding(lab, stream_service(**equal(*WEBS))) as held:
        held.open("red-cli", VIP["v4"], 80, 200)
        change(lab, stream_service(**equal(*ALL)), *ALL)
        end(lab, *NODES)
        try:
            assert not any(held.ask_all().values()), held.why()
            held.open("red-cli", VIP["v4"], 80, 200)
        finally:
            start(lab)
        lab.sync()
        wait_for_takers(lab, *ALL)
        assert not any(held.ask_all().values()), held.why()


# ---- Least loaded -------------------------------------------------------------------------------

def test_each_node_tells_how_many_flows_its_backends_have(lab):
    with holding(lab, stream_service(**equal(*WEBS))) as held:
        wait_for_no_flows(lab)
        counts = held.open("red-cli", VIP["v4"], 80, 300)
        assert flows(lab) == {name: counts[name] for name in WEBS}
        held.close_all()
        wait_for(lambda: not any(flows(lab).values()), "no flow to be counted that has ended")


def test_busy_backends_decline_new_flows(lab):
    """By their hashes web1 would get six of eight: what it declines, the others have room for.
    (To a port of its own: to another, Linux may have no more source ports but of connections that
    were reset, all of one server.)"""
    weights = {"web1": 6, "web2": 1, "web3": 1}
    with holding(lab, stream_service(port=81, **weights)) as held:
        by_hash = held.open("red-cli", VIP["v4"], 81, 160)
    assert by_hash["web1"] > 100, by_hash
    more = {"balance": "least-loaded", "capacity": 100}
    with holding(lab, stream_service(port=81, more=more, **weights)) as held:
        wait_for_no_flows(lab)
        counts = held.open("red-cli", VIP["v4"], 81, 160)
        assert counts["web1"] <= 100, counts
        assert not any(held.ask_all().values()), held.why()
        all_busy = held.open("red-cli", VIP["v4"], 81, 240)  # the owners take them all the same
        assert sum(all_busy.values()) == 400
        assert not any(held.ask_all().values()), held.why()


# ---- Headers with lists of candidates ------------------------------------------------------------

@FAMILIES
def test_large_packets_arrive_while_candidates_are_asked(lab, family, tmp_path):
    """The lists make headers longer, for which containers' MTUs have room."""
    payload, got = random_bytes(10_000_000), tmp_path / "got"
    with webs(lab), Tellers(lab, *WEBS), serving(lab, service(backends=by_names(web1=1)), "web1"):
        change(lab, service(backends=by_names(**equal("web2", "web3"))), "web2", "web3")
        with Frames({lab.netns("a"): "a"}, b"who takes me?") as frames:
            tells(lab, "red-cli", VIP[family], data=b"who takes me?")
            packets = [parse("a", f.interface, f.is_out, f.data) for f in frames.now()]
        lists = [len(p.segments) for p in packets if p.inner_dst == VIP[family] and p.outer_len]
        assert lists == [3]  # the owner, web1, the owner
        data = random_bytes(lab.mtu("red-cli") - (28 if family == "v4" else 48) - 64)
        assert tells(lab, "red-cli", VIP[family], data=data)[4] == data
        curl(lab, "red-cli", VIP[family], f"/{len(payload)}", "-o", str(got))
        assert got.read_bytes() == payload
