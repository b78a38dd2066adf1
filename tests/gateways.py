# SPDX-License-Identifier: Apache-2.0
"""The lab of gateways, and who is on the Internet.

    inet  198.51.100.1        a host of the Internet, which routes public addresses to both gateways
     |  \\
    [g1] [g2]   gateways gw1, gw2: red leaves by 203.0.113.1x (gw1) and 203.0.113.2x (gw2),
     |    |     blue by 203.0.113.30 (gw1), green by its own addresses (gw1)
     |    |     both publish red/web at 203.0.113.80
    --- underlay ----[ a ]-- red-cli 10.0.0.1, blue-cli 10.0.0.1, green-cli 198.18.0.1
          \\---------[ b ]-- red-web1 10.0.0.11, red-web2 10.0.0.12

IPv6: the same last numbers in 2001:db8:ff::/64 (the Internet host), 2001:db8:a::/64 (public),
fd00:0:0:1::/64 (red and blue), 2001:db8:18::/64 (green).
"""
import contextlib

from cluster import Cluster, container, dump, tenant, wait_for
from services import Web

PREFIXES = ("10.0.0.0/16", "fd00:0:0:1::/64")
GREEN = ("198.18.0.0/24", "2001:db8:18::/64")
INET = {"v4": "198.51.100.1", "v6": "2001:db8:ff::1"}
VIP = {"v4": "10.0.0.100", "v6": "fd00:0:0:1::100"}
PUBLIC = {"v4": "203.0.113.80", "v6": "2001:db8:a::80"}
POOLS = {("red", "gw1"): ("203.0.113.10", "2001:db8:a::10"),
         ("red", "gw2"): ("203.0.113.20", "2001:db8:a::20"),
         ("blue", "gw1"): ("203.0.113.30", "2001:db8:a::30")}
NODES = ("g1", "g2", "a", "b")
HTTP = 8080
LINKS = {  # of inet: node -> (addresses of the node, of inet)
    "g1": (["192.0.2.1/30", "2001:db8:1::1/64"], ["192.0.2.2/30", "2001:db8:1::2/64"]),
    "g2": (["192.0.2.5/30", "2001:db8:2::1/64"], ["192.0.2.6/30", "2001:db8:2::2/64"])}
GATE = {node: [address.split("/")[0] for address in ends[0]] for node, ends in LINKS.items()}
FAMILIES = ("v4", "v6")


def v4(number):
    return f"10.0.0.{number}"


def v6(number):
    return f"fd00:0:0:1::{number}"


def place(name, node, number, of="red", **labels):
    return container(name, node, v4(number), v6(number), tenant=of, own=name, **labels)


CONTAINERS = [
    place("cli", "a", 1, app="cli"), place("cli", "a", 1, "blue", app="cli"),
    container("cli", "a", "198.18.0.1", "2001:db8:18::1", tenant="green"),
    place("web1", "b", 11, app="web"), place("web2", "b", 12, app="web")]
SERVICE = {"kind": "Service", "name": "web", "tenant": "red", "addresses": list(VIP.values()),
           "ports": [f"tcp/80->{HTTP}"], "backends": [{"labels": {"app": "web"}}]}
MAY_ENTER = {"kind": "Policy", "name": "visitors", "tenant": "red", "from": "internet",
             "to": {"app": "web"}, "ports": [f"tcp/{HTTP}"]}


def egress(name, *tenants, **more):
    """Entries of a gateway's list, by the names of tenants."""
    return [{"tenant": of, **({"nat": list(POOLS[of, name])} if (of, name) in POOLS else {}), **more}
            for of in tenants]


def gateway(name, *tenants, publish=True, **more):
    wish = {"kind": "Gateway", "name": name, "node": name.replace("gw", "g"), "outside": "out0",
            "egress": egress(name, *tenants)}
    if publish:
        wish["publish"] = [{"service": "red/web", "addresses": list(PUBLIC.values())}]
    return {**wish, **more}


GATEWAYS = [gateway("gw1", "red", "blue", "green"), gateway("gw2", "red")]


def topology(*objects, containers=(), default="allow"):
    links = [["g1", "a"], ["g2", "a"], ["a", "b"], ["g1", "b"], ["g2", "b"]]
    links += [{"between": [node, "inet"], "ifnames": ["out0", f"to-{node}"], "addresses": list(ends)}
              for node, ends in LINKS.items()]
    inet = {"name": "inet", "run": [
        ["ip", "addr", "add", INET["v4"] + "/32", "dev", "lo"],
        ["ip", "addr", "add", INET["v6"] + "/128", "dev", "lo"]]}
    nodes = [{"name": node, "run": [
        ["ip", *(("-6",) if ":" in end else ()), "route", "add", "default", "via", end.split("/")[0]]
        for end in LINKS[node][1]]} if node in LINKS else node for node in NODES]
    lab = {"kind": "Lab", "name": "x", "nodes": nodes, "links": links, "outside": [inet],
           "containers": [*CONTAINERS, *containers]}
    return dump(lab, tenant("red", *PREFIXES, default=default), tenant("blue", *PREFIXES),
                tenant("green", *GREEN), SERVICE, *objects)


def ip(lab, who, *words):
    lab.run(who, "ip", *words)


def enter_by(lab, *nodes):
    """The Internet sends what is for public addresses to these gateways."""
    for prefixes, i in ((("203.0.113.0/24", "198.18.0.0/24"), 0),
                        (("2001:db8:a::/64", "2001:db8:18::/64"), 1)):
        family = ("-6",) if i else ()
        for prefix in prefixes:
            hops = [word for node in nodes for word in ("nexthop", "via", GATE[node][i])]
            lab.run("inet", "ip", *family, "route", "replace", prefix, "src",
                    list(INET.values())[i], *hops)


class GatewaysLab(Cluster):
    def __enter__(self):
        super().__enter__()
        enter_by(self, "g1")
        for (_, name), pool in POOLS.items():
            for i, address in enumerate(pool):
                family = ("-6",) if i else ()
                self.run("inet", "ip", *family, "route", "replace", address, "via",
                         GATE[name.replace("w", "")][i])
        return self


def gateways_lab(*objects, **more):
    return GatewaysLab(topology(*objects, **more))


def exits(lab, node="a", of="red"):
    """The gateways' endpoints of a tenant that work, as a node sees it."""
    return {item["node"] for item in lab.ask("endpoint", "list", node=node)
            if item["tenant"] == of and item["name"].startswith("gateway-")
            and item.get("health", "up") == "up"}


def wait_for_exits(lab, *nodes, of="red", but=()):
    """Until these gateways, and no others, lead the tenant outside, in the kernels of all nodes
    but some."""
    asked = [node for node in NODES if node not in but]
    wait_for(lambda: all(exits(lab, node, of) == set(nodes) for node in asked),
             f"{of} to leave by {nodes}", 30)
    revision = lab.ask("status", node="a")["revision"]
    for node in asked:
        wait_for(lambda n=node: lab.ask("status", node=n)["installed_revision"] >= revision,
                 f"revision {revision} on node {node}")


@contextlib.contextmanager
def internet(lab, port=80):
    """A web server on the Internet that says whom it sees: `inet ADDRESS`."""
    with contextlib.ExitStack() as stack:
        for address in INET.values():
            stack.callback(Web(lab, "inet", address, port).close)
        yield


def is_in_pool(address, *places):
    """Is it one of the public addresses of these (tenant, gateway)?"""
    return any(address in POOLS[place] for place in places)


def stats(lab, name, of, node):
    """What `weft gateway show` says of a tenant there."""
    shown = lab.ask("gateway", "show", name, node=node)
    return next(item for item in shown["arms"] if item["tenant"] == of)
