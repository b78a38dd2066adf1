# SPDX-License-Identifier: Apache-2.0
"""Who may talk to whom, with real TCP, UDP and ICMP.

    red-web   10.0.0.1 --[ a ]-- underlay --[ b ]-- red-db   10.0.0.2
    red-other 10.0.0.4 --/                      \\-- red-near 10.0.0.3   app=web, beside db
    blue-cli  10.1.0.1 --/                      \\-- blue-srv 10.1.0.2

Red denies what no policy allows; blue allows it.
"""
import contextlib
import itertools
import json
import socket
import subprocess
import threading
import time

import pytest

from cluster import cluster, container, policy, tenant, wait_for
from lab import Failed
from probes import (Echoes, asks, connected, connects, is_refused_silently, says, speaks)
from servers import udp_socket

V4 = {"web": "10.0.0.1", "db": "10.0.0.2", "near": "10.0.0.3", "other": "10.0.0.4"}
V6 = {"web": "fd00:0:0:1::1", "db": "fd00:0:0:1::2", "near": "fd00:0:0:1::3",
      "other": "fd00:0:0:1::4"}
BLUE = {"cli": "10.1.0.1", "srv": "10.1.0.2"}
FAMILIES = pytest.mark.parametrize("family", [V4, V6], ids=["v4", "v6"])
HOME = {"web": "a", "other": "a", "db": "b", "near": "b"}
SQL, NEXT = 5432, 5433
PORTS = (SQL, NEXT, 7999, 8000, 8001, 8002, 8003)
_numbers = itertools.count(1)
WEB, DB = {"app": "web"}, {"app": "db"}
WEB_TO_DB = policy("web-to-db", **{"from": WEB, "to": DB})


@pytest.fixture(scope="module", name="lab")
def lab_():
    labels = {"web": WEB, "near": WEB, "db": DB, "other": {"app": "other"}}
    containers = [container(name, node, V4[name], V6[name], **labels[name])
                  for name, node in HOME.items()]
    containers += [container("cli", "a", BLUE["cli"], tenant="blue", app="cli"),
                   container("srv", "b", BLUE["srv"], tenant="blue", app="srv")]
    with cluster("ab", ["ab"], containers,
                 tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64", default="deny"),
                 tenant("blue", "10.1.0.0/16")) as lab:
        yield lab


@pytest.fixture(scope="module", name="echoes")
def echoes_(lab):
    places = [("red-db", family["db"], port) for family in (V4, V6) for port in PORTS]
    places += [("red-web", V4["web"], SQL), ("red-other", V4["other"], SQL),
               ("red-near", V4["near"], SQL), ("blue-srv", BLUE["srv"], SQL),
               ("blue-cli", BLUE["cli"], SQL)]
    with Echoes(lab, *places) as echoes:
        yield echoes


def unique():
    return f"datagram {next(_numbers)}.".encode()


def is_denied(lab, echoes, node, who, address, port, reason="denied"):
    """One datagram is dropped by that node, for that reason alone, and does not arrive."""
    data = unique()
    with lab.dropping(node, reason):
        says(lab, who, address, port, data)
    assert not echoes.has(data)
    return True


@FAMILIES
def test_default_deny_denies_what_no_policy_allows(lab, echoes, family):
    assert is_denied(lab, echoes, "a", "red-web", family["db"], SQL)
    assert is_refused_silently(lab, "a", "red-web", family["db"], SQL)
    with lab.dropping("a", "denied"):
        assert not lab.pings("red-web", family["db"])


def test_the_senders_node_drops_so_the_receivers_need_not(lab, echoes):
    before = lab.drops("b").get("denied", 0)
    assert is_denied(lab, echoes, "a", "red-web", V4["db"], SQL)
    assert lab.drops("b").get("denied", 0) == before


def test_default_allow_allows_what_no_policy_denies(lab, echoes):
    assert connects(lab, "blue-cli", BLUE["srv"], SQL)
    with lab.having(policy("no", in_tenant="blue", action="deny", ports=[f"tcp/{SQL}"])):
        assert is_refused_silently(lab, "a", "blue-cli", BLUE["srv"], SQL)
        assert asks(lab, "blue-cli", BLUE["srv"], SQL)
        assert lab.pings("blue-cli", BLUE["srv"])


@FAMILIES
def test_labels_and_ports_allow_exactly_what_they_say(lab, echoes, family):
    with lab.having({**WEB_TO_DB, "ports": [f"tcp/{SQL}"]}):
        assert connects(lab, "red-web", family["db"], SQL)
        assert is_refused_silently(lab, "a", "red-web", family["db"], NEXT)
        assert is_denied(lab, echoes, "a", "red-web", family["db"], SQL)
        assert is_refused_silently(lab, "a", "red-other", family["db"], SQL)
    assert is_refused_silently(lab, "a", "red-web", family["db"], SQL)


def test_replies_pass_but_nothing_begins_the_other_way(lab, echoes):
    with lab.having(WEB_TO_DB):
        assert asks(lab, "red-web", V4["db"], SQL)
        assert connects(lab, "red-web", V4["db"], SQL)
        assert lab.pings("red-web", V4["db"])
        assert is_denied(lab, echoes, "b", "red-db", V4["web"], SQL)
        assert is_refused_silently(lab, "b", "red-db", V4["web"], SQL)
        with lab.dropping("b", "denied"):
            assert not lab.pings("red-db", V4["web"])


def test_a_node_denies_between_its_own_containers(lab, echoes):
    assert is_denied(lab, echoes, "b", "red-near", V4["db"], SQL)
    with lab.having({**WEB_TO_DB, "ports": [f"udp/{SQL}"]}):
        assert asks(lab, "red-near", V4["db"], SQL)
        assert is_denied(lab, echoes, "b", "red-near", V4["db"], NEXT)
        assert is_denied(lab, echoes, "b", "red-db", V4["near"], SQL)


@FAMILIES
@pytest.mark.parametrize("proto", ["tcp", "udp"])
def test_a_range_of_ports_holds_its_bounds(lab, echoes, family, proto):
    with lab.having({**WEB_TO_DB, "ports": [f"{proto}/8000-8002"]}):
        for port in (8000, 8001, 8002):
            assert (connects if proto == "tcp" else asks)(lab, "red-web", family["db"], port)
        for port in (7999, 8003):
            if proto == "tcp":
                assert is_refused_silently(lab, "a", "red-web", family["db"], port)
            else:
                assert is_denied(lab, echoes, "a", "red-web", family["db"], port)


@FAMILIES
def test_icmp_types_are_ports(lab, family):
    for ports, passes in (["icmp"], True), (["icmp/8", "icmp/128"], True), (["tcp", "udp"], False):
        with lab.having({**WEB_TO_DB, "ports": ports}):
            if passes:
                assert lab.pings("red-web", family["db"])
            else:
                with lab.dropping("a", "denied"):
                    assert not lab.pings("red-web", family["db"])


def test_a_prefix_allows_the_addresses_inside(lab, echoes):
    with lab.having(policy("low", **{"from": "10.0.0.0/30", "to": "10.0.0.2/32"})):
        assert asks(lab, "red-web", V4["db"], SQL)
        assert is_denied(lab, echoes, "a", "red-other", V4["db"], SQL)
        assert is_denied(lab, echoes, "a", "red-web", V6["db"], SQL)


def test_deny_wins_over_allow_however_specific_that_is(lab, echoes):
    allow = policy("one", **{"from": "10.0.0.1/32", "to": "10.0.0.2/32", "ports": [f"udp/{SQL}"]})
    deny = policy("none", action="deny", ports=["udp/5000-6000"])
    with lab.having(WEB_TO_DB, allow, deny):
        assert is_denied(lab, echoes, "a", "red-web", V4["db"], SQL)
        assert connects(lab, "red-web", V4["db"], SQL)


def test_an_extranet_lets_in_whom_it_names_and_only_them(lab, echoes):
    opened = policy("opened", **{"from": "tenant/blue/app=cli", "to": DB, "ports": [f"tcp/{SQL}"]})
    assert is_denied(lab, echoes, "a", "blue-cli", V4["db"], SQL, "no-endpoint")
    with lab.having(opened):
        assert connects(lab, "blue-cli", V4["db"], SQL)
        assert is_denied(lab, echoes, "a", "blue-cli", V4["db"], SQL)
        assert is_refused_silently(lab, "b", "blue-srv", V4["db"], SQL)
        assert is_denied(lab, echoes, "b", "red-db", BLUE["cli"], SQL)
        assert is_denied(lab, echoes, "a", "blue-cli", V4["near"], SQL, "no-endpoint")
    assert is_denied(lab, echoes, "a", "blue-cli", V4["db"], SQL, "no-endpoint")


def test_default_allow_is_not_for_other_tenants(lab, echoes):
    """Blue allows all within; red's db gets a way there by a policy for another port."""
    opened = policy("opened", in_tenant="blue", **{"from": "tenant/red", "to": {"app": "srv"},
                                                   "ports": [f"tcp/{SQL}"]})
    with lab.having(opened):
        assert connects(lab, "red-web", BLUE["srv"], SQL)
        assert is_denied(lab, echoes, "a", "red-web", BLUE["srv"], SQL)


def test_errors_about_an_allowed_flow_pass(lab):
    """The port is closed: db's kernel says so, and that is no flow of its own."""
    with lab.having(WEB_TO_DB), udp_socket(lab.netns("red-web"), V4["web"]) as sock:
        sock.connect((V4["db"], 4999))
        sock.send(b"is anybody there?")
        with pytest.raises(ConnectionRefusedError):
            sock.recv(64)


@FAMILIES
def test_fragments_of_an_allowed_datagram_pass(lab, echoes, family):
    with lab.having({**WEB_TO_DB, "ports": [f"udp/{SQL}"]}):
        assert asks(lab, "red-web", family["db"], SQL, bytes(5000))
        data = unique() * 200
        before = lab.drops("a")["denied"]
        says(lab, "red-web", family["db"], NEXT, data)
        wait_for(lambda: lab.drops("a")["denied"] > before, "the first fragment to be denied")
        assert not echoes.has(data)


def test_a_new_deny_cuts_an_established_connection(lab, echoes):
    deny = policy("cut", action="deny", **{"from": WEB})
    with lab.having(WEB_TO_DB), connected(lab, "red-web", V4["db"], SQL) as sock:
        speaks(sock)
        before = lab.drops("a").get("denied", 0)
        with lab.having(deny):
            late = unique()
            sock.sendall(late)
            wait_for(lambda: lab.drops("a").get("denied", 0) > before, "the connection to be cut")
            assert not echoes.has(late)
        assert sock.recv(64) == late  # TCP tries again, and now it may


def test_replies_of_an_established_flow_are_cut_as_well(lab, echoes):
    """Db streams to web; who may begin is changed, and the stream ends."""
    with lab.having(WEB_TO_DB):
        with udp_socket(lab.netns("red-web"), V4["web"], 6000) as web, \
             udp_socket(lab.netns("red-db"), V4["db"], 6000) as db:
            web.sendto(b"begin", (V4["db"], 6000))
            assert db.recv(16) == b"begin"
            db.sendto(b"before", (V4["web"], 6000))
            assert web.recv(16) == b"before"
            lab.delete(WEB_TO_DB)
            with lab.dropping("b", "denied"):
                db.sendto(b"after", (V4["web"], 6000))
            web.setblocking(False)
            with pytest.raises(BlockingIOError):
                web.recv(16)
            lab.apply(WEB_TO_DB)


@contextlib.contextmanager
def stream(lab, source, destination, port, every_s=0.002):
    """Numbered datagrams while the `with` lasts; what was sent, and what has arrived."""
    sent, got = [], []
    is_over = threading.Event()
    sender = udp_socket(lab.netns(f"red-{source}"), V4[source], port)
    receiver = udp_socket(lab.netns(f"red-{destination}"), V4[destination], port)

    def send():
        for n in itertools.count():
            if is_over.is_set():
                return
            sender.sendto(str(n).encode(), (V4[destination], port))
            sent.append(n)
            time.sleep(every_s)

    def receive():
        with contextlib.suppress(TimeoutError):
            while (data := receiver.recv(64)) != b"end":
                got.append(int(data))

    threads = [threading.Thread(target=send), threading.Thread(target=receive)]
    with sender, receiver:
        for thread in threads:
            thread.start()
        try:
            wait_for(lambda: len(got) > 20, "the stream to flow")
            yield sent, got
        finally:
            is_over.set()
            threads[0].join()
            sender.sendto(b"end", (V4[destination], port))
            threads[1].join()


def relabel(lab, name, *labels):
    """When the last change has been forgotten."""
    def is_taken():
        try:
            lab.weft("endpoint", "label", f"red/{name}", *labels, node="a")
        except Failed as refused:
            assert "still changing" in str(refused), refused
            return False
        return True

    wait_for(is_taken, f"the labels {labels}")
    lab.sync()


def identity(lab, name):
    return lab.ask("endpoint", "show", f"red/{name}", node="a")["identity"]


def test_relabelling_loses_no_packet_of_a_flow_that_stays_allowed(lab):
    before = identity(lab, "web")
    with lab.having(WEB_TO_DB):
        with stream(lab, "web", "db", 6100) as (sent, got):
            relabel(lab, "web", "tier=x")
            wait_for(lambda: identity(lab, "web") != before, "the new identity")
            n = len(sent)
            wait_for(lambda: len(sent) > n + 200, "packets with the new identity")
            relabel(lab, "web", "tier-")
            wait_for(lambda: identity(lab, "web") == before, "the old identity")
            n = len(sent)
            wait_for(lambda: len(sent) > n + 200, "packets with the old identity again")
    assert got == sent


def test_relabelling_takes_permissions_away(lab, echoes):
    with lab.having(WEB_TO_DB), connected(lab, "red-web", V4["db"], SQL) as sock:
        speaks(sock)
        relabel(lab, "web", "app=none")
        try:
            wait_for(lambda: is_cut(lab, "red-web", V4["db"]), "the new labels to count")
            assert is_denied(lab, echoes, "a", "red-web", V4["db"], SQL)
        finally:
            relabel(lab, "web", "app=web")
        wait_for(lambda: asks(lab, "red-web", V4["db"], SQL, timeout_s=0.5), "the old labels")
        speaks(sock, b"still there")


def is_cut(lab, who, address):
    before = lab.drops("a").get("denied", 0)
    says(lab, who, address, SQL, b"is it cut?")
    time.sleep(0.05)
    return lab.drops("a").get("denied", 0) > before


def test_changing_policies_loses_no_packet_of_a_flow_that_stays_allowed(lab):
    others = [policy(f"other-{i}", **{"from": {"app": "other"}, "to": DB, "ports": [f"tcp/{i}"]})
              for i in range(1, 6)]
    with lab.having(WEB_TO_DB), stream(lab, "web", "db", 6200) as (sent, got):
        for other in others:
            lab.apply(other)
        lab.delete(*others)
    assert got == sent


def test_sctp_and_other_protocols_are_told_apart(lab):
    with lab.having({**WEB_TO_DB, "ports": ["sctp"]}), lab.dropping("a", "denied"):
        assert not lab.pings("red-web", V4["db"])


def test_a_waypoint_of_an_allowed_port_is_not_for_the_others(lab, echoes):
    via = {**WEB_TO_DB, "ports": [f"tcp/{SQL}"], "via": ["node/b"], "name": "by-b"}
    with lab.having(WEB_TO_DB, via):
        assert connects(lab, "red-web", V4["db"], SQL)
        assert connects(lab, "red-web", V4["db"], NEXT)


def checked(lab, port):
    """(exit status, verdict, by which policy) of `weft policy check`."""
    done = subprocess.run([lab.weft_path, "--lab", f"{lab.name}/a", "--json", "policy", "check",
                           "red/web", "red/db", port], capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    return done.returncode, told["verdict"], {ruling["policy"] for ruling in told["rulings"]}


def test_policy_check_says_what_happens(lab, echoes):
    deny = policy("cut", action="deny", **{"from": WEB, "to": DB, "ports": [f"tcp/{SQL}"]})
    with lab.having(WEB_TO_DB, deny):
        assert checked(lab, f"tcp/{SQL}") == (1, "dropped", {"cut"})
        assert is_refused_silently(lab, "a", "red-web", V4["db"], SQL)
        assert checked(lab, f"tcp/{NEXT}") == (0, "allowed", {"web-to-db"})
        assert connects(lab, "red-web", V4["db"], NEXT)


def test_thousands_of_policies_decide_as_one_would(lab, echoes):
    many = [policy(f"m{i}", **{"from": WEB, "to": f"10.0.{i // 250 + 1}.{i % 250 + 1}/32",
                               "ports": [f"tcp/{i + 1}"]}) for i in range(2000)]
    with lab.having(*many, {**WEB_TO_DB, "ports": [f"udp/{SQL}"]}):
        assert asks(lab, "red-web", V4["db"], SQL)
        assert is_denied(lab, echoes, "a", "red-web", V4["db"], NEXT)


def test_socket_errors_do_not_tell_more_than_silence(lab):
    """A denied datagram is answered with nothing, or with one ICMP error, never with a reset."""
    with udp_socket(lab.netns("red-other"), V4["other"]) as sock:
        sock.connect((V4["db"], SQL))
        with lab.dropping("a", "denied"):
            with contextlib.suppress(OSError):
                sock.send(b"no")
        sock.settimeout(0.2)
        with pytest.raises((socket.timeout, OSError)) as caught:
            sock.recv(64)
        assert not isinstance(caught.value, ConnectionRefusedError)
