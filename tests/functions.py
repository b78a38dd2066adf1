# SPDX-License-Identifier: Apache-2.0
"""Network functions made of what every Linux has: routers and bridges that know nothing of SRv6."""
import contextlib

from cluster import wait_for
from frames import Frames
from lab import Failed
from probes import Echoes
from servers import family_of, udp_socket

ECHO = 7
MARK = b"through functions"
GATEWAYS = {"-4": "169.254.1.1", "-6": "fe80::1"}
FORWARD = ["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
           "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.eth0.send_redirects=0"]


def arms(name, node, number, app, ifnames=("eth0", "eth1"), run=(), **more):
    """A container whose interfaces are endpoints of the same labels: NAME, or NAME-in and NAME-out,
    with the addresses 10.0.9.NUMBER and the next."""
    names = [name] if len(ifnames) == 1 else [f"{name}-in", f"{name}-out"]
    interfaces = [{"ifname": ifname, "tenant": "red", "endpoint": endpoint, "labels": {"app": app},
                   "addresses": [f"10.0.9.{number + i}", f"fd00:0:0:1::9:{number + i}"], **more}
                  for i, (ifname, endpoint) in enumerate(zip(ifnames, names))]
    return {"name": f"red-{name}", "node": node, "interfaces": interfaces,
            "run": [list(command) for command in run]}


def two_armed(name, node, number, app, run=()):
    """A router that sends out of the one what came by the other, and what is its own out of eth0:
    that must have the address of the arm it leaves by."""
    crossing = [["ip", "route", "del", "10.0.0.0/16"], ["ip", "-6", "route", "del", "fd00:0:0:1::/64"]]
    for option, gateway in GATEWAYS.items():
        for table, (from_, to) in enumerate((("eth0", "eth1"), ("eth1", "eth0")), 101):
            crossing += [["ip", option, "rule", "add", "iif", from_, "table", str(table)],
                         ["ip", option, "route", "add", "default", "via", gateway, "dev", to,
                          "onlink", "table", str(table)]]
    return arms(name, node, number, app, run=[FORWARD, *crossing, *run])


def one_armed(name, node, number, app, run=()):
    return arms(name, node, number, app, ifnames=["eth0"], run=[FORWARD, *run])


def bridged(name, node, number, app, run=()):
    bridge = [["ip", "link", "add", "br0", "type", "bridge"],
              ["sysctl", "-qw", "net.ipv6.conf.br0.disable_ipv6=1"],  # it says nothing of its own
              ["ip", "link", "set", "br0", "up"]]
    bridge += [["ip", "link", "set", arm, "master", "br0"] for arm in ("eth0", "eth1")]
    return arms(name, node, number, app, run=[*bridge, *run])


def function(name, app=None, **more):
    return {"kind": "Function", "name": name, "tenant": "red", "instances": {"app": app or name},
            **more}


def two_arms(name, app=None, **more):
    return function(name, app, **{"in": "eth0", "out": "eth1", **more})


def through(*via, name="way", **more):
    """A policy from web to db and, mirrored, back."""
    return {"kind": "Policy", "name": name, "tenant": "red", "from": {"app": "web"},
            "to": {"app": "db"}, "via": list(via), "reverse": "symmetric", **more}


@contextlib.contextmanager
def echoing(lab, *places):
    """Servers at (container, address), which send back what they get."""
    with Echoes(lab, *((who, address, ECHO) for who, address in places)) as echoes:
        yield echoes


def ask(lab, who, address, source_port=0, data=MARK, timeout_s=5):
    """Sends to an echo server; whether its answer came."""
    with udp_socket(lab.netns(who), family=family_of(address)) as sock:
        sock.bind(("", source_port))
        sock.settimeout(timeout_s)
        sock.sendto(data, (address, ECHO))
        try:
            return sock.recv(65535) == data
        except TimeoutError:
            return False


class Passing(Frames):
    """What passes the interfaces of functions' containers."""

    def __init__(self, lab, *names, mark=MARK):
        super().__init__({lab.netns(f"red-{name}"): name for name in names}, mark)

    def steps(self):
        """(container, interface, "in" or "out" of the container), as they came."""
        return [(f.where, f.interface, "out" if f.is_out else "in") for f in self.now()
                if f.interface.startswith("eth")]

    def visited(self):
        """The containers that something came into."""
        return {where for where, _, direction in self.steps() if direction == "in"}


def ends(*names):
    """The endpoints of these two-armed containers."""
    return [f"{name}-{arm}" for name in names for arm in ("in", "out")]


def label(lab, name, app, node):
    """Of both arms, at their node, once what they had before is forgotten everywhere."""
    def is_given(end):
        try:
            lab.weft("endpoint", "label", f"red/{end}", f"app={app}", node=node)
        except Failed as failed:
            assert "is still changing its labels" in str(failed)
            return False
        return True

    for end in ends(name):
        wait_for(lambda e=end: is_given(e), f"the labels of {end} to settle")


def is_up(lab, name, node):
    return not lab.ask("endpoint", "show", f"red/{name}", node=node).get("down")


def wait_up(lab, *names, is_wanted=True):
    """Until all nodes know that these endpoints work (or do not)."""
    for name in names:
        wait_for(lambda n=name: all(is_up(lab, n, node) == is_wanted for node in lab.nodes()),
                 f"{name} to be {'up' if is_wanted else 'down'}")
    lab.sync()


@contextlib.contextmanager
def going_through(lab, endpoints, *objects):
    """These objects, and the endpoints that they make instances of up."""
    with lab.having(*objects):
        wait_up(lab, *endpoints)
        yield
