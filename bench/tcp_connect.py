# SPDX-License-Identifier: Apache-2.0
"""TCP connections a second, one after another, both ends in one thread (see connect.c)."""
import json

import netns
from measure import Measure, Sample

MS = 500
CPU = 0


class TcpConnect(Measure):
    name = "tcp_connect"
    title = "TCP connections, each with one byte both ways"
    unit = "conn/s"
    n_per_run = 2
    digits = 0

    def sample(self, case, topo):
        ends = case.ends()
        got = json.loads(netns.run([f"{self.build}/bench/bench-connect", topo.c1, topo.c2, ends.dst,
                                    str(ends.port), str(ends.sink_port), str(MS), str(CPU)]))
        return Sample(got["connections"] / got["seconds"])
