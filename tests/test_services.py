# SPDX-License-Identifier: Apache-2.0
"""One address, many servers: what clients, servers and those who look on see. The lab is drawn in
services.py; nothing changes here (test_services_change.py)."""
import collections
import hashlib
import json
import re

import pytest

from cluster import wait_for
from frames import Frames
from probes import connected
from services import (AT, DNS, HOME, HTTP, NODES, NUMBERS, VIP, WEBS, Tellers, by_names, curl,
                      service, services_lab, serving, shares, tells, v4, v6, wait_for_takers, webs)
from servers import family_of, random_bytes, udp_socket
from wire import parse

FAMILIES = pytest.mark.parametrize("family", VIP)
CLIENTS = pytest.mark.parametrize("client", ["cli", "near"])
SMALL, LARGE = 1, 20_000_000
IPERF = 5201


@pytest.fixture(scope="module", name="lab")
def lab_():
    with services_lab() as lab, webs(lab), Tellers(lab, *WEBS):
        yield lab


@pytest.fixture(name="web")
def web_(lab):
    with serving(lab, service()):
        yield VIP


def who(lab, client, address, **more):
    """(the server, the client that it saw)"""
    return tuple(curl(lab, f"red-{client}", address, **more).split())


@CLIENTS
@FAMILIES
def test_flows_are_spread_over_all_and_servers_see_the_client(lab, web, family, client):
    said = [who(lab, client, web[family]) for _ in range(24)]
    assert {name for name, _ in said} == set(WEBS)
    assert {seen for _, seen in said} == {AT[family](NUMBERS[client])}


@CLIENTS
@FAMILIES
def test_datagrams_and_their_answers_go_through(lab, web, family, client):
    seen = collections.Counter()
    for i in range(40):
        name, sender, seen_client, (port, own_port), body = tells(
            lab, f"red-{client}", web[family], data=b"%d" % i)
        assert sender == (web[family], DNS)
        assert (seen_client, port) == (AT[family](NUMBERS[client]), own_port)
        assert body == b"%d" % i
        seen[name] += 1
    assert set(seen) == set(WEBS), seen


@FAMILIES
def test_a_flow_stays_where_it_is(lab, web, family):
    for port in range(41000, 41008):
        names = {tells(lab, "red-cli", web[family], source_port=port)[0] for _ in range(8)}
        assert len(names) == 1


@CLIENTS
@FAMILIES
@pytest.mark.parametrize("n_bytes", [SMALL, 1459, 65536, LARGE])
def test_what_is_transferred_arrives_unchanged(lab, web, family, client, n_bytes, tmp_path):
    payload = random_bytes(n_bytes)
    sent, got = tmp_path / "sent", tmp_path / "got"
    sent.write_bytes(payload)
    curl(lab, f"red-{client}", web[family], f"/{n_bytes}", "-o", str(got))
    assert hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(payload).digest()
    said = curl(lab, f"red-{client}", web[family], "/", "--data-binary", f"@{sent}")
    assert said == hashlib.sha256(payload).hexdigest()


def all_drops(lab):
    """(node, reason) -> packets, but for what kernels send on their own."""
    return {(node, reason): n for node in NODES for reason, n in lab.drops(node).items()
            if reason not in ("nd", "multicast")}


@FAMILIES
@pytest.mark.parametrize("options", [[], ["-R"], ["-u", "-b", "20M"]],
                         ids=["tcp", "tcp back", "udp"])
def test_iperf3_runs_through_a_service(lab, family, options):
    """Its two connections must come to one server. What is on its way when the client is done is
    not in the server's count."""
    wish = service(f"tcp/{IPERF}", f"udp/{IPERF}", affinity="client")
    servers = [lab.start(f"red-{name}", "iperf3", "-s", "-1") for name in WEBS]
    try:
        with serving(lab, wish):
            wait_for(lambda: all(f":{IPERF}" in lab.run(f"red-{name}", "ss", "-tln")
                                 for name in WEBS), "iperf3 to listen")
            drops = all_drops(lab)
            said = json.loads(lab.run("red-cli", "iperf3", "-J", "-c", VIP[family], "-n", "10M",
                                      *options))
            assert all_drops(lab) == drops
    finally:
        for server in servers:
            server.kill()
            server.wait()
    end = said["end"]
    assert end["sum" if "-u" in options else "sum_sent"]["bytes"] >= 10_000_000
    assert end["sum" if "-u" in options else "sum_received"]["bytes"] >= 5_000_000


def test_answers_come_straight_back(lab, web):
    """From the server's node to the client's, by End.DT46, as any packet does."""
    with Frames({lab.netns(node): node for node in NODES}, b"go straight") as frames:
        server, *_ = tells(lab, "red-cli", web["v4"], data=b"go straight")
        seen = [parse(f.where, f.interface, True, f.data) for f in frames.now() if f.is_out]
    seen = [p for p in seen if p.outer_len]
    there = [p for p in seen if p.inner_dst == web["v4"]]
    back = [p for p in seen if p.inner_src == web["v4"]]
    home = {"web1": ("b", 2), "web2": ("c", 3), "web3": ("c", 3)}[server]
    assert [(p.node, p.outer_len) for p in there] == [("a", 40)]
    assert [(p.node, p.outer_len) for p in back] == [(home[0], 40)]
    assert re.match(rf"5f00:0:{home[1]}:f[0-9a-d]", there[0].dst), there[0]
    assert back[0].dst.startswith("5f00:0:1:e046:")


def test_a_client_beside_a_server_does_not_use_the_underlay(lab):
    with serving(lab, service(backends=by_names(web1=1)), "web1"):
        with Frames({lab.netns("b"): "b"}, b"stay here") as frames:
            assert tells(lab, "red-near", VIP["v4"], data=b"stay here")[0] == "web1"
            assert not [f for f in frames.now() if f.interface.startswith("to-")]


def test_shares_are_shown(lab, web):
    parts = shares(lab)
    assert set(parts) == set(WEBS)
    assert all(abs(part - 1 / 3) < 0.01 for part in parts.values()), parts
    assert all(shares(lab, node=node) == parts for node in NODES)
    listed = lab.weft("service", "list", node="a").splitlines()[1].split()
    assert listed[:2] == ["red", "web"] and " ".join(listed).endswith("3 of 3"), listed
    shown = lab.weft("service", "show", "red/web", node="a")
    assert "web1 at b (up, eth0" in shown and "web3 33." in shown, shown


def test_the_way_to_each_backend_is_shown(lab, web):
    told = lab.ask("path", "show", "red/cli", "red/web", "--port", "udp/53", node="a")
    assert (told["to"]["address"], told["port"]) == (VIP["v4"], "udp/53")
    parts = collections.Counter()
    for item in told["backends"]:
        parts[item["name"]] += item["share"]
        (path,) = item["paths"]
        ends = [end for s in path["segments"] for end in zip(s["nodes"], s["endpoints"])]
        asked = [item["name"], *item["others"], *([item["name"]] if item["others"] else [])]
        assert ends == [(HOME[name], name) for name in asked], path
    assert parts == pytest.approx(shares(lab))
    shown = lab.weft("path", "show", "red/cli", VIP["v6"], "--tenant", "red", node="a")
    assert "backend   web1 at b  " in shown and "End.DX46  b, through web1" in shown, shown


def test_weights_are_shares(lab):
    with serving(lab, service(backends=by_names(web1=3, web2=1, web3=0)), "web1", "web2"):
        parts = shares(lab)
        assert abs(parts["web1"] - 0.75) < 0.01 and parts["web3"] == 0, parts
        seen = collections.Counter(tells(lab, "red-cli", VIP["v4"], source_port=port)[0]
                                   for port in range(30000, 30400))
    assert set(seen) == {"web1", "web2"}
    assert 255 < seen["web1"] < 345, seen  # 300, and five times its deviation


def test_all_flows_of_a_client_go_to_one_backend(lab):
    with serving(lab, service(affinity="client")):
        for client in ("cli", "near"):
            names = {who(lab, client, VIP["v4"])[0] for _ in range(8)}
            names |= {tells(lab, f"red-{client}", VIP["v4"], source_port=port)[0]
                      for port in range(30000, 30010)}
            assert len(names) == 1, f"{client}: {names}"


def test_two_services_share_one_address(lab):
    one = service("tcp/80->8080", name="one", backends=by_names(web1=1))
    two = service("udp/53", "tcp/8080", name="two", backends=by_names(web2=1))
    with serving(lab, one, "web1"), serving(lab, two, "web2"):
        for address in VIP.values():
            assert who(lab, "cli", address)[0] == "web1"
            assert who(lab, "cli", address, port=HTTP)[0] == "web2"
            assert tells(lab, "red-cli", address)[0] == "web2"


def test_two_ports_of_a_service_lead_to_two_of_its_servers(lab):
    with serving(lab, service("tcp/80->8080", "tcp/81->8081", backends=by_names(web2=1)), "web2"), \
         webs(lab, "web2", port=8081):
        for port in (80, 81):
            assert who(lab, "cli", VIP["v6"], port=port)[0] == "web2"


@FAMILIES
def test_datagrams_in_fragments_arrive_and_come_back(lab, web, family):
    for i, n_bytes in enumerate((1500, 3000, 20000, 60000)):
        for port in range(34000 + i, 34064, 8):
            data = random_bytes(n_bytes)
            _, sender, _, _, body = tells(lab, "red-cli", web[family], data=data, source_port=port)
            assert sender == (web[family], DNS) and body == data


@FAMILIES
def test_packets_of_every_size_up_to_the_mtu_arrive(lab, web, family):
    mtu, head = lab.mtu("red-cli"), 28 if family == "v4" else 48
    for n_bytes in (mtu - head - 1, mtu - head):
        data = random_bytes(n_bytes - 64)
        assert tells(lab, "red-cli", web[family], data=data)[4] == data


@FAMILIES
def test_a_closed_port_of_a_backend_refuses_as_the_virtual_address(lab, family):
    with serving(lab, service("tcp/80->9999")):
        with pytest.raises(ConnectionRefusedError):
            connected(lab, "red-cli", VIP[family], 80)


@FAMILIES
def test_an_icmp_error_of_a_backend_is_about_the_virtual_address(lab, family):
    """A connected socket hears of errors about what it has sent, and of no others."""
    with serving(lab, service("udp/54->9999")):
        with pytest.raises(ConnectionRefusedError):
            connected_udp(lab, "red-cli", VIP[family], 54)


def is_told(lab, node, reason, who_asks, address, port, error="No route to host"):
    """A TCP client hears of it long before it would give up: by its first packet, or, if the kernel
    was still at work on that, its second."""
    before = lab.drops(node).get(reason, 0)
    with pytest.raises(OSError, match=error):
        connected(lab, who_asks, address, port, timeout_s=2.5)
    assert lab.drops(node)[reason] > before


def connected_udp(lab, client, address, port):
    """One datagram, and what is heard then."""
    with udp_socket(lab.netns(client), family=family_of(address)) as sock:
        sock.connect((address, port))
        sock.send(b"anybody there?")
        return sock.recv(64)


@FAMILIES
@pytest.mark.parametrize("backends", [[{"labels": {"app": "none"}}], by_names(web1=0)],
                         ids=["nobody", "weight 0"])
def test_without_a_backend_a_client_is_told_at_once(lab, family, backends):
    with lab.having(service(backends=backends)):
        wait_for_takers(lab)
        with lab.dropping("a", "no-backend"):
            with pytest.raises(ConnectionRefusedError):
                connected_udp(lab, "red-cli", VIP[family], DNS)
        is_told(lab, "a", "no-backend", "red-cli", VIP[family], 80, "refused")


@FAMILIES
def test_other_ports_and_ping_of_a_virtual_address_are_nobodys(lab, web, family):
    is_told(lab, "a", "no-endpoint", "red-cli", web[family], 99)
    with lab.dropping("a", "no-endpoint"):
        assert not lab.pings("red-cli", web[family])


@FAMILIES
def test_a_backend_that_is_its_own_clients_choice_is_told(lab, family):
    with serving(lab, service(backends=by_names(web2=1)), "web2"):
        is_told(lab, "c", "hairpin", "red-web2", VIP[family], 80)
        assert tells(lab, "red-web3", VIP[family])[0] == "web2"


def test_servers_may_still_be_asked_by_their_own_addresses(lab, web):
    assert web
    for at in (v4, v6):
        for name in WEBS:
            assert who(lab, "cli", at(NUMBERS[name]), port=HTTP)[0] == name
            assert tells(lab, "red-cli", at(NUMBERS[name]))[1][0] == at(NUMBERS[name])
