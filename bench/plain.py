# SPDX-License-Identifier: Apache-2.0
"""The kernel routes, with no overlay at all."""
import netns
import topology
from baseline import Baseline


class Plain(Baseline):
    name = "plain"
    layers = ("ipv6", "udp")

    def describe(self):
        return "kernel IPv6 forwarding, no overlay"

    def setup(self, topo):
        topo.link_containers()
        netns.ip(topo.h1, f"route add fd10:b::/64 via {topology.H2} dev underlay")
        netns.ip(topo.h2, f"route add fd10:a::/64 via {topology.H1} dev underlay")
