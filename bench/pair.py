# SPDX-License-Identifier: Apache-2.0
"""Two backends of one service, which c1 asks, and of which one can be made to die:

    c1 -- h1 -- w -- h2 -- c2
                |
                f"""
import contextlib
import socket

import netns
import topology
import weft_case
from proxies import PREFIXES
from services import VIRTUAL
from weft_case import TENANT, Weft
from weft_line import OnLine

PORT = 80


class Pair(OnLine, Weft):
    """Not a row of the tables: it brings its topology with it."""
    addresses = {**Weft.addresses, "f": ["fd10:f::2"]}

    def __init__(self, build):
        super().__init__(build)
        self.name = "failover"
        self.topo = topology.Detour(self.name)
        self.server, self.other = Server(self.topo.c2), Server(self.topo.f)

    def _wish(self):
        return [weft_case.tenant(prefixes=PREFIXES)]

    def up(self):
        self.topo.up()
        self.setup(self.topo)
        self._settle(self._attach(self.topo, "w", "f"))
        self.server.start()
        self.other.start()

    def down(self):
        self.server.kill()
        self.other.kill()
        self.teardown()
        self.topo.down()

    def attach_anew(self):
        """c2, which is gone. Its node may have noticed that, and detached it."""
        with contextlib.suppress(netns.Failed):
            self.nodes["h2"].post("/v1/detach", tenant=TENANT, name="c2")
        netns.add([self.topo.c2])
        netns.ip(self.topo.c2, "link set lo up")
        self._settle(self._attach(self.topo, "h2", "c2"))

    def serve(self, wish):
        """Until all nodes spread the service over both."""
        service = {"kind": "Service", "name": "web", "tenant": TENANT, "addresses": [VIRTUAL],
                   "ports": [f"tcp/{PORT}", f"udp/{PORT}"],
                   "backends": [{"labels": {"app": "c2"}}, {"labels": {"app": "f"}}]}
        self._settle(self.nodes["h1"].apply({**service, **wish}))
        self._await(self._has_both, "the service is not spread over two backends")

    @staticmethod
    def _has_both(weftd):
        item = weftd.get(f"/v1/services?tenant={TENANT}&name=web")["items"][0]
        return [bool(e["share"]) for e in item["endpoints"]] == [True, True]


class Server:
    """What a probe of the port finds, and what UDP is sent to, in one namespace."""

    def __init__(self, namespace):
        self.namespace, self.sockets = namespace, []

    def start(self):
        with netns.inside(self.namespace):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                s = socket.socket(socket.AF_INET6, kind)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(("::", PORT))
                self.sockets.append(s)
        self.sockets[0].listen(4096)

    def kill(self):
        for s in self.sockets:
            s.close()
        self.sockets = []
