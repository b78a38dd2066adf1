# SPDX-License-Identifier: Apache-2.0
"""What a daemon costs against endpoints in the cluster: its resident memory, the time until it
answers again after a restart (it reads the store, adopts the kernel's maps, compiles, compares), and
from `apply` of a policy to its maps. The endpoints live on another node; bench-seed writes them into
the store, and the daemon puts all of them into the maps."""
import netns
from cluster import TENANT, Cluster
from control_apply import policy, seconds_to_maps
from study import Study
from table import Table

SIZES = (0, 10**3, 10**4, 10**5)
FAR = {"kind": "Node", "name": "far", "id": 1000}
FIRST = "fd10:0:1::1:0"
N_APPLIES = 2


class ControlStore(Study):
    name = "store"

    def __init__(self, build, sizes=SIZES):
        super().__init__(build)
        self.sizes = sizes

    def n_steps(self, n_runs):
        return len(self.sizes) * (1 + n_runs)

    def fill(self, n_runs, stack, progress):
        clusters = []
        for n in self.sizes:
            progress.step(f"set up {n:,} endpoints in a store")
            clusters.append(self._seeded(n, stack))
        for run in range(n_runs):
            for n, cluster in zip(self.sizes, clusters):
                progress.step(f"run {run + 1} of {n_runs}: restart with {n:,} endpoints")
                self._restart(n, cluster)

    def _seeded(self, n, stack):
        cluster = Cluster(self.build, f"store-{n}", 1, n_containers=1)
        stack.callback(cluster.down)
        cluster.up()
        weftd = cluster.nodes[0]
        weftd.apply(TENANT, FAR)
        weftd.post("/v1/attach", tenant=TENANT["name"], name="here", netns=cluster.containers[0])
        weftd.stop()
        netns.run([f"{self.build}/bench/bench-seed", cluster.store, TENANT["name"], FAR["name"],
                   FIRST, str(n)])
        self.add(n, "first start", weftd.start())
        if weftd.get("/v1/status")["problems"]:
            raise netns.Failed(f"weftd has problems: {weftd.get('/v1/status')['problems'][:3]}")
        weftd.stop()
        return cluster

    def _restart(self, n, cluster):
        weftd = cluster.nodes[0]
        self.add(n, "start", weftd.start())
        self.add(n, "memory", weftd.resident_kib() / 1024)
        for i in range(N_APPLIES):
            waypoint = (cluster.names[0], FAR["name"])[i % 2]
            self.add(n, "apply", seconds_to_maps([weftd], policy(waypoint))[1])
        self.add(n, "memory after", weftd.resident_kib() / 1024)
        weftd.stop()

    def tables(self):
        table = Table("One weftd against endpoints in the store",
                      ["endpoints", "resident MiB", "after applies MiB", "restart ms", "first start ms",
                       "apply to maps ms", ""])
        for n in self.sizes:
            table.rows.append([f"{n:,}", self.cell(n, "memory", 1), self.cell(n, "memory after", 1),
                               self.cell(n, "start", 0, 1e3), self.cell(n, "first start", 0, 1e3),
                               self.cell(n, "apply", 1, 1e3), ""])
        return [table]
