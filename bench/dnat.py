# SPDX-License-Identifier: Apache-2.0
"""What the kernel does for a service, on the plain topology: h1 translates the destination by
nftables and tracks the connection, as kube-proxy has it done.

Of `dnat-new` connections end at once, so that each packet begins one, as with Weft, where it takes
the place of an old one. The rule counts how often it is asked: once a connection."""
import contextlib
import json

import netns
import topology
from plain import Plain
from services import (GROUP, MEASURES, PORTS, VIRTUAL, ends_of, name_of, translating,
                      what_of)

RULES = """table ip6 services {{
  map backends {{
    type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service
    elements = {{ {elements} }}
  }}
  chain before {{
    type nat hook prerouting priority dstnat
    counter dnat to ip6 daddr . meta l4proto . th dport map @backends
  }}
}}"""


class Dnat(Plain):
    group = GROUP

    def __init__(self, shape=""):
        self.shape, self.measures = shape, MEASURES[shape]
        self.name = name_of("dnat", shape)

    def describe(self):
        return "kernel nftables DNAT, no overlay" + what_of(self.shape)

    def ends(self):
        return ends_of(self.shape, super().ends().gateway_mac)

    def setup(self, topo):
        super().setup(topo)
        elements = ", ".join(f"{VIRTUAL} . {protocol} . {port} : {topology.C2} . {target}"
                             for protocol, port, target in PORTS[self.shape])
        nft(topo.h1, "-f", "-", text=RULES.format(elements=elements))
        if self.shape == "new":
            forget_at_once(topo.h1)

    @contextlib.contextmanager
    def watch(self, topo, n_packets):
        before = n_asked(topo.h1)
        with translating(topo, self.ends(), n_packets):
            yield
        n_new = n_asked(topo.h1) - before
        if self.shape == "new" and n_new != n_packets:
            raise netns.Failed(f"{n_new} of {n_packets} packets began a connection")


def nft(namespace, *arguments, text=""):
    return netns.run(["nsenter", f"--net={netns.FOLDER}/{namespace}", "nft", *arguments], text)


def forget_at_once(namespace):
    """UDP flows are over when they begin."""
    with netns.inside(namespace), open("/proc/sys/net/netfilter/nf_conntrack_udp_timeout", "w",
                                       encoding="ascii") as f:
        f.write("0")


def n_asked(namespace):
    """How many connections the translating rule has seen begin."""
    shown = json.loads(nft(namespace, "-j", "list", "chain", "ip6", "services", "before"))
    rule = next(item["rule"] for item in shown["nftables"] if "rule" in item)
    return next(e["counter"]["packets"] for e in rule["expr"] if "counter" in e)
