# SPDX-License-Identifier: Apache-2.0
"""A weftd of the bench: one node's daemon, asked over its API as any client would."""
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

import netns

PINS = "/sys/fs/bpf/weft-bench"
START_SECONDS = 60  # with 100,000 endpoints to read, on a busy machine


class _Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("weft", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Weftd:
    """`folder` holds the socket, the log and, for all nodes of a cluster, the store."""

    def __init__(self, build, folder, namespace, node, node_id, underlay="underlay"):
        self.namespace, self.node, self.folder = namespace, node, folder
        self.pins = f"{PINS}/{namespace}"
        self.socket = f"{folder}/{node}.sock"
        self.command = [f"{build}/daemon/weftd", "--netns", namespace, "--node", node,
                        "--node-id", str(node_id), "--underlay", underlay,
                        "--store", f"sqlite:{folder}/store.db", "--socket", self.socket,
                        "--pin-dir", self.pins]
        self.process, self.begun = None, 0

    def start(self):
        """Returns when it answers; how many seconds that took."""
        self.begin()
        return self.await_answer()

    def begin(self):
        """For several that are to start at the same time."""
        self.begun = time.monotonic()
        with open(f"{self.folder}/{self.node}.log", "ab") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.command], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True)

    def await_answer(self):
        while time.monotonic() - self.begun < START_SECONDS:
            if self.process.poll() is not None:
                raise netns.Failed(f"weftd of {self.node} ended at once: {self.last_words()}")
            try:
                self.get("/v1/status")
                return time.monotonic() - self.begun
            except OSError:
                time.sleep(0.002)
        raise netns.Failed(f"weftd of {self.node} does not answer: {self.last_words()}")

    def last_words(self):
        with open(f"{self.folder}/{self.node}.log", encoding="utf-8", errors="replace") as f:
            return (f.read().strip().splitlines() or ["it said nothing"])[-1]

    def stop(self):
        """The data path stays."""
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def cleanup(self):
        """Programs and maps are gone with their pins and, at last, the namespace's interfaces."""
        self.stop()
        shutil.rmtree(self.pins, ignore_errors=True)

    def connection(self, timeout=60):
        """For many requests in turn; see ask()."""
        return _Connection(self.socket, timeout)

    def get(self, path):
        return self._once("GET", path, None)

    def post(self, path, **body):
        return self._once("POST", path, body)

    def apply(self, *objects):
        """Returns the revision to wait for."""
        return self.post("/v1/apply", objects=list(objects))["revision"]

    def sync(self, revision):
        """Returns when this node's kernel holds the revision."""
        self.get(f"/v1/sync?revision={revision}&timeout_ms=30000")

    def _once(self, method, path, body):
        connection = self.connection()
        try:
            return ask(connection, method, path, body)
        finally:
            connection.close()

    def resident_kib(self):
        """All of it: its program and libraries, too."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(r"^VmRSS:\s+(\d+)", f.read(), re.M)[1])


def ask(connection, method, path, body=None):
    """One request and its answer."""
    connection.request(method, path, json.dumps(body) if body is not None else None)
    return answer(connection, f"{method} {path}")


def answer(connection, what):
    """Raises netns.Failed with the daemon's own words if it refuses."""
    response = connection.getresponse()
    text = response.read()
    if response.status != 200:
        raise netns.Failed(f"weftd refuses {what}: {text.decode(errors='replace')[:300]}")
    return json.loads(text)


def need(build):
    """Weft's rows need its daemon."""
    if not os.path.exists(f"{build}/daemon/weftd"):
        raise netns.Failed(f"no weftd in '{build}': build first (ninja -C {build})")


def make_folder(prefix):
    """For the store, sockets and logs of a cluster."""
    return tempfile.mkdtemp(prefix=f"weft-{prefix}-{os.getpid()}-")


def delete_stale(prefix):
    """Takes away pins and folders of killed runs; the namespaces are gone with their hooks."""
    pattern = re.compile(r"(?:weft-)?" + re.escape(prefix) + r"-(\d+)-")
    for parent in (PINS, tempfile.gettempdir()):
        for name in os.listdir(parent) if os.path.isdir(parent) else []:
            match = pattern.match(name)
            if match and not os.path.exists(f"/proc/{match[1]}"):
                shutil.rmtree(f"{parent}/{name}", ignore_errors=True)
