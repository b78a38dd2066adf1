# SPDX-License-Identifier: Apache-2.0
"""The lab of the demo, worked through the documented commands."""
import json
import os
import pathlib
import signal
import subprocess
import time


class Failed(Exception):
    """A step does not hold."""


class Lab:
    def __init__(self, build, topology, name):
        self.weft_path = str(build / "cli/weft")
        self.topology = str(topology)
        self.name = name
        self.folder = pathlib.Path("/run/weft/lab") / name
        self.is_ours = False  # a lab of that name that was there before stays

    def weft(self, *words, node=None, stdin=None):
        """Runs weft; its standard output. Fails with its standard error."""
        command = [self.weft_path]
        if node:
            command += ["--lab", f"{self.name}/{node}"]
        done = subprocess.run(command + list(words), input=stdin, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise Failed(f"weft {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def items(self, *words, node):
        """What a list command lists."""
        return json.loads(self.weft("--json", *words, node=node))["items"]

    def answer(self, *words, node):
        """What a show command says."""
        return json.loads(self.weft("--json", *words, node=node))

    def up(self):
        if self.folder.exists():
            raise Failed(f"there is a lab '{self.name}' already:"
                         f" take it down with 'weft lab down {self.name}'")
        self.is_ours = True
        self.weft("lab", "up", self.topology)

    def down(self):
        if self.is_ours:
            self.is_ours = False
            self.weft("lab", "down", self.name)
            self.check_gone()

    def check_gone(self):
        left = [str(path) for path in (self.folder, *(
            path for parent in ("/run/netns", "/sys/fs/bpf/weft", "/run/weft/node")
            for path in pathlib.Path(parent).glob(f"{self.name}-*"))) if path.exists()]
        if left:
            raise Failed(f"'weft lab down' left {', '.join(left)}")

    def run(self, who, *command, check=True):
        """Runs a command in a node or container."""
        done = subprocess.run([self.weft_path, "lab", "exec", self.name, who, "--", *command],
                              capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise Failed(f"{who}: {' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def start(self, who, *command):
        return subprocess.Popen([self.weft_path, "lab", "exec", self.name, who, "--", *command],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def nodes(self):
        first = next(iter(sorted(self.folder.glob("*.sock")))).stem
        return [item["name"] for item in self.items("node", "list", node=first)]

    def netns(self, who):
        return f"{self.name}-{who}"

    def links(self, who):
        """Names of a namespace's interfaces but lo."""
        return [link["ifname"] for link in json.loads(self.run(who, "ip", "-j", "link", "show"))
                if link["ifname"] != "lo"]

    def received(self, who, interface):
        """How many packets have come in there."""
        [link] = json.loads(self.run(who, "ip", "-j", "-s", "link", "show", "dev", interface))
        return link["stats64"]["rx"]["packets"]

    def kill_daemon(self, node):
        """kill -9; returns the command line to start it with again."""
        pid_file = self.folder / f"{node}.pid"
        pid = int(pid_file.read_text())
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
        os.kill(pid, signal.SIGKILL)
        while pathlib.Path(f"/proc/{pid}").exists() and not self._is_zombie(pid):
            time.sleep(0.01)
        return command

    @staticmethod
    def _is_zombie(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] == "Z"
        except FileNotFoundError:
            return True
