# SPDX-License-Identifier: Apache-2.0
"""Attach and detach per second, asked by one client and by several at once, each over one connection.
What is timed is everything: veth pair, addresses and routes in the container, store, maps, program."""
import threading
import time

import netns
from cluster import TENANT, Cluster
from study import Study
from table import Table
from weftd import ask

N_CONTAINERS = 32
N_CLIENTS = (1, 4)


class Client(threading.Thread):
    """Does one thing to each of its containers."""

    def __init__(self, weftd, path, containers):
        super().__init__()
        self.weftd, self.path, self.containers, self.error = weftd, path, containers, None

    def run(self):
        connection = self.weftd.connection()
        try:
            for name, namespace in self.containers:
                body = {"tenant": TENANT["name"], "name": name}
                if self.path == "/v1/attach":
                    body.update(netns=namespace, labels={"app": "bench"})
                ask(connection, "POST", self.path, body)
        except (netns.Failed, OSError) as e:
            self.error = str(e)
        finally:
            connection.close()


class ControlAttach(Study):
    name = "attach"

    def __init__(self, build, n_containers=N_CONTAINERS):
        super().__init__(build)
        self.n_containers = n_containers

    def n_steps(self, n_runs):
        return 1 + n_runs * len(N_CLIENTS)

    def fill(self, n_runs, stack, progress):
        progress.step(f"set up {self.n_containers} containers")
        cluster = Cluster(self.build, "attach", 1, self.n_containers)
        stack.callback(cluster.down)
        cluster.up()
        cluster.nodes[0].apply(TENANT)
        for run in range(n_runs):
            for n_clients in N_CLIENTS:
                progress.step(f"run {run + 1} of {n_runs}: attach, {n_clients} clients")
                for what in ("attach", "detach"):
                    self.add(n_clients, what, self._rate(cluster, f"/v1/{what}", n_clients))

    @staticmethod
    def _rate(cluster, path, n_clients):
        containers = [(f"x{i + 1}", c) for i, c in enumerate(cluster.containers)]
        clients = [Client(cluster.nodes[0], path, containers[i::n_clients])
                   for i in range(n_clients)]
        begin = time.monotonic()
        for c in clients:
            c.start()
        for c in clients:
            c.join()
        seconds = time.monotonic() - begin
        for c in clients:
            if c.error:
                raise netns.Failed(c.error)
        return len(containers) / seconds

    def tables(self):
        table = Table("Endpoints attached and detached, one node (per second)",
                      ["clients", "attach", "detach", ""])
        for n in N_CLIENTS:
            table.rows.append([str(n), self.cell(n, "attach", 1), self.cell(n, "detach", 1), ""])
        return [table]
