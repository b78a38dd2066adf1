# SPDX-License-Identifier: Apache-2.0
"""Redirect-only: BPF programs that write MAC addresses and pass the packet on, the ceiling."""
import subprocess

import netns
import topology
from baseline import Baseline


class Redirect(Baseline):
    name = "redirect"
    layers = ("ipv6", "udp")

    def __init__(self, build):
        self.program = f"{build}/bench/bench-redirect"
        self.processes = []

    def describe(self):
        return "BPF that only redirects: the ceiling"

    def setup(self, topo):
        topo.link_containers()
        for node, container, mac in ((topo.h1, "c1", "h1"), (topo.h2, "c2", "h2")):
            far = "h2" if mac == "h1" else "h1"
            self._start([node, container, topology.MAC[container], "underlay",
                         topology.MAC[f"{mac}-up"], topology.MAC[f"{far}-up"]])

    def _start(self, arguments):
        """The process holds the programs' links; it ends when its standard input does."""
        process = subprocess.Popen([self.program, *arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        if process.stdout.readline() != "ready\n":
            raise netns.Failed(process.stderr.read().strip() or "bench-redirect ended at once")

    def teardown(self):
        for process in self.processes:
            process.communicate()
        self.processes = []
