# SPDX-License-Identifier: Apache-2.0
"""From `apply` of a policy to the maps of every node: the policy's path flips between two waypoints,
and the clock runs from the request to one node until the last node answers that it holds it."""
import time

from cluster import TENANT, Cluster
from study import Study
from table import Table
from weftd import answer, ask

N_NODES = (2, 8)
N_PER_RUN = 4


def policy(waypoint):
    return {"kind": "Policy", "name": "flip", "tenant": TENANT["name"], "from": "any", "to": "any",
            "via": [f"node/{waypoint}"]}


def seconds_to_maps(nodes, change):
    """Applies `change` at the first node and waits for all."""
    connections = [w.connection() for w in nodes]
    try:
        for c in connections:
            c.connect()
        begin = time.monotonic()
        revision = ask(connections[0], "POST", "/v1/apply", {"objects": [change]})["revision"]
        applied = time.monotonic() - begin
        for c in connections:
            c.request("GET", f"/v1/sync?revision={revision}&timeout_ms=30000")
        for c in connections:
            answer(c, "sync")
        return applied, time.monotonic() - begin
    finally:
        for c in connections:
            c.close()


class ControlApply(Study):
    name = "apply"

    def __init__(self, build, n_nodes=N_NODES):
        super().__init__(build)
        self.n_nodes = n_nodes

    def n_steps(self, n_runs):
        return len(self.n_nodes) * (1 + n_runs)

    def fill(self, n_runs, stack, progress):
        clusters = []
        for n in self.n_nodes:
            progress.step(f"set up {n} nodes")
            cluster = Cluster(self.build, f"apply-{n}", n, n_containers=n)
            stack.callback(cluster.down)
            cluster.up()
            self._attach_everywhere(cluster)
            clusters.append(cluster)
        for run in range(n_runs):
            for n, cluster in zip(self.n_nodes, clusters):
                progress.step(f"run {run + 1} of {n_runs}: apply, {n} nodes")
                self._flip(n, cluster)

    @staticmethod
    def _attach_everywhere(cluster):
        """An endpoint on each node, so that each has to change for the policy."""
        cluster.nodes[0].apply(TENANT)
        for weftd, container in zip(cluster.nodes, cluster.containers):
            weftd.sync(cluster.nodes[0].get("/v1/status")["revision"])
            weftd.post("/v1/attach", tenant=TENANT["name"], name=weftd.node, netns=container)

    def _flip(self, n, cluster):
        for i in range(N_PER_RUN):
            applied, everywhere = seconds_to_maps(cluster.nodes, policy(cluster.names[i % 2]))
            self.add(n, "applied", applied)
            self.add(n, "everywhere", everywhere)

    def tables(self):
        table = Table("From `apply` of a policy to the maps of all nodes (ms)",
                      ["nodes", "first node answers", "all nodes hold it", ""])
        for n in self.n_nodes:
            table.rows.append([str(n), self.cell(n, "applied", 1, 1e3),
                               self.cell(n, "everywhere", 1, 1e3), ""])
        return [table]
