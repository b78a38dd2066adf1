# SPDX-License-Identifier: Apache-2.0
"""Visitors of a web site, from one namespace: very many that hold a connection and ask again and
again, and new ones that come all the time. Whose connections break, and how long did answers take?"""
import errno
import resource
import selectors
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from wire import in_netns

QUESTION = b"GET / HTTP/1.1\r\nHost: web\r\n\r\n"
PATIENCE_S = 10
TICK_S = 0.005
AT_ONCE = 10


@dataclass(eq=False)
class Visit:
    """A connection. A held one asks until it breaks, another one once."""
    sock: socket.socket
    is_held: bool
    since: float          # when it began to wait
    server: str = ""      # who answers: the first word of the answers
    heard: bytes = b""


@dataclass
class Tally:
    """What happened since it was begun."""
    asked: int = 0
    answered: int = 0
    longest_s: float = 0.0
    broken: list = field(default_factory=list)    # (server, why) of held connections
    new: int = 0
    served: set = field(default_factory=set)      # who has answered new ones
    refused: list = field(default_factory=list)   # why, of new ones


def answer_of(data):
    """The body of an HTTP answer, or None if it is not all there."""
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        return None
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return body.decode() if len(body) >= length else None


class Visitors:
    def __init__(self, netns, addresses, port=80, n=600, asks_a_second=600, new_a_second=60):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        self.netns, self.addresses, self.port, self.n = netns, addresses, port, n
        self.rates = {self._ask_next: asks_a_second, self._come: new_a_second}
        self.tally = Tally()
        self.held = []             # those that work, in the order in which they asked last
        self.resting = deque()     # of these, those that wait for no answer
        self.waiting = set()       # visits of both sorts that do
        self.selector = selectors.DefaultSelector()
        self.is_stopped = threading.Event()
        self.n_come = 0
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        self._wait(lambda: len(self.resting) + self._n_failed() >= self.n, "all to be answered once")
        return self

    def __exit__(self, *_):
        self.is_stopped.set()
        self.thread.join()

    def servers(self):
        """{server: how many held connections it has}"""
        found = [visit.server for visit in list(self.held)]
        return {server: found.count(server) for server in sorted(set(found))}

    def begin(self):
        """A new tally; returns the former one."""
        tally, self.tally = self.tally, Tally()
        return tally

    def wait_for_all(self):
        """Until each held connection has asked once more, and was answered or broke."""
        begun = time.monotonic()
        self._wait(lambda: all(visit.since > begun and visit not in self.waiting
                               for visit in list(self.held)), "all to be answered")

    def _n_failed(self):
        return len(self.tally.broken)

    def _wait(self, is_so, what):
        deadline = time.monotonic() + 3 * PATIENCE_S
        while not is_so():
            if time.monotonic() > deadline or not self.thread.is_alive():
                raise TimeoutError(f"visitors: waited in vain for {what}")
            time.sleep(0.02)

    def _run(self):
        with in_netns(self.netns):
            self._open()
            due = {act: time.monotonic() for act in self.rates}
            while not self.is_stopped.is_set():
                self._turn()
                now = time.monotonic()
                for act, rate in self.rates.items():
                    while due[act] <= now:
                        due[act] += 1 / rate
                        act()
                self._give_up(now)
            for visit in [*self.held, *self.waiting]:
                visit.sock.close()

    def _open(self):
        """A few at a time, so that those who are there are heard."""
        for i in range(self.n):
            self._come(is_held=True)
            if i % AT_ONCE == 0:
                self._turn()

    def _turn(self):
        for key, _ in self.selector.select(TICK_S):
            key.data(key.fileobj)

    def _come(self, is_held=False):
        self.n_come += 1
        address = self.addresses[self.n_come % len(self.addresses)]
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        sock.setblocking(False)
        visit = Visit(sock, is_held, time.monotonic())
        self.tally.new += not is_held
        if is_held:
            self.held.append(visit)
        self.waiting.add(visit)
        sock.connect_ex((address, self.port))
        self.selector.register(sock, selectors.EVENT_WRITE, lambda _: self._connected(visit))

    def _connected(self, visit):
        error = visit.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._end(visit, errno.errorcode[error])
            return
        self.selector.modify(visit.sock, selectors.EVENT_READ, lambda _: self._hear(visit))
        self._ask(visit)

    def _ask(self, visit):
        self.tally.asked += visit.is_held
        try:
            visit.sock.send(QUESTION)
        except OSError as error:
            self._end(visit, error.strerror)

    def _ask_next(self):
        if self.resting:
            visit = self.resting.popleft()
            visit.since = time.monotonic()
            self.waiting.add(visit)
            self._ask(visit)

    def _hear(self, visit):
        try:
            data = visit.sock.recv(4096)
        except OSError as error:
            self._end(visit, error.strerror)
            return
        if not data:
            self._end(visit, "closed")
            return
        visit.heard += data
        answer = answer_of(visit.heard)
        if answer:
            self._answered(visit, answer.split()[0])

    def _answered(self, visit, server):
        if visit.server not in ("", server):
            self._end(visit, f"{server} answered")
            return
        visit.server, visit.heard = server, b""
        self.waiting.discard(visit)
        self.tally.longest_s = max(self.tally.longest_s, time.monotonic() - visit.since)
        if visit.is_held:
            self.tally.answered += 1
            self.resting.append(visit)
        else:
            self.tally.served.add(server)
            self._close(visit)

    def _give_up(self, now):
        for visit in [visit for visit in self.waiting if visit.since < now - PATIENCE_S]:
            self._end(visit, "no answer")

    def _end(self, visit, why):
        self.waiting.discard(visit)
        if visit.is_held:
            self.held.remove(visit)
            if visit in self.resting:
                self.resting.remove(visit)
            self.tally.broken.append((visit.server, why))
        else:
            self.tally.refused.append(why)
        self._close(visit)

    def _close(self, visit):
        self.selector.unregister(visit.sock)
        visit.sock.close()
