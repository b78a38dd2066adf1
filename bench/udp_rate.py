# SPDX-License-Identifier: Apache-2.0
"""Packets per second: 114-byte UDP from the in-kernel generator, one core doing all the work."""
import json

import netns
from measure import Measure, Sample

CPU = 0  # forwards; nothing else is to run there


def send(build, topo, ends, n_packets, n_flows=64):
    """Sends a burst from c1 and counts it in c2; returns bench-gen's answer."""
    answer = netns.run([f"{build}/bench/bench-gen", "--dst-mac", ends.gateway_mac,
                        "--src", ends.src, "--srcs", str(ends.n_srcs),
                        "--dst", ends.dst, "--dsts", str(ends.n_dsts),
                        "--flows", str(n_flows), "--packets", str(n_packets), "--cpu", str(CPU),
                        "--port", str(ends.port), "--sink-port", str(ends.sink_port),
                        topo.c1, "eth0", topo.c2, "eth0"])
    return json.loads(answer)


class UdpRate(Measure):
    name = "udp"
    title = "UDP packets of 114 bytes, one core forwarding"
    unit = "kpps"
    digits = 0
    n_per_run = 12

    def sample(self, case, topo):
        ends = case.ends()
        got = send(self.build, topo, ends, ends.n_packets, ends.n_flows)
        if not got["delivered"]:
            raise netns.Failed(f"none of {got['sent']} packets arrived")
        if got["other_cpus"]:
            raise netns.Failed("the packets did not stay on one CPU")
        return Sample(got["delivered"] / got["ns"] * 1e6, 1 - got["delivered"] / got["sent"])
