# SPDX-License-Identifier: Apache-2.0
"""examples/load-balancer.yaml, as docs/load-balancer.md walks through it: the Internet, two gateways,
a firewall, nginx on three nodes."""
import pathlib
import re
import shutil

import pytest

from balancer import INTERNET, PUBLIC, WEBS, curl, kill_node, takers
from cluster import TOP, Cluster, wait_for
from visitors import Visitors

pytestmark = pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin:/usr/bin"),
                                reason="tools/install-packages installs nginx and nftables")
FAMILIES = ("v4", "v6")
POOLS = {"v4": {"203.0.113.10", "203.0.113.20"}, "v6": {"2001:db8:a::10", "2001:db8:a::20"}}
GATE = {"g1": ("192.0.2.1", "2001:db8:1::1"), "g2": ("192.0.2.5", "2001:db8:2::1")}
OF = {family: i for i, family in enumerate(FAMILIES)}


class Example(Cluster):
    """Under another name, read from the folder that its files are beside."""

    def __enter__(self):
        file = pathlib.Path(TOP / "examples" / f".{self.name}.yaml")
        file.write_text(self.text)
        try:
            self.topology = str(file)
            self.up()
        finally:
            file.unlink()
        return self


def example():
    return Example((TOP / "examples/load-balancer.yaml").read_text())


def wait_for_webs(lab, *names):
    wait_for(lambda: all(set(takers(lab, node)) == set(names or WEBS) for node in lab.nodes()),
             "nginx to answer its probes")
    lab.sync()


@pytest.fixture(scope="module", name="lab")
def lab_():
    with example() as lab:
        wait_for_webs(lab)
        yield lab


def counters(lab):
    """{counter of the firewall: packets}"""
    said = lab.run("fw", "nft", "list", "counters")
    return {name: int(n) for name, n in re.findall(r"counter (\w+) \{\s+packets (\d+)", said)}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_visitor_is_served_under_its_own_address_behind_the_firewall(lab, family):
    before = counters(lab)
    answer = curl(lab, "inet", PUBLIC[OF[family]])
    assert answer.endswith(f" serves {INTERNET[OF[family]]}")
    after = counters(lab)
    assert after["asked"] == before["asked"] + 1 and after["answered"] > before["answered"]


def enter_by(lab, family, *nodes):
    """The provider's router sends visitors to these gateways."""
    i = OF[family]
    hops = [word for node in nodes for word in ("nexthop", "via", GATE[node][i])]
    lab.run("isp", "ip", f"-{family[1]}", "route", "replace", PUBLIC[i], *hops)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("gateway", GATE)
def test_either_gateway_lets_visitors_in(lab, gateway, family):
    enter_by(lab, family, gateway)
    try:
        before = lab.received(gateway, "out0")
        assert curl(lab, "inet", PUBLIC[OF[family]]).endswith(f" serves {INTERNET[OF[family]]}")
        assert lab.received(gateway, "out0") > before + 3
    finally:
        enter_by(lab, family, *GATE)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_web_server_goes_out_by_an_address_of_a_pool(lab, family):
    answer = curl(lab, "web1", INTERNET[OF[family]])
    assert answer.split()[-1] in POOLS[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_wrk_gets_an_answer_to_each_of_its_requests(lab, family):
    """Thousands a second, many at once, through both gateways, the firewall and three nginx."""
    url = f"http://{PUBLIC[OF[family]]}/" if family == "v4" else f"http://[{PUBLIC[OF[family]]}]/"
    said = lab.run("inet", "wrk", "-t1", "-c40", "-d3s", url)
    assert int(re.search(r"(\d+) requests in", said)[1]) > 100
    assert "Socket errors" not in said and "Non-2xx" not in said, said


@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_comes_in_by_another_door(lab, family):
    v6 = family == "v6"
    for port, address in ((8080, PUBLIC[OF[family]]), (80, ("203.0.113.10", "2001:db8:a::10")[v6])):
        url = f"http://[{address}]:{port}/" if v6 else f"http://{address}:{port}/"
        assert lab.run("inet", "curl", "-sm", "1", url, check=False) == ""


def test_connections_outlive_a_gateway_and_a_web_server_that_comes():
    with example() as lab:
        wait_for_webs(lab)
        with Visitors(lab.netns("inet"), PUBLIC, n=200, asks_a_second=200, new_a_second=20) as visitors:
            visitors.begin()
            lab.weft("endpoint", "label", "red/spare", "app=web", node="w1")
            wait_for_webs(lab, *WEBS, "spare")
            visitors.wait_for_all()
            kill_node(lab, "g1")
            visitors.wait_for_all()
            tally = visitors.begin()
            assert not tally.broken and not tally.refused
            assert tally.answered >= 400 and sum(visitors.servers().values()) == 200
