# SPDX-License-Identifier: Apache-2.0
"""What the bench compares: one way to carry packets from c1 to c2, and where its packets go in."""
import contextlib
from dataclasses import dataclass

import topology

DISCARD = 9  # the port
# Flows of a case where each packet is a new one: so many addresses and ports, more than nodes
# remember, and all of them in one sample, or the next would find those remembered.
NEW_ADDRS, NEW_PORTS, NEW_PACKETS = 7, 32768, 300_000


@dataclass(frozen=True)
class Ends:
    """What a load generator must know."""
    src: str = topology.C1
    dst: str = topology.C2
    gateway_mac: str = topology.MAC["h1-c1"]  # where c1 sends what is for dst
    n_dsts: int = 1  # destinations dst, dst + 1, ... all of which end at c2's eth0
    n_flows: int = 64  # source ports
    # A sample: rather more of them than longer ones, for machines change their speed.
    n_packets: int = 100_000
    n_srcs: int = 1  # sources src, src + 1, ...
    port: int = DISCARD  # of the destination
    sink_port: int = DISCARD  # where that arrives: it may have been translated


class Baseline:
    """One row of the table. A subclass sets the attributes and overrides setup()."""
    name = ""        # for --only and the JSON
    layers = ()      # what one packet must look like between h1 and h2, see capture.py
    is_ours = False  # Weft's rows stand out in the plot
    group = "ways"   # of cases.GROUPS: the table it stands in
    measures = ("udp", "tcp_stream", "tcp_rr", "tcp_connect")  # what is measured of it, by their names

    def describe(self):
        """One line for people: what carries the packets."""
        raise NotImplementedError

    def setup(self, topo):
        """Makes c1 and c2 reach each other, in both directions, on a Topology that is up.

        Raises netns.Unsupported if this kernel cannot. Either calls topo.link_containers(), or
        makes each container's eth0 and its other end itself; then both ends need
        topo.enable_gro() once they are up, and ends() must tell the gateway's MAC address."""
        raise NotImplementedError

    def ends(self):
        return Ends()

    def topology(self):
        return topology.Topology(self.name)

    def watch(self, topo, n_packets):
        """A context in which `n_packets` are sent; raises netns.Failed at its end if they were not
        treated as the case claims."""
        return contextlib.nullcontext()

    def teardown(self):
        """Ends what setup() started; the namespaces and all in them are deleted by the caller."""
