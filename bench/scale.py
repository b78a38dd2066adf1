# SPDX-License-Identifier: Apache-2.0
"""What a packet on the direct path costs when the nodes know 10^3 ... 10^6 endpoints of its tenant.

The endpoints are entries in the maps of both nodes, written there by bench-fill while weftd is
stopped. All of them end at c2, so traffic can be spread over them, in three ways:

    one       64 flows to one of them: the nodes remember all flows
    spread    to N_DSTS of them, a flow each
    new       to all of them in turn, and each packet is a flow never seen before: nothing is
              remembered, the tables are searched, and with many endpoints not from the CPU's cache
"""
import netns
import proof
import topology
import udp_rate
from baseline import Ends
from study import Study
from table import Table
from topology import Topology
from weft_case import GATEWAY_MAC, TENANT, Weft

SIZES = (10**3, 10**4, 10**5, 10**6)
N_DSTS = 1000
N_PACKETS = 600_000  # a call: enough for what a thousand flows have to begin with to weigh little
MIN_DELIVERED = 0.99  # of the packets, or the figure is not worth printing
FIRST = "fd10:b::1:0"
WAYS = ("one", "spread", "new")


class Crowd(Weft):
    """The direct path on nodes that know `n` endpoints."""

    def __init__(self, build, n):
        super().__init__(build)
        self.name, self.n = f"scale-{n}", n

    def ends(self):
        return Ends(dst=FIRST, gateway_mac=GATEWAY_MAC, n_dsts=self.n)

    def setup(self, topo):
        super().setup(topo)
        tenant = self.nodes["h1"].get(f"/v1/tenants?name={TENANT}")["items"][0]["id"]
        self.stop_daemons()
        for weftd in self.nodes.values():
            netns.run([f"{self.build}/bench/bench-fill", weftd.pins, str(tenant), topology.C2,
                       FIRST, str(self.n)])


class Scale(Study):
    name = "scale"

    def __init__(self, build, sizes=SIZES, n_dsts=N_DSTS, n_packets=N_PACKETS):
        super().__init__(build)
        self.sizes, self.n_dsts, self.n_packets = sizes, n_dsts, n_packets

    def _ways(self, n):
        """{name: (destinations, source ports)}; 32767 has no factor in common with 10^n."""
        return {"one": (1, 64), "spread": (self.n_dsts, self.n_dsts), "new": (n, 32767)}

    def n_steps(self, n_runs):
        return len(self.sizes) * (1 + n_runs * len(WAYS))

    def fill(self, n_runs, stack, progress):
        ready = []
        for n in self.sizes:
            progress.step(f"set up {n:,} endpoints")
            ready.append((self._crowd(n, stack), n))
        for run in range(n_runs):
            for (case, topo), n in ready[run % len(ready):] + ready[:run % len(ready)]:
                for way, (n_dsts, n_flows) in self._ways(n).items():
                    progress.step(f"run {run + 1} of {n_runs}: {n:,} endpoints, {way}")
                    self.add(n, way, self._rate(topo, n_dsts, n_flows))

    def _crowd(self, n, stack):
        case = Crowd(self.build, n)
        topo = Topology(case.name)
        stack.callback(topo.down)
        stack.callback(case.teardown)
        topo.up()
        case.setup(topo)
        proof.prove(self.build, case, topo)
        return case, topo

    def _rate(self, topo, n_dsts, n_flows):
        ends = Ends(dst=FIRST, gateway_mac=GATEWAY_MAC, n_dsts=n_dsts)
        got = udp_rate.send(self.build, topo, ends, self.n_packets, n_flows)
        if got["delivered"] < MIN_DELIVERED * got["sent"]:
            raise netns.Failed(f"{got['delivered']} of {got['sent']} packets arrived")
        return got["delivered"] / got["ns"] * 1e6

    def ratio(self, way):
        """Of the most endpoints to the fewest."""
        low, high = self.median(self.sizes[0], way), self.median(self.sizes[-1], way)
        return high / low if low and high else None

    def tables(self):
        table = Table("Weft, direct path, against endpoints of the tenant in the maps (kpps)",
                      ["endpoints", "one destination", f"{self.n_dsts:,} destinations",
                       "each packet a new flow", ""])
        for n in self.sizes:
            table.rows.append([f"{n:,}", *(self.cell(n, way) for way in WAYS), ""])
        ratios = [self.ratio(way) for way in WAYS]
        table.rows.append(["last / first", *("-" if r is None else f"{r:.2f}" for r in ratios), ""])
        return [table]
