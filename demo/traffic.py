# SPDX-License-Identifier: Apache-2.0
"""Numbered UDP packets between two namespaces, counted one by one: what was lost, and when."""
import socket
import threading
import time

from wire import in_netns

PORT = 5201
PATIENCE_S = 10


class Numbered:
    """Sends `rate` packets a second from one namespace to an address in another, until stopped."""

    def __init__(self, from_netns, to_netns, address, rate=1000, port=PORT):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with in_netns(to_netns):
            self.receiver = socket.socket(family, socket.SOCK_DGRAM)
            self.receiver.bind((address, port))
            self.receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            self.receiver.settimeout(0.5)
        with in_netns(from_netns):
            self.sender = socket.socket(family, socket.SOCK_DGRAM)
            self.sender.connect((address, port))
        self.rate = rate
        self.sent = 0
        self.received = set()
        self.is_stopped = threading.Event()
        self.threads = [threading.Thread(target=self._send, daemon=True),
                        threading.Thread(target=self._receive, daemon=True)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        """Ends the sender, then the receiver once nothing more comes."""
        self.is_stopped.set()
        for thread in self.threads:
            thread.join()
        self.sender.close()
        self.receiver.close()

    def lost(self):
        return self.sent - len(self.received)

    def wait_for(self, n):
        """Until `n` more packets have been sent, and some have arrived; fails if none does."""
        goal, before = self.sent + n, len(self.received)
        deadline = time.monotonic() + n / self.rate + PATIENCE_S
        while self.sent < goal or len(self.received) == before:
            if time.monotonic() > deadline:
                raise RuntimeError("no packet arrives")
            time.sleep(0.01)

    def _send(self):
        begin = time.monotonic()
        while not self.is_stopped.is_set():
            due = int((time.monotonic() - begin) * self.rate)
            while self.sent < due:
                self.sender.send(self.sent.to_bytes(8, "big"))
                self.sent += 1
            time.sleep(0.001)

    def _receive(self):
        while True:
            try:
                self.received.add(self.receiver.recv(64))
            except TimeoutError:
                if self.is_stopped.is_set():
                    return
