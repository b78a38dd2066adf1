# SPDX-License-Identifier: Apache-2.0
"""VXLAN over the IPv6 underlay, routed at both ends, as flannel does it."""
import netns
import topology
from baseline import Baseline

OVERHEAD = 40 + 8 + 8 + 14
PORT = 4789


class Vxlan(Baseline):
    name = "vxlan"
    layers = ("ipv6", "vxlan", "ipv6", "udp")

    def describe(self):
        return "kernel VXLAN over IPv6, routed"

    def setup(self, topo):
        topo.link_containers(OVERHEAD)
        self._tunnel(topo.h1, topology.H1, topology.H2, "fd30::1", "fd30::2", "fd10:b::/64")
        self._tunnel(topo.h2, topology.H2, topology.H1, "fd30::2", "fd30::1", "fd10:a::/64")

    @staticmethod
    def _tunnel(node, local, remote, inner, far_inner, prefix):
        netns.ip(node,
                 f"link add vx0 address 02:00:00:00:03:0{inner[-1]} mtu {topology.MTU - OVERHEAD}"
                 f" type vxlan id 42 local {local} remote {remote} dstport {PORT} nolearning"
                 " dev underlay",
                 "link set vx0 up",
                 f"addr add {inner}/64 dev vx0 nodad",
                 f"neigh add {far_inner} lladdr 02:00:00:00:03:0{far_inner[-1]} dev vx0"
                 " nud permanent",
                 f"route add {prefix} via {far_inner} dev vx0")
