# SPDX-License-Identifier: Apache-2.0
"""Redirect-only: BPF programs that write MAC addresses and pass the packet on, the ceiling."""
import topology
from baseline import Baseline
from holder import Holder


class Redirect(Baseline):
    name = "redirect"
    layers = ("ipv6", "udp")

    def __init__(self, build):
        self.program = f"{build}/bench/bench-redirect"
        self.holder = Holder()

    def describe(self):
        return "BPF that only redirects: the ceiling"

    def setup(self, topo):
        topo.link_containers()
        for node, container, mac in ((topo.h1, "c1", "h1"), (topo.h2, "c2", "h2")):
            far = "h2" if mac == "h1" else "h1"
            self.holder.start(self.program, node, container, topology.MAC[container], "underlay",
                              topology.MAC[f"{mac}-up"], topology.MAC[f"{far}-up"])

    def teardown(self):
        self.holder.end()
