# SPDX-License-Identifier: Apache-2.0
"""Paths by choice, on the lab of the issue, each captured hop by hop.

         +--- 2 ---+                        C hangs off 2
    A -- 1         5 -- B                   best path  A 1 2 5 B
         +- 3 - 4 -+                        chosen path A > 1 > 4 > B

 web (10.0.0.1) on A, db (10.0.0.2) on B, app (10.0.0.3) on C; v6: fd00:0:0:1::1, ::2, ::3
"""
import pytest

from cluster import TOP, Cluster, policy
from frames import OUTER_OFF, Frames
from packets import FN_DT46, sid
from servers import family_of, udp_socket
from traffic import Numbered
from wire import Capture

PORT = 9
V4 = {"web": "10.0.0.1", "db": "10.0.0.2", "app": "10.0.0.3"}
V6 = {"web": "fd00:0:0:1::1", "db": "fd00:0:0:1::2", "app": "fd00:0:0:1::3"}
FAMILIES = pytest.mark.parametrize("family", [V4, V6], ids=["v4", "v6"])
ENCODINGS = pytest.mark.parametrize("encoding", ["csid", "srh"])
HOME = {"web": "A", "db": "B", "app": "C"}
BEST = ["A", "1", "2", "5", "B"]
CHOSEN = ["A", "1", "3", "4", "5", "B"]
WEB_TO_DB = {"from": {"app": "web"}, "to": {"app": "db"}}


@pytest.fixture(scope="module", name="lab")
def lab_():
    with Cluster((TOP / "examples/paths.yaml").read_text()) as lab:
        yield lab


def send(lab, source, destination, family, payload):
    """One UDP packet; returns when it has arrived."""
    address = family[destination]
    with udp_socket(lab.netns(f"red-{destination}"), address, PORT) as receiver, \
         udp_socket(lab.netns(f"red-{source}"), family=family_of(address)) as sender:
        sender.sendto(payload, (address, PORT))
        assert receiver.recv(64) == payload


def captured(lab, source, destination, family, payload=b"which way?"):
    """The packet as it comes to each node, in that order; the first is as the container sent it."""
    with Capture({lab.netns(node): node for node in lab.nodes()}) as capture:
        send(lab, source, destination, family, payload)
        packets = capture.packets(quiet_s=0)
    packets = [p for p in packets if p.payload.endswith(payload) and not p.is_out]
    return [p for p in packets if not p.outer_len] + sorted(
        (p for p in packets if p.outer_len), key=lambda p: -p.hop_limit)


def way(lab, source, destination, family=None):
    return [p.node for p in captured(lab, source, destination, family or V4)]


@FAMILIES
def test_without_a_policy_a_packet_takes_the_best_path_without_srh(lab, family):
    packets = captured(lab, "web", "db", family)
    assert [p.node for p in packets] == BEST
    assert {(p.outer_len, p.segments_left) for p in packets[1:]} == {(40, -1)}


@FAMILIES
@ENCODINGS
def test_a_policy_takes_the_chosen_path(lab, family, encoding):
    with lab.having(policy("detour", "14", encoding=encoding, **WEB_TO_DB)):
        packets = captured(lab, "web", "db", family)
        assert [p.node for p in packets] == CHOSEN
        assert way(lab, "db", "web", family) == BEST[::-1]
        assert way(lab, "web", "app", family) == ["A", "1", "2", "C"]
    assert way(lab, "web", "db", family) == BEST
    first, last = packets[1], packets[-1]
    assert first.outer_len == {"csid": 64, "srh": 80}[encoding]
    assert first.dst == {"csid": "5f00:0:2:5::", "srh": "5f00:0:2:e001::"}[encoding]
    assert last.dst.startswith("5f00:0:7:e046:") and last.segments_left == 0


@FAMILIES
@ENCODINGS
def test_a_symmetric_policy_brings_replies_back_the_same_way(lab, family, encoding):
    with lab.having(policy("detour", "14", encoding=encoding, reverse="symmetric", **WEB_TO_DB)):
        assert way(lab, "web", "db", family) == CHOSEN
        assert way(lab, "db", "web", family) == CHOSEN[::-1]
        assert lab.pings("red-web", family["db"])


def test_a_policy_by_prefix_is_for_packets_with_an_address_inside(lab):
    with lab.having(policy("p", "14", **{"from": "10.0.0.1/32", "to": "10.0.0.2/31"})):
        assert way(lab, "web", "db") == CHOSEN
        assert way(lab, "web", "app") == ["A", "1", "3", "4", "5", "2", "C"]
        assert way(lab, "app", "db") == ["C", "2", "5", "B"]
        assert way(lab, "web", "db", V6) == BEST


def test_a_policy_of_one_tenant_leaves_the_other_alone(lab):
    with lab.having(policy("detour", "14", in_tenant="blue", **WEB_TO_DB)):
        assert way(lab, "web", "db") == BEST


# Each is more specific than all before it, and takes another way: docs/policies.md.
PRECEDENCE = [
    (policy("all", "3"), ["A", "1", "3", "4", "5", "B"]),
    (policy("to-db", "C", **{"to": {"app": "db"}}), ["A", "1", "2", "C", "2", "5", "B"]),
    (policy("from-web", "52", **{"from": {"app": "web"}}), ["A", "1", "2", "5", "2", "5", "B"]),
    (policy("web-to-db", "41", **WEB_TO_DB), ["A", "1", "3", "4", "3", "1", "2", "5", "B"]),
    (policy("web-to-db2", ["5", "1"], **{**WEB_TO_DB, "to": "10.0.0.2/32"}),
     ["A", "1", "2", "5", "2", "1", "2", "5", "B"]),
]


def test_the_most_specific_policy_wins_whatever_the_order(lab):
    try:
        for wish, expected in PRECEDENCE:
            lab.apply(wish)
            assert lab.path("web", "db", node="A")["policy"] == wish["name"]
            assert way(lab, "web", "db") == expected
        lab.delete(PRECEDENCE[-1][0])
        assert way(lab, "web", "db") == PRECEDENCE[-2][1]
    finally:
        lab.apply(PRECEDENCE[-1][0])
        lab.delete(*(wish for wish, _ in PRECEDENCE))
    assert way(lab, "web", "db") == BEST


N_FLOWS, N_EACH = 400, 3


def test_weights_spread_flows_three_to_one_and_a_flow_keeps_its_path(lab):
    paths = [{"via": ["node/1", "node/4"], "weight": 3}, {"via": ["node/2"], "weight": 1}]
    flows = {"4": set(), "2": set()}

    def note(capture):
        for p in capture.packets(quiet_s=0):
            if p.inner_dst == V4["db"] and p.payload.endswith(b"a flow"):
                flows[p.node].add(p.payload[:2])

    with lab.having(policy("both", paths=paths, **WEB_TO_DB)), \
         Capture({lab.netns(node): node for node in flows}) as capture:
        for port in range(20000, 20000 + N_FLOWS):
            with udp_socket(lab.netns("red-web"), V4["web"], port) as sock:
                for _ in range(N_EACH):
                    sock.sendto(b"a flow", (V4["db"], PORT))
            note(capture)
        send(lab, "web", "db", V4, b"the last")
        counted = [item["packets"] for item in lab.ask("path", "list", "--tenant", "red", node="A")
                   if item["policy"] == "both"]
        note(capture)
    assert not flows["4"] & flows["2"]
    assert len(flows["4"]) + len(flows["2"]) == N_FLOWS
    assert 250 < len(flows["4"]) < 350  # 300, and more than five times its deviation
    assert sum(counted) == N_FLOWS * N_EACH + 1
    assert counted[0] - N_EACH * len(flows["4"]) in (0, 1)


@pytest.mark.parametrize("via", ["", "14"], ids=["direct", "detour"])
def test_the_final_sid_names_the_tenant_the_sender_and_the_policy(lab, via):
    with lab.having(policy("named", via, in_tenant="blue", **WEB_TO_DB),
                    policy("named", via, **WEB_TO_DB)):
        shown = {"tenant": lab.ask("tenant", "show", "red", node="A")["id"],
                 "identity": lab.ask("endpoint", "show", "red/web", node="A")["identity"],
                 "policy": lab.ask("policy", "show", "red/named", node="A")["id"]}
        last = captured(lab, "web", "db", V4)[-1]
    assert last.dst == sid(7, FN_DT46, **shown)
    assert all(shown.values())


@FAMILIES
def test_changes_under_traffic_lose_no_packet(lab, family):
    def detour(via, **more):
        return policy("detour", via, reverse="symmetric", **WEB_TO_DB, **more)

    with Numbered(lab.netns("red-web"), lab.netns("red-db"), family["db"]) as numbered:
        for change in (detour("14"), detour("14", encoding="srh"), detour("4" * 7),
                       detour("3"), detour([])):
            numbered.wait_for(100)
            lab.apply(change)
        numbered.wait_for(100)
        lab.delete(change)
        numbered.wait_for(100)
    assert numbered.sent >= 700
    assert numbered.lost() == 0


@FAMILIES
@ENCODINGS
def test_sixteen_waypoints_are_all_visited(lab, family, encoding):
    with lab.having(policy("long", "14" * 8, encoding=encoding, **WEB_TO_DB)):
        packets = captured(lab, "web", "db", family)
        assert packets[1].outer_len == {"csid": 96, "srh": 304}[encoding]
    there, back = ["3", "4"], ["3", "1"]
    assert [p.node for p in packets] == ["A", "1"] + there + (back + there) * 7 + ["5", "B"]


VIAS = ["", "1", "14", "14" * 3, "1" + "14" * 3, "14" * 8]


@ENCODINGS
@pytest.mark.parametrize("via", VIAS, ids=[f"{len(via)}-waypoints" for via in VIAS])
def test_the_header_that_path_show_prints_is_the_one_captured(lab, encoding, via):
    with lab.having(policy("shown", via, encoding=encoding, **WEB_TO_DB)):
        for family, version in ((V4, 4), (V6, 6)):
            shown = lab.path(family["web"], family["db"], node="A")["paths"]
            with Frames({lab.netns("A"): "A"}, b"header?") as frames:
                send(lab, "web", "db", family, b"header?")
                sent = [f.data[OUTER_OFF:] for f in frames.now()
                        if f.is_out and f.interface == "to-1"]
            assert len(shown) == 1 and len(sent) == 1
            header = bytes.fromhex(shown[0]["header"])
            assert len(header) == shown[0]["overhead"]
            # But for the traffic class, the flow label and the length, and right before the inside.
            assert sent[0][0] >> 4 == 6 and sent[0][6:len(header)] == header[6:]
            assert sent[0][len(header)] >> 4 == version
