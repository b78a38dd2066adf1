# SPDX-License-Identifier: Apache-2.0
"""Death, upgrade and new keys under load: of what is allowed nothing is lost, and of what is not
nothing comes through, whatever happens to the daemons meanwhile.

    red-web --- [ node a ] ------ underlay ------ [ node b ] --- red-db
"""
import contextlib
import multiprocessing
import os
import pathlib
import shutil
import signal
import socket
import time
from unittest import mock

import pytest

from cluster import build_folder, cluster, container, policy, tenant, wait_for
from control import api, end, is_running, pid_of, pinned, start
from wire import in_netns

WEB, DB = "10.0.0.1", "10.0.0.2"
ALLOWED, FORBIDDEN = 5201, 5202
RATE, FORBIDDEN_RATE = 10_000, 1000
BURST, PAUSE_S = 100, 0.002
BUFFER = 1 << 26
SO_RCVBUFFORCE = 33
RETIRE_S = 10
NODES = ("a", "b")
RED = tenant("red", "10.0.0.0/16", default="deny", require=["hmac"])
WEB_TO_DB = policy("web-to-db", ports=[f"udp/{ALLOWED}"],
                   **{"from": {"app": "web"}, "to": {"app": "db"}})
_fork = multiprocessing.get_context("fork")


def add_key(lab, name, number):
    lab.weft("key", "add", name, "--id", str(number), "-", node="a", stdin=name.encode().hex() * 16)
    lab.sync()


class Flow:
    """Numbered datagrams from red-web to a port of red-db. Sender and receiver are processes, as
    the threads of one would wait for each other."""

    def __init__(self, lab, port, rate):
        with in_netns(lab.netns("red-db")):
            self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        self.receiver.bind((DB, port))
        self.receiver.settimeout(0.5)
        with in_netns(lab.netns("red-web")):
            self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.to, self.rate = (DB, port), rate
        self.n_sent, self.n_received = _fork.RawValue("Q"), _fork.RawValue("Q")
        self.is_stopped, self.is_over = _fork.RawValue("b"), _fork.RawValue("b")
        self.processes = [_fork.Process(target=self._receive, daemon=True),
                          _fork.Process(target=self._send, daemon=True)]

    def __enter__(self):
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_):
        self.finish_sending()
        for process in self.processes:
            process.join()
        self.sender.close()
        self.receiver.close()
        assert [process.exitcode for process in self.processes] == [0, 0]

    def finish_sending(self):
        """Ends the sender, and lets the receiver end once nothing more comes."""
        self.is_stopped.value = 1
        self.processes[1].join()
        self.is_over.value = 1

    @property
    def sent(self):
        return self.n_sent.value

    @property
    def received(self):
        """How many different ones."""
        return self.n_received.value

    def wait_for(self, n):
        """Until `n` more have been sent."""
        goal = self.sent + n
        wait_for(lambda: self.sent >= goal, f"{n} packets to be sent", 60)

    def _send(self):
        begin, n = time.monotonic(), 0
        while not self.is_stopped.value:
            due = int((time.monotonic() - begin) * self.rate)
            for n in range(n + 1, min(due, n + BURST) + 1):
                self.sender.sendto(n.to_bytes(8, "big"), self.to)
            self.n_sent.value = n
            time.sleep(PAUSE_S)

    def _receive(self):
        seen = set()
        while True:
            try:
                seen.add(self.receiver.recv(64))
                self.n_received.value = len(seen)
            except TimeoutError:
                if self.is_over.value:
                    return


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container("web", "a", WEB, app="web"), container("db", "b", DB, app="db")]
    with cluster("ab", ["ab"], containers, tenant("red", "10.0.0.0/16", default="deny")) as lab:
        add_key(lab, "k1", 1)
        lab.apply(RED, WEB_TO_DB)
        yield lab


def overflows(lab):
    """How many datagrams found the buffer of their socket in red-db full."""
    with in_netns(lab.netns("red-db")):
        text = pathlib.Path("/proc/thread-self/net/snmp").read_text()
    names, values = (line.split() for line in text.splitlines() if line.startswith("Udp:"))
    return int(values[names.index("RcvbufErrors")])


def all_drops(lab):
    """(node, reason) -> packets, but for what kernels send on their own."""
    return {(node, reason): n for node in NODES for reason, n in lab.drops(node).items()
            if reason not in ("nd", "multicast")}


@contextlib.contextmanager
def load(lab):
    """10,000 packets a second that are allowed, 1000 that are not, for the time of a `with`."""
    lab.sync()
    before, full = all_drops(lab), overflows(lab)
    with Flow(lab, FORBIDDEN, FORBIDDEN_RATE) as forbidden, Flow(lab, ALLOWED, RATE) as allowed:
        for flow in (allowed, forbidden):
            flow.wait_for(200)
        wait_for(lambda: allowed.received, "the first packet")
        yield allowed
        for flow in (allowed, forbidden):
            flow.wait_for(200)
        for flow in (allowed, forbidden):
            flow.finish_sending()
    assert overflows(lab) == full, "the receiver of this test is too slow"
    dropped = {where: n - before.get(where, 0) for where, n in all_drops(lab).items()
               if n != before.get(where, 0)}
    assert (allowed.sent - allowed.received, forbidden.received) == (0, 0), dropped
    assert dropped == {("a", "denied"): forbidden.sent}


def programs(lab):
    return {node: set(pinned(lab, node).programs().values()) for node in NODES}


def states(lab):
    return {name: item["state"] for name, item in api(lab, "b").items("keys").items()}


def test_killing_and_restarting_every_daemon_under_load(lab):
    old = programs(lab)
    with load(lab) as traffic:
        end(lab, *NODES)
        traffic.wait_for(2000)
        assert not [node for node in NODES if is_running(pid_of(lab, node))]
        start(lab)
        lab.sync()
        traffic.wait_for(2000)
    now = programs(lab)
    assert not [node for node in NODES if old[node] & now[node]], "an old program stays"


def test_an_upgrade_under_load(lab, tmp_path):
    """One node after the other, to another program in another place."""
    program = tmp_path / "weftd"
    shutil.copy(build_folder() / "daemon/weftd", program)
    old = programs(lab)
    with load(lab) as traffic, mock.patch.dict(os.environ, WEFTD=str(program)):
        for node in NODES:
            arguments = command_line(lab, node)[1:]
            end(lab, node, how=signal.SIGTERM)
            traffic.wait_for(1000)
            start(lab)
            assert command_line(lab, node) == [str(program), *arguments]
            lab.sync()
            traffic.wait_for(2000)
    now = programs(lab)
    assert not [node for node in NODES if old[node] & now[node]], "an old program stays"
    assert not [node for node in NODES if api(lab, node).status()["problems"]]


def command_line(lab, node):
    return pathlib.Path(f"/proc/{pid_of(lab, node)}/cmdline").read_text().split("\0")[:-1]


def test_a_key_rotation_under_load(lab):
    """Until the last key is gone, too."""
    with load(lab) as traffic:
        add_key(lab, "k2", 2)
        lab.weft("key", "rotate", node="a")
        lab.sync()
        assert states(lab) == {"k1": "retiring", "k2": "signing"}
        wait_for(lambda: states(lab) == {"k2": "signing"}, "the last key to go", 2 * RETIRE_S)
        lab.sync()
        traffic.wait_for(2000)
