# SPDX-License-Identifier: Apache-2.0
"""Real servers and clients in containers."""
import contextlib
import hashlib
import socket
import threading

from wire import in_netns

NAME_PORT = 7
STREAM_PORT = 5301
PATIENCE_S = 10


def udp_socket(netns, address=None, port=0, family=None):
    """A UDP socket in a namespace, bound to the address if there is one."""
    if family is None:
        family = socket.AF_INET6 if ":" in (address or "") else socket.AF_INET
    with in_netns(netns):
        sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE_S)
    if address:
        sock.bind((address, port))
    return sock


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Names:
    """Servers that tell, in each container, its name to whoever asks one of its addresses."""

    def __init__(self, lab, containers):
        self.sockets = []
        for container in containers:
            for address in container["addresses"]:
                sock = udp_socket(lab.netns(container["name"]), address, NAME_PORT)
                sock.settimeout(None)
                self.sockets.append(sock)
                threading.Thread(target=self._serve, args=(sock, container["name"].encode()),
                                 daemon=True).start()

    @staticmethod
    def _serve(sock, name):
        with contextlib.suppress(OSError):
            while True:
                sock.sendto(name, sock.recvfrom(64)[1])

    def close(self):
        for sock in self.sockets:
            sock.close()

    @staticmethod
    def ask(lab, container, address):
        """Who answers there? All who do; most should be one."""
        with udp_socket(lab.netns(container), family=family_of(address)) as sock:
            sock.sendto(b"who are you?", (address, NAME_PORT))
            answers = [sock.recv(64).decode()]
            sock.settimeout(0.02)
            with contextlib.suppress(TimeoutError):
                while True:
                    answers.append(sock.recv(64).decode())
        return answers


def stream(lab, source, destination, address, n_bytes):
    """Sends random bytes over TCP; the SHA-256 of what was sent, and of what arrived."""
    sums = {}
    with in_netns(lab.netns(destination)):
        listener = socket.socket(family_of(address))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, STREAM_PORT))
    listener.listen()
    listener.settimeout(PATIENCE_S)

    def receive():
        conn = listener.accept()[0]
        conn.settimeout(PATIENCE_S)
        digest = hashlib.sha256()
        with conn, contextlib.suppress(TimeoutError):
            while data := conn.recv(1 << 16):
                digest.update(data)
        sums["received"] = digest.hexdigest()

    receiver = threading.Thread(target=receive, daemon=True)
    receiver.start()
    with in_netns(lab.netns(source)):
        sock = socket.socket(family_of(address))
    payload = random_bytes(n_bytes)
    with sock, listener:
        sock.settimeout(PATIENCE_S)
        sock.connect((address, STREAM_PORT))
        sock.sendall(payload)
        sock.shutdown(socket.SHUT_WR)
        receiver.join(PATIENCE_S)
    return hashlib.sha256(payload).hexdigest(), sums.get("received")


def random_bytes(n):
    """The same each time, and no two parts of it alike."""
    return hashlib.shake_128(b"weft").digest(n)
