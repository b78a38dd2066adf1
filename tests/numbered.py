# SPDX-License-Identifier: Apache-2.0
"""Numbered datagrams between many containers, one thread for all: who got which?"""
import selectors
import time

from servers import udp_socket

PORT = 4242
PATIENCE_S = 10
ASK, ANSWER = b"?", b"!"


class Mailboxes:
    """A socket for each address of each container. What comes as a question is answered with the
    name of the container it came to."""

    def __init__(self, lab, containers):
        self.lab = lab
        self.sockets = {}     # (container, address) -> socket
        self.got = {}         # container -> the questions that came to it
        self.answers = {}     # question -> names of those that answered
        self.selector = selectors.DefaultSelector()
        self.n = 0
        for item in containers:
            self.got[item["name"]] = []
            for address in item["addresses"]:
                sock = udp_socket(lab.netns(item["name"]), address, PORT)
                sock.setblocking(False)
                self.sockets[item["name"], address] = sock
                self.selector.register(sock, selectors.EVENT_READ, item["name"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.selector.close()
        for sock in self.sockets.values():
            sock.close()

    def ask(self, container, source, destination):
        """Sends a question; it."""
        self.n += 1
        question = f"{self.n} {container}".encode()
        self.answers[question] = []
        self.sockets[container, source].sendto(ASK + question, (destination, PORT))
        return question

    def read(self, timeout_s):
        """One round: whether anything came."""
        ready = self.selector.select(timeout_s)
        for key, _ in ready:
            data, sender = key.fileobj.recvfrom(256)
            kind, rest = data[:1], data[1:]
            if kind == ASK:
                self.got[key.data].append(rest)
                key.fileobj.sendto(ANSWER + key.data.encode() + b"|" + rest, sender)
            else:
                name, question = rest.split(b"|", 1)
                self.answers[question].append((key.data, name.decode()))
        return ready

    def settle(self, n_questions):
        """Until so many questions have been answered, and nothing more comes."""
        deadline = time.monotonic() + PATIENCE_S
        while sum(map(bool, self.answers.values())) < n_questions:
            assert time.monotonic() < deadline, \
                f"{sum(map(bool, self.answers.values()))} of {n_questions} questions were answered"
            self.read(0.1)
        while self.read(0.05):
            pass
