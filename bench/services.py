# SPDX-License-Identifier: Apache-2.0
"""The way to a service: c1 sends to a virtual address, h1 chooses c2, and h2 writes c2's own address,
and port, in its place.

    service         the port stays
    service-port    80 becomes 8080
    service-new     each packet is a new flow: every backend is chosen, every flow remembered anew

dnat.py and ipvs.py have what the kernel does instead."""
import contextlib
import socket
from dataclasses import replace

import netns
import topology
import weft_case
from baseline import DISCARD, NEW_ADDRS, NEW_PACKETS, NEW_PORTS, Ends
from capture import Capture
from weft_case import GATEWAY_MAC, TENANT, Weft

GROUP = "services"
VIRTUAL = "fd10:b::64"
PORT, SERVER_PORT = 80, 8080
SOURCES = [f"fd10:a::{2 + i}" for i in range(NEW_ADDRS)]  # of c1
# The ports that the measures of a row use: TCP request/response 7, iperf3 5201.
PORTS = {
    "": [("udp", DISCARD, DISCARD), ("tcp", DISCARD, DISCARD), ("tcp", 7, 7), ("tcp", 5201, 5201)],
    "port": [("udp", PORT, SERVER_PORT), ("tcp", PORT, SERVER_PORT)],
    "new": [("udp", DISCARD, DISCARD)],
}
MEASURES = {
    "": ("udp", "tcp_stream", "tcp_rr", "tcp_connect"),
    "port": ("udp", "tcp_connect"),
    "new": ("udp",),
}


def ends_of(shape, gateway_mac=GATEWAY_MAC):
    """What c1 sends: the name of a row without its first word says which."""
    ends = Ends(dst=VIRTUAL, gateway_mac=gateway_mac)
    if shape == "port":
        return replace(ends, port=PORT, sink_port=SERVER_PORT)
    if shape == "new":
        return replace(ends, n_srcs=NEW_ADDRS, n_flows=NEW_PORTS, n_packets=NEW_PACKETS)
    return ends


def name_of(kind, shape):
    return f"{kind}-{shape}" if shape else kind


def what_of(shape):
    return {"": "", "port": ", port 80 to 8080", "new": ", each packet a new flow"}[shape]


@contextlib.contextmanager
def translating(topo, ends, n_packets):
    """In the block so many packets arrive at c2, from c1's own addresses, for c2's address and port."""
    with Capture(topo.c2, "eth0") as capture:
        yield
        found = [arrived(frame) for frame in capture.frames() if frame[20] == socket.IPPROTO_UDP]
    wanted = {(src, topology.C2, ends.sink_port) for src in SOURCES[:ends.n_srcs]}
    if len(found) != n_packets or set(found) != wanted:
        raise netns.Failed(f"of {n_packets} packets to {ends.dst} port {ends.port} {len(found)}"
                           f" came to c2, as {sorted(set(found))}")


def arrived(frame):
    """(source, destination, its port) of UDP in IPv6."""
    return (*(socket.inet_ntop(socket.AF_INET6, frame[i:i + 16]) for i in (22, 38)),
            int.from_bytes(frame[56:58], "big"))


class Service(Weft):
    group = GROUP

    def __init__(self, build, shape=""):
        super().__init__(build)
        self.shape, self.measures = shape, MEASURES[shape]
        self.name = name_of("service", shape)
        self.addresses = {**self.addresses, "c1": SOURCES[:self.ends().n_srcs]}

    def describe(self):
        return "Weft, a service" + what_of(self.shape)

    def ends(self):
        return ends_of(self.shape)

    def setup(self, topo):
        super().setup(topo)
        self._settle(self.nodes["h1"].apply(self._service()))
        self._await(self._leads_to_c2, "c2 does not become the service's backend")

    def _service(self):
        return {"kind": "Service", "name": "c2", "tenant": TENANT, "addresses": [VIRTUAL],
                "ports": [f"{protocol}/{port}->{target}"
                          for protocol, port, target in PORTS[self.shape]],
                "backends": [{"labels": {"app": "c2"}}]}

    @staticmethod
    def _leads_to_c2(weftd):
        items = weftd.get(f"/v1/services?tenant={TENANT}")["items"]
        return items and [e["share"] for e in items[0]["endpoints"]] == [1]

    def watch(self, topo, n_packets):
        return translating(topo, self.ends(), n_packets)
