# SPDX-License-Identifier: Apache-2.0
"""The end of the demo: a load balancer under load. Visitors from the Internet come in by two gateways,
pass a firewall that knows nothing of SRv6, and are served by web servers on three nodes."""
import contextlib
import os
import pathlib
import signal
import time

from story import check, say, step
from visitors import Visitors

PUBLIC = ("203.0.113.80", "2001:db8:a::80")
INTERNET = ("198.51.100.10", "2001:db8:ff::10")
WEBS = ("web1", "web2", "web3")
PATIENCE_S = 20
URL = {True: "http://[{}]/", False: "http://{}/"}


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        check(time.monotonic() < deadline, f"waited {PATIENCE_S} s for {what}")
        time.sleep(0.05)


def curl(lab, who, address):
    return lab.run(who, "curl", "-sm", "5", URL[":" in address].format(address)).strip()


def takers(lab, node):
    """{web server: its part of new flows}, as a node has it."""
    shown = lab.answer("service", "show", "red/web", node=node)
    return {end["name"]: end["share"] for end in shown["endpoints"] if end["share"]}


def wait_for_takers(lab, names, nodes):
    until(lambda: all(set(takers(lab, node)) == set(names) for node in nodes),
          f"the service to be spread over {', '.join(names)}")


def show_lab(lab):
    with step("An Internet host, two gateways, a firewall, and web servers on three nodes"):
        lab.up()
        say(lab.weft("lab", "show", lab.name).split("\n\n")[0])
        wait_for_takers(lab, WEBS, lab.nodes())


def visit(lab):
    with step("A visitor from the Internet, in by either gateway; and a web server that goes out"):
        for address in PUBLIC:
            answer = curl(lab, "inet", address)
            say(f"inet asks {address}:  {answer}")
            check(answer.endswith(f"serves {INTERNET[':' in address]}"),
                  f"the web server should see the visitor's own address: {answer}")
        for address in INTERNET:
            answer = curl(lab, "web1", address)
            say(f"web1 asks {address}:  {answer}")
            check(not answer.endswith(("10.0.0.11", "::11")), "web1 should leave by a public address")
        counters = [line.strip() for line in
                    lab.run("fw", "nft", "list", "counters").splitlines() if "packets" in line]
        say(f"the firewall's rules have let in {counters[0].split()[1]} visitors")
        check(counters[0].split()[1] == str(len(PUBLIC)), f"the firewall saw {counters}")


class Account:
    """What was lost at each step."""
    HEAD = ("", "answers", "ended with it", "broken otherwise", "new visitors", "turned away",
            "longest wait")

    def __init__(self, names):
        self.names = names
        self.rows = []

    def close(self, what, visitors, dead=""):
        """Of connections that are held only those to a dead server may have ended."""
        tally = visitors.begin()
        broken = [(self.names.get(server, "nobody"), why) for server, why in tally.broken]
        others = [f"{server}: {why}" for server, why in broken if server != dead]
        self.rows.append((what, tally.answered, len(broken) - len(others), len(others), tally.new,
                          len(tally.refused), f"{tally.longest_s:.2f} s"))
        say(f"established connections on surviving backends broken: {len(others)}")
        check(not others, f"connections broke: {others[:5]}")

    def __str__(self):
        rows = [self.HEAD, *self.rows]
        widths = [max(len(str(row[i])) for row in rows) for i in range(len(self.HEAD))]
        return "\n".join("  ".join(str(cell).rjust(width) if i else str(cell).ljust(width)
                                   for i, (cell, width) in enumerate(zip(row, widths)))
                         for row in rows)


def say_servers(names, visitors):
    """Both families of a server are one."""
    found = {}
    for server, n in visitors.servers().items():
        found[names[server]] = found.get(names[server], 0) + n
    say("held connections: " + ", ".join(f"{name} {found[name]}" for name in sorted(found)))
    return found


def under_load(lab, names, visitors, account):
    with step(f"{visitors.n} visitors hold connections and keep asking; 60 new ones come a second"):
        visitors.begin()
        visitors.wait_for_all()
        found = say_servers(names, visitors)
        check(set(found) == set(WEBS), f"all three should serve: {found}")
        account.close("all is well", visitors)


def programs_of(lab, who):
    """Processes of a container."""
    home = os.stat(f"/run/netns/{lab.netns(who)}").st_ino
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.stat(process / "ns/net").st_ino == home:
                yield int(process.name)


def backend_killed(lab, names, visitors, account):
    with step("A backend is killed (-9)"):
        begin = time.monotonic()
        for pid in list(programs_of(lab, "web1")):
            os.kill(pid, signal.SIGKILL)
        wait_for_takers(lab, ("web2", "web3"), ("g1", "g2"))
        say(f"web1 gets no new flows after {time.monotonic() - begin:.1f} s")
        visitors.wait_for_all()
        say_servers(names, visitors)
        account.close("a backend is killed", visitors, dead="web1")


def backend_added(lab, names, visitors, account):
    with step("One is added: weft endpoint label red/spare app=web"):
        lab.weft("endpoint", "label", "red/spare", "app=web", node="w1")
        wait_for_takers(lab, ("spare", "web2", "web3"), ("g1", "g2"))
        visitors.wait_for_all()
        until(lambda: "spare" in {names[server] for server in list(visitors.tally.served)},
              "spare to serve new visitors")
        shares = takers(lab, "g1")
        say("new flows: " + ", ".join(f"{name} {shares[name] * 100:.0f} %" for name in sorted(shares)))
        say_servers(names, visitors)
        account.close("one is added", visitors)


def kill_node(lab, node):
    """As without power: the daemon is gone, and so are all interfaces."""
    lab.kill_daemon(node)
    lab.run(node, "sh", "-c", "; ".join(f"ip link set {link} down" for link in lab.links(node)))


def gateway_killed(lab, names, visitors, account):
    with step("A gateway is killed: its weftd, and all its interfaces"):
        entered = {node: lab.received(node, "out0") for node in ("g1", "g2")}
        kill_node(lab, "g1")
        visitors.wait_for_all()
        until(lambda: lab.answer("node", "show", "g1", node="g2").get("reachable") == "no",
              "the others to know that g1 is dead")
        visitors.wait_for_all()
        say(f"packets of visitors so far: {entered['g1']} by g1, {entered['g2']} by g2;"
            f" since then {lab.received('g2', 'out0') - entered['g2']} by g2")
        say_servers(names, visitors)
        account.close("a gateway is killed", visitors)


def addresses(lab):
    """{address: container}"""
    return {address: end["name"] for end in lab.items("endpoint", "list", node="w1")
            for address in end["addresses"]}


def tell(lab):
    show_lab(lab)
    visit(lab)
    names = addresses(lab)
    account = Account(names)
    with Visitors(lab.netns("inet"), PUBLIC) as visitors:
        for part in (under_load, backend_killed, backend_added, gateway_killed):
            part(lab, names, visitors, account)
    with step("What was lost"):
        say(str(account))
    with step("The lab is taken down"):
        lab.down()
        say("no namespace, no daemon, no pinned program, no file is left")
