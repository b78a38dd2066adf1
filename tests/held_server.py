# SPDX-License-Identifier: Apache-2.0
"""A server of held.py: `held_server.py ADDRESS PORT NUMBER`. Each byte is answered with NUMBER."""
import resource
import selectors
import socket
import sys

BACKLOG = 4096


def accept(selector, listener):
    try:
        while True:
            sock = listener.accept()[0]
            sock.setblocking(False)
            selector.register(sock, selectors.EVENT_READ)
    except OSError:  # no more of them
        pass


def answer(selector, sock, number):
    try:
        data = sock.recv(64)
        if data:
            sock.send(bytes([number]) * len(data))
            return
    except OSError:
        pass
    selector.unregister(sock)
    sock.close()


def main(address, port, number):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    listener = socket.create_server((address, port), backlog=BACKLOG, family=(
        socket.AF_INET6 if ":" in address else socket.AF_INET))
    listener.setblocking(False)
    selector = selectors.EpollSelector()
    selector.register(listener, selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                accept(selector, listener)
            else:
                answer(selector, key.fileobj, number)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
