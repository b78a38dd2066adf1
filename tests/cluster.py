# SPDX-License-Identifier: Apache-2.0
"""A lab for one test file, with a name of its own, so that files can run side by side; and what the
tests ask of it. Everything goes through the documented commands."""
import contextlib
import itertools
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

import yaml

from lab import Failed, Lab

TOP = pathlib.Path(__file__).resolve().parent.parent
PATIENCE_S = 15
_numbers = itertools.count(1)


def build_folder():
    return pathlib.Path(os.environ.get("WEFT_BUILD", TOP / "build")).resolve()


def wait_for(condition, what, patience_s=PATIENCE_S):
    """Until `condition()` is true; returns what it returned."""
    deadline = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {patience_s} s for {what}"
        time.sleep(0.02)
    return found


def container(name, node, *addresses, tenant="red", **labels):
    """A container of a topology, whose endpoint has the same name less its tenant."""
    return {"name": f"{tenant}-{name}", "node": node, "tenant": tenant, "endpoint": name,
            "addresses": list(addresses), "labels": labels}


def tenant(name, *prefixes, **more):
    return {"kind": "Tenant", "name": name, "prefixes": list(prefixes), **more}


def policy(name, via=None, *, in_tenant="red", **more):
    """From any to any, unless said otherwise."""
    wish = {"kind": "Policy", "name": name, "tenant": in_tenant, "from": "any", "to": "any"}
    if via is not None:
        wish["via"] = [f"node/{node}" for node in via]
    return {**wish, **more}


def dump(*objects):
    return yaml.safe_dump_all(objects, sort_keys=False)


class Cluster(Lab):
    def __init__(self, topology):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        name = f"t{worker}p{os.getpid()}n{next(_numbers)}"
        super().__init__(build_folder(), "", name)
        self.text = re.sub(r"(?m)^name: .*$", f"name: {name}", topology, count=1)

    def __enter__(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(self.text)
            file.flush()
            self.topology = file.name
            self.up()
        return self

    def __exit__(self, *_):
        self.down()

    def check_gone(self):
        super().check_gone()
        words = f"\0{self.name}-".encode()
        left = [pid for pid, line in command_lines() if words in line]
        if left:
            raise Failed(f"'weft lab down' left the processes {left}")

    def sync(self, revision=None):
        """Until every node's kernel holds that revision, or what the first node has last seen."""
        nodes = self.nodes()
        if revision is None:
            revision = self.ask("status", node=nodes[0])["revision"]
        for node in nodes:
            wait_for(lambda n=node: self.ask("status", node=n)["installed_revision"] >= revision,
                     f"revision {revision} on node {node}")

    def apply(self, *objects):
        node = self.nodes()[0]
        answer = self.weft("--json", "apply", "-f", "-", node=node, stdin=dump(*objects))
        self.sync(json.loads(answer)["revision"])

    def delete(self, *objects):
        node = self.nodes()[0]
        answer = self.weft("--json", "delete", "-f", "-", node=node, stdin=dump(*objects))
        self.sync(json.loads(answer)["revision"])

    def ask(self, *words, node):
        """The answer of a command; of a listing its items."""
        answer = json.loads(self.weft("--json", *words, node=node))
        return answer["items"] if "items" in answer else answer

    @contextlib.contextmanager
    def having(self, *objects):
        """These objects, for the time of a `with`."""
        self.apply(*objects)
        try:
            yield
        finally:
            self.delete(*objects)

    def nodes(self):
        """Those with a weftd."""
        return sorted(sock.stem for sock in self.folder.glob("*.sock"))

    def ping(self, who, address, *options, count=1):
        """Pings; (how many answers came, what ping said)."""
        said = self.run(who, "ping", "-n", "-c", str(count), "-i", "0.1", "-W", "2", *options,
                        address, check=False)
        return len(re.findall(r"bytes from", said)), said

    def pings(self, who, address, *options):
        return self.ping(who, address, *options)[0] == 1

    def drops(self, node):
        return {item["reason"]: item["packets"] for item in self.ask("drops", node=node)}

    @contextlib.contextmanager
    def dropping(self, node, reason, n=1):
        """Within the `with`, the node drops `n` packets for that reason, and for no other but what
        kernels send on their own into every new interface."""
        before = self.drops(node)

        def grown():
            after = self.drops(node)
            return {key: after[key] - before.get(key, 0) for key in after
                    if after[key] != before.get(key, 0) and key not in ("nd", "multicast")
                    or key == reason}
        yield
        wait_for(lambda: grown().get(reason, 0) >= n, f"node {node} to drop for '{reason}'", 5)
        assert grown() == {reason: n}

    def mtu(self, who, interface="eth0"):
        links = json.loads(self.run(who, "ip", "-j", "link", "show", "dev", interface))
        return links[0]["mtu"]

    def mac(self, who, interface="eth0"):
        links = json.loads(self.run(who, "ip", "-j", "link", "show", "dev", interface))
        return links[0]["address"]

    def path(self, source, destination, *, node, tenant_name="red"):
        return self.ask("path", "show", source, destination, "--tenant", tenant_name, node=node)


def command_lines():
    """(pid, command line) of every process."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield int(folder.name), b"\0" + (folder / "cmdline").read_bytes()


def cluster(nodes, links, containers=(), *objects, routers=(), outside=(), mtu=None):
    """A Cluster of that topology, to be entered by `with`."""
    lab = {"kind": "Lab", "name": "x", "nodes": list(nodes), "links": [link if isinstance(link, dict) else list(link) for link in links],
           "containers": list(containers)}
    if routers:
        lab["routers"] = list(routers)
    if outside:
        lab["outside"] = list(outside)
    if mtu:
        lab["mtu"] = mtu
    return Cluster(dump(lab, *objects))


def spawn(netns, *command, **options):
    """A process in a namespace that weft does not know."""
    return subprocess.Popen(["nsenter", f"--net=/run/netns/{netns}", *command], text=True, **options)
