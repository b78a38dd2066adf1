# SPDX-License-Identifier: Apache-2.0
"""`weft monitor`, running while something happens."""
import json
import subprocess

from cluster import build_folder, wait_for
from control import pinned


def wanted(lab, node):
    """The types of events that the node's programs are told to tell."""
    (value,) = pinned(lab, node).table("monitor").values()
    return int.from_bytes(value[:4], "little")


class Monitor:
    """`weft monitor` on a node; returns once it is heard, if it wants some of what the
    programs tell."""

    def __init__(self, lab, node, *words):
        self.lab, self.node = lab, node
        before = self.listeners()
        command = [str(build_folder() / "cli/weft"), "--lab", f"{lab.name}/{node}", "monitor", *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        wait_for(lambda: self.listeners() > before or self.process.poll() is not None,
                 "the monitor to listen")

    def listeners(self):
        return wanted(self.lab, self.node).bit_count()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        wait_for(lambda: wanted(self.lab, self.node) == 0, "nobody to listen")

    def line(self):
        return self.process.stdout.readline()

    def event(self, of=None):
        """The next one of that type, or of any."""
        while (event := json.loads(self.line())) and of and event["type"] != of:
            pass
        return event
