# SPDX-License-Identifier: Apache-2.0
"""The kernel's own SRv6: a seg6 route at the headend, seg6local behaviors at the other node.

    h1: fd10:b::/64 encap seg6 segs [..:e000:: End,] ..:e001:: End.DX6     and h2 the same back

With two segments both belong to the far node, which handles End and then End.DX6. With HMAC the
nodes insist on it (seg6_require_hmac) and each behavior verifies it: the headend signs once, the far
node verifies once with one segment, twice with two."""
import netns
import topology
from baseline import Baseline

HMAC_ID = 1
HMAC_BYTES = 40
SECRET = "the bench measures, it guards nothing"


def _sid(node, function):
    return f"5f00:0:{node[-1]}:{function}::"


class Seg6(Baseline):
    def __init__(self, n_segments, has_hmac=False):
        self.n_segments, self.has_hmac = n_segments, has_hmac
        self.name = f"seg6-{n_segments}" + ("-hmac" if has_hmac else "")
        self.layers = ("ipv6", f"srh[{n_segments}]" + ("+hmac" if has_hmac else ""), "ipv6", "udp")

    def describe(self):
        what = f"kernel seg6, {self.n_segments} segment" + ("s" if self.n_segments > 1 else "")
        return what + (" and HMAC" if self.has_hmac else "")

    def setup(self, topo):
        overhead = 40 + 8 + 16 * self.n_segments + (HMAC_BYTES if self.has_hmac else 0)
        topo.link_containers(overhead)
        for node in (topo.h1, topo.h2):
            netns.sysctl(node, all__seg6_enabled=1, underlay__seg6_enabled=1)
            if self.has_hmac:
                self._require_hmac(node)
        self._behaviors(topo.h1, "fd10:a::2")
        self._behaviors(topo.h2, "fd10:b::2")
        self._headend(topo.h1, topology.H1, topo.h2, topology.H2, "fd10:b::/64")
        self._headend(topo.h2, topology.H2, topo.h1, topology.H1, "fd10:a::/64")

    @staticmethod
    def _require_hmac(node):
        netns.sysctl(node, all__seg6_require_hmac=1, underlay__seg6_require_hmac=1)
        netns.run(["ip", "-n", node, "sr", "hmac", "set", str(HMAC_ID), "sha256"], SECRET + "\n")

    @staticmethod
    def _behaviors(node, container):
        netns.ip(node,
                 f"route add {_sid(node, 'e000')}/64 encap seg6local action End dev underlay",
                 f"route add {_sid(node, 'e001')}/64 encap seg6local action End.DX6"
                 f" nh6 {container} dev underlay")

    def _headend(self, node, address, far_node, far_address, prefix):
        functions = ["e000"] * (self.n_segments - 1) + ["e001"]
        segments = ",".join(_sid(far_node, f) for f in functions)
        hmac = f" hmac {HMAC_ID}" if self.has_hmac else ""
        netns.ip(node, f"sr tunsrc set {address}",
                 f"route add 5f00:0:{far_node[-1]}::/48 via {far_address} dev underlay",
                 f"route add {prefix} encap seg6 mode encap segs {segments}{hmac} dev underlay")
