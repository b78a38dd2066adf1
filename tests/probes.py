# SPDX-License-Identifier: Apache-2.0
"""Real sockets that find out what passes: servers that keep what came to them, and clients."""
import contextlib
import errno
import selectors
import socket
import threading

from cluster import wait_for
from servers import family_of, udp_socket
from wire import in_netns

REACHED = (errno.ECONNREFUSED, 0)


def listener(netns, address, port):
    with in_netns(netns):
        sock = socket.socket(family_of(address))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(64)
    return sock


class Echoes:
    """UDP and TCP servers that send back what they get, at ports of containers, in one thread."""

    def __init__(self, lab, *places):
        """`places`: (container, address, port)"""
        self.got = []  # (container, protocol, data)
        self.selector = selectors.DefaultSelector()
        self.wake, self.woken = socket.socketpair()
        self.selector.register(self.woken, selectors.EVENT_READ, None)
        for who, address, port in places:
            self._add(udp_socket(lab.netns(who), address, port), self._datagram, who)
            self._add(listener(lab.netns(who), address, port), self._accept, who)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _add(self, sock, react, who):
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, (react, who))

    def _serve(self):
        while True:
            for key, _ in self.selector.select():
                if not key.data:
                    return
                react, who = key.data
                with contextlib.suppress(OSError):
                    react(key.fileobj, who)

    def _datagram(self, sock, who):
        data, sender = sock.recvfrom(65535)
        self.got.append((who, "udp", data))
        sock.sendto(data, sender)

    def _accept(self, sock, who):
        self._add(sock.accept()[0], self._stream, who)

    def _stream(self, sock, who):
        data = sock.recv(65535)
        if not data:
            self.selector.unregister(sock)
            sock.close()
            return
        self.got.append((who, "tcp", data))
        sock.send(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wake.send(b"x")
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.wake.close()
        self.selector.close()

    def has(self, data):
        return any(data in seen for _, _, seen in self.got)


def asks(lab, who, address, port, data=b"hello", source_port=0, timeout_s=5):
    """By UDP; whether the same comes back."""
    with udp_socket(lab.netns(who), family=family_of(address)) as sock:
        if source_port:
            sock.bind(("", source_port))
        sock.settimeout(timeout_s)
        sock.sendto(data, (address, port))
        try:
            return sock.recv(65535) == data
        except (TimeoutError, OSError):
            return False


def connected(lab, who, address, port, timeout_s=10):
    """A TCP connection."""
    with in_netns(lab.netns(who)):
        sock = socket.socket(family_of(address))
    sock.settimeout(timeout_s)
    try:
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def speaks(sock, data=b"hello"):
    """What is sent comes back."""
    sock.sendall(data)
    back = b""
    while len(back) < len(data):
        back += sock.recv(65535)
    assert back == data


def connects(lab, who, address, port):
    with connected(lab, who, address, port) as sock:
        speaks(sock)
    return True


@contextlib.contextmanager
def begun(lab, who, address, port):
    """A TCP connection that has been asked for."""
    with in_netns(lab.netns(who)):
        sock = socket.socket(family_of(address))
    with sock:
        sock.setblocking(False)
        sock.connect_ex((address, port))
        yield sock


def is_refused_silently(lab, node, who, address, port, reason="denied"):
    """Nobody hears of a TCP connection: its first packet is dropped, and counted."""
    before = lab.drops(node).get(reason, 0)
    with begun(lab, who, address, port) as sock:
        wait_for(lambda: lab.drops(node).get(reason, 0) > before, f"a drop for '{reason}'")
        return sock.connect_ex((address, port)) not in REACHED


def says(lab, who, address, port, data):
    """One datagram, whatever becomes of it."""
    with udp_socket(lab.netns(who), family=family_of(address)) as sock:
        with contextlib.suppress(OSError):
            sock.sendto(data, (address, port))
