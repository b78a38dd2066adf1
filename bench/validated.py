# SPDX-License-Identifier: Apache-2.0
"""What validating costs: a tenant that denies what no policy allows, so that connections are tracked,
and one policy that allows the flow by labels and port.

    policies-N    N policies in all
    new-N         each packet is a new flow, whose verdict is looked up; new-0: none is needed

signed.py has those with signatures."""
import contextlib
import socket

import netns
import topology
import weft_case
from baseline import NEW_ADDRS, NEW_PACKETS, NEW_PORTS, Ends
from crowd import FAR, FIRST_SEED, N_IDENTITIES, crowd, policy
from weft_case import GATEWAY_MAC, TENANT, Weft

MEASURED = "measured"
PORT, PORT_DENIED = 9, 10


class Validated(Weft):
    group, measures = "validated", ("udp",)

    def __init__(self, build, name, what):
        super().__init__(build)
        self.name, self.what = name, what

    def describe(self):
        return f"Weft, {self.what}"

    def _wish(self):
        return [self._tenant(), self._measured()]

    def _tenant(self):
        return weft_case.tenant(default="deny")

    def _measured(self, **more):
        return policy(MEASURED, {"app": "c1"}, {"app": "c2"}, f"udp/{PORT}", **more)

    @contextlib.contextmanager
    def watch(self, topo, n_packets):
        """They pass by that policy and by none else, and what it does not allow is dropped."""
        before = self._count()
        yield
        after = self._count()
        if after["in"] - before["in"] != n_packets:
            raise netns.Failed(f"{after['in'] - before['in']} of {n_packets} packets came by the"
                               f" policy '{MEASURED}'")
        self._try_denied(topo)

    def _count(self):
        """What the receiver counts of the policy."""
        path = f"/v1/policies?tenant={TENANT}&name={MEASURED}"
        item = self.nodes["h2"].get(path)["items"][0]
        return {key: item[key]["packets"] for key in ("in", "transit", "transit_failed")
                if key in item}

    def _try_denied(self, topo):
        before = self._denied()
        with netns.inside(topo.c1), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.sendto(b"denied", (topology.C2, PORT_DENIED))
        if self._denied() != before + 1:
            raise netns.Failed("a packet that no policy allows was not dropped")

    def _denied(self):
        drops = self.nodes["h1"].get("/v1/drops")["items"]
        return next(d["packets"] for d in drops if d["reason"] == "denied")


class Policies(Validated):
    """`n` policies, or 0: none, and a tenant that allows everything and tracks nothing."""

    def __init__(self, build, n, is_new=False):
        super().__init__(build, f"{'new' if is_new else 'policies'}-{n}", self._what(n, is_new))
        self.n, self.is_new = n, is_new
        if is_new:
            self.addresses = {**self.addresses, "c2": [f"fd10:b::{2 + i}" for i in range(NEW_ADDRS)]}

    @staticmethod
    def _what(n, is_new):
        what = f"{n:,} polic{'y' if n == 1 else 'ies'}, denied by default"
        return (what if n else "nothing tracked") + (", each packet a new flow" if is_new else "")

    def ends(self):
        if not self.is_new:
            return super().ends()
        return Ends(gateway_mac=GATEWAY_MAC, n_dsts=NEW_ADDRS, n_flows=NEW_PORTS,
                    n_packets=NEW_PACKETS)

    def setup(self, topo):
        super().setup(topo)
        netns.run([f"{self.build}/bench/bench-seed", f"sqlite:{self.folder}/store.db", TENANT,
                   FAR["name"], FIRST_SEED, str(N_IDENTITIES)])
        if self.n > 1:
            self._settle(self.nodes["h1"].apply(*crowd(self.n - 1)))

    def _wish(self):
        return [FAR, *super()._wish()] if self.n else [FAR, weft_case.tenant()]

    def watch(self, topo, n_packets):
        return super().watch(topo, n_packets) if self.n else contextlib.nullcontext()
