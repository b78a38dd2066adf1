# SPDX-License-Identifier: Apache-2.0
"""Ten tenants with the same addresses on three nodes, each tenant with other ways of its packets:

    tK-a 10.0.0.1, ::1 --[ a ]
                          / \\           K = 0..9
    tK-b 10.0.0.2, ::2 --[ b ]--[ c ]-- tK-c 10.0.0.3, ::3

Every container asks every address of its tenant; equal addresses of nine other tenants are near.
"""
import itertools

import pytest

from cluster import cluster, container, policy, tenant
from numbered import Mailboxes

NODES = "abc"
PREFIXES = ("10.0.0.0/16", "fd00:0:0:1::/64")
ADDRESSES = {"a": ("10.0.0.1", "fd00:0:0:1::1"), "b": ("10.0.0.2", "fd00:0:0:1::2"),
             "c": ("10.0.0.3", "fd00:0:0:1::3")}
# How a tenant's packets travel; further ones directly.
TENANTS = {
    "t0": {}, "t1": {}, "t2": {},
    "t3": {"default": "deny"},
    "t4": {"encoding": "srh"},
    "t5": {"metadata": "tlv"},
    "t6": {"metadata": "tlv", "encoding": "srh"},
    "t7": {}, "t8": {"default": "deny"}, "t9": {},
}
POLICIES = [
    policy("all", in_tenant="t3"),
    policy("round", "b", in_tenant="t4"),
    policy("round", "b", in_tenant="t6", reverse="symmetric"),
    policy("round", "bc", in_tenant="t7"),
    policy("questions", in_tenant="t8", ports=["udp/4242"]),
    policy("nothing", in_tenant="t9", ports=["tcp"], action="deny"),
]
CONTAINERS = [container(node, node, *ADDRESSES[node], tenant=of)
              for of in TENANTS for node in NODES]


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster(NODES, ["ab", "bc", "ca"], CONTAINERS,
                 *(tenant(name, *PREFIXES, **more) for name, more in TENANTS.items()),
                 *POLICIES) as lab:
        yield lab


def expected():
    """(asking container, its address, the other address, who must answer)"""
    for of, (source, destination) in itertools.product(TENANTS, itertools.permutations(NODES, 2)):
        for mine, other in zip(ADDRESSES[source], ADDRESSES[destination]):
            yield f"{of}-{source}", mine, other, f"{of}-{destination}"


def test_every_pair_of_every_tenant_gets_its_own_answer_and_no_other(lab):
    with Mailboxes(lab, CONTAINERS) as boxes:
        wanted = {boxes.ask(who, mine, other): (who, answer)
                  for who, mine, other, answer in expected()}
        boxes.settle(len(wanted))
        assert boxes.answers == {question: [answer] for question, answer in wanted.items()}
        assert len(wanted) == 10 * 6 * 2
        for name, questions in boxes.got.items():
            assert sorted(questions) == sorted(q for q, (_, to) in wanted.items() if to == name)


def test_none_of_it_was_dropped(lab):
    for node in NODES:
        assert not {reason: n for reason, n in lab.drops(node).items()
                    if n and reason not in ("nd", "multicast")}


def test_a_tenant_alone_counts_its_packets(lab):
    def counted():
        return {item["tenant"]: item["rx"]["packets"]
                for item in lab.ask("endpoint", "list", node="b") if item["name"] == "b"}

    before = counted()
    with Mailboxes(lab, CONTAINERS) as boxes:
        for _ in range(7):
            boxes.ask("t4-a", "10.0.0.1", "10.0.0.2")
        boxes.settle(7)
    after = counted()
    assert {of: after[of] - before[of] for of in TENANTS} == {of: 7 * (of == "t4")
                                                              for of in TENANTS}
