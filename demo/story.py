# SPDX-License-Identifier: Apache-2.0
"""The steps of the demo. Each shows something, checks that it holds, and says what it cost."""
import contextlib
import json
import socket
import sys
import threading
import time

from lab import Failed
from traffic import Numbered
from wire import Capture, in_netns

TENANTS = ("red", "blue")
WEB, DB, APP = "10.0.0.1", "10.0.0.2", "10.0.0.3"
NAME_PORT, BOLD, PLAIN = 7, "\033[1m", "\033[0m"
POLICY = """kind: Policy
name: detour
tenant: red
from: {app: web}
to: {app: db}
via: [node/1, node/4]
reverse: symmetric
"""


@contextlib.contextmanager
def step(title):
    bold, plain = (BOLD, PLAIN) if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}== {title}{plain}", flush=True)
    begin = time.monotonic()
    yield
    print(f"   ({time.monotonic() - begin:.1f} s)", flush=True)


def say(text=""):
    print("\n".join(f"   {line}".rstrip() for line in text.splitlines()) if text else "", flush=True)


def check(holds, otherwise):
    if not holds:
        raise Failed(otherwise)


class Names:
    """In every container a server that tells its name to whoever sends it a packet."""

    def __init__(self, lab, containers):
        self.sockets = []
        for name, address in containers:
            with in_netns(lab.netns(name)):
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sock.bind((address, NAME_PORT))
            self.sockets.append(sock)
            threading.Thread(target=self._serve, args=(sock, name.encode()), daemon=True).start()

    @staticmethod
    def _serve(sock, name):
        with contextlib.suppress(OSError):
            while True:
                sock.sendto(name, sock.recvfrom(64)[1])

    @staticmethod
    def ask(lab, container, address):
        with in_netns(lab.netns(container)):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sock:
            sock.settimeout(2)
            sock.sendto(b"who are you?", (address, NAME_PORT))
            try:
                return sock.recv(64).decode()
            except TimeoutError:
                return "nobody"


def show_lab(lab):
    with step("A lab: eight hosts, each a network namespace with its own weftd"):
        lab.up()
        say(lab.weft("lab", "show", lab.name))


def tenants_apart(lab):
    with step("Two tenants with the same addresses: each reaches its own, never the other's"):
        Names(lab, [(f"{tenant}-{name}", address) for tenant in TENANTS
                    for name, address in (("web", WEB), ("db", DB), ("app", APP))])
        for tenant in TENANTS:
            for name, address in (("db", DB), ("app", APP)):
                answer = Names.ask(lab, f"{tenant}-web", address)
                say(f"{tenant}-web asks {address}: who are you?   '{answer}'")
                check(answer == f"{tenant}-{name}", f"{tenant}-web reached {answer}")


def captured_way(lab, payload):
    """One packet red-web -> red-db, as seen on every interface: [Packet]."""
    nodes = {lab.netns(node): node for node in lab.nodes()}
    with Capture(nodes) as capture, in_netns(lab.netns("red-web")):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(payload, (DB, NAME_PORT + 1))
        packets = capture.packets()
    return [p for p in packets if payload in p.payload and p.inner_dst == DB]


def way_of(packets):
    """The nodes that an encapsulated packet came to, in order."""
    way = [packets[0].node] if packets else []
    for packet in sorted((p for p in packets if p.outer_len), key=lambda p: -p.hop_limit):
        if packet.node not in way:
            way.append(packet.node)
    return way


def print_way(packets):
    for p in sorted(packets, key=lambda p: (-p.hop_limit if p.outer_len else -999, not p.is_out)):
        where = f"{p.node:>2} {'sends on ' if p.is_out else 'gets from'} {p.interface:<12}"
        if not p.outer_len:
            say(f"{where} {p.inner_src} > {p.inner_dst}, as the container sent it")
            continue
        left = f", {p.segments_left} left of {p.segments}" if p.segments_left >= 0 else ""
        say(f"{where} to {p.dst}{left}, hop limit {p.hop_limit}, {p.outer_len} bytes around")


def best_way(lab):
    with step("The packet's way, captured on every interface: the best path"):
        packets = captured_way(lab, b"best path")
        print_way(packets)
        way = way_of(packets)
        say(f"\nway: {' > '.join(way)}")
        check(way == ["A", "1", "2", "5", "B"], f"the best path is A 1 2 5 B, it took {way}")


def chosen_way(lab):
    with step("A policy 'via: [node/1, node/4]' moves running traffic, and not a packet is lost"):
        say(POLICY)
        with Numbered(lab.netns("red-web"), lab.netns("red-db"), DB) as numbered:
            numbered.wait_for(500)
            begin = time.monotonic()
            lab.weft("apply", "-f", "-", node="A", stdin=POLICY)
            took = (time.monotonic() - begin) * 1000
            numbered.wait_for(1000)
        say(f"applied in {took:.0f} ms; {numbered.sent} packets sent at 1000 a second,"
            f" {numbered.lost()} lost")
        check(numbered.lost() == 0, f"{numbered.lost()} packets were lost")
        packets = captured_way(lab, b"chosen path")
        print_way(packets)
        way = way_of(packets)
        say(f"\nway: {' > '.join(way)}")
        check("4" in way and "2" not in way, f"the chosen path is A > 1 > 4 > B, it took {way}")
        say("\n" + lab.weft("path", "show", "web", "db", "--tenant", "red", node="A"))


def full_stream(lab):
    with step("A TCP stream of full-size packets over the chosen path"):
        server = lab.start("red-db", "iperf3", "--server", "--one-off", "--bind", DB)
        answer, deadline = "", time.monotonic() + 5
        while "sec" not in answer:
            answer = lab.run("red-web", "iperf3", "--client", DB, "--time", "2", "--format", "g",
                             check=time.monotonic() > deadline)
        server.wait()
        line = [text for text in answer.splitlines() if "receiver" in text][-1]
        rate = float(line.split("Gbits/sec")[0].split()[-1])
        link = json.loads(lab.run("red-web", "ip", "--json", "link", "show", "dev", "eth0"))
        mtu = link[0]["mtu"]
        say(f"{rate:.1f} Gbit/s; the container's MTU is {mtu}: the underlay's 1500 less the"
            " header of the tenant's longest path")
        check(mtu == 1436, f"the MTU should be 1500 - 64 = 1436, it is {mtu}")
        check(rate > 0.5, f"only {rate} Gbit/s: packets of full size do not get through")


def forged_header(lab):
    with step("A container forges a segment routing header: dropped, with its reason"):
        before = drops(lab, "A")
        with in_netns(lab.netns("red-web")):
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
                sock.bind(("eth0", 0))
                mac = sock.getsockname()[4]
                sock.send(forged(mac))
        deadline = time.monotonic() + 5
        while (after := drops(lab, "A")).get("routing-header", 0) == before.get("routing-header", 0):
            check(time.monotonic() < deadline, "the forged header was not dropped as such")
            time.sleep(0.05)
        say(lab.weft("drops", node="A"))
        check(after["routing-header"] == before.get("routing-header", 0) + 1, "counted more than once")


def drops(lab, node):
    return {item["reason"]: item["packets"] for item in lab.items("drops", node=node)}


def forged(mac):
    """IPv6 with an SRH that names a SID of node B."""
    gateway = bytes.fromhex("025745465401")
    segment = bytes.fromhex("5f0000000007e0460000010000000000")
    srh = bytes([59, 2, 4, 1, 0, 0, 0, 0]) + segment
    header = bytes.fromhex("60000000") + len(srh).to_bytes(2, "big") + bytes([43, 64])
    src, dst = (socket.inet_pton(socket.AF_INET6, a) for a in ("fd00:0:0:1::1", "fd00:0:0:1::2"))
    return gateway + mac + bytes.fromhex("86dd") + header + src + dst + srh


def daemon_killed(lab):
    with step("Every weftd killed (-9) and started again under traffic: not a packet is lost"):
        with Numbered(lab.netns("red-web"), lab.netns("red-db"), DB) as numbered:
            numbered.wait_for(300)
            for node in lab.nodes():
                lab.kill_daemon(node)
            numbered.wait_for(500)
            dead = numbered.sent
            lab.weft("lab", "start", lab.name)
            numbered.wait_for(500)
        say(f"{numbered.sent} packets sent, the last {numbered.sent - dead} after the restart;"
            f" {numbered.lost()} lost")
        check(numbered.lost() == 0, f"{numbered.lost()} packets were lost")
        answer = Names.ask(lab, "red-web", DB)
        check(answer == "red-db", f"after the restart red-web reaches {answer}")


def nothing_left(lab):
    with step("The lab is taken down"):
        lab.down()
        say("no namespace, no daemon, no pinned program, no file is left")


def tell(lab):
    for part in (show_lab, tenants_apart, best_way, chosen_way, full_stream, forged_header,
                 daemon_killed, nothing_left):
        part(lab)
