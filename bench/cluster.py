# SPDX-License-Identifier: Apache-2.0
"""Nodes for measures of the control plane: a weftd in each, one store, no traffic.

    bench-PID-NAME-hub   u1 u2 ... un
                         |  |      |
    bench-PID-NAME-n1 underlay    -n2 ... -nN          bench-PID-NAME-x1 ...: containers to attach
"""
import os
import shutil

import netns
from topology import MTU, PREFIX
from weftd import Weftd, make_folder, need

TENANT = {"kind": "Tenant", "name": "bench", "prefixes": ["fd10::/32"]}


class Cluster:
    def __init__(self, build, name, n_nodes, n_containers=0):
        self.base = f"{PREFIX}-{os.getpid()}-{name}"
        self.build, self.folder = build, None
        self.hub = f"{self.base}-hub"
        self.names = [f"n{i + 1}" for i in range(n_nodes)]
        self.containers = [f"{self.base}-x{i + 1}" for i in range(n_containers)]
        self.nodes = []

    def up(self):
        need(self.build)
        self.folder = make_folder(PREFIX)
        netns.add([self.hub, *(f"{self.base}-{n}" for n in self.names), *self.containers])
        for i, name in enumerate(self.names):
            namespace = f"{self.base}-{name}"
            netns.run(["ip", "link", "add", "name", "underlay", "mtu", str(MTU), "netns", namespace,
                       "type", "veth", "peer", "name", f"u{i + 1}", "netns", self.hub])
            netns.ip(namespace, "link set lo up", "link set underlay up")
            netns.ip(self.hub, f"link set u{i + 1} up")
            self.nodes.append(Weftd(self.build, self.folder, namespace, name, i + 1))
        for weftd in self.nodes:
            weftd.start()

    def down(self):
        for weftd in self.nodes:
            weftd.cleanup()
        netns.delete([self.hub, *(w.namespace for w in self.nodes), *self.containers])
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def store(self):
        return f"sqlite:{self.folder}/store.db"

