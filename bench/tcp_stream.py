# SPDX-License-Identifier: Apache-2.0
"""One TCP stream from c1 to c2 with iperf3, sender and receiver on a core of their own."""
import json
import os
import subprocess

import netns
from measure import Measure, Sample

LIMIT = ("-t", "1")  # seconds


class TcpStream(Measure):
    name = "tcp_stream"
    title = "TCP stream"
    unit = "Gbit/s"
    n_per_run = 2

    def sample(self, case, topo):
        server = self._server(topo.c2)
        try:
            return Sample(self._client(topo.c1, case.ends().dst) / 1e9)
        finally:
            server.kill()
            server.communicate()

    @staticmethod
    def _server(name):
        server = subprocess.Popen(
            ["nsenter", f"--net={netns.FOLDER}/{name}", "setpriv", "--pdeathsig", "KILL",
             "iperf3", "-s", "-1", "--forceflush"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in server.stdout:
            if "listening" in line:
                return server
            said.append(line.strip())
        raise netns.Failed("the iperf3 server ended: " + "; ".join(said))

    @staticmethod
    def _client(name, address):
        other_cpu = min(1, os.cpu_count() - 1)
        answer = json.loads(netns.run(
            ["nsenter", f"--net={netns.FOLDER}/{name}", "iperf3", "-c", address, *LIMIT,
             "-A", f"0,{other_cpu}", "--connect-timeout", "3000", "-J"]))
        return answer["end"]["sum_received"]["bits_per_second"]
