# SPDX-License-Identifier: Apache-2.0
"""TCP request and response over one connection, both ends on one core (see rr.c)."""
import json

import netns
from measure import Measure, Sample

MS = 500
CPU = 0


class TcpRr(Measure):
    name = "tcp_rr"
    title = "TCP request/response, one byte each way"
    unit = "trans/s"
    n_per_run = 2
    digits = 0

    def sample(self, case, topo):
        got = json.loads(netns.run([f"{self.build}/bench/bench-rr", topo.c1, topo.c2,
                                    case.ends().dst, str(MS), str(CPU)]))
        return Sample(got["transactions"] / got["seconds"])
