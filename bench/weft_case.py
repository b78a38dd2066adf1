# SPDX-License-Identifier: Apache-2.0
"""Weft itself, everything on: a weftd in h1 and one in h2 that share a store, c1 and c2 attached by
them, both with labels and so with an identity, a policy that says the path, all counters.

    direct: one SID, no SRH         IPv6 > h2 End.DT46 | IPv6 | UDP
    N waypoints, csid               IPv6 > uN uN ... | SRH with End.DT46 | IPv6 | UDP
    N waypoints, srh                IPv6 > End | SRH with N - 1 End and End.DT46 | IPv6 | UDP

There is one node between c1 and c2, so each waypoint is the receiving node: it walks them all."""
import shutil
import time

import netns
import topology
from baseline import Baseline, Ends
from weftd import Weftd, make_folder, need

GATEWAY_MAC = "02:57:45:46:54:01"
TENANT = "bench"
PATIENCE_S = 30
NODE_ID = {"h1": 1, "h2": 2, "w": 3}


def route(namespace, node, address, device="underlay"):
    """To the locator of a node."""
    netns.ip(namespace, f"route add 5f00:0:{NODE_ID[node]}::/48 via {address} dev {device}")


def tenant(**more):
    return {"kind": "Tenant", "name": TENANT, "prefixes": ["fd10:a::/64", "fd10:b::/64"], **more}


class Weft(Baseline):
    is_ours = True
    addresses = {"c1": [topology.C1], "c2": [topology.C2]}

    def __init__(self, build, n_waypoints=0, encoding="csid"):
        self.build, self.n_waypoints, self.encoding = build, n_waypoints, encoding
        what = str(n_waypoints) if n_waypoints else "direct"
        self.name = f"weft-{what}" + ("-srh" if encoding == "srh" else "")
        self.layers = ("ipv6", *self._srh(), "ipv6", "udp")
        self.folder, self.nodes = None, {}

    def _srh(self):
        if not self.n_waypoints:
            return ()
        return ("srh[1]" if self.encoding == "csid" else f"srh[{self.n_waypoints}]",)

    def describe(self):
        if not self.n_waypoints:
            return "Weft, direct path"
        how = "in one C-SID container" if self.encoding == "csid" else "as full SIDs"
        n = f"{self.n_waypoints} waypoint" + ("s" if self.n_waypoints > 1 else "")
        return f"Weft, {n} {how}, walked by the receiving node"

    def ends(self):
        return Ends(gateway_mac=GATEWAY_MAC)

    def setup(self, topo):
        need(self.build)
        self.folder = make_folder(topology.PREFIX)
        self._route(topo)
        self._daemons(topo)
        for weftd in self.nodes.values():
            weftd.begin()
        for weftd in self.nodes.values():
            weftd.await_answer()
        self.nodes["h1"].apply(*self._wish())
        self._attach(topo, "h1", "c1")
        self._settle(self._attach(topo, "h2", "c2"))

    def _route(self, topo):
        """The underlay carries the locators."""
        route(topo.h1, "h2", topology.H2)
        route(topo.h2, "h1", topology.H1)

    def _daemons(self, topo):
        self.nodes = {node: Weftd(self.build, self.folder, getattr(topo, node), node, NODE_ID[node])
                      for node in ("h1", "h2")}

    def _wish(self):
        return [tenant(), self._policy("c1", "c2", "h2"), self._policy("c2", "c1", "h1")]

    def _policy(self, source, dest, waypoint):
        return {"kind": "Policy", "name": f"{source}-to-{dest}", "tenant": TENANT,
                "from": {"app": source}, "to": {"app": dest}, "encoding": self.encoding,
                "via": [f"node/{waypoint}"] * self.n_waypoints}

    def _attach(self, topo, node, container):
        namespace = getattr(topo, container)
        item = self.nodes[node].post("/v1/attach", tenant=TENANT, name=container, netns=namespace,
                                     addresses=self.addresses[container], labels={"app": container})
        topo.enable_gro(getattr(topo, node), item["interface"])
        topo.enable_gro(namespace, "eth0")
        return item["revision"]

    def _settle(self, revision):
        for weftd in self.nodes.values():
            weftd.sync(revision)

    def _await(self, is_so, what):
        """Until is_so(weftd) of all nodes, and their kernels hold it."""
        end = time.monotonic() + PATIENCE_S
        while not all(is_so(weftd) for weftd in self.nodes.values()):
            if time.monotonic() > end:
                raise netns.Failed(f"{what} within {PATIENCE_S} s")
            time.sleep(0.01)
        self._settle(self.nodes["h1"].get("/v1/status")["revision"])

    def stop_daemons(self):
        """The data path goes on without them, and nobody repairs what is done to its maps."""
        for weftd in self.nodes.values():
            weftd.stop()

    def teardown(self):
        for weftd in self.nodes.values():
            weftd.cleanup()
        self.nodes = {}
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
