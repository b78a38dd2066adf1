# SPDX-License-Identifier: Apache-2.0
"""The way through a function f, a router that knows nothing of SRv6, at a third node:

    c1 -- h1 -- w -- h2 -- c2       routed          the kernel, without an overlay: w sends what comes
               | |                                  from h1 for c2 into f, by a rule
          eth0 | | eth1             proxy-dynamic   Weft, End.AD: the routing header is taken off and
                f                                   remembered, and put back behind f
                                    proxy-static    Weft, End.AS: it is configured"""
import contextlib
import socket

import netns
import topology
import weft_case
from baseline import Baseline
from capture import Capture
from weft_case import GATEWAY_MAC, TENANT, Weft
from weft_line import OnLine

FUNCTION = "f"
GATEWAY = "fe80::1"
ADDRESSES = {"eth0": "fd10:f::2", "eth1": "fd10:f::3"}
PREFIXES = ["fd10:a::/64", "fd10:b::/64", "fd10:f::/64"]


class Through:
    """Goes before a case in a class's bases."""
    group, measures = "proxies", ("udp",)

    def topology(self):
        return topology.Detour(self.name)

    @contextlib.contextmanager
    def watch(self, topo, n_packets):
        """All packets come to f without any outer header. They leave it or would not arrive."""
        with Capture(topo.f, "eth0") as capture:
            yield
            found = [f for f in capture.frames() if f[20] == socket.IPPROTO_UDP]
        if len(found) != n_packets:
            raise netns.Failed(f"{len(found)} of {n_packets} packets passed the function")


class Routed(Through, Baseline):
    name, layers = "routed", ("ipv6", "udp")

    def describe(self):
        return "kernel IPv6 forwarding through the function's container, no overlay"

    def setup(self, topo):
        topo.link_containers()
        topo.link_f()
        netns.ip(topo.h1, f"route add fd10:b::/64 via {topology.W1} dev underlay")
        netns.ip(topo.h2, f"route add fd10:a::/64 via {topology.W2} dev underlay")
        for prefix, comes_by, arm, goes_by, at in (
                ("fd10:b::/64", "u1", 1, "u2", topology.FAR_H2),
                ("fd10:a::/64", "u2", 2, "u1", topology.H1)):
            netns.ip(topo.w, f"route add {prefix} via {at} dev {goes_by}",
                     f"route add {prefix} via fd10:f:{arm}::2 dev f{arm} table {100 + arm}")
            netns.run(["ip", "-6", "-n", topo.w, "rule", "add", "iif", comes_by, "to", prefix,
                       "table", str(100 + arm)])


class Proxy(Through, OnLine, Weft):
    def __init__(self, build, mode):
        super().__init__(build)
        self.name, self.mode = f"proxy-{mode}", mode
        self.layers = ("ipv6", "srh[2]", "ipv6", "udp")

    def describe(self):
        return f"Weft through the same container as a {self.mode} function"

    def _wish(self):
        return [weft_case.tenant(prefixes=PREFIXES),
                {"kind": "Function", "name": FUNCTION, "tenant": TENANT, "mode": self.mode,
                 "instances": {"app": FUNCTION}, "in": "eth0", "out": "eth1"},
                {"kind": "Policy", "name": "way", "tenant": TENANT, "from": {"app": "c1"},
                 "to": {"app": "c2"}, "via": [FUNCTION], "reverse": "symmetric"}]

    def setup(self, topo):
        super().setup(topo)
        for arm, address in ADDRESSES.items():
            self._attach_arm(topo, arm, address)
        for arm in ADDRESSES:
            topo.route_f(arm, GATEWAY, GATEWAY_MAC)
        self._await(self._has_instance, "the function gets no instance")

    def _attach_arm(self, topo, arm, address):
        item = self.nodes["w"].post("/v1/attach", tenant=TENANT, name=f"f-{arm}", netns=topo.f,
                                    ifname=arm, addresses=[address], labels={"app": FUNCTION})
        topo.enable_gro(topo.w, item["interface"])
        topo.enable_gro(topo.f, arm)

    @staticmethod
    def _has_instance(weftd):
        path = f"/v1/functions?tenant={TENANT}&name={FUNCTION}"
        ends = weftd.get(path)["items"][0]["endpoints"]
        return len(ends) == len(ADDRESSES) and all(e["is_up"] for e in ends)
