# SPDX-License-Identifier: Apache-2.0
"""What tshark, which knows nothing of Weft, captures on an interface and reads in it."""
import subprocess
import tempfile

from cluster import spawn

PATIENCE_S = 20
ENCAPSULATED = "ip6 proto 43 or ip6 proto 41 or ip6 proto 4"
FIELDS = {"src": "ipv6.src", "dst": "ipv6.dst", "next": "ipv6.nxt", "type": "ipv6.routing.type",
          "left": "ipv6.routing.segleft", "last": "ipv6.routing.srh.last_entry",
          "segments": "ipv6.routing.srh.addr", "v4_src": "ip.src", "v4_dst": "ip.dst",
          "port": "udp.dstport", "bad": "_ws.malformed"}


class Tshark:
    """Captures `n` encapsulated packets in a `with`; then they are in `packets`."""

    def __init__(self, netns, interface, n):
        self.command = ["tshark", "-n", "-i", interface, "-c", str(n), "-f", ENCAPSULATED]
        self.netns = netns
        self.packets = []

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile(suffix=".pcapng")
        self.process = spawn(self.netns, *self.command, "-w", self.file.name,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = ""
        while "Capture started" not in said:
            said = self.process.stderr.readline()
            assert said, "tshark does not capture"
        return self

    def __exit__(self, kind, *_):
        try:
            if not kind:
                self.process.wait(PATIENCE_S)
        finally:
            self.process.terminate()
            self.process.communicate()
        if not kind:
            self.packets = self._read()
        self.file.close()

    def _read(self):
        command = ["tshark", "-n", "-r", self.file.name, "-T", "fields", "-E", "occurrence=a"]
        for field in FIELDS.values():
            command += ["-e", field]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [dict(zip(FIELDS, (text.split(",") if text else [] for text in line.split("\t"))))
                for line in said.splitlines()]
