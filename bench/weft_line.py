# SPDX-License-Identifier: Apache-2.0
"""What Weft's cases on a Line have in common: a third node w, with a weftd of its own."""
import topology
from weft_case import NODE_ID, route
from weftd import Weftd


class OnLine:
    """Goes before a case made for two nodes in a class's bases."""

    def topology(self):
        return topology.Line(self.name)

    def _route(self, topo):
        for node in ("h2", "w"):
            route(topo.h1, node, topology.W1)
        for node in ("h1", "w"):
            route(topo.h2, node, topology.W2)
        route(topo.w, "h1", topology.H1, "u1")
        route(topo.w, "h2", topology.FAR_H2, "u2")

    def _daemons(self, topo):
        super()._daemons(topo)
        self.nodes["w"] = Weftd(self.build, self.folder, topo.w, "w", NODE_ID["w"], "u1,u2")
