# SPDX-License-Identifier: Apache-2.0
"""IPVS on the plain topology: h1 owns the virtual address and translates, as kube-proxy has it done
in its other mode. Only where the kernel has it, and ipvsadm is installed."""
import os
import shutil
import subprocess

import netns
import topology
from plain import Plain
from services import GROUP, MEASURES, PORTS, VIRTUAL, ends_of, translating


class Ipvs(Plain):
    group, name, measures = GROUP, "ipvs", MEASURES[""]

    def describe(self):
        return "kernel IPVS, no overlay"

    def ends(self):
        return ends_of("", super().ends().gateway_mac)

    def setup(self, topo):
        need(topo.h1)
        super().setup(topo)
        netns.ip(topo.h1, f"addr add {VIRTUAL}/128 dev lo nodad")
        for protocol, port, target in PORTS[""]:
            virtual = [f"-{protocol[0]}", f"[{VIRTUAL}]:{port}"]
            ipvsadm(topo.h1, "-A", *virtual, "-s", "sh")
            ipvsadm(topo.h1, "-a", *virtual, "-r", f"[{topology.C2}]:{target}", "-m")

    def watch(self, topo, n_packets):
        return translating(topo, self.ends(), n_packets)


def need(namespace):
    if shutil.which("modprobe"):
        subprocess.run(["modprobe", "-q", "ip_vs"], check=False)
    with netns.inside(namespace):
        if not os.path.exists("/proc/thread-self/net/ip_vs"):
            raise netns.Unsupported("this kernel has no IPVS (CONFIG_IP_VS)")
    if not shutil.which("ipvsadm"):
        raise netns.Unsupported("there is no ipvsadm: install it")


def ipvsadm(namespace, *arguments):
    netns.run(["nsenter", f"--net={netns.FOLDER}/{namespace}", "ipvsadm", *arguments])
