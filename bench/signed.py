# SPDX-License-Identifier: Apache-2.0
"""What signatures and marks cost.

    hmac-cached    the tenant requires signed headers; h2 verifies the header once and remembers it
    hmac-full      bench-vary gives every header another tag, which is not signed but compared with
                   what is remembered: h2 never saw the header, and verifies it in full
    transit-N      h1 > w > h2 by a signed header: w marks one packet in N, h2 checks the marks
    transit-off    the same way, signed, without marks"""
import contextlib

import netns
import udp_rate
import weft_case
from capture import Capture
from holder import Holder
from validated import Validated
from weft_line import OnLine

KEY = {"kind": "Key", "name": "bench", "id": 1, "secret": b"bench".hex() * 8}
TAG = slice(60, 62)  # in a frame: behind Ethernet, IPv6 and 6 bytes of SRH
FLAGS = 136          # of the transit TLV, behind two segments and the HMAC
N_TRIES = 30         # bursts of N packets until one in N is among them, all but surely


class Signed(Validated):
    def _wish(self):
        return [KEY, *super()._wish()]


class Hmac(Signed):
    def __init__(self, build, is_full=False):
        super().__init__(build, *(("hmac-full", "signed, each packet verified in full") if is_full
                                  else ("hmac-cached", "signed, verified once")))
        self.layers = ("ipv6", "srh[1]+hmac", "ipv6", "udp")
        self.is_full, self.holder = is_full, Holder()

    def setup(self, topo):
        super().setup(topo)
        if self.is_full:
            self.holder.start(f"{self.build}/bench/bench-vary", topo.h1, "underlay")

    def _tenant(self):
        return weft_case.tenant(default="deny", require=["hmac"])

    @contextlib.contextmanager
    def watch(self, topo, n_packets):
        """And no two headers are equal, or all are."""
        with Capture(topo.h2, "underlay") as capture, super().watch(topo, n_packets):
            yield
            n_tags = len({f[TAG] for f in capture.frames()})
        if n_tags != (n_packets if self.is_full else 1):
            raise netns.Failed(f"{n_tags} different headers in {n_packets} packets")

    def teardown(self):
        self.holder.end()
        super().teardown()


class Transit(OnLine, Signed):
    """One packet in `every` is marked; 0: none."""

    def __init__(self, build, every):
        name = {0: "off", 1: "all"}.get(every, str(every))
        what = {0: "no packet", 1: "each packet"}.get(every, f"one packet in {every}")
        super().__init__(build, f"transit-{name}", f"signed, by a third node, {what} marked")
        self.every = every
        self.layers = ("ipv6", "srh[2]+hmac" + ("+transit" if every else ""), "ipv6", "udp")

    def _measured(self):
        require = {0: "hmac", 1: "transit"}.get(self.every, f"transit/{self.every}")
        return super()._measured(via=["node/w"], require=[require])

    @contextlib.contextmanager
    def watch(self, topo, n_packets):
        """And the marked ones are as many as there should be, each was checked, and right."""
        before = self._n_right()
        with Capture(topo.h2, "underlay") as capture, super().watch(topo, n_packets):
            yield
            n_marked = sum(f[FLAGS] & 1 for f in capture.frames()) if self.every else 0
        n_right = self._n_right() - before
        if n_right != n_marked or (self.every == 1 and n_marked != n_packets):
            raise netns.Failed(f"{n_marked} of {n_packets} packets are marked, {n_right} are right")
        if self.every > 1:
            self._await_mark(topo)

    def _n_right(self):
        return self._count().get("transit", 0)

    def _await_mark(self, topo):
        for _ in range(N_TRIES):
            if self._n_right():
                return
            udp_rate.send(self.build, topo, self.ends(), self.every)
        raise netns.Failed(f"none of {N_TRIES * self.every} packets was marked")
