# SPDX-License-Identifier: Apache-2.0
"""The control plane, worked from below: raw HTTP, daemons killed and started by hand, what they have
pinned, and a node of its own whose store can be broken."""
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

from cluster import TOP, build_folder, wait_for

BPFFS = pathlib.Path("/sys/fs/bpf/weft")
TABLES = tuple(re.findall(r"^\s*X\(\w+, (\w+),", (TOP / "dp/table.h").read_text(), re.MULTILINE))
SOCKET_PATIENCE_S = 40
STEP_S = 1.2
_numbers = itertools.count(1)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("weft", timeout=SOCKET_PATIENCE_S)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Api:
    """HTTP on a daemon's socket. Answers are (status, JSON)."""

    def __init__(self, path):
        self.path = path

    def raw(self, method, path, body=None, headers=None):
        """(status, content type, text)"""
        connection = _UnixConnection(self.path)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read().decode()
        finally:
            connection.close()

    def get(self, path):
        status, _, text = self.raw("GET", path)
        return status, json.loads(text)

    def post(self, path, body):
        status, _, text = self.raw("POST", path, json.dumps(body))
        return status, json.loads(text)

    def apply(self, *objects, dry_run=False):
        return self.post("/v1/apply", {"objects": list(objects), "dry_run": dry_run})

    def delete(self, *objects):
        return self.post("/v1/delete", {"objects": list(objects)})

    def attach(self, netns, name, tenant="red", **more):
        return self.post("/v1/attach", {"tenant": tenant, "netns": netns, "name": name, **more})

    def detach(self, name, tenant="red"):
        return self.post("/v1/detach", {"tenant": tenant, "name": name})

    def status(self):
        return self.get("/v1/status")[1]

    def items(self, what):
        """name -> item, of one of the listings; endpoints by tenant and name."""
        return {(f"{item['tenant']}/{item['name']}" if what == "endpoints" else item["name"]): item
                for item in self.get(f"/v1/{what}")[1]["items"]}

    def sync(self, revision):
        status, answer = self.get(f"/v1/sync?revision={revision}&timeout_ms=15000")
        assert status == 200, answer


def api(lab, node):
    return Api(lab.folder / f"{node}.sock")


def sentence(answer):
    """What an answer that is no success says."""
    status, body = answer
    assert status >= 400, body
    if "error" in body:
        return body["error"]["message"]
    return "; ".join(problem["message"] for problem in body["problems"])


@contextlib.contextmanager
def namespace(lab=None):
    """A network namespace that no topology knows; its name."""
    name = f"{lab.name if lab else f'tc{os.getpid()}'}-x{next(_numbers)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield name
    finally:
        remove_namespace(name)


def remove_namespace(name):
    if pathlib.Path(f"/run/netns/{name}").exists():
        subprocess.run(["ip", "netns", "del", name], check=True)


@contextlib.contextmanager
def namespaces(n, lab=None):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(namespace(lab)) for _ in range(n)]


def ip(netns, *words):
    """What ip says in a namespace, as JSON."""
    done = subprocess.run(["ip", "-n", netns, "-j", *words], check=True, capture_output=True)
    return json.loads(done.stdout or "[]")


def bpftool(*words):
    done = subprocess.run(["bpftool", "-j", *words], check=True, capture_output=True)
    return json.loads(done.stdout or "null")


class Pinned:
    """What a daemon has pinned: tables, generation, programs by interface."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def table(self, name):
        """{key: value}, both as bytes"""
        entries = bpftool("map", "dump", "pinned", str(self.folder / name))
        return {_bytes(entry["key"]): _bytes(entry["value"]) for entry in entries}

    def tables(self):
        return {name: self.table(name) for name in TABLES}

    def settled_tables(self):
        """The tables when nothing of the last change is left (docs/architecture.md): they have not
        changed for longer than a step of one takes."""
        before = None
        while (now := self.tables()) != before:
            before = now
            time.sleep(STEP_S)
        return now

    def generation(self):
        return bpftool("map", "lookup", "pinned", str(self.folder / "generation"),
                       "key", "0", "0", "0", "0")["value"]

    def links(self):
        return {pin.name: bpftool("link", "show", "pinned", str(pin))
                for pin in sorted(self.folder.glob("hook-*"))}

    def programs(self):
        """Of each hook the id of the program that is attached."""
        return {name: link["prog_id"] for name, link in self.links().items()}

    def delete(self, table, key):
        bpftool("map", "delete", "pinned", str(self.folder / table), "key", *map(str, key))

    def put(self, table, key, value):
        bpftool("map", "update", "pinned", str(self.folder / table), "key", *map(str, key), "value",
                *map(str, value))


def _bytes(words):
    return bytes(int(word, 16) for word in words)


def pinned(lab, node):
    return Pinned(BPFFS / f"{lab.name}-{node}")


def pid_of(lab, node):
    return int((lab.folder / f"{node}.pid").read_text())


def is_running(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    return False


def end(lab, *nodes, how=signal.SIGKILL):
    """Ends the daemons of these nodes."""
    pids = [pid_of(lab, node) for node in nodes]
    for pid in pids:
        os.kill(pid, how)
    for pid in pids:
        wait_for(lambda p=pid: not is_running(p), f"process {pid} to end")


def start(lab):
    """Starts all that are dead; returns when they answer."""
    lab.weft("lab", "start", lab.name)


def log_of(lab, node):
    return (lab.folder / f"{node}.log").read_text()


class Solo:
    """One node with one daemon, started by hand, whose files are in a folder of its own.

        [ x1 ]--- eth0   node n1   u0 --- u1
        [ x2 ]--- eth0  /
    """

    def __init__(self, **options):
        name = f"tc{os.getpid()}-s{next(_numbers)}"
        self.name = name
        self.netns = name
        self.folder = pathlib.Path("/run/weft") / name
        self.store = self.folder / "store" / "weft.db"
        self.log = self.folder / "weftd.log"
        self.pins = Pinned(BPFFS / name)
        self.options = {"node": "n1", "netns": name, "underlay": "u0",
                        "store": f"sqlite:{self.store}", "socket": self.folder / "sock",
                        "pin-dir": self.pins.folder, **options}
        self.api = Api(self.options["socket"])
        self.process = None

    def command(self, *more):
        words = [str(build_folder() / "daemon/weftd")]
        for key, value in self.options.items():
            words += [f"--{key}", str(value)]
        return words + list(more)

    def __enter__(self):
        self.store.parent.mkdir(parents=True)
        subprocess.run(["ip", "netns", "add", self.netns], check=True)
        for words in ("link set lo up", "link add u0 type veth peer u1", "link set u0 up",
                      "link set u1 up"):
            subprocess.run(["ip", "-n", self.netns, *words.split()], check=True)
        return self

    def __exit__(self, *_):
        self.end()
        subprocess.run(self.command("--cleanup"), check=False, capture_output=True)
        remove_namespace(self.netns)
        shutil.rmtree(self.folder)
        left = [str(path) for folder in (self.folder.parent, BPFFS)
                for path in folder.glob(f"*{self.name}*")]
        assert not left, f"weftd --cleanup left {left}"

    def start(self):
        """Starts the daemon; returns when it answers."""
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command(), stderr=log, stdout=log)
        wait_for(self._is_up, "weftd to answer")

    def _is_up(self):
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError):
            return self.api.get("/v1/status")[0] == 200
        return False

    def end(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(15)
            self.process = None

    def fails_to_start(self):
        """What it says when it does not."""
        done = subprocess.run(self.command(), capture_output=True, text=True, timeout=15,
                              check=False)
        assert done.returncode == 1, done
        return done.stderr

    def weft_command(self, *words):
        return [str(build_folder() / "cli/weft"), "--socket", str(self.api.path), *words]

    def weft(self, *words):
        return weft("--socket", str(self.api.path), *words)


def weft(*words, prefix=()):
    """The command line, whatever comes of it."""
    return subprocess.run([*prefix, str(build_folder() / "cli/weft"), *words], capture_output=True,
                          text=True, timeout=60, check=False)


def pings(netns, address):
    done = subprocess.run(["ip", "netns", "exec", netns, "ping", "-n", "-c", "1", "-W", "2",
                           address], capture_output=True, check=False)
    return done.returncode == 0
