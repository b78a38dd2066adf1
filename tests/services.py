# SPDX-License-Identifier: Apache-2.0
"""The lab of services, and the servers behind them.

    red-cli   10.0.0.1  --[ a ]------[ b ]-- red-web1 10.0.0.11, red-near 10.0.0.2
    blue-cli  10.0.0.1  --/   \\     /    \\-- blue-web 10.0.0.11
                               [ c ]-- red-web2 10.0.0.12, red-web3 10.0.0.13

    red/web  10.0.0.100, fd00:0:0:1::100     tcp/80->8080, udp/53 and more, by web1 to web3

IPv6: fd00:0:0:1:: with the same last number. Red and blue have the same addresses.
"""
import contextlib
import hashlib
import http.server
import selectors
import socket
import threading

from cluster import cluster, container, tenant, wait_for
from probes import listener
from servers import random_bytes, udp_socket

PREFIXES = ("10.0.0.0/16", "fd00:0:0:1::/64")
NUMBERS = {"cli": 1, "near": 2, "web1": 11, "web2": 12, "web3": 13}
HOME = {"cli": "a", "near": "b", "web1": "b", "web2": "c", "web3": "c"}
NODES = "abc"
WEBS = ("web1", "web2", "web3")
HTTP, DNS = 8080, 53


def v4(number):
    return f"10.0.0.{number}"


def v6(number):
    return f"fd00:0:0:1::{number}"


VIP = {"v4": v4(100), "v6": v6(100)}
AT = {"v4": v4, "v6": v6}


def place(name, of="red", **labels):
    number = NUMBERS.get(name, 11)
    return container(name, HOME.get(name, "b"), v4(number), v6(number), tenant=of, own=name,
                     **labels)


CONTAINERS = [place("cli", app="cli"), place("near", app="near"),
              *(place(web, app="web") for web in WEBS),
              place("cli", "blue", app="cli"), place("web", "blue", app="web")]


def services_lab(*objects, links=("ab", "bc", "ca"), containers=(), **more):
    return cluster(NODES, links, [*CONTAINERS, *containers], tenant("red", *PREFIXES),
                   tenant("blue", *PREFIXES), *objects, **more)


def service(*ports, name="web", of="red", addresses=tuple(VIP.values()), **more):
    """Of all with app=web, unless said otherwise."""
    return {"kind": "Service", "name": name, "tenant": of, "addresses": list(addresses),
            "ports": list(ports or (f"tcp/80->{HTTP}", "udp/53")),
            "backends": [{"labels": {"app": "web"}}], **more}


def by_names(**weights):
    """Backends by the names of containers, with weights."""
    return [{"labels": {"own": name}, "weight": weight} for name, weight in weights.items()]


def equal(*names):
    """Weights of by_names()."""
    return {name: 1 for name in names}


def shares(lab, name="red/web", node="a"):
    """{backend: its part of the flows}, as one node sees it."""
    shown = lab.ask("service", "show", name, node=node)
    return {item["name"]: item["share"] for item in shown["endpoints"]}


def takers(lab, name="red/web", node="a"):
    return {backend for backend, share in shares(lab, name, node).items() if share}


def wait_for_takers(lab, *backends, name="red/web"):
    """Until these, and no others, get the service's flows, in all kernels."""
    def is_so():
        return all(takers(lab, name, node) == set(backends) for node in NODES)
    wait_for(is_so, f"{name} to be spread over {backends}")
    lab.sync()


FORGOTTEN_S = 80  # flows that nobody ended count for two epochs of 32 s, docs/services.md


def flows(lab, name="red/web"):
    """{backend: how many flows it has}: of each its own node tells."""
    return {item["name"]: item["flows"] for node in NODES
            for item in lab.ask("service", "show", name, node=node)["endpoints"]
            if item["flows"] is not None}


def wait_for_no_flows(lab, name="red/web"):
    """Until none counts a flow any more, also of those before whose end no backend saw."""
    wait_for(lambda: not any(flows(lab, name).values()), f"{name} to have no flows", FORGOTTEN_S)


@contextlib.contextmanager
def serving(lab, wish, *backends):
    """A service, for the time of a `with`, that is spread over these."""
    with lab.having(wish):
        wait_for_takers(lab, *(backends or WEBS), name=f"{wish['tenant']}/{wish['name']}")
        yield


class _Handler(http.server.BaseHTTPRequestHandler):
    """GET /who: who answers, and whom; GET /N: N bytes; POST: the SHA-256 of what came."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        if self.path == "/who":
            self._answer(f"{self.server.who} {self.client_address[0]}".encode())
        elif self.path == "/health":
            self._answer(b"well")
        else:
            self._answer(random_bytes(int(self.path[1:])))

    def do_POST(self):  # pylint: disable=invalid-name
        left, digest = int(self.headers["Content-Length"]), hashlib.sha256()
        if self.headers.get("Expect"):
            self.send_response_only(100)
            self.end_headers()
        while left:
            data = self.rfile.read(min(left, 1 << 16))
            left -= len(data)
            digest.update(data)
        self._answer(digest.hexdigest().encode())

    def _answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Web(http.server.ThreadingHTTPServer):
    """A web server at one address of a container."""
    daemon_threads = True

    def __init__(self, lab, who, address, port=HTTP):
        super().__init__((address, port), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener(lab.netns(who), address, port)
        self.who = who.split("-")[-1]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    def get_request(self):
        return self.socket.accept()

    def close(self):
        self.shutdown()
        self.server_close()


@contextlib.contextmanager
def webs(lab, *names, of="red", port=HTTP):
    """Web servers in these containers, for both families."""
    with contextlib.ExitStack() as stack:
        for name in names or WEBS:
            for at in (v4, v6):
                web = Web(lab, f"{of}-{name}", at(NUMBERS.get(name, 11)), port)
                stack.callback(web.close)
        yield


class Tellers:
    """UDP at both addresses of containers, in one thread: `NAME CLIENT PORT|` and what was asked."""

    def __init__(self, lab, *names, port=DNS, of="red"):
        self.selector = selectors.DefaultSelector()
        self.wake, self.woken = socket.socketpair()
        self.selector.register(self.woken, selectors.EVENT_READ, None)
        for name in names:
            for at in (v4, v6):
                sock = udp_socket(lab.netns(f"{of}-{name}"), at(NUMBERS.get(name, 11)), port)
                self.selector.register(sock, selectors.EVENT_READ, name)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            for key, _ in self.selector.select():
                if not key.data:
                    return
                with contextlib.suppress(OSError):
                    data, sender = key.fileobj.recvfrom(65535)
                    answer = f"{key.data} {sender[0]} {sender[1]}|".encode() + data
                    key.fileobj.sendto(answer, sender)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wake.send(b"x")
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.wake.close()
        self.selector.close()


def tells(lab, who, address, port=DNS, data=b"hello", source_port=0, patience_s=10):
    """(who answers, from which address, what client it saw, what port, what came back)"""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with udp_socket(lab.netns(who), family=family) as sock:
        sock.settimeout(patience_s)
        if source_port:
            sock.bind(("", source_port))
        sock.sendto(data, (address, port))
        answer, sender = sock.recvfrom(65535)
        head, body = answer.split(b"|", 1)
        name, client, its_port = head.decode().split()
        return name, sender[:2], client, (int(its_port), sock.getsockname()[1]), body


def curl(lab, who, address, path="/who", *options, port=80):
    host = f"[{address}]" if ":" in address else address
    return lab.run(who, "curl", "-sS", "-g", "--max-time", "20", *options,
                   f"http://{host}:{port}{path}")
