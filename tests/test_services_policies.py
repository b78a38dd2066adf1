# SPDX-License-Identifier: Apache-2.0
"""Policies speak of backends: who may use a service is who may talk to them. The lab is drawn in
services.py; red denies what no policy allows; green-cli 10.9.0.1 is on node a."""
import pytest

from cluster import container, policy, tenant
from frames import Frames
from probes import connected, is_refused_silently
from services import (DNS, HTTP, PREFIXES, VIP, WEBS, Tellers, curl, service, services_lab, serving,
                      tells, webs)

FAMILIES = pytest.mark.parametrize("family", VIP)
RED, GREEN = "red", "green"
CLIENTS_TO_WEB = {"from": {"app": "cli"}, "to": {"app": "web"}}


@pytest.fixture(scope="module", name="lab")
def lab_():
    green = tenant(GREEN, "10.9.0.0/16", "fd00:0:0:9::/64")
    client = container("cli", "a", "10.9.0.1", "fd00:0:0:9::1", tenant=GREEN, app="cli")
    with services_lab(green, containers=[client]) as lab, webs(lab), Tellers(lab, *WEBS):
        lab.apply(tenant(RED, *PREFIXES, default="deny"))
        with serving(lab, service()):
            yield lab


def asked(lab, address, who="red-cli", ports=range(35000, 35040)):
    """Who answers a datagram of each of these ports."""
    found = []
    for port in ports:
        try:
            found.append(tells(lab, who, address, source_port=port, patience_s=0.3)[0])
        except TimeoutError:
            found.append(None)
    return found


@FAMILIES
def test_without_a_policy_nobody_is_let_in(lab, family):
    assert is_refused_silently(lab, "a", "red-cli", VIP[family], 80)
    assert is_refused_silently(lab, "b", "red-near", VIP[family], 80)


@FAMILIES
def test_a_policy_to_the_backends_lets_in_what_it_says_and_nothing_else(lab, family):
    with lab.having(policy("cli-to-web", ports=[f"tcp/{HTTP}"], **CLIENTS_TO_WEB)):
        names = {curl(lab, "red-cli", VIP[family]).split()[0] for _ in range(24)}
        assert names == set(WEBS)
        assert not any(asked(lab, VIP[family], ports=range(35000, 35004)))
        assert is_refused_silently(lab, "b", "red-near", VIP[family], 80)


def test_the_port_of_the_service_is_not_the_policys(lab):
    """It is the backends' port that policies name."""
    with lab.having(policy("cli-to-web", ports=["tcp/80"], **CLIENTS_TO_WEB)):
        assert is_refused_silently(lab, "a", "red-cli", VIP["v4"], 80)


@FAMILIES
def test_deny_wins_for_the_backends_it_names(lab, family):
    with lab.having(policy("cli-to-web", **CLIENTS_TO_WEB)):
        before = asked(lab, VIP[family])
        assert set(before) == set(WEBS)
        with lab.having(policy("not-web2", action="deny", ports=[f"udp/{DNS}"],
                               to={"own": "web2"})):
            now = asked(lab, VIP[family])
    assert now == [None if name == "web2" else name for name in before]


@FAMILIES
def test_another_tenant_comes_in_by_a_policy_for_it(lab, family):
    address, who = VIP[family], "green-cli"
    with pytest.raises(OSError, match="No route to host"):
        connected(lab, who, address, 80)
    with lab.having(policy("green-to-web", ports=[f"tcp/{HTTP}"], to={"app": "web"},
                           **{"from": "tenant/green/app=cli"})):
        names = {curl(lab, who, address).split()[0] for _ in range(24)}
        assert names == set(WEBS)
        assert is_refused_silently(lab, "a", "red-cli", address, 80)
        assert not any(asked(lab, address, who, range(35000, 35004)))


@FAMILIES
@pytest.mark.parametrize("encoding", ["csid", "srh"])
def test_flows_to_a_service_take_the_policys_way(lab, family, encoding):
    """Over node c, to a backend on b as to those on c; and back."""
    way = policy("over-c", ["c"], encoding=encoding, reverse="symmetric", **CLIENTS_TO_WEB)
    with lab.having(way), Frames({lab.netns("b"): "b"}, b"hello") as frames:
        assert set(asked(lab, VIP[family])) == set(WEBS)
        seen = {f.interface for f in frames.now() if f.interface.startswith("to-")}
    assert seen == {"to-c"}


def test_headers_to_services_are_signed_and_verified(lab):
    lab.weft("key", "add", "k1", "--id", "1", "-", node="a", stdin="6b31" * 16)
    lab.sync()
    with lab.having(policy("cli-to-web", ["c"], require=["path"], **CLIENTS_TO_WEB)):
        for address in VIP.values():
            assert set(asked(lab, address)) == set(WEBS)
            assert curl(lab, "red-cli", address).split()[0] in WEBS
