# SPDX-License-Identifier: Apache-2.0
"""examples/chain.yaml, as docs/chain.md walks through it: nftables and Suricata on the way."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from cluster import TOP, Cluster, spawn, wait_for
from frames import Frames
from servers import stream

pytestmark = pytest.mark.skipif(not shutil.which("suricata") or not shutil.which("nft"),
                                reason="tools/install-packages installs Suricata and nftables")
SERVERS = {"v4": "10.0.0.2", "v6": "fd00:0:0:1::2"}
PATTERN = b"chain"
FAMILIES = pytest.mark.parametrize("address", SERVERS.values(), ids=SERVERS)


class Chain(Cluster):
    """The example, under another name, from its own folder: its files are beside it."""

    def __enter__(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=TOP / "examples") as file:
            file.write(self.text)
            file.flush()
            self.topology = file.name
            self.up()
        return self


@pytest.fixture(scope="module", name="lab")
def lab_():
    with Chain((TOP / "examples/chain.yaml").read_text()) as lab, website(lab):
        wait_health(lab, "up")
        yield lab


@contextlib.contextmanager
def website(lab):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("index.html", "welcome"), ("secret", "the secret")):
            (pathlib.Path(folder) / name).write_text(text)
        server = spawn(lab.netns("s"), "/usr/bin/python3", "-m", "http.server", "--bind", "::",
                       "--directory", folder, "80", stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            server.kill()
            server.wait()


def wait_health(lab, health):
    wait_for(lambda: all(lab.ask("endpoint", "show", "red/ids-in", node=node)["health"] == health
                         for node in lab.nodes()), f"Suricata to be {health}", 60)
    lab.sync()


def get(lab, address, path="/"):
    host = f"[{address}]" if ":" in address else address
    return lab.run("c", "curl", "-sm", "2", f"http://{host}{path}", check=False)


def passed(lab):
    """The functions that a ping passes."""
    with Frames({lab.netns(name): name for name in ("fw", "ids")}, PATTERN) as frames:
        answers, said = lab.ping("c", SERVERS["v4"], "-p", PATTERN.hex())
        assert answers == 1, said
        return {f.where for f in frames.now()}


def suricata(lab):
    """The process."""
    mark = f"WEFT_LAB={lab.name}/ids/".encode()
    for environ in pathlib.Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in environ.read_bytes():
                return int(environ.parent.name)
    return None


@FAMILIES
def test_the_firewall_lets_in_what_it_knows_and_suricata_sees_it(lab, address):
    assert lab.pings("c", address) and not lab.pings("s", SERVERS["v4"].replace(".2", ".1"))
    assert get(lab, address) == "welcome"
    assert passed(lab) == {"fw", "ids"}


@FAMILIES
def test_suricata_stops_what_asks_for_the_secret(lab, address):
    assert get(lab, address, "/secret") == ""
    wait_for(lambda: "[Drop]" in (lab.folder / "fast.log").read_text(), "the log of Suricata")
    assert get(lab, address) == "welcome"


@FAMILIES
def test_a_stream_passes_both(lab, address):
    sent, received = stream(lab, "c", "s", address, 5_000_000)
    assert sent == received


def test_packets_pass_by_while_suricata_is_dead(lab):
    os.kill(suricata(lab), signal.SIGKILL)
    wait_health(lab, "down")
    assert passed(lab) == {"fw"}
    assert get(lab, SERVERS["v4"], "/secret") == "the secret"
    lab.weft("lab", "start", lab.name)
    wait_health(lab, "up")
    assert passed(lab) == {"fw", "ids"}
    assert get(lab, SERVERS["v4"], "/secret") == ""
