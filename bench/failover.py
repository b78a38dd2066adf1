# SPDX-License-Identifier: Apache-2.0
"""From the death of a backend to the last packet that is sent to it.

A burst of packets goes to the service each millisecond, about half of it to the node of the backend
that will die. The clock runs from its death to the last packet that comes there."""
import contextlib
import fcntl
import itertools
import socket
import statistics
import struct
import threading
import time

import netns
import plot
from capture import Capture
from pair import PORT, Pair
from services import GROUP, VIRTUAL
from study import Study
from table import Table

N_FLOWS = 64
BURST = 8
PERIOD_S = 0.001
N_BEFORE = 200  # packets that c2 gets before it dies
QUIET_S = 0.5  # without a packet: that was the last one
LIMIT_S = 20
PAYLOAD = b"are you there?"
TITLE, COLUMN = "From a backend's death to the last packet sent to it", "last packet"
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


class Load(threading.Thread):
    """BURST packets each PERIOD_S, of all flows in turn, from start() to stop()."""

    def __init__(self, topo, stack):
        super().__init__(daemon=True)
        self.is_over = False
        self.n_seen, self.last = 0, 0  # packets that came to h2, and when the last did
        self.capture = stack.enter_context(Capture(topo.h2, "underlay"))
        with netns.inside(topo.c1):
            self.flows = [stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
                          for _ in range(N_FLOWS)]
        stack.callback(self.stop)

    def run(self):
        flows = itertools.cycle(self.flows)
        while not self.is_over:
            for flow in itertools.islice(flows, BURST):
                flow.sendto(PAYLOAD, (VIRTUAL, PORT))
            time.sleep(PERIOD_S)
            n = sum(PAYLOAD in frame for frame in self.capture.frames())
            self.n_seen += n
            self.last = time.monotonic() if n else self.last

    def stop(self):
        self.is_over = True
        self.join()

    def await_packets(self):
        end = time.monotonic() + LIMIT_S
        while self.n_seen < N_BEFORE:
            if time.monotonic() > end:
                raise netns.Failed("c2 does not get packets")
            time.sleep(PERIOD_S)

    def await_quiet(self, since):
        """How many seconds after `since` the last packet came."""
        while time.monotonic() - max(self.last, since) < QUIET_S:
            if time.monotonic() - since > LIMIT_S:
                raise netns.Failed("c2 gets packets long after its death")
            time.sleep(PERIOD_S)
        if not self.is_alive():
            raise netns.Failed("the load ended by itself")
        return max(self.last - since, 0)


class ServerDies:
    """Probed by TCP every `interval` ms; `fall` bad answers make it down."""

    def __init__(self, interval, fall):
        self.name = f"server, {fall} x {interval} ms"
        self.least, self.most = (fall - 1) * interval, fall * interval
        self.wish = {"probe": {"tcp": PORT, "interval": f"{interval}ms", "rise": 1, "fall": fall}}

    def kill(self, pair):
        pair.server.kill()

    def revive(self, pair):
        pair.server.start()


class LinkDies:
    name, least, most, wish = "interface", 0, 0, {}

    def kill(self, pair):
        set_link(pair.topo.c2, "eth0", is_up=False)

    def revive(self, pair):
        set_link(pair.topo.c2, "eth0", is_up=True)


class ContainerDies:
    name, least, most, wish = "container", 0, 0, {}

    def kill(self, pair):
        pair.server.kill()  # or the namespace would live as long as its sockets
        netns.delete([pair.topo.c2])

    def revive(self, pair):
        pair.attach_anew()
        pair.server.start()


DEATHS = (ServerDies(1000, 3), ServerDies(200, 2), LinkDies(), ContainerDies())


def set_link(namespace, device, is_up):
    """By the system call itself: a program's start would be in the figure."""
    with netns.inside(namespace), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        request = struct.pack("16sh22x", device.encode(), IFF_UP if is_up else 0)
        fcntl.ioctl(s, SIOCSIFFLAGS, request)


class Failover(Study):
    name, group = "failover", GROUP

    def __init__(self, build, deaths=DEATHS):
        super().__init__(build)
        self.deaths = deaths

    def n_steps(self, n_runs):
        return 1 + n_runs * len(self.deaths)

    def fill(self, n_runs, stack, progress):
        progress.step("set up two backends")
        pair = Pair(self.build)
        stack.callback(pair.down)
        pair.up()
        for run in range(n_runs):
            for death in self.deaths:
                progress.step(f"run {run + 1} of {n_runs}: failover, {death.name}")
                self.add(death.name, COLUMN, self._seconds(pair, death))

    @staticmethod
    def _seconds(pair, death):
        pair.serve(death.wish)
        with contextlib.ExitStack() as stack:
            load = Load(pair.topo, stack)
            load.start()
            load.await_packets()
            died = time.monotonic()
            death.kill(pair)
            stack.callback(death.revive, pair)
            return load.await_quiet(died)

    def tables(self):
        table = Table(f"{TITLE} (ms)", ["what dies", "probes ask for", "median", "fastest",
                                        "slowest", ""])
        for death in self.deaths:
            asked = f"{death.least:,} to {death.most:,}" if death.most else "none"
            values = self._ms(death)
            cells = [f"{of(values):,.1f}" if values else "-"
                     for of in (statistics.median, min, max)]
            table.rows.append([death.name, asked, *cells, ""])
        return [table]

    def panels(self):
        bars = [plot.Bar(d.name, self._ms(d), True, "Weft, a service") for d in self.deaths
                if self._ms(d)]
        return [plot.Panel(TITLE, "ms", 1, bars)] if bars else []

    def _ms(self, death):
        return [s * 1e3 for s in self.samples.get((death.name, COLUMN), [])]
