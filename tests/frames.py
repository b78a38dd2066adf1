# SPDX-License-Identifier: Apache-2.0
"""Whole frames: captured on every interface of a namespace, and injected into one."""
import socket
import time
from dataclasses import dataclass

from wire import PACKET_OUTGOING, Capture, in_netns

OUTER_OFF = 14
PATIENCE_S = 5


@dataclass
class Frame:
    where: str
    interface: str
    is_out: bool
    data: bytes


class Frames(Capture):
    """As a Capture, but for whole frames: those that hold `mark`."""

    def __init__(self, namespaces, mark):
        super().__init__(namespaces)
        self.mark = mark
        self.found = []

    def wait(self, n=1, where=None):
        """Until `n` of them have come (to a place); returns these."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._read(0.05)
            found = [f for f in self.found if where in (None, f.where)]
            if len(found) >= n:
                return found
            assert time.monotonic() < deadline, f"{len(found)} of {n} frames came to {where}"

    def now(self):
        """All that have come up to now."""
        while self._read(0):
            pass
        return self.found

    def _read(self, timeout):
        ready = self.selector.select(timeout)
        for key, _ in ready:
            data, address = key.fileobj.recvfrom(65535)
            if self.mark in data and address[0] != "lo":
                self.found.append(Frame(key.data, address[0], address[2] == PACKET_OUTGOING, data))
        return ready


def inject(netns, interface, *frames):
    """Sends frames out of an interface, as they are."""
    with in_netns(netns):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    with sock:
        sock.bind((interface, 0))
        for frame in frames:
            sock.send(bytes(frame))
