# SPDX-License-Identifier: Apache-2.0
"""What gateways cannot be is refused with a reason, and nothing changes. The lab is drawn in
gateways.py."""
import json

import pytest

from cluster import dump
from gateways import GATEWAYS, PUBLIC, SERVICE, egress, gateway, gateways_lab, wait_for_exits
from lab import Failed


@pytest.fixture(scope="module", name="lab")
def lab_():
    with gateways_lab(*GATEWAYS) as lab:
        wait_for_exits(lab, "g1", "g2")
        yield lab


def with_nat(*pool, name="gw1", of="red", **more):
    return gateway(name, publish=False) | {"egress": [{"tenant": of, "nat": list(pool), **more}]}


WRONG = {
    "no such node": (gateway("gw3", "blue", node="g9"), "there is no node 'g9'"),
    "no such tenant": (gateway("gw1", "rod"), "there is no tenant 'rod'; did you mean 'red'?"),
    "no such service": (gateway("gw1", "red") | {"publish": [
        {"service": "red/wbe", "addresses": [PUBLIC["v4"]]}]},
        "there is no service 'wbe'; did you mean 'web'?"),
    "two at a node": (gateway("gw3", "blue", node="g1"), "node 'g1' has gateway 'gw1' already"),
    "a tenant twice": (gateway("gw1") | {"egress": egress("gw1", "red", "red")}, "twice"),
    "a pool of nothing": (with_nat(), "nat"),
    "a pool that is another's": (with_nat("203.0.113.20"), "in the pool of tenant 'red' by gateway"),
    "a pool that is inside": (with_nat("10.0.7.1"), "overlaps 10.0.0.0/16 of tenant 'red'"),
    "a pool that is too large": (with_nat("198.19.0.0/16"), "at most 256 addresses"),
    "no ports": (with_nat("203.0.113.10", ports="9-8"), "ports"),
    "an address that is inside": (gateway("gw1", "red") | {"publish": [
        {"service": "red/web", "addresses": ["10.0.0.11"]}]}, "overlaps 10.0.0.0/16"),
    "an address of two services": (gateway("gw1", "red") | {"publish": [
        {"service": "red/web", "addresses": [PUBLIC["v4"]]},
        {"service": "red/dns", "addresses": [PUBLIC["v4"]]}]}, PUBLIC["v4"]),
    "no interface": (gateway("gw1", "red", outside="out7"), "node 'g1' has no interface 'out7'"),
    "an interface of the domain": (gateway("gw1", "red", outside="to-a"), "is part of the SR domain"),
    "for nobody": (gateway("gw1", publish=False), "a gateway is for tenants or services"),
}


@pytest.mark.parametrize("wish, why", WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_refused_and_changes_nothing(lab, wish, why):
    before = json.loads(lab.weft("--json", "gateway", "list", node="a"))
    other = SERVICE | {"name": "dns", "addresses": ["10.0.0.101"], "ports": ["udp/53"]}
    with pytest.raises(Failed) as refused:
        lab.weft("apply", "-f", "-", node="g1", stdin=dump(other, wish))
    assert why in str(refused.value), refused.value
    assert "standard input:" in str(refused.value)
    assert json.loads(lab.weft("--json", "gateway", "list", node="a")) == before
    assert "dns" not in {item["name"] for item in lab.ask("service", "list", node="a")}


@pytest.mark.parametrize("kind, name", [("service", "red web"), ("node", "g1")])
def test_what_a_gateway_names_stays(lab, kind, name):
    with pytest.raises(Failed) as refused:
        lab.weft("delete", kind, *name.split(), node="a")
    assert "is needed by Gateway 'gw1'" in str(refused.value)
