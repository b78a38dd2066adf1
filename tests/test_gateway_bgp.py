# SPDX-License-Identifier: Apache-2.0
"""Public addresses by BGP: FRR runs at both gateways with what weftd writes for it, and at the
Internet's router, which routes by nothing else. The lab is drawn in gateways.py."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from cluster import spawn, wait_for
from gateways import FAMILIES, GATEWAYS, LINKS, MAY_ENTER, PUBLIC, gateways_lab, wait_for_exits
from services import curl, webs

FRR = pathlib.Path("/usr/lib/frr")
FAST = " neighbor {0} timers 1 3\n neighbor {0} timers connect 1\n"
EACH = pytest.mark.parametrize("family", FAMILIES)

pytestmark = pytest.mark.skipif(not FRR.exists(), reason="FRR is not installed (Debian's frr)")


def peers(node):
    return [{"address": address.split("/")[0], "as": 65000} for address in LINKS[node][1]]


WITH_BGP = [{**wish, "bgp": {"as": 65001, "peers": peers(wish["node"])}} for wish in GATEWAYS]


def written(lab, node):
    """The file of weftd's, as bgpd gets it."""
    return pathlib.Path(f"/run/weft/node/{lab.name}-{node}/frr.conf")


def router_config():
    """The Internet's: whoever is next to it, and timers for tests."""
    ends = [(address.split("/")[0], family) for node in LINKS
            for family, address in enumerate(LINKS[node][0])]
    lines = ["router bgp 65000", " bgp router-id 192.0.2.2", " no bgp ebgp-requires-policy",
             " no bgp default ipv4-unicast", " bgp bestpath as-path multipath-relax"]
    for address, _ in ends:
        lines += [f" neighbor {address} remote-as 65001", FAST.format(address).rstrip("\n")]
    for family, name in enumerate(("ipv4", "ipv6")):
        lines += [f" address-family {name} unicast"]
        lines += [f"  neighbor {address} activate" for address, of in ends if of == family]
        lines += [" exit-address-family"]
    return "\n".join(lines) + "\n"


class Router:
    """zebra and bgpd in a network namespace."""

    def __init__(self, netns, config):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weft-frr-"))
        (self.folder / "zebra.conf").write_text("hostname r\n", encoding="utf-8")
        for path in (self.folder, *self.folder.iterdir()):
            shutil.chown(path, "frr", "frr")
        self.running = [self._start(netns, "zebra", self.folder / "zebra.conf"),
                        self._start(netns, "bgpd", config)]

    def _start(self, netns, name, config):
        own = ["-i", self.folder / f"{name}.pid", "-z", self.folder / "zserv.api",
               "--vty_socket", self.folder, "-f", config]
        with open(self.folder / f"{name}.log", "wb") as log:
            process = spawn(netns, FRR / name, *own, stdout=log, stderr=log)
        wait_for((self.folder / f"{name}.vty").exists, f"{name} in {netns}")
        return process

    def ask(self, command):
        return json.loads(subprocess.run(["vtysh", "--vty_socket", self.folder, "-c", command],
                                         capture_output=True, text=True, check=True).stdout)

    def tell(self, *commands):
        words = [word for command in ("configure", *commands) for word in ("-c", command)]
        subprocess.run(["vtysh", "--vty_socket", self.folder, *words], check=True)

    def stop(self):
        for process in reversed(self.running):
            process.terminate()
            process.wait()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module", name="lab")
def lab_(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frr")
    os.chmod(folder, 0o755)
    with gateways_lab(*WITH_BGP, MAY_ENTER) as lab, contextlib.ExitStack() as stack:
        wait_for_exits(lab, "g1", "g2")
        for options in ((), ("-6",)):
            lab.run("inet", "ip", *options, "route", "flush", "proto", "boot")
        lab.routers = {}
        config = folder / "bgpd.conf"
        config.write_text(router_config(), encoding="utf-8")
        for parent in (config, folder, *folder.parents[:3]):
            if str(parent).startswith("/tmp/"):
                os.chmod(parent, 0o755)
        for node, path in (("inet", config), ("g1", written(lab, "g1")), ("g2", written(lab, "g2"))):
            router = Router(lab.netns(node), path)
            stack.callback(router.stop)
            lab.routers[node] = router
        yield lab


def learnt(lab):
    """What the Internet's kernel has by BGP: prefix -> its next hops."""
    routes = {}
    for options in ((), ("-6",)):
        shown = lab.run("inet", "ip", *options, "-j", "route", "show", "proto", "bgp")
        for route in json.loads(shown or "[]"):
            hops = route.get("nexthops", [route])
            routes[route["dst"]] = {hop.get("gateway", hop.get("via", {}).get("host")) for hop in hops}
    return routes


def wait_for_ways(lab, prefix, n):
    return wait_for(lambda: len(learnt(lab).get(prefix, ())) == n and learnt(lab),
                    f"{n} ways to {prefix}", 30)


def test_exactly_what_the_gateways_have_is_announced(lab):
    for public in PUBLIC.values():
        wait_for_ways(lab, public, 2)
    wait_for(lambda: set(learnt(lab)) == {
        "203.0.113.10", "203.0.113.20", "203.0.113.30", "203.0.113.80", "198.18.0.0/24",
        "2001:db8:a::10", "2001:db8:a::20", "2001:db8:a::30", "2001:db8:a::80",
        "2001:db8:18::/64"}, "all public addresses, and nothing else", 30)


@EACH
def test_who_routes_by_bgp_alone_is_served(lab, family):
    wait_for_ways(lab, PUBLIC[family], 2)
    with webs(lab, "web1", "web2"):
        assert curl(lab, "inet", PUBLIC[family])


def test_what_the_internet_announces_of_sids_is_not_believed(lab):
    for prefix in ("5f00:0:4::/48", "2001:db8:ff::1/128"):
        lab.run("inet", "ip", "-6", "route", "replace", "blackhole", prefix, "metric", "9999")
        lab.routers["inet"].tell("router bgp 65000", "address-family ipv6 unicast", f"network {prefix}")
    wait_for(lambda: "2001:db8:ff::1" in lab.run("g1", "ip", "-6", "route", "show", "proto", "bgp"),
             "g1 to hear of the Internet's host", 30)
    assert "5f00" not in lab.run("g1", "ip", "-6", "route", "show", "proto", "bgp")


def test_a_gateway_that_is_down_is_routed_around(lab):
    wait_for_ways(lab, PUBLIC["v4"], 2)
    lab.run("inet", "ip", "link", "set", "to-g1", "down")
    try:
        ways = wait_for_ways(lab, PUBLIC["v4"], 1)
        assert "203.0.113.10" not in ways
        wait_for(lambda: "203.0.113.80" not in lab.run("g1", "ip", "route"),
                 "g1 to take its routes away", 10)
    finally:
        lab.run("inet", "ip", "link", "set", "to-g1", "up")
        for address in LINKS["g1"][1]:
            if ":" in address:  # the kernel drops those of an interface that goes down
                lab.run("inet", "ip", "addr", "replace", address, "dev", "to-g1", "nodad")
    # What it has heard: FRR 8.4 does not always give its kernel a next hop back that was down.
    wait_for(lambda: len(lab.routers["inet"].ask(
        f"show bgp ipv4 unicast {PUBLIC['v4']}/32 json")["paths"]) == 2,
             "both gateways to announce again", 30)
