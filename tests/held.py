# SPDX-License-Identifier: Apache-2.0
"""Very many TCP connections that are held open, one thread for all: which still work, and who
serves them? A question is one byte; the answer is the number of the server that it came to."""
import errno
import pathlib
import resource
import selectors
import socket
import subprocess
import time

from cluster import spawn
from servers import family_of
from wire import in_netns

PATIENCE_S = 30
AT_ONCE = 500
SERVER = pathlib.Path(__file__).with_name("held_server.py")


class Held:
    """Servers `{name: (container, address)}` at `port`, and connections to them."""

    def __init__(self, lab, servers, port):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        self.lab, self.servers, self.port = lab, servers, port
        self.names = list(servers)
        self.selector = selectors.EpollSelector()
        self.processes = {}
        self.home = {}        # socket -> name of its server, or None so far
        self.waiting = set()  # those that have asked
        self.broken = {}      # socket -> (name of its server, what it heard)

    def start(self, name):
        who, address = self.servers[name]
        self.processes[name] = spawn(self.lab.netns(who), "/usr/bin/python3", str(SERVER), address,
                                     str(self.port), str(self.names.index(name)),
                                     stdout=subprocess.PIPE)
        assert self.processes[name].stdout.readline() == "listening\n"

    def kill(self, name):
        process = self.processes.pop(name)
        process.kill()
        process.wait()
        process.stdout.close()

    def __enter__(self):
        try:
            for name in self.servers:
                self.start(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.close_all()
        for name in list(self.processes):
            self.kill(name)
        self.selector.close()

    def close_all(self):
        """Servers hear of it, if there is a way to them, and hang up, too: nobody remembers these
        flows as open."""
        for sock in list(self.home):
            try:
                sock.shutdown(socket.SHUT_WR)
                self.waiting.add(sock)
            except OSError as error:
                self._break(sock, error.strerror)
        self._run()
        for sock in self.broken:
            sock.close()
        self.broken.clear()

    def open(self, who, address, port, n):
        """`n` more connections, all of which work; how many each server has now."""
        family = family_of(address)
        n_broken = len(self.broken)
        for begun in range(0, n, AT_ONCE):
            with in_netns(self.lab.netns(who)):
                new = [socket.socket(family) for _ in range(min(AT_ONCE, n - begun))]
            for sock in new:
                sock.setblocking(False)
                assert sock.connect_ex((address, port)) in (0, errno.EINPROGRESS)
                self.home[sock] = None
                self.waiting.add(sock)
                self.selector.register(sock, selectors.EVENT_WRITE, self._connected)
            self._run()
        assert len(self.broken) == n_broken, self.why()
        return self.counts()

    def counts(self):
        """{server: connections that work}"""
        homes = list(self.home.values())
        return {name: homes.count(name) for name in self.names}

    def ask_all(self, but=()):
        """Each connection that is not to one of these servers asks: how many broke, by server."""
        before = set(self.broken)
        asking = [sock for sock, name in self.home.items() if name not in but]
        for begun in range(0, len(asking), AT_ONCE):
            for sock in asking[begun:begun + AT_ONCE]:
                if sock in self.home:  # it may have heard of its end by now
                    self.waiting.add(sock)
                    self._send(sock)
            self._run()
        found = {name: 0 for name in self.names if name not in but}
        for sock in set(self.broken) - before:
            name = self.broken[sock][0]
            if name in found:
                found[name] += 1
        return found

    def why(self):
        """What those that broke heard, and how often."""
        heard = [what for _, what in self.broken.values()]
        return {what: heard.count(what) for what in set(heard)}

    def _send(self, sock):
        try:
            sock.send(b"?")
        except OSError as error:
            self._break(sock, error.strerror)

    def _run(self):
        """Until all that have asked are answered, or for too long."""
        deadline = time.monotonic() + PATIENCE_S
        while self.waiting and time.monotonic() < deadline:
            for key, _ in self.selector.select(0.5):
                key.data(key.fileobj)
        for sock in list(self.waiting):
            self._break(sock, "no answer")

    def _connected(self, sock):
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._break(sock, errno.errorcode[error])
            return
        self.selector.modify(sock, selectors.EVENT_READ, self._hear)
        self._send(sock)

    def _hear(self, sock):
        try:
            data = sock.recv(64)
        except OSError as error:
            self._break(sock, error.strerror)
            return
        if not data:
            self._break(sock, "closed")
            return
        name = self.names[data[0]]
        if self.home[sock] not in (None, name):
            self._break(sock, f"{name} answered")
            return
        self.home[sock] = name
        self.waiting.discard(sock)

    def _break(self, sock, why):
        self.waiting.discard(sock)
        self.broken[sock] = (self.home.pop(sock), why)
        self.selector.unregister(sock)
